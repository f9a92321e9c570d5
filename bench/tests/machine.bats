#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/machine: the run of a real machine, its page, pictures and words.
#
# shellcheck disable=SC2154 # bats sets $status and $output

bats_require_minimum_version 1.5.0

setup() {
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    MACHINE=$TOP/bench/machine
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    run --separate-stderr "$MACHINE" --fast
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ -z $output && $stderr == *"'--fast'"*--help ]]

    run --separate-stderr "$MACHINE" -o /dev/null/x
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ $stderr == *"'/dev/null/x'"* ]]

    run --separate-stderr "$MACHINE" --page -o .
    ((status == 2 && ${#stderr_lines[@]} == 1))
    [[ $stderr == *"standard.jsonl"*--page ]]
}

@test "a run, a page, pictures, and words that name the machine and the command but no path" {
    "$MACHINE" -o made -- --no-trace --method fork,vfork --size 1M --pages 4k --runs 5 --rounds 1
    [ "$(ls made)" = "$(printf '%s\n' README.md latency.png machine.html standard.jsonl)" ]
    [ "$(head -c 8 made/latency.png | tail -c 7 | head -c 3)" = PNG ]
    grep -qF "| kernel | $(uname -r) |" made/README.md
    grep -qF '| command | `spawnscope bench -q --suite standard --no-trace --method fork,vfork' made/README.md
    grep -qF '![latency, as in the page](latency.png)' made/README.md
    grep -qF '| 1 MiB | fork |' made/README.md
    run ! grep -rqF "$BATS_TEST_TMPDIR" made
    # Only what follows from the run, again.
    cp -r made before
    rm made/README.md made/machine.html
    "$MACHINE" --page -o made
    cmp made/README.md before/README.md
    cmp made/machine.html before/machine.html
}
