#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/machine: the run of a real machine, its page, pictures and README.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load common.bash

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    MACHINE=$TOP/bench/machine
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$MACHINE" --fast
    one_line 2 "'/dev/null/x'" "$MACHINE" -o /dev/null/x
    one_line 2 "standard.jsonl.*--page" "$MACHINE" --page -o .
}

@test "makes a run, a page, pictures and a README that names machine and command but no path" {
    "$MACHINE" -o made -- --no-trace --method fork,vfork --size 1M --pages 4k --runs 5 --rounds 1
    [ "$(ls made)" = "$(printf '%s\n' README.md latency.png machine.html screen.png standard.jsonl)" ]
    [ "$(head -c 8 made/screen.png | tail -c 7 | head -c 3)" = PNG ]
    [ "$(head -c 8 made/latency.png | tail -c 7 | head -c 3)" = PNG ]
    grep -qF "| kernel | $(uname -r) |" made/README.md
    grep -qF '| command | `spawnscope bench -q --suite standard --no-trace --method fork,vfork' made/README.md
    grep -qF '![latency, as in the page](latency.png)' made/README.md
    grep -qF '| 1 MiB | fork |' made/README.md
    refute grep -rqF "$BATS_TEST_TMPDIR" made
    # --page makes the same from the same run.
    cp -r made before
    rm made/README.md made/machine.html
    "$MACHINE" --page -o made
    cmp made/README.md before/README.md
    cmp made/machine.html before/machine.html
}
