#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The driver's own overhead: its medians for fork and vfork against a bare loop of the same call, in
# alternating blocks of one run, in instructions.

@test "the driver's fork and vfork cost at most 1 % more than a bare loop" {
    local build=${BUILD:-build}
    bench/lab/fetch-kernel debian:6.1
    run bench/lab/guest --icount --kernel debian:6.1 --add "$build/static/bare" -- bare
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [[ $output == *fork* && $output == *vfork* ]]
}
