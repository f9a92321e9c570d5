#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Axes: that the parent and its children are as asked for, and that what is not possible here is
# skipped with the reason.
#
# shellcheck disable=SC2154 # bats sets $status, $output and $lines

load ../../driver/tests/driver.bash

# Takes samples, and sets $DIR/out; each cell that was not skipped has some.
measured() { # ARG...
    "$BENCH" --runs 3 --warmup 1 --seed 1 "$@" >"$DIR/out"
    cat "$DIR/out"
    refute grep '^broken\|^late' "$DIR/out"
    [ "$(grep -c '^sample [0-9]* [0-9]* 0 ' "$DIR/out")" -eq \
        "$((3 * ($(grep -c '^cell' "$DIR/out") - $(grep -c '^skip' "$DIR/out"))))" ]
}

# A fact of the parent of a cell.
fact() { # CELL NAME
    sed -n "s/^parent $1 .* $2=\([0-9]*\).*/\1/p" "$DIR/out" | tail -n 1
}

@test "each kind of mapping is made and verified" {
    measured --method fork --size 32M \
        --mapping anonymous,shared,private-file,shared-file,dontfork,wipeonfork,mlocked,untouched
    refute grep '^skip [01457]' "$DIR/out"
    for cell in 0 4 5; do
        [ "$(fact $cell rss_anon_bytes)" -ge $((32 << 20)) ]
    done
    [ "$(fact 1 rss_file_bytes)" -ge $((32 << 20)) ]
    [ "$(fact 1 rss_anon_bytes)" -lt $((4 << 20)) ]
    [ "$(fact 7 rss_anon_bytes)" -lt $((4 << 20)) ]
    # Of files: only where a folder is on a disk.
    for cell in 2 3; do
        grep "^skip $cell mapping=.*needs a folder on a disk" "$DIR/out" ||
            [ "$(fact $cell rss_file_bytes)" -ge $((32 << 20)) ]
    done
    # The limit may be too low.
    grep '^skip 6 .*RLIMIT_MEMLOCK' "$DIR/out" || [ "$(fact 6 rss_anon_bytes)" -ge $((32 << 20)) ]
}

@test "what a mapping cannot be combined with is skipped with the reason" {
    measured --method fork --size 2M --mapping dontfork,shared-file --child-write 4K
    [ "$(grep -c '^skip' "$DIR/out")" -eq 2 ]
    grep '^skip 0 mapping=dontfork: the child has no memory to write to' "$DIR/out"
    measured --method fork --size 2M --mapping shared,untouched --pages thp,64k
    [ "$(grep -c '^skip . mapping=.* has 4k pages only' "$DIR/out")" -eq 4 ]
    one_line 2 "unknown mapping 'x'; known: anonymous, shared" "$BENCH" --mapping x
}

@test "memory that may not be locked is skipped with the limit" {
    run -0 setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock prlimit --memlock=65536 \
        "$BENCH" --method fork --size 1M --mapping mlocked --runs 1
    [[ $output == *"skip 0 mlock of 1024 KiB: "*"; RLIMIT_MEMLOCK is 64 KiB: raise it with ulimit -l"* ]]
}

@test "pages that the machine does not offer are skipped with the setting" {
    measured --method fork --size 16M --pages hugetlb,64k
    grep '^skip 0 .*sysctl vm.nr_hugepages=8 reserves them' "$DIR/out" || grep '^sample 0' "$DIR/out"
    grep -E '^skip 1 .*(write (madvise|never) to|this kernel has no)' "$DIR/out" || grep '^sample 1' "$DIR/out"
    measured --method fork --size 12K --pages hugetlb,64k
    [ "$(grep -c '^skip . pages=.* needs a size that is a multiple of [26]4*[KM]' "$DIR/out")" -eq 2 ]
}
