# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # me, which the script sets
#
# How the lab's scripts complain, and what it needs to run. A script sets `me`, its name.

# Names and arguments may contain anything: no control character, also none of U+0080 to U+009F,
# reaches the terminal. Sets REPLY.
printable() { # TEXT...
    REPLY=$*
    REPLY=${REPLY//[[:cntrl:]]/?}
    REPLY=${REPLY//$'\xc2'[$'\x80'-$'\x9f']/?}
}

die() { # one line, exit 2: the user can fix it
    printable "$*"
    printf '%s: %s\n' "$me" "$REPLY" >&2
    exit 2
}

# What follows "sh -c": a command with arguments, unless the process $0 has ended, or has never been its parent.
# shellcheck disable=SC2016 # sh expands it
readonly IF_PARENT='[ "$PPID" = "$0" ] && exec "$@"'

# For the background: becomes COMMAND, which gets SIGNAL when this script ends, also if that was before it
# could ask for the signal.
bound() { # SIGNAL COMMAND...
    exec setpriv --pdeathsig "$1" sh -c "$IF_PARENT" $$ "${@:2}"
}

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
