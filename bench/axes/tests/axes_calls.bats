#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Axes of the call, of the program, of the scheduler, and of what is written.
#
# shellcheck disable=SC2154,SC2016 # bats sets $status, $output and $lines

load ../../driver/tests/driver.bash

# The parent of the only cell, ready; its pid is $pid.
prepared() { # ARG...
    local line
    copy_tool "$DIR/copy"
    coproc "$DIR/copy/spawnscope-bench" --serve --method vfork --size 0 "$@"
    until read -r line <&"${COPROC[0]}" && [ "$line" = ready ]; do :; done
    echo "prepare 0" >&"${COPROC[1]}"
    read -r word _ pid line <&"${COPROC[0]}"
    echo "$word $pid $line"
    [ "$word" = parent ]
}

@test "each clone flag is in the call, or is skipped with the reason" {
    flags=none,vm,fs,files,sighand,sysvsem,thread,pidfd,newpid,newnet,newuser,newns
    "$BENCH" --method clone --size 1M --runs 3 --clone-flags $flags --seed 1 >"$DIR/out"
    refute grep '^broken\|^late\|^skip [0-7] ' "$DIR/out"
    [ "$(grep -c '^sample [0-9]* [0-9]* 0 ' "$DIR/out")" -eq $((3 * (12 - $(grep -c '^skip' "$DIR/out")))) ]
    grep '^skip' "$DIR/out" | refute grep -v '^skip [0-9]* clone_flags=new.*: .*; '
    "$BENCH" --method fork --size 1M --runs 1 --clone-flags vm | grep '^skip 0 clone_flags: only method clone'
    strace -V >/dev/null 2>&1 || skip "no strace"
    for flag in vm:CLONE_VM fs:CLONE_FS files:CLONE_FILES sighand:CLONE_VM.CLONE_SIGHAND \
        sysvsem:CLONE_SYSVSEM thread:CLONE_VM.CLONE_SIGHAND.CLONE_THREAD pidfd:CLONE_PIDFD; do
        under_strace -f -qq -e trace=clone -o "$DIR/trace" "$BENCH" --method clone --size 0 --runs 4 --warmup 0 \
            --clone-flags ${flag%:*} >"$DIR/out"
        # SIGCHLD, or for a thread the address of its id, follows.
        [ "$(grep -cE "flags=${flag#*:}(\|CLONE_CHILD_CLEARTID|\|SIGCHLD)" "$DIR/trace")" -ge 4 ]
    done
}

@test "without privileges, namespaces are skipped with what they need" {
    run -0 setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
        "$BENCH" --method clone --size 0 --runs 1 --clone-flags newns
    [[ $output == *"skip 0 clone_flags=newns: Operation not permitted; it needs CAP_SYS_ADMIN"* ]]
}

@test "the parent has the nice value, the policy and the filters asked for" {
    prepared --nice 7 --sched batch --seccomp 3
    [ "$(awk '{ print $19 }' "/proc/$pid/stat")" -eq 7 ]
    [ "$(awk '{ print $41 }' "/proc/$pid/stat")" -eq 3 ]
    filters=$(sed -n 's/^Seccomp_filters:\t//p' "/proc/$pid/status")
    [ "${filters:-3}" -ge 3 ]
    [ "$(sed -n 's/^Seccomp:\t//p' "/proc/$pid/status")" -eq 2 ]
    one_line 2 "bad nice '20'; must be from 0 to 19" "$BENCH" --nice 20
}

@test "a parent with any placement may run where the driver may" {
    [ "$(nproc)" -ge 2 ] || skip "one CPU"
    prepared --placement any
    grep -x "$(grep Cpus_allowed_list /proc/self/status)" "/proc/$pid/status"
    run -0 "$BENCH" --method vfork --size 0 --runs 1 --cpu none --placement same
    [[ $output == *"skip 0 placement=same: leave out --cpu none"* ]]
}

@test "a pattern of writes is measured with fork, and skipped with methods that do not write" {
    "$BENCH" --method fork,vfork --size 4M --child-write 4M --write-pattern dense,random,sparse,twice --runs 2 >"$DIR/out"
    [ "$(grep -c '^sample [0246] [0-9]* 0 ' "$DIR/out")" -eq 8 ]
    "$BENCH" --method vfork --size 1M --runs 1 --write-pattern random |
        grep '^skip 0 this method does not support write_pattern'
}

@test "a shell or a script starts the program" {
    "$BENCH" --method fork-exec,posix_spawn,popen --size 0 --runs 2 --program-kind static,shell,script >"$DIR/out"
    [ "$(grep -c '^sample [0-9]* [0-9]* 0 ' "$DIR/out")" -eq 18 ]
    refute grep '^skip' "$DIR/out"
    # With a program of one's own only the shell.
    "$BENCH" --method vfork-exec --size 0 --runs 1 --warmup 0 --program-kind shell,script -- \
        /bin/sh -c 'echo "$1" >"$0"' "$DIR/said" "it's two words" >"$DIR/out"
    [ "$(cat "$DIR/said")" = "it's two words" ]
    grep '^skip 1 program_kind=script: not with a program of yours' "$DIR/out"
    "$BENCH" --method fork,zygote --size 0 --runs 1 --program-kind shell >"$DIR/out"
    [ "$(grep -c '^skip . program_kind: this method' "$DIR/out")" -eq 2 ]
    strace -V >/dev/null 2>&1 || skip "no strace"
    under_strace -f -qq -e trace=execve -s 999 -o "$DIR/trace" "$BENCH" --method vfork-exec --size 0 --runs 1 \
        --warmup 0 --program-kind shell,script >"$DIR/out"
    grep "execve(\"/bin/sh\", \[\"sh\", \"-c\", \"exec '$BUILD/spawnscope-child' '4'\"\]" "$DIR/trace"
    grep 'execve("/proc/self/fd/[0-9]*", \["'"$BUILD"'/spawnscope-child", "4"\]' "$DIR/trace"
}

@test "a cold program is read from the disk, or the cell is skipped with the reason" {
    copy_tool "$DIR/copy"
    "$DIR/copy/spawnscope-bench" --method vfork-exec --size 0 --runs 3 --warmup 1 --cache warm,cold >"$DIR/out"
    [ "$(grep -c '^sample 0 ' "$DIR/out")" -eq 3 ]
    grep '^skip 1 cache=cold: .* stays in the page cache' "$DIR/out" || [ "$(grep -c '^sample 1 ' "$DIR/out")" -eq 3 ]
    # In memory alone it always stays there.
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "no tmpfs"
    folder=$(mktemp -d /dev/shm/spawnscope.XXXXXX)
    cp "$BUILD/spawnscope-child" "$folder"
    run "$BENCH" --method vfork-exec --size 0 --runs 1 --cache cold --child "$folder/spawnscope-child"
    rm -r "$folder"
    [ "$status" -eq 0 ]
    [[ $output == *"skip 0 cache=cold: $folder/spawnscope-child stays in the page cache: it must be on a disk"* ]]
}

@test "a dynamic program loads as many libraries as asked for" {
    "$BENCH" --method vfork-exec,posix_spawn --size 0 --runs 2 --program-kind dynamic --shared-libraries 0,50 >"$DIR/out"
    grep '^skip 0 dynamic programs cannot run here' "$DIR/out" && skip "no dynamic loader"
    [ "$(grep -c '^sample [0-9]* [0-9]* 0 [^-]* [^-]* [^-]* [0-9]* ' "$DIR/out")" -ge 4 ]
    refute grep '^skip\|^broken' "$DIR/out"
    "$BENCH" --method vfork-exec --size 0 --runs 1 --program-kind static,dynamic --shared-libraries 1 --fd-kind closed >"$DIR/out"
    grep '^skip 0 shared_libraries needs program_kind=dynamic' "$DIR/out"
    grep '^skip 1 fd_kind=closed: not with program_kind=dynamic' "$DIR/out"
    strace -V >/dev/null 2>&1 || skip "no strace"
    under_strace -f -qq -e trace=openat -s 99 -o "$DIR/trace" "$BENCH" --method vfork-exec --size 0 --runs 3 \
        --warmup 0 --program-kind dynamic --shared-libraries 20 >"$DIR/out"
    # Of three programs, and the one that verified it.
    [ "$(grep -c 'openat(AT_FDCWD, "/proc/self/fd/[0-9]*", O_RDONLY|O_CLOEXEC) = [0-9]' "$DIR/trace")" -eq 80 ]
}

@test "a child that is to be on another CPU runs there, the program that it execs, too" {
    [ "$(nproc)" -ge 2 ] || skip "one CPU"
    cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
    printf '#!/bin/sh\ngrep ^Cpus_allowed_list: /proc/self/status >>%s\n' "$DIR/seen" >"$DIR/program"
    chmod +x "$DIR/program"
    "$BENCH" --method fork-exec,vfork-exec --size 0 --runs 2 --warmup 0 --cpu "$cpu" --placement same,other \
        --seed 1 --program "$DIR/program" >"$DIR/out"
    refute grep '^skip\|^broken' "$DIR/out"
    cat "$DIR/seen"
    [ "$(grep -cxP "Cpus_allowed_list:\t$cpu" "$DIR/seen")" -eq 4 ]
    [ "$(sort "$DIR/seen" | uniq | grep -vcxP "Cpus_allowed_list:\t$cpu")" -eq 1 ]
    "$BENCH" --method fork,clone3,raw-fork,posix_spawn --size 1M --runs 3 --placement other >"$DIR/out"
    [ "$(grep -c '^sample [012] [0-9]* 0 ' "$DIR/out")" -eq 9 ]
    grep '^skip 3 this method does not support placement=other' "$DIR/out"
}

@test "on one CPU there is no other" {
    taskset -c 0 "$BENCH" --method fork --size 1M --runs 1 --cpu 0 --placement other |
        grep '^skip 0 placement=other needs a second CPU: one is allowed'
    run -0 "$BENCH" --method fork --size 0 --runs 1 --cpu none --placement other
    [[ $output == *"skip 0 placement=other: leave out --cpu none"* ]] || [ "$(nproc)" -eq 1 ]
}
