#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/lab/programs: what it makes of paths of calls that are there. No guest.

load ../../tests/common.bash

setup() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    DIR=$BATS_TEST_TMPDIR
    cat >"$DIR/kallsyms" <<'SYMBOLS'
ffffffff81000000 T do_call
ffffffff81000100 T traced
ffffffff81000200 T jumped
ffffffff81000300 T prog_enter
ffffffff81000400 T helper
ffffffff81000500 t of_helper
ffffffff81000600 T __traceiter_point
ffffffff81000700 T bpf_trace_run1
SYMBOLS
    # Four calls: one without probes; one where `traced` calls its trampoline, `jumped` jumps to its, both have a
    # program at the entry and at the return, and the second of these calls a helper, while the child reads the clock, too;
    # and one where another trampoline of `traced` is at that place, which calls a program at the return only, before the
    # first one is there again.
    cat >"$DIR/raw" <<'RAW'
anatomy 1 quadword-steps
block 1 ffffffff81000010 10
block 2 ffffffffc0000000 3
block 3 ffffffffc0001000 5
block 4 ffffffff81000400 7
block 5 ffffffffc0002000 4
node 1 0 0 400000 task
node 2 1 400010 ffffffff81000000 syscall
node 3 2 ffffffff81000010 ffffffff81000100 call
node 4 3 ffffffff81000104 ffffffffc0000000 call
node 5 4 ffffffffc0000010 ffffffff81000300 call
node 6 4 ffffffffc0000020 ffffffffc0001000 call
node 7 4 ffffffffc0000030 ffffffff81000109 call
node 8 4 ffffffffc0000040 ffffffffc0001100 call
node 9 8 ffffffffc0001110 ffffffff81000400 call
node 10 9 ffffffff81000410 ffffffff81000500 call
node 11 2 ffffffff81000020 ffffffff81000200 call
node 12 11 ffffffffc0002010 ffffffff81000300 call
node 13 11 ffffffffc0002020 ffffffffc0001200 call
node 14 11 ffffffffc0002030 ffffffff81000209 call
node 15 11 ffffffffc0002040 ffffffffc0001300 call
node 16 2 ffffffff81000030 ffffffff81000600 call
node 17 16 ffffffff81000610 ffffffff81000700 call
node 18 17 ffffffff81000710 ffffffffc0001400 call
node 19 4 ffffffffc0000018 ffffffff81000109 call
node 20 4 ffffffffc0000028 ffffffffc0001500 call
segment 1 0 1000 clock
own 1 1 1 1000
segment 1 1000 1020 clone
own 2 1 2 20
segment 1 1020 1030 clock
own 3 1 1 10
segment 1 1030 2000 clock
own 1 1 97 970
segment 1 2000 2016 clone
own 2 1 1 10
own 4 2 2 6
segment 2 2016 2020 clock
own 1 1 1 4
segment 1 2020 2136 clock
own 5 1 1 9
own 6 3 1 5
own 7 1 1 10
own 8 3 2 11
own 9 4 1 7
own 10 4 1 8
own 11 5 1 4
own 12 1 1 9
own 13 3 1 12
own 14 1 1 10
own 15 3 1 13
own 16 1 1 1
own 17 1 1 2
own 18 3 1 15
segment 1 2136 3000 clock
own 1 1 86 864
segment 1 3000 3008 clone
own 2 1 1 8
segment 1 3008 3033 clock
own 4 2 1 3
own 19 1 1 10
own 20 3 2 12
segment 1 3033 4000 clock
own 1 1 96 967
segment 1 4000 4008 clone
own 2 1 1 8
segment 1 4008 4034 clock
own 4 2 1 3
own 6 3 1 5
own 7 1 1 10
own 8 3 1 8
end
RAW
    cell() { # SET VALUE
        printf '{"type":"cell","key":{"method":"vfork","trace":"%s"},"n":1,"samples":{"spawn_ns":[%s]}}\n' "$1" "$2"
    }
    { cell none 30 && cell phases 136 && cell floor 33 && cell light 34; } >"$DIR/bench.jsonl"
}

@test "programs are found by trampolines that are called and jumped to, and by tracepoints; all adds up" {
    run -0 --separate-stderr bench/lab/programs --keep "$DIR"
    diff <(printf '%s\n' "$output") - <<'LINES'
floor around own 3
floor call all 18
floor return:traced own 12
light around own 3
light call all 18
light entry:traced own 5
light return:traced own 8
none call all 30
phases around own 31
phases call all 34
phases entry:jumped own 12
phases entry:traced own 5
phases point own 15
phases return:jumped own 13
phases return:traced helper 15
phases return:traced own 11
LINES
    [ "$(awk '$1 == "phases" { sum += $4 } END { print sum }' <<<"$output")" -eq 136 ]
}

@test "samples that are not among what the plugin wrote are named" {
    cell light-floor 77 >>"$DIR/bench.jsonl"
    run -2 bench/lab/programs --keep "$DIR"
    [[ $output == *"the calls of the set light-floor are not in what the plugin wrote"* ]]
}
