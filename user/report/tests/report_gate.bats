#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: what a page shows of the gate, beside runs and alone.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    share_browser
    made_run >"$ROOM/one.jsonl"
}

@test "a verdict of the gate makes a page alone" {
    made_verdict >"$DIR/verdict.json"
    "$TOOL" report "$DIR/verdict.json" -o "$DIR/page.html"
    look views "$DIR/page.html" gate method
    look text "$DIR/page.html" 'What does the gate say? (verdict.json)' '1 of 3 metrics is worse <b>' 'This page was made by' "report $DIR/verdict.json"
    grep -qF "<title>$DIR/verdict.json: spawnscope</title>" "$DIR/page.html"
    look noscript "$DIR/page.html"
    look widths "$DIR/page.html"
    look labels "$DIR/page.html" 'fork at 1M: spawn'
    look reach "$DIR/page.html" gate
    look axe "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/verdict.json" | grep -qF '**regression** 1 of 3 metrics is worse &#60;b&#62;'
}

@test "the gate's verdict, when it is among the inputs: in the answers, as a table, in markdown" {
    made_verdict >"$DIR/verdict.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" -o "$DIR/page.html"
    look views "$DIR/page.html" gate answer phases latency environment spread cow method
    look text "$DIR/page.html" 'What does the gate say? (verdict.json)' '1 of 3 metrics is worse <b>' 'Pairs of runs: 16, margin 3 %' \
        '+12.0 %' '+9.0 % to +15.0 %' '102 µs' '256 pages' 'no bound to +2.0 %' 'does not gate' 'a <note>' 'Exact: 1 the same on both sides, 0 not.'
    made_verdict '.metrics += [.metrics[1] | .cell = "vfork at 1M" | .b = 300 | .verdict = "regression"]' >"$DIR/more.json"
    "$TOOL" report "$DIR/more.json" -o "$DIR/more.html"
    look text "$DIR/more.html" "$(jq -r '[.metrics[] | select(.kind == "exact") | .a == .b]
        | "Exact: \(map(select(.)) | length) the same on both sides, \(map(select(. | not)) | length) not."' "$DIR/more.json")"
    grep -A 2 '<dl class="answers">' "$DIR/page.html" | head -n 2 | grep -q 'answer warning'
    # What decided stands first.
    [ "$(grep -o 'class=w>\(▲ regression\|pass\|does not gate\)<' "$DIR/page.html" | head -n 1)" = 'class=w>▲ regression<' ]
    look noscript "$DIR/page.html"
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/verdict.json" "$ROOM/one.jsonl" >"$DIR/out.md"
    grep -qF '**regression** 1 of 3 metrics is worse &#60;b&#62;' "$DIR/out.md"
    # As the gate itself writes it.
    jq -c 'if .type == "run" then .seed = "2" | .environment.taken_ms = 1 else . end' "$ROOM/one.jsonl" >"$DIR/other.jsonl"
    "$TOOL" gate --json "$ROOM/one.jsonl" "$DIR/other.jsonl" >"$DIR/own.json" || [ $? -eq 4 ]
    "$TOOL" report "$ROOM/one.jsonl" "$ROOM/one.jsonl" "$DIR/own.json" -o "$DIR/page.html"
    look text "$DIR/page.html" "$(jq -r .verdict "$DIR/own.json")" "$(jq -r .headline "$DIR/own.json")"
}

@test "the gate as a chart: each difference with its interval, the margin, verdicts by shape and colour" {
    local name='</script><img src=x onerror=alert(1)>'
    made_verdict '.metrics += [
        {metric: "spawn", kind: "statistical", unit: "ns", verdict: "inconclusive", cell: "vfork at 64M", a: 7800, b: 8030, change: 0.029, low: -0.01, high: 0.07},
        {metric: "total", kind: "statistical", unit: "ns", verdict: "pass", improved: true, cell: "vfork at 64M", a: 34900, b: 31200, change: -0.106, low: -0.12, high: -0.09},
        {metric: "faults", kind: "exact", unit: "faults", verdict: "regression", cell: "fork at 64M", a: 0, b: 4},
        {metric: "wake", kind: "shown", unit: "ns", verdict: "none", cell: "fork at 1M", trace: "phases", a: 1000, b: 6000, change: 5, low: 4, high: 6},
        {metric: "p99", kind: "budget", unit: "ns", verdict: "pass", cell: "'"$name"'", limit: 2000000, value: 1400000}]' >"$DIR/verdict.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" "$DIR/verdict.json" -o "$DIR/two.html"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.gate | length == 1' '.views.gate[0].margin == 0.03' \
        '.views.gate[0].metrics | map([.metric, .verdict, .change, .low, .high]) == [["spawn", "regression", 0.12, 0.09, 0.15],
            ["faults", "regression", null, null, null], ["spawn", "inconclusive", 0.029, -0.01, 0.07], ["total", "improved", -0.106, -0.12, -0.09],
            ["p99", "pass", -0.3, null, null], ["wake", "none", 5, 4, 6], ["ptes_copied", "pass", 0, null, null]]' \
        '[.views.gate[0].metrics[] | .set] == ["none", "", "", "", "", "phases", "all"]' \
        '.views.gate[0].metrics[0] | [.a, .b, .interval] == ["102 µs", "114 µs", "+9.0 % to +15.0 %"]'
    look gate "$DIR/page.html" 5
    look text "$DIR/page.html" "$name" '0 faults' '4 faults'
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
    look views "$DIR/two.html" gate answer phases latency environment spread cow method
    # Numbers that nothing could be, and none at all.
    made_verdict '.margin = 999 | .metrics |= [.[], (.[] | .change = 1.7e308 | .high = 1.7e308), (.[] | .change = -1 | .low = -1e308),
        (.[] | .a = -5 | .b = 1e300 | .change = "x" | .verdict = "odd" | del(.cell, .unit)), {}]' >"$DIR/odd.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/odd.json" -o "$DIR/odd.html"
    look widths "$DIR/odd.html"
}

@test "metrics that say the same of several cells are one row, of which at most ten are not folded" {
    made_verdict '.metrics |= [range(12) as $m | range(3) as $c | .[2] | .metric = "m\($m)" | .cell = "fork at \($c)M" | .change = 0.1 * (1 + $c) | .low = .change - 0.01 | .high = .change + 0.01 | .trace = "phases"]
        | .metrics += [{metric: "vmas", kind: "exact", unit: "VMAs", verdict: "pass", cell: "fork at 1M", trace: "all", a: 20, b: 20, change: 0}]' >"$DIR/verdict.json"
    "$TOOL" report "$DIR/verdict.json" -o "$DIR/page.html"
    rows_of "$DIR/page.html" 'What the gate compared, the worst first' >"$DIR/first"
    rows_of "$DIR/page.html" 'What else the gate compared' >"$DIR/rest"
    rows_of "$DIR/page.html" "What the gate compared: A, or the budget" >"$DIR/all"
    [ "$(wc -l <"$DIR/first") $(wc -l <"$DIR/rest") $(wc -l <"$DIR/all")" = '10 3 37' ]
    [ "$(head -n 1 "$DIR/first")" = 'm0|phases|▲ regression|fork at 0M|a &lt;note&gt;|102 µs|112 µs|+10.0 %|+9.0 % to +11.0 %|3|+10.0 % to +30.0 %' ]
    tail -n 1 "$DIR/rest" | grep -qF 'vmas|all|pass|fork at 1M'
    grep -qF '<summary>3 more rows, of 7 in the table below</summary>' "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.gate[0].metrics | length == 10 and all(.cells == 3)'
    look labels "$DIR/page.html" 'fork at 0M: m0 (phases), and 2 more'
    look widths "$DIR/page.html"
}

@test "what is inconclusive looks other than a regression, in the card, the table and the chart" {
    made_verdict '.verdict = "inconclusive" | .metrics[2].verdict = "inconclusive" | .metrics[2].low = 0.02' >"$DIR/verdict.json"
    "$TOOL" report "$DIR/verdict.json" -o "$DIR/page.html"
    grep -qF '<div class="answer warning open">' "$DIR/page.html"
    rows_of "$DIR/page.html" 'What the gate compared, the worst first' | grep -qF '|◇ inconclusive|'
    look axe "$DIR/page.html"
    made_verdict >"$DIR/verdict.json"
    "$TOOL" report "$DIR/verdict.json" -o "$DIR/page.html"
    grep -qF '<div class="answer warning">' "$DIR/page.html"
}

# As `gate --ab --keep` leaves them: so many pairs, fork of B twice as long, and a run of counts a side.
kept() { # FOLDER PAIRS
    local i side factor
    mkdir "$1"
    for side in a b; do
        factor=1
        [ "$side" = a ] || factor=2
        made_run '[.[] | select(.key == null or .key.trace != "none")] | .[0].environment.gate = "counts 1 of 1"' >"$1/counts-001-$side.jsonl"
        for ((i = 1; i <= $2; i++)); do
            made_run '[.[] | select(.key == null or .key.trace == "none")] | .[0].environment.gate = "pair '"$i of $2"'" | .[0].environment.taken_ms = '"$i"'
                | map(if .key.method == "fork" then .samples.spawn_ns |= map(. * '"$factor + $i"') else . end)' >"$1/pair-00$i-$side.jsonl"
        done
    done
}

@test "the runs that a gate kept are two sides" {
    local i
    kept "$DIR/keep" 7
    made_verdict >"$DIR/verdict.json"
    "$TOOL" report "$DIR"/keep/*.jsonl "$DIR/verdict.json" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '[.runs[].name] == ["A, 8 runs", "B, 8 runs"]' '[.runs[].rows | length] == [4, 4]'
    look views "$DIR/page.html" gate answer phases latency environment spread cow compare method
    look runs "$DIR/page.html" 2
    # The command in the page makes it again; facts that differ from run to run are no facts of a side.
    look text "$DIR/page.html" "$DIR/keep/pair-007-b.jsonl" 'The machine is the same in all runs.' 'The first of A, 8 runs was made by'
    refute grep -qE '<th>(gate|taken ms)<' "$DIR/page.html"
    # Without the runs of counts each pair is a block: the sides have intervals, and differ beyond them.
    "$TOOL" report "$DIR"/keep/pair-*.jsonl -o "$DIR/pairs.html"
    block_holds "$DIR/pairs.html" '[.views.spread.runs[][] | .call.n] | length == 8 and all(. == 847)' \
        '.views.changes as $c | [$c.cells[].lines[] | select(.[1] < 2) | [$c.names[.[0]], .[1]]] == [["call", 0], ["call", 0]]' \
        '[.views.changes.cells[] | select(.method == "fork" and .rss == 1048576).lines[0][3:5]] == [[100004, 200004]]'
    # A cell of few runs, or whose runs are uneven, says so; others have their interval.
    rows_of "$DIR/pairs.html" 'Spawn latency' | grep -qE '^1 MiB\|fork\|847\|[^|]*\|100.0 µs \([0-9.]+ to [0-9.]+\)\|'
    rows_of "$DIR/page.html" 'Spawn latency' | grep -qE '^1 MiB\|fork\|121\|[^|]*\|102 µs \(1 run\)\|.*\|200 µs \(1 run\)\|'
    for i in {1..7}; do
        made_run 'map(select(.key == null or .key.trace == "phases")) | .[0].environment.gate = "counts '"$i"' of 7" | map(if .key.method == "fork" and '"$i"' == 7 then (.n = 5)
            | .samples |= map_values(.[:5]) | .counts |= map_values(.[:5]) | .phases |= map_values(if .ns then .ns |= .[:5] else . end) | .unattributed_ns |= .[:5] else . end)' >"$DIR/few-$i-a.jsonl"
    done
    "$TOOL" report "$DIR"/few-?-a.jsonl "$DIR/keep/counts-001-b.jsonl" -o "$DIR/few.html"
    rows_of "$DIR/few.html" 'Spawn latency' >"$DIR/few"
    cat "$DIR/few"
    grep -qE '^1 MiB\|fork\|731\|.*\(uneven, 7 runs\)' "$DIR/few"
    grep -qE '^1 MiB\|posix_spawn\|847\|.*\|[0-9.]+ µs \([0-9.]+ to [0-9.]+\)\|' "$DIR/few"
    # Other runs stay as they are.
    "$TOOL" report "$DIR"/keep/pair-*.jsonl "$ROOM/one.jsonl" -o "$DIR/other.html"
    block_holds "$DIR/other.html" '.runs | length == 15'
    cp "$ROOM/one.jsonl" "$DIR/x-a.jsonl"
    cp "$ROOM/one.jsonl" "$DIR/x-b.jsonl"
    "$TOOL" report "$DIR"/x-?.jsonl "$DIR"/x-?.jsonl -o "$DIR/other.html"
    block_holds "$DIR/other.html" '[.runs[].name] == ["x-a", "x-b", "x-a 2", "x-b 2"]'
}

@test "seventy runs of a gate make a page of at most 12,000 pixels" {
    local i
    kept "$DIR/keep" 1
    for ((i = 2; i <= 34; i++)); do
        sed "1s/pair 1 of 1/pair $i of 40/" "$DIR/keep/pair-001-a.jsonl" >"$DIR/keep/pair-$((100 + i))-a.jsonl"
        sed "1s/pair 1 of 1/pair $i of 40/" "$DIR/keep/pair-001-b.jsonl" >"$DIR/keep/pair-$((100 + i))-b.jsonl"
    done
    made_verdict '.metrics = [range(70) as $i | .metrics[] | .metric += "\($i)"]' >"$DIR/verdict.json"
    "$TOOL" report "$DIR"/keep/*.jsonl "$DIR/verdict.json" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '[.runs[].name] == ["A, 35 runs", "B, 35 runs"]'
    look height "$DIR/page.html" 12000 1280
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
}
