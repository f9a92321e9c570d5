#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A profile on kernels of other kinds. Only `make check-kernels` runs it.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.
#
# shellcheck disable=SC2016 # a shell of the guest expands it

load ../kernel.bash

# Each storm from one moment: from all of them on three kernels, they would take hours.
[ -z "${OFFSETS:-}" ] || OFFSETS=${OFFSETS%% *}

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

# callers.c: main -> a -> b -> c, which creates 3, and main -> other -> c, 2. Which of the two waited
# longer, and comes first, is up to the machine.
@test "debian:6.12/arm64: stacks are unwound, also where return addresses are signed" {
    local programs=$BUILD/arm64/static method how add=()
    command -v qemu-system-aarch64 >/dev/null || skip "qemu-system-aarch64 is missing: apt-get install qemu-system-arm"
    command -v aarch64-linux-gnu-gcc >/dev/null || skip "aarch64-linux-gnu-gcc is missing: make deps ARCH=arm64"
    [ -x "$programs/spawnscope" ] || skip "there are no programs for arm64: make ARCH=arm64 static"
    need_kernel debian:6.12/arm64
    for how in none standard; do
        aarch64-linux-gnu-gcc --sysroot="$BUILD/sysroot-arm64" -static -O2 -fomit-frame-pointer \
            -mbranch-protection=$how -o "$DIR/$how" user/profile/tests/callers.c
        add+=(--add "$DIR/$how")
    done
    bench/lab/guest --kernel debian:6.12/arm64 --init "$programs/lab-init" --busybox "$programs/busybox" \
        --add "$programs/spawnscope" "${add[@]}" -- sh -c '
            for how in none standard; do
                for method in fork vfork spawn; do
                    COLUMNS=400 spawnscope profile --by stack --no-calibrate -- $how $method 3 2 2>&1 | sed "s/^/$how $method: /"
                done
            done' >"$DIR/out" 2>&1 || { cat "$DIR/out" && false; }
    cat "$DIR/out"
    for how in none standard; do
        for method in fork vfork spawn; do
            grep -Eq "^$how $method: #[12] $method 3: .* < c < b < a < main < .* < _start\$" "$DIR/out"
            grep -Eq "^$how $method: #[12] $method 2: .* < c < other < main < .* < _start\$" "$DIR/out"
        done
    done
}
