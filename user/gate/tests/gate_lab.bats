#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: runs in the lab.
#
# Takes long: it boots many guests.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

@test "two kernels differ, and the headline says in which phase and by how much" {
    local kernel
    for kernel in debian:6.1 debian:6.12; do
        reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$kernel" 2>&1) || skip "$reason"
    done
    local status=0
    "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --kernel debian:6.12 --method fork --size 1M --json \
        >"$DIR/json" 2>"$DIR/err" </dev/null || status=$?
    cat "$DIR/err"
    jq -r .headline "$DIR/json"
    [ "$status" -eq 1 ]
    jq -e '(.headline | test("^fork at 1M: [a-z_]+ [+][0-9]+ instructions a spawn, [+][0-9.]+ % [(][0-9]+ -> [0-9]+[)]"))
        and (.headline | test("; cause: a birth, [a-z_]+ [+][0-9,]+ instructions")) and (.cause | startswith("a birth, "))
        and .clock == "icount" and ([.differences[] | .declared] | all)
        and ([.metrics[] | select(.metric == "copy_pages" and .verdict == "regression")] | length == 1)' "$DIR/json"
}

@test "equal runs pass, and a baseline is exact to the instruction" {
    need_terminals
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" debian:6.1 2>&1) || skip "$reason"
    # On a terminal it says that the run goes on, and leaves nothing of that.
    script -qec "$(printf '%q ' "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --method fork --size 1M --runs 3 \
        --baselines "$DIR/b" --save lab)" /dev/null >"$DIR/seen" </dev/null
    grep -qE $'\r\e\\[Klab: A has run for [0-9]+ s \\(at most 300\\)\r\e\\[K' "$DIR/seen"
    refute grep -Eq '[(]at most 300[)][^[:cntrl:]]' "$DIR/seen"
    "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --method fork --size 1M --runs 3 \
        --baselines "$DIR/b" --baseline lab >"$DIR/out"
    grep -q '^pass: [0-9]* exact metrics not worse$' "$DIR/out"
    # A change of the instruction count is a regression.
    sed -i 's/"copy_mm":{"ns":\[\([0-9]*\),\([0-9]*\),\([0-9]*\)\]/"copy_mm":{"ns":[1,1,1]/
            s/\("copy_mm":{"source":"[^"]*","ns":\)\[[0-9,]*\]/\1[1,1,1]/' "$DIR/b/lab/1.jsonl"
    "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --method fork --size 1M --runs 3 \
        --baselines "$DIR/b" --baseline lab >"$DIR/out" || [ $? -eq 1 ]
    head -n 1 "$DIR/out"
    grep -q '^regression: fork at 1M: copy_mm +' "$DIR/out"
}

@test "a baseline of another grid has no cell in common, whatever their places" {
    local kernel=debian:6.1 lab
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$kernel" 2>&1) || skip "$reason"
    lab=("$BUILD/spawnscope" gate --lab --kernel "$kernel" --method fork --runs 2 --baselines "$DIR/b")
    "${lab[@]}" --size 4M --save lab >/dev/null
    "${lab[@]}" --size 1M --baseline lab >"$DIR/out" || [ $? -eq 5 ]
    cat "$DIR/out"
    grep -q '^not comparable: no cell in common: A has fork at 4M, B has fork at 1M$' "$DIR/out"
}

@test "a baseline has one program and one kernel" {
    local kernel=debian:6.1 lab
    lab=("$BUILD/spawnscope" gate --lab --baselines "$DIR/b" --runs 2)
    one_line 2 'program and --kernel: name one with --save or --baseline' \
        "${lab[@]}" --save main --program /bin/true --program /bin/false
    one_line 2 'program and --kernel: name one with --save or --baseline' \
        "${lab[@]}" --baseline main --kernel debian:6.1 --kernel debian:6.12
    one_line 2 'program: name two' "${lab[@]}" --program /bin/true
    mkdir "$DIR/links"
    one_line 2 'pads goes with --lab and --program' "${lab[@]}" --pads "$DIR/links" --kernel debian:6.1 --kernel debian:6.12
    one_line 2 'pads goes with --lab and --program' "${lab[@]}" --pads "$DIR/links" --save main --program /bin/true
    one_line 2 'pads goes with --lab and --program' "$BUILD/spawnscope" gate --pads "$DIR/links" --budget x y
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$kernel" 2>&1) || skip "$reason"
    lab+=(--kernel "$kernel")
    for exit in 0 1; do
        printf 'int main(void) { return %s; }\n' "$exit" | cc -O2 -static -x c -o "$DIR/program$exit" -
    done
    "${lab[@]}" --save main --program "$DIR/program0" >/dev/null
    "${lab[@]}" --baseline main --program "$DIR/program0" --metric times >"$DIR/out"
    grep -q '^pass: [1-9][0-9]* exact metrics not worse$' "$DIR/out"
    # The named program runs.
    one_line 2 "B, posix_spawn at 1M: broken off: '/lab/program' ended with status 1" \
        "${lab[@]}" --baseline main --program "$DIR/program1"
}
