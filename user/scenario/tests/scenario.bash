# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# bats and its tests call and use what stands here:
# shellcheck shell=bash disable=SC2317,SC2034,SC2154
#
# What the tests of scenarios have in common. Each runs a tool of its own ($OWN), with files in a
# folder of its own: what is left of either can be seen.

load ../../tests/tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    own_tool
    export TMPDIR=$DIR/tmp
    mkdir "$TMPDIR"
}

# The processes whose program is the test's tool, or whose folder is one of the test's files.
left() {
    find /proc/[0-9]*/exe -maxdepth 0 -lname "$OWN/*" 2>/dev/null
    find /proc/[0-9]*/cwd -maxdepth 0 -lname "$TMPDIR*" 2>/dev/null
}

nothing_left() {
    [ -z "$(left)" ] && [ -z "$(ls -A "$TMPDIR")" ]
}

# scenario NAME ARG...: its summary is in $DIR/text, its result in $DIR/run.jsonl; nothing is left.
scenario() {
    "$OWN/spawnscope" scenario "$@" -o "$DIR/run.jsonl" >"$DIR/text" 2>"$DIR/err" </dev/null 3>&- ||
        { cat "$DIR/err" && return 1; }
    cat "$DIR/text" "$DIR/err"
    [ ! -s "$DIR/err" ]
    nothing_left
    "$OWN/spawnscope" scenario --input "$DIR/run.jsonl" | diff "$DIR/text" -
    [ "$(wc -l <"$DIR/text")" -le 40 ]
    local columns
    for columns in 40 80; do
        COLUMNS=$columns "$OWN/spawnscope" scenario --input "$DIR/run.jsonl" >"$DIR/narrow"
        [ "$(wc -L <"$DIR/narrow")" -le "$columns" ] || { cat "$DIR/narrow" && return 1; }
    done
}

# holds FILTER: of the array of observations, as jq.
holds() {
    jq -es "map(select(.type == \"observation\")) | $1" "$DIR/run.jsonl" ||
        { jq -c 'del(.values)' "$DIR/run.jsonl" && return 1; }
}

# Kills the tool in the middle, once the condition holds. If it was done before that, again.
killed_when() { # CONDITION ARG...
    local condition=$1 status
    shift
    for _ in 1 2 3 4 5; do
        begin_own scenario "$@" -o "$DIR/run.jsonl"
        eventually ended_or "$condition"
        kill -KILL "$tool" 2>/dev/null || true
        status=0
        wait "$tool" || status=$?
        cat "$DIR/err"
        eventually nothing_left
        # What it wrote is no whole run.
        if [ "$status" -eq 137 ] && ! grep -q '"type":"end"' "$DIR/run.jsonl"; then
            return 0
        fi
        [ "$status" -eq 0 ] || [ "$status" -eq 137 ] || return 1
    done
    echo "each run ended before it was killed"
    return 1
}

ended_or() {
    ended "$tool" 2>/dev/null || "$1"
}
