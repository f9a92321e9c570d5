#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the driver itself costs: its medians for fork and vfork against those of
# a bare loop of the same call, alternated in one run, counted in instructions.

@test "the driver's fork and vfork are within 1 % of a bare loop of the same call" {
    local build=${BUILD:-build}
    bench/lab/fetch-kernel debian:6.1
    run bench/lab/guest --icount --kernel debian:6.1 --add "$build/static/bare" -- bare
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [[ $output == *fork* && $output == *vfork* ]]
}
