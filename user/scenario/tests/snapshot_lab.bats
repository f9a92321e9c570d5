#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The scenario snapshot in the lab, where no host and no other program takes time: what a fork makes the writes of our
# store and of a real redis-server wait.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.

# shellcheck disable=SC2154 # tool.bash sets $DIR, bats $reason

load scenario.bash

@test "snapshot: in the lab the longest wait grows as redis-server's" {
    local redis lab=bench/lab reason
    redis=$(realpath "$(command -v redis-server)") || skip "needs redis-server"
    reason=$("$lab/fetch-kernel" debian:6.1 2>&1) || skip "$reason"
    "$lab/guest" --icount --kernel debian:6.1 --with-libs --add "$BUILD/static/spawnscope" \
        --add "$redis:/bin/redis-server" --memory 1G --timeout 1200 -- sh -c 'mkdir -p /tmp
            COLUMNS=1000 spawnscope scenario snapshot --size 32M --pages 4k --rounds 1 --seconds 200ms --folder /tmp' >"$DIR/text"
    cat "$DIR/text"
    grep -qE '^spawnscope +4k +before ' "$DIR/text"
    grep -qE '^redis-server +4k +before ' "$DIR/text"
    grep -q '^Does redis-server show the same? In the first 200 M instructions of a save p99 is .*; the maximum .*: within a factor of two$' "$DIR/text"
    refute grep NOISY "$DIR/text"
}
