#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the command gate refuses, since it would compare something else than was
# asked, or nothing.
#
# shellcheck disable=SC2153,SC2154,SC2317 # what tool.bash sets and calls

load gate.bash

@test "--ab takes no baseline and makes none: the one that is there stays" {
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save good "$DIR/x" >/dev/null
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --baseline good
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --save good
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --lab --save good
    one_line 2 'baseline and --save' "$TOOL" gate --baselines "$DIR/b" --lab --baseline good --save good
    cmp "$DIR/x" "$DIR/b/good/1.jsonl"
}
