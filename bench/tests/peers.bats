#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/peers/measure: what it says to bad input, and that the table that is
# committed is the one that the committed samples give. Measuring takes a minute
# and Debian's tracers, so that is left to `bench/peers/measure` itself.
#
# shellcheck disable=SC2154 # bats sets $status and $output

bats_require_minimum_version 1.5.0

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
}

@test "bad options are one line and status 2" {
    run --separate-stderr "$TOP/bench/peers/measure" --fast
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ -z $output && $stderr == *"'--fast'"*--help ]]

    run --separate-stderr "$TOP/bench/peers/measure" -o /dev/null/x
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ $stderr == *"'/dev/null/x'"* ]]
}

@test "the committed table follows from the committed samples" {
    tar -C "$BATS_TEST_TMPDIR" -xzf "$TOP/results/peers/raw.tar.gz"
    local method want
    read -r -a want < <(awk '/^[|] nothing [|]/ { gsub(/,/, ""); print $4, $6, $8; exit }' "$TOP/results/peers/README.md")
    ((${#want[@]} == 3))
    for method in 0 1 2; do
        run awk -v cell="$method" '$1 == "sample" && $2 == cell { print $6 - $5 }' "$BATS_TEST_TMPDIR"/nothing-*.samples
        [[ $(sort -n <<<"$output" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }') == "${want[method]}" ]]
    done
}

@test "the README's table is the one that was measured" {
    rows() { sed -n '/^[|] attached /,/^$/p' "$1" | head -n 11; }
    [ "$(rows "$TOP/README.md" | wc -l)" -eq 11 ]
    diff <(rows "$TOP/results/peers/README.md") <(rows "$TOP/README.md")
}
