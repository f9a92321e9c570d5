#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What is committed in results/lab: that its tables follow from its runs, and that a
# run comes out again, byte for byte.
#
# shellcheck disable=SC2154 # bats sets $status and $output

bats_require_minimum_version 1.5.0

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    REFERENCE=$TOP/bench/lab/reference
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    run --separate-stderr "$REFERENCE" --fast
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ -z $output && $stderr == *"'--fast'"*--help ]]

    run --separate-stderr "$REFERENCE" -o /dev/null/x
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ $stderr == *"'/dev/null/x'"* ]]
}

@test "the committed tables follow from the committed runs" {
    mkdir copy
    cp "$TOP"/results/lab/*.jsonl copy
    "$REFERENCE" --tables -o copy
    cmp copy/phases.md "$TOP/results/lab/phases.md"
    # None of the runs is broken off, too large, or has lost anything.
    local run
    for run in copy/*.jsonl; do
        echo "$run"
        [ "$(stat -c %s "$run")" -le 307200 ]
        [ "$(jq -s '.[-1] | .type == "end" and .lost == 0 and .missed == 0' "$run")" = true ]
    done
    grep -q UNEXPLAINED "$TOP/results/lab/sources.md" && return 1
    [ "$(grep -c '^## ' "$TOP/results/lab/sources.md")" -eq 4 ]
}

@test "the run of debian:6.1 comes out again, byte for byte" {
    local committed=$TOP/results/lab/debian-6.1.jsonl field different
    "$REFERENCE" --run -o . debian:6.1
    # What the digits hang on, beside our own programs.
    for field in kernel_release kernel_build libc qemu; do
        different=$(jq -rs --arg field "$field" '
            [.[] | select(.type == "run").environment[$field]] |
            if .[0] == .[1] then empty else "\($field): committed with \(.[0]), here \(.[1])" end
        ' "$committed" debian-6.1.jsonl)
        [ -z "$different" ] || skip "$different"
    done
    cmp <(grep '"type":"cell"' "$committed") <(grep '"type":"cell"' debian-6.1.jsonl) || {
        echo "if our own programs changed, make results/lab again: bench/lab/reference"
        return 1
    }
}
