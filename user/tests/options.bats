#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Values at the limits of their types, for each option of each command: they are taken, or refused
# in one line. The options are those of --list-options, so that new ones are tested, too.
#
# shellcheck disable=SC2154,SC2317 # what tool.bash sets; the tests call these

load tool.bash

LONG=$(printf 'x%.0s' {1..10000})
VALUES=('' 0 -1 2147483648 9223372036854775807 -9223372036854775808 18446744073709551616
    9007199254740993K 9223372036854775807s 1e308 nan "$LONG")

setup() {
    FILES=$BATS_TEST_DIRNAME
    AS=(env)
    cd "$BATS_TEST_TMPDIR" || return
    # What opens a result under one of the names above finds none.
    printf '[a]\nmethod = vfork\nsize = 1M\nruns = 1\n' >short.ini
}

options() { # COMMAND: those that take a value
    "$TOOL" "$1" --list-options | awk -F '\t' '$2 != "" && $3 != "" { print $2 }'
}

# Fails unless the command took the value, or refused it in one line. Those that decide something
# also exit with 1 to 4, and print why.
check() { # ARG...
    local status=0 lines
    # The limit ends only what would hang.
    timeout 120 "${AS[@]}" "$TOOL" "$@" >out 2>err </dev/null || status=$?
    ((tried += 1))
    ((status < 124)) || { fail "$status" "$@" && return 1; }
    [[ ! -s out && $status -ne 0 ]] || return 0
    mapfile -t lines <err
    [[ ${#lines[@]} -eq 1 && ${lines[0]} != *[[:cntrl:]]* ]] || { fail "$status" "$@" && return 1; }
}

fail() { # STATUS ARG...
    printf '%s: ' "$1"
    printf '%.100q ' "${@:2}"
    printf '\n'
    head -c 2000 err | cat -v
}

# In a shell of its own without bats' trap at each command, which would take a third of the time.
walk() ( # COMMAND ARG...
    trap - DEBUG
    local option value tried=0 before=$SECONDS
    for option in $(options "$1"); do
        for value in "${VALUES[@]}"; do
            # A parent of 2 GiB is a value like any other, but not for every machine.
            [[ $option == size && $value == 2147483648 ]] && value=2147483647
            check "$@" "--$option=$value"
        done
    done
    echo "$*: $tried values, $((SECONDS - before)) s"
    ((tried > 0))
)

@test "bench" {
    walk bench --no-trace -q --warmup 0 --suite short.ini
}

# Without privileges it ends before it attaches anything.
@test "profile" {
    [ "$(id -u)" -ne 0 ] || AS=("${AS_NOBODY[@]}")
    walk profile -- true
    walk profile --input "$FILES/../store/tests/corpus/profile.jsonl"
}

@test "gate" {
    local run=$FILES/../store/tests/corpus/run.jsonl
    jq -c "if .seed then .seed = \"1\" else . end" "$run" >other.jsonl
    walk gate "$run" other.jsonl
}

@test "report, export and show" {
    local command
    for command in report export show; do
        walk "$command" "$FILES/../store/tests/corpus/run.jsonl"
    done
}

@test "doctor, inherit, claims and scenario" {
    local command
    for command in doctor inherit; do
        walk "$command"
    done
    walk claims --claim none
    walk scenario --input "$FILES/../store/tests/corpus/run.jsonl"
}

@test "anatomy" {
    walk anatomy --kernel /dev/null
    walk anatomy --input "$FILES/anatomies/fork-6.1.jsonl"
}
