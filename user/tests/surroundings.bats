#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the surroundings lack is named in one line, with the fix: a namespace with less power,
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
    unshare --mount true 2>/dev/null || skip "mounts are not allowed here"
    for command in doctor "profile -q -- true" "profile -q -p 1" "lab -- true" "bench --method fork --size 1M"; do
        one_line 2 '/proc is not mounted: mount -t proc proc /proc$' \
            unshare --mount sh -c 'mount -t tmpfs none /proc && exec $0 $1' "$TOOL" "$command"
    done
}
