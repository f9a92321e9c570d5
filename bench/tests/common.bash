# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2317 # bats and its tests call these
#
# What all suites of bats have in common. BUILD is the folder of the binaries (build).

bats_require_minimum_version 1.5.0

# If sudo started the tests, the tool would otherwise act for sudo's user.
unset SUDO_UID SUDO_GID NO_COLOR

# Fails if the command succeeds, unlike `! command`.
refute() {
    ! "$@"
}

# In a plain chroot "/" is no mount point, and containers may not mount.
need_mounts() {
    unshare --mount true 2>/dev/null || skip "no mounts of its own can be made here: $(unshare --mount true 2>&1)"
}

# A plain chroot has none.
has_terminals() {
    [ -n "$(ls -A /dev/pts 2>/dev/null)" ]
}

need_terminals() {
    has_terminals || skip "no devpts is mounted here, so there are no terminals"
}

# Whether the programs are built with sanitizers, whose runtime some tests would see.
has_sanitizers() {
    [ -n "${ASAN_OPTIONS:-}" ]
}

# strace, of programs that look for leaks at their end: under strace those abort.
under_strace() { # ARG...
    if has_sanitizers; then
        local -x ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 UBSAN_OPTIONS=$UBSAN_OPTIONS:detect_leaks=0
    fi
    strace "$@"
}

# Of a parent whose pages are counted, those of a sanitizer are part.
need_own_memory() {
    ! has_sanitizers || skip "the memory of a sanitizer would be counted, too"
}

# Until the test ends no other test uses the machine's huge pages.
huge_pages_alone() {
    exec 7</sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
    flock 7
}

# Waits for a command to succeed, up to 100 seconds: where nobody else works it takes a few at most.
eventually() {
    local end=$((SECONDS + 100))
    until "$@"; do
        ((SECONDS < end)) || { echo "never came true: $*" && return 1; }
        sleep 0.1
    done
}

# one_line CODE PATTERN COMMAND...: exits with CODE, prints nothing on standard output, and one line
# on standard error that matches and has no control character.
one_line() {
    local code=$1 pattern=$2 status=0 out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
    shift 2
    "$@" >"$out" 2>"$err" </dev/null || status=$?
    printf '%q ' "$@"
    echo ": $status"
    cat -v "$err"
    [ "$status" -eq "$code" ]
    [ ! -s "$out" ]
    [ "$(wc -l <"$err")" -eq 1 ]
    [ "$(tail -c 1 "$err" | od -An -c)" = '  \n' ]
    refute grep -q '[[:cntrl:]]' "$err"
    grep -Eq -- "$pattern" "$err"
}

# The three programs, copied to a folder of the test's own: their processes can then be found.
copy_tool() { # FOLDER
    mkdir -p "$1"
    cp "$BUILD/spawnscope" "$BUILD/spawnscope-bench" "$BUILD/spawnscope-child" "$1"
}

# The processes, except zombies, whose program is in a folder: of all programs, or of one. A loop over
# all processes would take half a second of CPU time: bats runs a trap at each command of the shell.
processes() { # FOLDER [NAME]
    local wanted=("$1/spawnscope" "$1/spawnscope-bench" "$1/spawnscope-child")
    [ $# -eq 1 ] || wanted=("$1/$2")
    { stat -L -c 'of %d:%i' "${wanted[@]}" || true; stat -L -c '%n %d:%i' /proc/[0-9]*/exe; } 2>/dev/null |
        awk '$1 == "of" { wanted[$2]; next } $2 in wanted { split($1, part, "/"); print part[3] }'
}

none_left() { # FOLDER
    [ -z "$(processes "$1")" ]
}
