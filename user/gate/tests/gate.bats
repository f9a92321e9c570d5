#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: verdicts and exit statuses for stored runs, and its output formats.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

# Makes COUNT runs per side, taken in turn. Calls vary a bit, and B's take PERCENT longer.
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

@test "a file compared with itself or a copy passes, and the first line says why" {
    stored "$DIR/x" 1000000 16417
    verdict 0 '^pass: BASE and NEW are the same file: nothing can differ$' "$DIR/x" "$DIR/x"
    ln -s x "$DIR/link"
    verdict 0 '^pass: BASE and NEW are the same file' "$DIR/x" "$DIR/link"
    cp "$DIR/x" "$DIR/y"
    verdict 0 '^pass: NEW is a copy of BASE' "$DIR/x" "$DIR/y"
    verdict 0 '^pass: BASE and NEW are the same files: nothing can differ$' "$DIR/x" "$DIR/y" -- "$DIR/x" "$DIR/y"
    # A run that is named twice is still one.
    one_line 2 'x is named twice on one side' \
        "$TOOL" gate --in-turn "$DIR/x" "$DIR/x" -- "$DIR/y" "$DIR/link"
}

@test "a full disk is trouble in every format" {
    stored "$DIR/x" 1000000 16417
    local option
    for option in --json --junit=- --ktap=- --markdown=-; do
        run -2 --separate-stderr bash -c '"$0" gate "$1" "$2" "$2" >/dev/full' "$TOOL" "$option" "$DIR/x"
        [ "$stderr" = 'spawnscope: cannot write to standard output: No space left on device' ]
    done
    for option in --output --junit --ktap --markdown; do
        run -2 --separate-stderr "$TOOL" gate "$option=/dev/full" "$DIR/x" "$DIR/x"
        [ "$stderr" = 'spawnscope: cannot write /dev/full: No space left on device' ]
    done
}

@test "profiles are not comparable, and the first line says how to check them" {
    stored "$DIR/x" 1000000 16417
    cp "$BATS_TEST_DIRNAME/golden/service.jsonl" "$DIR/p"
    verdict 5 '^not comparable: A and B are profiles, which have no cells; --budget checks one against rules$' \
        "$DIR/p" "$DIR/p"
    verdict 5 '^not comparable: B is a profile, and A a run of bench$' "$DIR/x" "$DIR/p"
}

@test "a file without measurements does not pass, even compared with itself" {
    stored "$DIR/x" 1000000 16417
    grep -v '"cell"' "$DIR/x" >"$DIR/empty"
    verdict 5 '^not comparable: no cell and metric that both have was measured$' "$DIR/empty" "$DIR/empty"
}

@test "a fork of 80 MiB instead of 64 MiB is a regression in copied pages" {
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

@test "two runs of three samples do not decide times" {
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
    # Clocks never compare.
    stored "$DIR/z" 1000001 16417 clock=icount
    verdict 5 '^not comparable: clock \(monotonic \| icount\)' --metric counts "$DIR/x" "$DIR/z"
}

@test "counts compare across machines with the same kernel, times do not" {
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

@test "runs that were taken in turn decide times" {
    in_turn 10 0
    verdict 0 '^pass: 2 exact metrics not worse, 2 timed metrics less than 3 % slower \(10 pairs of runs\)$' \
        "${base[@]}" -- "${new[@]}"
    in_turn 10 10
    verdict 1 '^regression: fork at 64M: (call|total) \+(9\.9|10\.0) % \[' "${base[@]}" -- "${new[@]}"
    verdict 0 '^pass: ' --margin 11 "${base[@]}" -- "${new[@]}"
    # The other way round, B is faster.
    verdict 0 '^pass: ' "${new[@]}" -- "${base[@]}"
    grep -q better "$DIR/out"
}

@test "runs with all of one side first do not decide times" {
    local i
    in_turn 10 10
    for i in {1..10}; do
        stored "$DIR/b$i" 1100000 16417 "taken_ms=$((100000 + i))"
    done
    verdict 4 '^inconclusive: ' "${base[@]}" -- "${new[@]}"
    tr '\n' ' ' <"$DIR/out" | grep -q 'not taken in turn'
    verdict 1 '^regression: ' --in-turn "${base[@]}" -- "${new[@]}"
}

@test "--on-inconclusive changes the exit status, not the verdict" {
    local status
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000001 16417
    verdict 4 '^inconclusive: ' --on-inconclusive fail "$DIR/x" "$DIR/y"
    verdict 0 '^inconclusive: ' --on-inconclusive pass "$DIR/x" "$DIR/y"
    "$TOOL" gate --on-inconclusive warn "$DIR/x" "$DIR/y" -o "$DIR/j" >"$DIR/out" 2>"$DIR/err"
    grep -q '^spawnscope: warning: inconclusive: ' "$DIR/err"
    [ "$(jq -r .verdict "$DIR/j")" = inconclusive ]
}

@test "a file that is not a whole run is refused in one line" {
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
    verdict 4 '^inconclusive: fork at 64M: (call|total|ptes_copied): only A has it' "$DIR/x" "$DIR/z"
    verdict 5 '^not comparable: no cell and metric' "$DIR/z" "$DIR/z"
}

@test "cells of only one side are noted; runs without a common cell are not comparable" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    sed -i 's/67108864/1048576/' "$DIR/y"
    verdict 5 '^not comparable: no cell in common: A has fork at 64M, B has fork at 1M$' "$DIR/x" "$DIR/y"
    grep -q '^1 cell only in A' "$DIR/out"
    grep -q '^1 cell only in B' "$DIR/out"
}

# Makes traced runs as --ab keeps them, with these PTEs in the first, second, ... run.
kept_counts() { # "A..." "B..."
    local a b i side
    read -ra a <<<"$1"
    read -ra b <<<"$2"
    rm -f "$DIR"/*-[ab].jsonl
    for ((i = 1; i <= ${#a[@]}; i++)); do
        for side in a b; do
            stored "$DIR/counts-$i-$side.jsonl" 1000000 "$([ "$side" = a ] && echo "${a[i - 1]}" || echo "${b[i - 1]}")" \
                "gate=\"counts $i of 40\"" "taken_ms=$((2000 * i))"
        done
    done
    counts=(--metric counts "$DIR"/counts-*-a.jsonl -- "$DIR"/counts-*-b.jsonl)
}

@test "a count that varies does not pass if B exceeds A by more than it varies" {
    # B is above A by as much as it varies.
    kept_counts '292 293 292' '293 293 292'
    shown_only 3
    # By more, but three runs may be chance.
    kept_counts '292 293 292' '2920 2920 2921'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies; all 3 runs of B are above all of A, too few' "${counts[@]}"
    # Seven are enough if all of B are above all of A by more than either varies.
    kept_counts '292 293 292 292 292 292 293' '294 295 294 294 295 295 294'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies in 3 repeats, and B is above A by more' "${counts[@]}"
    kept_counts '292 293 292 292 292 292 293' '295 296 295 296 295 295 295'
    verdict 1 '^regression: fork at 64M: ptes_copied \+1\.0 % \(292 -> 295 pages\)$' "${counts[@]}"
    grep -Fq 'varies, but all 7 runs of B are above all of A by more' "$DIR/out"
    shown_only 3 --tolerance 4
    # One run of B that is not leaves doubt.
    kept_counts '292 293 292 292 292 292 293' '295 296 295 296 295 292 295'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies in 7 repeats, and B is above A by more' "${counts[@]}"
    # Fewer is better.
    kept_counts '295 296 295' '292 293 292'
    shown_only 3
}

# The varying count does not gate, and there is no other.
shown_only() { # REPEATS [OPTION]...
    local repeats=$1
    shift
    verdict 5 '^not comparable: ' "$@" "${counts[@]}"
    "$TOOL" gate --json "$@" "${counts[@]}" >"$DIR/json" || true
    jq -e --arg note "varies in $repeats repeats: does not gate" \
        '.metrics[] | select(.metric == "ptes_copied") | .kind == "shown" and .note == $note' "$DIR/json"
}

@test "options that do not go together are refused with a line that says what to do" {
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

@test "--max-age needs a baseline" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    one_line 2 'max-age needs --baseline' "$TOOL" gate --max-age 1 "$DIR/x" "$DIR/y"
    one_line 2 'max-age needs --baseline' "$TOOL" gate --max-age 1 --baselines "$DIR/b" --save main "$DIR/x"
    one_line 2 'max-age needs --baseline' "$TOOL" gate --max-age 1 --ab fork vfork
}

@test "--help shows forms, exit statuses and examples" {
    "$TOOL" gate --help >"$DIR/out"
    grep -q 'gate BASE NEW' "$DIR/out"
    grep -q '4 inconclusive' "$DIR/out"
    "$TOOL" --help | grep -q '^  gate '
}

# KTAP: the version, a plan, results numbered from 1, diagnostics.
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

@test "JUnit, KTAP, JSON and Markdown are well-formed for every verdict" {
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
            # The counts are right, and there are failures exactly if the gate fails.
            [ "$(xmllint --xpath 'count(//failure) = //testsuite/@failures' "$DIR/xml")" = true ]
            [ "$(xmllint --xpath 'count(//testcase) = //testsuite/@tests' "$DIR/xml")" = true ]
            [ "$(xmllint --xpath 'count(//failure) > 0' "$DIR/xml")" = "$( ((expected)) && echo true || echo false)" ]
            [ "$(grep -c '^not ok' "$DIR/ktap")" -eq "$(xmllint --xpath 'count(//failure)' "$DIR/xml")" ]
            grep -q '^### ' "$DIR/m"
        done
    done
}

@test "the JSON has numbers for every metric" {
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

@test "Markdown is appended to a job summary, and GitHub gets one annotation" {
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate "$DIR/x" "$DIR/x" --markdown "$DIR/m" >/dev/null 2>"$DIR/err"
    [ ! -s "$DIR/err" ]
    GITHUB_ACTIONS=true "$TOOL" gate "$DIR/x" "$DIR/x" --markdown "$DIR/m" >/dev/null 2>"$DIR/err"
    [ "$(grep -c '^### ' "$DIR/m")" -eq 2 ]
    [ "$(cat "$DIR/err")" = '::notice title=spawnscope gate::pass: BASE and NEW are the same file: nothing can differ' ]
}
