#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A scenario's measures on the page: rounds together, as a table and as a chart.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    share_browser
    scenario_run '.' >"$ROOM/snapshot.jsonl"
    "$TOOL" report "$ROOM/snapshot.jsonl" -o "$ROOM/snapshot.html"
}

# Two rounds of writes, before and during a save; a count, and what could not be measured.
scenario_run() { # JQ
    made_run '[.[0] | .scenario = "snapshot"] + [
        ((1, 2) as $round | ("before", "during") as $when | {type: "observation", name: "latency", unit: "ns",
            key: {store: "spawnscope", pages: "4k", round: $round, when: $when}, n: 600,
            values: [range(600) | (. + 1) * $round * if $when == "during" then 1000 else 10 end]}),
        {type: "observation", name: "faults", unit: "faults", key: {store: "spawnscope", round: 1}, n: 1, values: [1234]},
        {type: "observation", name: "latency", unit: "ns", key: {store: "redis-server"}, n: 0, values: [], absent: "<b>not</b> installed"}
        ] + [.[-1]] | '"$1"
}

@test "a scenario's page has each measure under its conditions, the rounds together" {
    block_holds "$ROOM/snapshot.html" '.views.scenario.runs[0].scenario == "snapshot"' \
        '[.views.scenario.runs[0].rows[] | [.name, .conditions, .n, .least, .most]] ==
            [["latency", "spawnscope, pages 4k, before", 1200, 10, 12000], ["latency", "spawnscope, pages 4k, during", 1200, 1000, 1200000]]' \
        '.views.scenario.runs[0].rows[1] | .p99 > 1170000 and .median < 500000'
    look text "$ROOM/snapshot.html" 'A real use: what was measured' '1,234' 'faults' '<b>not</b> installed'
    look saves "$ROOM/snapshot.html" scenario 'spawnscope, pages 4k, during' 3
    look noscript "$ROOM/snapshot.html"
    look widths "$ROOM/snapshot.html"
    look axe "$ROOM/snapshot.html"
}

@test "beside a bench, each shows its own; without times the table remains; Markdown refuses" {
    made_run >"$DIR/bench.jsonl"
    "$TOOL" report "$DIR/bench.jsonl" "$ROOM/snapshot.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.scenario.runs | .[0] == null and (.[1].rows | length) == 2'
    scenario_run 'map(select(.type != "observation" or .name == "faults"))' >"$DIR/counts.jsonl"
    "$TOOL" report "$DIR/counts.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.scenario.runs[0].rows == []'
    look text "$DIR/page.html" 'This scenario has no measures in time' '1,234'
    one_line 2 'is of a scenario, which .spawnscope scenario --input. prints' \
        "$TOOL" report --format markdown "$ROOM/snapshot.jsonl"
}

@test "a scenario that was just measured makes a page" {
    "$TOOL" scenario snapshot -q --no-peer --pages 4k --size 4M --seconds 50ms --rounds 1 -o "$DIR/run.jsonl" >/dev/null
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '[.views.scenario.runs[0].rows[].name] | index("latency") and index("fork")'
}
