# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2016,SC2030,SC2031,SC2154,SC2317 # commands for other shells; bats
#
# A profile on a kernel that preempts tasks inside programs, and then skips these programs for other
# tasks: no birth and no exec may be lost by it. The emulator makes the share large: without care a
# tenth of the births is missing.
#
# A cell is a storm under a kind of preemption, a kind of probe and a detail (full/kprobe/calls). It
# starts after a busy loop of some milliseconds, in OFFSETS (0; `make check-kernels`: 0 to 9). A guest
# runs many cells: the kernel changes its preemption while it runs, and the order does not matter.
# A cell takes 5 to 10 s of a CPU; its line is in the suite's log, build/check/*-kernel.log.

bats_require_minimum_version 1.5.0

load "$(dirname -- "${BASH_SOURCE[0]}")/../../tests/tool.bash"
load "$(dirname -- "${BASH_SOURCE[0]}")/../../tests/kernels.bash"

# Births of each of the eight storms of a cell.
readonly EACH=150

start_early() {
    cat >"$ROOM/many" <<'SH'
#!/bin/sh
# many N: 8 forks by the shell; and by its children 4 N forks, N vforks, 2 N posix_spawns, N threads;
# 8 + 4 N children exec. To /run/made: the births that the storms made, by their own count, and those
# that the kernel counted meanwhile, less its own threads. Nothing here forks besides.
#
# moment: how many births the kernel has counted, and the last process id.
moment() {
    now='' last=none
    until [ "$now" = $last ]; do
        read -r _ _ _ _ last </proc/loadavg
        while read -r name count _; do [ $name != processes ] || break; done </proc/stat
        read -r _ _ _ _ now </proc/loadavg
    done
}
made=0 storms=
moment
before=$count first=$last
for method in fork vfork spawn fork-exec thread fork spawn fork-exec; do
    storm $method $1 >/dev/null &
    storms="$storms $!"
done
for pid in $storms; do
    wait $pid && made=$((made + 1 + $1))
done
moment
counted=$((count - before))
for file in /proc/[0-9]*/stat; do
    read -r pid line <$file || continue
    set -- ${line##*) }
    [ $2 != 2 ] || [ $pid -le $first ] || [ $pid -gt $last ] || counted=$((counted - 1))
done 2>/dev/null
echo "made $made kernel $counted" >/run/made
SH
    cat >"$ROOM/cells" <<'SH'
#!/bin/sh
# cells OFFSET N CELL...: a line for each: what was made, what was counted, and how long it took.
echo 4194304 >/proc/sys/kernel/pid_max
file=/run/run.jsonl
hundredths() { read -r up _ </proc/uptime; echo ${up%.*}${up#*.}; }
lines() { grep -Fc "$1" $file; }
end() { tail -n 1 $file | grep -o "\"$1\":[0-9]*" | tr -d '"'; }
offset=$1 each=$2
shift 2
for cell; do
    preempt=${cell%%/*} kind=${cell#*/} detail=${cell##*/}
    kind=${kind%/*}
    echo $preempt >/sys/kernel/debug/sched/preempt
    rm -f /run/made $file
    start=$(hundredths)
    spawnscope profile -q --no-calibrate --detail $detail --trace $kind -o $file -- storm busy $offset many $each
    status=$?
    took=$(($(hundredths) - start))
    echo "$(nproc) CPU, $(grep -o '(.*)' /sys/kernel/debug/sched/preempt) $kind $detail, $offset ms:" \
        status $status $(cat /run/made) births $(lines '{"type":"birth"') \
        fork $(lines '"method":"fork"') vfork $(lines '"method":"vfork"') \
        spawn $(lines '"method":"spawn"') thread $(lines '"method":"thread"') execs $(lines '"exec":{') \
        $(end lost) $(end births_lost) $(end births_unseen) $(end untracked) $(end missed) \
        "reap by $(head -n 1 $file | grep -o 'kprobe:release_task' || echo other)," \
        "in ${took%??}.${took#"${took%??}"} s"
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
# refused KIND/DETAIL...: of 20 forks that a seccomp filter refuses, how many are births that failed.
for how; do
    kind=${how%/*} detail=${how#*/} file=/run.jsonl
    spawnscope profile -q --no-calibrate --detail $detail --trace $kind -o $file -- storm refused 20 >/dev/null
    echo "$kind $detail: EPERM $(grep '"method":"fork"' $file | grep -c '"result":-1,')," \
        "by $(head -n 1 $file | grep -o '"failures":{"[^"]*":"[^ "]*')"
done
SH
    chmod +x "$ROOM/many" "$ROOM/cells" "$ROOM/watched" "$ROOM/refused"
}

# every_cell: its names.
every_cell() {
    printf '%s\n' {lazy,full}/{fentry,kprobe,tracepoint}/{light,calls,full}
}

# exact CELL CPUS OFFSET: its line where the count is that of the storms and of the kernel. An end is
# seen even where the kernel skips a trampoline's program: an exec may be known by it alone.
exact() {
    local preempt kind detail all=$((8 * (EACH + 1))) forks=$((8 + 4 * EACH)) reap=kprobe:release_task
    IFS=/ read -r preempt kind detail <<<"$1"
    [ "$kind" != tracepoint ] || reap=other
    echo "$2 CPU, ($preempt) $kind $detail, $3 ms: status 0 made $all kernel $all births $all" \
        "fork $forks vfork $EACH spawn $((2 * EACH)) thread $EACH execs $forks" \
        "lost:0 births_lost:0 births_unseen:0 untracked:0 missed:[0-9]* reap by $reap, in [0-9.]* s"
}

# none_lost KERNEL CPUS CELL...: every birth and exec has a record in each cell, from each offset.
none_lost() {
    local kernel=$1 cpus=$2 offset cell status wrong=0
    shift 2
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    need_kernel "$kernel"
    # Not with --icount: the fewer instructions in a tick, the more programs are preempted.
    for offset in ${OFFSETS:-0}; do
        # With two CPUs in two threads the emulator hangs once in a while, before the command runs.
        for _ in 1 2; do
            status=0
            bench/lab/guest --kernel "$kernel" --smp "$cpus" --timeout $((120 * ($# + 2))) \
                --init "$BUILD/static/lab-init" --add "$BUILD/static/spawnscope" \
                --add "$BUILD/static/storm" --add "$ROOM/many" --add "$ROOM/cells" -- \
                cells "$offset" "$EACH" "$@" >"$DIR/out" 2>&1 || status=$?
            grep -q 'the guest was not done' "$DIR/out" || break
        done
        sed 's/^/# /' "$DIR/out" >&3
        for cell; do
            grep -qx "$(exact "$cell" "$cpus" "$offset")" "$DIR/out" || { echo "not exact: $cell" && wrong=1; }
        done
        cat "$DIR/out" >>"$DIR/all"
        [ "$status" -eq 0 ] || wrong=1
    done
    cat "$DIR/all"
    return "$wrong"
}

# refused KERNEL CALL: where a tracepoint sees the return of each system call, and there alone. With
# OFFSETS by each kind at each detail, else where the source differs.
refused() {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    local cells=(fentry/full kprobe/{light,calls} tracepoint/{light,full}) how=(--icount)
    [ -z "${OFFSETS:-}" ] || { cells=({fentry,kprobe,tracepoint}/{light,calls,full}) && how=(); }
    need_kernel "$1"
    bench/lab/guest "${how[@]}" --kernel "$1" --timeout 600 --init "$BUILD/static/lab-init" \
        --add "$BUILD/static/spawnscope" --add "$BUILD/static/storm" --add "$ROOM/refused" -- \
        refused "${cells[@]}" >"$DIR/out" 2>&1 || { cat "$DIR/out" && false; }
    diff <(for cell in "${cells[@]}"; do refusals "$cell" "$2"; done) "$DIR/out"
}

# refusals KIND/DETAIL CALL: the line of it.
refusals() {
    case $1 in
    fentry/*) echo "${1/\// }: EPERM 0, by \"failures\":{\"source\":\"fentry:$2" ;;
    kprobe/light) echo 'kprobe light: EPERM 0, by "failures":{"absent":"only' ;;
    tracepoint/light) echo 'tracepoint light: EPERM 0, by "failures":{"absent":"tracepoint:sys_enter' ;;
    *) echo "${1/\// }: EPERM 20, by \"failures\":{\"source\":\"tracepoint:sys_exit" ;;
    esac
}

# on_one_cpu KERNEL, on_two_cpus KERNEL: with OFFSETS every cell; else a few: each kind and each
# detail, where most is skipped.
on_one_cpu() {
    local cells=(full/{fentry/light,kprobe/calls,tracepoint/full})
    [ -z "${OFFSETS:-}" ] || mapfile -t cells < <(every_cell)
    none_lost "$1" 1 "${cells[@]}"
    # And the kernel did skip programs.
    grep -q 'missed:[1-9]' "$DIR/all"
}

on_two_cpus() {
    local cells=(lazy/{fentry/calls,kprobe/full,tracepoint/light})
    [ -z "${OFFSETS:-}" ] || mapfile -t cells < <(every_cell)
    none_lost "$1" 2 "${cells[@]}"
}
