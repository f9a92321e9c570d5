#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the surroundings lack is named in one line, with the fix: power in a namespace, BTF,
# descriptors, /proc.
#
# shellcheck disable=SC2154,SC2016 # what tool.bash sets; commands for other shells

load ../tests/tool.bash

@test "root of a user namespace learns that the namespace is why" {
    need_root
    unshare --user --map-root-user true 2>/dev/null || skip "no user namespaces here"
    for command in doctor "profile -q -- true"; do
        # shellcheck disable=SC2086 # words
        one_line 2 'root of a user namespace may not trace the kernel: run it as root outside' \
            unshare --user --map-root-user "$TOOL" $command
    done
    unshare --user --map-root-user "$TOOL" bench -q --method fork --size 1M --runs 2 -o "$DIR/run" 2>"$DIR/err"
    grep -q '^spawnscope: .*root of a user namespace .*; running untraced$' "$DIR/err"
}

@test "too few descriptors are too many open files, whatever failed first" {
    need_root
    for limit in 17 18 20 22 26; do
        one_line 2 'too many open files: raise the limit \(ulimit -n\)$' \
            bash -c 'ulimit -n "$1"; exec "$2" profile -q -- true' - "$limit" "$TOOL"
        one_line 2 'too many open files: raise the limit \(ulimit -n\)$' \
            bash -c 'ulimit -n "$1"; exec "$2" doctor' - "$limit" "$TOOL"
    done
    run -2 bash -c 'ulimit -n 12; "$1" bench -q --no-trace --method fork --size 1M --runs 1 2>&1 >"$2"' - \
        "$TOOL" "$DIR/out"
    [[ $output == *': descriptors for the parent process: too many open files: raise the limit (ulimit -n)' ]]
}

@test "where /proc is not mounted, that is said, and how to mount it" {
    need_root
    ! has_sanitizers || skip "a sanitizer needs /proc"
    unshare --mount true 2>/dev/null || skip "mounts are not allowed here"
    for command in doctor "profile -q -- true" "profile -q -p 1" "lab -- true" "bench --method fork --size 1M" \
        "scenario pipeline -q --rounds 1 --size 1M"; do
        one_line 2 '/proc is not mounted: mount -t proc proc /proc$' \
            unshare --mount sh -c 'mount -t tmpfs none /proc && exec $0 $1' "$TOOL" "$command"
    done
}

# without_btf COMMAND...: where /sys does not show the kernel's BTF.
without_btf() {
    mkdir -p "$DIR/empty"
    unshare --mount sh -c 'mount --bind "$0" /sys/kernel/btf && exec "$@"' "$DIR/empty" "$@"
}

@test "a copy of the kernel's BTF does where it is not shown, and one that does not fit is refused" {
    need_root
    [ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
    unshare --mount true 2>/dev/null || skip "mounts are not allowed here"
    cat /sys/kernel/btf/vmlinux >"$DIR/copy"
    one_line 2 "cannot read the kernel's BTF .*: No such file.*a copy of that file: --btf" without_btf "$TOOL" doctor
    "$TOOL" doctor >"$DIR/own" || [ $? -eq 1 ]
    without_btf "$TOOL" doctor --btf "$DIR/copy" >"$DIR/by-copy" || [ $? -eq 1 ]
    diff "$DIR/own" "$DIR/by-copy"
    without_btf "$TOOL" profile -q --no-calibrate --btf "$DIR/copy" -o "$DIR/births" -- sh -c '/bin/true; :'
    holds "$DIR/births" 'final.births == 1'
    without_btf "$TOOL" bench -q --btf "$DIR/copy" --method fork --size 1M --runs 2 --all-runs 0 -o "$DIR/run"
    holds "$DIR/run" 'final | .births > 0 and .births == .started'

    # Another kernel's: its tasks have another form.
    echo 'struct task_struct { char comm[16]; int tgid, pid; } t;' |
        clang -target bpf -g -c -x c -o "$DIR/other.o" -
    llvm-objcopy --dump-section .BTF="$DIR/other" "$DIR/other.o" 2>/dev/null ||
        objcopy -I elf64-little --dump-section .BTF="$DIR/other" "$DIR/other.o"
    one_line 2 "--btf '.*/other' does not fit this kernel: its tasks have another form" \
        without_btf "$TOOL" doctor --btf "$DIR/other"
    for command in doctor "profile -a -d 1" "bench --method fork"; do
        # shellcheck disable=SC2086 # words
        one_line 2 "--btf '.*/other' is not the BTF of this kernel, which has its own" \
            "$TOOL" $command --btf "$DIR/other"
    done
}

@test "a file that is no BTF is refused by its name, whatever it is" {
    need_root
    head -c 100000 /sys/kernel/btf/vmlinux >"$DIR/short" || skip "this kernel has no BTF"
    mkfifo "$DIR/fifo"
    : >"$DIR/empty"
    for file in "$DIR/short" "$DIR/fifo" "$DIR/empty" "$DIR" /dev/zero /bin/sh; do
        one_line 2 "--btf '$file' has no BTF: name a copy of /sys/kernel/btf/vmlinux" "$TOOL" doctor --btf "$file"
    done
    one_line 2 "--btf '.*\\\\x1b\[31m': No such file" "$TOOL" doctor --btf "$DIR/"$'\e[31m'
}
