# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the lab needs to run, for scripts that have a function die.

# Names all that is missing at once.
need_tools() { # [EMULATOR PACKAGE]: those of another machine
    local tool package packages=()
    while read -r tool package; do
        [[ $tool != qemu-system-x86_64 || -z ${1:-} ]] || { tool=$1 package=$2; }
        command -v "$tool" >/dev/null || packages+=("$package")
    done <<'TOOLS'
qemu-system-x86_64 qemu-system-x86
busybox busybox-static
cpio cpio
setpriv util-linux
TOOLS
    ((${#packages[@]} == 0)) || die "the lab lacks programs: apt-get install ${packages[*]}"
}
