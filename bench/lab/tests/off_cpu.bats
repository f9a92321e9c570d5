#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Time off the CPU is no work: on the one CPU of the lab, forks beside three busy tasks, which
# preempt parent and child, have the work of the same forks alone.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.
#
# shellcheck disable=SC2016,SC2154 # jq's variables are not the shell's; bats sets $status and $output

load lab.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    export BUILD
}

# Of the forks of 64 MiB: from edge to edge, and the phases of work in between.
readonly FORKS='map(select(.type == "birth" and .method == "fork" and .parent.rss_bytes > mib(60)))'
readonly SPANS='map(.edges | .clone_return - .clone_enter + .exit_mm_end - .exit_start) | add'
readonly WORK='map(.phases | .clone_setup + .copy_mm + .clone_finish + .wake + .exit_mm) | add'

forks_beside_busy_tasks() { # KERNEL
    local out=$BATS_TEST_TMPDIR/out alone beside spans quiet when
    need_kernel "$1"
    cat >"$BATS_TEST_TMPDIR/twice" <<'SH'
#!/bin/sh
forks() {
    spawnscope profile -o "out/$1" -- spawnscope-bench --method fork --size 64M --runs 60 >"out/$1.txt" 2>&1
}
forks alone || exit
for _ in 1 2 3; do
    while :; do :; done &
done
forks beside
SH
    chmod +x "$BATS_TEST_TMPDIR/twice"
    "$LAB_SCRIPTS/guest" --icount --kernel "$1" --init "$BUILD/static/lab-init" \
        --add "$BUILD/static/spawnscope" --add "$BUILD/static/spawnscope-bench" \
        --add "$BATS_TEST_TMPDIR/twice" --out "$out" -- twice 3>&-
    for when in alone beside; do
        [ "$(ask "$out/$when" "$FORKS | length >= 60")" = true ]
    done
    alone=$(ask "$out/alone" "$FORKS | $WORK")
    beside=$(ask "$out/beside" "$FORKS | $WORK")
    spans=$(ask "$out/beside" "$FORKS | $SPANS")
    quiet=$(ask "$out/alone" "$FORKS | $SPANS")
    echo "# $1: work $alone alone, $beside beside three busy tasks; call and exit took $quiet and $spans" >&3
    # They were preempted indeed, by more than the test allows.
    [ $((100 * spans)) -gt $((103 * quiet)) ]
    [ $((100 * (beside > alone ? beside - alone : alone - beside))) -lt $((2 * alone)) ]
}

@test "debian:6.1: 60 forks beside three busy tasks are as much work as alone" { forks_beside_busy_tasks debian:6.1; }
@test "debian:sid: 60 forks beside three busy tasks are as much work as alone" { forks_beside_busy_tasks debian:sid; }
