#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# profile --by stack: the functions that called, of programs whose functions are known.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load ../../tests/tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    need_root
    [ "$(uname -m)" = x86_64 ] || skip "stacks are unwound on x86-64 only"
}

# callers NAME FLAG...: the program, without frame pointers, for all users.
callers() {
    CALLERS=$ROOM/$1
    shift
    [ -e "$CALLERS" ] || cc -O2 -fomit-frame-pointer "$@" -o "$CALLERS" "$BATS_TEST_DIRNAME/callers.c"
}

# stacks COMMAND...: in $DIR/stacks a line for each: METHOD BIRTHS: FRAMES.
stacks() {
    "$TOOL" profile --by stack "$@" >"$DIR/out" 2>"$DIR/err" </dev/null
    cat "$DIR/err" "$DIR/out"
    unfold "$DIR/err" "$DIR/out"
}

unfold() { # FILE...
    awk '
        function flush() { if (line != "") print line; line = "" }
        /^Stacks: / { on = 1; next }
        on && !NF { flush(); on = 0 }
        !on { next }
        /^#/ { flush(); sub(/^#[0-9]+ /, ""); line = $0; next }
        { sub(/^ +/, ""); line = line " " $0 }
        END { flush() }' "$@" >"$DIR/stacks"
    cat "$DIR/stacks"
}

# sum METHOD PATTERN: births of that method whose frames match.
sum() {
    awk -v method="$1" -v pattern="$2" '
        $1 == method && $0 ~ pattern { n += $2 } END { print n + 0 }' "$DIR/stacks"
}

for_each_method() {
    stacks -- "$CALLERS" fork 7 5
    [ "$(sum fork '< c < b < a < main < .*< _start$')" -eq 7 ]
    [ "$(sum fork '< c < other < main < .*< _start$')" -eq 5 ]
    # Two places, two groups; no third.
    [ "$(wc -l <"$DIR/stacks")" -eq 2 ]

    stacks -- "$CALLERS" vfork 3 2
    [ "$(sum vfork 'vfork < c < b < a < main < .*< _start$')" -eq 3 ]
    [ "$(sum vfork 'vfork < c < other < main < .*< _start$')" -eq 2 ]
    [ "$(wc -l <"$DIR/stacks")" -eq 2 ]

    stacks -- "$CALLERS" spawn 4 6
    [ "$(sum spawn 'posix_spawn < c < b < a < main < .*< _start$')" -eq 4 ]
    [ "$(sum spawn 'posix_spawn < c < other < main < .*< _start$')" -eq 6 ]
    [ "$(wc -l <"$DIR/stacks")" -eq 2 ]

    stacks -- "$CALLERS" system 3 0
    [ "$(sum spawn 'posix_spawn < [^<]* < c < b < a < main < .*< _start$')" -eq 3 ]
}

@test "the functions that called are named, each place with its exact count" {
    callers dynamic
    for_each_method
}

@test "the same of a static program" {
    callers static -static
    for_each_method
}

@test "the same of a program at a fixed address" {
    callers fixed -no-pie
    for_each_method
}

@test "a stripped program shows the file and the place in it, which addr2line finds" {
    command -v addr2line >/dev/null || skip "addr2line is not installed"
    callers with_names -g
    strip -o "$ROOM/stripped" "$CALLERS"
    stacks -- "$ROOM/stripped" fork 7 5
    [ "$(sum fork '< stripped[+]0x[0-9a-f]+ < stripped[+]0x')" -eq 12 ]
    [ "$(wc -l <"$DIR/stacks")" -eq 2 ]
    grep ' 7: ' "$DIR/stacks" | grep -o 'stripped+0x[0-9a-f]*' | sed 's/.*+//' |
        xargs addr2line -f -e "$CALLERS" | sed -n 'p;n' | head -n 4 | paste -sd ' ' >"$DIR/names"
    cat "$DIR/names"
    [ "$(cat "$DIR/names")" = "c b a main" ]
}

@test "the same of a program whose code is no longer one mapping" {
    callers dynamic
    stacks -- "$CALLERS" parted 7 5
    [ "$(sum fork '< c < b < a < main < ')" -eq 7 ]
    [ "$(sum fork '< c < other < main < ')" -eq 5 ]
}

@test "another user's process is seen too, after privileges were given up" {
    callers dynamic
    stacks -- "${AS_NOBODY[@]}" "$CALLERS" fork 7 5
    [ "$(sum fork '< c < b < a < main < ')" -eq 7 ]
    [ "$(sum fork '< c < other < main < ')" -eq 5 ]
}

@test "called by sudo, the tool becomes the caller and still sees the stacks" {
    callers dynamic
    SUDO_UID=$NOBODY SUDO_GID=$NOBODY stacks -- "$CALLERS" fork 7 5
    [ "$(sum fork '< c < b < a < main < ')" -eq 7 ]
}

@test "the machine's counts hold, and the tool's own process is not among them" {
    # Other suites run that program, too, perhaps now: a function has another name.
    callers alone -Da=alone
    "$TOOL" profile --by stack -a -v --top 1000 -o "$DIR/run.jsonl" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
    eventually grep -q attached "$DIR/err"
    "$CALLERS" fork 7 5
    kill -INT "$tool"
    exit_of "$tool"
    unfold "$DIR/out"
    [ "$(sum fork '< c < b < alone < main < ')" -eq 7 ]
    # Another test's tool may start its own at the same time.
    grep '"type":"birth"' "$DIR/run.jsonl" | jq -es "length >= 12 and all(.parent.pid != $tool)"
}

@test "a process that is gone is unknown, and counted" {
    callers dynamic
    stacks -- "$CALLERS" gone 20 0
    [ "$(sum fork '< c < b < a < main < ')" -ge 20 ]
    [ "$(($(sum fork '< c < b < a < main < ') + $(sum fork '\[unknown: gone\]$')))" -eq 40 ]
}

@test "python's native frames are named as far as they have names" {
    command -v /usr/bin/python3 >/dev/null || skip "python3 is not installed"
    # It lives on until its memory map has been read, on a busy machine too.
    printf 'import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os._exit(0)\n    os.wait()\ntime.sleep(5)\n' \
        >"$DIR/fork.py"
    stacks -- /usr/bin/python3 "$DIR/fork.py"
    [ "$(sum fork '_PyEval_EvalFrameDefault < .*Py_BytesMain')" -eq 3 ]
}

@test "hostile names of files stay in their line" {
    callers dynamic
    hostile=$ROOM/$'x\e[31m\nq'
    strip -o "$hostile" "$CALLERS"
    stacks -- "$hostile" fork 3 0
    [ "$(sum fork 'x.*q[+]0x')" -eq 3 ]
    refute grep -q $'\e' "$DIR/err"
    # As everywhere, 80 columns.
    refute grep -E '^.{81}' "$DIR/err"
}

@test "stacks are stored with the births, and read again" {
    callers dynamic
    stacks -o "$DIR/run.jsonl" -- "$CALLERS" fork 7 5
    jq -se 'map(select(.type == "birth").stack) | length == 12
        and (map(select(.frames[.libc:][:4] == ["c", "b", "a", "main"] and .frames[-1] == "_start")) | length == 7)
        and (map(select(.frames[.libc:][:3] == ["c", "other", "main"])) | length == 5)
        and all(.libc >= 1 and (.frames[0] | test("[fF]ork|clone")))' "$DIR/run.jsonl"
    cp "$DIR/stacks" "$DIR/live"
    "${AS_NOBODY[@]}" "$TOOL" profile --by stack --input - <"$DIR/run.jsonl" >"$DIR/again"
    unfold "$DIR/again"
    diff "$DIR/live" "$DIR/stacks"
    # Other groupings, reports and exports take the file as any other.
    "$TOOL" profile --input "$DIR/run.jsonl" | grep -q '^dynamic *fork *12 '
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    "$TOOL" export --format perfetto "$DIR/run.jsonl" | grep -q '"stack": *"[^"]*fork[^"]* < c < b < a < main < '
    # A damaged stack is refused where it stands.
    sed '2s/"frames":\["/&",7,"/' "$DIR/run.jsonl" >"$DIR/bad.jsonl"
    one_line 2 'line 2: frames holds what is no string' "$TOOL" profile --by stack --input "$DIR/bad.jsonl"
}

@test "lines of JSON have the stack, whatever the names" {
    callers dynamic
    "$TOOL" profile --by stack --json -- "$CALLERS" vfork 3 2 2>"$DIR/err" >"$DIR/out"
    jq -se 'map(select(.type == "birth" and .method == "vfork").stack.frames) | length == 5
        and (map(select(index("other"))) | length == 2)' "$DIR/err"
    hostile=$ROOM/$'x\e[31m\n"q'
    strip -o "$hostile" "$CALLERS"
    "$TOOL" profile --by stack --json -- "$hostile" fork 3 0 2>"$DIR/err" >"$DIR/out"
    refute grep -q $'\e' "$DIR/err"
    jq -se 'map(select(.type == "birth")) | length == 3
        and all(.stack.frames | any(test("^x\u001b\\[31m.*\"q[+]0x")))' "$DIR/err"
}

@test "killed, the process that opens files ends as well" {
    own_tool
    begin_own profile --by stack -a -v
    eventually grep -q attached "$DIR/err"
    [ "$(processes "$OWN" spawnscope | wc -l)" -eq 2 ]
    kill_own
}

# with_two_capabilities COMMAND...: the frames of a user who has CAP_BPF and CAP_PERFMON alone.
with_two_capabilities() {
    "${AS_NOBODY[@]}" --inh-caps +cap_38,+cap_39 --ambient-caps +cap_38,+cap_39 \
        "$TOOL" profile --by stack --no-calibrate -- "$@" >"$DIR/out" 2>&1 </dev/null
    cat "$DIR/out"
    unfold "$DIR/out"
}

@test "CAP_BPF and CAP_PERFMON are enough for frames, except of a file that is gone" {
    [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] ||
        skip "perf_event_paranoid is above 2: perf_event_open takes CAP_SYS_ADMIN"
    callers dynamic
    with_two_capabilities "$CALLERS" fork 7 5
    [ "$(sum fork '< c < b < a < main < .*< _start$')" -eq 7 ]
    [ "$(sum fork '< c < other < main < .*< _start$')" -eq 5 ]

    cp "$CALLERS" "$ROOM/gone"
    chmod 755 "$ROOM/gone"
    mkfifo -m 666 "$ROOM/ready"
    # Its file goes while it waits for the loader's library to be read, before main().
    { exec 5>"$ROOM/ready" && rm "$ROOM/gone" && echo >&5; } 3>&- &
    cc -shared -fPIC -o "$ROOM/wait.so" -x c - <<'WAIT'
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void wait_for_line(void)
{
	FILE *f = getenv("READY") ? fopen(getenv("READY"), "r") : NULL;

	if (f)
		fgetc(f);
}
WAIT
    READY=$ROOM/ready with_two_capabilities env LD_PRELOAD="$ROOM/wait.so" "$ROOM/gone" fork 3 2
    [ "$(sum fork ' < gone[+]0x[0-9a-f]* < \\[cut: a file that cannot be opened\\]')" -eq 5 ]
}

@test "a file without stacks, and an unknown grouping, are errors of one line" {
    "$TOOL" profile -q -o "$DIR/run.jsonl" -- true
    one_line 2 'run.jsonl has no stacks: ' "$TOOL" profile --by stack --input "$DIR/run.jsonl"
    one_line 2 'comm, exe, pid, cgroup or stack' "$TOOL" profile --by heap -a
}

@test "a kernel of the lab shows them, and one that is too old says so" {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    callers static -static
    for kernel in debian:5.10 debian:6.1; do
        bench/lab/fetch-kernel --path "$kernel" >/dev/null 2>&1 || continue
        tried=1
        bench/lab/guest --kernel "$kernel" --add "$BUILD/static/spawnscope" --add "$CALLERS" -- sh -c '
            spawnscope profile --by stack -- static fork 7 5 2>&1; echo "status $?"' >"$DIR/err" 2>&1 || true
        cat "$DIR/err"
        if [ "$kernel" = debian:5.10 ]; then
            grep -q '^spawnscope: --by stack needs a kernel .* 5.15 or later' "$DIR/err"
            continue
        fi
        unfold "$DIR/err"
        [ "$(sum fork '< c < b < a < main < ')" -eq 7 ]
        [ "$(sum fork '< c < other < main < ')" -eq 5 ]
    done
    [ -n "${tried:-}" ] || skip "no kernel was fetched: make kernels"
}
