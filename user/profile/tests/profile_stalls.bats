#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the threads of a process wait while it forks: by the tracepoints of its mmap_lock, and beside
# them by the threads themselves, which are those of the driver (bench/axes/touchers.c).
#
# shellcheck disable=SC2016,SC2154,SC2317 # commands for other shells; what tool.bash and bats set and call

load ../../tests/tool.bash
load profile.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    LAB=$(realpath "$BATS_TEST_DIRNAME/../../../bench/lab")
    ROOM=$(mktemp -d /tmp/spawnscope-bats.XXXXXX)
    chmod 755 "$ROOM"
    export BUILD LAB ROOM
    copy_tool "$ROOM"
    export TOOL=$ROOM/spawnscope
}

setup() {
    DIR=$BATS_TEST_TMPDIR
}

# The driver's forks and spawns from 256 MiB beside two threads that touch pages: births in $DIR/err,
# samples in $DIR/out.
take_both() {
    profile --detail stalls --json --no-calibrate "$@" -- "$BUILD/spawnscope-bench" \
        --method fork,posix_spawn --size 256M --touchers 2 --runs 9 --warmup 0
    # pid, wait of the tracepoints, of the threads, and the fork's copy; of each fork
    awk '$1 == "sample" && $2 == 0 { print $3, $11 }' "$DIR/out" | sort >"$DIR/touched"
    jq -r 'select(.type == "birth" and .method == "fork" and .parent.threads == 3)
           | "\(.child.pid) \(.stall_ns) \(.stall_sum_ns) \(.phases.copy_mm)"' "$DIR/err" |
        sort >"$DIR/traced"
    join "$DIR/traced" "$DIR/touched" | tee "$DIR/both"
    [ "$(wc -l <"$DIR/both")" -eq 9 ]
}

@test "what the tracepoints see of a fork is what the threads measure of themselves; posix_spawn makes nobody wait" {
    ! has_sanitizers || skip "a fork copies the shadow of stacks, on which the threads then fault, too"
    need_root
    [ "$(nproc)" -gt 1 ] || skip "needs two CPUs"
    take_both -o "$DIR/run.jsonl"
    # A touch has its wait inside it.
    awk '$2 > $5 { print "longer than the touch:", $0; bad = 1 } END { exit bad }' "$DIR/both"
    # Threads wait for most of a copy, and both of them do; not in each fork of a busy machine.
    awk '{ long += $2 > $4 / 2; two += $3 > $2 } END { exit !(long > 1 && two > 1) }' "$DIR/both"
    jq -se 'map(select(.type == "birth" and .method == "spawn")) | length == 9 and all(has("stall_ns") | not)' \
        "$DIR/err"
    # The file has the same, and where it is from.
    jq -se '.[0].stall.source == "tracepoint:mmap_lock_start_locking..mmap_lock_acquire_returned"' \
        "$DIR/run.jsonl"
    "$TOOL" show --show stall "$DIR/run.jsonl" >"$DIR/shown"
    cat "$DIR/shown"
    grep -A 3 '^What others waited' "$DIR/shown" | grep ' fork  *9 '
    # A budget.
    echo 'fork.stall.max <= 1000s' >"$DIR/wide"
    "$TOOL" gate --budget "$DIR/wide" "$DIR/run.jsonl"
    echo 'fork.stall.max <= 1ns' >"$DIR/narrow"
    run "$TOOL" gate --budget "$DIR/narrow" "$DIR/run.jsonl"
    [ "$status" -eq 1 ]
}

@test "the benchmark shows bench, profile and a thread that measures itself side by side" {
    need_root
    [ "$(nproc)" -gt 1 ] || skip "needs two CPUs"
    "$LAB/../peers/stall" -n 3 64 | tee "$DIR/table"
    grep -Eq '^64 +fork( +[0-9.]+){6}$' "$DIR/table"
    grep -Eq '^64 +posix_spawn( +[0-9.]+){2} +-( +[0-9.]+){2} +-$' "$DIR/table"
    run "$LAB/../peers/stall" -n none
    [ "$status" -eq 2 ]
    [ "$output" = 'stall: -n none is not a number of calls' ]
}

@test "other levels of detail attach no such probe, and say so" {
    local level
    need_root
    for level in light calls full; do
        profile --detail "$level" --no-calibrate -o "$DIR/run.jsonl" -- bash -c '/bin/true; /bin/true'
        jq -se '.[0].stall.absent == "only with --detail stalls"' "$DIR/run.jsonl"
        refute grep stall_ns "$DIR/run.jsonl"
    done
    echo 'stall.max <= 1s' >"$DIR/budget"
    run "$TOOL" gate --budget "$DIR/budget" "$DIR/run.jsonl"
    [ "$status" -eq 4 ]
    [[ $output == *'not measured in this run: only with --detail stalls'* ]]
}

# in_guest KERNEL: a profile of the driver's forks on two CPUs, to $DIR/births and $DIR/run.jsonl.
in_guest() {
    "$LAB/fetch-kernel" "$1" >"$DIR/fetched" 2>&1 || skip "$(cat "$DIR/fetched")"
    "$LAB/guest" --kernel "$1" --smp 2 --memory 768M --out "$DIR" --add "$BUILD/static/spawnscope" \
        --add "$BUILD/static/spawnscope-bench" --add "$BUILD/static/spawnscope-child" -- \
        sh -c 'spawnscope profile --detail stalls --no-calibrate --json -o /lab/out/run.jsonl -- \
            spawnscope-bench --method fork --size 64M --touchers 1 --runs 9 --timeout 240 2>/lab/out/births'
}

@test "a kernel without these tracepoints says so (5.10)" {
    in_guest debian:5.10
    jq -se '.[0].stall.absent == "not in this kernel: tracepoint mmap_lock_start_locking (Linux 5.11 has it)"' \
        "$DIR/run.jsonl"
    jq -se 'map(select(.type == "birth")) | length > 9 and all(has("stall_ns") | not)' "$DIR/births"
}

@test "where the tracepoints have the path of the cgroup, too, the waits are the same (6.1)" {
    in_guest debian:6.1
    jq -se 'map(select(.type == "birth" and .method == "fork" and .parent.threads == 2
               and .stall_ns > .phases.copy_mm / 2)) | length > 4' \
        "$DIR/births"
}
