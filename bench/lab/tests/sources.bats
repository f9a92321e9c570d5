#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The sources of each phase against each other, and against what the emulator counts
# between the same points with no probe in the kernel: bench/lab/cross-check, on every
# kernel that is known.
#
# shellcheck disable=SC2154 # bats sets $status and $output

bats_require_minimum_version 1.5.0

setup_file() {
    CHECK=$(cd "$BATS_TEST_DIRNAME/.." && pwd)/cross-check
    BUILD=$(realpath "${BUILD:-build}")
    export CHECK BUILD
}

# cross_check KERNEL: its lines are in $lines_of.
cross_check() {
    local fetch=$BATS_TEST_DIRNAME/../fetch-kernel reason
    lines_of=$BATS_TEST_TMPDIR/lines
    if ! reason=$("$fetch" "$1" 2>&1); then
        [ "$1" != debian:6.1 ] || { echo "$reason" && return 1; }
        skip "$reason"
    fi
    "$CHECK" --programs "$BUILD/static" "$1" >"$lines_of" || {
        grep UNEXPLAINED "$lines_of"
        return 1
    }
    # Each kind has been there, and each phase.
    [ "$(cut -f 5 "$lines_of" | sort -u | xargs)" = "fentry kprobe tracepoint" ]
    [ "$(cut -f 3 "$lines_of" | sort -u | wc -l)" -eq 15 ]
    # What is the same is the rule, by functions at least.
    [ "$(grep -v tracepoint: "$lines_of" | grep -c 'same$')" -ge 20 ]
}

@test "debian:6.1: the sources of a phase agree" { cross_check debian:6.1; }
@test "debian:5.10: the sources of a phase agree" { cross_check debian:5.10; }
@test "debian:6.12: the sources of a phase agree" { cross_check debian:6.12; }
@test "debian:sid: the sources of a phase agree" { cross_check debian:sid; }

@test "bad arguments are one line and status 2" {
    run --separate-stderr "$CHECK" --fast
    [ "$status" -eq 2 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == *"'--fast'"*--help ]]

    run --separate-stderr "$CHECK" --programs /nowhere
    [ "$status" -eq 2 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == *"/nowhere/spawnscope is missing"* ]]
}
