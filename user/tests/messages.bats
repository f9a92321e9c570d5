#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What many people type first and wrongly: one line that names the fix.
#
# shellcheck disable=SC2154 # bats sets $status and $stderr_lines

load tool.bash

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

@test "a message names the fix" {
    "$TOOL" bench --no-trace -q --method vfork --size 1M --runs 2 -o run.jsonl >table
    while IFS='|' read -r args want; do
        echo "spawnscope $args"
        # shellcheck disable=SC2086 # several words
        run -2 --separate-stderr "$TOOL" $args
        printf '%s\n' "${stderr_lines[@]}"
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ ${stderr_lines[0]} == *"$want"* ]]
    done <<'MISTAKES'
profile make -j2|put -- before the command: profile -- make
profile --input run.jsonl|run.jsonl is a run of bench, which has no births: `spawnscope report` shows it
profile -a -d 1x|must be a number of seconds above 0, or a time like 500ms
bench --program /none|--program /none: No such file
bench --program no-such-program|--program no-such-program: No such file
bench --suite /none.ini|--suite /none.ini: No such file
bench --suite none.ini|--suite none.ini: No such file
gate --ab /bin/true /bin/false|programs come after --program, once for each
help bnech|unknown command 'bnech'; `spawnscope --help` lists them
MISTAKES
}

@test "a program's name is searched in PATH, as by a shell; a path is not" {
    mkdir first second
    printf '#!/bin/sh\necho ran >>%s\n' "$PWD/ran" >second/ours
    chmod +x second/ours
    # Under sudo it runs as the caller.
    install -m 666 /dev/null ran
    # What has the name and is no program is passed by.
    mkdir first/ours
    PATH=$PWD/first:$PWD/second:$PATH "$TOOL" bench --no-trace -q --program ours --method posix_spawn \
        --size 1M --runs 2 >table
    [ -s ran ]
    PATH=$PWD/second:$PATH run -2 "$TOOL" bench --no-trace -q --program first/../ours --method posix_spawn --runs 2
}

@test "help COMMAND is COMMAND --help" {
    local command
    for command in bench profile gate report export scenario doctor inherit lab; do
        diff <("$TOOL" help "$command") <("$TOOL" "$command" --help)
    done
}

@test "no help has lines of blanks, however wide the terminal" {
    local command width
    for width in 60 70 80 100; do
        for command in bench profile gate anatomy doctor; do
            COLUMNS=$width "$TOOL" "$command" --help >help
            [ -s help ]
            refute grep -n '^ \+$' help
        done
    done
}

@test "a duration takes a unit" {
    need_root
    local time
    for time in 200ms 0.3s 1s; do
        "$TOOL" profile -a -d "$time" -o run.jsonl >table
        jq -es '.[-1].duration_ns | . >= 2e8 and . < 1e11' run.jsonl
    done
}

@test "gate finds programs in PATH, too, and copies them" {
    "$TOOL" gate --ab --no-trace --pairs 2 --method posix_spawn --size 1M --runs 2 --program true \
        --program echo -o verdict.json >text || [ $? -eq 4 ]
    cat text
    jq . verdict.json
    refute grep -q 'measured where they are' text
}

# Limits end only what would hang.
@test "a stream that is closed at the start is /dev/null" {
    need_root
    timeout 60 "$TOOL" profile -- true 2>&-
    timeout 60 "$TOOL" profile --live -- true 2>&-
    timeout 60 "$TOOL" profile -a -d 1 >&-
    timeout 60 "$TOOL" profile -- sh -c "true; true" >&- 2>err
    [ -s err ]
    timeout 60 "$TOOL" profile -o run.jsonl -- cat <&- >out 2>&1
    # What is written for a person is not in the file.
    timeout 60 "$TOOL" bench --no-trace --method vfork --size 1M --runs 2 -o bench.jsonl >&- 2>&-
    jq -es '.[0].type == "run" and .[-1].type == "end"' bench.jsonl
}
