#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# profile --folded and --sort.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # what tool.bash sets

load ../../tests/tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    need_root
    [ "$(uname -m)" = x86_64 ] || skip "stacks are unwound on x86-64 only"
    CALLERS=$ROOM/callers
    [ -e "$CALLERS" ] || cc -O2 -fomit-frame-pointer "$BATS_TEST_DIRNAME/callers.c" -o "$CALLERS"
}

@test "--folded writes a line for each stack, with its exact count, and export and --input the same" {
    "$TOOL" profile -q --folded "$DIR/folded" -o "$DIR/run.jsonl" -- "$CALLERS" fork 7 5
    cat "$DIR/folded"
    [ "$(wc -l <"$DIR/folded")" -eq 2 ]
    grep -qE '^_start;.*;main;a;b;c;.*;\[fork\] 7$' "$DIR/folded"
    grep -qE '^_start;.*;main;other;c;.*;\[fork\] 5$' "$DIR/folded"
    # The file has the same births.
    jq -se 'map(select(.type == "birth")) | group_by(.stack.frames)
        | map("\(.[0].stack.frames | reverse | join(";"));[fork] \(length)") | sort' "$DIR/run.jsonl" |
        jq -r '.[]' | diff - <(sort "$DIR/folded")
    "$TOOL" export --format folded "$DIR/run.jsonl" | diff <(sort "$DIR/folded") <(sort)
    "$TOOL" profile -q --input "$DIR/run.jsonl" --folded - | diff "$DIR/folded" -
    # The time of the calls, in microseconds.
    "$TOOL" profile -q --input "$DIR/run.jsonl" --folded "$DIR/time" --weight call
    jq -se 'map(select(.type == "birth")) | group_by(.stack.frames) | map((map(.call_ns) | add) / 1000 | round)
        | sort | .[]' "$DIR/run.jsonl" | diff - <(sed 's/.* //' "$DIR/time" | sort -n)
}

@test "hostile names of files stay in their frame" {
    hostile=$ROOM/$'x;y\e[31m\n \xff 7'
    strip -o "$hostile" "$CALLERS"
    "$TOOL" profile -q --folded "$DIR/folded" -- "$hostile" fork 3 0
    cat "$DIR/folded"
    [ "$(wc -l <"$DIR/folded")" -eq 1 ]
    LC_ALL=C grep -qE '^[!-~]+(;[!-~]+)+ 3$' "$DIR/folded"
    grep -qF ';x\x3by\x1b[31m\012\x20\xff\x207+0x' "$DIR/folded"
}

@test "what cannot be is refused in one line" {
    one_line 2 '--folded needs --by stack' "$TOOL" profile --folded "$DIR/x" --by comm -- true
    one_line 2 '--weight needs --folded' "$TOOL" profile --weight call -- true
    one_line 2 '--show syscalls needs --syscalls' "$TOOL" profile --show syscalls -- true
    one_line 2 '--weight call needs the time of the call' \
        "$TOOL" profile --folded "$DIR/x" --weight call --detail light -- true
    one_line 2 'work, births, errors, call, median, max, rss or name' "$TOOL" profile --sort size -- true
    one_line 2 'births or call' "$TOOL" profile --folded "$DIR/x" --weight work -- true
    one_line 2 'only one of' "$TOOL" profile --folded - -o - -- true
    one_line 2 'cannot write /nonexistent/x' "$TOOL" profile --folded /nonexistent/x -- true
    [ ! -e "$DIR/x" ]
    "$TOOL" profile -q -o "$DIR/run.jsonl" -- sh -c '/bin/true; :'
    one_line 2 'has no stacks: ' "$TOOL" export --format folded "$DIR/run.jsonl"
    one_line 2 'has no stacks: ' "$TOOL" profile --folded "$DIR/x" --input "$DIR/run.jsonl"
}

@test "--sort orders the groups, by what it names" {
    cp "$CALLERS" "$DIR/b-few"
    cp "$CALLERS" "$DIR/a-many"
    cp "$CALLERS" "$DIR/c-most"
    "$TOOL" profile -q -o "$DIR/run.jsonl" -- sh -c '"$0"/b-few fork 3 0; "$0"/a-many fork 6 0; "$0"/c-most fork 9 0' "$DIR"
    order() { # WHAT
        "$TOOL" profile --input "$DIR/run.jsonl" --sort "$1" |
            awk '/^Births, / { on = 1 } on && !NF { exit } $1 ~ /^[abc]-/ { print $1 }' | paste -sd ' '
    }
    [ "$(order name)" = "a-many b-few c-most" ]
    [ "$(order births)" = "c-most a-many b-few" ]
    # As the file has it.
    order_of() {
        jq -sr 'map(select(.type == "birth" and (.parent.comm | test("^[abc]-")))) | group_by(.parent.comm)
            | map({c: .[0].parent.comm, v: (map(.call_ns) | '"$1"')}) | sort_by(-.v) | map(.c) | join(" ")' "$DIR/run.jsonl"
    }
    [ "$(order max)" = "$(order_of max)" ]
    [ "$(order call)" = "$(order_of add)" ]
    # Without it, by work.
    "$TOOL" profile --input "$DIR/run.jsonl" --sort work | diff - <("$TOOL" profile --input "$DIR/run.jsonl")
}
