#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: verdicts and exit statuses from stored runs, baselines,
# budgets, the formats of others, and runs that it takes itself.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

# COUNT runs a side, taken in turn; the calls of B take PERCENT longer, and all of them vary a bit.
in_turn() { # COUNT PERCENT
    local i call
    base=() new=()
    for ((i = 1; i <= $1; i++)); do
        call=$((1000000 + 137 * (i * 31 % 17)))
        stored "$DIR/a$i" "$call" 16417 "taken_ms=$((2000 * i))"
        stored "$DIR/b$i" "$(((1000000 + 137 * (i * 29 % 17)) * (100 + $2) / 100))" 16417 \
            "taken_ms=$((2000 * i + 1000))"
        base+=("$DIR/a$i") new+=("$DIR/b$i")
    done
}

# Verdicts

@test "a file with itself passes, and the first line says why; so does a copy" {
    stored "$DIR/x" 1000000 16417
    verdict 0 '^pass: BASE and NEW are the same file: nothing can differ$' "$DIR/x" "$DIR/x"
    ln -s x "$DIR/link"
    verdict 0 '^pass: BASE and NEW are the same file' "$DIR/x" "$DIR/link"
    cp "$DIR/x" "$DIR/y"
    verdict 0 '^pass: NEW is a copy of BASE' "$DIR/x" "$DIR/y"
    verdict 0 '^pass: BASE and NEW are the same files: nothing can differ$' "$DIR/x" "$DIR/y" -- "$DIR/x" "$DIR/y"
    # A run that is named five times is still one.
    one_line 2 'x is named twice on one side' \
        "$TOOL" gate --in-turn "$DIR/x" "$DIR/x" -- "$DIR/y" "$DIR/link"
}

@test "a profile is compared with nothing, and the first line says what it is for" {
    stored "$DIR/x" 1000000 16417
    cp "$BATS_TEST_DIRNAME/golden/service.jsonl" "$DIR/p"
    verdict 5 '^not comparable: A and B are profiles, which have no cells; --budget checks one against rules$' \
        "$DIR/p" "$DIR/p"
    verdict 5 '^not comparable: B is a profile, and A a run of bench$' "$DIR/x" "$DIR/p"
}

@test "a file with itself is no pass if it measured nothing" {
    stored "$DIR/x" 1000000 16417
    grep -v '"cell"' "$DIR/x" >"$DIR/empty"
    verdict 5 '^not comparable: no cell and metric that both have was measured$' "$DIR/empty" "$DIR/empty"
}

@test "80 MiB in place of 64 are a regression, by the pages that a fork copies" {
    need_root
    local size
    for size in 64M 80M; do
        "$TOOL" bench --method fork --size "$size" --runs 3 --untraced none -q -o "$DIR/$size" \
            >/dev/null 2>"$DIR/err"
        [ ! -s "$DIR/err" ]
    done
    sed 's/"rss_bytes":83886080/"rss_bytes":67108864/' "$DIR/80M" >"$DIR/as64M"
    verdict 1 '^regression: fork at 64M: ptes_copied \+2[45]\.[0-9] % \(16[0-9]{3} -> 20[0-9]{3} pages\)' \
        "$DIR/64M" "$DIR/as64M"
    grep -Eq '^fork at 64M  parent_rss_anon +[0-9]+[KM] +[0-9]+[KM] +\+2[0-9.]+ % +-$' "$DIR/out"
}

@test "two runs of three samples decide no time" {
    "$TOOL" bench --no-trace --method fork --size 1M --runs 3 -q -o "$DIR/x" >/dev/null
    "$TOOL" bench --no-trace --method fork --size 1M --runs 3 -q -o "$DIR/y" >/dev/null
    verdict 4 '^inconclusive: .*1 pair of runs cannot decide times' "$DIR/x" "$DIR/y"
}

@test "a run from another kernel is not comparable, and the first line names what differs" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000001 16417 'kernel_release="6.12.0"' 'libc="musl"'
    verdict 5 '^not comparable: kernel_release \(6\.1\.0 \| 6\.12\.0\), libc \(not known \| musl\) differ; --factor' \
        "$DIR/x" "$DIR/y"
    verdict 4 '^inconclusive: ' --factor kernel,libc "$DIR/x" "$DIR/y"
    grep -Fq 'kernel_release: 6.1.0 | 6.12.0 (declared)' "$DIR/out"
    # No clock is like the other.
    stored "$DIR/z" 1000001 16417 clock=icount
    verdict 5 '^not comparable: clock \(monotonic \| icount\)' --metric counts "$DIR/x" "$DIR/z"
}

@test "counts cross machines with the same kernel, times do not" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 2000000 16417 'cpu_model="AMD"'
    verdict 5 '^not comparable: cpu_model \(Intel \| AMD\) differs' "$DIR/x" "$DIR/y"
    verdict 0 '^pass: 2 exact metrics not worse$' --metric counts "$DIR/x" "$DIR/y"
    stored "$DIR/z" 1000000 16500 'cpu_model="AMD"'
    verdict 1 '^regression: fork at 64M: ptes_copied \+0\.5 % \(16417 -> 16500 pages\)' \
        --metric counts "$DIR/x" "$DIR/z"
    verdict 0 '^pass: ' --metric counts --tolerance 83 "$DIR/x" "$DIR/z"
    verdict 1 '^regression: ' --metric counts --tolerance 82 "$DIR/x" "$DIR/z"
    verdict 0 '^pass: ' --metric counts --tolerance 0.51% "$DIR/x" "$DIR/z"
}

@test "sets of runs that were taken in turn decide times" {
    in_turn 10 0
    verdict 0 '^pass: 2 exact metrics not worse, 2 timed metrics less than 3 % slower \(10 pairs of runs\)$' \
        "${base[@]}" -- "${new[@]}"
    in_turn 10 10
    verdict 1 '^regression: fork at 64M: (spawn|total) \+(9\.9|10\.0) % \[' "${base[@]}" -- "${new[@]}"
    verdict 0 '^pass: ' --margin 11 "${base[@]}" -- "${new[@]}"
    # The other way round it got faster.
    verdict 0 '^pass: ' "${new[@]}" -- "${base[@]}"
    grep -q better "$DIR/out"
}

@test "runs of which all of one side came first decide no time" {
    local i
    in_turn 10 10
    for i in {1..10}; do
        stored "$DIR/b$i" 1100000 16417 "taken_ms=$((100000 + i))"
    done
    verdict 4 '^inconclusive: ' "${base[@]}" -- "${new[@]}"
    tr '\n' ' ' <"$DIR/out" | grep -q 'not taken in turn'
    verdict 1 '^regression: ' --in-turn "${base[@]}" -- "${new[@]}"
}

@test "an inconclusive verdict exits as asked, and stays what it is" {
    local status
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000001 16417
    verdict 4 '^inconclusive: ' --on-inconclusive fail "$DIR/x" "$DIR/y"
    verdict 0 '^inconclusive: ' --on-inconclusive pass "$DIR/x" "$DIR/y"
    "$TOOL" gate --on-inconclusive warn "$DIR/x" "$DIR/y" -o "$DIR/j" >"$DIR/out" 2>"$DIR/err"
    grep -q '^spawnscope: warning: inconclusive: ' "$DIR/err"
    [ "$(jq -r .verdict "$DIR/j")" = inconclusive ]
}

# Bad input

@test "what is no run is refused in one line" {
    stored "$DIR/x" 1000000 16417
    echo garbage >"$DIR/garbage"
    : >"$DIR/empty"
    head -n 2 "$DIR/x" >"$DIR/truncated"
    head -c 700 "$DIR/x" >"$DIR/torn"
    sed '1s/"schema":1/"schema":2/' "$DIR/x" >"$DIR/newer"
    sed 's/16417,16417/NaN,16417/' "$DIR/x" >"$DIR/nan"
    sed 's/16417,16417/1e400,16417/' "$DIR/x" >"$DIR/huge"
    sed 's/16417,16417/16417/' "$DIR/x" >"$DIR/short"
    one_line 2 'garbage: line 1: not a spawnscope result' "$TOOL" gate "$DIR/x" "$DIR/garbage"
    one_line 2 'empty: is empty' "$TOOL" gate "$DIR/empty" "$DIR/x"
    one_line 2 'truncated: a truncated run.*--truncated' "$TOOL" gate "$DIR/x" "$DIR/truncated"
    one_line 2 'torn: a truncated run' "$TOOL" gate "$DIR/x" "$DIR/torn"
    one_line 2 'newer: schema 2 is newer' "$TOOL" gate "$DIR/x" "$DIR/newer"
    one_line 2 'nan: line 2: not JSON' "$TOOL" gate "$DIR/x" "$DIR/nan"
    one_line 2 'huge: line 2: not JSON' "$TOOL" gate "$DIR/x" "$DIR/huge"
    one_line 2 'short: line 2: ptes_copied has 2 values where n is 3' "$TOOL" gate "$DIR/x" "$DIR/short"
    one_line 2 'none: No such file' "$TOOL" gate "$DIR/x" "$DIR/none"
    one_line 2 'cannot be read|Is a directory' "$TOOL" gate "$DIR/x" "$DIR"
    verdict 0 '^pass: ' --truncated --metric counts "$DIR/x" "$DIR/truncated"
    grep -q 'B: a truncated run' "$DIR/out"
}

@test "negative, missing and extreme values do not decide" {
    stored "$DIR/x" -5 16417
    stored "$DIR/y" 9007199254740991 16417
    verdict 4 '^inconclusive: ' "$DIR/x" "$DIR/y"
    stored "$DIR/z" null null
    verdict 4 '^inconclusive: fork at 64M: (spawn|total|ptes_copied): only A has it' "$DIR/x" "$DIR/z"
    verdict 5 '^not comparable: no cell and metric' "$DIR/z" "$DIR/z"
}

@test "cells that only one side has are told; with none in common it is not comparable" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    sed -i 's/67108864/1048576/' "$DIR/y"
    verdict 5 '^not comparable: no cell in common: A has fork at 64M, B has fork at 1M$' "$DIR/x" "$DIR/y"
    grep -q '^1 cell only in A' "$DIR/out"
    grep -q '^1 cell only in B' "$DIR/out"
}

@test "options that make no sense are refused in one line that names the mend" {
    stored "$DIR/x" 1 1
    one_line 2 'name a base run and a new run' "$TOOL" gate
    one_line 2 'name a base run and a new run' "$TOOL" gate "$DIR/x"
    one_line 2 'name a base run and a new run' "$TOOL" gate "$DIR/x" "$DIR/x" "$DIR/x"
    one_line 2 'name a base run and a new run' "$TOOL" gate "$DIR/x" --
    one_line 2 "margin 'wide': must be a number" "$TOOL" gate --margin wide "$DIR/x" "$DIR/x"
    one_line 2 "margin '-1': must be a number" "$TOOL" gate --margin=-1 "$DIR/x" "$DIR/x"
    one_line 2 "tolerance 'x%': must be" "$TOOL" gate --tolerance x% "$DIR/x" "$DIR/x"
    one_line 2 "metric 'speed': no such metric" "$TOOL" gate --metric spawn,speed "$DIR/x" "$DIR/x"
    one_line 2 "factor 'moon': no such fact" "$TOOL" gate --factor moon "$DIR/x" "$DIR/x"
    one_line 2 'on-inconclusive .*must be fail, warn or pass' "$TOOL" gate --on-inconclusive maybe "$DIR/x" "$DIR/x"
    one_line 2 "unknown option '--baseline-x'" "$TOOL" gate --baseline-x "$DIR/x" "$DIR/x"
    one_line 2 'go with --ab or --lab' "$TOOL" gate --method fork "$DIR/x" "$DIR/x"
    one_line 2 'go with --ab or --lab' "$TOOL" gate --pairs 10 "$DIR/x" "$DIR/x"
    one_line 2 'name A and B' "$TOOL" gate --ab fork
    one_line 2 'name A and B' "$TOOL" gate --ab
    one_line 2 'name two, for A and for B' "$TOOL" gate --ab --program /bin/true
    one_line 2 'kernel is for --lab' "$TOOL" gate --ab fork vfork --kernel debian:6.1
    one_line 2 "pairs '0': must be a number from 1 to 400" "$TOOL" gate --ab fork vfork --pairs 0
    one_line 2 "env 'X': must be NAME=VALUE" "$TOOL" gate --ab --env X
    one_line 2 'run bench first' "$TOOL" gate --ab --budget x fork vfork
    "$TOOL" gate "$DIR/x" "$DIR/x" -o /nowhere/j >"$DIR/out" 2>"$DIR/err" || [ $? -eq 2 ]
    grep -q '^spawnscope: cannot write /nowhere/j: No such file' "$DIR/err"
}

@test "--help tells the forms, the statuses and examples" {
    "$TOOL" gate --help >"$DIR/out"
    grep -q 'gate BASE NEW' "$DIR/out"
    grep -q '4 inconclusive' "$DIR/out"
    "$TOOL" --help | grep -q '^  gate '
}

# The formats of others

# A grammar of KTAP: the version, a plan, results that are numbered from 1, diagnostics.
ktap_is_sound() { # FILE
    awk '
        NR == 1 { if ($0 != "KTAP version 1") bad("version"); next }
        NR == 2 { if ($0 !~ /^1\.\.[0-9]+$/) bad("plan"); planned = substr($0, 4); next }
        /^# / { next }
        /^(not )?ok [0-9]+ [^#]+( # SKIP [^#]+)?$/ {
            number = $1 == "not" ? $3 : $2
            if (number != ++seen) bad("number")
            next
        }
        { bad("line") }
        function bad(what) { print "line " NR ": " what ": " $0; failed = 1 }
        END { if (seen != planned) { print seen " of " planned; failed = 1 }; exit failed }' "$1"
}

@test "JUnit, KTAP, JSON and Markdown are what their readers expect, for every verdict" {
    local name expected strict
    stored "$DIR/x" 1000000 16417
    stored "$DIR/worse" 1000000 20000
    stored "$DIR/same" 1000001 16417
    stored "$DIR/other" 1000000 16417 'kernel_release="]]> | <b>#\u001b[2J"'
    for name in x:0 worse:1 same:4 other:5; do
        for strict in fail warn; do
            expected=${name#*:}
            [ "$strict" = fail ] || [ "$expected" -ne 4 ] || expected=0
            status=0
            rm -f "$DIR/m"
            "$TOOL" gate "$DIR/x" "$DIR/${name%:*}" --on-inconclusive "$strict" --json --junit "$DIR/xml" \
                --ktap "$DIR/ktap" --markdown "$DIR/m" >"$DIR/json" 2>"$DIR/err" || status=$?
            echo "$name $strict: $status"
            cat -v "$DIR/xml" "$DIR/ktap" "$DIR/m"
            [ "$status" -eq "$expected" ]
            xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" "$DIR/xml"
            ktap_is_sound "$DIR/ktap"
            [ "$(jq -r '.type + " " + (.schema | tostring)' "$DIR/json")" = 'gate 1' ]
            refute grep -q $'\e' "$DIR/xml" "$DIR/ktap" "$DIR/json" "$DIR/m"
            refute grep -q '<b>' "$DIR/xml" "$DIR/m"
            # As many failures as cases that failed, and some exactly if the gate fails.
            [ "$(xmllint --xpath 'count(//failure) = //testsuite/@failures' "$DIR/xml")" = true ]
            [ "$(xmllint --xpath 'count(//testcase) = //testsuite/@tests' "$DIR/xml")" = true ]
            [ "$(xmllint --xpath 'count(//failure) > 0' "$DIR/xml")" = "$( ((expected)) && echo true || echo false)" ]
            [ "$(grep -c '^not ok' "$DIR/ktap")" -eq "$(xmllint --xpath 'count(//failure)' "$DIR/xml")" ]
            grep -q '^### ' "$DIR/m"
        done
    done
}

@test "the JSON has every metric with its values, and no text in their place" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 20000
    "$TOOL" gate "$DIR/x" "$DIR/y" --json >"$DIR/json" || [ $? -eq 1 ]
    cat "$DIR/json"
    jq -e '.verdict == "regression" and .clock == "monotonic" and .runs_a == 1 and .margin == 0.03
        and ([.metrics[] | select(.metric == "ptes_copied")] | length == 1)
        and (.metrics[] | select(.metric == "ptes_copied")
             | .kind == "exact" and .a == 16417 and .b == 20000 and .verdict == "regression"
               and .unit == "pages" and .cell == "fork at 64M" and .trace == "all"
               and (.change * 1000 | round) == 218)
        and (.metrics[] | select(.metric == "copy_mm") | .kind == "shown" and .verdict == "none")
        and ([.metrics[] | .a, .b | type] | unique == ["number"])' "$DIR/json"
}

@test "Markdown is appended, as a job summary wants it, and GitHub is told once" {
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate "$DIR/x" "$DIR/x" --markdown "$DIR/m" >/dev/null 2>"$DIR/err"
    [ ! -s "$DIR/err" ]
    GITHUB_ACTIONS=true "$TOOL" gate "$DIR/x" "$DIR/x" --markdown "$DIR/m" >/dev/null 2>"$DIR/err"
    [ "$(grep -c '^### ' "$DIR/m")" -eq 2 ]
    [ "$(cat "$DIR/err")" = '::notice title=spawnscope gate::pass: BASE and NEW are the same file: nothing can differ' ]
}

# Baselines

@test "a baseline is saved, compared with, and refreshed by --save alone" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 20000
    "$TOOL" gate --baselines "$DIR/deep/folder" --save main "$DIR/x" | grep -q '^saved 1 run as baseline main'
    cmp "$DIR/x" "$DIR/deep/folder/main/1.jsonl"
    verdict 1 '^regression: fork at 64M: ptes_copied' --baselines "$DIR/deep/folder" --baseline main "$DIR/y"
    grep -Eq 'baseline main: saved [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5} UTC, 0\.0 days ago' "$DIR/out"
    cmp "$DIR/x" "$DIR/deep/folder/main/1.jsonl"
    "$TOOL" gate --baselines "$DIR/deep/folder" --save main "$DIR/y" "$DIR/x" >/dev/null
    cmp "$DIR/y" "$DIR/deep/folder/main/1.jsonl"
    cmp "$DIR/x" "$DIR/deep/folder/main/2.jsonl"
    [ "$(ls -A "$DIR/deep/folder")" = main ]
    # A smaller one leaves nothing of a larger one.
    "$TOOL" gate --baselines "$DIR/deep/folder" --save main "$DIR/x" >/dev/null
    [ "$(printf '%s ' "$DIR/deep/folder/main"/*)" = "$(printf '%s ' "$DIR/deep/folder/main"/{1.jsonl,baseline.json})" ]
}

@test "a baseline that is missing, expired, of tomorrow or foreign is not comparable" {
    local saved
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417 'kernel_release="7.0"'
    verdict 5 '^not comparable: there is no baseline main in .*: make one with --save main' \
        --baselines "$DIR/b" --baseline main "$DIR/x"
    "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" >/dev/null
    verdict 5 '^not comparable: kernel_release' --baselines "$DIR/b" --baseline main "$DIR/y"
    saved=$(jq .saved "$DIR/b/main/baseline.json")
    jq ".saved = $((saved - 10 * 86400))" "$DIR/b/main/baseline.json" >"$DIR/about"
    cp "$DIR/about" "$DIR/b/main/baseline.json"
    verdict 5 '^not comparable: baseline main has expired: .* 10\.0 days ago; --max-age allows 9' \
        --baselines "$DIR/b" --baseline main --max-age 9d "$DIR/x"
    verdict 0 '^pass: ' --baselines "$DIR/b" --baseline main --max-age 11 --metric counts "$DIR/x"
    jq ".saved = $((saved + 10 * 86400))" "$DIR/about" >"$DIR/b/main/baseline.json"
    verdict 5 '^not comparable: .*in the future' --baselines "$DIR/b" --baseline main "$DIR/x"
}

@test "a damaged baseline is refused in one line" {
    local about
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" >/dev/null
    for about in '' '{' '[]' '{"schema":1,"saved":-1,"runs":1}' '{"schema":1,"saved":1,"runs":1e9}' \
        '{"schema":1,"saved":9223372036854775807,"runs":1}' '{"schema":1,"saved":1,"runs":2000000000}'; do
        echo "$about" >"$DIR/b/main/baseline.json"
        one_line 2 'baseline.json is (missing or )?damaged' "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
    done
    echo '{"schema":2,"saved":1,"runs":1}' >"$DIR/b/main/baseline.json"
    one_line 2 'schema 2 is newer' "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
    echo '{"schema":1,"saved":1,"runs":2}' >"$DIR/b/main/baseline.json"
    one_line 2 '2.jsonl: No such file' "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
}

@test "no name leads out of the folder, and no link does" {
    local name
    stored "$DIR/x" 1000000 16417
    mkdir -p "$DIR/b" "$DIR/elsewhere"
    for name in '' . .. ../b a/b /etc '.hidden' '-x' $'a\nb' 'a b' "$(printf 'a%.0s' {1..65})"; do
        one_line 2 'bad name of a baseline' "$TOOL" gate --baselines "$DIR/b" "--save=$name" "$DIR/x"
        one_line 2 'bad name of a baseline' "$TOOL" gate --baselines "$DIR/b" "--baseline=$name" "$DIR/x"
    done
    [ -z "$(ls -A "$DIR/b")" ]
    ln -s ../elsewhere "$DIR/b/link"
    one_line 2 'b/link exists and is not a baseline' "$TOOL" gate --baselines "$DIR/b" --save link "$DIR/x"
    [ -z "$(ls -A "$DIR/elsewhere")" ]
    [ -L "$DIR/b/link" ]
    ln -s ../elsewhere "$DIR/b/other"
    verdict 5 '^not comparable: there is no baseline other' --baselines "$DIR/b" --baseline other "$DIR/x"
}

@test "what cannot be read is not saved, and a folder that cannot be written is named" {
    stored "$DIR/x" 1000000 16417
    head -n 2 "$DIR/x" >"$DIR/truncated"
    one_line 2 'a truncated run' "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" "$DIR/truncated"
    [ ! -e "$DIR/b" ]
    : >"$DIR/file"
    one_line 2 'cannot save the baseline .*/file/main: (Not a directory|File exists)' \
        "$TOOL" gate --baselines "$DIR/file" --save main "$DIR/x"
}

# Budgets

@test "a budget holds or not, by cell, and says what it is" {
    stored "$DIR/x" 1500000 16417
    cat >"$DIR/budget" <<'BUDGET'
# what the service may cost
copy_mm <= 2ms
fork.births where rss >= 1GiB == 0
ptes_copied <= 20000
BUDGET
    verdict 0 '^pass: 3 values within budget$' --budget "$DIR/budget" "$DIR/x"
    echo 'spawn.max < 1.5ms' >>"$DIR/budget"
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

# Real profiles: of a program that forks from 1.1 GiB, and of 30 forks through a ring for 11. After a
# change that is meant: `spawnscope gate --budget X.budget X.jsonl >X.txt`, and look at the difference.
@test "a budget holds or not for the births of a profile, and what was lost is no pass" {
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

@test "no fork from a process over 1 GiB: a profile of one, and of one that is smaller" {
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

# Runs that it takes itself

@test "A and A in turn are no regression, and the raw runs can be kept and compared again" {
    local status=0
    "$TOOL" gate --ab vfork vfork --no-trace --size 1M --pairs 6 --runs 20 --margin 100 --keep "$DIR/raw" \
        --json >"$DIR/json" 2>"$DIR/err" || status=$?
    jq -r .headline "$DIR/json"
    cat "$DIR/err"
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
    [ "$(printf '%s ' "$DIR/raw"/*)" = "$(printf '%s ' "$DIR/raw"/pair-00{1..6}-{a,b}.jsonl)" ]
    # Every two pairs ABBA or BAAB, and the runs say so themselves.
    jq -e '.order | test("^(ABBA|BAAB){3}$")' "$DIR/json"
    again_the_same "$status" --margin 100
}

# What was kept in $DIR/raw is decided again as it was in $DIR/json, to the digit.
again_the_same() { # STATUS OPTION...
    local status=$1 again=0
    shift
    "$TOOL" gate --json "$@" "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl >"$DIR/again" || again=$?
    diff "$DIR/json" "$DIR/again"
    [ "$again" -eq "$status" ]
}

@test "runs that were kept are looked at again as they were: at 16 pairs, and confirmed" {
    local status=0 ab=(--ab --no-trace --runs 3 --keep "$DIR/raw" --json)
    # Decided at the first of two looks, at its share of the error.
    "$TOOL" gate "${ab[@]}" vfork vfork --size 1M --pairs 40 --margin 1000 >"$DIR/json"
    [ "$(jq '.pairs, .alpha_pass' "$DIR/json" | tr '\n' ' ')" = '16 0.02 ' ]
    again_the_same 0 --margin 1000
    # Of a part of them no more is claimed.
    rm "$DIR"/raw/pair-00[5-9]* "$DIR"/raw/pair-01*
    verdict 4 '^inconclusive: ' --margin 1000 "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
    grep -q '^4 of 40 pairs are here$' "$DIR/out"
    rm -r "$DIR/raw"
    printf '[grid]\nmethod = fork\nsize = 1M\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 128M\n' >"$DIR/b.ini"
    "$TOOL" gate "${ab[@]}" --pairs 9 "$DIR/a.ini" "$DIR/b.ini" >"$DIR/json" || status=$?
    [ "$status" -eq 1 ]
    again_the_same 1
    mkdir "$DIR/confirm"
    mv "$DIR"/raw/confirm-* "$DIR/confirm"
    verdict 4 '^inconclusive: .*slower in 9 pairs, but 0 of the fresh pairs that must confirm it are here' \
        "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
    one_line 2 'pair-001 is missing' "$TOOL" gate "$DIR"/confirm/*-a.jsonl -- "$DIR"/confirm/*-b.jsonl
}

@test "so are runs of which counts came first" {
    need_root
    local status=0
    printf '[grid]\nmethod = fork\nsize = 1M\nruns = 3\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 2M\nruns = 3\n' >"$DIR/b.ini"
    "$TOOL" gate --ab "$DIR/a.ini" "$DIR/b.ini" --pairs 6 --keep "$DIR/raw" --json >"$DIR/json" || status=$?
    [ "$status" -eq 1 ]
    again_the_same 1
    rm -r "$DIR/raw"
    status=0
    "$TOOL" gate --ab "$DIR/a.ini" "$DIR/a.ini" --pairs 6 --margin 200 --keep "$DIR/raw" --json >"$DIR/json" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
    again_the_same "$status" --margin 200
    jq -e '[.metrics[].kind] | contains(["exact", "statistical"])' "$DIR/again"
    rm "$DIR"/raw/pair-*
    one_line 2 'pair-001 is missing' "$TOOL" gate "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
    verdict 0 '^pass: ' --metric counts "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
}

@test "what it writes is the invoking user's, and goes where that user may write, and nowhere else" {
    need_root
    local room=$ROOM/$BATS_TEST_NUMBER ab=(--ab vfork vfork --size 1M --pairs 2 --runs 2 -q) output status=0
    export SUDO_UID=$NOBODY SUDO_GID=$NOBODY
    mkdir "$room" "$room/theirs" "$room/ours" "$room/open"
    chown "$NOBODY" "$room/theirs"
    chmod 1777 "$room/open"
    # Nothing that a vfork does is counted; so times decide, for which these are too few.
    "$TOOL" gate "${ab[@]}" --keep "$room/theirs/raw" -o "$room/theirs/json" >/dev/null || status=$?
    [ "$status" -eq 4 ]
    [ "$(stat -c %u "$room/theirs/raw" "$room/theirs/raw/"* "$room/theirs/json" | sort -u)" = "$NOBODY" ]
    one_line 2 'cannot keep runs in .*/raw: File exists; name a new folder' \
        "$TOOL" gate "${ab[@]}" --keep "$room/theirs/raw"
    one_line 2 'cannot keep runs in .*/ours/raw: Permission denied' "$TOOL" gate "${ab[@]}" --keep "$room/ours/raw"
    # Root itself follows no link that others laid.
    unset SUDO_UID SUDO_GID
    stored "$DIR/x" 1000000 16417
    mkdir "$room/ours/into"
    for output in theirs open; do
        ln -s ../ours/into "$room/$output/folder"
        ln -s ../ours/into/file "$room/$output/file"
        chown -h "$NOBODY" "$room/$output/"*
        one_line 2 'cannot keep runs in .*/folder: (Not a directory|Too many levels)' \
            "$TOOL" gate "${ab[@]}" --keep "$room/$output/folder"
        for option in -o --junit --ktap --markdown; do
            "$TOOL" gate "$DIR/x" "$DIR/x" "$option" "$room/$output/file" >/dev/null 2>"$DIR/err" && false
            # The second is the kernel's, where fs.protected_symlinks is set.
            grep -Eq '^spawnscope: cannot write .*/file: (Too many levels of|Permission denied)' "$DIR/err"
        done
    done
    [ -z "$(ls -A "$room/ours/into")" ]
    rm -rf "$room"
}

@test "the same seed takes runs in the same order" {
    local i
    for i in 1 2; do
        "$TOOL" gate --ab vfork vfork --no-trace --size 1M --pairs 4 --runs 2 --seed 5 --json >"$DIR/$i" || true
    done
    [ "$(jq -r .order "$DIR/1")" = "$(jq -r .order "$DIR/2")" ]
    jq -e '.order | length == 8' "$DIR/1"
}

@test "a regression that is large shows in few pairs and is confirmed in fresh ones" {
    printf '[grid]\nmethod = fork\nsize = 1M\nruns = 5\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 128M\nruns = 5\n' >"$DIR/b.ini"
    verdict 1 '^regression: fork at 1M: (spawn|total) \+' --ab --no-trace --pairs 10 "$DIR/a.ini" "$DIR/b.ini"
    grep -q '^confirmed in 10 fresh pairs' "$DIR/out"
}

@test "where it may trace, counts decide first" {
    need_root
    printf '[grid]\nmethod = fork\nsize = 16M\nruns = 5\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 17M\nruns = 5\n' >"$DIR/b.ini"
    verdict 1 '^regression: fork at 16M: ptes_copied \+' --ab --pairs 5 "$DIR/a.ini" "$DIR/b.ini"
    tr '\n' ' ' <"$DIR/out" | grep -q 'the counts decided'
}

@test "a program that fails or hangs ends it in one line" {
    printf '#!/bin/sh\nexec sleep 1000\n' >"$DIR/hangs"
    chmod +x "$DIR/hangs"
    one_line 2 "B, posix_spawn at 1M: broken off: '.*/false' ended with status 1\$" \
        "$TOOL" gate --ab --no-trace --program /bin/true --program /bin/false --pairs 5 --seed 1
    one_line 2 'posix_spawn at 1M: broken off: .*did not answer within 1 s' \
        "$TOOL" gate --ab --no-trace --timeout 1 --program "$DIR/hangs" --program "$DIR/hangs" --pairs 5
    one_line 2 'nonsense' "$TOOL" gate --ab --no-trace nonsense fork --pairs 5
}

@test "of two programs to spawn the one that takes longer is found" {
    printf '#!/bin/bash\nfor i in {1..3000}; do :; done\n' >"$DIR/slow"
    chmod +x "$DIR/slow"
    verdict 1 '^regression: posix_spawn at 1M: total \+' --ab --no-trace --pairs 10 --runs 5 --metric total \
        --program /bin/true --program "$DIR/slow"
}

@test "one environment or another" {
    "$TOOL" gate --ab --no-trace --env GATE_TEST=1 --method vfork --size 1M --runs 2 --pairs 2 >"$DIR/out" \
        2>"$DIR/err" || [ $? -eq 4 ]
    cat "$DIR/out" "$DIR/err"
    grep -q '^inconclusive: ' "$DIR/out"
    # It reaches what is measured: a program to spawn has it on that side alone.
    printf '#!/bin/sh\n[ "$GATE_TEST" != 1 ]\n' >"$DIR/asks"
    chmod +x "$DIR/asks"
    one_line 2 "B, posix_spawn at 1M: broken off: '.*/asks' ended with status 1" \
        "$TOOL" gate --ab --no-trace --env GATE_TEST=1 --program "$DIR/asks" --program "$DIR/asks" --runs 2 --pairs 2
    one_line 2 'env does not reach into the lab' "$TOOL" gate --lab --env GATE_TEST=1 --kernel debian:6.1
}

# Copies of this machine's C library, in a folder each.
two_libcs() {
    local file folder
    for folder in "$ROOM/$BATS_TEST_NUMBER-libc-a" "$ROOM/$BATS_TEST_NUMBER-libc-b"; do
        mkdir -p "$folder"
        for file in $(ldd "$TOOL-bench" | grep -Eo '/[^ ]*/(libc\.so\.6|ld-linux[^ ]*)'); do
            cp "$file" "$folder"
        done
    done
    A=$ROOM/$BATS_TEST_NUMBER-libc-a B=$ROOM/$BATS_TEST_NUMBER-libc-b
}

@test "one C library or another: the driver and the parents run with it, and the runs say so" {
    two_libcs
    local status=0
    "$TOOL" gate --ab --no-trace --libc "$A" --libc "$B"/ld-linux* --method fork,posix_spawn --size 1M --runs 3 \
        --pairs 2 --keep "$DIR/raw" --json >"$DIR/json" 2>"$DIR/err" || status=$?
    [ "$status" -eq 4 ]
    cat "$DIR/err" "$DIR/json"
    jq -e --arg a "$A/libc.so.6" --arg b "$B/libc.so.6" '.differences == [
        {name: "libc_file", a: $a, b: $b, declared: true}] and .verdict == "inconclusive"' "$DIR/json"
    holds "$DIR/raw/pair-002-b.jsonl" 'run.environment.libc | test("^glibc 2")' '[cells | .n] == [3, 3]'
    again_the_same "$status"
    # Other runs of two libraries are compared if that is declared.
    sed '1s/"gate":"[^"]*"/"gate":"other"/' "$DIR/raw/pair-001-a.jsonl" >"$DIR/one"
    sed '1s/"gate":"[^"]*"/"gate":"other"/' "$DIR/raw/pair-001-b.jsonl" >"$DIR/two"
    verdict 5 '^not comparable: libc_file ' "$DIR/one" "$DIR/two"
    verdict 4 '^inconclusive: ' --factor libc "$DIR/one" "$DIR/two"
    # Driver and subject have it mapped, and no other.
    own_tool
    begin_own gate --ab --no-trace --libc "$A" --libc "$A" --method fork --size 1M --runs 100000
    eventually mapped_twice
    kill "$tool"
    exit_of "$tool" 2
    eventually not_mapped
}

mapped_twice() {
    local pid
    mapped=$(grep -ls "$A/libc.so.6" /proc/[0-9]*/maps)
    [ "$(wc -l <<<"$mapped")" -ge 2 ] || return 1
    for pid in $mapped; do
        # One that has ended meanwhile has no map.
        [[ $(grep -os '/.*/libc\.so\.6' "$pid" | sort -u) =~ ^("$A/libc.so.6")?$ ]] || return 1
    done
}

not_mapped() {
    refute grep -qs "$A/libc.so.6" /proc/[0-9]*/maps
}

@test "a program is spawned with the C library that is named" {
    two_libcs
    printf 'int main(void) { return 0; }\n' | cc -x c -o "$DIR/nothing" -
    printf '#!/bin/sh\n' >"$DIR/script"
    chmod +x "$DIR/script"
    verdict 4 '^inconclusive: ' --ab --no-trace --libc "$A" --libc "$B" --program "$DIR/nothing" \
        --method posix_spawn,system --runs 3 --pairs 2
    # It ends with status 0 only if all that it maps of a C library is A's.
    printf '%s\n' '#include <stdio.h>' '#include <string.h>' 'int main(void) { char line[4096];' \
        'FILE *f = fopen("/proc/self/maps", "r"); while (fgets(line, sizeof(line), f))' \
        'if (strstr(line, "/libc.so") && !strstr(line, "libc-a/libc.so.6")) return 3; return 0; }' |
        cc -x c -o "$DIR/asks" -
    verdict 4 '^inconclusive: ' --ab --no-trace --libc "$A" --libc "$A" --program "$DIR/asks" --runs 3 --pairs 2
    one_line 2 "asks' ended with status 3" \
        "$TOOL" gate --ab --no-trace --libc "$A" --libc "$B" --program "$DIR/asks" --runs 3 --pairs 2
    one_line 2 "script' is not dynamically linked" \
        "$TOOL" gate --ab --no-trace --libc "$A" --libc "$B" --program "$DIR/script" --pairs 2
}

@test "a C library that cannot be used is named with the mend" {
    two_libcs
    local loader
    loader=$(basename "$B"/ld-linux*)
    mkdir "$DIR/empty" "$DIR/links" "$DIR/a:b" "$DIR/other" "$DIR/broken"
    ln -s /lib64/ld-linux* "$DIR/links"
    cp "$A"/* "$DIR/a:b"
    cp "$A"/* "$DIR/other"
    printf '\xb7\x00' | dd of="$DIR/other/$loader" bs=1 seek=18 conv=notrunc status=none # EM_AARCH64
    printf '#!/bin/sh\necho "no, not now"\nexit 1\n' >"$DIR/broken/$loader"
    one_line 2 'libc: name two' "$TOOL" gate --ab --libc "$A"
    one_line 2 'a third one' "$TOOL" gate --ab --libc "$A" --libc "$A" --libc "$A"
    one_line 2 'lab is static; use --ab' "$TOOL" gate --lab --libc "$A" --libc "$A"
    one_line 2 'go with --ab' "$TOOL" gate --libc "$A" --libc "$B" x y
    refused() { one_line 2 "$2" "$TOOL" bench --no-trace --method fork --size 1M --runs 1 --libc "$1"; }
    refused "$DIR/none" "--libc '.*/none': No such file"
    refused "$DIR/empty" 'found no ld-linux.* with a libc.so.6; name the folder'
    refused "$DIR/links" 'found no ld-linux.*; name the folder'
    refused "$DIR/a:b" 'give the folder another name'
    refused "$DIR/other" "$loader is for another machine than the driver"
    refused "$DIR/broken" "$loader: is not an ELF file|found no ld-linux"
    refused /bin/true 'found no ld-linux'
    # A library that lacks what the driver was built with, as an older one does.
    cp "$A"/* "$DIR/empty"
    sed -i 's/GLIBC_2\.34/GLIBC_9.34/g' "$DIR/empty/libc.so.6"
    refused "$DIR/empty" 'the driver does not run with it \(.*\); it takes a glibc'
    # A static driver has its C library in it.
    copy_tool "$ROOM/$BATS_TEST_NUMBER"
    cp "$BUILD/static/spawnscope-bench" "$ROOM/$BATS_TEST_NUMBER" 2>/dev/null || skip "no static driver"
    one_line 2 'the driver is static' "$ROOM/$BATS_TEST_NUMBER/spawnscope" bench --no-trace --libc "$A"
}

@test "ended in the middle, it leaves no process" {
    local signal pid
    own_tool
    for signal in INT TERM KILL; do
        "$OWN/spawnscope" gate --ab fork fork --no-trace --size 64M --runs 100000 >"$DIR/out" 2>"$DIR/err" \
            </dev/null 3>&- &
        pid=$!
        eventually subject_runs
        kill "-$signal" "$pid"
        case $signal in
        KILL) exit_of "$pid" 137 ;;
        *)
            exit_of "$pid" 2
            grep -q '^spawnscope: interrupted by signal' "$DIR/err"
            ;;
        esac
        eventually none_left "$OWN"
    done
}

subject_runs() {
    [ "$(processes "$OWN" spawnscope-bench | wc -l)" -ge 2 ]
}

@test "in the lab two kernels differ, and it says in which phases and by how much" {
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
        and .clock == "icount" and ([.differences[] | .declared] | all)
        and ([.metrics[] | select(.metric == "copy_pages" and .verdict == "regression")] | length == 1)' "$DIR/json"
}

@test "in the lab the same is the same, and a baseline of it is held to the instruction" {
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" debian:6.1 2>&1) || skip "$reason"
    "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --method fork --size 1M --runs 3 \
        --baselines "$DIR/b" --save lab >/dev/null
    "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --method fork --size 1M --runs 3 \
        --baselines "$DIR/b" --baseline lab >"$DIR/out"
    grep -q '^pass: [0-9]* exact metrics not worse$' "$DIR/out"
    # A count of instructions that is one too large is seen.
    sed -i 's/"copy_mm":{"ns":\[\([0-9]*\),\([0-9]*\),\([0-9]*\)\]/"copy_mm":{"ns":[1,1,1]/
            s/\("copy_mm":{"source":"[^"]*","ns":\)\[[0-9,]*\]/\1[1,1,1]/' "$DIR/b/lab/1.jsonl"
    "$BUILD/spawnscope" gate --lab --kernel debian:6.1 --method fork --size 1M --runs 3 \
        --baselines "$DIR/b" --baseline lab >"$DIR/out" || [ $? -eq 1 ]
    head -n 1 "$DIR/out"
    grep -q '^regression: fork at 1M: copy_mm +' "$DIR/out"
}
