#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command profile on this machine's kernel: what it counts against strace
# and against what a storm of known size did; and what is left of it.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # commands for other shells; what tool.bash sets and calls

load tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    need_root
    STORM=$ROOM/storm
    [ -e "$STORM" ] || cp "$BUILD/static/storm" "$STORM"
}

# profile ARG...: its standard error is in $DIR/err, and is the summary if there is a command.
profile() {
    "$TOOL" profile "$@" >"$DIR/out" 2>"$DIR/err" </dev/null
}

# births METHOD [COLUMN]: the sum of a column over all parents in the first table of $DIR/err.
births() {
    awk -v method="$1" -v column="${2:-BIRTHS}" '
        /^Births, / { on = 1; next }
        on && /METHOD/ { for (i = 1; i <= NF; i++) place[$i] = i; next }
        on && !NF { exit }
        on && $2 == method { sum += $place[column] }
        END { print sum + 0 }' "$DIR/err"
}

# Whether a command's births by method, and children that exec, are those that strace sees.
same_as_strace() { # COMMAND...
    strace -f -qq -e trace=clone,clone3,fork,vfork,execve -o "$DIR/strace.raw" "$@" >"$DIR/strace.out" 2>&1 </dev/null
    # By the flags: a call that another interrupts is two lines, and has them in the first.
    python3 - "$DIR/strace.raw" >"$DIR/strace.count" <<'PY'
import re, sys
begun, n, execed = {}, {}, []
for line in open(sys.argv[1], errors="replace"):
    pid, rest = line.split(None, 1)
    if rest.rstrip().endswith("<unfinished ...>"):
        begun[pid] = rest
        continue
    m = re.match(r"<\.\.\. \w+ resumed>", rest)
    if m:
        rest = begun.pop(pid, "") + rest[m.end():]
    m = re.search(r"= (\d+)\s*$", rest)
    if not m:
        continue
    name = rest.split("(")[0]
    if name == "execve":
        execed.append(pid)
        continue
    flags = rest
    stack = "child_stack=NULL" not in rest and ("child_stack=" in rest or "stack=0x" in rest)
    if name == "vfork" or "CLONE_VM|CLONE_VFORK" in flags:
        kind = "spawn" if stack and name != "vfork" else "vfork"
    elif "CLONE_THREAD" in flags:
        kind = "thread"
    else:
        kind = "fork"
    n[kind] = n.get(kind, 0) + 1
for kind in ("fork", "vfork", "spawn", "thread"):
    print(kind, n.get(kind, 0))
# Children that execed, however often; the first of all is the command itself.
print("execs", len(set(execed) - {execed[0]}))
PY
    profile --top 1000 -- "$@"
    for method in fork vfork spawn thread; do
        echo "$method $(births "$method")"
    done >"$DIR/ours.count"
    awk '/^The parent at/ { on = 1; next } on && /EXECS/ { next } on && !NF { exit }
        on { sum += $NF } END { print "execs", sum + 0 }' "$DIR/err" >>"$DIR/ours.count"
    cat "$DIR/err"
    diff "$DIR/strace.count" "$DIR/ours.count"
    # And there was something to be counted.
    grep -qv ' 0$' "$DIR/strace.count"
}

need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}

@test "a shell's children are counted by method as strace counts them" {
    need strace
    same_as_strace sh -c '/bin/true; (/bin/true; :); ls / | cat | wc -l; x=$(/bin/echo hi); /bin/false | :'
}

@test "a pipeline of bash's is counted as strace counts it" {
    need strace
    need bash
    same_as_strace bash -c 'for i in 1 2 3; do seq 10 | sort -n | head -n 1; done; cat <(echo a) <(echo b); wait'
}

@test "make -j2 is counted as strace counts it" {
    need strace
    need make
    mkdir "$DIR/tree"
    printf 'all: a b c d\na b c d:\n\t@echo $@ | cat >/dev/null; sleep 0.01\n' >"$DIR/tree/Makefile"
    same_as_strace make -s -C "$DIR/tree" -j2
}

@test "python's subprocess, fork and threads are counted as strace counts them" {
    need strace
    need python3
    cat >"$DIR/spawn.py" <<'PY'
import os, subprocess, threading
for _ in range(3):
    subprocess.run(["/bin/true"])
subprocess.run(["/bin/true"], preexec_fn=lambda: None)
os.posix_spawn("/bin/true", ["true"], {})
os.wait()
if os.fork() == 0:
    os._exit(0)
os.wait()
for _ in range(5):
    t = threading.Thread(target=lambda: None)
    t.start()
    t.join()
PY
    same_as_strace python3 "$DIR/spawn.py"
}

@test "threads that spawn at once are counted each, and no birth is lost or mixed up" {
    profile --detail full -- "$STORM" spawn 20 64
    cat "$DIR/err"
    grep -q '^1344 births, 0 failed, 0 lost$' "$DIR/err"
    [ "$(births spawn)" -eq 1280 ]
    [ "$(births thread)" -eq 64 ]
    # Each child was seen to exec.
    awk '/^The parent at/ { on = 1 } on && $2 == "spawn" { exit $NF != 1280 }' "$DIR/err"
}

@test "calls that fail are counted, with their errno" {
    profile -- "$STORM" fail 25
    grep -q '^0 births, 25 failed, 0 lost$' "$DIR/err"
    grep -q 'failed: EINVAL (25)$' "$DIR/err"
}

@test "an exec by a thread belongs to its process" {
    profile -- "$STORM" thread-exec 20
    cat "$DIR/err"
    awk '/^The parent at/ { on = 1 } on && $2 == "fork" { exit $NF != 20 }' "$DIR/err"
    awk '/^The parent at/ { on = 1 } on && $2 == "thread" { exit $NF != 0 }' "$DIR/err"
}

@test "children of children whose parent is gone are followed" {
    profile -- sh -c '"$1" orphan 20; sleep 0.5' - "$STORM"
    cat "$DIR/err"
    # The orphans' execs came after their parents' end; sh starts two programs itself.
    awk '/^The parent at/ { on = 1 } on && $1 == "storm" { exit $NF != 20 }' "$DIR/err"
    [ "$(births fork)" -eq 40 ]
}

# Other processes of the machine take part, and the kernel's count has them too.
@test "with -a births equal the kernel's own count" {
    "$TOOL" profile -a -v --top 1000 >"$DIR/err" 2>&1 &
    tool=$!
    eventually grep -q attached "$DIR/err"
    "$STORM" vfork 20000
    "$STORM" thread 2000
    "$STORM" fork 500
    kill -INT "$tool"
    exit_of "$tool"
    cat "$DIR/err"
    grep -q ' 0 lost$' "$DIR/err"
    [ "$(births vfork)" -ge 20000 ]
    tr '\n' ' ' <"$DIR/err" | tr -s ' ' >"$DIR/line"
    [[ $(<"$DIR/line") =~ /proc/stat\ counted\ ([0-9]+)\ births\ meanwhile,\ we\ ([0-9]+) ]]
    [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
    [ "${BASH_REMATCH[1]}" -ge 22500 ]
}

@test "a ring that overflows loses records, counts them, and keeps the counts of births" {
    profile --ring-size 4K -- "$STORM" vfork 20000
    cat "$DIR/err"
    [[ $(<"$DIR/err") =~ 20000\ births,\ 0\ failed,\ ([0-9]+)\ lost ]]
    [ "${BASH_REMATCH[1]}" -gt 0 ]
    [ "${BASH_REMATCH[1]}" -lt 20000 ]
    [ "$(births vfork)" -eq 20000 ]
    grep -q '^[0-9]* records were lost' "$DIR/err"
}

@test "filters keep to what they name" {
    profile --method vfork -- sh -c '"$1" vfork 10; "$1" fork 7' - "$STORM"
    grep -q ' 0 failed, 0 lost$' "$DIR/err"
    [ "$(births fork)" -eq 0 ]
    [ "$(births vfork)" -ge 10 ]
    profile --comm storm -- sh -c '"$1" vfork 10; "$1" fork 7' - "$STORM"
    grep -q '^17 births' "$DIR/err"
    profile --min-duration 10s -- "$STORM" fork 7
    grep -q '^0 births' "$DIR/err"
    grep -q '7 left out by the filters' "$DIR/err"
    profile --min-rss 1T -- "$STORM" fork 7
    grep -q '^0 births' "$DIR/err"
    profile --min-rss 4K -- "$STORM" fork 7
    grep -q '^7 births' "$DIR/err"
    profile --uid 54321 -- "$STORM" fork 7
    grep -q '^0 births' "$DIR/err"
    profile --uid root -- "$STORM" fork 7
    grep -q '^7 births' "$DIR/err"
}

@test "groups by program, process and cgroup" {
    profile --by exe -- "$STORM" fork 7
    grep -q '^storm *fork *7 ' "$DIR/err"
    profile --by pid -- "$STORM" fork 7
    grep -q '^[0-9]* storm *fork *7 ' "$DIR/err"
    profile --by cgroup -- "$STORM" fork 7
    grep -q '^CGROUP' "$DIR/err"
}

@test "a process that runs already is followed, with its descendants if asked, until it ends" {
    sh -c 'sleep 1.5; "$1" fork 30; exec /bin/true' - "$STORM" &
    shell=$!
    "$TOOL" profile -p "$shell" >"$DIR/alone" 2>&1 &
    alone=$!
    "$TOOL" profile -p "$shell" --children >"$DIR/family" 2>&1
    wait "$alone"
    cat "$DIR/alone" "$DIR/family"
    grep -q '^[12] births' "$DIR/alone"
    grep -q '^3[12] births' "$DIR/family"
}

@test "the exit status is the command's" {
    run -7 "$TOOL" profile -q -- sh -c 'exit 7'
    run -0 "$TOOL" profile -q -- true
    run -143 "$TOOL" profile -q -- sh -c 'kill -TERM $$'
    run -127 --separate-stderr "$TOOL" profile -- no-such-program
    [ "$stderr" = "spawnscope: cannot run 'no-such-program': No such file or directory" ]
    run -126 --separate-stderr "$TOOL" profile -- /etc/passwd
    [ "$stderr" = "spawnscope: cannot run '/etc/passwd': Permission denied" ]
}

@test "the command has its own standard output, input and signals" {
    [ "$(echo text | "$TOOL" profile -q -- cat)" = text ]
    "$TOOL" profile -q -- sh -c 'trap "exit 9" USR1; echo ready; while :; do sleep 0.1; done' \
        >"$DIR/out" 2>"$DIR/err" &
    tool=$!
    eventually grep -q ready "$DIR/out"
    kill -USR1 "$tool"
    exit_of "$tool" 9
}

@test "mistakes are one line each, and exit with 2" {
    while IFS='|' read -r args want; do
        echo "profile $args"
        # shellcheck disable=SC2086 # several words
        run -2 --separate-stderr "$TOOL" profile $args
        [ -z "$output" ]
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ $stderr == *"$want"* ]]
    done <<'MISTAKES'
|whose children?
-a -- true|too much at once
-p 4194305|there is no process 4194305
-p 0|must be process ids
-p 1,x|must be process ids
-a -d 0|must be a number of seconds
-a --method spoon|must be fork, vfork
-a --min-duration 5|must be a time
-a --min-rss -1|must be a size
-a --by colour|must be comm, exe, pid or cgroup
-a --detail deep|must be light, calls or full
-a --ring-size 5000|must be a power of two
-a --uid no-such-user|is no user here
-a --cgroup /no/such/group|No such file
-a --cgroup /tmp|is no cgroup
-a --children|goes with -p only
--|there is no command
sh|a command comes after --
MISTAKES
}

@test "without privileges it says what it takes" {
    run -2 --separate-stderr "${AS_NOBODY[@]}" "$TOOL" profile -- true
    [[ $stderr == *'CAP_BPF and CAP_PERFMON'* ]]
}

@test "under sudo the command is the caller's" {
    SUDO_UID=$NOBODY SUDO_GID=$NOBODY run -0 --separate-stderr "$TOOL" profile -q -- \
        sh -c 'id -u; id -g'
    [ "$output" = "$NOBODY
$NOBODY" ]
}

@test "killed at any time it leaves no process and no program" {
    OWN=$ROOM/$BATS_TEST_NUMBER
    copy_tool "$OWN"
    cp "$STORM" "$OWN/spawnscope-child"
    begin_own profile -- "$OWN/spawnscope-child" wait 100
    eventually hold_programs
    kill -KILL "$tool"
    wait "$tool" || true
    eventually none_left "$OWN"
    # shellcheck disable=SC2086 # several ids
    eventually programs_gone $programs
}

@test "a command that is held does not outlive the tool" {
    OWN=$ROOM/$BATS_TEST_NUMBER
    copy_tool "$OWN"
    cp "$STORM" "$OWN/spawnscope-child"
    for wait in 0.005 0.01 0.02 0.04 0.08; do
        begin_own profile -- "$OWN/spawnscope-child" wait 100
        sleep "$wait"
        kill -KILL "$tool"
        wait "$tool" || true
        eventually none_left "$OWN"
    done
}

@test "interrupted, it sums up what it has seen" {
    begin=$SECONDS
    "$TOOL" profile -a >"$DIR/out" 2>"$DIR/err" &
    tool=$!
    eventually hold_programs
    sleep 0.5
    "$STORM" fork 5
    sleep 0.2
    kill -INT "$tool"
    exit_of "$tool"
    grep -q '^storm *fork *5 ' "$DIR/out"
    [ ! -s "$DIR/err" ]
    [ $((SECONDS - begin)) -lt 15 ]
}
