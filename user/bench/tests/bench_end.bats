#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command bench when something goes wrong: bad input, signals, processes that die or hang.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load bench.bash

# Takes a minute of waiting: it starts now, and the last test looks at it.
start_early() {
    stop_a_driver </dev/null >"$BATS_FILE_TMPDIR/early.log" 2>&1 3>&- &
}

stop_a_driver() {
    local status=0
    DIR=$BATS_FILE_TMPDIR
    OWN=$ROOM/early
    copy_tool "$OWN"
    start_own bench --no-trace "${ENDLESS_BLOCKS[@]}" --timeout 4 -o "$DIR/early.jsonl"
    kill -STOP "$driver"
    wait "$tool" || status=$?
    echo "$status" >"$DIR/early.status"
}

# Bad input

# refused PATTERN ARG...: one line, exit 2, and the output file does not come into being.
refused() {
    local pattern=$1
    shift
    one_line 2 "$pattern" "$TOOL" bench "$@" -o "$DIR/never.jsonl"
    [ ! -e "$DIR/never.jsonl" ]
}

@test "an unknown method, suite, size, option, value or argument is refused in one line" {
    refused "method 'frok'; known: fork, vfork, " --method fork,frok
    refused "suite 'qick'; known: quick, standard" --suite qick
    refused '--suite /no/such/suite.ini: No such file' --suite /no/such/suite.ini
    refused "/tmp: Is a directory" --suite /tmp
    refused "size '1X'" --size 1M,1X
    refused "size '-1'" --size -1
    refused "size" --size ""
    refused "pages '2k'; known: 4k, thp" --pages 2k
    refused "--trace 'x'.*fentry, kprobe or tracepoint" --trace x
    refused "--untraced 'x'.*none, smallest or all" --untraced x
    refused "runs '0'" --runs 0
    refused "runs 'x'" --runs x
    refused "runs '-1'" --runs -1
    refused "--rounds '0'" --rounds 0
    refused "--all-runs 'x'" --all-runs x
    refused "--timeout '0'" --timeout 0
    refused "--seed 'x'" --seed x
    refused "CPU 8000" --cpu 8000
    refused "'--nope'" --nope
    refused "'-x'" -x
    refused "--no-trace" --no-trace=1
    refused "--show syscalls needs --syscalls" --show phases,syscalls
    refused "--syscalls .*leave out --no-trace" --syscalls --no-trace
    refused "--syscalls .*leave out --all-runs 0" --syscalls --all-runs 0
    refused "'stray'" stray
    refused "'fork'" --method fork --size 1M fork
    one_line 2 "--runs" "$TOOL" bench --runs
    one_line 2 "-o|--output" "$TOOL" bench -o
    one_line 2 "command 'bnech'" "$TOOL" bnech
}

@test "a refusal leaves the file of an earlier run alone" {
    echo precious >"$DIR/kept.jsonl"
    one_line 2 "method 'frok'" "$TOOL" bench --method frok -o "$DIR/kept.jsonl"
    one_line 2 "'--nope'" "$TOOL" bench -o "$DIR/kept.jsonl" --nope
    one_line 2 "size '1X'" "$TOOL" bench --no-trace --size 1X -o "$DIR/kept.jsonl"
    [ "$(cat "$DIR/kept.jsonl")" = precious ]
}

@test "an error in a suite file is reported with file and line" {
    printf '[grid]\nmethod = fork\nsize = 1M, 2Q\n' >"$DIR/s.ini"
    refused "$DIR/s.ini:3: .*size '2Q'" --suite "$DIR/s.ini"
    printf '[grid]\nmethod = fork, frok\n' >"$DIR/s.ini"
    refused "$DIR/s.ini:2: .*method 'frok'" --suite "$DIR/s.ini"
    printf '[grid]\nmethod = fork\n\ncolour = red\n' >"$DIR/s.ini"
    refused "$DIR/s.ini:4: .*key 'colour'" --suite "$DIR/s.ini"
    printf 'method = fork\n' >"$DIR/s.ini"
    refused "$DIR/s.ini:1: " --suite "$DIR/s.ini"
    : >"$DIR/s.ini"
    refused "$DIR/s.ini" --suite "$DIR/s.ini"
}

@test "control characters in what users give do not reach the terminal" {
    local odd=$'a\e[31mb\nc\u009b'
    refused '\\x1b' --method "$odd"
    refused '\\x1b' --size "$odd"
    refused '\\x1b' --trace "$odd"
    refused '\\x1b' --untraced "$odd"
    refused '\\x1b' --runs "$odd"
    refused '\\x1b' --rounds "$odd"
    refused '\\x1b' --seed "$odd"
    refused '\\x1b' --suite "$odd"
    refused '\\x1b' --cpu "$odd"
    refused 'clock' --clock "$odd"
    refused '\\x1b' "$odd"
    refused '\\x1b' "--$odd"
    refused 'option' $'-\e'
    one_line 2 '\\x1b' "$TOOL" "$odd"
    printf '[grid]\nmethod = fork\nsize = 1M, 2Q\n' >"$DIR/$odd.ini"
    refused '\\x1b.*:3: ' --suite "$DIR/$odd.ini"
    printf '[grid]\nmethod = fork\nsi\e[1mze = 1M\n' >"$DIR/s.ini"
    refused 's.ini:3: .*\\x1b' --suite "$DIR/s.ini"
    one_line 2 '\\x1b' "$TOOL" bench --no-trace --method vfork --size 1M --runs 2 -o "/nonexistent/$odd"
    # Nor from a run that succeeds; its command is stored as it was given.
    printf '[grid]\nmethod = vfork\nsize = 1M\nruns = 2\n' >"$DIR/$odd.ini"
    "$TOOL" bench --no-trace --suite "$DIR/$odd.ini" -o "$DIR/x.jsonl" >"$DIR/out" 2>&1
    refute grep -q $'\e' "$DIR/out"
    refute grep -q $'\e' "$DIR/x.jsonl"
    jq -es --arg path "$DIR/$odd.ini" '.[0].command | index($path)' "$DIR/x.jsonl" >/dev/null
}

@test "an output that cannot be written is an error of one line" {
    need_root
    local vfork=(--method vfork --size 1M --runs 2)
    one_line 2 "cannot write $DIR: Is a directory" "$TOOL" bench "${vfork[@]}" -o "$DIR"
    one_line 2 "cannot write /no/such/x.jsonl: No such file" "$TOOL" bench "${vfork[@]}" -o /no/such/x.jsonl
    one_line 2 "cannot write '?'?: No such file" "$TOOL" bench --no-trace "${vfork[@]}" -o ''
    one_line 2 "/dev/full: No space left" "$TOOL" bench "${vfork[@]}" "${QUICK[@]}" -o /dev/full
    one_line 2 "/dev/full: No space left" "$TOOL" bench --no-trace "${vfork[@]}" -o /dev/full
    to_full_disk() { "$TOOL" bench --no-trace "${vfork[@]}" "$@" >/dev/full; }
    one_line 2 "No space left" to_full_disk
    one_line 2 "No space left" to_full_disk -o -
}

@test "a disk that fills up ends the run, and its file does not look whole" {
    need_root
    need_mounts
    mkdir "$DIR/small"
    # The mount is seen by nobody else and ends with the tool.
    on_a_small_disk() {
        unshare --mount bash -c '
            mount -t tmpfs -o size=8k none "$1/small" && cd "$1/small" || exit 99
            "$2" bench --no-trace --method vfork --size 1M,2M,3M --runs 2000 -o x.jsonl
            status=$?
            cp x.jsonl "$1/copy.jsonl"
            exit "$status"' - "$DIR" "$TOOL"
    }
    one_line 2 "cannot write x.jsonl: No space left" on_a_small_disk
    [ -s "$DIR/copy.jsonl" ]
    refute grep -q '"type":"end"' "$DIR/copy.jsonl"
}

# What is left when it is ended

@test "Ctrl-C in the first block: one line, death by the signal, a file without end, and nothing is left" {
    need_root
    local signal
    own_tool
    for signal in INT TERM; do
        rm -f "$DIR/x.jsonl"
        start_own bench "${ENDLESS[@]}" -o "$DIR/x.jsonl"
        eventually sampling
        hold_programs
        kill "-$signal" "$tool"
        exit_of "$tool" $((128 + $(kill -l "$signal")))
        cat "$DIR/err"
        [ "$(wc -l <"$DIR/err")" -eq 1 ]
        grep -q 'interrupted (.*) before the first block had ended' "$DIR/err"
        [ ! -s "$DIR/out" ]
        none_left "$OWN"
        # shellcheck disable=SC2086 # one word an id
        eventually programs_gone $programs
        [ "$(jq -r .type "$DIR/x.jsonl" | head -n 1)" = run ]
        refute grep -q '"type":"end"' "$DIR/x.jsonl"
    done
}

# Whether the measured process has waited for 2,000 children: for several blocks, of a hundred, of either
# method.
both_sampled() {
    local pid waits
    for pid in $(processes "$OWN" spawnscope-bench); do
        grep -aq -- --subject "/proc/$pid/cmdline" 2>/dev/null || continue
        waits=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$pid/status" 2>/dev/null) || continue
        ((${waits:-0} < 2000)) || return 0
    done
    return 1
}

@test "Ctrl-C later: what was measured is printed and kept, and a shell's loop ends" {
    local loop
    own_tool
    # Each block takes milliseconds; all of them would take an hour.
    cat >"$DIR/loop" <<LOOP
while :; do
    "$OWN/spawnscope" bench --no-trace -q -o "$DIR/x.jsonl" --method vfork,fork --size 1M --runs 1000000 --rounds 10000
    [ \$? -ne 137 ] || exit # killed by this test's end
done
LOOP
    setsid env --default-signal=INT bash "$DIR/loop" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    loop=$!
    eventually both_sampled
    kill -INT -- "-$loop"
    exit_of "$loop" 130
    cat "$DIR/out" "$DIR/err"
    grep -q '^1M *vfork' "$DIR/out"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -q "interrupted (Interrupt); $DIR/x.jsonl has what was measured: .* --truncated" "$DIR/err"
    jq -es '[.[] | select(.type == "cell")] | length > 0 and all(.broken == "interrupted")' "$DIR/x.jsonl"
    one_line 2 'x.jsonl.*--truncated' "$TOOL" report "$DIR/x.jsonl"
    "$TOOL" report --truncated --format markdown "$DIR/x.jsonl" | grep -q '2 of 2 cells broke off: interrupted[*]'
    none_left "$OWN"
}

@test "Ctrl-C without a file: what was measured is printed, and the line says that no file has it" {
    own_tool
    "$OWN/spawnscope" bench --no-trace -q --method vfork,fork --size 1M --runs 1000000 --rounds 10000 \
        >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
    eventually both_sampled
    kill -INT "$tool"
    exit_of "$tool" 130
    cat "$DIR/out" "$DIR/err"
    grep -q '^1M *vfork' "$DIR/out"
    grep -q 'interrupted (Interrupt); what was measured is in no file (-o)$' "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
}

@test "Ctrl-C at a terminal: the same" {
    need_terminals
    own_tool
    local status=0
    # The terminal sends the signal to everyone in the foreground, a shell that waits included.
    (
        eventually test -s "$DIR/x.jsonl" >/dev/null
        sleep 0.5
        printf '\003'
        sleep 3
    ) | script -qec "exec '$OWN/spawnscope' bench --no-trace -q -o '$DIR/x.jsonl' --method fork --size 64M \
        --runs 1000000 --rounds 1" /dev/null >"$DIR/out" 3>&- || status=$?
    cat -v "$DIR/out"
    [ "$status" -eq 130 ]
    [ "$(tr -d '\r' <"$DIR/out" | sed 's/^^C//' | grep -c .)" -eq 1 ]
    grep -q interrupted "$DIR/out"
    none_left "$OWN"
    refute grep -q '"type":"end"' "$DIR/x.jsonl"
}

@test "a signal before the first sample does the same" {
    need_root
    local delay status
    own_tool
    for delay in 0.02 0.2 0.4; do
        begin_own bench "${ENDLESS[@]}"
        sleep "$delay"
        hold_programs || true
        kill -TERM "$tool"
        echo "after $delay s"
        eventually ended "$tool"
        status=0
        wait "$tool" || status=$?
        echo "exit status $status; $(cat "$DIR/err")"
        [ "$status" -eq 143 ]
        [ "$(wc -l <"$DIR/err")" -le 1 ]
        eventually none_left "$OWN"
        # shellcheck disable=SC2086 # one word an id
        eventually programs_gone $programs
    done
}

@test "kill -9 in mid-run leaves no process after 2 s and no program" {
    need_root
    local arguments
    own_tool
    for arguments in "--method fork --size 64M,128M" "--method system --size 1M" \
        "--method fork --size 4M --parent-write 4M"; do
        rm -f "$DIR/x.jsonl"
        # shellcheck disable=SC2086
        start_own bench $arguments --runs 100000 --rounds 1 --untraced none --all-runs 0 -o "$DIR/x.jsonl"
        eventually sampling
        hold_programs
        kill -KILL "$tool"
        eventually none_left "$OWN"
        # shellcheck disable=SC2086 # one word an id
        eventually programs_gone $programs
        wait "$tool" || true
        refute grep -q '"type":"end"' "$DIR/x.jsonl"
    done
}

@test "kill -9 and a signal leave no program that hangs, either" {
    local signal
    own_tool
    printf '#!/bin/sh\nexec sleep 3000.%s\n' $$ >"$DIR/hang"
    chmod +x "$DIR/hang"
    hangs() { pgrep -f "^sleep 3000\\.$$\$" >/dev/null; }
    gone() { ! hangs; }
    for signal in KILL TERM; do
        begin_own bench --no-trace --program "$DIR/hang" --method posix_spawn --size 1M -o "$DIR/x.jsonl"
        eventually hangs
        kill -"$signal" "$tool"
        eventually gone
        eventually none_left "$OWN"
        wait "$tool" || true
    done
}

@test "a driver that dies is an error of one line" {
    own_tool
    start_own bench --no-trace "${ENDLESS_BLOCKS[@]}" -o "$DIR/x.jsonl"
    kill -KILL "$driver"
    exit_of "$tool" 2
    cat "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -q 'the driver spawnscope-bench was killed by signal 9' "$DIR/err"
    [ ! -s "$DIR/out" ]
    eventually none_left "$OWN"
    refute grep -q '"type":"end"' "$DIR/x.jsonl"
}

@test "a missing driver is an error of one line" {
    own_tool
    rm "$OWN/spawnscope-bench"
    one_line 2 'spawnscope-bench.*No such file' "$OWN/spawnscope" bench --no-trace -o "$DIR/x.jsonl"
    [ ! -e "$DIR/x.jsonl" ]
}

@test "a measured process that dies breaks its cell, and the counts still agree" {
    need_root
    own_tool
    start_own bench "${ENDLESS_BLOCKS[@]}" --all-runs 0 --untraced none -o "$DIR/x.jsonl"
    eventually sampling
    kill -KILL "$subject"
    exit_of "$tool" 2
    cat "$DIR/err" "$DIR/out"
    holds "$DIR/x.jsonl" 'at("fork"; mib(1); "phases") | .n < 1000000 and (.broken | test("killed by signal 9")) and (has("late") | not)'
    grep -q '^WARNING: 1 of 1 cell broke off: ' "$DIR/out"
    none_left "$OWN"
    # It died before it reported what it started in its last block: the number is unknown.
    holds "$DIR/x.jsonl" 'final | .started == null or .started == .births'
}

@test "a measured process that hangs breaks its cell after --timeout" {
    own_tool
    # Long enough that a busy machine breaks no cell before we look; above as well.
    start_own bench --no-trace "${ENDLESS_BLOCKS[@]}" --timeout 4 -o "$DIR/x.jsonl"
    kill -STOP "$subject"
    exit_of "$tool" 2
    cat "$DIR/err" "$DIR/out"
    grep -Eq '^spawnscope: 1 of 1 cell broke off: .*--timeout' "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    holds "$DIR/x.jsonl" 'at("fork"; mib(1); "none") | .n < 1000000 and (.broken | test("--timeout")) and .late' \
        'final.type == "end"'
    grep -q '^WARNING: 1 of 1 cell broke off: ' "$DIR/out"
    none_left "$OWN"
}

@test "a driver that hangs is killed, with an error of one line" {
    # start_early() stopped one when the tests began.
    for _ in $(seq 100); do
        [ ! -s "$BATS_FILE_TMPDIR/early.status" ] || break
        sleep 1
    done
    cat "$BATS_FILE_TMPDIR/early.log" "$BATS_FILE_TMPDIR/err"
    [ "$(cat "$BATS_FILE_TMPDIR/early.status")" -eq 2 ]
    [ "$(wc -l <"$BATS_FILE_TMPDIR/err")" -eq 1 ]
    grep -q 'the driver gave no answer' "$BATS_FILE_TMPDIR/err"
    [ ! -s "$BATS_FILE_TMPDIR/out" ]
    refute grep -q '"type":"end"' "$BATS_FILE_TMPDIR/early.jsonl"
    none_left "$ROOM/early"
}
