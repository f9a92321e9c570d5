#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/lab/cross-check on every kernel: the sources of each phase agree with each other,
# and with what the emulator counts between the same points without a probe.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load lab.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    export BUILD CHECK=$LAB_SCRIPTS/cross-check
}

cross_check() { # KERNEL
    local lines=$BATS_TEST_TMPDIR/lines
    need_kernel "$1"
    "$CHECK" --programs "$BUILD/static" "$1" >"$lines" || {
        grep UNEXPLAINED "$lines"
        return 1
    }
    # Every kind was compared, and nearly every phase.
    [ "$(cut -f 5 "$lines" | sort -u | xargs)" = "fentry kprobe tracepoint" ]
    [ "$(cut -f 3 "$lines" | sort -u | wc -l)" -ge 15 ]
    # Most are the same, at least with probes on functions.
    [ "$(grep -v tracepoint: "$lines" | grep -c 'same$')" -ge 20 ]
}

@test "debian:6.1: the sources of a phase agree" { cross_check debian:6.1; }
@test "debian:5.10: the sources of a phase agree" { cross_check debian:5.10; }
@test "debian:6.12: the sources of a phase agree" { cross_check debian:6.12; }
@test "debian:sid: the sources of a phase agree" { cross_check debian:sid; }

@test "bad arguments are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$CHECK" --fast
    one_line 2 "/nowhere/spawnscope is missing" "$CHECK" --programs /nowhere
}
