#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate where A and B do not have the same cells, with runs that it takes itself; what it
# makes of made-up ones is in test_gate_sets.c.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load ../../tests/tool.bash

# Sizes in a suite of one fork each.
suite() { # FILE SIZES
    printf '[grid]\nmethod = fork\nsize = %s\nruns = 3\n' "$2" >"$DIR/$1.ini"
}

gate() { # CODE ARG...
    local code=$1 status=0
    shift
    "$TOOL" gate --ab --no-trace --margin 1000 -q "$@" >"$DIR/out" 2>"$DIR/err" || status=$?
    cat "$DIR/out" "$DIR/err"
    [ "$status" -eq "$code" ]
    [ ! -s "$DIR/err" ]
}

@test "no cell of B stands for two of A, and one that B has not is no pass" {
    suite a '64M, 1M'
    suite b '1M, 128M'
    gate 4 --pairs 6 --json "$DIR/a.ini" "$DIR/b.ini"
    jq -e '([.metrics[] | select(.cell == "fork at 1M" and .kind != "shown") | .verdict] | unique == ["pass"])
        and ([.metrics[] | select(.cell == "fork at 64M")] | map([.metric, .verdict, .note])
             == [["samples", "inconclusive", "only A has it"]])
        and (.notes | contains(["1 cell only in A", "1 cell only in B"]))' "$DIR/out"
}

@test "cells of another size in the same place are compared, and the notes say with what" {
    suite a '1M, 2M'
    suite b '1M, 4M'
    gate 0 --pairs 6 "$DIR/a.ini" "$DIR/b.ini"
    grep -q '^fork at 2M is compared with fork at 4M of B$' "$DIR/out"
    refute grep -q 'fork at 1M is compared' "$DIR/out"
}

@test "why nothing could be measured is told" {
    gate 5 --pairs 1 fork vfork --size 100000G
    head -n 1 "$DIR/out" | grep -q '^not comparable: no cell and metric that both have was measured$'
    grep -q '^fork at 100000G: neither side has it.*: needs ' "$DIR/out"
}
