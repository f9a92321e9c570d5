#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command claims: verdicts that cannot depend on the machine, verdicts of a stored run, and that
# nothing is left.
#
# shellcheck disable=SC2016,SC2154,SC2317 # what sed reads; what tool.bash sets and calls

load "$BATS_TEST_DIRNAME/../../tests/tool.bash"

# Claims without cells of a bench: seconds.
DIRECT=vfork-pid,vfork-first,fork-first,stack-cow,parent-cow,spawn-is-fork-exec,preload,process-limit,commit-limit

verdict() { # FILE CLAIM
    jq -r --arg name "$2" '.claims[] | select(.name == $name) | .verdict' "$1"
}

# Fails, with the claim as it is in the file, unless it has this verdict.
is() { # FILE CLAIM VERDICT
    jq --arg name "$2" '.claims[] | select(.name == $name)' "$1"
    [ "$(verdict "$1" "$2")" = "$3" ]
}

number() { # FILE CLAIM WHAT: the number whose words match
    jq -r --arg name "$2" --arg what "$3" \
        '.claims[] | select(.name == $name).numbers[] | select(.what | test($what)).number.value' "$1"
}

# What holds on every Linux that this program runs on.
are_universal() { # FILE
    is "$1" vfork-pid 'does not hold'
    [ "$(number "$1" vfork-pid 'whose parent')" = 200 ]
    is "$1" vfork-first holds
    [ "$(number "$1" vfork-first 'had ended')" = 200 ]
    is "$1" parent-cow holds
    is "$1" preload depends
    is "$1" process-limit holds
    [ "$(number "$1" process-limit EAGAIN)" = 10 ]
    [[ $(verdict "$1" fork-first) =~ ^(holds|inconclusive)$ ]]
    [[ $(verdict "$1" stack-cow) =~ ^(holds|absent)$ ]]
    # glibc since 2.24; where ptrace is refused it is absent.
    [[ $(verdict "$1" spawn-is-fork-exec) =~ ^(does not hold|absent)$ ]]
    if [ "$(cat /proc/sys/vm/overcommit_memory)" != 2 ]; then
        is "$1" commit-limit absent
        jq -e '.claims[] | select(.name == "commit-limit").why | test("vm.overcommit_memory is [01]")' "$1"
    fi
}

@test "verdicts that cannot depend on the machine, and the same again from the file" {
    "$TOOL" claims -q --claim "$DIRECT" --json -o "$DIR/run.jsonl" >"$DIR/first"
    are_universal "$DIR/first"
    [ "$(jq '.claims | length' "$DIR/first")" -eq 9 ]
    "$TOOL" claims --claim "$DIRECT" --json "$DIR/run.jsonl" >"$DIR/second"
    diff "$DIR/first" "$DIR/second"
    "$TOOL" claims --claim "$DIRECT" --json - <"$DIR/run.jsonl" | diff "$DIR/first" -
    # What it did not measure is absent, and not guessed.
    "$TOOL" claims --json "$DIR/run.jsonl" >"$DIR/all"
    for claim in vfork-ratio tens-of-gb fork-exec spawn-vfork-exec only-forker-waits libraries-once; do
        is "$DIR/all" "$claim" absent
    done
    jq -e '.claims | all(.why != "" and .tested != "")' "$DIR/all"
}

@test "an ordinary user gets the same verdicts" {
    need_root
    "${AS_NOBODY[@]}" "$TOOL" claims -q --claim "$DIRECT" --json >"$DIR/json"
    are_universal "$DIR/json"
}

@test "the text has each claim once, its verdict, and fits the terminal" {
    "$TOOL" claims -q -v --claim vfork-pid,preload,commit-limit >"$DIR/text"
    cat "$DIR/text"
    [[ $(head -n 1 "$DIR/text") == '3 claims: '* ]]
    [ "$(grep -c '^"' "$DIR/text")" -eq 3 ]
    [ "$(grep -c '^    Tested: ' "$DIR/text")" -eq 3 ]
    grep -qF '  does not hold: ' "$DIR/text"
    grep -qF "children with the parent's id, of 200: 0" "$DIR/text"
    [ "$(wc -L <"$DIR/text")" -le 80 ]
}

@test "the list has all claims, and each has its file" {
    "$TOOL" claims --list >"$DIR/list"
    cat "$DIR/list"
    [ "$(grep -c '^[a-z]' "$DIR/list")" -eq "$(find user/claims/judges -name '*.c' | wc -l)" ]
    grep -qE '^vfork-pid  +vfork' "$DIR/list"
}

@test "a mistake gets one line, and leaves no file" {
    printf '{"type":"run","schema":1,"tool":"x","command":[],"clock":"monotonic","seed":"1","environment":{},"phases":{}}\n' \
        >"$DIR/torn"
    while IFS='|' read -r args want; do
        # shellcheck disable=SC2086 # several words
        one_line 2 "$want" "$TOOL" claims $args
    done <<MISTAKES
--claim vfork|vfork-ratio, .* or commit-limit
--claim vfork-pid,|vfork-ratio, .* or commit-limit
/none|/none: No such file
$DIR/torn|has no end line
$DIR/torn $DIR/torn|is a second one
-o x $DIR/torn|-o writes what is measured anew
--claim vfork-pid -o /none/x|cannot write /none/x
MISTAKES
    [ ! -e x ]
}

has_driver() {
    [ -n "$(processes "$OWN" spawnscope-bench)" ]
}

@test "nothing is left when it is interrupted or killed in its bench" {
    local signal
    own_tool
    for signal in INT KILL; do
        begin_own claims -q
        eventually has_driver
        kill -s "$signal" "$tool"
        refute wait "$tool"
        [ ! -s "$DIR/out" ]
        # The bench alone would go on for longer than this waits.
        eventually none_left "$OWN"
    done
}

# An experiment is a process of the tool that leads a group of its own.
find_experiment() {
    local pid
    experiment=''
    for pid in $(processes "$OWN" spawnscope); do
        [ "$(parent_of "$pid")" != "$tool" ] || [ "$(cut -d ' ' -f 5 "/proc/$pid/stat")" != "$pid" ] ||
            experiment=$pid
    done
    [ -n "$experiment" ]
}

@test "an experiment, even one that hangs, ends with the tool" {
    local signal
    own_tool
    for signal in INT KILL; do
        begin_own claims -q --claim only-forker-waits
        eventually find_experiment
        kill -STOP "$experiment"
        kill -s "$signal" "$tool"
        refute wait "$tool"
        eventually none_left "$OWN"
    done
}

@test "verdicts of stored runs, of a noisy machine and of the lab" {
    local golden=$BATS_TEST_DIRNAME/golden
    "$TOOL" claims --json "$golden/machine.jsonl" >"$DIR/machine"
    jq -r '.claims[] | "\(.name): \(.verdict)"' "$DIR/machine" >"$DIR/verdicts"
    diff - "$DIR/verdicts" <<'VERDICTS'
vfork-ratio: depends
fork-500mb: does not hold
tens-of-gb: depends
only-page-tables: does not hold
fork-over: does not hold
fork-exec: does not hold
spawn-is-fork-exec: does not hold
spawn-vfork-exec: does not hold
exec-copies: holds
stack-cow: holds
parent-cow: holds
only-forker-waits: does not hold
vfork-first: holds
fork-first: holds
vfork-pid: does not hold
libraries-once: holds
preload: depends
process-limit: holds
commit-limit: absent
VERDICTS
    # What it depends on has its crossing and the interval of that; what was not measured is marked.
    jq -e '.noisy and ([.claims[] | select(.verdict == "depends" and .name != "preload").crossing |
        .low < .value and .value < .high and .unit == "bytes"] | length == 2 and all)' "$DIR/machine"
    jq -e '[.claims[].numbers[] | select(.extrapolated).what] == ["from 20 GiB", "from 90 GiB", "1 s from"]' \
        "$DIR/machine"
    "$TOOL" claims "$golden/machine.jsonl" >"$DIR/text"
    grep -q '^NOISY: .*27 of 27 cells' "$DIR/text"
    grep -q 'from 90 GiB: .* (extrapolated)$' "$DIR/text"
    # Instructions are exact: no interval, and no time.
    "$TOOL" claims --json "$golden/lab.jsonl" >"$DIR/lab"
    jq -e '.noisy == null and .clock == "icount" and ([.claims[].numbers[].number | select(.low)] == []) and
        ([.claims[].numbers[].number.unit] | index("ns") | not)' "$DIR/lab"
    for claim in fork-500mb tens-of-gb only-forker-waits libraries-once commit-limit; do
        is "$DIR/lab" "$claim" absent
    done
    is "$DIR/lab" vfork-ratio depends
}

@test "a hostile file does not reach the terminal" {
    jq -c 'if .type == "run" then .environment.cpu_model = "\u001b[31mX\u009b" else . end |
        if .name == "fork_errno_at_commit_limit" then .absent = "\u001b]0;x\u0007 \u202e" else . end |
        if .key.method == "fork" and .key.vmas then {type, key, n: 0, skipped: "\u001b[2J"} else . end' \
        "$BATS_TEST_DIRNAME/golden/machine.jsonl" >"$DIR/hostile.jsonl"
    "$TOOL" claims -v "$DIR/hostile.jsonl" >"$DIR/text"
    grep -F 'commit-limit' -A 1 "$DIR/text"
    grep -qF 'fork was not measured: \x1b[2J' "$DIR/text"
    grep -qF 'absent: \x1b]0;x\x07' "$DIR/text"
    refute grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80\xae|\xc2[\x80-\x9f]' "$DIR/text"
}

@test "the README has what a stored bench says" {
    "$TOOL" claims results/machine/standard.jsonl >"$DIR/text"
    sed -n '/^### What people say/,/^## /{/^```$/,/^```$/{/^```$/!p}}' README.md | grep . >"$DIR/shown"
    [ "$(wc -l <"$DIR/shown")" -gt 10 ]
    cat "$DIR/text"
    refute grep -vxFf "$DIR/text" "$DIR/shown"
}

@test "in the lab, where memory can be promised strictly" {
    reason=$(bench/lab/fetch-kernel debian:6.1 2>&1) || skip "$reason"
    "$BUILD/spawnscope" lab --kernel debian:6.1 -- sh -c 'echo 2 >/proc/sys/vm/overcommit_memory
        spawnscope claims -q --json --claim vfork-pid,process-limit,commit-limit,only-forker-waits' >"$DIR/json"
    is "$DIR/json" commit-limit holds
    is "$DIR/json" process-limit holds
    is "$DIR/json" vfork-pid 'does not hold'
    is "$DIR/json" only-forker-waits absent
}
