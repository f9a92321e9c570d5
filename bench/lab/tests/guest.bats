#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The kernel rig: fetch-kernel, make-initramfs, boot, guest. Each guest costs two
# to five seconds, so tests ask several things of one boot where they can.
#
# bats sets $status and $output, and runs each test in a subshell on purpose:
# shellcheck disable=SC2154,SC2030,SC2031

bats_require_minimum_version 1.5.0

setup_file() {
    LAB=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    export LAB INITRD=$BATS_FILE_TMPDIR/initramfs
    # Without the kernel of the suite that everyone has, nothing here means
    # anything: a failure, not a skip.
    "$LAB/fetch-kernel" debian:6.1

    cat >"$BATS_FILE_TMPDIR/timing.c" <<'C'
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

int main(void)
{
	long start = now();

	for (int i = 0; i < 100; i++)
		syscall(SYS_getppid);
	printf("getppid %ld\n", now() - start);
	for (int i = 0; i < 20; i++) {
		pid_t child;

		start = now();
		child = fork();
		if (!child)
			_exit(0);
		printf("fork %ld\n", now() - start);
		waitpid(child, NULL, 0);
	}
	return 0;
}
C
    cc -O2 -static -o "$BATS_FILE_TMPDIR/timing" "$BATS_FILE_TMPDIR/timing.c"
    "$LAB/make-initramfs" -o "$INITRD" "$BATS_FILE_TMPDIR/timing"
}

# The kernel of another suite, or a skip that says which and why.
need_kernel() {
    local reason
    reason=$("$LAB/fetch-kernel" "$1" 2>&1) || skip "$reason"
}

# Guests of this test, by the mark on their kernels' command lines.
guests() { pgrep -f "qemu-system-x86_64.*lab.test=$BATS_TEST_TMPDIR( |$)"; }

# Waits until `$@` fails, or five seconds.
until_not() {
    local i
    for ((i = 0; i < 50; i++)); do
        "$@" >/dev/null || return 0
        sleep 0.1
    done
    return 1
}

# Starts a guest that waits, in the background: $runner is its script. What runs
# it must not hold bats' own descriptor open.
start_waiting() { # SCRIPT ARG...
    "$@" --append "lab.test=$BATS_TEST_TMPDIR" -- sh -c 'echo ready; sleep 600' \
        >"$BATS_TEST_TMPDIR/stdout" 2>/dev/null 3>&- &
    runner=$!
    until grep -q ready "$BATS_TEST_TMPDIR/stdout"; do
        kill -0 "$runner"
        sleep 0.1
    done
    guests
}

# What every kernel of the lab has to offer.
check_kernel() { # NAME RELEASE-PREFIX
    need_kernel "$1"
    # shellcheck disable=SC2016 # for the guest's shell
    run --separate-stderr "$LAB/boot" --kernel "$1" --initrd "$INITRD" -- sh -c '
        uname -r
        ls -d /sys/kernel/btf/vmlinux /sys/kernel/tracing/events/syscalls \
              /sys/kernel/tracing/kprobe_events /sys/fs/bpf /sys/fs/cgroup/cgroup.procs'
    echo "$output"
    ((status == 0))
    [[ ${lines[0]} == "$2"*-cloud-amd64 ]]
    ((${#lines[@]} == 6))
    [[ -z $stderr ]]
}

@test "debian:5.10 boots, with BTF, tracefs, kprobes" { check_kernel debian:5.10 5.10.; }
@test "debian:6.1 boots, with BTF, tracefs, kprobes" { check_kernel debian:6.1 6.1.; }
@test "debian:6.12 boots, with BTF, tracefs, kprobes" { check_kernel debian:6.12 6.12.; }
@test "debian:sid boots, with BTF, tracefs, kprobes" { check_kernel debian:sid ''; }

@test "every kernel boots in the deterministic lab" {
    local name
    for name in debian:5.10 debian:6.1 debian:6.12 debian:sid; do
        need_kernel "$name"
        run --separate-stderr "$LAB/boot" --icount --kernel "$name" --initrd "$INITRD" -- timing
        ((status == 0))
        ((${#lines[@]} == 21))
    done
}

@test "two boots of the lab print the same bytes" {
    "$LAB/boot" --icount --initrd "$INITRD" -- timing >"$BATS_TEST_TMPDIR/first"
    "$LAB/boot" --icount --initrd "$INITRD" -- timing >"$BATS_TEST_TMPDIR/second"
    [[ $(wc -l <"$BATS_TEST_TMPDIR/first") == 21 ]]
    cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
}

@test "a command's exit status, its output and its errors stay apart" {
    run --separate-stderr "$LAB/guest" -- sh -c 'echo out; echo err >&2; exit 7'
    ((status == 7))
    [[ $output == out ]]
    [[ $stderr == err ]]

    run --separate-stderr "$LAB/guest" -- echo 'two  words' "it's" ''
    ((status == 0))
    [[ $output == "two  words it's " ]]
    [[ -z $stderr ]]
}

@test "every byte passes, on both outputs, and in files" {
    local i
    for ((i = 0; i < 256; i++)); do
        # shellcheck disable=SC2059 # the format is the byte
        printf "\\x$(printf %x "$i")"
    done >"$BATS_TEST_TMPDIR/bytes"
    # Enough to fill every buffer on the way.
    for ((i = 0; i < 1024; i++)); do cat "$BATS_TEST_TMPDIR/bytes"; done >"$BATS_TEST_TMPDIR/many"
    local mode
    for mode in '' --icount; do
        "$LAB/guest" $mode --add "$BATS_TEST_TMPDIR/many:/data/many" --out "$BATS_TEST_TMPDIR/back$mode" -- \
            sh -c 'cat /data/many; cat /data/many >&2; mkdir out/in; cp /data/many out/in/; echo end >out/note' \
            >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr"
        cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/stdout"
        cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/stderr"
        cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/back$mode/in/many"
        [[ $(cat "$BATS_TEST_TMPDIR/back$mode/note") == end ]]
    done
}

@test "files come back even if the command fails, and a signal shows in the status" {
    # shellcheck disable=SC2016 # for the guest's shell
    run "$LAB/guest" --out "$BATS_TEST_TMPDIR/back" -- sh -c 'echo kept >out/file; kill -SEGV $$'
    ((status == 139))
    [[ $(cat "$BATS_TEST_TMPDIR/back/file") == kept ]]
}

@test "a dynamic program runs with its libraries, at its own place" {
    # shellcheck disable=SC2016 # for the guest's shell
    run "$LAB/guest" --with-libs --add "$(command -v bash):/opt/it/" --smp 2 -- \
        /opt/it/bash -c 'nproc; echo ${BASH_VERSION%%.*}'
    ((status == 0))
    [[ ${lines[0]} == 2 ]]
    [[ ${lines[1]} == "${BASH_VERSINFO[0]}" ]]
}

@test "a command that is not there is named" {
    run -127 "$LAB/guest" -- no-such-program
    [[ $output == *"'no-such-program'"*'--add'* ]]
}

@test "a panic is reported with the end of the console" {
    run --separate-stderr "$LAB/guest" -- sh -c 'echo before; sleep 1; echo c >/proc/sysrq-trigger'
    ((status == 2))
    [[ $output == before ]]
    [[ ${stderr_lines[0]} == 'boot: the guest ended without a result: Kernel panic'*'sysrq triggered crash' ]]
    ((${#stderr_lines[@]} > 5 && ${#stderr_lines[@]} <= 21))
}

@test "a guest out of memory is reported with the mend" {
    run --separate-stderr "$LAB/guest" --memory 128M -- \
        sh -c 'echo 1 >/proc/sys/vm/overcommit_memory; dd if=/dev/zero bs=300M count=1 of=/dev/null'
    ((status == 2))
    [[ ${stderr_lines[0]} == *'ran out of its 128M of memory'*'--memory'* ]]
}

@test "a hang is reported, in wall time, and in the lab's own time at once" {
    run --separate-stderr "$LAB/guest" --timeout 6 -- sh -c 'echo before; sleep 600'
    ((status == 2))
    [[ $output == before ]]
    [[ ${stderr_lines[0]} == *'not done after 6 s'*'--timeout'* ]]

    SECONDS=0
    run --separate-stderr "$LAB/guest" --icount --timeout 3600 -- sh -c 'echo before; sleep 4000'
    ((status == 2))
    [[ $output == before ]]
    [[ ${stderr_lines[0]} == *"still ran after 3600 s of the guest's time"* ]]
    ((SECONDS < 120))
}

@test "no virtual machine and no temporary folder outlives a terminated script" {
    local left
    mkdir "$BATS_TEST_TMPDIR/tmp"
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    start_waiting "$LAB/guest"
    kill "$runner"
    wait "$runner" || left=$?
    [[ $left == 143 ]]
    until_not guests
    [[ -z $(ls "$TMPDIR") ]]
}

@test "no virtual machine outlives a killed script" {
    # A killed script cannot clear its temporary folder: let bats do it.
    export TMPDIR=$BATS_TEST_TMPDIR
    start_waiting "$LAB/guest"
    kill -KILL "$runner"
    until_not guests

    start_waiting "$LAB/boot" --initrd "$INITRD"
    kill -KILL "$runner"
    until_not guests
}

@test "the same files make the same initramfs" {
    mkdir "$BATS_TEST_TMPDIR/data"
    echo one >"$BATS_TEST_TMPDIR/data/one"
    echo two >"$BATS_TEST_TMPDIR/data/two"
    (umask 077 && "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/a.cpio" "$BATS_TEST_TMPDIR/data:/data")
    cp -r "$BATS_TEST_TMPDIR/data" "$BATS_TEST_TMPDIR/copy"
    chmod 600 "$BATS_TEST_TMPDIR/copy/one"
    touch -d 2001-01-01 "$BATS_TEST_TMPDIR/copy/two"
    "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/b.cpio" "$BATS_TEST_TMPDIR/copy:/data"
    cmp "$BATS_TEST_TMPDIR/a.cpio" "$BATS_TEST_TMPDIR/b.cpio"

    # A packed one boots, too.
    "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/c.cpio.gz" "$BATS_TEST_TMPDIR/data:/data"
    run "$LAB/boot" --initrd "$BATS_TEST_TMPDIR/c.cpio.gz" -- cat /data/one /data/two
    [[ $output == $'one\ntwo' ]]
}

@test "wrong usage gets one line and exit status 2" {
    wrong() {
        run --separate-stderr "$@"
        ((status == 2))
        [[ -z $output ]]
        ((${#stderr_lines[@]} == 1))
    }
    wrong "$LAB/guest"
    wrong "$LAB/guest" --no-such-option
    wrong "$LAB/guest" --memory
    wrong "$LAB/guest" --memory lots -- true
    wrong "$LAB/guest" --smp 0 -- true
    wrong "$LAB/guest" --icount --smp 2 -- true
    wrong "$LAB/guest" --kernel debian:2.4 -- true
    wrong "$LAB/guest" --kernel /no/such/kernel -- true
    wrong "$LAB/guest" --add /no/such/file -- true
    wrong "$LAB/guest" --add "$LAB/guest:/../outside" -- true
    wrong "$LAB/boot" -- true
    wrong "$LAB/boot" --initrd /no/such/file -- true
    wrong "$LAB/make-initramfs"
    wrong "$LAB/make-initramfs" -o /no/such/folder/file
    wrong "$LAB/fetch-kernel"
    wrong "$LAB/fetch-kernel" debian:2.4
    wrong "$LAB/fetch-kernel" --path
    wrong env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" "$LAB/fetch-kernel" --path debian:6.1
    wrong env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" "$LAB/guest" --kernel debian:6.1 -- true
}

@test "a kernel image that is none is QEMU's to refuse" {
    echo nonsense >"$BATS_TEST_TMPDIR/kernel"
    run --separate-stderr "$LAB/boot" --kernel "$BATS_TEST_TMPDIR/kernel" --initrd "$INITRD" -- true
    ((status == 2))
    [[ ${stderr_lines[0]} == 'boot: QEMU failed: '* ]]
}

@test "the cache lists what it holds, and is not fetched twice" {
    run --separate-stderr "$LAB/fetch-kernel" --list
    ((status == 0))
    [[ $output == *debian:6.1$'\t'6.1.*$'\t'6.1.*-cloud-amd64* ]]
    # No mirror answers at this address: nothing may be asked of it.
    run "$LAB/fetch-kernel" --mirror http://127.0.0.1:1/debian debian:6.1
    ((status == 0))
    [[ -z $output ]]
}

@test "a suite that cannot be reached is one line and exit status 3, and leaves nothing" {
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    run --separate-stderr "$LAB/fetch-kernel" \
        --mirror http://127.0.0.1:1/debian --security-mirror http://127.0.0.1:1/debian-security \
        debian:sid debian:5.10
    ((status == 3))
    ((${#stderr_lines[@]} == 2))
    [[ ${stderr_lines[0]} == 'debian:sid: cannot be fetched: '* ]]
    [[ ${stderr_lines[1]} == 'debian:5.10: cannot be fetched: '* ]]
    [[ -z $(ls -A "$XDG_CACHE_HOME/spawnscope/kernels") ]]
}
