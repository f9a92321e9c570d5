#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The figures of sentences, with their intervals: computed anew from the samples of the file.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load ../../tests/tool.bash
load report.bash

# figures FILE [-v NAME=VALUE]...: what its sentences must say, a figure a line.
figures() {
    jq -rs '.[0].rounds as $rounds | .[] | select(.type == "cell") | . as $c
        | (if .key.trace == "all" then {bill: [.phases[].ns // empty] | transpose | map(add)}
           else .samples + {copy_mm: .phases.copy_mm.ns, exec_flush: .phases.exec_flush.ns, ptes_copied: .counts.ptes_copied} end) | to_entries[] | select(.value)
        | [$c.key.method, $c.key.rss_bytes / 1048576, ($c.key.trace | sub("all"; "phases")), .key, $rounds] + .value | join(" ")' "$1" |
        LC_ALL=C.UTF-8 awk "${@:2}" -f "$BATS_TEST_DIRNAME/intervals.awk"
}

# Each figure stands in the Markdown and in the text of the page. What follows "@" may be anywhere
# later in the line.
says() { # FILE
    local figure first rest
    "$TOOL" report --format markdown "$1" | sed 's/\\_/_/g' >"$DIR/out.md"
    "$TOOL" report "$1" -o "$DIR/out.html"
    sed 's/<[^>]*>/ /g; s/&#39;/'"'"'/g' "$DIR/out.html" >"$DIR/out.txt"
    cat "$DIR/out.md" "$DIR/figures"
    [ "$(wc -l <"$DIR/figures")" -ge 8 ]
    while read -r figure; do
        first=${figure%%@*} rest=${figure#*@}
        grep -F -- "$first" "$DIR/out.md" | grep -qF -- "$rest" || {
            echo "not in the Markdown: $figure"
            return 1
        }
        rest=${rest# |}
        grep -qF -- "$(sed 's/^| //; s/ |$//' <<<"${rest#| }")" "$DIR/out.txt" || {
            echo "not in the page: $figure"
            return 1
        }
    done <"$DIR/figures"
}

@test "a fresh run says when each program runs, with the interval that its samples give" {
    measure fresh --no-trace --method fork,vfork,posix_spawn,fork-exec,vfork-exec --size 1M,16M --runs 18
    jq -se '.[0].rounds == 8' "$result"
    figures "$result" -v trace=none >"$DIR/figures"
    [ "$(grep -c '^| ' "$DIR/figures")" -eq 26 ]
    says "$result"
}

# Eight rounds of five samples; a level for each round, and noise that repeats on no two cells.
noisy_run() {
    jq -nc '
        def noise($k): ((($k * 7919 + 104729) % 1009) * (($k * 31 + 17) % 997) % 1000) / 1000 - 0.5;
        def cell($number; $method; $mib; $trace; $ns):
            [range(40) | $ns * (1 + ((. / 5 | floor) * 3 % 8) / 40) * (1 + noise(. + 40 * $number) / 8) | round] as $v |
            {type: "cell", key: {method: $method, rss_bytes: ($mib * 1048576), pages: "4k", trace: $trace}, order: $number, n: 40,
             samples: ({spawn_ns: $v, total_ns: ($v | map(. * 2))} + if $method | test("exec|spawn") then {exec_ns: $v} else {} end)}
            + if $method == "fork" and $trace == "phases" then
                {phases: {copy_mm: {source: "fentry:dup_mmap", ns: ($v | map(. - 50000))}}, counts: {ptes_copied: [range(40) | $mib * 256]}}
              elif $method == "fork-exec" and $trace == "phases" then
                {phases: {copy_mm: {source: "fentry:dup_mmap", ns: ($v | to_entries | map(.value * 0.3 * (1 + noise(.key + 4000) / 10) | round))},
                          exec_flush: {source: "fentry:begin_new_exec", ns: ($v | to_entries | map(.value * 0.5 * (1 + noise(.key + 5000) / 10) | round))}}}
              elif $trace == "all" then
                {unattributed_ns: [range(40) | 100],
                 phases: ([{name: "clone_setup", share: 0.1}, {name: "copy_mm", share: 0.6}, {name: "clone_finish", share: 0.02}, {name: "wake", share: 0.03},
                     {name: "exit_mm", share: 0.4}, {name: "cow_parent", share: 0.05}, {name: "cow_child", share: 0.07}]
                     | map({(.name): (.share as $share | {source: "fentry:\(.name)", ns: ($v | map(. * $share | round))})}) | add)}
              else {} end;
        {type: "run", schema: 1, tool: "spawnscope 0.1.0", command: ["spawnscope", "bench"], clock: "monotonic", seed: "7", rounds: 8,
         environment: {}, phases: {}},
        ([{trace: "none", factor: 1}, {trace: "phases", factor: 1.3}] | to_entries[] as $set | ["fork", "vfork", "fork-exec", "posix_spawn"] | to_entries[] as $method | [1, 8, 1024] | to_entries[] as $size
         | cell($set.key * 12 + $method.key * 3 + $size.key; $method.value; $size.value; $set.value.trace;
                $set.value.factor * ({posix_spawn: 200000, vfork: 40000}[$method.value] // 60000 + 20000 * $size.value))),
        ([1, 8, 1024] | to_entries[] | cell(24 + .key; "fork"; .value; "all"; 90000 + 30000 * .value)),
        {type: "end", births: 480, started: 480, started_untraced: 480, lost: 0, missed: 0}'
}

@test "every sentence of a run with probes has the figures and intervals that its samples give" {
    noisy_run >"$DIR/run.jsonl"
    figures "$DIR/run.jsonl" -v trace=phases -v cross=1 >"$DIR/figures"
    grep -q '^beyond about' "$DIR/figures"
    grep -q 'on average$' "$DIR/figures"
    grep -q '^vfork, ' "$DIR/figures"
    grep -q '^1 MiB: fork-exec, .*; 1 GiB: posix_spawn, ' "$DIR/figures"
    grep -q '^bill [0-9.]* µs (' "$DIR/figures"
    grep -Eq '^Starting a program .*\. [0-9]+ % \([0-9]+ to [0-9]+\) of fork-exec is exec_flush \(.*\), [0-9]+ % \([0-9]+ to [0-9]+\) copy_mm \(.*\)\.$' "$DIR/figures"
    grep -q '^copy_mm .* per present PTE copied$' "$DIR/figures"
    grep -q '^The medians of blocks spread ' "$DIR/figures"
    says "$DIR/run.jsonl"
}

@test "what one more of an axis costs, and where most, is what the samples give" {
    noisy_run >"$DIR/run.jsonl"
    jq -c 'if .type == "cell" then .key.vmas = .key.rss_bytes / 1048576 | .key.rss_bytes = 1048576 else . end' "$DIR/run.jsonl" >"$DIR/vmas.jsonl"
    "$TOOL" report "$DIR/vmas.jsonl" -o "$DIR/out.html"
    rows_of "$DIR/out.html" 'What one more costs, where it costs most' >"$DIR/rows"
    figures "$DIR/run.jsonl" -v trace=phases -v axis='a VMA' | diff - "$DIR/rows"
    [ -s "$DIR/rows" ]
}

@test "one round is too few blocks for an interval, and the lab has none" {
    noisy_run | jq -c 'if .type == "run" then .rounds = 1 else . end' >"$DIR/one.jsonl"
    "$TOOL" report --format markdown "$DIR/one.jsonl" >"$DIR/out.md"
    cat "$DIR/out.md"
    [ "$(grep -c 'too few blocks for an interval' "$DIR/out.md")" -ge 4 ]
    refute grep -q ' to [0-9.]*)' "$DIR/out.md"
    noisy_run | jq -c 'if .type == "run" then .clock = "icount" else . end' >"$DIR/lab.jsonl"
    "$TOOL" report --format markdown "$DIR/lab.jsonl" >"$DIR/out.md"
    refute grep -qE 'interval|noise' "$DIR/out.md"
}

@test "a busy machine is said at the top of text, page and Markdown; an idle one and the lab are not" {
    noisy_run | jq -c 'if .type == "end" then . + {cpu_ticks: 1000, steal_ticks: 50, load_begin_milli: 4200, load_end_milli: null}
        elif .type == "run" then .environment.cpus = 2 else . end' >"$DIR/busy.jsonl"
    "$TOOL" report --format markdown "$DIR/busy.jsonl" >"$DIR/out.md"
    cat "$DIR/out.md"
    grep -m 1 '^- ' "$DIR/out.md" | grep -q 'Was the machine quiet? \*\*no: the numbers are noisy\*\* The medians of blocks spread by more than 10 % in .* of 12 cells (.* % in .*); the hypervisor took 5.0 % of the CPU time; the load was 4.2 on 2 CPUs. Measure again on an idle machine, or use the lab'
    "$TOOL" report "$DIR/busy.jsonl" -o "$DIR/out.html"
    grep -A 1 '<dl class="answers">' "$DIR/out.html" | grep -q 'class="answer warning".*Was the machine quiet'
    jq -c 'if .type == "run" then .clock = "icount" else . end' "$DIR/busy.jsonl" >"$DIR/lab.jsonl"
    "$TOOL" report --format markdown "$DIR/lab.jsonl" >"$DIR/out.md"
    refute grep -q 'Was the machine quiet' "$DIR/out.md"
    made_run >"$DIR/old.jsonl"
    "$TOOL" report --format markdown "$DIR/old.jsonl" >"$DIR/out.md"
    refute grep -q 'Was the machine quiet' "$DIR/out.md"
}

@test "a run keeps what says whether the machine was quiet" {
    # The kernel counts by ticks of 10 ms.
    measure conditions --no-trace --method fork --size 64M --runs 200
    tail -n 1 "$result" | jq -e '.cpu_ticks > 0 and .steal_ticks >= 0 and .steal_ticks <= .cpu_ticks and .load_begin_milli >= 0 and .load_end_milli >= 0'
}
