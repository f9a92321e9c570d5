#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Limits at which calls fail: that failing is the result, and that nothing of a limit stays.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load ../../driver/tests/driver.bash

EAGAIN=11

# All three samples of each cell failed so.
all_failed() { # ERRNO
    cat "$DIR/out"
    refute grep '^skip\|^broken\|^late' "$DIR/out"
    [ "$(grep -c "^sample [0-9]* - $1 " "$DIR/out")" -eq $((3 * $(grep -c '^cell' "$DIR/out"))) ]
}

# The programs where each user can run them.
for_all() {
    FOR_ALL=$(mktemp -d)
    chmod 755 "$FOR_ALL"
    copy_tool "$FOR_ALL"
}

teardown() {
    [ -z "${FOR_ALL:-}" ] || rm -r "$FOR_ALL"
}

@test "at the user's limit of processes every call fails, also for root" {
    "$BENCH" --method fork,vfork,posix_spawn,thread,system --size 1M --limit nproc --runs 3 >"$DIR/out"
    all_failed $EAGAIN
    [ "$(id -u)" -eq 0 ] || skip "needs root for another user"
    for_all
    setpriv --reuid 12345 --clear-groups "$FOR_ALL/spawnscope-bench" --method fork,posix_spawn --size 1M \
        --limit none,nproc --runs 3 --seed 1 >"$DIR/out"
    [ "$(grep -c '^sample [01] [0-9]* 0 ' "$DIR/out")" -eq 6 ]
    [ "$(grep -c "^sample [23] - $EAGAIN " "$DIR/out")" -eq 6 ]
}

@test "in a control group that takes no process every call fails, and the group is removed" {
    "$BENCH" --method fork,vfork,posix_spawn --size 1M --limit pids --runs 3 >"$DIR/out"
    grep -E '^skip 0 (cannot make a control group|no control groups|limit=pids)' "$DIR/out" && skip "no control groups"
    all_failed $EAGAIN
    eventually no_group
}

# Made by a process of ours that is gone.
no_group() {
    find /sys/fs/cgroup -maxdepth 5 -type d -name 'spawnscope.*' 2>/dev/null | sed 's/.*\.//' >"$DIR/groups"
    while read -r pid; do
        [ -d "/proc/$pid" ] || return 1
    done <"$DIR/groups"
}

@test "the group is removed when the driver and its parent are killed" {
    copy_tool "$DIR/copy"
    coproc "$DIR/copy/spawnscope-bench" --serve --method fork --size 0 --limit pids
    until read -r line <&"${COPROC[0]}" && [[ $line == ready || $line == skip* ]]; do :; done
    [[ $line == ready ]] || skip "no control groups"
    echo "prepare 0" >&"${COPROC[1]}"
    read -r word _ pid _ <&"${COPROC[0]}"
    [ "$word" = parent ] || skip "no control groups"
    [ -n "$(find /sys/fs/cgroup -maxdepth 5 -type d -name "spawnscope.$pid" 2>/dev/null)" ]
    # shellcheck disable=SC2046 # a list
    kill -9 $(processes "$DIR/copy" spawnscope-bench | grep -v "^$pid\$" | head -n 1) "$pid"
    eventually no_group
    eventually none_left "$DIR/copy"
}

@test "where promises are not strict, or a method cannot fail so, the cell is skipped with the reason" {
    [ "$(cat /proc/sys/vm/overcommit_memory)" -eq 2 ] || {
        "$BENCH" --method fork --size 1M --limit commit --runs 1 >"$DIR/out"
        grep '^skip 0 limit=commit needs sysctl vm.overcommit_memory=2' "$DIR/out"
    }
    "$BENCH" --method zygote,fork --size 1M --limit nproc --spawners 2 --runs 1 >"$DIR/out"
    grep '^skip 1 limit: not with spawners' "$DIR/out"
    "$BENCH" --method zygote --size 1M --limit nproc --runs 1 >"$DIR/out"
    grep '^skip 0 limit: this method prepares its parent' "$DIR/out"
}

@test "a bench whose calls were to fail succeeds, and shows how they did" {
    for_all
    # Under sudo the driver is the caller, who has the limit .
    [ "$(id -u)" -ne 0 ] || export SUDO_UID=65534 SUDO_GID=65534
    mkdir "$FOR_ALL/out"
    chmod 777 "$FOR_ALL/out"
    run -0 --separate-stderr "$FOR_ALL/spawnscope" bench --no-trace --method fork,vfork --size 1M \
        --limit none,nproc --runs 3 -o "$FOR_ALL/out/run"
    mv "$FOR_ALL/out/run" "$DIR/run"
    echo "$output"
    [[ $output == *"Do the calls fail at the limit? 6 of 6 calls: EAGAIN"*FAILED* ]]
    [ "$(grep -c 'EAGAIN' <<<"$output")" -eq 3 ]
    [ -z "$stderr" ]
    jq -e -s 'map(select(.key.limit == "nproc") | .errnos == [11, 11, 11]) | length == 2 and all' "$DIR/run"
    # Calls that fail where nobody asked for it are still trouble.
    jq -c 'select(.key.limit != "none") | if .key.limit then .key.limit = "none" else . end' "$DIR/run" >"$DIR/other"
    unset SUDO_UID SUDO_GID
    run -0 "$BUILD/spawnscope" show "$DIR/run"
    [[ $output != *"calls failed"* ]]
    run -0 "$BUILD/spawnscope" show "$DIR/other"
    [[ $output == *"6 of 6 calls failed: EAGAIN"* ]]
}

# bounds ARG...: the capabilities that a program of this bench can get, as a set of bits.
bounds() {
    "$FOR_ALL/spawnscope" bench -q --no-trace --runs 1 "$@" -- sh -c "grep CapBnd /proc/self/status >$FOR_ALL/bounds" >"$DIR/out"
    cut -f 2 "$FOR_ALL/bounds"
}

@test "as root a limit on the command line leaves the driver the rights for it, and no others" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    unset SUDO_UID SUDO_GID
    for_all
    "$FOR_ALL/spawnscope" bench -q --no-trace --method fork,vfork --size 1M --limit nproc --runs 3 -o "$DIR/run" >"$DIR/out"
    jq -e -s 'map(select(.key.limit == "nproc") | .errnos == [11, 11, 11]) | length == 2 and all' "$DIR/run"
    [ "$(bounds)" = 0000000000000000 ]
    [ "$(bounds --limit none)" = 0000000000000000 ]
    # CAP_SETUID and CAP_SETGID.
    [ "$(bounds --limit none,nproc)" = 00000000000000c0 ]
    # CAP_DAC_OVERRIDE
    [ "$(bounds --limit none,pids)" = 0000000000000002 ]
    # Of a caller by sudo none.
    export SUDO_UID=65534 SUDO_GID=65534
    chmod 777 "$FOR_ALL"
    rm "$FOR_ALL/bounds"
    [ "$(bounds --limit none,nproc,pids)" = 0000000000000000 ]
    unset SUDO_UID SUDO_GID
    "$FOR_ALL/spawnscope" bench -q --no-trace --method fork --size 1M --limit pids --runs 3 -o "$DIR/run" >"$DIR/out" 2>&1 || {
        cat "$DIR/out"
        grep -E 'cannot make a control group|no control groups|limit=pids' "$DIR/out" && skip "no control groups"
        return 1
    }
    jq -e -s 'map(select(.key.limit == "pids") | .errnos == [11, 11, 11]) | length == 1 and all' "$DIR/run"
    eventually no_group
}
