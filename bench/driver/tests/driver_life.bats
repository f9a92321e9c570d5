#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The commands of --serve, and which processes are left when one dies.
#
# shellcheck disable=SC2154,SC2317 # bats sets $status, $output and $lines

load driver.bash

# Starts the driver, which then takes commands, as `driver`.
serve() { # ARG...
    local line
    copy_tool "$DIR/copy"
    coproc "$DIR/copy/spawnscope-bench" --serve "$@"
    driver=$COPROC_PID
    until read -r line <&"${COPROC[0]}" && [ "$line" = ready ]; do :; done
}

ask() { # COMMAND
    echo "$1" >&"${COPROC[1]}"
}

@test "--serve: prepare, run, and quit" {
    printf 'prepare 1\nrun 1 3\nrun 0 2\nprepare 2\nrun 2 1\nquit\nprepare 0\n' |
        "$BENCH" --serve --method vfork --size 1M,2M,8192T --warmup 1 >"$DIR/out"
    sed '1,/^ready/d' "$DIR/out" | awk '{ print $1, $2 }' >"$DIR/answers"
    cat "$DIR/out"
    [ "$(paste -sd, "$DIR/answers")" = \
        "parent 1,sample 1,sample 1,sample 1,done 1,sample 0,sample 0,done 0,skip 2,broken 2" ]
    grep '^done 1 4 0$' "$DIR/out"
}

@test "--serve: the end of standard input ends it" {
    run -0 "$BENCH" --serve --method vfork --size 1M </dev/null
    [ "${lines[-1]}" = ready ]
    printf 'run 0 1' | "$BENCH" --serve --method vfork --size 1M | grep '^done 0 3 0$'
}

@test "--serve: an invalid command is refused in one line" {
    for command in "" " " prepare "prepare 1" "prepare -1" "prepare 0 0" "prepare  0" "run 0" \
        "run 0 0" "run 0 1000001" "run 0 1 1" "Quit" "run 0 1x" $'run\t0 1' $'\e[1m' \
        "$(head -c 9000 /dev/zero | tr '\0' x)"; do
        echo "command: $command"
        status=0
        printf '%s\n' "$command" |
            "$BENCH" --serve --method vfork --size 1M >/dev/null 2>"$DIR/err" || status=$?
        [ "$status" -eq 2 ]
        [ "$(wc -l <"$DIR/err")" -eq 1 ]
        grep -q "^spawnscope-bench: bad command '" "$DIR/err"
        refute grep -q $'\e' "$DIR/err"
    done
}

@test "a killed parent breaks its cell, and other cells get a new one" {
    serve --method fork,vfork --size 256M
    ask "prepare 0"
    read -r _ _ pid _ <&"${COPROC[0]}"
    ask "run 0 100000"
    sleep 0.5
    kill -KILL "$pid"
    until read -r word id reason <&"${COPROC[0]}" && [ "$word" != sample ]; do :; done
    [ "$word $id" = "broken 0" ]
    [[ $reason == "the parent process was killed by signal 9"* ]]
    ask "prepare 0"
    read -r word _ <&"${COPROC[0]}"
    [ "$word" = skip ]
    ask "prepare 1"
    read -r word _ new _ <&"${COPROC[0]}"
    [ "$word" = parent ]
    [ "$new" -ne "$pid" ]
    ask quit
    wait "$driver"
    none_left "$DIR/copy"
}

@test "a hanging parent is killed after the timeout" {
    serve --timeout 1 --method fork --size 1M
    ask "prepare 0"
    read -r _ _ pid _ <&"${COPROC[0]}"
    kill -STOP "$pid"
    ask "run 0 1"
    read -r -t 100 word id reason <&"${COPROC[0]}"
    [ "$word $id" = "late 0" ]
    [[ $reason == "the parent process did not answer within 1 s; --timeout"* ]]
    refute kill -0 "$pid"
    ask quit
    wait "$driver"
}

@test "a slow block is not taken for hung: the limit is for one sample" {
    local limit
    # On a busy machine a sleep may take longer than any first limit.
    for limit in 4 16 64; do
        printf '#!/bin/sh\nexec sleep %s\n' "$((limit * 4 / 10)).$((limit * 4 % 10))" >"$DIR/slow"
        chmod +x "$DIR/slow"
        echo 'run 0 3' | "$BENCH" --serve --program "$DIR/slow" --timeout $limit --method posix_spawn \
            --size 1M --warmup 0 >"$DIR/out"
        grep -q '^late' "$DIR/out" || break
    done
    cat "$DIR/out"
    grep -qx 'done 0 3 0' "$DIR/out"
    grep -qx busy "$DIR/out"
}

@test "a hanging program is killed with its parent" {
    printf '#!/bin/sh\nexec sleep 1000.%s\n' $$ >"$DIR/hang"
    chmod +x "$DIR/hang"
    run -0 "$BENCH" --child "$DIR/hang" --timeout 1 --method system --size 1M --runs 1
    [[ $output == *"late 0 the parent process did not answer within 1 s"* ]]
    refute pgrep -f "^sleep 1000\.$$\$"
}

@test "a signal that ends the driver also ends a hanging program" {
    printf '#!/bin/sh\nexec sleep 2000.%s\n' $$ >"$DIR/hang"
    chmod +x "$DIR/hang"
    hangs() { pgrep -f "^sleep 2000\\.$$\$" >/dev/null; }
    gone() { ! hangs; }
    local name number
    for name in HUP INT TERM; do
        # Background jobs of a shell ignore SIGINT, and the driver would keep that.
        env --default-signal=INT "$BENCH" --program "$DIR/hang" --method fork-exec --size 1M --runs 1 \
            >/dev/null 2>&1 3>&- &
        driver=$!
        eventually hangs
        kill -"$name" "$driver"
        eventually gone
        number=0
        wait "$driver" || number=$?
        [ "$number" -eq $((128 + $(kill -l "$name"))) ]
    done
}

@test "kill -9 of the driver in a run leaves no process" {
    copy_tool "$DIR/copy"
    some_parents() { [ "$(processes "$DIR/copy" | wc -l)" -ge "$1" ]; }
    for arguments in "--method fork --size 64M,128M" "--method fork-exec --size 64M" \
        "--method fork --size 64M --parent-write 64M" "--method system --size 1M"; do
        # shellcheck disable=SC2086
        "$DIR/copy/spawnscope-bench" $arguments --runs 100000 >"$DIR/out" &
        driver=$!
        eventually some_parents 2
        sleep 0.5
        kill -KILL "$driver"
        wait "$driver" || true
        eventually none_left "$DIR/copy"
    done
}

@test "a closed pipe or a full disk ends the driver" {
    copy_tool "$DIR/copy"
    set +o pipefail
    "$DIR/copy/spawnscope-bench" --method vfork --size 1M --runs 100000 | head -n 1
    eventually none_left "$DIR/copy"
    status=0
    "$BENCH" --method vfork --size 1M --runs 1 >/dev/full 2>"$DIR/err" || status=$?
    [ "$status" -eq 2 ]
    [ "$(cat "$DIR/err")" = "spawnscope-bench: standard output: No space left on device" ]
}

@test "an ignored SIGCHLD and closed descriptors do not matter" {
    (
        trap '' CHLD
        "$BENCH" --method fork,system,popen,clone3 --size 1M --runs 3
    ) >"$DIR/out"
    [ "$(grep -c '^sample' "$DIR/out")" -eq 12 ]
    "$BENCH" --method system,popen,fork-exec --size 1M --runs 3 >"$DIR/out" <&-
    [ "$(grep -c '^sample' "$DIR/out")" -eq 9 ]
    "$BENCH" --method system,popen,fork-exec --size 1M --runs 3 >"$DIR/out" 2>&-
    [ "$(grep -c '^sample' "$DIR/out")" -eq 9 ]
}
