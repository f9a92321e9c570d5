#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command export: anatomies, against the trees that they were made of, and in the tools that read
# them.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load ../../report/tests/report.bash

readonly FORK=user/tests/anatomies/fork-6.1.jsonl

export_of() { # FORMAT [FILE]
    "$TOOL" export --format "$1" "${2:-$FORK}"
}

# Names as a linker, or whoever builds a program, may choose them, and two cells.
hostile() {
    jq -c 'if .type == "anatomy" then .names |= map(if . == "copy_mm" or . == "dup_mm" then "a;b c\n\u001b[31m</script>\"\\" + . else . end) | ., (.key.rss_bytes *= 2 | .key.method = "x\u001b y") else . end' "$FORK"
}

# From each path of a tree, as "call;fork;…" and its own instructions; nothing where it has none.
paths() { # FILE
    jq -r 'select(.type == "anatomy") | . as $a | .nodes as $n
        | [range($n.parent | length)] | reduce .[] as $i ([]; . + [(if $n.parent[$i] == null then "" else .[$n.parent[$i]] + ";" end) + $a.names[$n.name[$i]]])
        | to_entries[] | select($n.own[.key] > 0) | "\(.value) \($n.own[.key])"' "$1"
}

@test "folded: a line for each path with instructions of its own" {
    export_of folded >"$DIR/out"
    paths "$FORK" | sed 's/^/fork_at_64M;/' | sort >"$DIR/wanted"
    [ "$(wc -l <"$DIR/wanted")" -gt 30 ]
    diff "$DIR/wanted" <(sort "$DIR/out")
}

@test "folded: any name stays in its frame" {
    hostile >"$DIR/run.jsonl"
    export_of folded "$DIR/run.jsonl" >"$DIR/out"
    [ "$(wc -l <"$DIR/out")" -eq "$(($(paths "$FORK" | wc -l) * 2))" ]
    refute grep -qvE '^[!-~]+ [0-9]+$' "$DIR/out"
    grep -qF ';a\x3bb\x20c\x0a\x1b[31m</script>"\dup_mm;' "$DIR/out"
    grep -q '^x\\x1b_y_at_128M;call;' "$DIR/out"
}

# The total of each name that is outermost, by opening and closing the events of the first profile.
speedscope_sums() { # FILE
    jq -c '.shared.frames as $f | .profiles[0].events | reduce .[] as $e ({open: [], sum: {}};
        if $e.type == "O" then .open += [$e] else .open[-1] as $o
            | if $o.frame != $e.frame then error("closes another") else . end
            | .open |= .[:-1] | .sum[$f[$e.frame].name] += $e.at - $o.at end)
        | if .open == [] then .sum else error("left open") end' "$1"
}

@test "speedscope: as its schema says, and each function takes what the tree says" {
    local schema=$BUILD/browser/node_modules/speedscope/dist/release/file-format-schema.json
    browser_modules
    hostile >"$DIR/run.jsonl"
    for run in "$FORK" user/tests/anatomies/program.jsonl "$DIR/run.jsonl"; do
        export_of speedscope "$run" >"$DIR/out.json"
        jq -e --slurpfile schema "$schema" -f user/export/tests/schema.jq "$DIR/out.json"
        [ "$(jq '.profiles | length' "$DIR/out.json")" -eq "$(grep -c '"type":"anatomy"' "$run")" ]
    done
    [ "$(jq -r '.profiles[1].name' "$DIR/out.json")" = 'x\x1b y at 128M: instructions' ]
    export_of speedscope >"$DIR/out.json"
    speedscope_sums "$DIR/out.json" >"$DIR/sums"
    jq -se --slurpfile got "$DIR/sums" '.[] | select(.type == "anatomy") | . as $a | .nodes as $n | $got[0] as $g
        | all(range($n.own | length) | select($a.names[$n.name[.]] | IN("copy_process", "do_exit", "vm_normal_page")); $g[$a.names[$n.name[.]]] == $n.total[.])' "$FORK"
    # The check finds what it is for.
    jq '.profiles[0].unit = "instructions"' "$DIR/out.json" >"$DIR/bad.json"
    refute jq -e --slurpfile schema "$schema" -f user/export/tests/schema.jq "$DIR/bad.json"
    jq '.shared.frames[0] |= del(.name)' "$DIR/out.json" >"$DIR/bad.json"
    refute jq -e --slurpfile schema "$schema" -f user/export/tests/schema.jq "$DIR/bad.json"
}

@test "perfetto: slices nest, a nanosecond an instruction, with what the tree says as arguments" {
    hostile >"$DIR/run.jsonl"
    export_of perfetto "$DIR/run.jsonl" >"$DIR/trace.json"
    [ "$(jq -c -f user/export/tests/trace_event.jq "$DIR/trace.json")" = '[]' ]
    jq -e '[.[] | select(.ph == "M" and .name == "process_name") | .args.name] == ["fork at 64M, instructions (1 ns is 1)", "x\\x1b y at 128M, instructions (1 ns is 1)"]' "$DIR/trace.json"
    jq -r 'select(.type == "anatomy") | . as $a | .nodes as $n | range($n.own | length) | select($n.total[.] > 0)
        | "\($a.names[$n.name[.]] | @json) \($n.total[.]) \($n.own[.]) \($n.calls[.])"' "$DIR/run.jsonl" | sort >"$DIR/wanted"
    jq -r '.[] | select(.ph == "X") | "\(.name | @json) \(.args.total) \(.args.own) \(.args.calls)"' "$DIR/trace.json" | sort >"$DIR/got"
    diff "$DIR/wanted" "$DIR/got"
    jq -e '[.[] | select(.pid == 1 and .cat == "root")] | .[0].ts == 0 and (map(.dur) | add * 1000 | round) == (map(.args.total) | add)' "$DIR/trace.json"
}

@test "speedscope opens all three, and has no complaint" {
    browser_modules
    hostile >"$DIR/run.jsonl"
    export_of folded >"$DIR/out.folded.txt"
    export_of speedscope "$DIR/run.jsonl" >"$DIR/out.speedscope.json"
    export_of perfetto "$DIR/run.jsonl" >"$DIR/out.trace.json"
    for file in "$DIR"/out.*; do
        node user/report/tests/browser/speedscope.js "$BUILD/browser/node_modules" "$file"
    done
}

@test "what has no anatomy, or no form for one" {
    made_run >"$DIR/run.jsonl"
    one_line 2 'run.jsonl: has no anatomy: speedscope is for what `spawnscope anatomy -o`' "$TOOL" export --format speedscope "$DIR/run.jsonl"
    one_line 2 'run.jsonl: has no births and no anatomy: folded is for' "$TOOL" export --format folded "$DIR/run.jsonl"
    # Its cells are those of a bench.
    export_of csv >"$DIR/out.csv"
    [ "$(grep -c '^instructions,fork,\|^icount,fork,' "$DIR/out.csv")" -eq 3 ]
}
