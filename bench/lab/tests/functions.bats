#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/lab/functions: its page from anatomies that are there.
#
# shellcheck disable=SC2016 # backquotes of Markdown

load ../../tests/common.bash

setup() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    DIR=$BATS_TEST_TMPDIR
    KEEP=$DIR/keep
    mkdir "$KEEP"
    local kernel method
    for kernel in 6.1 6.12; do
        for method in fork vfork posix_spawn; do
            cp user/tests/anatomies/fork-$kernel.jsonl "$KEEP/$method-$kernel.jsonl"
        done
    done
}

@test "the functions that carry a change, in each part of a birth, the largest first" {
    bench/lab/functions --tables --keep "$KEEP" -o "$DIR/out" debian:6.1 debian:6.12
    [ "$(ls "$DIR/out")" = functions.md ]
    [ "$(grep -c '^### ' "$DIR/out/functions.md")" -eq 5 ]
    grep -qx '## From 6.1.0-57 to 6.12.48' "$DIR/out/functions.md"
    sed -n '/^### fork, the call/,/^### vfork/p' "$DIR/out/functions.md" >"$DIR/fork"
    grep -qxF '6,589,688 → 7,427,088 instructions, +837,400 (12.7 %).' "$DIR/fork"
    [ "$(grep -c '^| `' "$DIR/fork")" -le 10 ]
    # By size, whatever the sign, and exactly the difference of both.
    awk -F'|' '/^[|] `/ { for (i = 3; i <= 5; i++) { gsub(/[ ,+]/, "", $i); sub(/−/, "-", $i); sub(/–/, "0", $i) }
        size = $5 < 0 ? -$5 : $5; if ($4 - $3 != $5 || (n++ && size > last)) exit 1; last = size } END { exit n < 3 }' "$DIR/fork"
    grep -q '^| `copy_page_range` | 4,240,000 | 460,000 | −3,780,000 |$\|^| `copy_present_ptes`.* | +4,870,000 |$' "$DIR/fork"
    # The exit has its own.
    sed -n '/^### exit/,$p' "$DIR/out/functions.md" | grep -qF '| `unmap_vmas` | 1,385,000 | 1,240,000 | −145,000 |'
}

@test "one kernel has no change" {
    run bench/lab/functions --tables --keep "$KEEP" -o "$DIR/out" debian:6.1
    [ "$status" -eq 2 ]
    [ "$output" = 'functions: a change is from one kernel to another: name two' ]
    refute test -e "$DIR/out/functions.md"
}
