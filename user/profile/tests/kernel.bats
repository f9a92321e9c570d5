#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A profile on the kernels that results/ uses. more/kernel.bats has others.
#
# Takes long: it boots each kernel.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.
#
# shellcheck disable=SC2154 # what kernel.bash sets

load kernel.bash

@test "debian:sid: on one CPU no birth is lost to preemption" { on_one_cpu debian:sid; }
@test "debian:sid: on two CPUs no birth is lost to preemption" { on_two_cpus debian:sid; }

# Of a table of 8,192 a part was lost from 4,000 on.
@test "debian:6.1: each fork of thousands of live processes is counted, in less than 200 MiB" {
    local alive=9000
    [ -z "${OFFSETS:-}" ] || alive=20000
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    bench/lab/guest --kernel debian:6.1 --memory 2G --timeout 1200 --init "$BUILD/static/lab-init" \
        --add "$BUILD/static/spawnscope" --add "$BUILD/static/storm" --add "$ROOM/watched" -- \
        watched storm alive $alive >"$DIR/out" 2>&1 || { cat "$DIR/out" && false; }
    cat "$DIR/out"
    births=$(sed -n 's/^\([0-9]*\) births, .*/\1/p' "$DIR/out")
    refute grep -Eq 'calls failed|were lost' "$DIR/out"
    [ "$births" -ge $((2 * alive)) ]
    tr -s '\n ' '  ' <"$DIR/out" | grep -q "/proc/stat counted $births births meanwhile, we ${births}[; ]"
    grep -q "^storm *fork *$alive " "$DIR/out"
    grep -q "^storm *other *$alive " "$DIR/out"
    [ "$(awk '$1 == "VmHWM:" { print $2 }' "$DIR/out")" -lt $((200 * 1024)) ]
}

@test "debian:6.1: calls that a seccomp filter refuses have failed" {
    refused debian:6.1 kernel_clone
    [ -z "${OFFSETS:-}" ] || refused debian:5.10 kernel_clone
    [ -z "${OFFSETS:-}" ] || refused debian:sid kernel_clone+put_pid
}
