#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: changes that a project accepts.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

# A count 24.9 % above the base, in a folder of its own.
setup() {
    DIR=$BATS_TEST_TMPDIR
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 20513
    cd "$DIR" || return 1
}

accept() { # LINE...
    printf '%s\n' "$@" >spawn-gate.accept
}

@test "an accepted change passes in every format, and each of them says so" {
    verdict 1 '^regression: fork at 64M: ptes_copied \+24\.9 %' --metric counts x y
    accept '# cell | metric | up to | commit | until | why' '' \
        'fork at 64M | ptes_copied | +24.9 % | 1a2b3c4 | 2099-12-31 | maps <its> cache | at the start'
    verdict 0 '^pass: 1 exact metric not worse; accepted: fork at 64M: ptes_copied \+24\.9 %$' --metric counts x y
    grep -Eq '^fork at 64M  ptes_copied .* accepted$' out
    tr -s '\n ' ' ' <out | grep -Fq 'spawn-gate.accept, line 3: fork at 64M: ptes_copied +24.9 % is accepted up to +24.9 % until 2099-12-31, for 1a2b3c4: maps <its> cache | at the start'
    "$TOOL" gate --metric counts x y --json --junit xml --markdown m --ktap ktap >json
    jq -e '.verdict == "pass" and (.notes | any(test("is accepted up to [+]24.9 %")))
        and (.metrics[] | select(.metric == "ptes_copied") | .verdict == "pass" and .accepted == 3 and .b == 20513)
        and ([.metrics[] | select(.accepted)] | length == 1)' json
    xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" xml
    [ "$(xmllint --xpath 'count(//failure)' xml)" -eq 0 ]
    xmllint --xpath 'string(//system-out)' xml | grep -Fq 'ptes_copied +24.9 % is accepted'
    # It is not folded away with what passed by itself.
    sed -n '1,/<details>/p' m | grep -Eq 'ptes.*copied.*\| pass, accepted'
    grep -q 'maps &#60;its&#62; cache' m
    # Another folder has another file; --accept names one.
    cd /
    verdict 1 '^regression: ' --metric counts "$DIR/x" "$DIR/y"
    verdict 0 '^pass: .*; accepted: ' --metric counts --accept "$DIR/spawn-gate.accept" "$DIR/x" "$DIR/y"
}

@test "more than what is accepted is a regression" {
    accept 'fork at 64M | ptes_copied | +24.8 % | 1a2b3c4 | 2099-12-31 | why'
    verdict 1 '^regression: fork at 64M: ptes_copied \+24\.9 %' --metric counts x y
    tr -s '\n ' ' ' <out | grep -Fq 'ptes_copied +24.9 % is more than the accepted +24.8 %'
    accept 'fork at 64M | ptes_copied | +4095 | 1a2b3c4 | 2099-12-31 | why'
    verdict 1 '^regression: ' --metric counts x y
    accept 'fork at 64M | ptes_copied | +4096 | 1a2b3c4 | 2099-12-31 | why'
    verdict 0 '^pass: ' --metric counts x y
    # Another cell's or metric's line accepts nothing here.
    accept 'fork at 1M | ptes_copied | +90 % | 1a2b3c4 | 2099-12-31 | why' \
        'fork at 64M | page_table_bytes | +90 % | 1a2b3c4 | 2099-12-31 | why'
    verdict 1 '^regression: ' --metric counts x y
}

@test "lines that no longer apply, are past their date or match nothing are named" {
    accept 'fork at 64M | ptes_copied | +90 % | 1a2b3c4 | 2020-02-29 | why' \
        'vfork at 64M | ptes_copied | +90 % | 1a2b3c4 | 2099-12-31 | why' \
        'fork at 64M | failed | +90 % | 1a2b3c4 | 2099-12-31 | why' \
        'fork at 64M | copy_mm | +90 % | 1a2b3c4 | 2099-12-31 | why'
    verdict 1 '^regression: ' --metric counts x y
    grep -A 9 '^Notes' out | tr -s '\n ' ' ' >notes
    cat notes
    grep -Fq 'line 1: fork at 64M: ptes_copied was accepted until 2020-02-29, which is past' notes
    grep -Fq 'line 2: vfork at 64M: ptes_copied: matches nothing' notes
    grep -Fq 'line 3: fork at 64M: failed passes by itself: the line no longer applies' notes
    # A row that is only shown is nothing to accept.
    grep -Fq 'line 4: fork at 64M: copy_mm: matches nothing' notes
}

@test "a time passes only if its whole interval is accepted, and only of runs taken in turn" {
    local i base=() new=() slow=() line='| 1a2b3c4 | 2099-12-31 | why'
    for i in {1..10}; do
        stored "a$i" "$((1000000 + 137 * (i * 31 % 17)))" 16417 "taken_ms=$((2000 * i + 1000 * (i % 2)))"
        stored "b$i" "$((1100000 + 1370 * (i * 29 % 17 - 8)))" 16417 "taken_ms=$((2000 * i + 1000 * (1 - i % 2)))"
        stored "c$i" "$((1300000 + 1370 * (i * 29 % 17 - 8)))" 16417 "taken_ms=$((2000 * i + 1000 * (1 - i % 2)))"
        base+=("a$i") new+=("b$i") slow+=("c$i")
    done
    verdict 1 '^regression: ' --metric call "${base[@]}" -- "${new[@]}"
    accept "fork at 64M | call | +11 % $line"
    verdict 0 '^pass: (but [^;]*; )?accepted: fork at 64M: call \+(9\.9|10\.0) %$' --metric call "${base[@]}" -- "${new[@]}"
    accept "fork at 64M | call | +10 % $line"
    verdict 4 '^inconclusive: ' --metric call "${base[@]}" -- "${new[@]}"
    accept "fork at 64M | call | +9 % $line"
    verdict 1 '^regression: ' --metric call "${base[@]}" -- "${new[@]}"
    # A mean has no interval.
    accept "fork at 64M | call_mean | +31 % $line"
    verdict 0 '^pass: .*accepted: fork at 64M: call_mean ' --metric call_mean "${base[@]}" -- "${slow[@]}"
    accept "fork at 64M | call_mean | +29 % $line"
    verdict 1 '^regression: ' --metric call_mean "${base[@]}" -- "${slow[@]}"
    # A line of the median is about the mean, too: the note names that whose change it has.
    accept "fork at 64M | call | +15 % $line"
    for i in {1..10}; do
        jq -c 'if .type == "cell" then .n = 5 | .samples[] |= [.[0], .[0], .[0], 3 * .[0], 3 * .[0]]
            | .phases[]?.ns |= [.[0], .[0], .[0], .[0], .[0]] | .counts[]? |= [.[0], .[0], .[0], .[0], .[0]]
            else . end' "b$i" >"d$i"
    done
    "$TOOL" gate --json --metric call,call_mean "${base[@]}" -- d{1,2,3,4,5,6,7,8,9,10} >json || [ $? -eq 1 ]
    jq -e '(.metrics[] | select(.metric == "call_mean").change * 1000 | round / 10) as $mean
        | .notes | any(contains(": call_mean +\($mean) % is more than the accepted +15 %"))' json
    # What is accepted excuses nothing else.
    accept "fork at 64M | call | +11 % $line"
    verdict 1 '^regression: fork at 64M: (total|call_mean).*; accepted: fork at 64M: call ' "${base[@]}" -- "${new[@]}"
    for i in {1..10}; do
        stored "b$i" 1100000 16417 "taken_ms=$((100000 + i))"
    done
    verdict 4 '^inconclusive: ' --metric call "${base[@]}" -- "${new[@]}"
}

@test "a bad line is refused with its number, and is not repeated" {
    local good='fork at 64M | ptes_copied | +25 % | 1a2b3c4 | 2099-12-31 | why' line
    while read -r line; do
        accept "$good" "${line%%;*}"
        one_line 2 "^spawnscope: spawn-gate.accept: line 2: ${line##*;}" "$TOOL" gate x y
    done <<'LINES'
root:x:0:0;must be CELL
fork at 1M | ptes_copied | +25 % | 1a2b3c4 | 2099-12-31;must be CELL
 | ptes_copied | +25 % | 1a2b3c4 | 2099-12-31 | why;the first field
fork at 1M | speed | +25 % | 1a2b3c4 | 2099-12-31 | why;the second field
fork at 1M | ptes_copied | -25 % | 1a2b3c4 | 2099-12-31 | why;the third field
fork at 1M | ptes_copied | +25. % | 1a2b3c4 | 2099-12-31 | why;the third field
fork at 1M | ptes_copied | +2ms | 1a2b3c4 | 2099-12-31 | why;the third field
fork at 1M | ptes_copied | any | 1a2b3c4 | 2099-12-31 | why;the third field
fork at 1M | ptes_copied | +25 % | main | 2099-12-31 | why;the fourth field
fork at 1M | ptes_copied | +25 % | 1a2b3c4 | 2099-02-30 | why;the fifth field
fork at 1M | ptes_copied | +25 % | 1a2b3c4 | never | why;the fifth field
fork at 1M | ptes_copied | +25 % | 1a2b3c4 | 2099-12-31 |;the sixth field
fork at 64M | ptes_copied | +26 % | 1a2b3c4 | 2099-12-31 | why;accepts what an earlier line
LINES
    printf '%s\n%0.s' "$good" 1 >spawn-gate.accept
    printf 'x\0y\n' >>spawn-gate.accept
    one_line 2 'line 2: has a control character' "$TOOL" gate x y
    printf '%2000s\n' x >spawn-gate.accept
    one_line 2 'line 1: is longer' "$TOOL" gate x y
    one_line 2 'none: No such file' "$TOOL" gate --accept none x y
    one_line 2 'accept is for comparisons' "$TOOL" gate --accept spawn-gate.accept --budget x y
    # What else has the name is not read.
    rm spawn-gate.accept
    mkfifo spawn-gate.accept
    one_line 2 '^spawnscope: spawn-gate.accept: ' "$TOOL" gate x y
}
