#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The plugin that counts by the path of calls: known calls are found where they were made, nothing is
# missing from the sum, and the guest does not notice. A guest takes two to ten seconds.
#
# Takes long: its guests are traced by the instruction.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.

load lab.bash

# What both runs of a test are: they differ in the plugin only.
BENCH_OPTIONS=(-q --no-trace --untraced none --runs 3 --rounds 1)
CELL=(--method fork --size 1M)

anatomy() { # OPTION...
    "$LAB_SCRIPTS/anatomy" --programs "$BUILD" "$@"
}

# Each segment begins where the last one ended, and has as many instructions as its paths.
segments_are_whole() { # RAW
    awk '
        function check() { if (seen && sum != to - from) { print "segment " name ": " sum " of " to - from; bad = 1 } }
        $1 == "segment" {
            check()
            if (seen && $3 != to) { print "a gap before " $0; bad = 1 }
            seen = 1; sum = 0; name = $0; from = $3; to = $4
        }
        $1 == "own" { sum += $5 }
        END { check(); exit bad || !seen }' "$1"
}

# The call of each birth and the birth until it is reaped, by the clock that its parent read: lines
# "CALL TOTAL".
births_of() { # RAW
    awk '
        $1 != "segment" { next }
        # A child reads it, too, before it executes a program that may have children.
        $5 == "exec" && $2 == reader { reader = "" }
        $5 == "clone" && $2 == reader { parent = $2; begin = clock; clocks = 0 }
        $5 == "clock" {
            reader = $2
            clock = $4
            if ($2 == parent && begin != "" && ++clocks == 1) call = $4 - begin
            else if ($2 == parent && begin != "" && clocks == 2) { print call, $4 - begin; begin = "" }
        }' "$1"
}

# The kept births and the samples are the same; the clock rounds, and runs a few millionths fast.
births_are_the_samples() { # FOLDER COUNT
    paste -d ' ' <(births_of "$1/raw" | tail -n "$2") <(
        jq -r 'select(.type == "cell").samples | [.spawn_ns, .total_ns] | transpose[] | @tsv' "$1/bench.jsonl"
    ) | awk '
        function near(x, y) { return x - y <= 1 + y / 100000 && y - x <= 1 + y / 100000 }
        NF != 4 || !near($1, $3) || !near($2, $4) { print; bad = 1 }
        END { exit bad || NR != '"$2"' }'
}

# known.c says what these do.
known_calls() {
    cat <<'LINES'
main/answer call 0 0
main/calls call 1 30005
main/calls/leaf call 10000 10000
main/jumps/deep/deeper call 1
main/jumps/leaf call 2 2
main/signals/kill/handler signal 3
main/signals/kill/handler/leaf call 3 3
main/signals/leaf call 1 1
main/spins/spin call 1 20000001
main/switches/answer call 1
main/switches/answer/leaf call 50 50
main/switches/leaf call 50 50
main/tails/first call 100 300
main/vforks/in_child call 1
main/vforks/in_child/leaf call 7 7
main/vforks/leaf call 5 5
LINES
}

finds_known_calls() { # KERNEL
    local line
    need_kernel "$1"
    anatomy --kernel "$1" --births 1 --keep "$BATS_TEST_TMPDIR/known" -- --method fork-exec --size 1M --warmup 0 \
        -- "$BUILD/static/known"
    "$LAB_SCRIPTS/tests/paths" "$BATS_TEST_TMPDIR/known/raw" "$BUILD/static/known" >"$BATS_TEST_TMPDIR/paths"
    grep -v /descend/ "$BATS_TEST_TMPDIR/paths"
    while read -r line; do
        case $line in
        *' 0 0') refute grep -q "^${line% 0 0} " "$BATS_TEST_TMPDIR/paths" ;;
        *) grep -qE "^$line( |\$)" "$BATS_TEST_TMPDIR/paths" ;;
        esac
    done < <(known_calls)
    # 51 frames of descend, one below the other.
    [ "$(grep -cE '^main(/descend)+ call 1 ' "$BATS_TEST_TMPDIR/paths")" -eq 51 ]
    # The timer interrupts spin(), and stands below no one.
    awk '$1 == "node" && $6 == "interrupt" { n++; if ($3) exit 1 } END { exit !n }' "$BATS_TEST_TMPDIR/known/raw"
    # The plugin has stopped by itself: in order, and whole.
    segments_are_whole "$BATS_TEST_TMPDIR/known/raw"
    births_are_the_samples "$BATS_TEST_TMPDIR/known" 1
    # The program, and the driver without symbols of its own but with some beside it.
    grep -qP "^program\t[^\t]*\t$BUILD/static/known\$" "$BATS_TEST_TMPDIR/known/modules"
    [ -s "$BUILD/static/spawnscope-bench.debug" ]
}

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    export BUILD
}

@test "known calls are found where they were made, on 6.1" {
    finds_known_calls debian:6.1
}

@test "known calls are found where they were made, on 5.10" {
    finds_known_calls debian:5.10
}

@test "known calls are found where they were made, on 6.12" {
    finds_known_calls debian:6.12
}

@test "known calls are found where they were made, on sid" {
    finds_known_calls debian:sid
}

@test "the samples are the same with and without the plugin, and two runs are, byte for byte" {
    need_kernel debian:6.1
    for run in 1 2; do
        anatomy --kernel debian:6.1 --births 3 --keep "$BATS_TEST_TMPDIR/$run" -- "${CELL[@]}"
    done
    cmp "$BATS_TEST_TMPDIR/1/raw" "$BATS_TEST_TMPDIR/2/raw"
    cmp "$BATS_TEST_TMPDIR/1/modules" "$BATS_TEST_TMPDIR/2/modules"
    segments_are_whole "$BATS_TEST_TMPDIR/1/raw"
    births_are_the_samples "$BATS_TEST_TMPDIR/1" 3
    "$LAB_SCRIPTS/lab" --programs "$BUILD" --kernel debian:6.1 --plugin none --out "$BATS_TEST_TMPDIR/none" \
        -- bench "${BENCH_OPTIONS[@]}" -o "$BATS_TEST_TMPDIR/none.jsonl" "${CELL[@]}" >/dev/null
    same_cells "$BATS_TEST_TMPDIR/1/bench.jsonl" "$BATS_TEST_TMPDIR/none.jsonl"
}

@test "what is wrong is one line" {
    one_line 2 "name the folder" anatomy --kernel debian:6.1
    one_line 2 "'0' is not a number" anatomy --births 0 --keep "$BATS_TEST_TMPDIR"
    one_line 2 "unknown option '--nonsense'" anatomy --nonsense
    one_line 2 "no such file" anatomy --kernel "$BATS_TEST_TMPDIR/none" --keep "$BATS_TEST_TMPDIR" -- --method fork --size 1M
    mkdir -p "$BATS_TEST_TMPDIR/scripts"
    cp "$LAB_SCRIPTS"/{anatomy,lab,points.bash,tools.bash} "$BATS_TEST_TMPDIR/scripts"
    one_line 2 "anatomy-[1-7].so is missing" "$BATS_TEST_TMPDIR/scripts/anatomy" --programs "$BATS_TEST_TMPDIR" \
        --keep "$BATS_TEST_TMPDIR/out"
}
