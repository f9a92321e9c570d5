#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: verdicts and exit statuses for stored runs, and its output formats.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

# Makes COUNT runs per side, taken in turn: ABBA, or ABAB. Calls vary a bit, and B's take PERCENT longer.
in_turn() { # COUNT PERCENT [ABAB]
    local i call swap
    base=() new=()
    for ((i = 1; i <= $1; i++)); do
        call=$((1000000 + 137 * (i * 31 % 17)))
        swap=$((i % 2 * 1000))
        [ -z "${3-}" ] || swap=0
        stored "$DIR/a$i" "$call" 16417 "taken_ms=$((2000 * i + swap))"
        stored "$DIR/b$i" "$(((1000000 + 137 * (i * 29 % 17)) * (100 + $2) / 100))" 16417 \
            "taken_ms=$((2000 * i + 1000 - swap))"
        base+=("$DIR/a$i") new+=("$DIR/b$i")
    done
}

@test "a run counts once, and is not compared with itself" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/other" 1000001 16417
    ln -s x "$DIR/link"
    ln "$DIR/x" "$DIR/hard"
    cp "$DIR/x" "$DIR/copy"
    # Written anew by a tool: other bytes, the same run.
    stored "$DIR/taken" 1000000 16417 taken_ms=1700000000000
    jq -c 'if .type == "run" then .note = "kept" else . end' "$DIR/taken" >"$DIR/again"
    one_line 2 'x and .*/x are the same file: a run counts once' "$TOOL" gate "$DIR/x" "$DIR/x"
    one_line 2 'x and .*/link are the same file' "$TOOL" gate "$DIR/x" "$DIR/link"
    one_line 2 'x and .*/hard are the same file' "$TOOL" gate "$DIR/x" "$DIR/hard"
    one_line 2 'x and .*/copy have the same bytes' "$TOOL" gate "$DIR/x" "$DIR/copy"
    one_line 2 'taken and .*/again have the same seed and the same time' \
        "$TOOL" gate "$DIR/taken" "$DIR/again"
    one_line 2 'x and .*/copy have the same bytes' \
        "$TOOL" gate --in-turn "$DIR/x" "$DIR/copy" -- "$DIR/other" "$DIR/taken"
    one_line 2 'other and .*/other are the same file' \
        "$TOOL" gate --in-turn "$DIR/x" "$DIR/other" -- "$DIR/other" "$DIR/taken"
    one_line 2 'x and .*/copy have the same bytes' \
        "$TOOL" gate --baselines "$DIR/kept" --save base "$DIR/x" "$DIR/copy"
    "$TOOL" gate --baselines "$DIR/kept" --save base "$DIR/taken" >/dev/null
    one_line 2 'again is run 1 of the baseline' \
        "$TOOL" gate --baselines "$DIR/kept" --baseline base "$DIR/again"
    # In the lab honest runs are equal in every byte.
    stored "$DIR/lab" 1000000 16417 clock=icount
    cp "$DIR/lab" "$DIR/lab2"
    verdict 0 '^pass: ' "$DIR/lab" "$DIR/lab2"
}

@test "a full disk is trouble in every format" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000001 16417
    local option
    for option in --json --junit=- --ktap=- --markdown=-; do
        run -2 --separate-stderr bash -c '"$0" gate "$1" "$2" "$3" >/dev/full' "$TOOL" "$option" "$DIR/x" "$DIR/y"
        [ "$stderr" = 'spawnscope: cannot write to standard output: No space left on device' ]
    done
    for option in --output --junit --ktap --markdown; do
        run -2 --separate-stderr "$TOOL" gate "$option=/dev/full" "$DIR/x" "$DIR/y"
        [ "$stderr" = 'spawnscope: cannot write /dev/full: No space left on device' ]
    done
}

@test "profiles are not comparable, and the first line says how to check them" {
    stored "$DIR/x" 1000000 16417
    cp "$BATS_TEST_DIRNAME/golden/service.jsonl" "$DIR/p"
    cp "$BATS_TEST_DIRNAME/golden/lost.jsonl" "$DIR/q"
    verdict 5 '^not comparable: A and B are profiles, which have no cells; --budget checks one against rules$' \
        "$DIR/p" "$DIR/q"
    verdict 5 '^not comparable: B is a profile, and A a run of bench$' "$DIR/x" "$DIR/p"
}

@test "a file without measurements does not pass" {
    stored "$DIR/x" 1000000 16417
    grep -v '"cell"' "$DIR/x" >"$DIR/empty"
    stored "$DIR/y" 1000001 16417 page_bytes=4096 taken_ms=1
    grep -v '"cell"' "$DIR/y" >"$DIR/bare"
    verdict 5 '^not comparable: no cell and metric that both have was measured$' "$DIR/empty" "$DIR/bare"
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
    verdict 1 '^regression: fork at 64M: ptes_copied \+2[345]\.[0-9] % \(1[67][0-9]{3} -> 2[01][0-9]{3} pages\)' \
        -v "$DIR/64M" "$DIR/as64M"
    grep -Eq '^fork at 64M  parent_rss_anon +[0-9]+[KM] +[0-9]+[KM] +\+2[0-9.]+ % +-$' "$DIR/out"
}

@test "two runs of three samples do not decide times" {
    "$TOOL" bench --no-trace --method fork --size 1M --runs 3 -q -o "$DIR/x" >/dev/null
    "$TOOL" bench --no-trace --method fork --size 1M --runs 3 -q -o "$DIR/y" >/dev/null
    verdict 4 '^inconclusive: one run a side decides counts .*and never times: fork at 1M: ' "$DIR/x" "$DIR/y"
}

@test "the first line of one run a side has the change seen and the command that decides" {
    local change='fork at 64M: call \+10\.0 % \(1\.00 ms -> 1\.10 ms\) may be chance; '
    # call-options-of-A call-options-of-B: what bench was started with.
    commands() {
        stored "$DIR/x" 1000000 16417
        stored "$DIR/y" 1100000 16417
        sed -i "1s|\"command\":\[[^]]*\]|\"command\":[\"spawnscope\",\"bench\"$1]|" "$DIR/x"
        sed -i "1s|\"command\":\[[^]]*\]|\"command\":[\"spawnscope\",\"bench\"$2]|" "$DIR/y"
    }
    commands '' ',"-q"'
    verdict 4 "^inconclusive: one run a side decides counts \(2 not worse\) and never times: $change"'9 or more runs of each, taken in turn, decide: `spawnscope gate BASE\.\.\. -- NEW\.\.\.`$' \
        "$DIR/x" "$DIR/y"
    commands ',"--program","old/server","--size=64M","-o","x"' ',"--size","64M","--program=new/server"'
    verdict 4 "$change"'`spawnscope gate --ab --program=old/server --program=new/server --size=64M` decides$' \
        "$DIR/x" "$DIR/y"
    commands ',"--method","fork"' ',"--method","vfork"'
    verdict 4 "$change"'`spawnscope gate --ab fork vfork` decides$' "$DIR/x" "$DIR/y"
    # Paths of ordinary length, and options as bench takes them abbreviated.
    local long=/home/someone/src/a-service-of-ours/build-with-optimization/output/bin/server
    commands ",\"--prog\",\"$long.old\",\"--si=64M\"" ",\"--size=64M\",\"--progra=$long.new\""
    verdict 4 "$change\`spawnscope gate --ab --program=$long.old --program=$long.new --size=64M\` decides$" "$DIR/x" "$DIR/y"
    commands ',"--meth","fork"' ',"--method=vfork"'
    verdict 4 "$change"'`spawnscope gate --ab fork vfork` decides$' "$DIR/x" "$DIR/y"
    # What --ab does not take.
    commands ',"--method","fork-exec","--","sh","-c",":"' ',"--method","vfork-exec","--","sh","-c",":"'
    verdict 4 "$change"'9 or more runs' --in-turn "$DIR/x" "$DIR/y"
    tr -s '\n ' ' ' <"$DIR/out" | grep -q '1 pair of runs cannot decide: a pass takes 5, a regression 9'
    # A command that says nothing of the difference, that differs twice, or that is not plain.
    commands ',"--method","fork"' ',"--method","vfork","--size=1M"'
    verdict 4 "$change"'9 or more runs' "$DIR/x" "$DIR/y"
    commands ',"--method","fork"' ',"--method","vfork;reboot"'
    verdict 4 "$change"'9 or more runs' "$DIR/x" "$DIR/y"
    # Programs that gate cannot name: with arguments, or several.
    commands ',"--","old/server","--method","fork"' ',"--","old/server","--method","vfork"'
    verdict 4 "$change"'9 or more runs' "$DIR/x" "$DIR/y"
    commands ',"--program","a","--program","old/server"' ',"--program","a","--program","new/server"'
    verdict 4 "$change"'9 or more runs' "$DIR/x" "$DIR/y"
    # The counts decide.
    stored "$DIR/y" 1100000 20000
    verdict 1 '^regression: fork at 64M: ptes_copied' "$DIR/x" "$DIR/y"
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
    verdict 0 '^pass: 2 exact metrics not worse, 2 timed metrics less than 3 % slower \(10 pairs of runs\), means within 10 %, tails unknown \(30 samples\)$' \
        "${base[@]}" -- "${new[@]}"
    # What the second run of a pair pays would look the same.
    in_turn 10 10 ABAB
    verdict 4 '^inconclusive: ' "${base[@]}" -- "${new[@]}"
    tr '\n' ' ' <"$DIR/out" | grep -q 'one side was first in nearly every pair'
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

@test "an output that cannot be written is trouble, and the others have the verdict" {
    local err
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 20513
    err=$("$TOOL" gate --metric counts "$DIR/x" "$DIR/y" -o "$DIR/json" --junit "$DIR/xml" --markdown "$DIR/m" 2>&1 >/dev/full) || [ $? -eq 2 ]
    [[ $err == 'spawnscope: cannot write to standard output: '* ]]
    jq -e '.verdict == "regression"' "$DIR/json"
    grep -q 'failures="1"' "$DIR/xml"
    grep -q '^### .* spawnscope gate: regression$' "$DIR/m"
    rm "$DIR/xml" "$DIR/m"
    err=$("$TOOL" gate --metric counts "$DIR/x" "$DIR/y" -o "$DIR/none/json" --junit "$DIR/xml" --markdown "$DIR/m" \
        2>&1 >/dev/null) || [ $? -eq 2 ]
    [[ $err == 'spawnscope: cannot write '*'/none/json: No such file or directory' ]]
    grep -q 'failures="1"' "$DIR/xml"
    grep -q '^### .* spawnscope gate: regression$' "$DIR/m"
}

@test "JSON leaves out what a budget does not have, and no two test cases of JUnit have one name" {
    local side
    stored "$DIR/x" 1000000 16417
    echo 'call <= 2ms' >"$DIR/budget"
    "$TOOL" gate --json --budget "$DIR/budget" "$DIR/x" >"$DIR/json"
    jq -e '.runs_b == 1 and (has("runs_a") or has("pairs") or has("margin") or has("alpha_regression") or has("alpha_pass") | not)' \
        "$DIR/json"
    for side in x y; do
        stored "$DIR/$side" 1000000 16417
        jq -c '.samples[]?[0] = null' "$DIR/$side" >"$DIR/$side.null"
    done
    "$TOOL" gate "$DIR/x.null" "$DIR/y.null" --junit "$DIR/xml" || [ $? -eq 4 ]
    [ "$(xmllint --xpath 'count(//testcase[starts-with(@name, "samples")])' "$DIR/xml")" -ge 2 ]
    [ -z "$(xmllint --xpath '//testcase' "$DIR/xml" | grep -o 'classname="[^"]*" name="[^"]*"' | sort | uniq -d)" ]
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
    stored "$DIR/z2" null null taken_ms=1
    verdict 5 '^not comparable: no cell and metric' "$DIR/z" "$DIR/z2"
}

@test "samples that are null without an errno, and one against many, are named in every output" {
    local name said
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    # Of B one sample of a time, one of a count; and one sample a run.
    jq -c 'if .samples.total_ns then .samples.total_ns[1] = null else . end' "$DIR/y" >"$DIR/time"
    jq -c 'if .counts then .counts.ptes_copied[1] = null else . end' "$DIR/y" >"$DIR/count"
    jq -c 'if .n then .n = 1 | .samples |= map_values(.[:1]) | (.counts, .phases[]?.ns) |= (. // {} |
        if type == "array" then .[:1] else map_values(.[:1]) end) else . end' "$DIR/y" >"$DIR/few"
    jq -c 'if .n then .n = 6 | .samples |= map_values(. + .) | (.counts, .phases[]?.ns) |= (. // {} |
        if type == "array" then . + . else map_values(. + .) end) else . end' "$DIR/x" >"$DIR/many"
    for name in time count few; do
        case $name in
        time) said='total: 1 of 3 samples of B is null without an errno' ;;
        count) said='ptes_copied: 1 of 3 samples of B is null without an errno' ;;
        few) said='1 sample a run of B against 6 of A' ;;
        esac
        "$TOOL" gate "$DIR/many" "$DIR/$name" --metric call,total,counts --junit "$DIR/$name.xml" \
            --markdown "$DIR/$name.m" -o "$DIR/$name.json" >"$DIR/out" 2>"$DIR/err" || [ $? -eq 4 ]
        cat "$DIR/out" "$DIR/err"
        head -n 1 "$DIR/out" | grep -q "fork at 64M: .*$said"
        jq -e --arg said "$said" '.headline | contains($said)' "$DIR/$name.json"
        grep -q "$said" "$DIR/$name.xml"
        grep -q "$said" <(sed 's:[\]::g' "$DIR/$name.m")
    done
    # Counts of one run a side decide, and a null time is never a pass.
    verdict 0 '^pass: .*; but fork at 64M: ptes_copied: 1 of 3 samples' --metric counts "$DIR/x" "$DIR/count"
    verdict 4 '^inconclusive: fork at 64M: samples: total: 1 of 3 samples' --metric total "$DIR/x" "$DIR/time"
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
    # The change is that of the two values beside it.
    kept_counts '1 1 2' '3 3 2'
    verdict 4 '^inconclusive: fork at 64M: ptes_copied: varies in 3 repeats, and B is above A by more' "${counts[@]}"
    grep -Eq '^fork at 64M +ptes_copied +1 +3 +\+200\.0 % +inconclusive$' "$DIR/out"
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
    one_line 2 'possible-cpus is for --lab' "$TOOL" gate --ab fork vfork --possible-cpus 64
    one_line 2 'kernel is for --lab' "$TOOL" gate --ab fork vfork --kernel debian:6.1
    one_line 2 "pairs '0': must be a number from 1 to 400" "$TOOL" gate --ab fork vfork --pairs 0
    one_line 2 "env 'X': must be NAME=VALUE" "$TOOL" gate --ab --env X
    one_line 2 'run bench first' "$TOOL" gate --ab --budget x fork vfork
    stored "$DIR/y" 1000001 16417
    "$TOOL" gate "$DIR/x" "$DIR/y" -o /nowhere/j >"$DIR/out" 2>"$DIR/err" || [ $? -eq 2 ]
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
    local clock=clock=icount
    stored "$DIR/x" 1000000 16417 "$clock"
    stored "$DIR/equal" 1000000 16417 "$clock"
    stored "$DIR/worse" 1000000 20000 "$clock"
    stored "$DIR/broken" null 16417 "$clock"
    stored "$DIR/other" 1000000 16417 "$clock" 'kernel_release="]]> | <b>#\u001b[2J"'
    for name in equal:0 worse:1 broken:4 other:5; do
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
    stored "$DIR/x" 1000000 16417 clock=icount
    cp "$DIR/x" "$DIR/y"
    "$TOOL" gate "$DIR/x" "$DIR/y" --markdown "$DIR/m" >/dev/null 2>"$DIR/err"
    [ ! -s "$DIR/err" ]
    GITHUB_ACTIONS=true "$TOOL" gate "$DIR/x" "$DIR/y" --markdown "$DIR/m" >/dev/null 2>"$DIR/err"
    [ "$(grep -c '^### ' "$DIR/m")" -eq 2 ]
    grep -Eqx '::notice title=spawnscope gate::pass: .*' "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
}
