# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the lab needs to run, for scripts that have a function die.

# Names all that is missing at once.
need_tools() { # EMULATOR PACKAGE
    local tool package packages=()
    while read -r tool package; do
        command -v "$tool" >/dev/null || packages+=("$package")
    done <<TOOLS
$1 $2
busybox busybox-static
cpio cpio
setpriv util-linux
TOOLS
    ((${#packages[@]} == 0)) || die "the lab lacks programs: apt-get install ${packages[*]}"
}
