#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bench/lab/cross-check on every kernel: the sources of each phase agree with each other,
# and with what the emulator counts between the same points without a probe.
#
# Takes long: it boots each kernel.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load lab.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    export BUILD CHECK=$LAB_SCRIPTS/cross-check
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# What the guests without probes gave is kept for the test of the order.
cross_check() { # KERNEL
    local lines=$BATS_TEST_TMPDIR/lines
    need_kernel "$1"
    "$CHECK" --runs 10 --programs "$BUILD/static" --keep "$BATS_FILE_TMPDIR/$1" "$1" >"$lines" || {
        grep UNEXPLAINED "$lines"
        return 1
    }
    # Every kind was compared, and nearly every phase.
    [ "$(cut -f 5 "$lines" | sort -u | xargs)" = "fentry kprobe tracepoint" ]
    [ "$(cut -f 3 "$lines" | sort -u | wc -l)" -ge 15 ]
    # Most are the same, at least with probes on functions.
    [ "$(grep -v tracepoint: "$lines" | grep -c 'same$')" -ge 20 ]
}

@test "debian:6.1: the sources of a phase agree" { cross_check debian:6.1; }
@test "debian:5.10: the sources of a phase agree" { cross_check debian:5.10; }
@test "debian:6.12: the sources of a phase agree" { cross_check debian:6.12; }
@test "debian:sid: the sources of a phase agree" { cross_check debian:sid; }

# The median of the call, by the driver's clock.
clock() { # KERNEL METHOD
    jq 'select(.type == "cell").samples.spawn_ns | sort | .[(length - 1) / 2 | floor]' "$BATS_FILE_TMPDIR/$1/$2-1M.jsonl"
}

@test "calls have the order that the instruction stream has, whichever way a kernel clears memory" {
    local kernel method stream
    for kernel in debian:6.1 debian:6.12; do
        # Alone, this test has to boot.
        [ -s "$BATS_FILE_TMPDIR/$kernel/outside" ] || cross_check "$kernel"
    done
    for method in fork vfork posix_spawn thread; do
        # Median of the instructions, and of the stream, of the kernel's part.
        for kernel in debian:6.1 debian:6.12; do
            awk -v method=$method '$1 == method && $2 == "1M" && $3 == "clone..clone_return" { print $5, $6 }' \
                "$BATS_FILE_TMPDIR/$kernel/outside"
        done >spans
        echo "$method $(clock debian:6.1 $method) $(clock debian:6.12 $method) $(xargs <spans)"
        [ "$(wc -l <spans)" -eq 2 ]
        read -r -a stream < <(xargs <spans)
        ((stream[3] > stream[1]))
        (($(clock debian:6.12 $method) > $(clock debian:6.1 $method)))
        # The clock counts what the emulator does, and the C library's part.
        (($(clock debian:6.1 $method) > stream[0] && stream[0] > stream[1]))
    done
}

@test "bytes that COW faults copy are the pages that the probes count" {
    local pages
    cd "$LAB_SCRIPTS/../.."
    for kernel in 5.10 6.1 6.12 sid; do
        pages=$(jq -s '[.[] | select(.type == "cell" and .key.method == "fork" and .key.trace == "all" and
            .key.rss_bytes == 1048576 and .key.pages == "4k").counts | (.cow_copied_child + .cow_copied_parent)] |
            .[0] | [.[0], .[5]] | add' "results/lab/debian-$kernel.jsonl")
        release=$(jq -r 'select(.type == "run").environment.kernel_release' "results/lab/debian-$kernel.jsonl")
        echo "$release: $pages pages"
        awk -F'\t' -v release="$release" -v pages="$pages" '
            $1 == release && $2 == "fork" && $3 == "cow" { found = $7 == pages * 4096 }
            END { exit !found }' results/lab/outside.tsv
    done
}

@test "bad arguments are one line and status 2" {
    one_line 2 "'--fast'.*--help" "$CHECK" --fast
    one_line 2 "/nowhere/spawnscope is missing" "$CHECK" --programs /nowhere
    one_line 2 "--runs 'x' is not a number" "$CHECK" --runs x
    one_line 2 "'--fast'.*--help" "$LAB_SCRIPTS/outside" --fast
    one_line 2 "/nowhere/spawnscope is missing" "$LAB_SCRIPTS/outside" --programs /nowhere
    one_line 2 "--runs '0' is not a number" "$LAB_SCRIPTS/outside" --runs 0
}
