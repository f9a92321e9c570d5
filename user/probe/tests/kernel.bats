#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The tool on the kernels that results/ uses. more/kernel.bats has others.
#
# Takes long: it boots each kernel.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.

load kernel.bash

# This kernel is never skipped.

@test "debian:6.1: doctor has what each kind of probe gives" { each_kind check_doctor debian:6.1 fentry kprobe tracepoint; }
@test "debian:6.1: births are counted exactly by each kind of probe" { each_kind check_births debian:6.1 fentry kprobe tracepoint; }
@test "debian:6.1: each birth makes a record while times are taken" { each_kind check_timed debian:6.1 fentry tracepoint; }
@test "debian:6.1: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:6.1 fentry kprobe tracepoint; }
@test "debian:6.1: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:6.1 fentry; }
@test "debian:6.1: bench shows the right phases by each kind of probe" { each_kind check_bench debian:6.1 fentry kprobe tracepoint; }
@test "debian:6.1: kill -9 leaves no probe and no process" { each_kind check_kill debian:6.1 fentry kprobe; }

@test "debian:6.1: a kind of probe that attaches and never fires is not used" { each_kind check_unfired debian:6.1 fentry kprobe; }
@test "debian:6.1: a kernel locked down for confidentiality is named" { check_locked debian:6.1; }

@test "debian:5.10: doctor has what each kind of probe gives" { each_kind check_doctor debian:5.10 fentry kprobe tracepoint; }
@test "debian:5.10: births are counted exactly by each kind of probe" { each_kind check_births debian:5.10 fentry kprobe tracepoint; }
@test "debian:5.10: each birth makes a record while times are taken" { each_kind check_timed debian:5.10 fentry tracepoint; }
@test "debian:5.10: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:5.10 fentry kprobe tracepoint; }
@test "debian:5.10: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:5.10 fentry; }

@test "debian:6.12: doctor has what each kind of probe gives" { each_kind check_doctor debian:6.12 fentry kprobe tracepoint; }
@test "debian:6.12: births are counted exactly by each kind of probe" { each_kind check_births debian:6.12 fentry kprobe tracepoint; }
@test "debian:6.12: each birth makes a record while times are taken" { each_kind check_timed debian:6.12 fentry tracepoint; }
@test "debian:6.12: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:6.12 fentry kprobe tracepoint; }
@test "debian:6.12: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:6.12 fentry; }

@test "debian:sid: doctor has what each kind of probe gives" { each_kind check_doctor debian:sid fentry kprobe tracepoint; }
@test "debian:sid: births are counted exactly by each kind of probe" { each_kind check_births debian:sid fentry kprobe tracepoint; }
@test "debian:sid: each birth makes a record while times are taken" { each_kind check_timed debian:sid fentry tracepoint; }
@test "debian:sid: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:sid fentry kprobe tracepoint; }
@test "debian:sid: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:sid fentry; }
