#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The scenario upgrade: a server that replaces its program loses nothing.
#
# shellcheck disable=SC2016,SC2154 # jq has the variables; tool.bash sets $tool

load scenario.bash

# The scenario itself fails if an answer is not that to all bytes sent so far, if the state at the end is
# not what the requests make of it, or if process id, parent, child or descriptors are others.
@test "10,000 requests, five upgrades: none is lost, no client is dropped" {
    scenario upgrade --size 8M --requests 10000 --rate 4000 --rounds 5
    holds '. as $all | ["sent", "answered"] | all(. as $name | $all | any(.name == $name and .values == [10000]))'
    holds 'map(select(.name == "latency") | .n) | length == 4 and add == 10000'
    holds 'map(select(.name == "upgrade")) | length == 5 and all(.values[0] > 0)'
    # Some of it arrived while no version ran.
    holds 'map(select(.name == "latency" and .key.when == "upgrade") | .n) | add > 0'
    holds 'map(select(.name == "kept_input") | .values[0]) | add > 0'
    head -n 1 "$DIR/text" | grep -q '^Is anything lost while a server replaces its program? Nothing: of 10,000'
}

@test "more connections than one message could hand over" {
    scenario upgrade --size 1M --requests 3000 --rate 6000 --rounds 2 --workers 256
    holds 'any(.name == "answered" and .values == [3000])'
}

server_upgrades() {
    # An exec that is not the tool's own.
    local pid
    for pid in $(processes "$OWN" spawnscope); do
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q -e --resume-upgrade && return 0
    done
    return 1
}

@test "killed while it upgrades, it leaves no process" {
    killed_when server_upgrades upgrade --size 8M --requests 1000000 --rate 2000 --rounds 100
}

@test "a server that dies is an error, and leaves nothing" {
    begin_own scenario upgrade --size 8M --requests 1000000 --rate 2000 --rounds 1
    eventually has_server
    kill -KILL "$server"
    exit_of "$tool" 2
    cat "$DIR/err"
    grep -Eq '^spawnscope: (client [0-9]+ (was dropped|cannot connect)|the server ended)' "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    eventually nothing_left
}

has_server() {
    local pid
    server=''
    for pid in $(processes "$OWN" spawnscope); do
        [ "$(parent_of "$pid")" != "$tool" ] || server=$pid
    done
    [ -n "$server" ]
}

@test "a mistake is named" {
    one_line 2 'upgrade has no --pages' "$OWN/spawnscope" scenario upgrade --pages 4k
    one_line 2 '^spawnscope: --rounds: 100 at most' "$OWN/spawnscope" scenario upgrade --rounds 100 --requests 50
}
