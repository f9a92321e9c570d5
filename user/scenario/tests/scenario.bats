#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command scenario, and snapshot: what comes out, and that nothing is left.

# shellcheck disable=SC2016,SC2153 # jq has the variables; tool.bash sets $TOOL

load scenario.bash

@test "a list has all scenarios, and what each takes" {
    "$TOOL" scenario list >"$DIR/list"
    cat "$DIR/list"
    [ "$(grep -c '^[a-z]' "$DIR/list")" -eq "$(grep -oE 'X\([a-z_]+\)' user/scenario/scenarios.h | wc -l)" ]
    grep -q '^snapshot  ' "$DIR/list"
    grep -qE '^ +--size 256M, --seconds 1, --rate 5000' "$DIR/list"
}

@test "a mistake gets one line, and starts nothing" {
    while IFS='|' read -r args want; do
        # shellcheck disable=SC2086 # several words
        one_line 2 "$want" "$OWN/spawnscope" scenario $args
    done <<'MISTAKES'
|name a scenario; `spawnscope scenario list` has them
nonsense|there is no scenario 'nonsense'
snapshot snapshot|one at a time
snapshot --workers 3|snapshot has no --workers; `spawnscope scenario list`
snapshot --size 0|--size '0': must be a size like
snapshot --size 9999T|stores of 9999 TiB.* do not fit .*: try --size [0-9]+M$
snapshot --folder /dev/shm --size 9999T|written into memory, do not fit .*: try --size [0-9]+M$
snapshot --seconds x|--seconds 'x': must be seconds
snapshot --skew x|must be zipf or uniform
snapshot --folder /none|/none: No such file
snapshot --json -o -|only one of --json and -o -
snapshot --input x|--input prints what was measured
--input /none|/none: No such file
--input results/machine/standard.jsonl|no result of a scenario
MISTAKES
    nothing_left
}

@test "a file that cannot be written is known before anything runs" {
    one_line 2 'cannot write /none/x' "$OWN/spawnscope" scenario snapshot --size 1M -o /none/x
}

@test "snapshot: writes before, during and after, and what was copied" {
    scenario snapshot --no-peer --size 64M --seconds 300ms --rounds 2 --rate 3000 --skew uniform
    # Every write has its time; the server lost none.
    holds 'map(select(.name == "latency")) | length == 12 and all(.n > 0 and .n == (.values | length) and
        (.values | all(. > 0)))'
    # Four parts of 0.3 s before each save, each with what was taken from the machine meanwhile; up to eight if that is
    # too much in some.
    holds 'map(select(.name == "latency" and .key.when == "before")) | all(.n <= 8 * 900 and .n >= 4)'
    holds '. as $all | map(select(.name == "writes")) | length == 4 and all(.n >= 4 and .n <= 8 and (. as $w | $all |
        any(.name == "latency" and .key == $w.key and .n == ($w.values | add)) and
        any(.name == "client_cpu_wait" and .key == $w.key and .n == $w.n)))'
    # Others run on the store's CPU, too: kernel threads do. With one CPU to use, the store has none of its own.
    [ "$(nproc)" -lt 2 ] || holds '. as $all | map(select(.name == "writes")) | all(. as $w | $all |
        any(.name == "others" and .key == $w.key and .n == $w.n and (.values | all(. >= 0))))'
    # Where the machine hands memory back to its host, it is known how often it did.
    if grep -q -- '-reporting_vq$' /proc/interrupts; then
        holds 'map(select(.name == "given_back")) | length == 12 and all(.values | all(. >= 0))'
    else
        holds 'map(select(.name == "given_back")) == []'
    fi
    # Each page that is written while the child lives is copied once, and is a fault: that of the
    # value, and that of the object, as in redis-server.
    holds '. as $all | [.[] | select(.name == "copied" and .key.pages == "4k") |
        . as $c | ($all[] | select(.name == "faults" and .key == $c.key) | .values[0]) as $faults |
        ($all[] | select(.name == "latency" and .key.when == "during" and (.key | del(.when)) == $c.key) | .n) as $writes |
        $c.values[0] / 4096 > 0 and $faults > 0 and $faults <= 2 * $writes + 500] | length == 2 and all'
    holds 'map(select(.name == "fork")) | length == 4 and all(.values[0] > 0)'
    # Huge pages are there before the first save, and fewer once pages of them were written during it.
    if ! grep -q 'no huge pages' "$DIR/text"; then
        holds 'map(select(.name == "huge" and .key.pages == "thp")) | sort_by(.key.round) | length == 2 and
            .[0].values[0] >= 60e6 and .[1].values[0] < .[0].values[0]'
    fi
    holds 'map(select(.name == "huge" and .key.pages == "4k")) | length == 2 and all(.values[0] < 4e6)'
    head -n 1 "$DIR/text" | grep -q '^How long does a write wait while its store of 64 MiB'
    grep -q '^spawnscope  4k     before ' "$DIR/text"
    grep -q '^spawnscope  thp    before ' "$DIR/text" || grep -q 'no huge pages' "$DIR/text"
}

@test "snapshot: beside redis-server, of the same order" {
    command -v redis-server >/dev/null || skip "needs redis-server"
    scenario snapshot --pages 4k --size 64M --seconds 300ms --rounds 1 --rate 3000
    holds 'map(select(.name == "latency") | [.key.store, .key.when]) | sort ==
        (["spawnscope", "redis-server"] | [.[] as $s | ("before", "during", "after") | [$s, .]] | sort)'
    # Where two CPUs may be used, no child runs on that of its store.
    [ "$(nproc)" -lt 2 ] || holds 'map(select(.name == "cpu")) | map({(.key.of): .values[0]}) | add |
        .child != .store and .child != .client'
    # A child works as long as its CPU time; each is known to a tick of 10 ms.
    holds 'map(select(.name == "child_cpu")) | length == 2 and all(.values[0] > 0)'
    # It saved itself, once: it knows how much was copied.
    holds 'map(select(.name == "copied" and .key.store == "redis-server")) | length == 1 and .[0].values[0] > 0'
    grep -q '^redis-server  4k     before ' "$DIR/text"
}

cpus_of() { # PID
    sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$1/status" 2>/dev/null
}

# Some child of a store that the tool started has one CPU, and the store another.
child_is_apart() {
    local store child
    for store in $(pgrep -P "$tool"); do
        for child in $(pgrep -P "$store"); do
            [[ "$(cpus_of "$store") $(cpus_of "$child")" =~ ^([0-9]+)\ ([0-9]+)$ ]] &&
                [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ] && return 0
        done
    done
    return 1
}

@test "snapshot: a child that saves has a CPU of its own" {
    [ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
    until_seen child_is_apart --no-peer --size 256M
    command -v redis-server >/dev/null || return 0
    until_seen redis_is_apart --size 64M
}

# Runs the scenario until the condition holds; nothing runs on, whether it does or not.
until_seen() { # CONDITION ARG...
    local seen=0
    begin_own scenario snapshot --pages 4k --seconds 100ms --rounds 20 "${@:2}"
    eventually "$1" || seen=1
    kill_own
    eventually nothing_left
    return "$seen"
}

# The store that runs in a folder of the tool's.
redis_is_apart() {
    child_is_apart && compgen -G "$TMPDIR/spawnscope.*/temp-*.rdb" >/dev/null
}

@test "snapshot: on one CPU nothing is placed, and the summary says so" {
    taskset -c "$(taskset -cp $$ | grep -oE '[0-9]+$')" "$OWN/spawnscope" scenario snapshot --no-peer --pages 4k \
        --size 4M --seconds 50ms --rounds 1 >"$DIR/text"
    cat "$DIR/text"
    grep -q '^The child, its store and the client share CPUs' "$DIR/text"
    refute grep -q 'runs on CPU' "$DIR/text"
}

@test "snapshot: without redis-server the rest is measured, and the reason printed" {
    quick /none
    grep -q '^Not measured: redis-server, pages of 4k: redis-server is not installed' "$DIR/text"
    # Nor if it does not start, or has no safe place.
    mkdir "$DIR/bin"
    printf '#!/bin/sh\nexit 1\n' >"$DIR/bin/redis-server"
    chmod +x "$DIR/bin/redis-server"
    quick "$DIR/bin:$PATH"
    grep -q '^Not measured: redis-server, pages of 4k: .*/redis-server ended before it listened (6.0 or later is needed)$' "$DIR/text"
    chmod 777 "$TMPDIR"
    quick "$DIR/bin:$PATH"
    grep -q "others can rename files in $TMPDIR: chmod +t $TMPDIR$" "$DIR/text"
    need_root
    chown "$NOBODY" "$TMPDIR"
    quick "$DIR/bin:$PATH"
    grep -q "$TMPDIR is another user's: set TMPDIR to a folder of your own$" "$DIR/text"
}

quick() { # PATH
    env PATH="$1" COLUMNS=1000 "$OWN/spawnscope" scenario snapshot --pages 4k --size 4M --seconds 50ms --rounds 1 \
        >"$DIR/text"
    cat "$DIR/text"
    grep -q '^spawnscope  4k     before ' "$DIR/text"
    nothing_left
}

@test "snapshot: --json is the result file" {
    "$OWN/spawnscope" scenario snapshot --no-peer --pages 4k --size 4M --seconds 50ms --rounds 1 --json >"$DIR/json"
    jq -es '.[0].type == "run" and .[0].scenario == "snapshot" and .[0].environment.size_bytes == 4194304 and
        .[-1].type == "end" and ([.[1:-1][].type] | unique) == ["observation"]' "$DIR/json"
    # No answer is printed of a file that has no data.
    for name in $("$TOOL" scenario list | grep -o '^[a-z][a-z-]*'); do
        jq -c --arg name "$name" 'select(.type != "observation") |
            if .type == "run" then .scenario = $name | del(.environment.size_bytes) else . end' "$DIR/json" >"$DIR/none"
        "$OWN/spawnscope" scenario --input "$DIR/none" >"$DIR/text"
        cat "$DIR/text"
        refute grep -E '\?|9223372|nan' "$DIR/text"
    done
}

# made_up OURS REDIS STOLEN OTHERS: a run of three rounds of both stores, whose p99 and maximum during a save are that
# many times those of before; STOLEN is what the host, and OTHERS what other tasks took of the second of two parts
# before each save of ours, in ns.
made_up() {
    "$OWN/spawnscope" scenario snapshot --no-peer --pages 4k --size 1M --seconds 50ms --rounds 1 --rate 1000 --json |
        jq -c 'select(.type != "observation")' >"$DIR/ends"
    head -n 1 "$DIR/ends" >"$DIR/made-up"
    jq -cn --argjson ours "$1" --argjson redis "$2" --argjson stolen "$3" --argjson others "$4" '
        ["spawnscope", $ours, $stolen, $others], ["redis-server", $redis, 0, 0] | . as [$store, $times, $stolen, $others] |
        range(1; 4) | {store: $store, pages: "4k", round: .} as $key |
        def of($name; $when; $values): {type: "observation", name: $name, unit: "ns", key: ($key + {when: $when}),
            n: ($values | length), values: $values};
        of("latency"; "before"; [range(2000) | 1000]), of("writes"; "before"; [1000, 1000]),
        of("latency"; "during"; [range(9000) | if . < 20 then 1000 * $times else 1000 end]),
        of("stolen"; "before"; [0, $stolen]), of("others"; "before"; [0, $others])' >>"$DIR/made-up"
    tail -n 1 "$DIR/ends" >>"$DIR/made-up"
    COLUMNS=1000 "$OWN/spawnscope" scenario --input "$DIR/made-up" | tee "$DIR/text"
}

@test "snapshot: two stores agree or not, by parts in which the machine was left alone" {
    made_up 20 39 0 0
    grep -q 'In the first 1.00 s of a save p99 is 20 (20 to 20) times .* 39 (39 to 39) times there: within a factor of two; the maximum .*: within a factor of two$' "$DIR/text"
    refute grep -q 'Parts before saves' "$DIR/text"
    made_up 20 41 0 10000000
    grep -q ' times there: not within a factor of two; ' "$DIR/text"
    made_up 20 39 50000000 0
    grep -q ' times there: not decided by so little; ' "$DIR/text"
    grep -q '^Parts before saves that count: 3 of 6 (spawnscope, 4k)\. .* The most in any part: 50.0 ms, 0 ns and not known$' "$DIR/text"
    made_up 20 39 0 10000001
    grep -q ' times there: not decided by so little; ' "$DIR/text"
    grep -q '^Parts before saves that count: 3 of 6 (spawnscope, 4k)\. .* The most in any part: 0 ns, 10.0 ms and not known$' "$DIR/text"
}

redis_saves() {
    compgen -G "$TMPDIR/spawnscope.*/temp-*.rdb" >/dev/null
}

@test "snapshot: killed at any moment, it leaves no process and no file" {
    killed_when saving_ours snapshot --no-peer --pages 4k --size 512M --seconds 100ms --rounds 100
    command -v redis-server >/dev/null || return 0
    killed_when redis_saves snapshot --pages 4k --size 256M --seconds 100ms --rounds 100
}

# The tool, a server, and its child.
saving_ours() {
    [ "$(left | wc -l)" -ge 3 ]
}

@test "snapshot: a full disk is said, and leaves nothing" {
    need_root
    need_mounts
    mkdir "$DIR/small"
    # The disk is gone with the last process that sees it.
    local tight=(unshare -m sh -c 'mount -t tmpfs -o size=32M spawnscope-test "$0" && exec "$@"' "$DIR/small"
        "$OWN/spawnscope" scenario snapshot --no-peer --folder "$DIR/small")
    one_line 2 'too little room for a file of 64 MiB: --folder names another' "${tight[@]}" --size 64M
    # Another fills it, once there was room.
    "${tight[@]}" --size 16M --rounds 50 >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
    eventually has_server
    head -c 64M /dev/zero >"/proc/$tool/root$DIR/small/other" || true
    exit_of "$tool" 2
    cat "$DIR/err"
    [ "$(cat "$DIR/err")" = "spawnscope: the snapshot could not be written; --folder names another place" ]
    nothing_left
}

has_server() {
    [ "$(left | wc -l)" -ge 2 ]
}
