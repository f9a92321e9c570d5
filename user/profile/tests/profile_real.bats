#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command profile against programs of other people: what it counts against
# strace, their own logs and clocks, and the kernel's count.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # commands for other shells; what tool.bash sets and calls

load ../../tests/tool.bash
load profile.bash
load ../../report/tests/report.bash

server='' as=()

teardown() {
    end_all "$ROOM"
    stop_server
}

# Starts a server in the background: $server. It ends when bats is killed, too. A command in $as makes it
# another user's; that command comes first, since a change of user clears the request for the signal.
serve() { # SIGNAL COMMAND...
    stop_signal=$1
    shift
    "${as[@]}" setpriv --pdeathsig "$stop_signal" "$@" >"$DIR/server" 2>&1 </dev/null 3>&- &
    server=$!
}

# Its children end before it does, unless it is killed.
stop_server() {
    [ -n "$server" ] || return 0
    kill "-$stop_signal" "$server" 2>/dev/null || true
    eventually ended "$server" || kill -KILL "$server"
    wait "$server" || true
    server=''
}

# Profiles in the background until unwatch, to $DIR/run.jsonl.
watch() { # ARG...
    attach -q -o "$DIR/run.jsonl" "$@"
}

unwatch() {
    interrupt
    jq -se '.[-1] | .type == "end" and .lost == 0' "$DIR/run.jsonl"
}

# Every birth of $DIR/run.jsonl is a fork by PARENT without an exec, and its children are those in the
# file CHILDREN. Records have ids of the first pid namespace: in another one, ids are not compared.
forked_without_exec() { # PARENT CHILDREN
    jq -r 'select(.type == "birth") | "\(.method) \(.result) \(.exec != null) \(.parent.pid) \(.child.pid)"' \
        "$DIR/run.jsonl" | sort >"$DIR/ours"
    sed "s/^/fork 0 false $1 /" "$2" | sort >"$DIR/theirs"
    if ! in_first_pid_namespace; then
        sed -i 's/ [0-9]* [0-9]*$//' "$DIR/ours" "$DIR/theirs"
    fi
    diff "$DIR/theirs" "$DIR/ours"
}

in_first_pid_namespace() {
    [ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ]
}

# A command's births by method, and its children that exec, are as many as strace counts.
same_as_strace() { # COMMAND...
    need strace
    need python3
    strace -f -qq -e trace=clone,clone3,fork,vfork,execve -o "$DIR/strace.raw" "$@" >"$DIR/strace.out" 2>&1 </dev/null
    # The flags name the method. strace splits a call into two lines if another thread's call comes
    # between; the first of them has the flags.
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
    profile --show parents --top 1000 -- "$@"
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

@test "a shell's children are counted by method as strace counts them" {
    same_as_strace sh -c '/bin/true; (/bin/true; :); ls / | cat | wc -l; x=$(/bin/echo hi); /bin/false | :'
}

@test "a pipeline of bash's is counted as strace counts it" {
    need bash
    same_as_strace bash -c 'for i in 1 2 3; do seq 10 | sort -n | head -n 1; done; cat <(echo a) <(echo b); wait'
}

@test "make -j2 is counted as strace counts it" {
    need make
    mkdir "$DIR/tree"
    printf 'all: a b c d\na b c d:\n\t@echo $@ | cat >/dev/null; sleep 0.01\n' >"$DIR/tree/Makefile"
    same_as_strace make -s -C "$DIR/tree" -j2
}

@test "git is counted as strace counts it" {
    need git
    export HOME=$DIR GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b \
        GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    git init -q "$DIR/one"
    seq 1000 >"$DIR/one/file"
    git -C "$DIR/one" add file
    git -C "$DIR/one" commit -q -m first
    same_as_strace sh -c 'rm -rf "$1/two" && git clone -q --no-local "$1/one" "$1/two" && cd "$1/two" &&
        git -c core.pager=cat -p log && git -c alias.x="!echo x | cat" x && git -c pack.threads=2 repack -qad' - "$DIR"
}

@test "python's subprocess, fork and threads are counted as strace counts them" {
    need python3
    cat >"$DIR/spawn.py" <<'PY'
import os, subprocess, threading
for _ in range(3):
    subprocess.run(["/bin/true"])
subprocess.run(["/bin/true"], close_fds=False)
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
    # python3 may be a script that starts the real one.
    same_as_strace "$(python3 -c 'import sys; print(sys.executable)')" "$DIR/spawn.py"
    [ "$(births spawn)" -ge 1 ]
    [ "$(births fork)" -ge 2 ]
    [ "$(births thread)" -eq 5 ]
}

@test "--syscalls gives no count where a thread execs for its process" {
    need python3
    cat >"$DIR/thread.py" <<'PY'
import os, threading
if os.fork() == 0:
    threading.Thread(target=lambda: os.execv("/bin/true", ["true"])).start()
    threading.Event().wait()
os.wait()
PY
    profile --syscalls -o "$DIR/run.jsonl" -- "$(python3 -c 'import sys; print(sys.executable)')" "$DIR/thread.py"
    # The leader's last call is not the exec, and the thread's calls are not the leader's.
    holds "$DIR/run.jsonl" '[.[] | select(.type == "birth" and .method == "fork" and .exec.result == 0)] | length == 1' \
        '[.[] | select(.type == "birth") | .counts | has("child_syscalls")] | any | not'
}

@test "what children do until their exec is what strace sees, call by call" {
    need strace
    need python3
    cat >"$DIR/until.py" <<'PY'
import os, subprocess
def before():
    for _ in range(7):
        os.getppid()
    for fd in range(900, 1000):
        try:
            os.close(fd)
        except OSError:
            pass
subprocess.run(["/bin/true"], preexec_fn=before)
subprocess.run(["true"], env={"PATH": "/nowhere:/neither:/bin"})
os.posix_spawn("/bin/true", ["true"], {})
os.wait()
if os.fork() == 0:  # never execs
    os.getppid()
    os._exit(0)
os.wait()
PY
    local python
    python=$(python3 -c 'import sys; print(sys.executable)')
    strace -f -qq -o "$DIR/strace.raw" "$python" "$DIR/until.py"
    "$BATS_TEST_DIRNAME/../../tests/until_exec" "$DIR/strace.raw" >"$DIR/theirs"
    profile --syscalls -o "$DIR/run.jsonl" -- "$python" "$DIR/until.py"
    cat "$DIR/err"
    jq -r -s '[.[] | select(.type == "birth" and .exec.result == 0)] | to_entries[] | .key as $i
        | .value.syscalls | to_entries | sort_by(.key)[] | "\($i) \(.key) \(.value)"' "$DIR/run.jsonl" >"$DIR/ours"
    diff "$DIR/theirs" "$DIR/ours"
    grep -q '^0 getppid 7$' "$DIR/ours"
    grep -q '^0 close 10[0-9]$' "$DIR/ours"
    grep -q '^1 execve 2$' "$DIR/ours"
    # One that never execs has none.
    holds "$DIR/run.jsonl" '[.[] | select(.type == "birth" and .exec == null) | .counts | has("child_syscalls")] | any | not' \
        '[.[] | select(.type == "birth" and .exec) | (.syscalls | add) == .counts.child_syscalls] | length == 3 and all'
    grep -q '^System calls of a child until its exec' "$DIR/err"
    grep -Eq '^python.* fork .* close, ' "$DIR/err"
    # A reader of the file has the same table.
    "$TOOL" show --show syscalls "$DIR/run.jsonl" | grep -A 4 '^System calls' >"$DIR/again"
    grep -A 4 '^System calls' "$DIR/err" | diff - "$DIR/again"
    # Where no child execs, it says so.
    profile --syscalls -- sh -c '(:); (:)'
    grep -q '^No child has execed, so no system calls are counted[.]$' "$DIR/err"
    # Not asked for, nothing is counted.
    profile -o "$DIR/none.jsonl" -- "$python" "$DIR/until.py"
    refute grep -q syscalls "$DIR/none.jsonl" "$DIR/err"
}

@test "threads that all spawn: each child is what its thread said, by the method it said" {
    profile -q --detail full -o "$DIR/run.jsonl" -- "$STORM" reported 12 64
    # What the children printed. The storm's own line at the end has no four words.
    awk 'NF == 4' "$DIR/out" | sort >"$DIR/theirs"
    [ "$(wc -l <"$DIR/theirs")" -eq 768 ]
    # No call fails, except those that the kernel restarts for a pending signal.
    jq -se 'all(.[] | select(.type == "birth"); .result == 0 or .result == -513)' "$DIR/run.jsonl"
    jq -c 'select(.type == "birth" and .method != "thread" and .result == 0)' "$DIR/run.jsonl" >"$DIR/births"
    jq -r '"\(.child.pid) \(.parent.tid) \(.method) \(.exec.argv[4])"' "$DIR/births" | sort >"$DIR/ours"
    jq -se 'all(.exec.result == 0 and .exec.argv[3] == .method and .call_ns > 0)
            and (map([.parent.tid, .exec.argv[2]]) | unique
                | length == 64 and (map(.[0]) | unique | length) == 64 and (map(.[1]) | unique | length) == 64)
            and (map([.parent.tid, .exec.argv[4]]) | unique | length) == 768' "$DIR/births"
    in_first_pid_namespace || return 0
    diff "$DIR/theirs" "$DIR/ours"
}

# Profiles the whole machine while stress-ng's workers vfork and fork. Sets, from the summary: $births,
# $failed, $births_lost and $unfinished; and $counted and $ours, what the kernel and the probes counted
# between the same two moments. All of them include the births of other programs.
storm() { # SECONDS ARG...
    need stress-ng
    attach -a --top 1000 "${@:2}"
    stress-ng --quiet --vfork 2 --fork 2 --timeout "$1" --temp-path "$DIR" 3>&-
    interrupt
    kernels_count "$DIR/out"
    births=$(sed -En 's/^([0-9]+) births(,| in) .*/\1/p' "$DIR/out")
    births_lost=$(sed -En 's/^[0-9]+ records were lost, ([0-9]+) of them.*/\1/p' "$DIR/out")
    births_lost=${births_lost:-0}
    # A failure that no probe sees makes no record, either.
    failed=$(sed -n 's/^\([0-9]*\) calls failed:$/\1/p' "$DIR/out")
    failed=${failed:-0} unfinished=0
    [[ ! $(<"$DIR/line") =~ ([0-9]+)\ births\ still\ in\ the\ call ]] || unfinished=${BASH_REMATCH[1]}
    echo "# births in $1 s: the kernel's count $counted, ours $ours; in the summary $births, $births_lost of them lost" >&3
    # And there was something to be counted, of either kind, also where many share the CPUs.
    [ "$(births fork)" -ge 20 ]
    [ "$(births vfork)" -ge 20 ]
}

@test "in a storm of stress-ng's births equal the kernel's count, and none is lost" {
    storm 5
    same_count
    # With sanitizers the reader is too slow for them.
    has_sanitizers || [ "$births_lost" -eq 0 ]
    # The summary also has births from before the first and after the last look at the kernel's count.
    [ $((births + unfinished)) -ge "$ours" ]
}

# A ring of one page is full at once.
@test "with a tiny ring, births that were recorded and that were lost are the kernel's count" {
    storm 2 --ring-size 4K -o "$DIR/run.jsonl"
    same_count
    [ "$births_lost" -gt 0 ]
    [ $((births + unfinished)) -ge "$ours" ]
    recorded=$(grep -c '^{"type":"birth"' "$DIR/run.jsonl")
    echo "# recorded $recorded, of which and of the lost $failed had failed" >&3
    [ "$recorded" -gt 0 ]
    [ $((recorded + births_lost)) -eq $((births + failed)) ]
    tail -n 1 "$DIR/run.jsonl" | jq -e --argjson recorded "$recorded" --argjson lost "$births_lost" \
        '.births == $recorded and .births_lost == $lost and .lost >= $lost'
}

@test "what was lost is said without a summary, too" {
    profile --json --ring-size 4K -- "$STORM" vfork 20000
    tail -n 1 "$DIR/err" | jq -e '.type == "end" and .births_lost > 0 and .lost >= .births_lost'
    profile -q --ring-size 4K -- "$STORM" vfork 20000
    grep -Eqx 'spawnscope: [0-9]+ records were lost, [0-9]+ of them of births' "$DIR/err"
}

# The table of tasks has 4096 places, and a spilled task's may become free while it lives.
@test "each birth of more processes at once than have places is recorded" {
    "$TOOL" profile -q --no-calibrate -o "$DIR/run.jsonl" -- "$STORM" alive 4500
    tail -n 1 "$DIR/run.jsonl"
    [ "$(grep -c '^{"type":"birth"' "$DIR/run.jsonl")" -eq 9000 ]
    tail -n 1 "$DIR/run.jsonl" | jq -e '.births == 9000 and .births_unseen == 0 and .untracked == 0 and .lost == 0 and .missed == 0'
}

# Servers

@test "PostgreSQL: a fork without exec for each connection" {
    PATH=$(printf '%s:' /usr/lib/postgresql/*/bin)$PATH
    need pgbench
    need initdb
    need postgres
    home=$ROOM/postgres
    mkdir "$home"
    chown "$NOBODY:$NOBODY" "$home"
    # The server can find its own files only if it can enter the current folder.
    cd "$home"
    "${AS_NOBODY[@]}" initdb -D "$home/data" -U bench -A trust --no-sync >"$DIR/initdb" 2>&1 ||
        { cat "$DIR/initdb" && false; }
    as=("${AS_NOBODY[@]}")
    serve INT postgres -D "$home/data" -k "$home" -F -c listen_addresses= \
        -c autovacuum=off -c log_connections=on -c log_line_prefix='%p '
    eventually grep -q 'ready to accept connections' "$DIR/server"
    postmaster=$(head -n 1 "$home/data/postmaster.pid")

    watch -p "$postmaster"
    echo 'SELECT 1;' >"$home/select.sql"
    pgbench -h "$home" -U bench -n -f "$home/select.sql" -C -c 2 -t 25 postgres >"$DIR/pgbench" 2>&1 ||
        { cat "$DIR/pgbench" && false; }
    eventually all_received
    unwatch
    sed -n 's/^\([0-9]*\) .*connection received.*/\1/p' "$DIR/server" >"$DIR/children"
    echo "# connections in PostgreSQL's log $(wc -l <"$DIR/children"), births $(grep -c '"birth"' "$DIR/run.jsonl")" >&3
    forked_without_exec "$postmaster" "$DIR/children"
    [ "$(wc -l <"$DIR/children")" -ge 50 ]
}

# The benchmark makes 50 connections, and perhaps a few more for itself.
all_received() {
    [ "$(grep -c 'connection received' "$DIR/server")" -ge 50 ]
}

@test "nginx: its master forks new workers on each reload" {
    need nginx
    home=$ROOM/nginx
    mkdir "$home"
    cat >"$home/nginx.conf" <<CONF
daemon off;
user nobody $(id -gn nobody);
worker_processes 4;
pid $home/pid;
error_log stderr notice;
events {}
http {
    access_log off;
    client_body_temp_path $home/body;
    proxy_temp_path $home/proxy;
    fastcgi_temp_path $home/fastcgi;
    uwsgi_temp_path $home/uwsgi;
    scgi_temp_path $home/scgi;
    server {
        listen unix:$home/socket;
        return 204;
    }
}
CONF
    serve TERM nginx -p "$home" -e stderr -c "$home/nginx.conf"
    eventually workers_started 4
    watch -p "$server"
    kill -HUP "$server"
    eventually workers_started 8
    kill -HUP "$server"
    eventually workers_started 12
    unwatch
    sed -n 's/.* start worker process \([0-9]*\)$/\1/p' "$DIR/server" | tail -n 8 >"$DIR/children"
    echo "# workers in nginx's log $(wc -l <"$DIR/children"), births $(grep -c '"birth"' "$DIR/run.jsonl")" >&3
    forked_without_exec "$server" "$DIR/children"
}

workers_started() {
    [ "$(grep -c 'start worker process [0-9]' "$DIR/server")" -eq "$1" ]
}

# Its clock starts before fork(3) and stops after it: here about a millisecond more than the call of
# eight, and more if it waits for a CPU. So our time is never longer; in at least two of up to twelve forks
# it is nearly as long.
@test "redis-server's own times of its forks, and its copy-on-write, are ours" {
    need redis-server
    need redis-cli
    cli=(redis-cli -s "$DIR/socket")
    serve TERM redis-server --port 0 --unixsocket "$DIR/socket" --save '' --dir "$DIR" --rdbcompression no --rdbchecksum no
    eventually "${cli[@]}" ping
    for first in 0 200000 400000 600000 800000; do
        "${cli[@]}" eval 'for i = 1, 200000 do
            redis.call("set", "key:" .. ARGV[1] + i, string.rep("x", 460)) end' 0 "$first"
    done
    "${cli[@]}" info memory | tr -d '\r' >"$DIR/info"
    held=$(sed -n 's/^used_memory://p' "$DIR/info")
    echo "# redis-server holds $((held >> 20)) MiB" >&3
    [ "$held" -ge $((512 << 20)) ]

    watch -p "$server" --detail full
    : >"$DIR/both"
    for n in $(seq 12); do
        "${cli[@]}" bgsave
        # In place: memory that the parent frees would count as copied by redis-server, though nothing is.
        "${cli[@]}" eval 'for i = 1, 20000 do redis.call("setrange", "key:" .. i, 0, ARGV[1]) end' 0 "$n"
        # It writes half a gigabyte to a disk that may be busy.
        eventually saved || eventually saved || eventually saved
        eventually recorded "$n"
        compare_redis
        ((n < 3)) || ! agreed || break
    done
    unwatch
    [ "$(awk '$2 > $1' "$DIR/both" | wc -l)" -eq 0 ]
    agreed
    page_of_redis
}

# The page shows who forked and how often, and why posix_spawn is no answer here.
page_of_redis() {
    browser_modules
    n=$(forks | wc -l)
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    block_holds "$DIR/page.html" \
        ".views.births.runs[0].groups[0] | [.label, .method, .births, .execs] == [\"redis-server\", \"fork\", $n, 0]" \
        '.views.births.runs[0].groups[0].phases | map({(.[0]): .[1]}) | add | .copy_mm > 1000000 and .cow_parent > 0' \
        '.views.births.runs[0].series | any(.label == "redis-server" and (.work | add) > 0)' \
        '.views.births.runs[0].family | any(.[1] == null and .[2] == "fork")'
    look views "$DIR/page.html" answer births environment method
    look text "$DIR/page.html" 'What if these forks had been posix_spawn?' "the median of the parent's COW faults" \
        "redis-server: none of its $n forks execs, so they are no case for posix_spawn; the median of copy_mm is"
}

saved() {
    "${cli[@]}" info persistence | grep -q 'rdb_bgsave_in_progress:0'
}

forks() {
    # The last line may be incomplete.
    jq -cR 'fromjson? | select(.type == "birth" and .method == "fork")' "$DIR/run.jsonl"
}

recorded() { # N
    [ "$(forks | wc -l)" -eq "$1" ]
}

# Adds a line to $DIR/both: redis-server's and our microseconds of the fork, then its and our copied bytes.
compare_redis() {
    "${cli[@]}" info | tr -d '\r' >"$DIR/info"
    forks | tail -n 1 | jq -r --arg us "$(sed -n 's/^latest_fork_usec://p' "$DIR/info")" \
        --arg bytes "$(sed -n 's/^rdb_last_cow_size://p' "$DIR/info")" \
        '"\($us) \(.call_ns / 1000) \($bytes) \((.counts.cow_copied_parent + .counts.cow_copied_child) * 4096)"' \
        >>"$DIR/both"
    tail -n 1 "$DIR/both" | awk '{
        printf "# fork: latest_fork_usec %d, ours %.0f us (%.1f %%); COW: rdb_last_cow_size %.1f MiB, ours %.1f MiB\n",
            $1, $2, 100 * $2 / $1, $3 / 1048576, $4 / 1048576 }' >&3
}

agreed() {
    [ "$(awk '$2 > 0.8 * $1' "$DIR/both" | wc -l)" -ge 2 ] &&
        [ "$(awk '$4 > 0.9 * $3 && $4 < 1.1 * $3' "$DIR/both" | wc -l)" -ge 2 ]
}
