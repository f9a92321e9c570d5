#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Published figures beside a run of the suite that has their axes: in words, as tables and as a chart.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    share_browser
    vma_run 400 >"$ROOM/f4.jsonl"
    "$TOOL" report "$ROOM/f4.jsonl" -o "$ROOM/f4.html"
}

# A run of suite f4, in which each additional VMA takes so many ns.
vma_run() { # NS
    made_run 'map(if .type == "run" then .environment.suite = "f4" else . end)
        | map(select(.type != "cell")) as $ends
        | map(select(.type == "cell" and .key.method == "fork" and .key.trace == "none" and .key.rss_bytes == 1048576))[0] as $cell
        | [$ends[0]] + [("untouched", "") as $mapping | (0, 800, 6400) as $vmas |
            $cell | .key += {vmas: $vmas} + (if $mapping == "" then {} else {mapping: $mapping} end)
            | .samples.total_ns = [range(.n) | 50000 + '"$1"' * $vmas]] + [$ends[1]]'
}

@test "a run of the suite says what agrees, on a terminal and in Markdown; one of another suite does not" {
    COLUMNS=80 "$TOOL" show "$ROOM/f4.jsonl" >"$DIR/shown"
    grep -F 'F4: what does one more empty VMA cost? 400 ns; published: 325 ns to 495 ns:' "$DIR/shown"
    "$TOOL" report --format markdown "$ROOM/f4.jsonl" >"$DIR/markdown"
    grep -F '**400 ns; published: 325 ns to 495 ns: agrees**' "$DIR/markdown"
    vma_run 2000 >"$DIR/slow.jsonl"
    "$TOOL" report --format markdown "$DIR/slow.jsonl" | grep -F '**2.00 µs; published: 325 ns to 495 ns: differs**'
    jq -c 'del(.environment.suite)' "$ROOM/f4.jsonl" >"$DIR/none.jsonl"
    "$TOOL" report --format markdown "$DIR/none.jsonl" >"$DIR/markdown"
    refute grep -F 'published' "$DIR/markdown"
}

@test "a run that was just made knows its suite" {
    measure f9 --no-trace --suite f9 --runs 6
    [ "$(jq -r 'select(.type == "run").environment.suite' "$result")" = f9 ]
    "$TOOL" show "$result" >"$DIR/shown"
    [ "$(grep -c '^F9: ' "$DIR/shown")" -eq 4 ]
    refute grep 'not measured' <<<"$(tr -s ' \n' ' ' <"$DIR/shown")"
    printf '[x]\nmethod = vfork\nsize = 0\nruns = 6\n' >"$DIR/f9"
    measure mine --no-trace --suite "$DIR/f9"
    [ "$(jq 'select(.type == "run").environment | has("suite")' "$result")" = false ]
}

@test "the page draws ours and, dashed, what was published, with its source" {
    block_holds "$ROOM/f4.html" '.views.figure[0].suite == "f4"' \
        '[.views.figure[0].ours[].points[2]] == [[6400, 2610000], [6400, 2610000]]' \
        '[.views.figure[0].published[].points[0][1]] == [89206.1, 87292.0]' \
        '[.views.figure[0].claims[].verdict] == ["agrees", "agrees", "agrees"]'
    look figure "$ROOM/f4.html" 4 2 'published: before __mt_dup'
    look text "$ROOM/f4.html" 'the series that adds __mt_dup' '325 ns to 495 ns' 'agrees'
    look saves "$ROOM/f4.html" figure 'published: before __mt_dup' 15
    look noscript "$ROOM/f4.html"
    look widths "$ROOM/f4.html"
    look axe "$ROOM/f4.html"
}

@test "of a run in the lab, times that were published stand against their first point" {
    jq -c 'if .type == "run" then .clock = "icount" else . end' "$ROOM/f4.jsonl" >"$DIR/lab.jsonl"
    "$TOOL" report "$DIR/lab.jsonl" -o "$DIR/lab.html"
    block_holds "$DIR/lab.html" '[.views.figure[0].claims[].verdict] == ["instructions are no time", "instructions are no time", "agrees"]'
    look figure "$DIR/lab.html" 4 2 'published: before __mt_dup'
    look text "$DIR/lab.html" 'instructions are no time'
}

@test "beside a run without a figure the page says so" {
    "$TOOL" report "$ROOM/f4.jsonl" <(made_run) -o "$DIR/two.html"
    look runs "$DIR/two.html" 2
    block_holds "$DIR/two.html" '.views.figure[1] == null'
}
