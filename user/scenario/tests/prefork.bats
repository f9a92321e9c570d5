#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The scenarios prefork and per-connection: what workers share, and that every request is answered.
#
# shellcheck disable=SC2016,SC2154 # jq has the variables; tool.bash sets $tool

load scenario.bash

# memory NAME HOW WRITTEN TEST: of all workers.
memory() {
    holds "[.[] | select(.name == \"$1\" and .key.how == \"$2\" and .key.written == $3) | .values[]] |
        length == 3 and all(. / 1048576 | $4)"
}

@test "prefork: what workers share until they write, and what each loads for itself" {
    scenario prefork --size 64M --workers 3
    # Beside the application a process has a few pages of its own.
    memory private forked 0 '. < 2'
    memory shared forked 0 '. >= 64'
    memory private forked 10 '. >= 6 and . < 9'
    memory private forked 50 '. >= 31 and . < 35'
    memory private forked 100 '. >= 63 and . < 67'
    memory private fresh 0 '. >= 64'
    memory private fresh 100 '. >= 64'
    holds '[.[] | select(.name == "all" and .key.written == 0)] | map({(.key.how): (.values[0] / 1048576)}) | add |
        .forked < 80 and .fresh >= 192'
    holds '[.[] | select(.name == "all" and .key.written == 100 and .key.how == "forked") | .values[0] / 1048576] |
        length == 1 and .[0] >= 250'
    # The application is loaded once, or by each; only what is forked has a call before it runs.
    holds '[.[] | select(.name == "load")] | map({(.key.how): .n}) | add == {forked: 1, fresh: 3}'
    holds '[.[] | select(.name == "until_runs")] | length == 1 and .[0].key.how == "forked" and .[0].n == 3'
    grep -q '^How soon are 3 workers of an application of 64 MiB ready?' "$DIR/text"
    # Three workers have a copy each of half the pages.
    tr -s ' \n' ' ' <"$DIR/text" | grep -oE 'to fork them anew then\? [0-9]+' | grep -qE ' (9[3-9]|10[0-5])$'
}

@test "per-connection: each way answers every request, and its processes are waited for" {
    scenario per-connection --size 8M --seconds 300ms --rounds 2 --workers 3
    holds 'map(select(.name == "latency")) | length == 8 and all(.n > 0 and .n == (.values | length)) and
        ([.[].key.how] | unique) == ["fork", "pool", "prefork", "thread"]'
    holds '. as $all | map(select(.name == "requests")) | all(. as $q |
        $all | any(.name == "latency" and .key == $q.key and .n == $q.values[0]))'
    # Also that of the children: a server of forks does little itself.
    holds 'map(select(.name == "server_cpu")) | length == 8 and all(.values[0] > 0)'
    grep -q '^a fork for each ' "$DIR/text"
}

@test "under sudo it runs as the caller, who may look at its processes" {
    need_root
    SUDO_UID=$NOBODY SUDO_GID=$NOBODY "$OWN/spawnscope" scenario prefork --size 4M --workers 2 --json >"$DIR/run.jsonl"
    holds 'map(select(.name == "private")) | length == 8 and all(.n == 2)'
}

three_processes() {
    [ "$(left | wc -l)" -ge 3 ]
}

@test "killed, neither leaves a process" {
    killed_when three_processes prefork --size 64M --workers 8
    # The preforked workers are second, after the forks of a moment.
    killed_when three_processes per-connection --size 8M --seconds 3
}

# Sets $worker to one that was forked; or the run is over.
find_worker() {
    worker=$(pgrep -P "$(pgrep -d, -P "$tool")" 2>/dev/null | head -n 1)
    [ -n "$worker" ] || ended "$tool" 2>/dev/null
}

@test "prefork: a worker that dies ends it" {
    local status=0
    for _ in $(seq 20); do
        begin_own scenario prefork --size 64M --workers 8
        until find_worker; do sleep 0.01; done
        [ -z "$worker" ] || kill -KILL "$worker" || true
        eventually ended "$tool" 2>/dev/null
        wait "$tool" || status=$?
        # If it was done with the worker, again.
        [ "$status" -eq 0 ] || break
    done
    cat "$DIR/err"
    [ "$status" -eq 2 ]
    grep -Eq '^spawnscope: (a worker ended|smaps_rollup: )' "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    nothing_left
}

@test "what does not fit is said before anything starts" {
    one_line 2 'workers .* need .* try --size [0-9]+M$' "$OWN/spawnscope" scenario prefork --size 900G
    one_line 2 '^spawnscope: --workers: 64 at most' "$OWN/spawnscope" scenario per-connection --workers 65
}
