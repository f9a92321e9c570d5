# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2317 # bats and its tests call these
#
# What the tests of the lab have in common. BUILD names the folder of the binaries
# (build).

bats_require_minimum_version 1.5.0

LAB_SCRIPTS=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

load ../../../user/tests/result.bash

# Were the tests started by sudo, the tool would work for that user.
unset SUDO_UID SUDO_GID NO_COLOR

# `! command` alone does not fail a test.
refute() {
    ! "$@"
}

# Waits up to 20 seconds for a command to succeed.
eventually() {
    local _
    for _ in $(seq 200); do
        "$@" && return 0
        sleep 0.1
    done
    echo "never came true: $*"
    return 1
}

# one_line CODE PATTERN COMMAND...: refused with that exit code, one line on standard error that
# matches and has no control character, and nothing on standard output.
one_line() {
    local code=$1 pattern=$2 status=0
    shift 2
    "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
    printf '%q ' "$@"
    echo ": $status"
    cat -v "$BATS_TEST_TMPDIR/err"
    [ "$status" -eq "$code" ]
    [ ! -s "$BATS_TEST_TMPDIR/out" ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ]
    refute grep -q '[[:cntrl:]]' "$BATS_TEST_TMPDIR/err"
    grep -Eq -- "$pattern" "$BATS_TEST_TMPDIR/err"
}

# What `spawnscope lab` takes, laid out as in a build tree: FOLDER/build, FOLDER/bench/lab.
copy_lab() { # FOLDER
    mkdir -p "$1/build/static" "$1/bench/lab"
    cp "$BUILD/spawnscope" "$1/build"
    cp "$BUILD"/static/{spawnscope,spawnscope-bench,spawnscope-child,lab-init} "$1/build/static"
    cp "$LAB_SCRIPTS"/{lab,guest,boot,make-initramfs,fetch-kernel} "$1/bench/lab"
}

# The kernel of a suite, or a skip that says which and why not.
need_kernel() { # NAME
    local reason
    reason=$("$LAB_SCRIPTS/fetch-kernel" "$1" 2>&1) || skip "$reason"
}

cells() { # RESULT-FILE
    grep '^{"type":"cell"' "$1"
}

# Fails unless both files have the same cells, byte for byte, and at least one.
same_cells() { # FILE FILE
    cells "$1" >"$BATS_TEST_TMPDIR/cells.1"
    cells "$2" >"$BATS_TEST_TMPDIR/cells.2"
    [ -s "$BATS_TEST_TMPDIR/cells.1" ]
    cmp "$BATS_TEST_TMPDIR/cells.1" "$BATS_TEST_TMPDIR/cells.2"
}
