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
    # The limit may be too low; sanitizers lock nothing.
    has_sanitizers || grep '^skip 6 .*RLIMIT_MEMLOCK' "$DIR/out" || [ "$(fact 6 rss_anon_bytes)" -ge $((32 << 20)) ]
}

@test "what a mapping cannot be combined with is skipped with the reason" {
    measured --method fork --size 2M --mapping dontfork,shared-file --child-write 4K
    [ "$(grep -c '^skip' "$DIR/out")" -eq 2 ]
    grep '^skip 0 mapping=dontfork: the child has no memory to write to' "$DIR/out"
    measured --method fork --size 2M --mapping shared,untouched --pages thp,64k
    [ "$(grep -c '^skip . mapping=.* has 4k pages only' "$DIR/out")" -eq 4 ]
    one_line 2 "unknown mapping 'x'; known: anonymous, shared" "$BENCH" --mapping x
}

@test "additional VMAs have a page each, or none where nothing is touched" {
    measured --method fork --size 1M --vmas 8000 --mapping anonymous,untouched
    [ "$(fact 0 rss_anon_bytes)" -ge $((8000 << 12)) ]
    [ "$(fact 1 rss_anon_bytes)" -lt $((8 << 20)) ]
}

@test "memory that may not be locked is skipped with the limit" {
    ! has_sanitizers || skip "sanitizers lock no memory"
    run -0 setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock prlimit --memlock=65536 \
        "$BENCH" --method fork --size 1M --mapping mlocked --runs 1
    [[ $output == *"skip 0 mlock of 1024 KiB: "*"; RLIMIT_MEMLOCK is 64 KiB: raise it with ulimit -l"* ]]
}

@test "pages that the machine does not offer are skipped with the setting" {
    [ ! -e /sys/kernel/mm/hugepages/hugepages-2048kB ] || huge_pages_alone
    measured --method fork --size 16M --pages hugetlb,64k
    grep '^skip 0 .*sysctl vm.nr_hugepages=8 reserves them' "$DIR/out" || grep '^sample 0' "$DIR/out"
    grep -E '^skip 1 .*(write (madvise|never) to|this kernel has no)' "$DIR/out" || grep '^sample 1' "$DIR/out"
    measured --method fork --size 12K --pages hugetlb,64k
    [ "$(grep -c '^skip . pages=.* needs a size that is a multiple of [26]4*[KM]' "$DIR/out")" -eq 2 ]
}

@test "environment, arguments and PATH are what the program gets" {
    mkdir "$DIR/bin"
    printf '#!/bin/sh\ntr "\\0" "\\n" </proc/self/environ >%s\n' "$DIR/environment" >"$DIR/bin/program"
    chmod +x "$DIR/bin/program"
    "$BENCH" --method fork-exec --size 1M --runs 1 --warmup 0 --program "$DIR/bin/program" >"$DIR/out"
    cp "$DIR/environment" "$DIR/before"
    "$BENCH" --method fork-exec --size 1M --runs 1 --warmup 0 --env-bytes 1000 --path 3 \
        --program "$DIR/bin/program" >>"$DIR/out"
    grep -x "PATH=/.:/.:/.:$DIR/bin:/.*/bin" "$DIR/environment"
    [ "$(($(grep -v ^PATH= "$DIR/environment" | wc -c) - $(grep -v ^PATH= "$DIR/before" | wc -c)))" -eq 1000 ]
    strace -V >/dev/null 2>&1 || skip "no strace"
    under_strace -f -qq -e trace=execve -s 9 -v -o "$DIR/trace" "$BENCH" --size 1M --runs 1 --warmup 0 \
        --method posix_spawn,vfork-exec --path 2 --arg-bytes 200 >>"$DIR/out"
    # Per spawn two entries without it, and then the program: argv[0], the slate, words of 64 bytes.
    [ "$(grep -c 'execve("/./spawnscope-child".* = -1 ENOENT' "$DIR/trace")" -eq 4 ]
    [ "$(grep -cE 'execve\("/.*/spawnscope-child", \["[^"]*"\.\.\., "4", ("a{9}"\.\.\.(, )?){3}, "a{7}"\]' "$DIR/trace")" -ge 2 ]
}

@test "strings that exec refuses, and methods without an exec, are skipped with the reason" {
    measured --method fork,posix_spawn,zygote --size 1M --env-bytes 4K,16M
    grep '^skip 0 env_bytes: this method does not exec' "$DIR/out"
    grep "^skip 2 env_bytes: this method's helper has its own" "$DIR/out"
    grep '^skip 4 environment and arguments take .*ulimit -s' "$DIR/out"
    [ "$(grep -c '^sample 1' "$DIR/out")" -eq 3 ]
    run -0 "$BENCH" --method fork-exec --size 1M --runs 1 --arg-bytes 64 --program /bin/true
    [[ $output == *"skip 0 arg_bytes: your program has arguments of its own"* ]]
}

@test "descriptors are closed, inherited, or closed by the child" {
    mkdir "$DIR/bin"
    printf '#!/bin/sh\nls /proc/self/fd | wc -l >>%s\n' "$DIR/open" >"$DIR/bin/program"
    chmod +x "$DIR/bin/program"
    for method in fork-exec vfork-exec posix_spawn; do
        "$BENCH" --method $method --size 1M --runs 1 --warmup 0 --fds 100 --seed 1 \
            --fd-kind cloexec,inherited,closed --program "$DIR/bin/program" >"$DIR/out"
        refute grep '^skip' "$DIR/out"
    done
    # Those that the shell has, and the 100.
    sort -n "$DIR/open" | uniq -c
    [ "$(sort -n "$DIR/open" | awk 'NR <= 6 { less += $1 < 20 } NR > 6 { more += $1 >= 100 } END { print less, more }')" = "6 3" ]
    measured --method fork,posix_spawn --size 1M --fds 10 --fd-kind closed
    grep '^skip 0 this method does not support fd_kind=closed' "$DIR/out"
    # A program that is an open descriptor would be closed before its exec.
    "$BENCH" --method fork-exec --size 1M --runs 1 --program-kind static,dynamic,shell,script --fd-kind closed >"$DIR/out"
    [ "$(grep -c '^skip [13] fd_kind=closed: not with program_kind=\(dynamic\|script\), ' "$DIR/out")" -eq 2 ]
    [ "$(grep -c '^sample' "$DIR/out")" -eq 2 ]
}

@test "file actions are taken by posix_spawn" {
    measured --method posix_spawn,vfork-exec --size 1M --file-actions 0,5
    [ "$(grep -c '^skip . this method does not support file_actions' "$DIR/out")" -eq 2 ]
    strace -V >/dev/null 2>&1 || skip "no strace"
    under_strace -f -qq -e trace=dup2 -o "$DIR/trace" "$BENCH" --size 1M --runs 1 --warmup 0 \
        --method posix_spawn --file-actions 7 >"$DIR/out"
    [ "$(grep -c 'dup2(2, 1)' "$DIR/trace")" -ge 7 ]
}

@test "VMAs share page tables, have one each, or are pieces of the parent's memory" {
    measured --method fork --size 8M --vmas 0,700 --vma-layout adjacent,apart,within --child-write 8M
    refute grep '^skip' "$DIR/out"
    # The first two are without, of each layout; then the layouts in turn.
    ids=()
    for layout in adjacent apart within; do
        id=$(sed -n "s/^cell \([0-9]*\) .* vmas=700 .*vma_layout=$layout\$/\1/p" "$DIR/out")
        none=$(sed -n "s/^cell \([0-9]*\) .* vmas=0 .*vma_layout=$layout\$/\1/p" "$DIR/out")
        [ $(($(fact "$id" vmas) - $(fact "$none" vmas))) -eq 700 ]
        ids+=("$id")
        tables=$((($(fact "$id" page_table_bytes) - $(fact "$none" page_table_bytes)) / 4096))
        pages=$((($(fact "$id" rss_anon_bytes) - $(fact "$none" rss_anon_bytes)) / 4096))
        echo "$layout: $tables page tables, $pages pages"
        case $layout in
        adjacent) [ "$tables" -lt 20 ] && [ "$pages" -ge 690 ] ;;
        apart) [ "$tables" -ge 690 ] && [ "$pages" -ge 690 ] ;;
        within) [ "$tables" -lt 20 ] && [ "$pages" -lt 20 ] ;;
        esac
    done
    measured --method fork --size 8M --vma-layout apart
    grep '^skip 0 vma_layout needs vmas' "$DIR/out"
    measured --method fork --size 1M --vmas 256 --vma-layout within --pages 4k,thp
    grep '^skip 0 vma_layout=within: a size of 1024K has no 257 pieces' "$DIR/out"
    grep '^skip 1 pages=thp needs a size\|^skip 1 vma_layout=within has 4k pages only' "$DIR/out"
}
