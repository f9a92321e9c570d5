#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Threads that touch pages beside the calls: what a fork makes them wait.

load driver

# Column $2 of the samples of cell $1, sorted by size; the middle one.
middle() {
    awk -v id="$1" -v at="$2" '$1 == "sample" && $2 == id { print $at }' "$DIR/out" | sort -n |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

@test "a fork makes threads that touch pages wait, posix_spawn does not" {
    [ "$(nproc)" -gt 1 ] || skip "needs two CPUs"
    "$BENCH" --method fork,posix_spawn --size 256M --touchers 2 --runs 15 >"$DIR/out"
    fork=$(middle 0 11) sum=$(middle 0 12) base=$(middle 0 13) spawn=$(middle 1 11)
    echo "fork: $fork, sum $sum, base $base; posix_spawn: $spawn"
    [ "$fork" -gt "$base" ]
    [ "$fork" -gt "$spawn" ]
    [ "$sum" -gt "$fork" ]
    # The main thread, and two that touch.
    grep '^parent .* threads=3 ' "$DIR/out"
}

# A child's own time of its exit is there.
@test "beside threads that touch, children live until they exit, and exec" {
    [ "$(nproc)" -gt 1 ] || skip "needs two CPUs"
    "$BENCH" --method fork,fork-exec --size 1M --touchers 2 --runs 3 >"$DIR/out"
    cat "$DIR/out"
    [ "$(awk '$1 == "sample" && $2 == 0 && $9 != "-"' "$DIR/out" | wc -l)" -eq 3 ]
    [ "$(grep -c '^sample 1 ' "$DIR/out")" -eq 3 ]
}

@test "without touching threads nothing was waited for" {
    "$BENCH" --method fork --size 1M --touchers 0 --runs 2 >"$DIR/out"
    [ "$(grep -c '^sample' "$DIR/out")" -eq 2 ]
    awk '$1 == "sample" && NF != 10 { exit 1 }' "$DIR/out"
}

@test "on one CPU they would not run beside a fork: the cell is skipped" {
    taskset -c 0 "$BENCH" --method fork --size 1M --touchers 0,1 --runs 1 --cpu 0 >"$DIR/out"
    grep '^skip 1 touchers need a second CPU' "$DIR/out"
    [ "$(grep -c '^sample 0 ' "$DIR/out")" -eq 1 ]
}
