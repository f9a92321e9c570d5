#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A profile on kernels of other kinds. Only `make check-kernels` runs it.

load ../kernel.bash

@test "debian:6.1-generic: calls that a seccomp filter refuses have failed" { refused debian:6.1-generic kernel_clone; }

@test "debian:6.12-rt: on one CPU no birth is lost to preemption" { on_one_cpu debian:6.12-rt; }
@test "debian:6.12-rt: on two CPUs no birth is lost to preemption" { on_two_cpus debian:6.12-rt; }
@test "debian:6.12-rt: calls that a seccomp filter refuses have failed" { refused debian:6.12-rt kernel_clone+put_pid; }

@test "debian:7.2: on one CPU no birth is lost to preemption" { on_one_cpu debian:7.2; }
@test "debian:7.2: on two CPUs no birth is lost to preemption" { on_two_cpus debian:7.2; }
@test "debian:7.2: calls that a seccomp filter refuses have failed" { refused debian:7.2 kernel_clone+put_pid; }

@test "debian:experimental: on one CPU no birth is lost to preemption" { on_one_cpu debian:experimental; }
@test "debian:experimental: on two CPUs no birth is lost to preemption" { on_two_cpus debian:experimental; }
@test "debian:experimental: calls that a seccomp filter refuses have failed" { refused debian:experimental kernel_clone+put_pid; }
