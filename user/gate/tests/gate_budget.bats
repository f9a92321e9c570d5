#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: budgets.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

@test "a budget is checked for each cell, and the verdict has the value" {
    stored "$DIR/x" 1500000 16417
    cat >"$DIR/budget" <<'BUDGET'
# what the service may cost
copy_mm <= 2ms
fork.births where rss >= 1GiB == 0
ptes_copied <= 20000
BUDGET
    verdict 0 '^pass: 3 values within budget$' --budget "$DIR/budget" "$DIR/x"
    echo 'call.max < 1.5ms' >>"$DIR/budget"
    verdict 1 '^regression: fork at 64M: call.max < 1.5ms, but it is 1.50 ms$' --budget "$DIR/budget" "$DIR/x"
    sed -i 's/^call/spawn/' "$DIR/budget"
    verdict 1 '^regression: fork at 64M: spawn.max < 1.5ms, but it is 1.50 ms$' --budget "$DIR/budget" "$DIR/x"
    echo 'copy_mm.p99 <= 2ms' >"$DIR/budget"
    verdict 4 '^inconclusive: .*3 samples have no p99; it takes 1000' --budget "$DIR/budget" "$DIR/x"
    echo 'copy_mm.p90 <= 2ms' >"$DIR/budget"
    verdict 4 '^inconclusive: .*3 samples have no p90; it takes 100$' --budget "$DIR/budget" "$DIR/x"
    echo 'exec_load <= 2ms' >"$DIR/budget"
    verdict 4 '^inconclusive: .*line 1: not measured in this run' --budget "$DIR/budget" "$DIR/x"
    grep -v '"cell"' "$DIR/x" >"$DIR/empty"
    verdict 5 '^not comparable: the run measured nothing' --budget "$DIR/budget" "$DIR/empty"
}

@test "a budget is exact to the ns, and its sentence shows by how much it was missed" {
    stored "$DIR/x" 1003000 16417
    echo 'call <= 1.003ms' >"$DIR/budget"
    verdict 0 '^pass: 1 value within budget$' --budget "$DIR/budget" "$DIR/x"
    stored "$DIR/x" 1003001 16417
    verdict 1 '^regression: fork at 64M: call <= 1.003ms, but it is 1003001 ns$' --budget "$DIR/budget" "$DIR/x" \
        --junit "$DIR/xml"
    grep -Eq '^call <= 1.003ms +fork at 64M +1003000 ns +1003001 ns +regression$' "$DIR/out"
    grep -q 'message="regression: is 1003001 ns"' "$DIR/xml"
    xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" "$DIR/xml"
}

@test "a cell whose calls all failed, or whose samples are null, is inconclusive in every format" {
    local why name
    stored "$DIR/x" 1003000 16417
    jq -c 'if .type == "cell" then .key.rss_bytes = 1048576 else empty end' "$DIR/x" >"$DIR/more"
    sed -i '/"type":"end"/d' "$DIR/x"
    echo 'fork.spawn.p50 <= 2ms' >"$DIR/budget"
    for name in errors nulls; do
        why='3 of 3 samples are null without an errno'
        [ "$name" = nulls ] || why='3 of 3 calls failed: EAGAIN'
        {
            cat "$DIR/x"
            jq -c --arg name "$name" '.samples[][] = null | .phases?[]?[]?[]? = null | .counts?[]?[]? = null
                | if $name == "errors" then .errnos = [11, 11, 11] else . end' "$DIR/more"
            echo '{"type": "end", "births": 3, "started": 3, "started_untraced": 3, "lost": 0, "missed": 0}'
        } >"$DIR/$name"
        rm -f "$DIR/m"
        verdict 4 "^inconclusive: fork at 1M: fork.spawn.p50 <= 2ms: line 1: not measured: $why\$" \
            --budget "$DIR/budget" "$DIR/$name" -o "$DIR/json" --junit "$DIR/xml" --markdown "$DIR/m"
        jq -e --arg why "$why" '.verdict == "inconclusive" and ([.metrics[] | select(.verdict == "inconclusive") | .note]
            | length == 1 and (.[0] | endswith($why)))' "$DIR/json"
        grep -Eq "<(failure|skipped) message=\".*$why" "$DIR/xml"
        grep -q "inconclusive.*$why" "$DIR/m"
    done
}

# Real profiles: a program that forks from 1.1 GiB, and 30 forks through a ring with room for 11.
# After an intended change run `spawnscope gate --budget X.budget X.jsonl >X.txt` and check the diff.
@test "a budget is checked for the births of a profile, and lost records never pass" {
    local name status
    for name in service:1 lost:1; do
        status=0
        "$TOOL" gate --budget "$BATS_TEST_DIRNAME/golden/${name%:*}.budget" \
            "$BATS_TEST_DIRNAME/golden/${name%:*}.jsonl" >"$DIR/out" || status=$?
        diff "$BATS_TEST_DIRNAME/golden/${name%:*}.txt" "$DIR/out"
        [ "$status" -eq "${name#*:}" ]
    done
    echo 'fork.births where rss >= 1GiB == 0' >"$DIR/budget"
    verdict 4 '^inconclusive: fork.births where rss >= 1GiB == 0: line 1: 19 births lost, which could change this$' \
        --budget "$DIR/budget" "$BATS_TEST_DIRNAME/golden/lost.jsonl"
    head -n 4 "$BATS_TEST_DIRNAME/golden/service.jsonl" >"$DIR/cut"
    echo 'fork.births where rss >= 2GiB == 0' >"$DIR/budget"
    verdict 4 '^inconclusive: .*the run is truncated' --truncated --budget "$DIR/budget" "$DIR/cut"
}

@test "a rule about forks from processes over 1 GiB finds a large one and ignores a small one" {
    need_root
    local size
    echo 'fork.births where rss >= 1GiB and exe == spawnscope-bench == 0' >"$DIR/budget"
    for size in 1G 64M; do
        "$TOOL" profile -q -o "$DIR/$size" -- "$TOOL-bench" --method fork --size "$size" --warmup 0 --runs 2 \
            >"$DIR/samples"
    done
    verdict 1 '^regression: .*, but it is 2 births' --budget "$DIR/budget" "$DIR/1G"
    tr '\n' ' ' <"$DIR/out" | grep -Eq 'the +first of exe, process [0-9]+, RSS 1[0-9]{6}K'
    verdict 0 '^pass: 1 value within budget$' --budget "$DIR/budget" "$DIR/64M"
}

@test "a budget with a mistake is refused with file, line and what was expected" {
    stored "$DIR/x" 1500000 16417
    printf 'births == 0\n\ncopy_mm =< 2ms\n' >"$DIR/budget"
    one_line 2 "budget: line 3: expected one of < <= == != >= >, found '=<'" \
        "$TOOL" gate --budget "$DIR/budget" "$DIR/x"
    : >"$DIR/budget"
    one_line 2 'budget: no rule in it' "$TOOL" gate --budget "$DIR/budget" "$DIR/x"
    one_line 2 'none: No such file' "$TOOL" gate --budget "$DIR/none" "$DIR/x"
    one_line 2 'budget FILE takes one run' "$TOOL" gate --budget "$DIR/budget" "$DIR/x" "$DIR/x"
    head -c 5000 /dev/zero >"$DIR/budget"
    one_line 2 "line 1: expected text, found '.*0'" "$TOOL" gate --budget "$DIR/budget" "$DIR/x"
}

@test "a budget of the bill is about the phases that it is made of, and says which was not measured" {
    local run=results/lab/debian-6.1.jsonl none
    echo 'fork.bill where rss == 1MiB and pages == 4k <= 1000' >"$DIR/budget"
    # From the file's phases: clone_setup, copy_mm, clone_finish, wake, exit_mm and both sides' COW faults.
    jq -r 'select(.type == "cell" and .key == {method: "fork", rss_bytes: 1048576, pages: "4k", trace: "all"}).phases
        | [.clone_setup, .copy_mm, .clone_finish, .wake, .exit_mm, .cow_parent, .cow_child | .ns] | transpose | map(add) | sort
        | .[(length - 1) / 2]' "$run" >"$DIR/median"
    "$TOOL" gate --json --budget "$DIR/budget" "$run" >"$DIR/json" || [ $? -eq 1 ]
    jq -e --argjson median "$(cat "$DIR/median")" '[.metrics[].value] == [$median]' "$DIR/json"
    none=$(jq -c 'select(.key.trace? != "all")' "$run")
    echo "$none" >"$DIR/run"
    verdict 4 'not measured in this run: cow_parent: too expensive while times are taken' --budget "$DIR/budget" "$DIR/run"
}
