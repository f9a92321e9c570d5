#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command profile on the kernels of the lab: what it counts against the kernel's own count.
# Their machine is quiet, so the counts are exact. One has two CPUs.
#
# Takes long: it boots each kernel.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # commands for other shells; what tool.bash sets and calls

load ../../tests/tool.bash
load profile.bash

@test "the kernels of the lab count as we do" {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    for kernel in debian:5.10 debian:6.1 debian:6.12 debian:sid; do
        bench/lab/fetch-kernel --path "$kernel" >/dev/null 2>&1 || continue
        tried=1 how=(--icount)
        [ $kernel != debian:6.12 ] || how=(--smp 2)
        bench/lab/guest --kernel "$kernel" "${how[@]}" --init "$BUILD/static/lab-init" \
            --add "$BUILD/static/spawnscope" --add "$BUILD/static/storm" -- sh -c '
            spawnscope profile -a -v --detail full >all 2>&1 & tool=$!
            until grep -qs attached all; do sleep 0.1; done
            storm vfork 50; storm thread-exec 5; storm fail 3; storm orphan 4; storm spawn 5
            kill -INT $tool; wait $tool
            cat all
            spawnscope profile -q --detail calls -o threads -- storm thread-exec 3
            cat threads
            spawnscope profile -q --detail calls --trace tracepoint -o threads -- storm thread-exec 3
            cat threads
            spawnscope profile --live -- storm spawn 2 2>&1' >"$DIR/out" 2>"$DIR/err" || { cat "$DIR/out" "$DIR/err" && false; }
        [ ! -s "$DIR/err" ]
        cat "$DIR/out"
        kernels_count "$DIR/out"
        [ "$counted" -eq "$ours" ]
        grep -q '^3 calls failed:$' "$DIR/out"
        refute grep -q 'were lost' "$DIR/out"
        grep -Eq '^storm +vfork +50 ' "$DIR/out"
        grep -Eq '^storm +spawn +5 ' "$DIR/out"
        [ "$(grep -c '^ .*/proc/self/exe leaf' "$DIR/out")" -eq 2 ]
        [ "$(grep -c '^{"type":"end"' "$DIR/out")" -eq 2 ]
        grep '^{' "$DIR/out" | sed '/^{"type":"end"/q' | exec_phases_whole
        grep '^{' "$DIR/out" | sed '1,/^{"type":"end"/d' | exec_phases_whole
    done
    [ -n "${tried:-}" ] || skip "no kernel was fetched: make kernels"
}
