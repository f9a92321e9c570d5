#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: its page and its summary of a profile.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    share_browser
    made_run >"$ROOM/one.jsonl"
    made_profile >"$ROOM/profile.jsonl"
    "$TOOL" report "$ROOM/profile.jsonl" -o "$ROOM/profile.html"
}

@test "a profile has sums of its births and an estimate of what posix_spawn would save" {
    look text "$ROOM/profile.html" 'redis-server, by fork' '201 by fork, 100 by spawn, 80 by thread in 140 ms; 20 calls failed' \
        'copy_mm, 78.4 %' 'A fork by redis-server (pid 12)' 'All 401 records are in these sums' \
        "redis-server: none of its 100 forks execs, so they are no case for posix_spawn; the median of copy_mm is 5.00 ms, and the median of the parent's COW faults 12." '401 births and failed calls recorded, 0 records lost' 'A profile watches programs'
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
    look views "$ROOM/profile.html" answer births environment method
    look births "$ROOM/profile.html" latency
    look reach "$ROOM/profile.html" births
    look noscript "$ROOM/profile.html"
    look widths "$ROOM/profile.html"
    look axe "$ROOM/profile.html"
    look print "$ROOM/profile.html"
}

@test "a profile beside a bench: each view says so where a run has nothing for it" {
    "$TOOL" report "$ROOM/one.jsonl" "$ROOM/profile.jsonl" -o "$DIR/page.html"
    look runs "$DIR/page.html" 2
    look text "$DIR/page.html" 'This run has no births' 'A driver without privileges' 'A profile watches programs'
    look widths "$DIR/page.html"
}

# What the terminal prints of the run, in one line and without what a terminal needs.
on_terminal() { # FILE
    COLUMNS=1000 "$TOOL" show "$1" | tr '\n' ' ' | tr -s ' '
}

@test "a profile begins with the sentences of the terminal: how much, and what to do" {
    local page sentence
    for page in "$ROOM/profile.jsonl" user/report/tests/golden/profile.jsonl; do
        LC_ALL=C "$TOOL" report "$page" -o "$DIR/page.html"
        sed -n '/<section id="answer"/,/<details/s/<[^>]*>/\n/gp' "$DIR/page.html" | sed "s/&#39;/'/g; s/&quot;/\"/g; s/&lt;/</g; s/&gt;/>/g; s/\.\$//" |
            grep -vxE ' *|The answer|What to do|More answers' >"$DIR/sentences"
        [ "$(wc -l <"$DIR/sentences")" -ge 3 ]
        on_terminal "$page" >"$DIR/terminal"
        while read -r sentence; do
            grep -qF "$sentence" "$DIR/terminal" || { echo "not on the terminal: $sentence"; return 1; }
        done <"$DIR/sentences"
    done
    grep -q 'posix_spawn or vfork for' <("$TOOL" report "$ROOM/profile.jsonl")
}

@test "a profile without births makes a page that says so" {
    made_profile 0 '[.[0], .[-1]]' >"$DIR/none.jsonl"
    "$TOOL" report "$DIR/none.jsonl" -o "$DIR/none.html"
    [ "$(grep -o '<section id="[a-z]*"' "$DIR/none.html" | cut -d '"' -f 2 | tr '\n' ' ')" = 'answer environment method ' ]
    look axe "$DIR/none.html"
    look text "$DIR/none.html" '0 births in 100 ms' 'No process or thread was made in this time.'
    "$TOOL" report "$DIR/none.jsonl" "$ROOM/profile.jsonl" "$ROOM/one.jsonl" -o "$DIR/three.html"
    look text "$DIR/three.html" 'This run has no births'
    block_holds "$DIR/three.html" '.views.births.runs | map(. == null) == [true, false, true]'
    "$TOOL" report --format markdown "$DIR/none.jsonl" | grep -qF '0 births in 100 ms'
}

@test "a profile without phases says that work is not known; one that lost records says so first" {
    made_profile 40 'map(if .edges then .edges |= {clone_enter, clone_return} | .phases = {} else . end)' >"$DIR/calls.jsonl"
    "$TOOL" report "$DIR/calls.jsonl" -o "$DIR/calls.html"
    look text "$DIR/calls.html" 'the cost of these births is not known' 'Not known: the copy of memory (copy_mm) was not measured.'
    made_profile 40 '.[-1].lost = 9 | .[-1].births_lost = 2' >"$DIR/lost.jsonl"
    "$TOOL" report "$DIR/lost.jsonl" -o "$DIR/lost.html"
    grep -A 1 '<dl class="answers">' "$DIR/lost.html" | grep -q 'class="answer warning"'
    look text "$DIR/lost.html" '9 records lost' 'births and phases are incomplete' 'at least 39' 'The records of 2 more were lost.'
}

@test "what posix_spawn would save is advice only if it is worth a change" {
    made_profile 4 'map(if .type == "birth" then .phases = {} else . end
        | if .edges.mm_end then .edges += {mm_end: 30000, newtask: 31000, woken: 32000, exec_flush: 100000, exec_load: 101000} else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'Nothing worth a change'
    refute grep -qF 'What to do' "$DIR/page.html"
    # Of two programs, the one that is worth it.
    made_profile 40 'map(if .type == "birth" then .phases = {} | if .parent.comm == "make" then . else .exec = null | del(.exec) end else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" 'make: posix_spawn or vfork for 10 forks that exec'
}

@test "a filtered or incomplete profile says so in its counts and in the answer about losses" {
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
    look births "$DIR/page.html" "each birth"
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

@test "a hundred thousand births make a page of at most 1.5 MB, with all of them in its sums" {
    made_profile 100000 'map(if .parent then .t_ns as $t | .parent.comm |= "\(.)\($t / 100000 % 549)" else . end)' >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    [ "$(wc -c <"$DIR/page.html")" -le 1500000 ]
    look text "$DIR/page.html" 'All 100,001 records are in these sums' '(others): '
    block "$DIR/page.html" >"$DIR/block.json"
    jq -se --slurpfile page "$DIR/block.json" '([.[] | select(.type == "birth") | [.parent.comm, .method]] | unique | length) as $groups
        | $page[0].views.births.runs[0] | $groups > 1024 and .groupCount == $groups and (.groups | length) == 50
        and (.time | has("single") | not) and ([.time.heat[][2]] | add) == 95001' "$DIR/run.jsonl"
    look text "$DIR/page.html" "The costliest 12 of $(jq -r '.views.births.runs[0].groupCount' "$DIR/block.json" | sed 's/...$/,&/') programs and methods" \
        '(others)'
    block_holds "$DIR/page.html" '.views.births.runs[0] | ([.series[].births[]] | add) == 95001 and (.series | length) == 8'
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    [ "$(grep -c '^| .* | `' "$DIR/out.md")" -le 20 ]
    [ "$(wc -c <"$DIR/out.md")" -le 20000 ]
    # Of 1,001 groups with a row each, 20 are shown.
    grep -qE '^[0-9,]+ more, with [0-9,]+ births and .* of work, are left out\.$' "$DIR/out.md"
}

@test "a profile in markdown: the costliest first, with a bar of its work" {
    "$TOOL" report --format markdown "$ROOM/profile.jsonl" >"$DIR/out.md"
    grep -qF '| redis-server | fork | 100 | 0 | 5.05 ms | 515 ms | `████' "$DIR/out.md"
    refute grep -qF '| Parent | Method | Call |' "$DIR/out.md"
}

# Real runs: a bench and a profile wrote golden/RUN.jsonl; golden/RUN.json is the data block of its
# page, without what bpf/phases.h says of the phases. After an intended change: `block page.html | reviewed >golden/RUN.json`, and review the difference.
reviewed() {
    jq 'del(.views.phases.model, .views.births.model)'
}

@test "the data block of real runs is the reviewed one" {
    local run
    for run in bench profile; do
        "$TOOL" report "user/report/tests/golden/$run.jsonl" -o "$DIR/page.html"
        block "$DIR/page.html" >"$DIR/block.json"
        diff "user/report/tests/golden/$run.json" <(reviewed <"$DIR/block.json")
    done
}

@test "the page has each phase with its words, and what it is part of" {
    local model='.views[$view].model | length > 9 and all(.[]; length > 0)'
    "$TOOL" report user/report/tests/golden/bench.jsonl -o "$DIR/page.html"
    block "$DIR/page.html" >"$DIR/block.json"
    jq -e --arg view phases "$model"' and .copy_pages.in == "copy_mm" and (.copy_mm | has("in") | not)
        and all(.[]; .brief | length > 0) and ([.[].in // empty] - keys == [])' "$DIR/block.json"
    "$TOOL" report user/report/tests/golden/profile.jsonl -o "$DIR/page.html"
    block "$DIR/page.html" | jq -e --arg view births "$model"
}

@test "the numbers of a real profile are those counted from its lines" {
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

@test "the first sentences of a profile have the sums and shares that its lines give" {
    local file=user/report/tests/golden/profile.jsonl
    "$TOOL" report "$file" >"$DIR/page.html"
    # Three digits, as the page has them.
    jq -rs '["clone_setup", "copy_mm", "clone_finish", "wake", "exec_open", "exec_flush", "exec_load", "exit_mm", "cow_parent", "cow_child"] as $work
        | [.[] | select(.type == "birth")] as $b | (.[] | select(.type == "end")) as $end
        | [($b | length), ([$b[].call_ns] | add), $end.duration_ns, ([$b[].phases | to_entries[] | select(.key as $k | $work | index($k)) | .value] | add)] | join(" ")' "$file" |
        awk '{ printf "%d births, %.2f ms = %.1f %% of the %.1f ms traced: the time in which a parent waited in its call\n", $1, $2 / 1e6, 100 * $2 / $3, $3 / 1e6
            printf "Work of these births: %.2f ms;\n", $4 / 1e6 }' >"$DIR/wanted"
    cat "$DIR/wanted"
    while read -r sentence; do grep -qF "$sentence" "$DIR/page.html"; done <"$DIR/wanted"
}

@test "each birth over time, or how many calls took how long, is what the lines say" {
    "$TOOL" report user/report/tests/golden/profile.jsonl -o "$DIR/page.html"
    block "$DIR/page.html" >"$DIR/block.json"
    # From the first birth: its time, call and life; the program, false of a call that failed.
    jq -ne --slurpfile lines user/report/tests/golden/profile.jsonl --slurpfile page "$DIR/block.json" '
        [$lines[] | select(.type == "birth")] as $births | ($births | map(.t_ns) | min) as $first | $page[0].views.births.runs[0] as $run
        | ($births | sort_by(.t_ns) | map([.t_ns - $first, .call_ns, .edges.exit,
            if .result < 0 then false elif .exec.path then (.exec.path | split("/") | last) else null end]))
        == ($run.time.single | map([.[0], .[1], .[2], .[4]]))'
    grep -c '<caption>Each birth, in order' "$DIR/page.html"
    # Five rows to a power of ten: of 10^(row / 5) ns or more.
    jq -se --slurpfile page <(block "$ROOM/profile.html") '[.[] | select(.type == "birth" and .result == 0) | .call_ns | log10 * 5 | floor] as $rows
        | ($rows | group_by(.) | map([.[0], length])) == ($page[0].views.births.runs[0].time.heat | group_by(.[1]) | map([.[0][1], (map(.[2]) | add)]))' "$ROOM/profile.jsonl"
    # No forks, nothing to compare.
    "$TOOL" report results/machine/make.jsonl | grep -qF '<p>No forks in this run.</p>'
    grep -c '<caption>Calls over time by how long they took' "$ROOM/profile.html"
    # A trace of light probes has no calls: births over time are what is left.
    made_profile 400 'map(if .edges then .edges |= del(.clone_enter, .clone_return) | del(.call_ns) else . end)' >"$DIR/light.jsonl"
    "$TOOL" report "$DIR/light.jsonl" -o "$DIR/light.html"
    block_holds "$DIR/light.html" '.views.births.runs[0].time.heat == []'
    look views "$DIR/light.html" answer births environment method
}
