#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A profile on a kernel that preempts tasks inside programs, and then skips these programs for other
# tasks: no birth and no exec may be lost by it. The emulator makes the share large: without care a
# tenth of the births is missing.
#
# A storm starts after a busy loop of some milliseconds, in OFFSETS (0; `make check-kernels`: 0 to 9).
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # commands for other shells; bats

bats_require_minimum_version 1.5.0

load ../../tests/tool.bash

start_early() {
    cat >"$ROOM/many" <<'SH'
#!/bin/sh
# 8 forks by the shell; and by its children 600 forks, 150 vforks, 300 posix_spawns, 150 threads;
# 608 children exec.
i=0
while [ $i -lt $(($1 * 400)) ]; do i=$((i + 1)); done
for method in fork vfork spawn fork-exec thread fork spawn fork-exec; do
    storm $method 150 >/dev/null &
done
wait
SH
    cat >"$ROOM/profiles" <<'SH'
#!/bin/sh
# profiles KINDS DETAILS OFFSETS: a line for each: what was used, and what was counted.
for kind in $1; do
    for detail in $2; do
        for offset in $3; do
            file=/run.jsonl
            spawnscope profile -q --no-calibrate --detail $detail --trace $kind -o $file -- many $offset
            echo "$kind $detail $offset:" \
                births $(grep -c '^{"type":"birth"' $file) \
                fork $(grep -c '"method":"fork"' $file) \
                vfork $(grep -c '"method":"vfork"' $file) spawn $(grep -c '"method":"spawn"' $file) \
                thread $(grep -c '"method":"thread"' $file) \
                execs $(grep -c '"exec":{' $file) \
                "$(tail -n 1 $file | grep -o '"births_unseen":[0-9]*')" \
                "$(tail -n 1 $file | grep -o '"missed":[0-9]*')" \
                "$(head -n 1 $file | grep -o '"reap":{"source":"[^"]*"')"
        done
    done
done
SH
    cat >"$ROOM/watched" <<'SH'
#!/bin/sh
# watched COMMAND...: what a profile of the whole machine says of it, and the memory that it took.
echo 100000 >/proc/sys/kernel/pid_max
echo 100000 >/proc/sys/kernel/threads-max
ulimit -u unlimited
spawnscope profile -a -v --no-calibrate >/run/said 2>/run/attached &
tool=$!
until grep -q 'attached .* after the start' /run/attached; do sleep 0.1; done
"$@" || exit
grep VmHWM /proc/$tool/status
kill -INT $tool
wait $tool || exit
cat /run/said
SH
    cat >"$ROOM/refused" <<'SH'
#!/bin/sh
# 20 forks that a seccomp filter refuses: by each kind at each detail, how many are births that failed.
for kind in fentry kprobe tracepoint; do
    for detail in light calls full; do
        file=/run.jsonl
        spawnscope profile -q --no-calibrate --detail $detail --trace $kind -o $file -- storm refused 20 >/dev/null
        echo "$kind $detail: EPERM $(grep '"method":"fork"' $file | grep -c '"result":-1,')," \
            "by $(head -n 1 $file | grep -o '"failures":{"[^"]*":"[^ "]*')"
    done
done
SH
    chmod +x "$ROOM/many" "$ROOM/profiles" "$ROOM/watched" "$ROOM/refused"
}

# none_lost PREEMPTION CPUS DETAILS: every birth has a record, by each kind at each detail.
none_lost() {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    bench/lab/fetch-kernel --path debian:sid >/dev/null || skip "debian:sid cannot be fetched"
    local limit=600
    [ -z "${OFFSETS:-}" ] || limit=7200
    # With two CPUs in two threads the emulator hangs once in a while, before the command runs.
    for _ in 1 2; do
        status=0
        bench/lab/guest --kernel debian:sid --append "preempt=$1" --smp "$2" --memory 768M --timeout "$limit" \
            --init "$BUILD/static/lab-init" --add "$BUILD/static/spawnscope" \
            --add "$BUILD/static/storm" --add "$ROOM/many" \
            --add "$ROOM/profiles" -- \
            profiles 'fentry kprobe tracepoint' "$3" "${OFFSETS:-0}" >"$DIR/out" 2>&1 || status=$?
        grep -q 'the guest was not done' "$DIR/out" || break
    done
    cat "$DIR/out"
    [ "$status" -eq 0 ]
    details=$(wc -w <<<"$3") offsets=$(wc -w <<<"${OFFSETS:-0}")
    [ "$(grep -c ': births 1208 fork 608 vfork 150 spawn 300 thread 150 execs 608 "births_unseen":0 ' "$DIR/out")" -eq $((3 * details * offsets)) ]
    # An end is seen even where the kernel skips a trampoline's program: an exec may be known by it alone.
    [ "$(grep -c '"reap":{"source":"[^"]*kprobe:release_task"$' "$DIR/out")" -eq $((2 * details * offsets)) ]
}

# With OFFSETS everything; else what takes two minutes.

@test "debian:sid: on one CPU no birth is lost to preemption" {
    none_lost full 1 'light calls full'
    # And the kernel did skip programs.
    grep -q '"missed":[1-9]' "$DIR/out"
    [ -z "${OFFSETS:-}" ] || none_lost lazy 1 'light calls full'
}

@test "debian:sid: on two CPUs no birth is lost to preemption" {
    none_lost lazy 2 "light${OFFSETS:+ calls full}"
    [ -z "${OFFSETS:-}" ] || none_lost full 2 'light calls full'
}

@test "debian:6.1: each fork of 20,000 live processes is counted, in less than 200 MiB" {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    bench/lab/guest --kernel debian:6.1 --memory 2G --timeout 1200 --init "$BUILD/static/lab-init" \
        --add "$BUILD/static/spawnscope" --add "$BUILD/static/storm" --add "$ROOM/watched" -- \
        watched storm alive 20000 >"$DIR/out" 2>&1 || { cat "$DIR/out" && false; }
    cat "$DIR/out"
    births=$(sed -n 's/^\([0-9]*\) births, 0 failed, 0 lost$/\1/p' "$DIR/out")
    [ "$births" -ge 40000 ]
    tr -s '\n ' '  ' <"$DIR/out" | grep -q "/proc/stat counted $births births meanwhile, we ${births}[; ]"
    grep -q '^storm *fork *20000 ' "$DIR/out"
    grep -q '^storm *other *20000 ' "$DIR/out"
    [ "$(awk '$1 == "VmHWM:" { print $2 }' "$DIR/out")" -lt $((200 * 1024)) ]
}

# refused KERNEL: where a tracepoint sees the return of each system call, and there alone.
refused() {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    bench/lab/fetch-kernel --path "$1" >/dev/null || skip "$1 cannot be fetched"
    bench/lab/guest --kernel "$1" --timeout 600 --init "$BUILD/static/lab-init" \
        --add "$BUILD/static/spawnscope" --add "$BUILD/static/storm" --add "$ROOM/refused" -- \
        refused >"$DIR/out" 2>&1 || { cat "$DIR/out" && false; }
    diff - "$DIR/out" <<COUNTS
fentry light: EPERM 0, by "failures":{"source":"fentry:$2
fentry calls: EPERM 0, by "failures":{"source":"fentry:$2
fentry full: EPERM 0, by "failures":{"source":"fentry:$2
kprobe light: EPERM 0, by "failures":{"absent":"only
kprobe calls: EPERM 20, by "failures":{"source":"tracepoint:sys_exit
kprobe full: EPERM 20, by "failures":{"source":"tracepoint:sys_exit
tracepoint light: EPERM 0, by "failures":{"absent":"tracepoint:sys_enter
tracepoint calls: EPERM 20, by "failures":{"source":"tracepoint:sys_exit
tracepoint full: EPERM 20, by "failures":{"source":"tracepoint:sys_exit
COUNTS
}

@test "debian:6.1: calls that a seccomp filter refuses have failed" {
    refused debian:6.1 kernel_clone
    [ -z "${OFFSETS:-}" ] || refused debian:5.10 kernel_clone
    [ -z "${OFFSETS:-}" ] || refused debian:sid kernel_clone+put_pid
}
