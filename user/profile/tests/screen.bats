#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What profile prints, and show of its file: the answer first, on one screen.
#
# shellcheck disable=SC2016,SC2154 # commands for other shells; what tool.bash sets

load ../../tests/tool.bash
load profile.bash

STORED=user/report/tests/golden/profile.jsonl

# in_order FILE WORDS...: lines that begin with these come in this order.
in_order() {
    local file=$1 before=0 line
    shift
    for words; do
        line=$(grep -n "^$words" "$file" | cut -d: -f1 | head -n 1)
        echo "$words: line ${line:-none}"
        [ -n "$line" ] && [ "$line" -gt "$before" ]
        before=$line
    done
}

@test "a small profile fits on a screen of 80 x 40, headline first and the programs last" {
    profile --by exe -o "$DIR/run.jsonl" -- sh -c '"$1" vfork 5; "$1" spawn 5; "$1" fork-exec 5; :' - "$STORM"
    cat "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -le 36 ]
    [ "$(wc -L <"$DIR/err")" -le 80 ]
    head -n 1 "$DIR/err" | grep -Eq '^1[78] births, .* = .* % of '
    in_order "$DIR/err" '1[78] births, ' 'Work of these births: ' 'Command: sh -c ' 'Births, and the time' 'PROGRAM ' 'storm '
    # The table goes on to the end, but for the file's name.
    [ "$(tail -n 1 "$DIR/err")" = "Result file: $DIR/run.jsonl" ] || tail -n 2 "$DIR/err" | grep -q '^Result file: '
    refute grep -qv '  ' <(sed '1,/^PROGRAM /d; /^Result file:/,$d' "$DIR/err")
    python3 user/profile/tests/screen.py "$DIR/run.jsonl" "$DIR/err"
    # The check sees a wrong figure.
    sed '1s/ = [0-9.]* %/ = 99.7 %/' "$DIR/err" >"$DIR/wrong"
    run -1 python3 user/profile/tests/screen.py "$DIR/run.jsonl" "$DIR/wrong"
    sed 's/^\(Work of these births: \)[0-9.]*/\19.99/' "$DIR/err" >"$DIR/wrong"
    run -1 python3 user/profile/tests/screen.py "$DIR/run.jsonl" "$DIR/wrong"
    # Read from the file it is the same.
    "$TOOL" profile --by exe --input "$DIR/run.jsonl" | diff - <(unpriced)
}

@test "calls at the same time count once in the share of time, and their sum is said" {
    profile -o "$DIR/run.jsonl" -- "$STORM" spawn 50 8
    cat "$DIR/err"
    tr -s '\n ' ' ' <"$DIR/err" | grep -q ' in sum: some at the same time)'
    python3 user/profile/tests/screen.py "$DIR/run.jsonl" "$DIR/err"
}

# Its own count of itself and of what it waited for, and of a child that burns time of its own.
@test "CPU time is the command's and that of what it waited for" {
    cat >"$DIR/burn.py" <<'PY'
import os, resource, sys, time
def burn(seconds):
    while time.process_time() < seconds:
        pass
if os.fork() == 0:
    burn(0.2)
    os._exit(0)
os.wait()
burn(0.1)
used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(int(sum(u.ru_utime + u.ru_stime for u in used) * 1e9))
PY
    profile --no-calibrate -o "$DIR/run.jsonl" -- python3 "$DIR/burn.py"
    cat "$DIR/out" "$DIR/err"
    # What is left is the interpreter's end.
    tail -n 1 "$DIR/run.jsonl" | jq -e --argjson own "$(<"$DIR/out")" \
        '.cpu.source == "wait4" and .cpu.ns >= $own and .cpu.ns < 1.5 * $own and $own > 290000000'
    grep -q '^Work of these births: .* = .* of CPU time' "$DIR/err"
}

@test "without a command, or with less time than it takes, the share is of the time traced, and of no CPU" {
    mkfifo "$DIR/go"
    sh -c 'read -r go <"$2"; "$1" fork 3; :' - "$STORM" "$DIR/go" 3>&- &
    attach --no-calibrate -p $! --children -o "$DIR/p.jsonl"
    echo >"$DIR/go"
    exit_of "$tool"
    mv "$DIR/out" "$DIR/p"
    profile --no-calibrate -d 1 -o "$DIR/d.jsonl" -- sh -c '"$1" fork 3; sleep 1.5; :' - "$STORM"
    mv "$DIR/err" "$DIR/d"
    for how in p d; do
        cat "$DIR/$how"
        tr -s '\n ' ' ' <"$DIR/$how" | grep -Eq ' ?[0-9]+ births, [^=]* = [^=]* % of the [^=]* traced: '
        tr -s '\n ' ' ' <"$DIR/$how" | grep -Eq 'share of CPU time not known: (only a command|the trace ended before)'
        tail -n 1 "$DIR/$how.jsonl" | jq -e '.cpu | .absent != null and .ns == null'
        "$TOOL" profile --input "$DIR/$how.jsonl" | grep -q 'CPU time not known'
    done
    grep -q '^Options: .*-p' "$DIR/p"
    # An older file does not say.
    "$TOOL" profile --input "$STORED" | tr -s '\n ' ' ' | grep -q 'not known: this file does not have it'
}

@test "a call that was not timed has no time, but a reason" {
    attach -a --live --detail light --trace tracepoint --no-calibrate -o "$DIR/run.jsonl"
    "$STORM" fork 3
    interrupt
    "$TOOL" profile --live --input "$DIR/run.jsonl" >"$DIR/again"
    for text in "$DIR/out" "$DIR/again"; do
        head -n 1 "$text" | grep -q '^No column CALL: tracepoint:sys_exit would slow down'
        [ "$(grep -c '^No column CALL' "$text")" -eq 1 ]
        grep -Eq '^ +TIME +PARENT +CHILD METHOD  COMMAND$' "$text"
        grep -Eq '^ +[0-9.]+  storm:[0-9]+ +[0-9]+ fork    \(no exec\)$' "$text"
    done
    tr -s '\n ' ' ' <"$DIR/out" | grep -q ' births in .*; how long the calls took was not measured: tracepoint:sys_exit would slow down'
    tr -s '\n ' ' ' <"$DIR/out" | grep -q 'It lacks copy_mm, most of the work of a fork: tracepoint:mmap_lock would'
    refute grep -Eq '^PARENT .* (MEDIAN|MAX)' <(sed '1,/^Births, and/d' "$DIR/out")
}

@test "--show prints more tables before the headline" {
    local view title
    while IFS='|' read -r view title; do
        "$TOOL" profile --show "$view" --input "$STORED" >"$DIR/out"
        in_order "$DIR/out" "$title" '11 births, '
        refute grep -q "^$title" <("$TOOL" profile --input "$STORED")
    done <<'VIEWS'
phases|Where the time went
phases|Phases, over all births
parents|The parent at the birth
sources|Sources
VIEWS
    "$TOOL" profile --show all --input "$STORED" | cmp - <("$TOOL" profile -v --input "$STORED")
    one_line 2 'phases.*parents' "$TOOL" profile --show frob -a
}

@test "no line is wider than the terminal" {
    local width
    for width in 40 80 120 200; do
        COLUMNS=$width "$TOOL" profile -v --input "$STORED" >"$DIR/out"
        [ "$(wc -L <"$DIR/out")" -le "$width" ]
        in_order "$DIR/out" '11 births, ' 'Births, and'
    done
    grep -Eq '^Command: sh -c .{100}' "$DIR/out"
}

@test "show prints a stored profile as profile --input does" {
    local options
    profile -o "$DIR/run.jsonl" -- "$STORM" fork-exec 3
    for options in '' -v '--show parents,sources'; do
        # shellcheck disable=SC2086 # several words, or none
        cmp <("$TOOL" show $options "$DIR/run.jsonl") <("$TOOL" profile --input "$DIR/run.jsonl" $options)
        # shellcheck disable=SC2086
        cmp <("$TOOL" show $options "$STORED") <("$TOOL" profile --input "$STORED" $options)
    done
    "$TOOL" show "$DIR/run.jsonl" | diff - <(unpriced)
    # Nothing happened: that is a result, too.
    profile -o "$DIR/none.jsonl" -- true
    "$TOOL" show "$DIR/none.jsonl" | diff - <(unpriced)
    grep -q '^0 births in ' "$DIR/err"
    "$TOOL" show - <"$STORED" | tail -n 1 | grep -q '^Result file: standard input$'
    # One that broke off only on demand, and it says so.
    sed '$d' "$STORED" >"$DIR/torn.jsonl"
    one_line 2 truncated "$TOOL" show "$DIR/torn.jsonl"
    "$TOOL" show --truncated "$DIR/torn.jsonl" >"$DIR/out"
    cat "$DIR/out"
    [ "$(head -n 1 "$DIR/out")" = 'The run broke off: what came later is in no number.' ]
    refute grep -q ' % of ' <(grep births "$DIR/out")
}

# The tree goes to standard error, whose terminal counts: standard output is the command's.
@test "the tree is as wide as the terminal that it is on" {
    need_terminals
    local width long
    long=$(printf '%0110d' 0)
    for width in 40 80 200; do
        env -u COLUMNS script -qec "stty cols $width rows 40; '$TOOL' profile --no-calibrate --tree -- \
            sh -c '\"\$@\"; :' - '$STORM' leaf $long >'$DIR/null'" /dev/null </dev/null | tr -d '\r' |
            sed 's/\x1b\[[0-9;]*m//g' >"$DIR/out"
        cat "$DIR/out"
        [ "$(wc -L <"$DIR/out")" -le "$width" ]
        grep -q '^`- [0-9]* vfork ' "$DIR/out"
    done
    grep -q "storm leaf $long$" "$DIR/out"
}
