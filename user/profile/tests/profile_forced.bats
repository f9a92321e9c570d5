#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Why is it a fork? And what would be saved? Asked of runtimes whose code and options are known.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # code of other languages; what tool.bash sets and calls

load ../../tests/tool.bash
load profile.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    need_root
    [ "$(uname -m)" = x86_64 ] || skip "stacks are unwound on x86-64 only"
    server=''
    cat >"$DIR/births.py" <<'PY'
import os, subprocess, sys, time
mib = int(sys.argv[2]) if len(sys.argv) > 2 else 64
memory = bytearray(b"x") * (mib << 20)  # written, so that a fork copies its page tables
how = sys.argv[1]
for _ in range(10):
    if how == "preexec_fn":
        subprocess.run(["/bin/true"], preexec_fn=int)
    elif how == "user":
        subprocess.run(["/bin/true"], user=0)
    elif how == "plain":
        subprocess.run(["/bin/true"])
    else:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
time.sleep(2)  # lives on until its memory map has been read, on a busy machine too
PY
}

teardown() {
    [ -z "$server" ] || kill -KILL "$server" || true
}

# why COMMAND...: the summary by stack in $DIR/err, and as one line in $DIR/line.
why() {
    profile --by stack -o "$DIR/run.jsonl" -- "$@"
    join_lines "$DIR/err"
}

join_lines() { # FILE
    cat "$1"
    tr -s '\n ' ' ' <"$1" >"$DIR/line"
}

# The summary asks the question of N forks by a path, and answers it.
forced() { # N PATH RUNTIME CONDITION
    grep -Eq "Why is it a fork\? .*#[0-9]+ $1 forks?: $2.*: $3: $4.* Sources: .*$3 https://[^ ]* ?[^ ]* [(]20[0-9-]+[)]" "$DIR/line"
}

@test "python: subprocess with preexec_fn or user forks, and os.fork() is another row" {
    [ -x /usr/bin/python3 ] || skip "python3 is not installed"
    /usr/bin/python3 -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2])' || skip "this python3 always forks"
    for how in preexec_fn user; do
        why /usr/bin/python3 "$DIR/births.py" "$how"
        forced 10 '[^ ]*fork < ' CPython 'subprocess forks if preexec_fn, user, group or extra_groups is given'
        grep -Eq 'saves [^:]* to [^:]*: #[0-9]+: posix_spawn or vfork for 10 forks that exec' "$DIR/line"
    done
    why /usr/bin/python3 "$DIR/births.py" fork
    forced 10 '[^ ]*fork < ' CPython 'os.fork[(][)], which is also'
    refute grep -q 'posix_spawn or vfork' "$DIR/line"
    why /usr/bin/python3 "$DIR/births.py" plain
    refute grep -q 'Why is it a fork' "$DIR/line"
    # From the file it is the same.
    why /usr/bin/python3 "$DIR/births.py" user
    "$TOOL" profile --by stack --input "$DIR/run.jsonl" >"$DIR/again"
    diff <(sed -n '/^Why is it/,/^$/p' "$DIR/err") <(sed -n '/^Why is it/,/^$/p' "$DIR/again")
}

@test "node: uv_spawn forks" {
    need node
    node -e 'const [a, b, c] = process.versions.uv.split(".").map(Number);
        process.exit(a > 1 || b > 52 || (b === 52 && c > 1) ? 1 : 0)' || skip "this node need not fork"
    # It lives on, as births.py does.
    echo 'for (let i = 0; i < 10; i++) require("child_process").spawnSync("/bin/true");
        setTimeout(() => {}, 5000);' >"$DIR/births.js"
    why "$(command -v node)" "$DIR/births.js"
    forced 10 '[^ ]*fork < uv_spawn < ' libuv 'uv_spawn, so Node.s child_process, always forks up to libuv'
    grep -Eq 'saves [^:]* to [^:]*: #[0-9]+: posix_spawn or vfork for 10 forks that exec' "$DIR/line"
}

@test "java: the launch mechanism FORK forks, the default does not" {
    need javac
    cat >"$DIR/Births.java" <<'JAVA'
class Births {
    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 10; i++)
            new ProcessBuilder("/bin/true").start().waitFor();
        Thread.sleep(5000); // lives on, as births.py does
    }
}
JAVA
    javac -d "$DIR" "$DIR/Births.java"
    why java -Djdk.lang.Process.launchMechanism=FORK -cp "$DIR" Births
    forced 10 '[^ ]*fork < Java_java_lang_ProcessImpl_forkAndExec < ' JDK '-Djdk.lang.Process.launchMechanism=FORK is set'
    grep -Eq 'saves [^:]* to [^:]*: #[0-9]+: posix_spawn or vfork for 10 forks that exec' "$DIR/line"
    why java -cp "$DIR" Births
    refute grep -q 'Why is it a fork' "$DIR/line"
}

@test "redis: a snapshot forks, and no posix_spawn is advised" {
    need redis-server
    need redis-cli
    cli=(redis-cli -s "$DIR/socket")
    setpriv --pdeathsig TERM redis-server --port 0 --unixsocket "$DIR/socket" --save '' --dir "$DIR" \
        >"$DIR/server" 2>&1 </dev/null 3>&- &
    server=$!
    eventually "${cli[@]}" ping
    "${cli[@]}" eval 'for i = 1, 400000 do redis.call("set", "key:" .. i, string.rep("x", 460)) end' 0
    attach --by stack -p "$server"
    "${cli[@]}" bgsave
    eventually saved || eventually saved
    interrupt
    join_lines "$DIR/out"
    forced 1 '[^ ]*fork < redisFork < ' Redis 'BGSAVE, BGREWRITEAOF'
    grep -Eq 'saves up to [^:]*: #1: forking before the heap( and threads)?, or MADV_DONTFORK, for what 1 child does' "$DIR/line"
    refute grep -q 'posix_spawn or vfork' "$DIR/line"
}

saved() {
    "${cli[@]}" info persistence | grep -q 'rdb_bgsave_in_progress:0'
}

@test "a program that is in no table has its path alone" {
    cc -O2 -o "$ROOM/callers" "$BATS_TEST_DIRNAME/callers.c"
    why "$ROOM/callers" fork 7 0
    grep -Eq 'Why is it a fork\? #1 7 forks: [^ ]*fork < c < b < a < \.\. Births' "$DIR/line"
    refute grep -q 'Sources: ' "$DIR/line"
    # Not by stack, there is a hint only where a change is worth it.
    profile -- "$ROOM/callers" fork 7 0
    refute grep -q 'by stack' "$DIR/err"
    profile -- /usr/bin/python3 "$DIR/births.py" fork 512
    grep -q '^--by stack shows why these are forks\.$' "$DIR/err"
}

# What the births caused until the exec, in ns.
bill() {
    jq -s 'map(select(.type == "birth" and (.method == "fork" or .method == "vfork")).phases
        | [.clone_setup, .copy_mm, .clone_finish, .wake, .pre_exec, .exec_flush] | map(. // 0) | add) | add' \
        "$DIR/run.jsonl"
}

# The range of the line with these words, in ns: low and high.
range() { # WORDS
    grep -Eo "saves [0-9.]+ [mµn]?s to [0-9.]+ [mµn]?s: [^:]*: $1" "$DIR/line" | head -n 1 | awk '
        function ns(n, unit) { return n * (unit ~ /^ms/ ? 1e6 : unit ~ /^µs/ ? 1e3 : unit ~ /^ns/ ? 1 : 1e9) }
        { printf "%.0f %.0f\n", ns($2, $3), ns($5, $6) }'
}

# The lines of a type that profile --json ends with, from the file of the last why, as one array.
json_lines() { # TYPE OPTION...
    local type=$1
    shift
    "$TOOL" profile --json --input "$DIR/run.jsonl" "$@" | jq -s --arg type "$type" 'map(select(.type == $type))'
}

@test "--json has what to do and why it is a fork, with ranges, bases and sources, as the summary" {
    local low high
    [ -x /usr/bin/python3 ] || skip "python3 is not installed"
    why /usr/bin/python3 "$DIR/births.py" preexec_fn
    json_lines advice --by stack >"$DIR/advice"
    json_lines forced --by stack >"$DIR/forced"
    cat "$DIR/advice" "$DIR/forced"
    # Line by line what the summary prints, in its order; the text has three digits.
    [ "$(jq length "$DIR/advice")" -eq "$(grep -Ec '^(saves|saving) ' "$DIR/err")" ]
    jq -r '.[].what' "$DIR/advice" | while read -r what; do
        grep -qF "#1: $what" "$DIR/line"
    done
    read -r low high < <(range 'posix_spawn or vfork for 10 forks that exec')
    jq -e --argjson low "$low" --argjson high "$high" '.[0] | .kind == "posix_spawn" and .method == "fork" and .births == 10
        and (.saves_ns | .[0] <= .[1] and (.[0] / $low - 1 | fabs) < 0.006 and (.[1] / $high - 1 | fabs) < 0.006)
        and (.basis | test("^posix_spawn: at least copy_mm .*; calibrated on the same boot( [(]noisy[)])?: posix_spawn "))' "$DIR/advice"
    jq -e 'map(.kind) | unique == ["helper", "posix_spawn"]' "$DIR/advice"
    # Each piece has its own basis.
    jq -e '.[] | select(.kind == "helper") | .basis | test("^helper, ") and (test("posix_spawn: ") | not)' "$DIR/advice"
    jq -e --slurpfile births "$DIR/run.jsonl" 'length == 1 and (.[0] | .births == 10 and .runtime == "CPython" and (.why | test("preexec_fn"))
        and (.source | test("^https://")) and (.checked | test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"))
        and .stack == ($births | map(select(.type == "birth" and .method == "fork"))[0].stack.frames)
        and (.path | test("fork < .* < [.][.]$")))' "$DIR/forced"
    # Stacks alone say why.
    [ "$(json_lines forced --by comm)" = '[]' ]
    jq -e --argjson by_comm "$(json_lines advice --by comm)" 'map(.saves_ns) == ($by_comm | map(.saves_ns))' "$DIR/advice"
}

@test "--json: what is not known is null, with the reason; a program in no table has no condition" {
    cc -O2 -o "$ROOM/callers" "$BATS_TEST_DIRNAME/callers.c"
    profile --by stack --no-calibrate -o "$DIR/run.jsonl" -- /usr/bin/python3 "$DIR/births.py" preexec_fn
    json_lines advice | tee "$DIR/advice" | jq -e '.[] | select(.kind == "helper")
        | .saves_ns == null and (has("basis") | not) and .unknown == "profile without --no-calibrate measures it"'
    jq -e '.[] | select(.kind == "posix_spawn") | (.saves_ns | .[0] > 0 and .[1] >= .[0]) and (has("unknown") | not)' "$DIR/advice"
    profile --by stack -o "$DIR/run.jsonl" -- "$ROOM/callers" fork 7 0
    json_lines forced --by stack | jq -e 'length == 1 and (.[0] | .births == 7 and (.path | test("fork < c < b < a < [.][.]$"))
        and ([has("runtime", "why", "source", "checked")] | any | not))'
}

@test "subprocess without preexec_fn saves what was printed" {
    [ -x /usr/bin/python3 ] || skip "python3 is not installed"
    /usr/bin/python3 -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2])' || skip "this python3 always forks"
    why /usr/bin/python3 "$DIR/births.py" preexec_fn
    read -r low high < <(range 'posix_spawn or vfork for 10 forks that exec')
    before=$(bill)
    why /usr/bin/python3 "$DIR/births.py" plain
    saved=$((before - $(bill)))
    echo "printed: $low to $high ns, saved: $saved ns"
    # The text has three digits.
    [ "$saved" -ge $((low * 99 / 100)) ]
    [ "$saved" -le $((high * 101 / 100)) ]
}
