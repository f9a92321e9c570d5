#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command export: each format against the run that it was made of, and
# against its own grammar.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load ../../report/tests/report.bash

readonly HOSTILE='[.[] | if .type == "cell" then .key["a b"] = "x,\"y\"\\z\n\u001b[31m" | .key["a_b"] = 3 | .key.quantile = "q"
    else . end | if .type == "run" then .environment.cpu_model = "</script>\"\\ \n" else . end]'

start_early() {
    made_run >"$ROOM/run.jsonl"
    made_profile >"$ROOM/profile.jsonl"
}

export_of() { # FORMAT [FILE]
    "$TOOL" export --format "$1" "${2:-$ROOM/run.jsonl}"
}

# CSV

@test "csv: a header, and a row for each sample of each cell" {
    export_of csv >"$DIR/run.csv"
    [ "$(head -n 1 "$DIR/run.csv" | cut -d, -f1-9)" = clock,method,rss_bytes,pages,trace,sample,errno,spawn_ns,first_run_ns ]
    [ "$(tail -n +2 "$DIR/run.csv" | wc -l)" -eq "$(jq -s '[.[] | .n // 0] | add' "$ROOM/run.jsonl")" ]
    [ "$(awk -F, '{ print NF }' "$DIR/run.csv" | sort -u | wc -l)" -eq 1 ]
}

columns() { # FILE NAME...: these columns, by their heads
    awk -F, -v want="${*:2}" 'NR == 1 { n = split(want, w, " "); for (i = 1; i <= NF; i++) at[$i] = i; next }
        { for (i = 1; i <= n; i++) printf "%s%s", $at[w[i]], i < n ? "," : "\n" }' "$1"
}

@test "csv: every value is the one in the run, and a missing one is empty" {
    made_run '.[1].samples.spawn_ns[3] = null | .[1].errnos = [range(121) | if . == 3 then 11 else 0 end]' >"$DIR/run.jsonl"
    export_of csv "$DIR/run.jsonl" >"$DIR/run.csv"
    columns "$DIR/run.csv" method rss_bytes trace sample errno spawn_ns total_ns phase_copy_mm_ns unattributed_ns ptes_copied >"$DIR/got"
    jq -r 'select(.type == "cell") | . as $c | range(.n) as $i
        | [.key.method, .key.rss_bytes, .key.trace, $i, .errnos[$i]?, .samples.spawn_ns[$i], .samples.total_ns[$i],
           (.phases.copy_mm.ns // [])[$i], (.unattributed_ns // [])[$i], (.counts.ptes_copied // [])[$i]]
        | map(if . == null then "" else tostring end) | join(",")' "$DIR/run.jsonl" >"$DIR/wanted"
    diff "$DIR/wanted" "$DIR/got"
    grep -q '^fork,1048576,none,3,11,,' "$DIR/got"
}

@test "csv: a sample's bill is the sum of the phases that it is made of, and empty where one was not measured" {
    local file
    for file in results/lab/debian-6.12.jsonl results/machine/standard.jsonl; do
        export_of csv "$file" >"$DIR/run.csv"
        columns "$DIR/run.csv" method rss_bytes pages trace sample bill_ns >"$DIR/got"
        jq -r 'def of($c; $p; $i): ($c.phases[$p].ns // [])[$i];
            select(.type == "cell") | . as $c | range(.n) as $i
            | [of($c; "clone_setup", "copy_mm", "clone_finish", "wake"; $i)] as $call
            | (of($c; "copy_mm"; $i) != null) as $copies
            | [if .key.method | test("exec|posix_spawn|system|popen") then of($c; "pre_exec", "exec_flush"; $i)
               elif $copies then of($c; "exit_mm", "cow_child"; $i) else empty end] as $child
            | [if $copies then of($c; "cow_parent"; $i) else empty end] as $parent
            | [.key.method, .key.rss_bytes, .key.pages, .key.trace, $i,
               if (.unattributed_ns // [])[$i] == null or any(($child + $parent)[]; . == null) then "" else $call + $child + $parent | add end]
            | map(tostring) | join(",")' "$file" >"$DIR/wanted"
        diff "$DIR/wanted" "$DIR/got"
        grep -Eq '^fork,1048576,4k,all,0,[1-9]' "$DIR/got"
        grep -q '^fork,1048576,4k,none,0,$' "$DIR/got"
    done
}

@test "csv: names that hold commas, quotes and control characters" {
    made_run "$HOSTILE" >"$DIR/run.jsonl"
    export_of csv "$DIR/run.jsonl" >"$DIR/run.csv"
    grep -qF ',"x,""y""\z\x0a\x1b[31m",' "$DIR/run.csv"
    refute grep -q $'\x1b' "$DIR/run.csv"
    [ "$(wc -l <"$DIR/run.csv")" -eq "$(($(jq -s '[.[] | .n // 0] | add' "$DIR/run.jsonl") + 1))" ]
}

@test "csv of a profile: one row per birth, with its values; unknown values are empty" {
    export_of csv "$ROOM/profile.jsonl" >"$DIR/run.csv"
    [ "$(awk -F, '{ print NF }' "$DIR/run.csv" | sort -u | wc -l)" -eq 1 ]
    columns "$DIR/run.csv" t_ns method flags errno call_ns parent_pid parent_comm child_pid child_tid exec_errno \
        exec_path exec_argv phase_copy_mm_ns phase_cow_child_ns ptes_copied parent_rss_anon >"$DIR/got"
    jq -r 'select(.type == "birth") | [.t_ns, .method, .flags, -.result, .call_ns, .parent.pid, .parent.comm, .child.pid, .child.tid,
            (if .exec then -.exec.result else null end), .exec.path, (if .exec then .exec.argv | join(" ") else null end),
            (if .edges.mm_end then .edges.mm_end - .edges.mm_start else null end), .phases.cow_child, .counts.ptes_copied, .counts.parent_rss_anon]
        | map(if . == null then "" else tostring | if . == "-0" then "0" else . end end) | join(",")' "$ROOM/profile.jsonl" >"$DIR/wanted"
    [ "$(wc -l <"$DIR/got")" -eq 401 ]
    # A failed call took its time, too: entry to return.
    diff <(sed 's/^\([^,]*,[^,]*,[^,]*,11,\)[^,]*/\19000/' "$DIR/wanted") "$DIR/got"
}

@test "csv of a profile: hostile names, and arguments that were cut" {
    made_profile 4 '[.[] | if .exec then .exec = {result: 0, path: "/a,\"b\n\u001b[31m", argv: ["", "x\r"], argv_bytes: 999} else . end]' >"$DIR/run.jsonl"
    export_of csv "$DIR/run.jsonl" >"$DIR/run.csv"
    grep -qF ',"/a,""b\x0a\x1b[31m", x\x0d ..,' "$DIR/run.csv"
    [ "$(wc -l <"$DIR/run.csv")" -eq 6 ]
}

@test "csv: no name is a cell that a spreadsheet computes, and each can be read back" {
    local first
    for first in = + - @ \'; do
        made_profile 4 | jq -c --arg first "$first" 'if .type != "birth" then . else (.parent.comm, .parent.exe) = $first + "1+1"
            | .exec = {result: 0, path: ($first + "1+1"), argv: [$first + "2"]} end' >"$DIR/run.jsonl"
        export_of csv "$DIR/run.jsonl" >"$DIR/run.csv"
        columns "$DIR/run.csv" parent_comm parent_exe exec_path exec_argv >"$DIR/got"
        [ "$(sort -u "$DIR/got")" = "'${first}1+1,'${first}1+1,'${first}1+1,'${first}2" ]
    done
}

# Perfetto

@test "perfetto: the trace that profile writes, of the same births" {
    export_of perfetto "$ROOM/profile.jsonl" >"$DIR/trace.json"
    "$TOOL" profile -q --input "$ROOM/profile.jsonl" --perfetto "$DIR/other.json"
    cmp "$DIR/trace.json" "$DIR/other.json"
    jq -e 'all(.[]; .ph and .pid and .name)
        and ([.[] | select(.ph == "X" and .name == "copy_mm")] | length) == 201
        and ([.[] | select(.ph == "s")] | length) == 381
        and ([.[] | select(.ts) | .ts] | min) == 0' "$DIR/trace.json"
}

@test "perfetto: hostile names are strings of JSON" {
    made_profile 8 '[.[] | if .parent then .parent.comm = "</a>\"\n" else . end]' >"$DIR/run.jsonl"
    export_of perfetto "$DIR/run.jsonl" >"$DIR/trace.json"
    # Three parents and their threads, a fork that does not exec, and a thread that was made.
    jq -e '[.[] | select(.ph == "M" and .args.name == "</a>\"\n") | .name] | (index("process_name") and index("thread_name"))' "$DIR/trace.json"
}

# well_shaped TRACE
well_shaped() {
    jq -c -f user/export/tests/trace_event.jq "$1" >"$DIR/faults"
    [ "$(cat "$DIR/faults")" = '[]' ] || { head -c 2000 "$DIR/faults"; return 1; }
}

@test "perfetto: the trace is as the format's definition says, slices nest, and flows end inside slices" {
    local run
    for run in user/report/tests/golden/profile.jsonl results/machine/make.jsonl; do
        export_of perfetto "$run" >"$DIR/trace.json"
        jq -e '[.[].ph] | unique == ["C", "M", "X", "f", "s"]' "$DIR/trace.json"
        well_shaped "$DIR/trace.json"
        # As many lives as births, each with its program's name, and each call.
        jq -se --slurpfile trace "$DIR/trace.json" '[.[] | select(.type == "birth")] as $births | $trace[0]
            | ([.[] | select(.cat == "life")] | length) == ($births | length)
            and ([.[] | select(.cat == "life" and .name == "fork")] == [])
            and ([.[] | select(.name == "fork" or .name == "vfork" or .name == "spawn" or .name == "thread")] | length) == ($births | length)
            and ([.[] | select(.cat == "life") | .name] | sort)
                == ([$births[] | if .exec.path then (.exec.path | split("/") | last) else .parent.comm end] | sort)' "$run"
        # Only what the light probes see: still a slice for each call and life.
        jq -c 'if .edges then .edges |= with_entries(select(.key | test("newtask|woken|exec_|exit"))) else . end' "$run" >"$DIR/light.jsonl"
        export_of perfetto "$DIR/light.jsonl" >"$DIR/light.json"
        well_shaped "$DIR/light.json"
        [ "$(jq '[.[] | select(.ph == "s")] | length' "$DIR/light.json")" -eq "$(grep -c '"type":"birth"' "$run")" ]
    done
    # The check finds what it is for.
    jq '.[-2].args.x = "1"' "$DIR/trace.json" >"$DIR/bad.json"
    refute well_shaped "$DIR/bad.json"
    jq 'map(if .ph == "f" then .ts += 1e9 else . end)' "$DIR/trace.json" >"$DIR/bad.json"
    refute well_shaped "$DIR/bad.json"
    jq '[.[] | select(.cat != "life")]' "$DIR/light.json" >"$DIR/bad.json"
    refute well_shaped "$DIR/bad.json"
}

@test "perfetto: speedscope opens the trace of a profile, and has no complaint" {
    need_root
    browser_modules
    "$TOOL" profile -q --detail full --perfetto "$DIR/trace.json" -- bash -c 'for i in 1 2 3; do (ls /; :) | cat; done' >"$DIR/out"
    node user/report/tests/browser/speedscope.js "$BUILD/browser/node_modules" "$DIR/trace.json"
}

# OpenMetrics

# The exposition format's grammar: https://prometheus.io/docs/instrumenting/exposition_formats/ and
# OpenMetrics 1.0. A family is described once, before its samples, which are consecutive; no series
# occurs twice; the last line is "# EOF".
well_formed() { # FILE
    awk '
        function bad(why) { print FILENAME ":" NR ": " why ": " $0; faults++ }
        function base(name) { sub(/_(sum|count)$/, "", name); return name }
        ended { bad("after the end") }
        $0 == "# EOF" { ended = 1; next }
        /^# (HELP|TYPE|UNIT) / {
            if ($3 !~ /^[a-z_][a-z0-9_]*$/) bad("name")
            if ($2 == "HELP" && described[$3]++) bad("described twice")
            if ($2 == "TYPE" && $4 !~ /^(gauge|summary)$/) bad("type")
            if ($2 == "TYPE") type[$3] = $4
            if ($2 == "UNIT" && $3 !~ ("_" $4 "$")) bad("unit")
            family = $3
            next
        }
        !/^[a-z_][a-z0-9_]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*",?)*\})? -?[0-9][0-9.e+-]*$/ { bad("grammar"); next }
        {
            name = $0; sub(/[{ ].*/, "", name)
            series = $0; sub(/ [^ ]*$/, "", series)
            if (seen[series]++) bad("twice")
            if ((type[family] == "summary" ? base(name) : name) != family) bad("out of its family")
            n = split(series, parts, /="([^"\\]|\\.)*",?/)
            sub(/.*\{/, "", parts[1])
            split("", labels)
            for (i = 1; i < n; i++) if (labels[parts[i]]++) bad("label " parts[i] " twice")
        }
        END { if (!ended) { print "no end"; faults++ } exit faults > 0 }' "$1" || return 1
    # The same by Prometheus, where it is installed.
    if command -v promtool >/dev/null; then
        promtool check metrics <"$1"
    fi
}

@test "openmetrics: well-formed, of a run with probes, without, and with hostile names" {
    export_of openmetrics >"$DIR/run.prom"
    well_formed "$DIR/run.prom"
    kernel_run 6.1.0 1 >"$DIR/lab.jsonl"
    export_of openmetrics "$DIR/lab.jsonl" >"$DIR/lab.prom"
    well_formed "$DIR/lab.prom"
    grep -q '^spawnscope_call_instructions{' "$DIR/lab.prom"
    refute grep -q seconds "$DIR/lab.prom"
    made_run "$HOSTILE" >"$DIR/hostile.jsonl"
    export_of openmetrics "$DIR/hostile.jsonl" >"$DIR/hostile.prom"
    well_formed "$DIR/hostile.prom"
    grep -qF 'a_b="x,\"y\"\\z\\x0a\\x1b[31m",a_b_="3",quantile_="q"' "$DIR/hostile.prom"
    measure untraced --no-trace --method fork --size 1M --runs 20
    export_of openmetrics "$result" >"$DIR/untraced.prom"
    well_formed "$DIR/untraced.prom"
}

@test "the grammar refuses damaged expositions" {
    export_of openmetrics >"$DIR/run.prom"
    local change
    for change in '$d' '/^spawnscope_births/s/$/ 17 x/' '/_sum/p' 's/^# TYPE spawnscope_call_seconds summary/# TYPE spawnscope_call_seconds sum/' 's/quantile=/method=/'; do
        sed "$change" "$DIR/run.prom" >"$DIR/bad.prom"
        refute well_formed "$DIR/bad.prom" >/dev/null 2>&1
    done
}

@test "openmetrics: medians, sums and counts are the run's, in seconds; tails only where known" {
    export_of openmetrics >"$DIR/run.prom"
    local labels='method="fork",rss_bytes="1048576",pages="4k",trace="phases"'
    grep -qF "spawnscope_call_seconds{$labels,quantile=\"0.5\"} 0.000102" "$DIR/run.prom"
    grep -qF "spawnscope_call_seconds{$labels,quantile=\"0.9\"}" "$DIR/run.prom"
    refute grep -qF "spawnscope_call_seconds{$labels,quantile=\"0.99\"}" "$DIR/run.prom"
    grep -qF "spawnscope_call_seconds_sum{$labels} $(jq -rs '[.[] | select(.key.method == "fork" and .key.rss_bytes == 1048576 and .key.trace == "phases")][0].samples.spawn_ns | add / 1e9' "$ROOM/run.jsonl")" "$DIR/run.prom"
    grep -qF "spawnscope_call_seconds_count{$labels} 121" "$DIR/run.prom"
    grep -qF "spawnscope_phase_seconds{$labels,phase=\"copy_mm\",source=\"tracepoint:mmap_lock\",quantile=\"0.5\"} 8e-05" "$DIR/run.prom"
    grep -qF "spawnscope_ptes_copied{$labels,quantile=\"0.5\"} 256" "$DIR/run.prom"
    grep -qx 'spawnscope_births 528' "$DIR/run.prom"
}

# What goes wrong

@test "bad input: one line, exit 2, and no file" {
    echo 'hello' >"$DIR/foreign"
    made_run '.[:-1]' >"$DIR/torn"
    one_line 2 'not a spawnscope result' "$TOOL" export --format csv "$DIR/foreign" -o "$DIR/made"
    one_line 2 'broke off.*--truncated' "$TOOL" export --format csv "$DIR/torn" -o "$DIR/made"
    one_line 2 'needs --format' "$TOOL" export "$ROOM/run.jsonl" -o "$DIR/made"
    one_line 2 'needs a run' "$TOOL" export --format csv -o "$DIR/made"
    one_line 2 'takes one run' "$TOOL" export --format csv "$ROOM/run.jsonl" "$ROOM/run.jsonl" -o "$DIR/made"
    one_line 2 'must be csv, .*openmetrics.* or [a-z]' "$TOOL" export --format xml "$ROOM/run.jsonl" -o "$DIR/made"
    one_line 2 'cannot write .*No such file' "$TOOL" export --format csv "$ROOM/run.jsonl" -o "$DIR/no/out"
    one_line 2 'run.jsonl: has no births and no anatomy: perfetto is for' "$TOOL" export --format perfetto "$ROOM/run.jsonl" -o "$DIR/made"
    one_line 2 'profile.jsonl: has no samples: openmetrics is for' "$TOOL" export --format openmetrics "$ROOM/profile.jsonl" -o "$DIR/made"
    made_profile 0 '[.[0], .[-1]]' >"$DIR/hollow"
    one_line 2 'hollow: holds no measurement' "$TOOL" export --format perfetto "$DIR/hollow" -o "$DIR/made"
    refute test -e "$DIR/made"
    "$TOOL" export --truncated --format csv "$DIR/torn" -o "$DIR/made"
    [ -s "$DIR/made" ]
}

@test "the man page lists the formats of --help" {
    cp user/spawnscope.1 "$DIR/spawnscope.1"
    user/tests/manual "$TOOL" "$DIR/spawnscope.1"
    cmp user/spawnscope.1 "$DIR/spawnscope.1"
    grep -A 1 -xF '.B openmetrics' "$DIR/spawnscope.1" | grep -q 'summaries of a bench'
    sed '/^\.B openmetrics/d' user/spawnscope.1 >"$DIR/spawnscope.1"
    user/tests/manual "$TOOL" "$DIR/spawnscope.1"
    cmp user/spawnscope.1 "$DIR/spawnscope.1"
}

@test "--help has examples" {
    "$TOOL" export --help | grep -qF 'spawnscope export --format csv run.jsonl -o run.csv'
}
