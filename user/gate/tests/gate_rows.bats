#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The rows of gate: ten at most, one for all cells that say the same; -v has one a cell.
#
# shellcheck disable=SC2016,SC2154 # jq's variables; what tool.bash sets

load gate.bash

LAB=$BATS_TEST_DIRNAME/../../../results/lab

# Writes what gate prints of two kernels in the lab, in so many columns, as text and as JSON.
two_kernels() { # COLUMNS [OPTION]...
    local columns=$1
    shift
    COLUMNS=$columns run -1 "$TOOL" gate "$@" --factor kernel "$LAB"/debian-6.{1,12}.jsonl
    printf '%s\n' "$output" >"$DIR/text"
    run -1 "$TOOL" gate --json --factor kernel "$LAB"/debian-6.{1,12}.jsonl
    printf '%s\n' "$output" >"$DIR/json"
}

@test "two kernels in the lab take at most sixty lines, and no line is too wide" {
    local columns
    for columns in 40 80 120 200; do
        two_kernels "$columns"
        echo "$columns columns: $(wc -l <"$DIR/text") lines"
        ((columns < 80)) || [ "$(wc -l <"$DIR/text")" -le 60 ]
        # The first line is as long as it must be.
        run awk -v width="$columns" 'NR > 1 && length($0) > width' "$DIR/text"
        [ -z "$output" ]
    done
    # -v has a row for each that is not.
    COLUMNS=200 two_kernels 200 -v
    [ "$(wc -l <"$DIR/text")" -gt 500 ]
}

@test "a row of several cells has their number and the range of their changes" {
    local metric cells range
    two_kernels 200
    for metric in total call copy_mm; do
        cells=$(jq --arg m $metric '[.metrics[] | select(.metric == $m and .verdict == "regression")] | length' \
            "$DIR/json")
        [ "$cells" -gt 1 ]
        range=$(jq -r --arg m $metric '[.metrics[] | select(.metric == $m and .verdict == "regression").change * 100] |
            "\(min) \(max)"' "$DIR/json" | LC_ALL=C awk '{ printf "[+]%.1f %% +[+]%.1f %%", $1, $2 }')
        grep -E " $metric +[0-9]" "$DIR/text"
        grep -E " $metric +[0-9].* regression +$cells  +$range$" "$DIR/text"
    done
    # What is left out is counted: rows of the table and rows beyond it are all that are not the same.
    local shown left
    shown=$(awk '/^CELL/ { on = 1; next } /more rows/ { exit } on { sum += $(NF - 4) }
        END { print sum }' "$DIR/text")
    left=$(sed -n 's/.*more rows (\([0-9]*\) with a row a cell).*/\1/p' "$DIR/text")
    [ "$((shown + left))" -ge "$(jq '[.metrics[] | select(.verdict == "regression")] | length' "$DIR/json")" ]
}

@test "notes that say the same of several cells are one" {
    two_kernels 80
    [ "$(grep -c 'neither side has it' "$DIR/text")" -eq 1 ]
    grep -q '^fork at 1M thp, vfork at 1M thp, ' "$DIR/text"
}

@test "the first line shows where two values differ, and cuts none without a sign" {
    run -5 "$TOOL" gate "$LAB"/debian-6.{1,12}.jsonl
    # Both builds begin alike, with more than has room.
    grep -Eq 'kernel_build \(\.\.6\.1\.[0-9]+-[^|]* \| \.\.6\.12\.[0-9]+-' <<<"${lines[0]}"
    grep -Eq 'mthp \(not known \| [^)]*\.\.\)' <<<"${lines[0]}"
    # Below it stands whole.
    [[ $output == *512kB=never\ 64kB=never* || $output == *$'512kB=never\n  64kB=never'* ]]
}
