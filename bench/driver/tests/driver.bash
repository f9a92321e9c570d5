# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2317 # bats and its tests call these
#
# What the tests of the driver have in common. BUILD names the folder of the
# binaries (build).

bats_require_minimum_version 1.5.0

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    export BUILD
    export BENCH=$BUILD/spawnscope-bench
}

setup() {
    DIR=$BATS_TEST_TMPDIR
}

# `! command` alone does not fail a test.
refute() {
    ! "$@"
}

# one_line CODE PATTERN COMMAND...: refused with that exit code, one line on standard error that
# matches, and nothing on standard output.
one_line() {
    local code=$1 pattern=$2 status=0
    shift 2
    "$@" >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    cat "$DIR/err"
    [ "$status" -eq "$code" ]
    [ ! -s "$DIR/out" ]
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -Eq -- "$pattern" "$DIR/err"
}

# What runs from our binaries, in any state but zombie.
our_processes() {
    local exe
    for exe in /proc/[0-9]*/exe; do
        case $(readlink "$exe" 2>/dev/null) in
        "$DIR"/copy/spawnscope-*) echo "${exe//[!0-9]/}" ;;
        esac
    done
}

# Waits up to ten seconds for a command to succeed.
eventually() {
    for _ in $(seq 100); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

# Processes are told from those of other runs by where their program lies.
copy_binaries() {
    mkdir -p "$DIR/copy"
    cp "$BENCH" "$BUILD/spawnscope-child" "$DIR/copy"
}
