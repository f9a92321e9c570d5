#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What inherit finds, against what /proc and kcmp(2) show of another program's processes: `observe`
# looks at `subject`, and neither shares code with the command.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load ../../tests/tool.bash

start_early() {
    local compiler left_out=none
    read -ra compiler <<<"${CC:-cc}" # CC may be "ccache gcc"
    "${compiler[@]}" -std=gnu11 -D_GNU_SOURCE -O1 -o "$ROOM/subject" "$BATS_TEST_DIRNAME/subject.c"
    # Sanitizers lock no memory.
    ! has_sanitizers || left_out='memory lock'
    "$TOOL" inherit --json -q >"$ROOM/all.json"
    jq --arg name "$left_out" 'del(.properties[] | select(.name == $name))' "$ROOM/all.json" >"$ROOM/found.json"
}

# Of these methods only, after this change by jq.
observe() { # METHODS CHANGE
    jq --arg only "$1" "(.methods |= with_entries(select(.key | IN(\$only | splits(\",\"))))) | $2" \
        "$ROOM/found.json" >"$DIR/found.json"
    "$BATS_TEST_DIRNAME/observe" "$ROOM/subject" "$DIR/found.json" >"$DIR/out"
}

@test "every method agrees with what is seen from outside" {
    need_root
    status=0
    "$BATS_TEST_DIRNAME/observe" "$ROOM/subject" "$ROOM/found.json" >"$DIR/out" || status=$?
    cat "$DIR/out"
    # All that can be made here, and most of what is found.
    for method in $(jq -r '.methods | keys[]' "$ROOM/found.json"); do
        [ -z "$(jq -r --arg m "$method" '.properties[0].methods[$m].found // empty' "$ROOM/found.json")" ] ||
            grep -Eq "^$method: ([4-9][0-9])$" "$DIR/out"
    done
    [ "$status" -eq 0 ]
}

# mistaken PROPERTY METHOD MARK: were this the finding, it would be seen.
mistaken() {
    refute observe "$2" "(.properties[] | select(.name == \"$1\") | .methods[\"$2\"].found) = \"$3\""
    cat "$DIR/out"
    [ "$(grep -c ', but ' "$DIR/out")" -eq 1 ]
    grep -q "^$2: $1: $3, but " "$DIR/out"
}

@test "a finding that is wrong is seen" {
    need_root
    mistaken umask fs copy
    mistaken 'private memory' vm copy
    mistaken 'pending signal' fork same
    mistaken 'POSIX timer' spawn same
    mistaken 'flock lock' vfork-exec lost
}

@test "nothing is left of what was observed" {
    need_root
    observe fork,vfork,parent,thread,spawn,exec .
    for pid in /proc/[0-9]*; do
        refute [ "$pid/exe" -ef "$ROOM/subject" ]
    done
}
