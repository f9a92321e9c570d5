#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: what changed from the first run to the last.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

# Runs with blocks, so with intervals. In the second fork and its copy take twice as long, what wakes
# its child half, its set-up longer by less than the intervals, and copy-on-write of the child is at
# another probe.
before() { # [JQ]
    made_run '.[0].rounds = 11 | '"${1:-.}"
}

after() {
    before 'map(if .key.method == "fork" then .samples.spawn_ns |= map(. * 2)
            | (if .phases.copy_mm.ns then .phases.copy_mm.ns |= map(. * 2) else . end)
            | (if .phases.clone_setup.ns then .phases.clone_setup.ns |= map(. * 1.0005 | round) else . end)
            | (if .phases.wake.ns then .phases.wake.ns |= map(. / 2 | round) else . end)
            | (if .phases.cow_child.ns then .phases.cow_child.source = "kprobe:wp_page_copy" else . end) else . end)'
}

start_early() {
    share_browser
    before >"$ROOM/before.jsonl"
    after >"$ROOM/after.jsonl"
    "$TOOL" report "$ROOM/before.jsonl" "$ROOM/after.jsonl" -o "$ROOM/two.html"
}

headline() { # PAGE
    sed -n '/<section id="changes"/,/<\/section>/p' "$1" | sed -n 's/.*<div class="headline"><p>\(.*\)<\/p>/\1/p'
}

@test "two runs begin with the largest change, its cause, and how many changed" {
    look views "$ROOM/two.html" changes answer phases latency environment spread cow compare method
    headline "$ROOM/two.html" | grep -qE '^From before to after the largest change is in fork from 1 MiB, call to return: 102\.0 µs \([0-9.]+ to [0-9.]+\) → 204\.0 µs \([0-9.]+ to [0-9.]+\), \+100\.0 %; most of it in copy_mm, 80\.00 µs .* → 160\.0 µs .*, \+100\.0 %\.$'
    look text "$ROOM/two.html" '4 of 24' '2 of 24' '18 of 24'
    # The picker of a run comes after what is of both.
    [[ $(grep -nE '<section id="(changes|answer)"|class="picker"' "$ROOM/two.html" | sed 's/.*\(changes\|answer\|picker\)".*/\1/' | xargs) == "changes picker answer" ]]
}

@test "the largest change of a call is that with the largest factor, however long the rest of the birth is" {
    local long='map(if .key.method == "fork" and .key.rss_bytes == 1048576 then .samples.total_ns |= map(. * 10) else . end)'
    before "$long" >"$DIR/a.jsonl"
    before "$long"' | map(if .key.method == "fork" then (if .key.rss_bytes == 1048576 then 3 else 2 end) as $f | .samples.spawn_ns |= map(. * $f) else . end)' >"$DIR/b.jsonl"
    "$TOOL" report "$DIR/a.jsonl" "$DIR/b.jsonl" -o "$DIR/page.html"
    headline "$DIR/page.html" | grep -qF 'fork from 1 MiB, call to return: 102.0 µs'
    rows_of "$DIR/page.html" 'What changed, the worst first' | grep -q '^call|longer|2|+100.0 %|+200.0 %|fork, 64 MiB|'
}

@test "the table groups what changed over its cells, the worst first" {
    rows_of "$ROOM/two.html" 'What changed, the worst first' >"$DIR/rows"
    [ "$(cut -d'|' -f 1-6 "$DIR/rows")" = 'call|longer|2|+100.0 %|+100.0 %|fork, 1 MiB
copy_mm|longer|2|+100.0 %|+100.0 %|fork, 64 MiB
wake|shorter|2|-50.0 %|-50.0 %|fork, 1 MiB' ]
    rows_of "$ROOM/two.html" 'Medians in both runs' >"$DIR/all"
    [ "$(wc -l <"$DIR/all")" -eq 24 ]
    grep -qE '^cow_child\*†\|fork\|1 MiB\|within noise\|4\.[0-9]+ µs' "$DIR/all"
    [ "$(grep -c '|within noise|.*|0 %$' "$DIR/all")" -eq 16 ]
    [ "$(grep -c '^clone_setup|fork|.*|within noise|.*|+0.05 %$' "$DIR/all")" -eq 2 ]
}

# medians FILE: of each cell, time and phase, a median a line: method, parent, pages, name, median.
medians() {
    jq -rs 'def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
        {call: "spawn_ns", started: "exec_ns", total: "total_ns"} as $times | .[] | select(.type == "cell" and (.key.trace | IN("phases", "all"))) | . as $c
        | ($times | to_entries[] | select($c.key.trace == "phases" and $c.samples[.value]) | [.key, $c.samples[.value]]),
          (.phases // {} | to_entries[] | select(.value.ns) | [.key + if $c.key.trace == "all" then "*" else "" end, .value.ns])
        | [$c.key.method, $c.key.rss_bytes, $c.key.pages, .[0], (.[1] | map(values) | median)] | join("|")' "$1" | sort
}

@test "the medians of two kernels, which became more, and the largest change are those that the files give" {
    local a=$BATS_TEST_DIRNAME/../../../results/lab/debian-5.10.jsonl b=$BATS_TEST_DIRNAME/../../../results/lab/debian-sid.jsonl
    "$TOOL" report "$a" "$b" -o "$DIR/page.html"
    block "$DIR/page.html" | jq -r '.views.changes as $c | .runs[0].rows as $rows | $c.cells[] | $rows[.row[1]] as $row | .lines[]
        | select($c.names[.[0]] != "bill") | [$row[0], $row[4], $row[5][0], $c.names[.[0]] + (if .[2] % 2 == 1 then "*" else "" end), .[1], .[3], .[4]] | join("|")' >"$DIR/lines"
    # The page has six digits.
    awk -F'|' 'function far(x, y) { return x - y > 1e-5 * y || y - x > 1e-5 * y }
        FNR == 1 { file++ } { key = $1 "|" $2 "|" $3 "|" $4 } file == 1 { a[key] = $5 } file == 2 { b[key] = $5 }
        file == 3 { n++; if (!(key in a) || !(key in b) || far($6, a[key]) || far($7, b[key]) || $5 != (b[key] > a[key] ? 0 : b[key] < a[key] ? 1 : 2)) { print "differs: " $0, a[key], b[key]; bad = 1 } }
        END { exit bad || n < 400 }' <(medians "$a") <(medians "$b") "$DIR/lines"
    # Of all calls that do not exec and all starts, the largest factor.
    join -t'~' -j 1 <(medians "$a" | sed 's/|\([^|]*\)$/~\1/') <(medians "$b" | sed 's/|\([^|]*\)$/~\1/') |
        awk -F'[|~]' '$4 == "call" && $1 !~ /exec|spawn|system|popen/ || $4 == "started" { if ($6 / $5 > most) { most = $6 / $5; what = $1 " from " $2 / 1048576 " MiB " $3; from = $5; to = $6 } }
        END { printf "%s, .*: %.2f M → %.2f M instructions, +%.1f %%;", what, from / 1e6, to / 1e6, 100 * (most - 1) }' >"$DIR/largest"
    cat "$DIR/largest"
    headline "$DIR/page.html" | grep -q -f "$DIR/largest"
    # How many became more, of all.
    look text "$DIR/page.html" "$(block "$DIR/page.html" | jq -r '[.views.changes.cells[].lines[] | .[3] < .[4]] | "\(map(select(.)) | length) of \(length)"')"
}

# The intervals are those of the page's other charts, and a change is where they do not meet.
@test "the block has each time with the interval that the waterfall has" {
    block_holds "$ROOM/two.html" '.views.changes | [.from, .to] == [0, 1]' \
        '.views.changes as $c | [$c.cells[].lines[] | select(.[1] < 2) | $c.names[.[0]]] | sort == ["call", "call", "copy_mm", "copy_mm", "wake", "wake"]' \
        '[.views.changes.cells[].lines[] | . as $l | [$l[1] == 2, ($l[3] - $l[5] <= $l[4] + $l[8] and $l[4] - $l[7] <= $l[3] + $l[6])]] | length == 24 and all(.[0] == .[1])' \
        '(.views.phases.model | keys_unsorted) as $p | .views.changes as $c | [.views.phases.runs[1] as $r | $r.rows[0].call[] | {($p[$r.kinds[.[0]][0]]): .[1:]}] | add as $w
            | [$c.cells[] | select(.method == "fork" and .rss == 1048576).lines[] | select($w[$c.names[.[0]]]) | [.[4], .[7], .[8]] == $w[$c.names[.[0]]]] | length == 3 and all'
}

@test "lines from run to run: by pointer and by key, of each cell, without scripts as a table" {
    look changes "$ROOM/two.html" 4 3 '204 µs  call +100 %' '200 µs  total' '160 µs  copy_mm +100 %' '10.0 µs  clone_setup' \
        '4.00 µs  cow_child*†' '3.00 µs  cow_parent*' '2.50 µs  wake −50 %' 'after: 160 µs ('
    look noscript "$ROOM/two.html"
    look widths "$ROOM/two.html"
    look labels "$ROOM/two.html"
    look axe "$ROOM/two.html"
}

@test "the births of both runs stand over each other, on one scale" {
    look both "$ROOM/two.html" '' 'fork, before' 'fork, after' 'posix_spawn, before' 'posix_spawn, after' 'fork, before' 'fork, after' 'posix_spawn, before' 'posix_spawn, after'
    # Of three, the two that the reader chose.
    cp "$ROOM/before.jsonl" "$DIR/later.jsonl"
    "$TOOL" report "$ROOM/before.jsonl" "$ROOM/after.jsonl" "$DIR/later.jsonl" -o "$DIR/three.html"
    look both "$DIR/three.html" '#phases&phases.runs=two&phases.first=1' 'fork, after' 'fork, later' 'posix_spawn, after' 'posix_spawn, later' 'fork, after' 'fork, later' 'posix_spawn, after' 'posix_spawn, later'
    look labels "$DIR/three.html"
    # The first and the last, in the other order.
    look both "$DIR/three.html" '#phases&phases.runs=two&phases.second=0&phases.first=2' 'fork, later' 'fork, before' 'posix_spawn, later' 'posix_spawn, before' 'fork, later' 'fork, before' 'posix_spawn, later' 'posix_spawn, before'
    # Children whose phases, of the samples with all probes, are longer than the whole.
    for file in before after; do
        jq -c 'if .phases.wake.ns then .phases.exit_mm = {source: "fentry:exit_mmap", ns: (.phases.wake.ns | map(900000000))} else . end' "$ROOM/$file.jsonl" >"$DIR/$file.jsonl"
    done
    "$TOOL" report "$DIR/before.jsonl" "$DIR/after.jsonl" -o "$DIR/long.html"
    look both "$DIR/long.html" '' 'fork, before' 'fork, after' 'posix_spawn, before' 'posix_spawn, after' 'fork, before' 'fork, after' 'posix_spawn, before' 'posix_spawn, after'
}

@test "a click on the map shows the parent of the cell, whichever place it has in the other run" {
    local sizes
    for sizes in 1,2,4,8 2,4,8,16; do
        made_run '[.[0]] + [.[1:-1][] | select(.key.rss_bytes == 1048576) | .key.rss_bytes *= ('"$sizes"')] + .[-1:] | to_entries | map(if .value.order then .value.order = .key else . end | .value)' >"$DIR/of-$sizes.jsonl"
    done
    "$TOOL" report "$DIR/of-1,2,4,8.jsonl" "$DIR/of-2,4,8,16.jsonl" -o "$DIR/page.html"
    look opens "$DIR/page.html" 3
}

@test "runs that are alike, and runs without blocks, have no change and say why" {
    "$TOOL" report "$ROOM/before.jsonl" "$ROOM/before.jsonl" -o "$DIR/page.html"
    [ "$(headline "$DIR/page.html")" = 'From before to before 2 no time is known to have changed.' ]
    look text "$DIR/page.html" '24 of 24'
    refute grep -q 'What changed, the worst first' "$DIR/page.html"
    look changes "$DIR/page.html" 4 0 '200 µs  total' '102 µs  call' '80.0 µs  copy_mm' '10.0 µs  clone_setup' '5.00 µs  wake' \
        '4.00 µs  cow_child*' '3.00 µs  cow_parent*' 'call, within noise'
    made_run >"$DIR/one.jsonl"
    "$TOOL" report "$DIR/one.jsonl" "$ROOM/after.jsonl" -o "$DIR/page.html"
    headline "$DIR/page.html" | grep -q 'no time is known to have changed'
    rows_of "$DIR/page.html" 'Medians in both runs' >"$DIR/all"
    [ "$(grep -c '|no interval|' "$DIR/all")" -eq 24 ]
}

@test "more than ten rows are folded, and a phase that is 0 in a run is named, not drawn" {
    after | jq -c 'if .phases.wake.ns then .phases.wake.ns |= map(0) else . end | if .phases then .phases |= map_values(if .ns then .ns |= map(. * 3) else . end) else . end
        | if .samples then .samples |= map_values(map(. * 3)) else . end' >"$DIR/all.jsonl"
    "$TOOL" report "$ROOM/before.jsonl" "$DIR/all.jsonl" -o "$DIR/page.html"
    [ "$(rows_of "$DIR/page.html" 'What changed, the worst first' | wc -l)" -le 10 ]
    look text "$DIR/page.html" 'Not drawn, since 0 in a run: wake.'
    kernel_run 6.1.0-1 1 >"$DIR/k1.jsonl"
    made_run '.[0].clock = "icount" | .[0].environment.kernel_release = "6.12.0-1"
        | [.[] | if .phases then .phases |= with_entries(if .value.ns then .value.ns |= map(. + 1) else . end) else . end | if .samples then .samples |= map_values(map(. + 1)) else . end]' >"$DIR/k2.jsonl"
    "$TOOL" report "$DIR/k1.jsonl" "$DIR/k2.jsonl" -o "$DIR/page.html"
    # In the lab one instruction is a change.
    rows_of "$DIR/page.html" 'What changed, the worst first' | grep -q '^call|more|2|'
    headline "$DIR/page.html" | grep -qE ': [0-9.]+ k → [0-9.]+ k instructions, \+[0-9.]+ %'
    sed -n '/<section id="changes"/,/<\/section>/p' "$DIR/page.html" >"$DIR/view"
    refute grep -q 'within noise' "$DIR/view"
}

@test "two runs over each other have different units, and no view of changes" {
    kernel_run 6.1.0-1 1 >"$DIR/lab.jsonl"
    "$TOOL" report "$ROOM/before.jsonl" "$DIR/lab.jsonl" -o "$DIR/page.html"
    refute grep -q '<section id="changes"' "$DIR/page.html"
}
