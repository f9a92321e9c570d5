#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Methods that need more than their parent: helpers, a subreaper, a control group.
#
# shellcheck disable=SC2154,SC2016 # bats sets $status, $output and $lines

load ../../driver/tests/driver.bash

@test "a zygote's program is the child of a helper, and gets its arguments" {
    run -0 "$BENCH" --method zygote --size 1M --runs 3 --warmup 2 -- \
        /bin/sh -c 'echo "$PPID $1" >>"$0"' "$DIR/by" "two words"
    [ "$(grep -c '^sample 0 [0-9]* 0 ' <<<"$output")" -eq 3 ]
    [ "$(cut -d' ' -f2- "$DIR/by" | sort -u)" = "two words" ]
    [ "$(cut -d' ' -f1 "$DIR/by" | sort -u | wc -l)" -eq "$(grep -c '^parent' <<<"$output")" ]
    refute grep -qw "$(awk '/^parent/ { print $3 }' <<<"$output")" "$DIR/by"
}

@test "what a zygote cannot start, or what fails, breaks the cell with the reason" {
    run -0 "$BENCH" --method zygote --size 1M --runs 2 -- /bin/sh -c 'exit 3'
    [[ $output == *"/sh' ended with status 3"* ]]
    echo nonsense >"$DIR/text"
    chmod +x "$DIR/text"
    run -0 "$BENCH" --method zygote --size 1M --runs 2 --child "$DIR/text"
    [[ $output == *"broken 0 exec of '$DIR/text': Exec format error"* ]]
}

@test "helpers stay small, whatever their parent's size" {
    copy_tool "$DIR/copy"
    coproc "$DIR/copy/spawnscope-bench" --serve --method forkserver --size 64M
    until read -r line <&"${COPROC[0]}" && [ "$line" = ready ]; do :; done
    echo "prepare 0" >&"${COPROC[1]}"
    read -r _ _ pid _ <&"${COPROC[0]}"
    helper=$(cat "/proc/$pid/task/$pid/children")
    [ "$(awk '$1 == "RssAnon:" { print $2 }' "/proc/$pid/status")" -ge 65536 ]
    [ "$(awk '$1 == "RssAnon:" { print $2 }' "/proc/${helper// /}/status")" -lt 4096 ]
    kill -KILL "$pid"
    eventually [ ! -e "/proc/${helper// /}" ]
    echo quit >&"${COPROC[1]}"
    eventually none_left "$DIR/copy"
}

# Where the driver makes its control groups, if it can.
groups_folder() {
    local mount
    mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
    printf '%s%s\n' "$mount" "$(sed -n 's/^0:://p' /proc/self/cgroup)"
}

@test "a control group is removed when the driver ends, also if it is killed" {
    run -0 "$BENCH" --method clone3-into-cgroup --size 1M --runs 2
    reason=$(sed -n 's/^skip 0 //p' <<<"$output")
    [ -z "$reason" ] || skip "$reason"
    [ "$(grep -c '^sample 0 [0-9]* 0 ' <<<"$output")" -eq 2 ]
    groups=$(groups_folder)
    copy_tool "$DIR/copy"
    coproc "$DIR/copy/spawnscope-bench" --serve --method clone3-into-cgroup --size 1M
    driver=$COPROC_PID
    until read -r line <&"${COPROC[0]}" && [ "$line" = ready ]; do :; done
    echo "prepare 0" >&"${COPROC[1]}"
    read -r _ _ pid _ <&"${COPROC[0]}"
    [ -d "$groups/spawnscope.$pid" ]
    kill -KILL "$driver"
    eventually none_left "$DIR/copy"
    [ ! -e "$groups/spawnscope.$pid" ]
    # The process that is to remove it is killed, and nothing else.
    coproc "$DIR/copy/spawnscope-bench" --serve --method clone3-into-cgroup --size 1M
    driver=$COPROC_PID
    until read -r line <&"${COPROC[0]}" && [ "$line" = ready ]; do :; done
    echo "prepare 0" >&"${COPROC[1]}"
    read -r _ _ pid _ <&"${COPROC[0]}"
    [ -d "$groups/spawnscope.$pid" ]
    pkill -KILL -P "$pid"
    to=${COPROC[1]}
    exec {to}>&-
    wait "$driver" || true
    [ ! -e "$groups/spawnscope.$pid" ]
    # One that was left by a process that is gone, and reaped.
    eventually [ ! -e "/proc/$pid" ]
    mkdir "$groups/spawnscope.$pid"
    "$BENCH" --method clone3-into-cgroup --size 1M --runs 1 >"$DIR/out"
    [ ! -e "$groups/spawnscope.$pid" ]
}
