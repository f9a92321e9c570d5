#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: its page of a bench and of several runs, with and without a
# browser, and its summary in Markdown.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    share_browser
    made_run >"$ROOM/one.jsonl"
    "$TOOL" report "$ROOM/one.jsonl" -o "$ROOM/one.html"
    made_profile >"$ROOM/profile.jsonl"
    kernel_run 5.10.0-1 1 >"$ROOM/k5.10.jsonl"
    kernel_run 6.1.0-2 2 >"$ROOM/k6.1.jsonl"
    kernel_run 6.12.0-3 1.5 >"$ROOM/k6.12.jsonl"
    "$TOOL" report "$ROOM/k6.12.jsonl" "$ROOM/k6.1.jsonl" "$ROOM/k5.10.jsonl" -o "$ROOM/kernels.html"
}

# What it says

@test "the page answers its questions in words" {
    look text "$ROOM/one.html" '200 µs per MiB' 'call 102 µs, until reaped 200 µs' \
        '391 ns per present PTE' '+2.0 %' '528 births recorded, 0 records lost'
    made_run 'map(if .key.method == "fork" then .key.method = "fork-exec" | .samples.exec_ns = .samples.spawn_ns else . end)' >"$DIR/execs.jsonl"
    "$TOOL" report "$DIR/execs.jsonl" -o "$DIR/execs.html"
    look text "$DIR/execs.html" 'When is fork-exec more expensive than posix_spawn?' 'beyond about 2.0 MiB' \
        'From 1 MiB its program runs after 0.51 times as long as that of posix_spawn, from 64 MiB 32.6 times (medians; no interval'
}

@test "the data block has the medians, phases, quantiles and counts of the run" {
    block_holds "$ROOM/one.html" \
        '.runs | map([.name, .clock]) == [["one", "monotonic"]]' \
        '[.views.latency[0][] | [.method, .rss, .call[0], .call[2]]]
            == [["fork", 1048576, 121, 102000], ["posix_spawn", 1048576, 121, 204000],
                ["fork", 67108864, 121, 6528000], ["posix_spawn", 67108864, 121, 204000]]' \
        '.views.latency[0][0].call | .[1] < .[2] and .[2] < .[3]' \
        '(.views.phases.model | keys_unsorted) as $names | .views.phases.runs[0] as $r | $r.rows[0].call
            | map($r.kinds[.[0]] as $kind | [$names[$kind[0]], .[1], $r.sources[$kind[1]]])
            == [["clone_setup", 10000, "tracepoint:sys_enter_clone..mmap_lock"],
                ["copy_mm", 80000, "tracepoint:mmap_lock"], ["wake", 5000, "driver"]]' \
        '.views.phases.runs[0].rows[0].unattributed == 1000' \
        '.views.spread.runs[0][0].call | .n == 121 and (.order | length) == 121 and keys == ["least", "n", "order"]' \
        '.views.cow[0][0].cow_child == [4000, 4, 3, null, null]' \
        '.views.compare == null and .views.kernels == null'
    [ "$(block "$ROOM/one.html" | jq -c '.views.spread.runs[0][0].call | [.least + .order[]]')" = \
        "$(jq -sc '[.[] | select(.key.method == "fork" and .key.trace == "phases")][0].samples.spawn_ns' "$ROOM/one.jsonl")" ]
}

@test "a run that was just made becomes a page; untraced, it has no phases and says why" {
    measure untraced --no-trace --method fork,posix_spawn --size 1M,4M --runs 120
    "$TOOL" report "$result" -o "$DIR/page.html"
    look views "$DIR/page.html" answer latency environment spread method
    look text "$DIR/page.html" 'not known: untraced' 'nothing was attached'
}

@test "a run with probes shows phases and copy-on-write" {
    need_root
    measure traced --method fork,posix_spawn --size 1M,4M --runs 30 --rounds 1 --untraced none
    "$TOOL" report "$result" -o "$DIR/page.html"
    look views "$DIR/page.html" answer phases latency environment spread cow method
}

@test "lost records and a run that broke off are the first answer" {
    made_run '.[-1].lost = 7' >"$DIR/lost.jsonl"
    "$TOOL" report "$DIR/lost.jsonl" -o "$DIR/lost.html"
    look text "$DIR/lost.html" '7 records lost' 'phases and counts are incomplete'
    grep -A 1 '<dl class="answers">' "$DIR/lost.html" | grep -q 'class="answer warning"'
    made_run '.[:-1]' >"$DIR/torn.jsonl"
    "$TOOL" report --truncated "$DIR/torn.jsonl" -o "$DIR/torn.html"
    look text "$DIR/torn.html" 'it broke off'
}

@test "skipped, failed and absent values are listed with the reason" {
    made_run '.[1] = (.[1] | {type, key, n: 0, skipped: "no <thp> here"}) | .[2].broken = "the parent died"
        | .[3].errnos = [range(121) | if . < 5 then 12 else 0 end]' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'skipped: no <thp> here' 'broken off: the parent died' \
        '5 of 121 calls failed' 'absent: no probe <here>' 'no CLONE_VFORK: the parent is not held'
}

@test "Markdown names what was skipped, which has no row in it" {
    made_run '.[1] = (.[1] | {type, key, n: 0, skipped: "no <thp> here"})' >"$DIR/run.jsonl"
    "$TOOL" report --format markdown "$DIR/run.jsonl" | grep -F 'Was everything measured?' >"$DIR/line"
    grep -Eq '\*\*no: 1 of [0-9]+ cells was skipped: no &#?[a-z0-9]+;thp&#?[a-z0-9]+; here\*\* .*Skipped: [a-z_-]+ at [0-9]+' "$DIR/line"
}

@test "a run whose calls all failed becomes a page that says so" {
    made_run 'map(if .type == "cell" then {type, key, n, samples: {}, errnos: [range(.n) | 12]} else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" '121 of 121 calls failed'
    "$TOOL" report --format markdown "$DIR/run.jsonl" | grep -qF '| 1 MiB | fork | - |'
}

# Several runs

@test "two runs: what differs between the machines, counts that differ" {
    made_run '.[0].environment.governor = "powersave"
        | map(if .key.method == "fork" then .samples.spawn_ns |= map(. * 2) else . end)
        | map(if .counts.ptes_copied then .counts.ptes_copied |= map(. + 1) else . end)' >"$DIR/two.jsonl"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/two.jsonl" -o "$DIR/page.html"
    look views "$DIR/page.html" changes answer phases latency environment spread cow compare method
    look runs "$DIR/page.html" 2
    look text "$DIR/page.html" powersave '+100.0 %' 'Counts are exact: 6 are the same in all runs that have them, 4 differ.'
    # The machine's facts that are the same are not among the differences.
    sed -n '/What differs between/,/<\/table>/p' "$DIR/page.html" >"$DIR/differences"
    grep -q governor "$DIR/differences"
    refute grep -q 'Made-up CPU' "$DIR/differences"
}

@test "several kernels of the lab: in order of version, with the change between neighbours" {
    look views "$ROOM/kernels.html" changes answer phases latency environment spread cow compare kernels method
    look runs "$ROOM/kernels.html" 3
    block_holds "$ROOM/kernels.html" \
        '[.views.kernels.order[] | .kernel] == ["5.10.0-1", "6.1.0-2", "6.12.0-3"]' \
        '[.views.kernels.order[] | .run] == [2, 1, 0]'
    sed -n '/<section id="kernels"/,/<\/section>/p' "$ROOM/kernels.html" | grep -F copy_mm | head -n 1 |
        grep -F '<td>80,000<td>160,000<td>+100.0 %<td>120,000<td>-25.0 %'
}

@test "a kernel that lacks a cell says so, and the next one is compared with the one before" {
    kernel_run 6.1.0-2 1 | jq -c 'select(.key.method != "fork")' >"$DIR/without.jsonl"
    "$TOOL" report "$ROOM/k5.10.jsonl" "$DIR/without.jsonl" "$ROOM/k6.12.jsonl" -o "$DIR/page.html"
    look kernels "$DIR/page.html" '5.10.0-1 102,000' '6.1.0-2 not measured' '6.12.0-3 102,000, +0 %' 'from 5.10.0-1'
    sed -n '/<section id="kernels"/,/<\/section>/p' "$DIR/page.html" | grep -F copy_mm | head -n 1 |
        grep -F '<td>80,000<td>-<td>-<td>120,000<td>+50.0 %'
    # A cell that the oldest kernel lacks is there as well.
    "$TOOL" report "$DIR/without.jsonl" "$ROOM/k6.12.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.kernels.cells | map([.method, .places[0] == null]) | sort == [["fork", true], ["fork", true], ["posix_spawn", false], ["posix_spawn", false]]'
}

@test "runs are compared in any order, with profiles and runs with other cells among them" {
    made_run 'map(select(.key.method != "fork"))' >"$DIR/spawn.jsonl"
    "$TOOL" report "$ROOM/profile.jsonl" "$DIR/spawn.jsonl" "$ROOM/one.jsonl" "$ROOM/one.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'against the first, spawn;'
    sed -n '/<section id="compare"/,/<\/section>/p' "$DIR/page.html" | grep -F '<td>call<' >"$DIR/calls"
    [ "$(grep -c '<td>posix_spawn<.*<td>204 µs<td>204 µs<td>0 %<td>204 µs<td>0 %$' "$DIR/calls")" -eq 2 ]
    grep -qx '<tr><th>1 MiB<td>fork<td>call<td>-<td>102 µs<td>-<td>102 µs<td>0 %' "$DIR/calls"
    # From the first bench to the last: what both have.
    block_holds "$DIR/page.html" '.views.changes | [.from, .to] == [1, 3]' '[.views.changes.cells[].method] == ["posix_spawn", "posix_spawn"]'
    "$TOOL" report "$ROOM/k6.1.jsonl" "$ROOM/profile.jsonl" "$ROOM/k5.10.jsonl" -o "$DIR/page.html"
    look runs "$DIR/page.html" 3
    block_holds "$DIR/page.html" '.views.changes | [.from, .to, (.cells | length)] == [0, 2, 4]'
    block_holds "$DIR/page.html" '[.views.kernels.order[] | [.run, .kernel]] == [[2, "5.10.0-1"], [0, "6.1.0-2"]]'
}

# Tables of a page that name a call and no start, by their captions; without the view of what changed,
# whose calls are of methods that do not exec.
lonely_calls() { # PAGE
    sed '/<section id="changes"/,/<\/section>/d' "$1" | sed 's/<table /\n&/g; s/<\/table>/&\n/g' | sed -n '/<table /,/<\/table>/{H;/<\/table>/{x;s/\n/ /g;p;s/.*//;x}}' |
        grep -iE '>(whole )?call<' | grep -viE '>started<' | sed 's/.*<caption>\([^<]*\).*/\1/'
}

@test "where the page shows the call of a method that execs, it shows beside it when the program runs" {
    local page
    for page in "$ROOM/kernels.html" "$ROOM/one.html"; do
        [ "$(grep -ciE '<th>(whole )?call<|<td>(whole )?call<' "$page")" -ge 3 ]
        [ -z "$(lonely_calls "$page")" ]
        block_holds "$page" '[.views.latency[][], .views.phases.runs[].rows[], .views.spread.runs[][] | select(.method == "posix_spawn") | has("started")] | length >= 6 and all' \
            '[.views | .. | objects | select(.row and .method == "fork") | has("started")] | any | not' \
            '.views.changes as $c | [$c.cells[]? | select(.method == "posix_spawn") | [.lines[][0] | $c.names[.]]] | all(index("started") and (index("call") | not))'
    done
    look labels "$ROOM/one.html" 'call returns 204 µs' 'call returns 102 µs' 'program runs 200 µs, reaped 400 µs'
    look beside "$ROOM/one.html"
}

# With a child of the first parent's fork that in three of four calls ran $1 ns before
# the return, on $2 CPUs.
child_first() {
    kernel_run 6.12.0-1 1 | jq -c 'if .type == "run" then .environment.cpus = '"$2"'
        elif .key.method == "fork" and .key.rss_bytes == 1048576 then .samples.first_run_ns = [.samples.spawn_ns | to_entries[] | .value + (if .key % 4 != 0 then -'"$1"' else 5000 end)]
            | if .unattributed_ns then .unattributed_ns = [.samples.spawn_ns | to_entries[] | if .key % 4 != 0 then 30700 else 700 end] else . end else . end'
}

@test "where the child ran first on the only CPU, page and Markdown name the time off the CPU" {
    child_first 30000 1 >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" "$ROOM/k6.1.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.phases.runs[0].rows[0] | .off_cpu == [30000, 90, 121] and .unattributed == 700' \
        '[.views.phases.runs[0].rows[1:][], .views.phases.runs[1].rows[] | has("off_cpu")] | any | not'
    look views "$DIR/page.html" changes answer phases latency environment spread cow compare kernels method
    look text "$DIR/page.html" 'off the CPU: the child ran first' '30.0 k, in 90 of 121 calls'
    look off_cpu "$DIR/page.html" 'off the CPU: 30.0 k' 'the child ran first, on the only CPU, in 90 of 121 calls'
    sed -n '/<section id="kernels"/,/<\/section>/p' "$DIR/page.html" | grep -F '>off the CPU: the child ran first<' | grep -qF '<td>30,000'
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    grep -qE '^\| 1 MiB \| fork \| .*`(░)+(█)+(▓)+~{5,}(·)?`' "$DIR/out.md"
    grep -qF '~ off the CPU (the child ran first' "$DIR/out.md"
}

@test "time off the CPU is not named on more CPUs, nor of more than no phase has, nor where nothing says it" {
    local page
    child_first 30000 2 >"$DIR/two.jsonl"
    child_first 40000 1 >"$DIR/more.jsonl"
    kernel_run 6.12.0-1 1 | jq -c 'if .type == "run" then .environment.cpus = 1 else . end' >"$DIR/none.jsonl"
    for page in two more none; do
        "$TOOL" report "$DIR/$page.jsonl" -o "$DIR/page.html"
        block_holds "$DIR/page.html" '[.views.phases.runs[].rows[] | has("off_cpu")] | any | not'
        refute grep -q '>off the CPU: ' "$DIR/page.html"
        "$TOOL" report --format markdown "$DIR/$page.jsonl" >"$DIR/out.md"
        refute grep -q '~' "$DIR/out.md"
    done
}

@test "a method that execs whose program is another and untraced has no start, and the reason" {
    made_run 'map(if .key.method == "posix_spawn" then .key.method = "fork-exec" | del(.samples.exec_ns) else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" "$DIR/run.jsonl" -o "$DIR/page.html"
    [ -z "$(lonely_calls "$DIR/page.html")" ]
    [ "$(grep -c 'Started is absent where another program' "$DIR/page.html")" -eq 7 ]
    block_holds "$DIR/page.html" '[.views.phases.runs[].rows[], .views.spread.runs[][] | has("started")] | any | not' \
        '.views.changes as $c | [$c.cells[] | select(.method == "fork-exec").lines[][0] | $c.names[.]] | index("total") and (index("started") or index("call") | not)' '[.views.latency[][] | select(.method == "fork-exec").started[2]] | all(. == null)'
    look views "$DIR/page.html" changes answer phases latency environment spread cow compare method
    look beside "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    grep -qF '| 1 MiB | fork-exec | 204 µs | - |' "$DIR/out.md"
    grep -qF 'Started is absent where another program (--program) is untraced' "$DIR/out.md"
    refute grep -q '^| .* | fork-exec | .*×' "$DIR/out.md"
}

@test "every answer of a run that counts instructions says so" {
    made_run '.[0].clock = "icount" | . as $run | $run[:-1] + [$run[1:-1][] | select(.key.method == "posix_spawn") | .key.method = "vfork-exec"] + $run[-1:]' >"$DIR/two.jsonl"
    "$TOOL" report --format markdown "$DIR/two.jsonl" >"$DIR/out.md"
    grep -F 'starts a program' "$DIR/out.md" | grep -qF '**posix\_spawn, 200 k instructions'
    grep -F 'memory cost' "$DIR/out.md" | grep -qF 'copy\_mm 391 instructions per present PTE'
}

@test "who starts a program first is said of when it runs" {
    measure starts --no-trace --method fork-exec,vfork-exec,posix_spawn --size 1M,64M --runs 30
    "$TOOL" report --format markdown "$result" >"$DIR/out.md"
    cat "$DIR/out.md"
    grep -F 'starts a program' "$DIR/out.md" | grep -qE '\*\*(vfork-exec|posix\\_spawn), '
    [ "$(grep -c '^| .* | fork-exec | .*s | .*s (.*) | .*s (.*) | - | ×.* (.*) |' "$DIR/out.md")" -eq 2 ]
}

@test "the committed runs of four kernels make a page of at most 600 KB" {
    "$TOOL" report results/lab/debian-*.jsonl -o "$DIR/lab.html"
    [ "$(wc -c <"$DIR/lab.html")" -le 600000 ]
}

@test "nanoseconds and instructions are never compared" {
    "$TOOL" report "$ROOM/one.jsonl" "$ROOM/k6.1.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'their units differ (nanoseconds, or instructions by another counting rule)'
    refute grep -q 'id="chart-changes"' "$DIR/page.html"
    refute grep -q '<section id="kernels"' "$DIR/page.html"
}

@test "instructions that were counted by different rules are never compared" {
    kernel_run 6.12.0-1 1 >"$DIR/old.jsonl"
    sed '1s/"environment":{/&"counting_rule":"quadword-steps",/' "$ROOM/k6.1.jsonl" >"$DIR/new.jsonl"
    "$TOOL" report "$DIR/new.jsonl" "$DIR/old.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'Their times are not compared' 'they are never compared'
    refute grep -q 'id="chart-changes"' "$DIR/page.html"
    refute grep -q '<section id="kernels"' "$DIR/page.html"
    "$TOOL" report "$DIR/new.jsonl" "$DIR/new.jsonl" -o "$DIR/page.html"
    grep -q 'id="chart-changes"' "$DIR/page.html"
}

# In a browser

@test "every chart is drawn, no error on the console, no request leaves the page" {
    look views "$ROOM/one.html" answer phases latency environment spread cow method
}

@test "a method whose times are all 0, or all of whose are, leaves the other charts as they are" {
    made_run 'map(if .key.method == "posix_spawn" and .key.rss_bytes == 1048576 then .samples |= map_values(map(0)) else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look views "$DIR/page.html" answer phases latency environment spread cow method
    made_run 'map(if .samples then .samples |= map_values(map(0)) else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'None of these samples is longer than 0.' 'No sample of posix_spawn is longer than 0.'
}

@test "pointer and arrow keys find the values, and the source of a phase" {
    look hover "$ROOM/one.html"
    look hover "$ROOM/kernels.html"
}

@test "each chart is reached by pointer, keys and choices, and its figures stand in tables without scripts" {
    look reach "$ROOM/one.html" phases latency spread cow
    look reach "$ROOM/kernels.html" changes phases latency spread cow kernels
}

@test "the legend takes lines away and brings them back; relative is a choice" {
    look legend "$ROOM/one.html"
}

@test "without scripts the page has its text and tables" {
    look noscript "$ROOM/one.html"
    look noscript "$ROOM/kernels.html"
}

@test "nothing overflows at 1600 and 390 pixels, nor after a resize" {
    look widths "$ROOM/one.html"
    look widths "$ROOM/kernels.html"
    look resize "$ROOM/kernels.html"
}

@test "there is no table of slopes where only threads that touch pages are beside the parent" {
    made_run 'map(if .type == "cell" then .key.touchers = 2 | .samples += {stall_ns: .samples.spawn_ns, stall_sum_ns: .samples.spawn_ns, stall_base_ns: .samples.spawn_ns} else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    grep -q 'Who else pays' "$DIR/page.html"
    refute grep -q 'What one more costs' "$DIR/page.html"
}

@test "a map shows medians, the tail and the share of a phase; a click or Enter opens a cell in the other views" {
    made_run '.[0] as $run | [$run] + [.[1:-1][] | select(.key.trace == "phases") | ., (select(.key.rss_bytes > 1048576) | .key.rss_bytes *= 2)] + .[-1:]' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look map "$DIR/page.html" median 'time of the call' '102 µs' '6.53 ms' '6.53 ms' '204 µs' '204 µs' '204 µs' '128 MiB' posix_spawn
    look map "$DIR/page.html" 'share of copy_mm in the call' 'share of copy_mm in the call' '78.4 %' '97.7 %' '97.7 %' '128 MiB' fork
    # The tail is a choice where enough samples lie beyond it.
    block_holds "$DIR/page.html" '[.views.latency[0][].call | length] | all(. == 4)'
    made_run '.[0] as $run | [$run] + [.[1:-1][] | select(.key.trace == "phases") | .n *= 10 | .samples |= map_values([range(10) as $i | .[]])
        | .phases |= map_values(if .ns then .ns |= [range(10) as $i | .[]] else . end) | .counts |= map_values([range(10) as $i | .[]]) | .unattributed_ns |= [range(10) as $i | .[]]
        | ., (select(.key.rss_bytes > 1048576) | .key.rss_bytes *= 2)] + .[-1:]' >"$DIR/long.jsonl"
    "$TOOL" report "$DIR/long.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.latency[0][0].call | length == 5 and .[4] > .[3]'
    look map "$DIR/page.html" '99th percentile' '99th percentile of the time of the call' '103 µs' '6.59 ms' '6.59 ms' '206 µs' '206 µs' '206 µs' '128 MiB' posix_spawn
    look widths "$DIR/page.html" '#latency.as=map'
    look axe "$DIR/page.html" '#latency.as=map'
}

@test "size 0 has its own place in the latency chart, and no line leads to it" {
    made_run 'map(if .key.rss_bytes == 1048576 then .key.rss_bytes = 4096 else . end) as $run
        | $run[:-1] + [$run[] | select(.key.rss_bytes == 4096) | .key.rss_bytes = 0] + $run[-1:]' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look zero "$DIR/page.html" '0 B' '4 KiB' '64 MiB'
}

@test "what varies is the x axis, a second axis has facets, and the rest stands in the names of the lines" {
    made_run '.[0] as $run | [$run] + [.[1:-1][] | select(.key.rss_bytes == 1048576) | (0, 10, 10000) as $vmas | (0, 100) as $fds
        | .key += {vmas: $vmas, fds: $fds}] + .[-1:]' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '[.axes[].name] == ["fds", "vmas"]' '[.views.latency[0][].at] | unique == [[0, 0], [0, 10], [0, 10000], [100, 0], [100, 10], [100, 10000]]'
    # A log scale: no line leads to 0.
    look axes "$DIR/page.html" 'additional VMAs of the parent' '0|10|10,000' 'additional open descriptors: 0|additional open descriptors: 100' 'posix_spawn' 2
    look axes "$DIR/page.html" 'additional open descriptors' '0|100' 'additional VMAs of the parent: 0|additional VMAs of the parent: 10|additional VMAs of the parent: 10,000' 'posix_spawn' 3
    look text "$DIR/page.html" 'What does a VMA cost?' 'What does an open descriptor cost?'
    # 20 ns a VMA, 35 ns a descriptor: the first screen has the slopes alone, where they are largest.
    made_run '.[0].rounds = 11 | .[0] as $run | [$run] + [.[1:-1][] | select(.key.rss_bytes == 1048576) | (0, 10, 10000) as $vmas | (0, 100) as $fds | .key += {vmas: $vmas, fds: $fds}
        | (if .key.method == "fork" then 1 else 2 end) as $times | .samples |= map_values(map(. + $times * (20 * $vmas + 35 * $fds)))] + .[-1:]' >"$DIR/slopes.jsonl"
    "$TOOL" report "$DIR/slopes.jsonl" -o "$DIR/slopes.html"
    [ "$(rows_of "$DIR/slopes.html" 'What one more costs')" = 'an open descriptor|70.0 ns (70.0 to 70.0)|posix_spawn vmas=0
a VMA|40.0 ns (40.0 to 40.0)|posix_spawn fds=0' ]
    look widths "$DIR/slopes.html"
    look views "$DIR/page.html" answer phases latency environment spread cow method
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
    # Words have no line between them, but may be chosen; nor has a line where others have a value and it has none.
    made_run '.[0] as $run | [$run] + [.[1:-1][] | (1, 2, 3) as $i | ("4k", "thp") as $pages | .key.pages = $pages | .key.rss_bytes *= (if $i == 1 then 1 elif $i == 2 then 2 else 4 end)
        | select(.key.method == "posix_spawn" and (.key.pages == "4k" or .key.rss_bytes == 1048576 or .key.rss_bytes == 4194304))] + .[-1:]' >"$DIR/words.jsonl"
    "$TOOL" report "$DIR/words.jsonl" -o "$DIR/page.html"
    look axes "$DIR/page.html" 'memory that the parent has written' '1 MiB|2 MiB|4 MiB|64 MiB|128 MiB|256 MiB' '' 'posix_spawn 4k|posix_spawn thp' 1
    look axes "$DIR/page.html" pages '4k|thp' "$(printf '|memory that the parent has written: %s MiB' 1 2 4 64 128 256 | cut -c 2-)" 'posix_spawn' 0
}

# grid [JQ]: a run whose children and parents write, each nothing and 128 KiB.
grid() {
    made_run '.[0] as $run | [$run] + [.[1:-1][] | (0, 131072) as $child | (0, 131072) as $parent
        | .key += {child_write: $child, parent_write: $parent}] + .[-1:] | '"${1:-.}"
}

@test "labels fit their charts, and no two rows have the same: with more axes, wide names, at all widths" {
    local x name
    x=$(printf 'X%.0s' {1..30})
    look labels "$ROOM/one.html" fork posix_spawn
    "$TOOL" report "$ROOM/profile.jsonl" -o "$DIR/profile.html"
    look labels "$DIR/profile.html" 'redis-server, fork'
    look labels "$ROOM/kernels.html" 6.12.0-3
    grid >"$DIR/grid.jsonl"
    "$TOOL" report "$DIR/grid.jsonl" "$DIR/grid.jsonl" -o "$DIR/page.html"
    look labels "$DIR/page.html" 'posix_spawn 64 MiB'
    # So long that it cannot be whole anywhere.
    name=$(printf 'a-name-%.0s' {1..40})
    grid 'map(if .key.method == "fork" then .key.method = "'"$x"'" else . end | if .key.pages then .key.child_write = "'"$name"'" + (.key.child_write | tostring) + "'"$name"'" else . end)' >"$DIR/wide.jsonl"
    "$TOOL" report "$DIR/wide.jsonl" "$DIR/wide.jsonl" -o "$DIR/page.html"
    look labels "$DIR/page.html"
    made_profile 400 'map(if .parent.comm == "make" then .parent.comm = "'"$x"'" else . end)' >"$DIR/profile.jsonl"
    "$TOOL" report "$DIR/profile.jsonl" -o "$DIR/page.html"
    look labels "$DIR/page.html" "${x:0:16}, fork"
    made_verdict '.metrics |= [.[] | .cell = ("fork-exec", "vfork-exec", "posix_spawn") + " at " + ("64M", "256M") + " child_write=128K" | .unit = "pages"
        | .a = 2150400 | .b = 2142208]' >"$DIR/verdict.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" -o "$DIR/page.html"
    look labels "$DIR/page.html" 'fork-exec at 64M child_write=128K: ptes_copied (all), and 5 more' '2,150,400 → 2,142,208 pages'
}

@test "in the dark, and in print with all tables" {
    look dark "$ROOM/one.html"
    look print "$ROOM/one.html"
}

@test "axe finds nothing serious, in the light and in the dark" {
    look axe "$ROOM/one.html"
    look axe "$ROOM/kernels.html"
}

@test "the data can be saved, and each chart as SVG and CSV" {
    look save "$ROOM/one.html"
    look saves "$ROOM/one.html" latency posix_spawn 5 'ns,121,202381,204000,205619,posix_spawn,1 MiB,1048576,121,198413,200000,201587'
    look saves "$ROOM/one.html" phases fork 5 'ns,10000,80000,5000,1000,102000,200000,fork,1 MiB,1048576,,'
    look saves "$ROOM/one.html" spread posix_spawn $((1 + 6 * 121)) 'ns,fork,1048576,call,1,100988'
    look saves "$ROOM/one.html" cow fork 3
    look saves "$ROOM/kernels.html" changes '6.53 M  call' 25 'fork,1 MiB,call,instructions,102000,102000'
    look saves "$ROOM/kernels.html" kernels 6.12.0-3 13
    "$TOOL" report "$ROOM/profile.jsonl" -o "$DIR/profile.html"
    look saves "$DIR/profile.html" births 'redis-server, fork' 6
    made_verdict >"$DIR/verdict.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" -o "$DIR/page.html"
    look saves "$DIR/page.html" gate 'fork at 1M: spawn' 3
    # No name is a formula of a spreadsheet.
    made_run 'map(if .key.method == "fork" then .key.method = "=1+\"2\"" else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look saves "$DIR/page.html" latency posix_spawn 5 'ns,121,101191,102000,102809,"'"'"'=1+""2""",1 MiB,1048576,,,,'
}

@test "an address shows the choices that it names, and choices change it" {
    look hash "$ROOM/one.html" '#latency&latency.until=call&latency.hidden=fork' 'time of the call' 1
    # A choice that another one brings.
    look hash "$ROOM/one.html" '#latency&latency.colour=copy_mm&latency.as=map&latency.until=call&latency.hidden=fork' 'share of copy_mm in the call' 1
}

@test "a click on the head of a column, or a key, orders a table" {
    look sort "$ROOM/one.html" latency Call '1 MiB fork|1 MiB posix_spawn|64 MiB posix_spawn|64 MiB fork' '64 MiB fork|1 MiB posix_spawn|64 MiB posix_spawn|1 MiB fork'
    # By the number, not the digits; what has none is last.
    look sort "$ROOM/one.html" latency Started '1 MiB posix_spawn|64 MiB posix_spawn|1 MiB fork|64 MiB fork' '1 MiB posix_spawn|64 MiB posix_spawn|1 MiB fork|64 MiB fork'
    look sort "$ROOM/one.html" latency Method '1 MiB fork|64 MiB fork|1 MiB posix_spawn|64 MiB posix_spawn' '1 MiB posix_spawn|64 MiB posix_spawn|1 MiB fork|64 MiB fork'
}

# Safety

@test "hostile names are shown as text" {
    local long name
    long=$(printf 'x%.0s' {1..5000})
    name='<img src=x onerror=alert(1)>'
    made_run '[.[] | if .key.method == "fork" then .key.method = "'"$name"'" else . end
        | if .key.method == "posix_spawn" and .key.rss_bytes == 67108864 then .key.pages = "</script><!--\n\u001b[31m\u202e'"$long"'" else . end
        | if .type == "run" then .environment.cpu_model = "<script>alert(2)</script>" | .environment["<b>fact"] = "]]>"
            | .command = ["a b", "it'\''s", "</title>", "$(x)"] | .phases.copy_mm.source = "<i>source" else . end]' >"$DIR/run.jsonl"
    cp "$DIR/run.jsonl" "$DIR/"$'<b>\xff\n&"quot'"'.jsonl"
    "$TOOL" report "$DIR/run.jsonl" "$DIR/"$'<b>\xff\n&"quot'"'.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" "$name" '</script><!--\x0a\x1b[31m\xe2\x80\xae'"$long" \
        '<script>alert(2)</script>' '<b>fact' ']]>' "'a b'" "'it'\\''s'" '</title>' '<b>\xff\x0a&"quot' '<i>source'
    look widths "$DIR/page.html"
    look hover "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    refute grep -E '<img|<script' "$DIR/out.md"
    refute grep -q $'\x1b' "$DIR/out.md"
    [ "$(wc -c <"$DIR/out.md")" -le 20000 ]
    # What has no room is left out, and that is said.
    for i in {1..30}; do made_verdict '.headline = "<" * 2000' >"$DIR/$i.json"; done
    "$TOOL" report --format markdown "$DIR/run.jsonl" "$DIR"/*.json >"$DIR/out.md"
    [ "$(wc -c <"$DIR/out.md")" -le 20000 ]
    grep -qxF 'Some of it is left out, for length; the page has all.' "$DIR/out.md"
}

@test "the policy forbids all but the page's own script and style, by hash" {
    local policy
    policy=$(sed -n 's/.*Content-Security-Policy" content="\([^"]*\)".*/\1/p' "$ROOM/one.html")
    [[ $policy == "default-src 'none'; script-src 'sha256-"*"'; style-src 'sha256-"*"'; img-src data:;"* ]]
    [[ $policy != *unsafe* ]]
    refute grep -qiE '<[a-z][^>]* style=|<[a-z][^>]* on[a-z]+=' <(sed '/<script/,$d' "$ROOM/one.html")
    refute grep -qE '(src|href)="?(https?:)?//' "$ROOM/one.html"
    grep -q 'Mike Bostock' "$ROOM/one.html"
    grep -q 'Redistribution and use\|Permission to use, copy' "$ROOM/one.html"
}

@test "the same input gives the same bytes, whatever the locale, the time and the folder" {
    cp "$ROOM/one.jsonl" "$DIR/one.jsonl"
    (cd "$DIR" && LC_ALL=C TZ=UTC "$TOOL" report one.jsonl -o a.html)
    (cd "$ROOM" && LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$TOOL" report one.jsonl) >"$DIR/b.html"
    cmp "$DIR/a.html" "$DIR/b.html"
}

@test "a typical page has at most 600 KB" {
    [ "$(wc -c <"$ROOM/one.html")" -le 600000 ]
    [ "$(wc -c <"$ROOM/kernels.html")" -le 600000 ]
}

# Markdown

@test "the summary: answers, at most 20 rows, a bar of phases, at most 20 KB" {
    "$TOOL" report --format markdown "$ROOM/one.jsonl" >"$DIR/out.md"
    grep -qF '**200 µs per MiB (fork)**' "$DIR/out.md"
    grep -qF '| 1 MiB | fork | 102 µs |' "$DIR/out.md"
    grep -qE '`(░)+(█)+(▓)+(·)*`' "$DIR/out.md"
    grep -qxF 'The bars: ░ clone_setup █ copy_mm ▓ wake ▄ vfork_wait.' "$DIR/out.md"
    LC_ALL=C "$TOOL" report --format markdown "$ROOM/one.jsonl" | cmp - "$DIR/out.md"
    made_run '.[0] as $run | .[-1] as $last | [.[] | select(.key.trace == "phases")] as $cells
        | [$run] + [range(60) as $i | $cells[0] | .key.method = "method-\($i)"] + [$last]' >"$DIR/many.jsonl"
    "$TOOL" report --format markdown "$DIR/many.jsonl" >"$DIR/many.md"
    [ "$(grep -c '^| 1 MiB' "$DIR/many.md")" -eq 20 ]
    grep -qF '40 rows in the middle are left out' "$DIR/many.md"
    "$TOOL" report --format markdown "$DIR/many.jsonl" "$DIR/many.jsonl" "$DIR/many.jsonl" >"$DIR/three.md"
    [ "$(grep -c '^| 1 MiB' "$DIR/three.md")" -le 20 ]
    [ "$(wc -c <"$DIR/three.md")" -le 20000 ]
}

@test "the summary begins with the verdict, then the headline" {
    made_verdict >"$DIR/verdict.json"
    made_run 'map(if .key.method == "fork" then .key.method = "fork-exec" | .samples.exec_ns = .samples.spawn_ns else . end)' >"$DIR/run.jsonl"
    "$TOOL" report --format markdown "$DIR/run.jsonl" "$DIR/verdict.json" >"$DIR/out.md"
    grep -v '^$' "$DIR/out.md" >"$DIR/lines"
    sed -n 2p "$DIR/lines" | grep -qF '1 of 3 metrics is worse'
    sed -n 3p "$DIR/lines" | grep -qE '^\*\*Starting a program from a parent of 64 MiB takes .* with fork-exec and .* with posix.*_spawn: .*\*\*$'
}

@test "of two runs the summary has a column of changes, within noise where the interval holds none" {
    noisy='.[0].rounds = 8'
    made_run "$noisy" >"$DIR/a.jsonl"
    made_run "$noisy"' | map(if .type == "cell" and .key.rss_bytes == 67108864 then .samples.spawn_ns |= map(. * 1.5 | round)
        | if .samples.exec_ns then .samples.exec_ns |= map(. * 1.25 | round) else . end else . end)' >"$DIR/b.jsonl"
    "$TOOL" report --format markdown "$DIR/a.jsonl" "$DIR/b.jsonl" >"$DIR/out.md"
    cat "$DIR/out.md"
    [ "$(grep -c '^| .*| Against a |' "$DIR/out.md")" -eq 1 ]
    sed -n '/Against a/,$p' "$DIR/out.md" >"$DIR/second"
    grep -qE '^\| 1 MiB \| fork \|.* within noise \| `' "$DIR/second"
    grep -qE '^\| 64 MiB \| fork \|.* \+(49|50)[.0-9]* % \(\+[0-9.]+ to \+[0-9.]+\) \| `' "$DIR/second"
    grep -qE '^\| 64 MiB \| posix.*_spawn \|.* \+(24|25)[.0-9]* % \(.*\) \| `' "$DIR/second"
    # Nanoseconds are not compared with instructions.
    made_run '.[0].clock = "icount"' >"$DIR/c.jsonl"
    "$TOOL" report --format markdown "$DIR/a.jsonl" "$DIR/c.jsonl" | sed -n '/Against a/,$p' | grep -qE '^\| 1 MiB \| fork \|.* - \| `'
}
