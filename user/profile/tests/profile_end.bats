#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# How a profile begins and ends: on time, whoever reads, and with counts that agree.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # commands for other shells; what tool.bash sets and calls

load ../../tests/tool.bash
load profile.bash

setup() {
    set_up_storm
    own_storm
    mkfifo "$DIR/pipe"
}

# births_without_end: until the test is over, faster than anybody reads of them.
births_without_end() {
    sh -c 'while [ -e "$1" ]; do "$1" vfork 2000; done' - "$OWN/spawnscope-child" \
        >"$DIR/null" 2>&1 3>&- &
}

teardown() {
    rm -f "$OWN/spawnscope-child"
    end_all "$OWN"
    wait
}

# Some 20 KB a second.
read_slowly() {
    while IFS= read -r -N 1024; do
        sleep 0.05
    done <"$DIR/pipe" 3>&-
}

@test "a time limit holds where births come faster than their lines are read" {
    births_without_end
    read_slowly &
    "$OWN/spawnscope" profile -a --live -q -d 1 >"$DIR/pipe" 2>"$DIR/err" 3>&- &
    tool=$!
    exit_of "$tool" 2
    cat "$DIR/err"
    grep -Eq '^spawnscope: [0-9]+ lines were not written: nobody read them in time$' "$DIR/err"
}

@test "a time limit holds, and files are whole, where nobody reads the lines" {
    births_without_end
    exec 7<>"$DIR/pipe"
    "$OWN/spawnscope" profile -a --json -q -d 1 -o "$DIR/run.jsonl" >"$DIR/pipe" 2>"$DIR/err" \
        3>&- 7>&- &
    tool=$!
    exit_of "$tool" 2
    cat "$DIR/err"
    grep -q 'lines were not written' "$DIR/err"
    jq -se '.[-1].type == "end" and .[-1].births == ([.[] | select(.type == "birth")] | length)' \
        "$DIR/run.jsonl"
}

@test "a signal ends it where nobody reads what it writes" {
    births_without_end
    exec 7<>"$DIR/pipe"
    for what in --live --json '-o -' '--perfetto -'; do
        # shellcheck disable=SC2086 # two words
        "$OWN/spawnscope" profile -a $what >"$DIR/pipe" 2>"$DIR/err" 3>&- 7>&- &
        tool=$!
        eventually blocked "$tool"
        kill -TERM "$tool"
        exit_of "$tool" 2
        cat "$DIR/err"
        grep -q 'nobody read' "$DIR/err"
    done
}

# Whether it waits for a reader: there is no room in the pipe.
blocked() { # PID
    hold_programs && ! dd if=/dev/zero of="$DIR/pipe" bs=4096 count=1 oflag=nonblock 2>"$DIR/null"
}

# Or it would wait for the command for ever: the kernel lets such children go unnoticed.
@test "it ends with its command where whoever started it ignores SIGCHLD" {
    run -7 timeout -s KILL 20 env --ignore-signal=CHLD "$TOOL" profile -q -- sh -c 'exit 7'
    timeout -s KILL 60 env --ignore-signal=CHLD "$TOOL" profile -p $$ -d 0.1 --by stack
    timeout -s KILL 60 env --ignore-signal=CHLD "$TOOL" bench --no-trace --method fork --size 1M --runs 3
}

# What the edges of the two windows see differs by the births of some microseconds; while the probes
# are attached there are thousands.
@test "all counts begin at one moment, with the clock, while births go on" {
    births_without_end
    births_without_end
    eventually pgrep -f "$OWN/spawnscope-child vfork" >"$DIR/null"
    for detail in light calls full; do
        "$OWN/spawnscope" profile -a --live --no-calibrate --detail "$detail" -d 0.3 \
            --perfetto "$DIR/trace.json" >"$DIR/out" 2>"$DIR/err"
        grep -v '^ ' "$DIR/out"
        tr '\n' ' ' <"$DIR/out" | tr -s ' ' >"$DIR/line"
        births=$(sed -En 's/^([0-9]+) births?(,| in) .*/\1/p' "$DIR/out")
        unfinished=0
        if [[ $(<"$DIR/line") =~ ([0-9-]+)\ births?\ still\ in\ the\ call ]]; then
            unfinished=${BASH_REMATCH[1]}
        fi
        # Each storm is in one call at most, and so is each shell; others of the machine may be.
        [ "$unfinished" -ge 0 ] && [ "$unfinished" -lt 16 ]
        [[ $(<"$DIR/line") =~ we\ ([0-9]+) ]]
        [ "$((births + unfinished - BASH_REMATCH[1]))" -lt "$((births / 20))" ]
        refute grep -Eq '^ +-[0-9]' "$DIR/out"
        jq -e 'all(.[] | select(.ts); .ts >= 0)' "$DIR/trace.json"
    done
}

@test "a birth whose memory is being copied at the end is neither reported nor counted below zero" {
    cp /bin/sh "$OWN/spawnscope-child"
    "$OWN/spawnscope-child" -c 'x=$(head -c 50000000 /dev/zero | tr "\0" x); echo ready
        while [ -e "$1" ]; do (:); done' - "$OWN/spawnscope-child" >"$DIR/ready" 2>&1 3>&- &
    eventually grep -q ready "$DIR/ready"
    for i in $(seq 40); do
        "$TOOL" profile --no-calibrate -p $! -d "0.0$((10 + i))" -o "$DIR/run.jsonl" >"$DIR/out"
        refute grep -q -e '-[0-9]* births' "$DIR/out"
        jq -se '[.[] | select(.type == "birth")] as $births
            | all($births[]; .child.pid > 0 or .result < 0)
                and .[-1].births == ($births | length) and .[-1].births_unseen <= 1' "$DIR/run.jsonl"
    done
}

@test "a birth whose call has not returned when the time is over is said to be so" {
    profile -d 1 --no-calibrate -o "$DIR/run.jsonl" -- "$STORM" held 1
    cat "$DIR/err"
    whole 0
    grep -q '^1 birth still in the call at the end$' "$DIR/err"
    tail -n 1 "$DIR/run.jsonl" | jq -e '.births == 0 and .births_unseen == 1 and .births_unfinished == 1'
    "$TOOL" profile --input "$DIR/run.jsonl" >"$DIR/out"
    cat "$DIR/out"
    whole 0 "$DIR/out"
    grep -q '^1 birth still in the call at the end$' "$DIR/out"
}

@test "processes that outlive the command are said to be there, in the file and in the page, too" {
    profile --no-calibrate -o "$DIR/run.jsonl" -- sh -c 'sleep 20 >/dev/null 2>&1 & echo $! >"$1"' - "$DIR/pid"
    kill "$(<"$DIR/pid")"
    cat "$DIR/err"
    grep -q '^1 process of it still ran when it ended; what it did after that is not counted' "$DIR/err"
    tail -n 1 "$DIR/run.jsonl" | jq -e '.children_alive == 1'
    "$TOOL" profile --input "$DIR/run.jsonl" >"$DIR/out"
    grep -q '^1 process of it still ran when it ended' "$DIR/out"
    "$TOOL" report --format markdown "$DIR/run.jsonl" >"$DIR/out"
    grep -q '1 process of the command that still ran when it ended' "$DIR/out"
    profile --no-calibrate -o "$DIR/run.jsonl" -- sh -c 'sleep 0 & wait'
    refute grep -q 'still ran' "$DIR/err"
    tail -n 1 "$DIR/run.jsonl" | jq -e '.children_alive == 0'
    # Not known where births are left out, or where nothing ends.
    profile --no-calibrate --method vfork -o "$DIR/run.jsonl" -- sh -c 'sleep 0 & wait'
    tail -n 1 "$DIR/run.jsonl" | jq -e '.filtered > 0 and .children_alive == null'
    profile --no-calibrate -p $$ -d 0.1 -o "$DIR/run.jsonl"
    tail -n 1 "$DIR/run.jsonl" | jq -e 'has("children_alive") and .children_alive == null'
}

@test "births of a file that made no record are shown as the run showed them" {
    profile -q --no-calibrate -o "$DIR/run.jsonl" -- "$STORM" fork 20
    replay() {
        head -n -1 "$DIR/run.jsonl" >"$DIR/edited.jsonl"
        tail -n 1 "$DIR/run.jsonl" | jq -c "$1" >>"$DIR/edited.jsonl"
        "$TOOL" profile --input "$DIR/edited.jsonl" >"$DIR/out"
        cat "$DIR/out"
    }
    replay '.births_unseen = 7'
    head -n 1 "$DIR/out" | grep -q '^7 births made no record: the numbers are of the others.$'
    grep -q '^at least 20 births, ' "$DIR/out"
    refute grep -q 'were lost' "$DIR/out"
    refute grep -q 'still in the call' "$DIR/out"
    replay '.births_lost = 5 | .lost = 6 | .filtered = 3'
    head -n 1 "$DIR/out" | grep -q '^6 records were lost, 5 of them of births: times and counts are of the others.$'
    grep -q '^at least 20 births, ' "$DIR/out"
    grep -q '^3 left out by the filters' "$DIR/out"
    replay '.waits_late = 2'
    head -n 1 "$DIR/out" | grep -q '^2 waits of other threads ended so long after the fork that no stall has them'
}

# Too few for the program of one probe or another: no reason to do with less of them.
@test "too few descriptors are reported as that, with the fix" {
    for n in 8 16 24 32; do
        one_line 2 'too many open files: raise the limit \(ulimit -n\)' \
            bash -c 'ulimit -n "$1"; exec "$2" profile -q -- true' - "$n" "$TOOL"
    done
    one_line 2 "cannot follow process $$: too many open files: raise the limit" \
        bash -c 'ulimit -n 32; exec "$1" profile -p "$2"' - "$TOOL" "$(yes $$ | head -n 64 | paste -sd ,)"
}

@test "Ctrl-C: the command and the profile of it end, the summary names the file, and so does a shell's loop" {
    local loop
    cat >"$DIR/loop" <<LOOP
export COLUMNS=300
while :; do
    echo begun >>"$DIR/begun"
    "$OWN/spawnscope" profile --no-calibrate -o "$DIR/run.jsonl" -- sh -c '/bin/true; /bin/true; echo >"$DIR/ready"; exec sleep 60'
    [ \$? -ne 137 ] || exit # killed by this test's end
done
LOOP
    setsid env --default-signal=INT bash "$DIR/loop" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    loop=$!
    eventually test -e "$DIR/ready"
    kill -INT -- "-$loop"
    exit_of "$loop" 130
    cat "$DIR/err"
    [ "$(wc -l <"$DIR/begun")" -eq 1 ]
    head -n 1 "$DIR/err" | grep -q '^2 births, '
    # It is whole: nothing is to be read with --truncated.
    grep -qx "Result file: $DIR/run.jsonl" "$DIR/err"
    "$TOOL" show "$DIR/run.jsonl" >"$DIR/shown"
    none_left "$OWN"
}
