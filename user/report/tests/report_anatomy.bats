#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: anatomies on the page, in the browser, and in the summary.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

readonly TREES=user/tests/anatomies

start_early() {
    share_browser
    "$TOOL" report "$TREES/fork-6.1.jsonl" -o "$ROOM/one.html"
    "$TOOL" report "$TREES/fork-6.1.jsonl" "$TREES/fork-6.12.jsonl" -o "$ROOM/two.html"
}

# many COUNT: the run with a tree of so many nodes, 30 deep, whose numbers have up to eight digits.
many() {
    jq -c --argjson count "$1" 'if .type != "anatomy" then . else
        [range($count) | if . == 0 then null elif . % 29 == 0 then . % 7 else . - 1 end] as $parent
        | [range($count) | 12 + . * 7919 % 4001] as $own
        | (reduce range($count - 1; 0; -1) as $i ($own; .[$parent[$i]] += .[$i])) as $total
        | .names = ["", "call", "kernel"] + [range(997) | "made_up_function_\(. + 1000)"]
        | .nodes = {parent: $parent, name: [range($count) | if . == 0 then 1 else 3 + . * 31 % 997 end], module: [range($count) | if . == 0 then 0 else 2 end],
            kind: [range($count) | if . == 0 then "root" else "call" end], part: [range($count) | "call"], calls: [range($count) | 1 + . % 3000], own: $own, total: $total}
        | .phases = [] end' "$TREES/fork-6.1.jsonl"
}

@test "the data block has the tree as columns, in the order of a walk" {
    block "$ROOM/one.html" >"$DIR/page.json"
    jq -e '.views.anatomy | (.trees | length) == 1 and (.trees[0] | ([.depth, .function, .kind, .calls, .own, .total] | map(length) | unique | length) == 1 and .label == "fork from a parent of 64 MiB")' "$DIR/page.json"
    # Each path and its figures, as the file has them.
    jq -r '.views.anatomy as $v | $v.trees[0] as $t | reduce range($t.depth | length) as $i ({path: [], out: []};
            .path |= .[:$t.depth[$i]] + [if $t.function[$i] < 0 then "-" else $t.names[$t.function[$i]] + "@" + $v.modules[$t.modules[$t.function[$i]]] end]
            | .out += ["\(.path | join(";")) \($t.calls[$i]) \($t.own[$i]) \($t.total[$i])"]) | .out[]' "$DIR/page.json" | sort >"$DIR/got"
    jq -r 'select(.type == "anatomy") | . as $a | .nodes as $n | [range($n.parent | length)]
        | reduce .[] as $i ([]; . + [if $n.parent[$i] == null then "-" else .[$n.parent[$i]] + ";" + $a.names[$n.name[$i]] + "@" + $a.names[$n.module[$i]] end])
        | to_entries[] | "\(.value) \($n.calls[.key]) \($n.own[.key]) \($n.total[.key])"' "$TREES/fork-6.1.jsonl" | sort >"$DIR/wanted"
    diff "$DIR/wanted" "$DIR/got"
}

@test "page and summary begin with what a birth takes and what changed, by the function" {
    grep -q '<p>fork from a parent of 64 MiB: 8,418,453 instructions a birth; of these in copy_page_range 50 %, ' "$ROOM/one.html"
    grep -q '<p>From fork-6.1 to fork-6.12, fork at 64M: 8,418,453 -&gt; 9,110,853 instructions a birth, +8.2 %: a page, ' "$ROOM/two.html"
    # Whatever the number of births, each figure is of one.
    [ "$(rows_of "$ROOM/one.html" 'Calls, from who called' | head -n 1)" = 'all||8,418,453|100.0 %|0|0.0 %|1' ]
    [ "$(rows_of "$ROOM/two.html" 'Functions, by what they take' | head -n 2)" = 'copy_present_ptes (split from copy_page_range, a guess)|kernel|+4,870,000|-|4,870,000|-|33
copy_page_range|kernel|−3,780,000|4,240,000|460,000|21|21' ]
    "$TOOL" report --format markdown "$TREES/fork-6.1.jsonl" >"$DIR/one.md"
    grep -qF '| copy\_page\_range | kernel | 4,240,000 | 50.4 % |' "$DIR/one.md"
    "$TOOL" report --format markdown "$TREES/fork-6.1.jsonl" "$TREES/fork-6.12.jsonl" >"$DIR/two.md"
    grep -qF '| copy\_present\_ptes (split from copy\_page\_range, a guess) | kernel | +4,870,000 | - | 4,870,000 |' "$DIR/two.md"
}

@test "small paths are left out, and a note counts them where there are some" {
    grep -q '<p class="note">Without [0-9]* paths* of less than 1 % of a birth each' "$ROOM/one.html"
    jq -c 'if .type == "anatomy" then .nodes |= map_values(.[:2]) | .phases = [] else . end' "$TREES/fork-6.1.jsonl" >"$DIR/small.jsonl"
    "$TOOL" report "$DIR/small.jsonl" -o "$DIR/page.html"
    [ "$(rows_of "$DIR/page.html" 'Calls, from who called' | wc -l)" -eq 3 ]
    refute grep -q '<p class="note">Without' "$DIR/page.html"
}

@test "runs without the same cell, or by another counting rule, are not compared" {
    sed 's/"counting_rule":"[^"]*"/"counting_rule":"another"/' "$TREES/fork-6.12.jsonl" >"$DIR/rule.jsonl"
    "$TOOL" report "$TREES/fork-6.1.jsonl" "$DIR/rule.jsonl" -o "$DIR/page.html"
    refute grep -q '<caption>Functions, by what they take' "$DIR/page.html"
    jq -c 'if .key then .key.vmas = 100 else . end' "$TREES/fork-6.12.jsonl" >"$DIR/cell.jsonl"
    "$TOOL" report "$TREES/fork-6.1.jsonl" "$DIR/cell.jsonl" -o "$DIR/other.html"
    refute grep -q '<caption>Functions, by what they take' "$DIR/other.html"
    look views "$DIR/page.html" answer anatomy latency environment spread compare method
}

@test "without an anatomy there is no such view" {
    made_run >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    refute grep -q 'id="anatomy"\|"anatomy":' "$DIR/page.html"
}

# In a browser

@test "keys walk along the calls, Enter and a click zoom, Escape goes back, a search marks and leads" {
    look anatomy "$ROOM/one.html" vm_normal_page \
        'in kernel, called by copy_page_range|with what it called: 1,310,000 instructions, 15.6 %|its own: 1,310,000 instructions, 15.6 %|calls in a birth: 16,420' \
        '1 function on 1 path: 15.6 % of all'
    look anatomy "$ROOM/two.html" copy_page_range \
        'in kernel, called by dup_mm|fork-6.1: 6,558,429 instructions, own 4,240,000, calls 21' '1 function on 1 path: 81.2 % of all'
}

@test "a difference is red for more and blue for less, and can be turned round" {
    look difference "$ROOM/two.html" copy_present_ptes _compound_head
}

@test "the icicle is reached by pointer and keys, its figures stand in tables, and its data can be saved" {
    local kernel
    # The legend of times is used, too: a second method.
    for kernel in 6.1 6.12; do
        jq -c 'if .type == "cell" then ., (.key.method = "vfork" | .order = 1) else . end | if .environment then .environment.kernel_release = "6.1" else . end' "$TREES/fork-$kernel.jsonl" >"$DIR/$kernel.jsonl"
    done
    "$TOOL" report "$DIR/6.1.jsonl" -o "$DIR/one.html"
    "$TOOL" report "$DIR/6.1.jsonl" "$DIR/6.12.jsonl" -o "$DIR/two.html"
    look reach "$DIR/one.html" anatomy latency spread
    look reach "$DIR/two.html" changes anatomy latency spread
    look saves "$ROOM/one.html" anatomy vm_normal_page $((1 + $(jq 'select(.type == "anatomy").nodes.parent | length' "$TREES/fork-6.1.jsonl"))) \
        'fork-6.1,fork from a parent of 64 MiB,instructions,the call;method_fork_spawn;fork;_Fork;do_syscall_64;__x64_sys_clone;kernel_clone;copy_process;dup_mm,dup_mm,kernel,1,5230,6573179'
    look noscript "$ROOM/two.html"
}

@test "it fits 1600 and 390 pixels, in light and dark, and axe finds nothing" {
    for page in one two; do
        look widths "$ROOM/$page.html"
        look labels "$ROOM/$page.html"
        look axe "$ROOM/$page.html"
    done
}

@test "hostile names of functions and modules are shown as text" {
    jq -c 'if .type == "anatomy" then .names |= map(if . == "copy_page_range" then "<img src=x onerror=alert(1)>\u001b[31m" elif . == "kernel" then "</script><b>|`" else . end) else . end' \
        "$TREES/fork-6.1.jsonl" >"$DIR/run.jsonl"
    "$TOOL" report "$DIR/run.jsonl" "$DIR/run.jsonl" -o "$DIR/page.html"
    look text "$DIR/page.html" '<img src=x onerror=alert(1)>\x1b[31m' '</script><b>|`'
    look widths "$DIR/page.html"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out.md"
    refute grep -q $'\e\|<img' "$DIR/out.md"
}

@test "trees of 5,000 nodes make a page of at most 800 KB, and only what can be seen is drawn" {
    many 5000 >"$DIR/a.jsonl"
    jq -c 'if .type == "anatomy" then .nodes.own[17] -= 5 | .nodes.total[0] += 500000 else . end' "$DIR/a.jsonl" >"$DIR/b.jsonl"
    "$TOOL" report "$DIR/a.jsonl" "$DIR/b.jsonl" -o "$DIR/page.html"
    [ "$(wc -c <"$DIR/page.html")" -le 800000 ]
    [ "$(block "$DIR/page.html" | jq '.views.anatomy.trees[].depth | length' | sort -u)" = 5000 ]
    look views "$DIR/page.html" changes answer anatomy latency environment spread compare method
    look height "$DIR/page.html" 6000 1400
}
