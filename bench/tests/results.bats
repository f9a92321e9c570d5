#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/results: what README.md repeats of results/ is what the stored runs give.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load common.bash

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=$(realpath "${BUILD:-build}")
    # A tree of its own, in which the step can write.
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p bench results/machine results/peers
    cp "$TOP"/bench/{results,shorten} bench
    cp "$TOP/README.md" .
    cp "$TOP"/results/machine/{standard,make}.jsonl results/machine
    cp "$TOP/results/peers/README.md" results/peers
    ln -s "$BUILD" build
}

@test "README's samples and tables are those of the stored runs" {
    bench/results readme
    diff "$TOP/README.md" README.md
    # What differs is put right, in each sample and in the table.
    sed -i 's/^1M /2M /; s/^cc /cd /; /^| nothing, once more/d' README.md
    [ "$(diff "$TOP/README.md" README.md | grep -c '^<')" -ge 3 ]
    bench/results readme
    diff "$TOP/README.md" README.md
}

@test "README's sample of profile is what show prints of the run, whole" {
    cd results/machine
    LC_ALL=C.UTF-8 "$BUILD/spawnscope" show make.jsonl >shown
    [ -s shown ]
    sed -n '/^### Who starts processes$/,$p' "$TOP/README.md" |
        awk '/^```/ { if (n++) exit; next } n' >sample
    [ "$(head -n 1 sample)" = "\$ sudo spawnscope profile -o make.jsonl -- make -s -C tree -j2" ]
    tail -n +2 sample | diff shown -
    # Another number of births gives another text.
    awk '/"type":"birth"/ && !n++ { next } { print }' make.jsonl >fewer.jsonl
    refute diff <(LC_ALL=C.UTF-8 "$BUILD/spawnscope" show fewer.jsonl) shown
}

@test "the table of other kernels has each test of the logs, and keeps what failed" {
    printf '%s\n' 'ok 1 debian:sid: births # skip the same file' '# 1 CPU, (lazy): status 0 made 2' 'ok 2 debian:6.1: storms' \
        'not ok 3 debian:6.1: COW faults' '# no test' >first.log
    printf 'ok 1 debian:6.1: COW faults\n' >second.log
    XDG_CACHE_HOME=$PWD "$TOP/bench/tests/kernel-table" first.log second.log >table
    grep -q "on $(date -u -r second.log +%F), in " table
    diff - <(grep -A9 '^| ---' table) <<'TABLE'
| --- | --- | --- | --- |
| debian:sid | none | births | not run: the same file |
| debian:6.1 | none | storms | ok, 1 storm |
|  |  | COW faults | FAILED |
TABLE
}

@test "bad steps are one line and status 2" {
    one_line 2 "no step 'frob'.*--help" bench/results frob
    one_line 2 "'--frob'.*--help" bench/results --frob
}
