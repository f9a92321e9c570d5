#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The tool on kernels of other kinds: for any machine, real-time, of one version, the newest. Only
# `make check-kernels` runs it.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.

load ../kernel.bash

@test "debian:6.1-generic: doctor has what each kind of probe gives" { each_kind check_doctor debian:6.1-generic fentry kprobe tracepoint; }
@test "debian:6.1-generic: births are counted exactly by each kind of probe" { each_kind check_births debian:6.1-generic fentry kprobe tracepoint; }
@test "debian:6.1-generic: each birth makes a record while times are taken" { each_kind check_timed debian:6.1-generic fentry tracepoint; }
@test "debian:6.1-generic: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:6.1-generic fentry kprobe tracepoint; }
@test "debian:6.1-generic: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:6.1-generic fentry; }

@test "debian:6.12-rt: doctor has what each kind of probe gives" { each_kind check_doctor debian:6.12-rt fentry kprobe tracepoint; }
@test "debian:6.12-rt: births are counted exactly by each kind of probe" { each_kind check_births debian:6.12-rt fentry kprobe tracepoint; }
@test "debian:6.12-rt: each birth makes a record while times are taken" { each_kind check_timed debian:6.12-rt fentry tracepoint; }
@test "debian:6.12-rt: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:6.12-rt fentry kprobe tracepoint; }
@test "debian:6.12-rt: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:6.12-rt fentry; }

@test "debian:7.2: doctor has what each kind of probe gives" { each_kind check_doctor debian:7.2 fentry kprobe tracepoint; }
@test "debian:7.2: births are counted exactly by each kind of probe" { each_kind check_births debian:7.2 fentry kprobe tracepoint; }
@test "debian:7.2: each birth makes a record while times are taken" { each_kind check_timed debian:7.2 fentry tracepoint; }
@test "debian:7.2: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:7.2 fentry kprobe tracepoint; }
@test "debian:7.2: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:7.2 fentry; }

@test "debian:experimental: doctor has what each kind of probe gives" { each_kind check_doctor debian:experimental fentry kprobe tracepoint; }
@test "debian:experimental: births are counted exactly by each kind of probe" { each_kind check_births debian:experimental fentry kprobe tracepoint; }
@test "debian:experimental: each birth makes a record while times are taken" { each_kind check_timed debian:experimental fentry tracepoint; }
@test "debian:experimental: COW faults are counted exactly by each kind of probe" { each_kind check_cow debian:experimental fentry kprobe tracepoint; }
@test "debian:experimental: system calls until the exec are as many and of the kinds that strace sees" { check_syscalls debian:experimental fentry; }

# Those of arm64: by kprobe on 6.1, where there are no trampolines. No tracepoint shows a fault.

@test "debian:6.1/arm64: doctor has what each kind of probe gives" { each_kind check_doctor debian:6.1/arm64 fentry kprobe tracepoint; }
@test "debian:6.1/arm64: births are counted exactly by each kind of probe" { each_kind check_births debian:6.1/arm64 fentry kprobe tracepoint; }
@test "debian:6.1/arm64: each birth makes a record while times are taken" { each_kind check_timed debian:6.1/arm64 fentry tracepoint; }
@test "debian:6.1/arm64: COW faults are counted exactly by probes on functions" { each_kind check_cow debian:6.1/arm64 fentry kprobe; }

@test "debian:6.12/arm64: doctor has what each kind of probe gives" { each_kind check_doctor debian:6.12/arm64 fentry kprobe tracepoint; }
@test "debian:6.12/arm64: births are counted exactly by each kind of probe" { each_kind check_births debian:6.12/arm64 fentry kprobe tracepoint; }
@test "debian:6.12/arm64: each birth makes a record while times are taken" { each_kind check_timed debian:6.12/arm64 fentry tracepoint; }
@test "debian:6.12/arm64: COW faults are counted exactly by probes on functions" { each_kind check_cow debian:6.12/arm64 fentry kprobe; }
