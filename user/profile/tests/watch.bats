#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# profile --watch on a terminal, which tmux is: what stands on it, what keys do, and that the terminal
# is as it was afterwards.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # commands for other shells; what tool.bash sets and calls

load ../../tests/tool.bash
load profile.bash

setup() {
    need_terminals
    set_up_storm
    own_storm
    unset TMUX
    servers=0
    SOCKET=''
}

teardown() {
    [ -n "${OWN:-}" ] || return 0
    rm -f "$OWN/spawnscope-child"
    [ -z "$SOCKET" ] || on_screen kill-server 2>/dev/null || true
    end_all "$OWN"
    wait
}

# new_screen ARG...: in place of the last one. Its socket has a name of its own: the last server may
# still be about to end.
new_screen() {
    [ -z "$SOCKET" ] || on_screen kill-server 2>/dev/null || true
    SOCKET=$OWN/tmux$((++servers)) # the path of a socket is short
    env -u COLUMNS -u LINES tmux -S "$SOCKET" -f /dev/null new-session -d "$@" 3>&-
}

on_screen() {
    tmux -S "$SOCKET" -f /dev/null "$@"
}

screen() {
    on_screen capture-pane -p >"$DIR/screen"
    cat "$DIR/screen"
}

# printed PATTERN: some line of the screen matches, or of what has scrolled away.
printed() {
    on_screen capture-pane -p -S -1000 >"$DIR/history"
    grep -E -- "$1" "$DIR/history" || { cat "$DIR/history" && false; }
}

# shown PATTERN: some line of the screen matches.
shown() {
    screen | grep -Eq -- "$1"
}

type_keys() {
    on_screen send-keys "$@"
}

# Births by the program spawnscope-child (a storm), until the test is over.
births_without_end() {
    sh -c 'while [ -e "$1" ]; do "$1" fork 20; "$1" vfork 40; sleep 0.05; done' - \
        "$OWN/spawnscope-child" >"$DIR/null" 2>&1 3>&- &
}

# watch COLUMNS ROWS ARG...: in a shell on a terminal of that size, which writes what the terminal is
# before and afterwards to $DIR/before and $DIR/after, and the exit status to $DIR/status.
watch() {
    local columns=$1 rows=$2
    shift 2
    cat >"$DIR/shell" <<SH
stty -a | sed 's/rows.*; columns.*; line/line/' >'$DIR/before'
export XDG_CACHE_HOME='$ROOM'
${limit:-}
'$OWN/spawnscope' profile --watch --no-calibrate $*
echo \$? >'$DIR/status'
stty -a | sed 's/rows.*; columns.*; line/line/' >'$DIR/after'
echo over; cat
SH
    rm -f "$DIR/before" "$DIR/after" "$DIR/status"
    new_screen -x "$columns" -y "$rows" "echo a line from before; . '$DIR/shell'"
    eventually shown '^q quit '
    tool=$(processes "$OWN" spawnscope)
}

# over [STATUS]: the tool ended so, and the terminal is as it was.
over() {
    eventually test -s "$DIR/after"
    eventually shown '^over$'
    echo "exit status $(<"$DIR/status")"
    [ "$(<"$DIR/status")" -eq "${1:-0}" ]
    diff "$DIR/before" "$DIR/after"
    [ "$(on_screen display-message -p '#{alternate_on}#{cursor_flag}#{wrap_flag}')" = 011 ]
}

# The births so far, of the headline.
count() {
    screen | sed -En '1s/^(at least )?([0-9,]+) births? .*/\2/p' | tr -d ,
}

more_than() {
    local births
    births=$(count)
    ((${births:-0} > $1))
}

@test "it shows programs, sorts by keys, pauses, resizes, quits, and prints the summary" {
    births_without_end
    # On a busy machine others may be above the storm: all rows, so that it is among them.
    watch 80 24 -a -i 200ms --detail calls --top 1000 -o "$DIR/run.jsonl"
    eventually shown '^spawnscope-chil +fork +[1-9]'
    eventually shown '^spawnscope-chil +vfork +[1-9]'
    shown '^PARENT +METHOD +BIRTHS +RATE +WORK▼ '
    shown ' births  .*/s  work .* of [0-9]+ CPU'
    refute shown 'a line from before'
    # A column of time, and by name.
    type_keys b
    eventually shown 'BIRTHS▼ '
    type_keys c
    eventually shown ' CALL▼'
    type_keys n
    eventually shown '^PARENT▲ .* WORK  '
    # Held, whatever comes.
    type_keys p
    eventually shown '^PAUSED  '
    before=$(count)
    sleep 0.6
    [ "$(count)" = "$before" ]
    type_keys p
    eventually more_than "$before"
    # The keys; arrows are none of them, and end nothing.
    type_keys Down Up PageDown h
    eventually shown '^q +quit +quit, and print the summary'
    type_keys '?'
    eventually shown '^PARENT'
    type_keys p z
    eventually shown '^0 births  '
    type_keys p
    eventually more_than 0
    for size in '40 10' '200 50'; do
        on_screen resize-window -x "${size% *}" -y "${size#* }"
        eventually on_the_last_line "${size#* }"
        shown '^PARENT'
        [ "$(wc -L <"$DIR/screen")" -le "${size% *}" ]
    done
    shown ' MAX +STARTED '
    type_keys q
    over
    # The usual summary stands where the shell goes on, and what was there before still does.
    printed '^a line from before$'
    printed '^Births, and the time of the call$'
    printed '^spawnscope-chil +fork( +[1-9]|$)'
    tail -n 1 "$DIR/run.jsonl" | jq -e '.type == "end"'
    "$OWN/spawnscope" profile --top 1000 --input "$DIR/run.jsonl" | grep -q '^spawnscope-chil '
}

# The state stands on line N, and nothing below it.
on_the_last_line() {
    screen >/dev/null
    sed -n "$1p" "$DIR/screen" | grep -q '^q quit  h keys' && [ "$(wc -l <"$DIR/screen")" -eq "$1" ]
}

@test "a birth is shown while its child lives" {
    watch 80 24 -a -i 100ms
    # A shell of its own name; timeout ends its child, too.
    cp /bin/sh "$DIR/hatchery"
    mkfifo "$DIR/pipe"
    timeout 30 "$DIR/hatchery" -c '(read -r x <"$1"; :) & wait' - "$DIR/pipe" 3>&- &
    eventually shown '^hatchery +fork +1 '
    echo >"$DIR/pipe"
    type_keys q
    over
}

@test "Ctrl-C, SIGTERM and SIGHUP end it, and the terminal is as it was" {
    births_without_end
    for how in C-c TERM HUP; do
        watch 80 24 -a -o "$DIR/$how.jsonl"
        if [ "$how" = C-c ]; then type_keys C-c; else kill "-$how" "$tool"; fi
        over
        printed '^Births, and the time of the call$'
        tail -n 1 "$DIR/$how.jsonl" | jq -e '.type == "end"'
    done
}

@test "the terminal is as it was, too, when the time is up, when the tool fails, and when it crashes" {
    births_without_end
    watch 80 24 -a -d 1
    over
    # Its file may not grow further: it says so at the end, and goes on until then.
    limit='ulimit -f 64' watch 120 24 -a -i 100ms -o "$DIR/run.jsonl"
    eventually shown '  1 message at the end'
    refute shown 'cannot write'
    type_keys q
    over 2
    printed '^spawnscope: cannot write '
    tr -d '\n' <"$DIR/history" | grep -q 'run.jsonl: *File too large'
    watch 80 24 -a
    kill -SEGV "$tool"
    over 139
}

@test "Ctrl-Z gives the shell its terminal, and fg goes on" {
    births_without_end
    new_screen -x 80 -y 24 'bash --norc -i'
    eventually shown '[$#]$'
    type_keys "stty -a >'$DIR/before'; '$OWN/spawnscope' profile -a --watch -i 100ms -q" Enter
    eventually shown '^q quit '
    tool=$(processes "$OWN" spawnscope)
    type_keys C-z
    eventually shown 'Stopped'
    type_keys "stty -a >'$DIR/after'" Enter
    eventually test -s "$DIR/after"
    diff "$DIR/before" "$DIR/after"
    type_keys 'fg' Enter
    eventually shown '^q quit '
    type_keys q
    eventually none_left_of_tool
    refute shown '^q quit '
}

none_left_of_tool() {
    [ -z "$(processes "$OWN" spawnscope)" ]
}

@test "what calls it cannot time has no column, and a key for it says why" {
    births_without_end
    watch 80 24 -a --detail light --trace tracepoint
    eventually shown '^spawnscope-chil '
    shown '^q quit  h keys  .*WORK lacks copy_mm'
    shown ' births .* work at least '
    refute shown ' (CALL|MEDIAN|STARTED)'
    type_keys c
    eventually shown '^calls have no time: tracepoint:sys_exit would slow down '
    type_keys q
    over
}

@test "records that were lost stand in the first line, at any width" {
    watch 40 10 -a --ring-size 4K
    "$OWN/spawnscope-child" vfork 5000
    eventually shown '^at least [0-9,]+ births  LOST [0-9,]+ '
    type_keys q
    over
    printed '^[0-9]+ records were lost, '
}

@test "it needs a terminal, and does not share it" {
    while IFS='|' read -r options pattern; do
        # shellcheck disable=SC2086 # several words
        one_line 2 "$pattern" "$TOOL" profile $options
    done <<'CASES'
-a --watch|needs a terminal as standard input and output
-a --watch --live|leave out --live
-a --watch --json|leave out --live and --json
-a --watch -o -|name files for -o
--watch -- true|which the command has
--watch --input x.jsonl|not those of --input
-a -i 1|--interval needs --watch
-a --watch -i 0|must be a number of seconds above 0
-a --watch -i 50ms|must be at least 100ms
CASES
    # One that cannot move its cursor.
    new_screen "TERM=dumb '$TOOL' profile -a --watch 2>'$DIR/err'; echo \$? >'$DIR/status'"
    eventually test -s "$DIR/status"
    cat "$DIR/err"
    [ "$(<"$DIR/status")" -eq 2 ]
    grep -q 'needs a terminal' "$DIR/err"
}

# Of this test's processes alone, and no more records than the ring holds: so none is lost, however
# late the tool runs on a busy machine.
@test "it keeps up with thousands of births, by more processes than there are rows, in bounded memory" {
    watch 80 24 -p $$ --children -i 100ms --by pid -o "$DIR/run.jsonl"
    for _ in $(seq 1300); do ( (:); (:); ); done
    "$OWN/spawnscope-child" vfork 5000
    "$OWN/spawnscope-child" fork 1500
    eventually more_than 10000
    shown ' 1-21 of 1025 '
    memory=$(awk '/^VmHWM/ { print $2 }' "/proc/$tool/status")
    echo "$memory KiB"
    refute shown LOST
    # A sanitizer keeps up to 256 MiB that was freed.
    has_sanitizers || [ "$memory" -lt 200000 ]
    type_keys q
    over
    tail -n 1 "$DIR/run.jsonl" | jq -e '.lost == 0 and .births > 10000'
}
