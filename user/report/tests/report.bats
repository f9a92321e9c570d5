#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: what stands in its page and its summary, in a browser and
# without one, and what is not written when something is wrong.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    browser_modules
    made_run >"$ROOM/one.jsonl"
    "$TOOL" report "$ROOM/one.jsonl" -o "$ROOM/one.html"
    made_profile >"$ROOM/profile.jsonl"
    "$TOOL" report "$ROOM/profile.jsonl" -o "$ROOM/profile.html"
    kernel_run 5.10.0-1 1 >"$ROOM/k5.10.jsonl"
    kernel_run 6.1.0-2 2 >"$ROOM/k6.1.jsonl"
    kernel_run 6.12.0-3 1.5 >"$ROOM/k6.12.jsonl"
    "$TOOL" report "$ROOM/k6.12.jsonl" "$ROOM/k6.1.jsonl" "$ROOM/k5.10.jsonl" -o "$ROOM/kernels.html"
}

# What it says

@test "the page answers, in words, what was asked" {
    look text "$ROOM/one.html" 'beyond about 2.0 MiB' '102 µs per MiB' \
        '398 ns per present PTE' '+2.0 %' '528 births recorded, 0 records lost'
}

@test "the data block: medians, phases, quantiles and counts as they are in the run" {
    block_holds "$ROOM/one.html" \
        '.runs | map([.name, .clock]) == [["one", "monotonic"]]' \
        '[.views.latency[0][] | [.method, .rss, .call[0], .call[2]]]
            == [["fork", 1048576, 121, 102000], ["posix_spawn", 1048576, 121, 204000],
                ["fork", 67108864, 121, 6528000], ["posix_spawn", 67108864, 121, 204000]]' \
        '.views.latency[0][0].call | .[1] < .[2] and .[2] < .[3]' \
        '.views.phases.runs[0] as $r | $r.rows[0].call
            | map([.[0], .[1], if .[2] == null then null else $r.sources[.[2]] end])
            == [["clone_setup", 10000, "tracepoint:sys_enter_clone..mmap_lock"],
                ["copy_mm", 80000, "tracepoint:mmap_lock"], ["wake", 5000, "driver"]]' \
        '.views.phases.runs[0].rows[0].unattributed == 1000' \
        '.views.spread.runs[0][0] | .n == 121 and .per == 1 and (.order | length) == 121
            and .quantiles[0] == (.order | min) and .quantiles[-1] == (.order | max)' \
        '.views.cow[0][0].cow_child == [4000, 4, 3, null, null]' \
        '.views.compare == null and .views.kernels == null'
    [ "$(block "$ROOM/one.html" | jq -c '.views.spread.runs[0][0].order')" = \
        "$(jq -sc '[.[] | select(.key.method == "fork" and .key.trace == "phases")][0].samples.spawn_ns' "$ROOM/one.jsonl")" ]
}

@test "a run that was just made becomes a page; untraced, it has no phases and says why" {
    measure untraced --no-trace --method fork,posix_spawn --size 1M,4M --runs 120
    "$TOOL" report "$result" -o "$DIR/page.html"
    look views "$DIR/page.html" answer environment latency spread method
    look text "$DIR/page.html" 'not known: untraced' 'nothing was attached'
}

@test "a run with probes shows phases and copy-on-write" {
    need_root
    measure traced --method fork,posix_spawn --size 1M,4M --runs 30 --rounds 1 --untraced none
    "$TOOL" report "$result" -o "$DIR/page.html"
    look views "$DIR/page.html" answer environment latency phases spread cow method
}

@test "loss and a run that broke off are told first" {
    made_run '.[-1].lost = 7' >"$DIR/lost.jsonl"
    "$TOOL" report "$DIR/lost.jsonl" -o "$DIR/lost.html"
    look text "$DIR/lost.html" '7 records lost' 'phases and counts are incomplete'
    grep -A 1 '<dl class="answers">' "$DIR/lost.html" | grep -q 'class="answer warning"'
    made_run '.[:-1]' >"$DIR/torn.jsonl"
    "$TOOL" report --truncated "$DIR/torn.jsonl" -o "$DIR/torn.html"
    look text "$DIR/torn.html" 'it broke off'
}

@test "what was skipped, what failed and what is absent stands there with the reason" {
    made_run '.[1] = (.[1] | {type, key, n: 0, skipped: "no <thp> here"}) | .[2].broken = "the parent died"
        | .[3].errnos = [range(121) | if . < 5 then 12 else 0 end]' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'skipped: no <thp> here' 'broken off: the parent died' \
        '5 of 121 calls failed' 'absent: no probe <here>' 'no CLONE_VFORK: the parent is not held'
}

@test "a run whose calls all failed becomes a page that says so" {
    made_run 'map(if .type == "cell" then {type, key, n, samples: {}, errnos: [range(.n) | 12]} else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" '121 of 121 calls failed'
    "$TOOL" report --format markdown "$DIR/run.jsonl" | grep -qF '| 1 MiB | fork | - |'
}

# A profile

@test "a profile: what its births come to, and the estimate of what posix_spawn would spare" {
    look text "$ROOM/profile.html" 'redis-server, by fork' '201 by fork, 100 by spawn, 80 by thread in 140 ms; 20 calls failed' \
        'copy_mm, 78.4 %' 'A fork by redis-server (pid 12)' 'All 401 records are in these sums' \
        'redis-server: none of its 100 forks execs, so they are no case for posix_spawn; the median of copy_mm is 5.00 ms, that of the COW faults paid by the parent 12.' '401 births and failed calls recorded, 0 records lost' 'A profile watches programs'
    block_holds "$ROOM/profile.html" '.views | .latency == null and .phases == null and .spread == null and .cow == null' \
        '.views.births.runs[0].groups | map([.label, .method, .births, .failed, .execs]) == [["redis-server", "fork", 100, 0, 0],
            ["make", "fork", 100, 0, 100], ["python3", "spawn", 100, 0, 100], ["java", "thread", 80, 20, 0], ["bash", "fork", 1, 0, 1]]' \
        '.views.births.runs[0].all | .births == 381 and .failed == 20' \
        '[.views.births.runs[0].series[] | .births | add] == [100, 100, 100, 80, 1]' \
        '.views.births.runs[0] | .all.work as $w | ([.series[].work[]] | add) == $w' \
        '.views.births.runs[0].family | map(.[0:4]) == [[0, "redis-server", null, 0], [1, null, "fork", 100],
            [0, "python3", null, 0], [1, "true", "spawn", 100], [0, "bash", null, 0], [1, "make", "fork", 1], [2, "cc", "fork", 100]]'
    # By the definition, from the run itself.
    [ "$(block "$ROOM/profile.html" | jq -c '.views.births.runs[0].groups[1].whatif | [.forks, .least, .most, .held]')" = \
        "$(jq -sc '[.[] | select(.type == "birth" and .parent.comm == "make")] | (map(.edges.mm_end - .edges.mm_start) | add) as $least
            | [length, $least, $least + (map(.edges.newtask - .edges.mm_end + .phases.cow_child + .phases.cow_parent + .edges.exec_load - .edges.exec_flush) | add),
               (map(.edges.exec_load - .edges.woken) | add)]' "$ROOM/profile.jsonl")" ]
}

@test "a profile in a browser: drawn, found by pointer and keys, without scripts, at all widths, for axe" {
    look views "$ROOM/profile.html" answer environment births method
    look births "$ROOM/profile.html"
    look noscript "$ROOM/profile.html"
    look widths "$ROOM/profile.html"
    look axe "$ROOM/profile.html"
    look print "$ROOM/profile.html"
}

@test "a profile beside a bench: each view has a word for the other" {
    "$TOOL" report "$ROOM/one.jsonl" "$ROOM/profile.jsonl" -o "$DIR/page.html"
    look runs "$DIR/page.html" 2
    look text "$DIR/page.html" 'This run is no profile' 'A driver without privileges' 'A profile watches programs'
    look widths "$DIR/page.html"
}

@test "a profile of calls alone says that work is not known; one that lost records says so first" {
    made_profile 40 'map(if .edges then .edges |= {clone_enter, clone_return} | .phases = {} else . end)' >"$DIR/calls.jsonl"
    "$TOOL" report "$DIR/calls.jsonl" -o "$DIR/calls.html"
    look text "$DIR/calls.html" 'it is not known what these births cost' 'no birth of this run has copy_mm'
    made_profile 40 '.[-1].lost = 9 | .[-1].births_lost = 2' >"$DIR/lost.jsonl"
    "$TOOL" report "$DIR/lost.jsonl" -o "$DIR/lost.html"
    grep -A 1 '<dl class="answers">' "$DIR/lost.html" | grep -q 'class="answer warning"'
    look text "$DIR/lost.html" '9 records lost' 'births and phases are incomplete' 'at least 39' 'The records of 2 more were lost.'
}

@test "what posix_spawn would spare is an answer only where it is worth a change" {
    made_profile 4 'map(if .type == "birth" then .phases = {} else . end
        | if .edges.mm_end then .edges += {mm_end: 30000, newtask: 31000, woken: 32000, exec_flush: 100000, exec_load: 101000} else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'Nothing worth a change'
    refute grep -qF 'What would posix_spawn save' "$DIR/page.html"
    # Of two programs, the one that is worth it.
    made_profile 40 'map(if .type == "birth" then .phases = {} | if .parent.comm == "make" then . else .exec = null | del(.exec) end else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'An estimate from the phases of 10 forks that exec'
}

@test "a profile that was filtered, or did not see all, says so where it counts and where it tells of loss" {
    made_profile 40 '.[-1].filtered = 9' >"$DIR/run.jsonl"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    grep -F 'were made?' "$DIR/out.md" | grep -F '**39, filtered**' | grep -qF 'The filters left out 9 more.'
    grep -F 'anything lost?' "$DIR/out.md" | grep -F '**nothing, except what the filters left out**' | grep -qF ', 9 left out by the filters.'
    refute grep -qF '⚠' "$DIR/out.md"
    made_profile 40 '.[-1].births_unseen = 12' >"$DIR/run.jsonl"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    grep -F 'were made?' "$DIR/out.md" | grep -F '**at least 39**' | grep -qF '12 more have no record.'
    grep -F '⚠' "$DIR/out.md" | grep -F 'births and phases are incomplete' | grep -qF ', 12 births without a record.'
    made_profile 40 '.[-1].untracked = 3' >"$DIR/run.jsonl"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    grep -F '⚠' "$DIR/out.md" | grep -F 'phases and counts are incomplete' | grep -qF ', 3 children that could not be followed.'
}

@test "a profile with hostile names, in the page and in markdown" {
    local name='<img src=x onerror=alert(1)>'
    made_profile 40 'map(if .parent then .parent.comm = "</script><b>\n" else . end
        | if .exec then .exec.path = "/tmp/'"$name"'\n\u202e" + ("x" * 5000) | .exec.argv = ["</script>"] else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" '</script><b>\x0a' "$name"'\x0a\xe2\x80\xaexxx'
    look widths "$DIR/page.html"
    look births "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    refute grep -E '<img|<script|<b>' "$DIR/out.md"
}

@test "births without a time, by a method of a later version, of a process that is its own parent" {
    made_profile 60 'map(if .type == "birth" then .child.pid? = .parent.pid | .method = "later"
        | if .t_ns % 300000 == 0 then .edges = {} | del(.t_ns) else . end else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'by ?'
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    "$TOOL" export --format perfetto "$DIR/run.jsonl" | jq -e 'length > 0' >/dev/null
    # A chain deeper than the tree is drawn: the rest is counted.
    made_profile 40 '. as $all | [range(length)] | map(. as $i | $all[$i] | if .type == "birth" then .t_ns = $i * 1000 | .method = "fork" | .result = 0
        | .child = {pid: ($i + 100), tid: ($i + 100)} | .parent.pid = $i + 99 else . end)' >"$DIR/chain.jsonl"
    "$TOOL" report "$DIR/chain.jsonl" -o "$DIR/chain.html"
    block_holds "$DIR/chain.html" '.views.births.runs[0] | .leftOut == 29 and (.family | length) == 13'
}

@test "a hundred thousand births: a page of at most 1.5 MB, with all of them in its sums" {
    made_profile 100000 'map(if .parent then .t_ns as $t | .parent.comm |= "\(.)\($t / 100000 % 500)" else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    [ "$(wc -c <"$DIR/page.html")" -le 1500000 ]
    look text "$DIR/page.html" 'All 100,001 records are in these sums' 'cheaper ones are left out'
    block_holds "$DIR/page.html" '.views.births.runs[0] | ([.series[].births[]] | add) == 95001 and (.series | length) == 8'
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    [ "$(grep -c '^| .* | `' "$DIR/out.md")" -le 20 ]
    [ "$(wc -c <"$DIR/out.md")" -lt 65536 ]
}

@test "a profile in markdown: the costliest first, with a bar of its work" {
    "$TOOL" report --format markdown "$ROOM/profile.jsonl" >"$DIR/out.md"
    grep -qF '| redis-server | fork | 100 | 0 | 5.05 ms | 515 ms | `MMMM' "$DIR/out.md"
    refute grep -qF '| Parent | Method | Median' "$DIR/out.md"
}

# Real runs: golden/RUN.jsonl is what a bench and a profile wrote, golden/RUN.json the data block of
# its page. After a change that is meant: `block page.html | jq . >golden/RUN.json`, and look at the
# difference.
@test "the data block of real runs is the one that was looked at and committed" {
    local run
    for run in bench profile; do
        "$TOOL" report "user/report/tests/golden/$run.jsonl" -o "$DIR/page.html"
        block "$DIR/page.html" >"$DIR/block.json"
        diff <(jq . "user/report/tests/golden/$run.json") <(jq . "$DIR/block.json")
    done
}

@test "numbers of a real profile, counted from its lines" {
    "$TOOL" report user/report/tests/golden/profile.jsonl -o "$DIR/page.html"
    block "$DIR/page.html" >"$DIR/block.json"
    jq -ne --slurpfile lines user/report/tests/golden/profile.jsonl --slurpfile page "$DIR/block.json" '
        [$lines[] | select(.type == "birth")] as $births | $page[0].views.births.runs[0] as $run
        | ["clone_setup", "copy_mm", "clone_finish", "wake", "exec_open", "exec_flush", "exec_load", "exit_mm", "cow_parent", "cow_child"] as $work
        | ($births | length) > 8
        and $run.all.births == ([$births[] | select(.result == 0)] | length)
        and $run.all.execs == ([$births[] | select(.exec and .exec.result == 0)] | length)
        and $run.all.work == ([$births[].phases | to_entries[] | select(.key as $k | $work | index($k)) | .value] | add)
        and ([$run.groups[] | {(.label + " " + .method): .births}] | add)
            == ([$births | group_by(.parent.comm, .method)[] | {(.[0].parent.comm + " " + .[0].method): length}] | add)
        and ([$run.family[] | select(.[2]) | .[3]] | add) == ([$births[] | select(.method != "thread")] | length)'
}

# Several runs

@test "two runs: what differs between the machines, medians side by side, counts that differ" {
    made_run '.[0].environment.governor = "powersave"
        | map(if .key.method == "fork" then .samples.spawn_ns |= map(. * 2) else . end)
        | map(if .counts.ptes_copied then .counts.ptes_copied |= map(. + 1) else . end)' >"$DIR/two.jsonl"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/two.jsonl" -o "$DIR/page.html"
    look views "$DIR/page.html" answer environment latency phases spread cow compare method
    look runs "$DIR/page.html" 2
    look text "$DIR/page.html" powersave '+100.0 %' 'Counts are exact: 6 are the same in all runs that have them, 4 differ.'
    block_holds "$DIR/page.html" '[.views.compare[] | .medians] == [[102000, 204000], [204000, 204000], [6528000, 13056000], [204000, 204000]]'
    # The machine's facts that are the same are not among the differences.
    sed -n '/What differs between/,/<\/table>/p' "$DIR/page.html" >"$DIR/differences"
    grep -q governor "$DIR/differences"
    refute grep -q 'Made-up CPU' "$DIR/differences"
}

@test "the gate's verdict, when it is among the inputs: in the answers, as a table, in markdown" {
    made_verdict >"$DIR/verdict.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" -o "$DIR/page.html"
    look views "$DIR/page.html" answer environment latency phases spread cow gate method
    look text "$DIR/page.html" 'What does the gate say? (verdict.json)' '1 of 3 metrics is worse <b>' 'Pairs of runs: 16, margin 3 %' \
        '+12.0 %' '+9.0 % to +15.0 %' '102 µs' '256 pages' 'no bound to +2.0 %' 'does not gate' 'a <note>' 'Exact: 1 the same on both sides, 0 not.'
    grep -A 2 '<dl class="answers">' "$DIR/page.html" | head -n 2 | grep -q 'answer warning'
    # What decided stands first.
    [ "$(grep -o 'class=words>\(regression\|pass\|does not gate\)<' "$DIR/page.html" | head -n 1)" = 'class=words>regression<' ]
    look noscript "$DIR/page.html"
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/verdict.json" "$ROOM/one.jsonl" >"$DIR/out.md"
    grep -qF '**regression** 1 of 3 metrics is worse &#60;b&#62;' "$DIR/out.md"
    # As the gate itself writes it.
    "$TOOL" gate --json "$ROOM/one.jsonl" "$ROOM/one.jsonl" >"$DIR/own.json" || [ $? -eq 4 ]
    "$TOOL" report "$ROOM/one.jsonl" "$ROOM/one.jsonl" "$DIR/own.json" -o "$DIR/page.html"
    look text "$DIR/page.html" "$(jq -r .verdict "$DIR/own.json")" "$(jq -r .headline "$DIR/own.json")"
}

@test "the gate as a chart: each difference with its interval, the margin, verdicts by shape and colour" {
    local name='</script><img src=x onerror=alert(1)>'
    made_verdict '.metrics += [
        {metric: "spawn", kind: "statistical", unit: "ns", verdict: "inconclusive", cell: "vfork at 64M", a: 7800, b: 8030, change: 0.029, low: -0.01, high: 0.07},
        {metric: "total", kind: "statistical", unit: "ns", verdict: "pass", improved: true, cell: "vfork at 64M", a: 34900, b: 31200, change: -0.106, low: -0.12, high: -0.09},
        {metric: "faults", kind: "exact", unit: "faults", verdict: "regression", cell: "fork at 64M", a: 0, b: 4},
        {metric: "p99", kind: "budget", unit: "ns", verdict: "pass", cell: "'"$name"'", limit: 2000000, value: 1400000}]' >"$DIR/verdict.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" "$DIR/verdict.json" -o "$DIR/two.html"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/verdict.json" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.gate | length == 1' '.views.gate[0].margin == 0.03' \
        '.views.gate[0].metrics | map([.metric, .verdict, .change, .low, .high]) == [["spawn", "regression", 0.12, 0.09, 0.15],
            ["faults", "regression", null, null, null], ["spawn", "inconclusive", 0.029, -0.01, 0.07], ["ptes_copied", "pass", 0, null, null],
            ["total", "improved", -0.106, -0.12, -0.09], ["p99", "pass", -0.3, null, null], ["total", "none", 0, null, 0.02]]' \
        '.views.gate[0].metrics[0] | [.a, .b, .interval] == ["102 µs", "114 µs", "+9.0 % to +15.0 %"]'
    look gate "$DIR/page.html" 5
    look text "$DIR/page.html" "$name" '0 faults' '4 faults'
    look widths "$DIR/page.html"
    look axe "$DIR/page.html"
    look views "$DIR/two.html" answer environment latency phases spread cow gate method
    # Numbers that nothing could be, and none at all.
    made_verdict '.margin = 999 | .metrics |= [.[], (.[] | .change = 1.7e308 | .high = 1.7e308), (.[] | .change = -1 | .low = -1e308),
        (.[] | .a = -5 | .b = 1e300 | .change = "x" | .verdict = "odd" | del(.cell, .unit)), {}]' >"$DIR/odd.json"
    "$TOOL" report "$ROOM/one.jsonl" "$DIR/odd.json" -o "$DIR/odd.html"
    look widths "$DIR/odd.html"
}

@test "several kernels of the lab: in order of version, with the change between neighbours" {
    look views "$ROOM/kernels.html" answer environment latency phases spread cow compare kernels method
    look runs "$ROOM/kernels.html" 3
    block_holds "$ROOM/kernels.html" \
        '[.views.kernels.order[] | .kernel] == ["5.10.0-1", "6.1.0-2", "6.12.0-3"]' \
        '[.views.kernels.order[] | .run] == [2, 1, 0]'
    sed -n '/<section id="kernels"/,/<\/section>/p' "$ROOM/kernels.html" | grep -F copy_mm | head -n 1 |
        grep -F '<td>80,000<td>160,000<td>+100.0 %<td>120,000<td>-25.0 %</tr>'
}

@test "a kernel without a cell says so, and the one after it is set against the one before" {
    kernel_run 6.1.0-2 1 | jq -c 'select(.key.method != "fork")' >"$DIR/without.jsonl"
    "$TOOL" report "$ROOM/k5.10.jsonl" "$DIR/without.jsonl" "$ROOM/k6.12.jsonl" -o "$DIR/page.html"
    look kernels "$DIR/page.html" '5.10.0-1 102,000' '6.1.0-2 not measured' '6.12.0-3 102,000, +0 %' 'from 5.10.0-1'
    sed -n '/<section id="kernels"/,/<\/section>/p' "$DIR/page.html" | grep -F copy_mm | head -n 1 |
        grep -F '<td>80,000<td>-<td>-<td>120,000<td>+50.0 %</tr>'
    # A cell that the oldest kernel lacks is there as well.
    "$TOOL" report "$DIR/without.jsonl" "$ROOM/k6.12.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" '.views.kernels.cells | map([.method, .places[0] == null]) | sort == [["fork", true], ["fork", true], ["posix_spawn", false], ["posix_spawn", false]]'
}

@test "runs are set side by side in whatever order a profile, or one with other cells, stands among them" {
    made_run 'map(select(.key.method != "fork"))' >"$DIR/spawn.jsonl"
    "$TOOL" report "$ROOM/profile.jsonl" "$DIR/spawn.jsonl" "$ROOM/one.jsonl" "$ROOM/one.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'against the first, spawn; what'
    look compare "$DIR/page.html" 6
    block_holds "$DIR/page.html" '[.views.compare[] | [.method, .row[0], .medians]] == [
        ["posix_spawn", 1, [null, 204000, 204000, 204000]], ["posix_spawn", 1, [null, 204000, 204000, 204000]],
        ["fork", 2, [null, null, 102000, 102000]], ["fork", 2, [null, null, 6528000, 6528000]]]'
    "$TOOL" report "$ROOM/k6.1.jsonl" "$ROOM/profile.jsonl" "$ROOM/k5.10.jsonl" -o "$DIR/page.html"
    look runs "$DIR/page.html" 3
    look compare "$DIR/page.html" 4
    block_holds "$DIR/page.html" '[.views.kernels.order[] | [.run, .kernel]] == [[2, "5.10.0-1"], [0, "6.1.0-2"]]'
}

@test "in the answers of a run that counts instructions, every number says so" {
    made_run '.[0].clock = "icount" | . as $run | $run[:-1] + [$run[1:-1][] | select(.key.method == "posix_spawn") | .key.method = "vfork-exec"] + $run[-1:]' >"$DIR/two.jsonl"
    "$TOOL" report --format markdown "$DIR/two.jsonl" >"$DIR/out.md"
    grep -F 'starts a program' "$DIR/out.md" | grep -qF '**posix\_spawn, 204 k instructions**'
    grep -F 'memory cost' "$DIR/out.md" | grep -qF '398 instructions per present PTE'
}

@test "the committed runs of four kernels make a page of at most 600 KB" {
    "$TOOL" report results/lab/debian-*.jsonl -o "$DIR/lab.html"
    [ "$(wc -c <"$DIR/lab.html")" -le 600000 ]
}

@test "nanoseconds and instructions are never set side by side" {
    "$TOOL" report "$ROOM/one.jsonl" "$ROOM/k6.1.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'some are nanoseconds, others instructions'
    refute grep -q 'id="chart-compare"' "$DIR/page.html"
    refute grep -q '<section id="kernels"' "$DIR/page.html"
}

# In a browser

@test "every chart is drawn, no error on the console, no request leaves the page" {
    look views "$ROOM/one.html" answer environment latency phases spread cow method
}

@test "a method whose times are all 0, or all of whose are, leaves the other charts as they are" {
    made_run 'map(if .key.method == "posix_spawn" and .key.rss_bytes == 1048576 then .samples |= map_values(map(0)) else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look views "$DIR/page.html" answer environment latency phases spread cow method
    made_run 'map(if .samples then .samples |= map_values(map(0)) else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'None of these samples is longer than 0.' 'No sample of fork is longer than 0.'
}

@test "pointer and arrow keys find the values, and the source of a phase" {
    look hover "$ROOM/one.html"
    look hover "$ROOM/kernels.html"
}

@test "the legend takes lines away and brings them back; relative is a choice" {
    look legend "$ROOM/one.html"
}

@test "without scripts there are the words and the tables" {
    look noscript "$ROOM/one.html"
    look noscript "$ROOM/kernels.html"
}

@test "nothing overflows at 1600 and 390 pixels, nor after a resize" {
    look widths "$ROOM/one.html"
    look widths "$ROOM/kernels.html"
    look resize "$ROOM/kernels.html"
}

@test "size 0 has its own place in the latency chart, and no line leads to it" {
    made_run 'map(if .key.rss_bytes == 1048576 then .key.rss_bytes = 4096 else . end) as $run
        | $run[:-1] + [$run[] | select(.key.rss_bytes == 4096) | .key.rss_bytes = 0] + $run[-1:]' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look zero "$DIR/page.html" '0 B' '4 KiB' '64 MiB'
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
    look labels "$ROOM/profile.html" 'redis-server, fork'
    look labels "$ROOM/kernels.html" 6.12.0-3
    grid >"$DIR/grid.jsonl"
    "$TOOL" report "$DIR/grid.jsonl" "$DIR/grid.jsonl" -o "$DIR/page.html"
    look labels "$DIR/page.html" 'posix_spawn, 64 MiB child_write=128K parent_write=128K' 'posix_spawn child_write=128K parent_write=128K'
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
    look labels "$DIR/page.html" 'vfork-exec at 256M child_write=128K: ptes_copied' '2,150,400 → 2,142,208 pages'
}

@test "in the dark, and in print with all tables" {
    look dark "$ROOM/one.html"
    look print "$ROOM/one.html"
}

@test "axe finds nothing serious, in the light and in the dark" {
    look axe "$ROOM/one.html"
    look axe "$ROOM/kernels.html"
}

@test "the data can be saved" {
    look save "$ROOM/one.html"
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
    [ "$(wc -c <"$DIR/out.md")" -lt 65536 ]
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

@test "the summary: answers, at most 20 rows, a bar of phases, less than 64 KB" {
    "$TOOL" report --format markdown "$ROOM/one.jsonl" >"$DIR/out.md"
    grep -qF '**beyond about 2.0 MiB**' "$DIR/out.md"
    grep -qF '| 1 MiB | fork | 102 µs |' "$DIR/out.md"
    grep -qE '`s+M+w+\.*`' "$DIR/out.md"
    made_run '.[0] as $run | .[-1] as $last | [.[] | select(.key.trace == "phases")] as $cells
        | [$run] + [range(60) as $i | $cells[0] | .key.method = "method-\($i)"] + [$last]' >"$DIR/many.jsonl"
    "$TOOL" report --format markdown "$DIR/many.jsonl" >"$DIR/many.md"
    [ "$(grep -c '^| 1 MiB' "$DIR/many.md")" -eq 20 ]
    grep -qF '40 rows in the middle are left out' "$DIR/many.md"
    "$TOOL" report --format markdown "$DIR/many.jsonl" "$DIR/many.jsonl" "$DIR/many.jsonl" >"$DIR/three.md"
    [ "$(grep -c '^| 1 MiB' "$DIR/three.md")" -le 20 ]
    [ "$(wc -c <"$DIR/three.md")" -lt 65536 ]
}

# What goes wrong

# Refused with one line, and the page that was there is as it was.
refused() { # PATTERN ARG...
    local pattern=$1
    shift
    echo before >"$DIR/page.html"
    one_line 2 "$pattern" "$TOOL" report "$@" -o "$DIR/page.html"
    [ "$(cat "$DIR/page.html")" = before ]
    [ -z "$(find "$DIR" -name '.spawnscope*')" ]
}

@test "bad input: one line, exit 2, and no page" {
    : >"$DIR/empty"
    echo 'hello' >"$DIR/foreign"
    head -c 4096 /dev/urandom >"$DIR/bytes"
    made_run '.[0].schema = 99' >"$DIR/newer"
    made_run '.[:-1]' >"$DIR/torn"
    made_run '[.[0], .[-1]]' >"$DIR/hollow"
    made_run '.[1].n = 3' >"$DIR/damaged"
    refused 'empty: is empty' "$DIR/empty"
    refused 'foreign: .*not a spawnscope result' "$DIR/foreign"
    refused 'bytes: ' "$DIR/bytes"
    refused 'newer: schema 99 is newer' "$DIR/newer"
    refused 'torn: the run broke off.*--truncated' "$DIR/torn"
    refused 'hollow: holds no measurement' "$DIR/hollow"
    refused 'damaged: line 2' "$DIR/damaged"
    refused 'nowhere: No such file' "$DIR/nowhere"
    refused 'Is a directory' "$DIR"
    refused 'torn' "$ROOM/one.jsonl" "$DIR/torn"
    made_verdict >"$DIR/verdict.json"
    refused 'a verdict of the gate makes no page alone' "$DIR/verdict.json"
    made_verdict '.schema = 9' >"$DIR/later.json"
    refused 'later.json: its schema is newer' "$ROOM/one.jsonl" "$DIR/later.json"
    made_verdict '.verdict = "maybe"' >"$DIR/maybe.json"
    refused 'maybe.json: damaged' "$ROOM/one.jsonl" "$DIR/maybe.json"
    made_verdict '.metrics = [7]' >"$DIR/seven.json"
    refused 'seven.json: damaged' "$ROOM/one.jsonl" "$DIR/seven.json"
    refused 'needs a run'
    refused "--format 'x.x1b': must be" --format $'x\x1b' "$ROOM/one.jsonl"
    refused 'unknown option' --nonsense "$ROOM/one.jsonl"
}

@test "a page that cannot be written: one line, exit 2, nothing left" {
    one_line 2 'cannot write .*No such file' "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/no/page.html"
    one_line 2 'cannot write .*Is a directory' "$TOOL" report "$ROOM/one.jsonl" -o "$DIR"
    one_line 2 'cannot write /dev/full: No space' "$TOOL" report "$ROOM/one.jsonl" -o /dev/full
    refute test -e "$DIR/no"
    # A file of limited size stands for a full disk.
    echo before >"$DIR/page.html"
    (ulimit -f 8 && trap '' XFSZ && one_line 2 'cannot write .*File too large' \
        "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/page.html")
    [ "$(cat "$DIR/page.html")" = before ]
    [ -z "$(find "$DIR" -name '.spawnscope*')" ]
}

@test "a run is not written over with its own page" {
    cp "$ROOM/one.jsonl" "$DIR/one.jsonl"
    ln -s one.jsonl "$DIR/link.jsonl"
    one_line 2 'that is the run itself' "$TOOL" report "$DIR/link.jsonl" -o "$DIR/one.jsonl"
    one_line 2 'that is the run itself' "$TOOL" export --format csv "$DIR/one.jsonl" -o "$DIR/one.jsonl"
    cmp "$ROOM/one.jsonl" "$DIR/one.jsonl"
}

@test "a page takes the place of the one before, with its rights; a link stays a link" {
    echo old >"$DIR/real.html"
    chmod 640 "$DIR/real.html"
    ln -s real.html "$DIR/page.html"
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/page.html"
    [ -L "$DIR/page.html" ]
    cmp "$DIR/real.html" "$ROOM/one.html" || block_holds "$DIR/real.html" '.runs[0].name == "one"'
    [ "$(stat -c %a "$DIR/real.html")" = 640 ]
    (umask 027 && "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/new.html")
    [ "$(stat -c %a "$DIR/new.html")" = 640 ]
}

@test "a link to a file that is not there yet stays a link" {
    mkdir "$DIR/there"
    ln -s there/real.html "$DIR/page.html"
    ln -s "$DIR/page.html" "$DIR/there/page.html"
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/there/page.html"
    [ -L "$DIR/page.html" ]
    [ -L "$DIR/there/page.html" ]
    block_holds "$DIR/there/real.html" '.runs[0].name == "one"'
    ln -s nowhere/real.html "$DIR/lost.html"
    one_line 2 'cannot write .*No such file' "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/lost.html"
    [ -L "$DIR/lost.html" ]
}

# Fails at a file size limit with 8 KiB of the page written.
limited() { # COMMAND...
    echo before >"$DIR/page.html"
    (ulimit -f 8 && "$@" report "$ROOM/one.jsonl" -o "$DIR/page.html" 2>"$ROOM/err" && exit 1
        exit 0)
    [ "$(cat "$ROOM/err")" = "spawnscope: cannot write $DIR/page.html: File too large" ]
    [ "$(ls -A "$DIR")" = page.html ]
    [ "$(cat "$DIR/page.html")" = before ]
}

@test "a report that fails while it writes leaves the old page and nothing else" {
    limited "$TOOL"
}

@test "the same on file systems without unnamed files" {
    need_root
    # Without /proc an unnamed file cannot get a name.
    limited unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' - "$TOOL"
    (umask 027 && unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' - "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/new.html")
    cmp "$DIR/new.html" <("$TOOL" report "$ROOM/one.jsonl")
    [ "$(stat -c %a "$DIR/new.html")" = 640 ]
    [ "$(find "$DIR" -type f | wc -l)" -eq 2 ]
}

@test "a page has whatever name the file system takes" {
    local name
    name=$(printf 'x%.0s' {1..250}).html
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/$name"
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/$name"
    [ "$(ls -A "$DIR")" = "$name" ]
}

@test "the command in the page makes the page again" {
    made_run '.[:-1]' >"$DIR/-a b.jsonl"
    made_verdict >"$DIR/-o.json"
    (cd "$DIR" && "$TOOL" report --truncated -- "-a b.jsonl" -o.json >first.html)
    look text "$DIR/first.html" "spawnscope report --truncated -o page.html -- '-a b.jsonl' -o.json"
    (cd "$DIR" && "$TOOL" report --truncated -o page.html -- '-a b.jsonl' -o.json)
    cmp "$DIR/first.html" "$DIR/page.html"
}

@test "runs from standard input, pages to a pipe" {
    "$TOOL" report - <"$ROOM/one.jsonl" | grep -q '<p class="runs">standard input</p>'
    "$TOOL" report "$ROOM/one.jsonl" -o - | head -n 1 | grep -qF '<!DOCTYPE html>'
}

@test "--help has examples" {
    "$TOOL" report --help | grep -qF 'spawnscope report run.jsonl -o page.html'
}
