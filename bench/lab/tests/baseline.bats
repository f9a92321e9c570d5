#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Our own gate: the cost of the driver's calls in the lab, and of the probes, against
# results/baselines. A build that does a little more must fail it.
#
# Without sanitizers: its scripts use the usual build.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load lab.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    TOP=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    export BUILD TOP
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$TOP/bench/lab/baseline" --fast
    one_line 2 '--keep needs a folder' "$TOP/bench/lab/baseline" --keep
}

@test "the cost of our calls and of tracing them is that of the baseline" {
    local status=0
    "$TOP/bench/lab/baseline" --keep "$BATS_FILE_TMPDIR/kept" >text || status=$?
    cat text
    # With another kernel, QEMU or C library, the comparison says nothing about this change.
    ((status != 5)) || skip "$(grep -m1 '^not comparable' text); bench/lab/baseline --save takes a new one"
    [ "$status" -eq 0 ]
    [ "$(grep -c '^pass: [1-9][0-9]* exact metrics not worse$' text)" -eq 2 ]
}

@test "probes and a driver that do a little more are regressions" {
    local status=0 kept=$BATS_FILE_TMPDIR/kept/lab-b.jsonl
    [ -s "$kept" ] || skip "no run to compare with: see the test before"
    "$BUILD/spawnscope" gate --baselines baselines --save lab-6.1 "$kept" >/dev/null

    # Reuse the build: only what changes is built again.
    mkdir build
    cp -a "$TOP"/{Makefile,bpf,user,bench} .
    cp -a "$BUILD"/{gen,obj,lab,static,spawnscope,spawnscope-child,flags.stamp,sources.stamp} build
    sed -i 's/^\t[*]birth_edge(s, EDGE_clone_enter) = bpf_.*$/\tvolatile int more = 0;\n\tmore++, more++, more++, more++, more++, more++, more++, more++, more++, more++;\n&/' bpf/clone.bpf.h
    sed -i 's/^\tpid = vfork_child(.*$/\tfor (volatile int i = 0; i < 80; i++)\n\t\t;\n&/' bench/methods/vfork.c
    [ "$(diff -r "$TOP/bpf" bpf | grep -c '^>')" -eq 2 ]
    [ "$(diff -r "$TOP/bench" bench | grep -c '^>')" -eq 2 ]
    env -u BUILD make -o build/flags.stamp -o build/sources.stamp static >log 2>&1 || { cat log && false; }

    COLUMNS=200 bench/lab/baseline -v --baselines baselines >text || status=$?
    cat text
    [ "$status" -eq 1 ]
    # The driver's change shows in vfork alone; the probes' in the cost of tracing any call.
    sed '/^Cost of tracing/,$d' text >calls
    sed -n '/^Cost of tracing/,$p' text >probes
    grep -Eq '^regression: vfork at [0-9]+M, [a-z ]+: (call|total) [+][0-9]+ instructions a spawn, [+][1-9][0-9]?[.]' calls
    grep -Eq '^vfork at 1M, untraced +call .* regression$' calls
    refute grep -Eq '^(fork|posix_spawn) .* regression$' calls
    grep -Eq '^regression: [a-z_]+ at [0-9]+M, [a-z ]+: call [+][1-6][0-9] instructions a spawn' probes
    for method in fork vfork posix_spawn; do
        grep -Eq "^$method at 1M, traced +call .* regression\$" probes
    done
    grep -q 'bench/lab/baseline --save' text
}
