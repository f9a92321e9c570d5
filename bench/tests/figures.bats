#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/figures: published figures as pages of words and pictures, from stored runs.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load common.bash

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    FIGURES=$TOP/bench/figures
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$FIGURES" --fast
    one_line 2 "'/dev/null/x'" "$FIGURES" -o /dev/null/x
    one_line 2 "'f16'.*--help" "$FIGURES" --page --only f4,f16
}

# The slope of the median total along the VMAs, by least squares, of the cells without touched pages.
slope_of() { # RUN
    jq -s 'def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
        [.[] | select(.type == "cell" and .key.mapping == "untouched" and .key.trace == "phases")
             | [.key.vmas, (.samples.total_ns | median)]] as $p | ($p | length) as $n
        | ($p | map(.[0]) | add / $n) as $x | ($p | map(.[1]) | add / $n) as $y
        | ($p | map((.[0] - $x) * (.[1] - $y)) | add) / ($p | map((.[0] - $x) * (.[0] - $x)) | add)' "$1"
}

@test "a page has what was published, this machine, the lab, and the words about it" {
    mkdir made
    cp "$TOP"/results/figures/{f4-debian-*.gz,why.md} made
    # As if a ns were an instruction.
    gunzip -c made/f4-debian-6.1.jsonl.gz | jq -c 'if .type == "run" then .clock = "monotonic" else . end' >run.jsonl
    gzip <run.jsonl >made/f4.jsonl.gz
    "$FIGURES" --page --only f4 -o made
    slope=$(slope_of run.jsonl)
    [ "${slope%.*}" -gt 495 ]
    grep -F "| what does one more empty VMA cost? | 325 ns to 495 ns | $(awk "BEGIN { printf \"%.2f\", $slope / 1000 }") µs |" made/f4.md
    grep -F "$(awk '/^## F4$/ { getline; getline; print }' made/why.md)" made/f4.md
    refute grep -F "$(awk '/^## F5$/ { getline; getline; print }' made/why.md)" made/f4.md
    grep -F '## In the lab, in instructions' made/f4.md
    grep -q '^<svg .*published: before __mt_dup' made/f4.svg
    grep -F '| [F4: fork against the number of VMAs](f4.md) | 3 | ' made/README.md
    # Of the lab alone.
    rm made/f4.jsonl.gz
    "$FIGURES" --page --only f4 -o made
    grep -F 'There is no run on a machine yet.' made/f4.md
    grep -F '| in the lab alone |' made/README.md
}

@test "a page in results is that of its stored runs" {
    cp -r "$TOP/results/figures" made
    "$FIGURES" --page --only f4 -o made
    diff "$TOP/results/figures/f4.md" made/f4.md
    [ -s made/f4.svg ]
}
