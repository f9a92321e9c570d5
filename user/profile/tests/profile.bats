#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command profile on this machine's kernel: what it counts against what a
# storm of known size did; and what is left of it. profile_real.bats has other
# people's programs.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # commands for other shells; what tool.bash sets and calls

load ../../tests/tool.bash
load profile.bash

@test "threads that spawn at once are counted each, and no birth is lost or mixed up" {
    profile --show parents --detail full -- "$STORM" spawn 20 64
    cat "$DIR/err"
    whole 1344
    [ "$(births spawn)" -eq 1280 ]
    [ "$(births thread)" -eq 64 ]
    # Each child was seen to exec.
    awk '/^The parent at/ { on = 1 } on && $2 == "spawn" { exit $NF != 1280 }' "$DIR/err"
}

@test "calls that fail are counted, with their errno" {
    profile -- "$STORM" fail 25
    [ "$(head -n 1 "$DIR/err")" = '25 calls failed:' ]
    grep -q 'failed: EINVAL (25)$' "$DIR/err"
    grep -q '^0 births in ' "$DIR/err"
    refute grep -q 'were lost' "$DIR/err"
}

# perf, if it works here, has the kernel's own count of such calls: of all CPUs, by name, since
# perf loses some of a task that it follows into its children.
@test "a call that a signal has the kernel make anew is no failure" {
    name=storm-$$
    cp "$STORM" "$DIR/$name"
    perf=(perf stat -a '-x,' -o "$DIR/perf" -e syscalls:sys_exit_clone
        --filter "ret == -513 && comm == \"$name\"")
    "${perf[@]}" true 2>/dev/null || perf=()
    # perf may begin to count when its command runs already: so the command says when.
    mkfifo "$DIR/ask" "$DIR/answer"
    [ ${#perf[@]} -eq 0 ] || perf+=(-D -1 --control "fifo:$DIR/ask,$DIR/answer")
    profile --detail calls -o "$DIR/run.jsonl" -- "${perf[@]}" \
        sh -c '[ "$1" -eq 0 ] || { echo enable >"$2/ask" && read -r _ <"$2/answer"; }; shift 2; exec "$@"' - \
        ${#perf[@]} "$DIR" "$DIR/$name" signalled 3000
    cat "$DIR/err"
    whole '300[12]'
    grep -q "^$name *fork *3000 " "$DIR/err"
    refute grep -q ERRORS "$DIR/err"
    restarts=$(sed -n 's/^\([0-9]*\) calls restarted by a signal.*/\1/p' "$DIR/err")
    [ "$restarts" -gt 0 ]
    [ "$(grep -c '"result":-513' "$DIR/run.jsonl")" -eq "$restarts" ]
    tail -n 1 "$DIR/run.jsonl" | jq -e --argjson n "$restarts" '.restarts == $n'
    cat "$DIR/perf" || true
    [ ${#perf[@]} -eq 0 ] || [ "$(awk -F, '/sys_exit_clone/ { print $1 }' "$DIR/perf")" -eq "$restarts" ]
    # Read from the file it is the same.
    "$TOOL" profile --input "$DIR/run.jsonl" | grep -q "^$restarts calls restarted by a signal"
}

# Whether perf counts each of EVENTS while a profile of this detail runs.
perf_counts_during() { # DETAIL EVENTS
    profile --trace tracepoint --detail "$1" -- perf stat -a '-x,' -o "$DIR/perf" -e "$2" "$STORM" fork 20
    awk -F, '/^[0-9<]/ { n++; if (!($1 > 0)) none = 1 } END { exit none || n < 7 }' "$DIR/perf"
}

# A program at a tracepoint can have the kernel drop the event for all others. Another tool that does so
# makes this wait.
@test "what perf counts is counted also while a profile runs" {
    events=raw_syscalls:sys_enter,raw_syscalls:sys_exit,syscalls:sys_enter_clone,syscalls:sys_exit_clone
    events+=,syscalls:sys_enter_execve,syscalls:sys_exit_execve,sched:sched_process_exit
    perf stat -a -e "$events" true || skip "perf cannot count tracepoints here"
    for detail in light calls full; do
        eventually perf_counts_during "$detail" "$events" || { cat "$DIR/perf" && false; }
    done
}

@test "an exec by a thread belongs to its process" {
    profile --show parents --detail calls -o "$DIR/run.jsonl" -- "$STORM" thread-exec 20
    cat "$DIR/err"
    awk '/^The parent at/ { on = 1 } on && $2 == "fork" { exit $NF != 20 }' "$DIR/err"
    awk '/^The parent at/ { on = 1 } on && $2 == "thread" { exit $NF != 0 }' "$DIR/err"
    exec_phases_whole <"$DIR/run.jsonl"
}

@test "children of children whose parent is gone are followed" {
    # The orphans have the pipe, so cat waits for the last.
    profile --show parents -- sh -c '"$1" orphan 20 | cat >/dev/null' - "$STORM"
    cat "$DIR/err"
    # The orphans' execs came after their parents' end; sh starts two programs itself.
    awk '/^The parent at/ { on = 1 } on && $1 == "storm" { exit $NF != 20 }' "$DIR/err"
    [ "$(births fork)" -eq 42 ]
}

# Other processes of the machine take part, and the kernel's count has them too.
@test "with -a births equal the kernel's own count" {
    attach -a --top 1000
    "$STORM" vfork 20000
    "$STORM" thread 2000
    "$STORM" fork 500
    interrupt
    refute grep -q 'were lost' "$DIR/out"
    [ "$(births vfork)" -ge 20000 ]
    kernels_count "$DIR/out"
    same_count
    [ "$counted" -ge 22500 ]
}

@test "a ring that overflows loses records, counts them, and keeps the counts of births" {
    profile --ring-size 4K -- "$STORM" vfork 20000
    cat "$DIR/err"
    [[ $(<"$DIR/err") =~ records\ were\ lost,\ ([0-9]+)\ of\ them ]]
    [ "${BASH_REMATCH[1]}" -gt 0 ]
    [ "${BASH_REMATCH[1]}" -lt 20000 ]
    [ "$(births vfork)" -eq 20000 ]
    head -n 1 "$DIR/err" | grep -q '^[0-9]* records were lost'
    grep -q '^20000 births, ' "$DIR/err"
}

# storm's method is in the name of its work; the kernel shows the arguments of a call to fewer probes.
@test "light has no probe that tasks run into which spawn nothing, and names methods right all the same" {
    local kind
    for kind in fentry tracepoint; do
        attach -a --detail light --trace "$kind" --comm storm -o "$DIR/$kind.jsonl"
        "$STORM" vfork 5
        "$STORM" spawn 7
        "$STORM" fork 3
        interrupt
        [ "$(births vfork)" -eq 5 ]
        [ "$(births spawn)" -eq 7 ]
        [ "$(births fork)" -eq 3 ]
        jq -se '.[0].phases | [.[].source // "" | test("mmap_lock|sys_|sched_switch")] | any | not' "$DIR/$kind.jsonl"
    done
    # By tracepoints alone, what is left out says whose time it would cost.
    jq -se '.[0].phases | .copy_mm.absent | test("mmap_lock would slow down every change of a memory map")' \
        "$DIR/tracepoint.jsonl"
    attach -a --detail light --trace tracepoint --method spawn --comm storm
    "$STORM" vfork 5
    "$STORM" spawn 7
    interrupt
    grep -Eq '^7 births(,| in) ' "$DIR/out"
}

@test "where failures cannot be seen, their number is unknown, not 0" {
    for detail in light calls; do
        attach -a --detail "$detail" -o "$DIR/$detail.jsonl"
        "$STORM" fail 3
        interrupt
        "$TOOL" profile --input "$DIR/$detail.jsonl" >"$DIR/again"
        for text in "$DIR/out" "$DIR/again"; do
            cat "$text"
            if head -n 1 "$DIR/$detail.jsonl" | jq -e .failures.absent; then
                [ "$detail" = light ]
                refute grep -q 'calls failed:' "$text"
                grep -q '^Not counted: calls that failed: ' "$text"
                tail -n 1 "$DIR/$detail.jsonl" | jq -e '.restarts == null'
            else
                grep -Eq '^([3-9]|[1-9][0-9]+) calls failed:$' "$text"
            fi
        done
    done
    # Nor does a budget pass by them.
    if head -n 1 "$DIR/light.jsonl" | jq -e .failures.absent; then
        "$TOOL" report "$DIR/light.jsonl" | grep -q 'calls that failed were not seen'
        echo 'failed == 0' >"$DIR/budget"
        status=0
        "$TOOL" gate --budget "$DIR/budget" "$DIR/light.jsonl" >"$DIR/gate" || status=$?
        cat "$DIR/gate"
        [ "$status" -eq 4 ]
        tr -s '\n ' ' ' <"$DIR/gate" | grep -q 'not measured in this run: '
    fi
}

@test "filters keep to what they name" {
    profile --method vfork -- sh -c '"$1" vfork 10; "$1" fork 7' - "$STORM"
    whole '[0-9]+'
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

@test "a result file keeps programs apart, too" {
    profile --by exe -o "$DIR/run.jsonl" -- bash -c '"$1" fork 7; :' - "$STORM"
    "$TOOL" profile --by exe --input "$DIR/run.jsonl" >"$DIR/again"
    cat "$DIR/err" "$DIR/again"
    diff <(unpriced) "$DIR/again"
    grep -q '^storm *fork *7 ' "$DIR/again"
    grep -q '^bash *fork *1 ' "$DIR/again"
}

@test "a process that runs already is followed, with its descendants if asked, until it ends" {
    mkfifo "$DIR/go"
    sh -c 'read -r _ <"$2"; "$1" fork 30; exec /bin/true' - "$STORM" "$DIR/go" &
    shell=$!
    "$TOOL" profile -v -p "$shell" >"$DIR/alone" 2>&1 3>&- &
    alone=$!
    "$TOOL" profile -v -p "$shell" --children >"$DIR/family" 2>&1 3>&- &
    family=$!
    eventually grep -q attached "$DIR/alone"
    eventually grep -q attached "$DIR/family"
    echo >"$DIR/go"
    wait "$family"
    wait "$alone"
    cat "$DIR/alone" "$DIR/family"
    grep -Eq '^[12] births?' "$DIR/alone"
    grep -q '^3[12] births' "$DIR/family"
}

# How long that may take is a matter of a quiet machine: user/tests/speed has the limit.
@test "it says how soon it was attached" {
    profile -v -q -- true
    cat "$DIR/err"
    grep -Eq '^spawnscope: attached [0-9]+\.[0-9]{3} s after the start$' "$DIR/err"
    refute grep -q 'attached 0\.000' "$DIR/err"
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
-a -- true|too many of these
-p 4194305|there is no process 4194305
-p 0|must be process ids
-p 1,x|must be process ids
-a -d 0|must be a number of seconds
-a --method spoon|must be fork, vfork
-a --min-duration 5|must be a time
-a --min-rss -1|must be a size
-a --by colour|must be comm, exe, pid, cgroup or stack
-a --detail light --min-duration 1ms|use --detail calls
--min-duration 1ms --detail light -- true|use --detail calls
-a --detail deep|must be light, calls, stalls or full
-a --ring-size 5000|must be a power of two
-a --uid no-such-user|is neither a user
-a --cgroup /no/such/group|No such file
-a --cgroup /tmp|is not a cgroup
-a --children|--children needs -p
--|there is no command
sh|put -- before the command: profile -- sh
-a --json --tree|write these with -o FILE
--json --tree -- true|write these with -o FILE
-a -o - --tree|name a file for -o
-a -o - --live|name a file for -o
-a --perfetto - --tree|name a file for --perfetto
-a -o - --perfetto -|can have standard output
-a --json -o -|can have standard output
--input x --json --perfetto -|can have standard output
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

# mail_of MAIL: what the command finds of the variable.
mail_of() {
    MAIL=$1 "$TOOL" profile -q -- sh -c 'echo "${MAIL-none}"'
}

@test "under sudo the command has the caller's home, name and mailbox" {
    IFS=: read -r name _ _ _ _ home _ < <(getent passwd "$NOBODY")
    export SUDO_UID=$NOBODY SUDO_GID=$NOBODY HOME=/root USER=root LOGNAME=root MAIL=/var/mail/root
    [ "$("$TOOL" profile -q -- sh -c 'echo "$HOME $USER $LOGNAME $MAIL"')" = "$home $name $name /var/mail/$name" ]
    [ "$(mail_of "/var/spool/mail/$name")" = "/var/spool/mail/$name" ]
    [ "$(mail_of /root/Maildir)" = none ]
    [ "$(mail_of root)" = none ]
    unset MAIL
    [ "$("$TOOL" profile -q -- sh -c 'echo "${MAIL-none}"')" = none ]
    # Root's own stay.
    unset SUDO_UID SUDO_GID
    [ "$(mail_of /root/Maildir)" = /root/Maildir ]
    [ "$("$TOOL" profile -q -- sh -c 'echo "$HOME $USER"')" = '/root root' ]
}

@test "the command ignores the signals that the tool was started to ignore" {
    seen=()
    for how in default-signal=PIPE,XFSZ,CHLD ignore-signal={PIPE,XFSZ,CHLD}; do
        echo "$how"
        ignored=$(env "--$how" "$TOOL" profile -q -- grep SigIgn /proc/self/status)
        [ "$ignored" = "$(env "--$how" grep SigIgn /proc/self/status)" ]
        seen+=("$ignored")
    done
    [ "$(printf '%s\n' "${seen[@]}" | sort -u | wc -l)" -eq 4 ]
    trap '' PIPE
    ignored=$("$TOOL" profile -q -- grep SigIgn /proc/self/status)
    [ "$ignored" = "$(grep SigIgn /proc/self/status)" ]
}

@test "killed at any time it leaves no process and no program" {
    own_storm
    begin_own profile -- "$OWN/spawnscope-child" wait 100
    eventually hold_programs
    kill_own
    # shellcheck disable=SC2086 # several ids
    eventually programs_gone $programs
}

@test "a command that is held does not outlive the tool" {
    own_storm
    for wait in 0.005 0.01 0.02 0.04 0.08; do
        begin_own profile -- "$OWN/spawnscope-child" wait 100
        sleep "$wait"
        kill_own
    done
}

@test "interrupted, it sums up what it has seen" {
    attach -a --top 1000
    "$STORM" fork 5
    interrupt
    grep -q '^storm *fork *5 ' "$DIR/out"
    # What -v says, and nothing else.
    refute grep -Ev '^spawnscope: (attached|-v: )' "$DIR/err"
}

@test "copy-on-write faults of any thread are the parent's" {
    profile -q --detail full -o "$DIR/run.jsonl" -- "$STORM" cow 3
    jq -se '[.[] | select(.type == "birth" and .method == "fork").counts]
        | length == 3 and all(.cow_faults_parent >= 1000 and .cow_faults_parent < 1200
            and .cow_copied_parent >= 1000 and .cow_faults_child < 100)' "$DIR/run.jsonl"
}

# Lines and files

@test "a line for each birth shows what was run, harmlessly" {
    profile --live --detail full -- sh -c '"$@"; /bin/true; :' - /bin/echo $'a\e[31mb\nc' 'two words' $'\xff'
    cat "$DIR/err"
    grep -q '^    TIME  PARENT' "$DIR/err"
    grep -Eq "/bin/echo 'a.x1b\[31mb.x0ac' 'two words' .*xff" "$DIR/err" ||
        grep -Eq '/bin/echo a.x1b\[31mb.x0ac .two words. .xff' "$DIR/err"
    grep -q '/bin/true' "$DIR/err"
    # No byte in it but newlines does anything to a terminal.
    refute grep -q $'[\x01-\x09\x0b-\x1f\x7f]' "$DIR/err"
}

@test "a line of JSON for each birth, and one at the end" {
    profile --json -- sh -c '"$@"; "$@"' - "$STORM" vfork 5
    jq -se 'length == 13 and all(.[:12][]; .type == "birth") and .[12].type == "end" and .[12].births == 12
        and ([.[] | select(.exec.argv == ["'"$STORM"'", "vfork", "5"])] | length) == 2
        and ([.[] | select(.parent.comm == "storm" and .method == "vfork" and .call_ns > 0)] | length) == 10' \
        "$DIR/err"
}

@test "arguments are kept up to the length asked for" {
    profile --json --args 10 -- sh -c '/bin/echo 123456789012345678901234567890; :'
    jq -se '.[0].exec | .argv == ["/bin/echo"] and .argv_bytes == 41' "$DIR/err"
    long=$(printf '%01500d' 0)
    profile --json --args 4096 -- sh -c '/bin/echo "$1"; :' - "$long"
    jq -se --arg long "$long" '.[0].exec.argv == ["/bin/echo", $long]' "$DIR/err"
}

@test "a path of 4,095 bytes is whole" {
    cd "$DIR"
    folder=$(printf '%0254d' 0)
    path=.
    for _ in $(seq 16); do
        mkdir "$folder" && cd "$folder"
        path+=/$folder
    done
    cd "$DIR"
    name=$(printf "%0$((4095 - ${#path} - 1))d" 7)
    (for _ in $(seq 16); do cd "$folder"; done && cp "$STORM" "./$name")
    path+=/$name
    [ "${#path}" -eq 4095 ]
    profile --json -- sh -c '"$1" leaf; :' - "$path"
    jq -se --arg path "$path" '.[0].exec.path == $path' "$DIR/err"
}

@test "a result file holds every birth, and what is read from it is the same summary" {
    profile --records -o "$DIR/run.jsonl" --detail full -- "$STORM" spawn 50
    jq -se "$JQ"' (.[0].type == "run") and (.[0].phases.newtask == null)
        and (.[-1] | .type == "end" and .births == 50 and .lost == 0 and .duration_ns > 0)
        and ([.[1:-1][] | select(.type == "birth" and .method == "spawn" and .exec.result == 0
            and .exec.path == "/proc/self/exe" and .exec.argv == ["storm", "leaf"]
            and .edges.exec_done > .edges.exec_load and .counts.parent_vmas > 0)] | length) == 50
        and ([.[1:-1][].phases.exec_load] | measured)' "$DIR/run.jsonl"
    run -0 --separate-stderr "${AS_NOBODY[@]}" "$TOOL" profile --input - <"$DIR/run.jsonl"
    diff <(unpriced | sed '$d') <(sed '$d' <<<"$output")
    [ "$(tail -n 1 <<<"$output")" = 'Result file: standard input' ]
}

@test "a file that is damaged is refused in one line" {
    profile -q -o "$DIR/run.jsonl" -- "$STORM" fork 3
    sed '2s/"pid":/"pit":/' "$DIR/run.jsonl" >"$DIR/bad.jsonl"
    run -2 --separate-stderr "$TOOL" profile --input "$DIR/bad.jsonl"
    [ "$stderr" = "spawnscope: $DIR/bad.jsonl: line 2: pid is not an integer" ]
    # Cut off, it is what a killed run leaves.
    head -n 3 "$DIR/run.jsonl" >"$DIR/cut.jsonl"
    run -0 --separate-stderr "$TOOL" profile --input "$DIR/cut.jsonl"
    [[ $stderr == *'no end line'* ]]
    [[ $output == *'2 births'* ]]
}

@test "a killed run leaves whole lines and no end" {
    own_storm
    begin_own profile -o "$DIR/run.jsonl" -- "$OWN/spawnscope-child" fork 10000000
    eventually grep -qs '"type":"birth"' "$DIR/run.jsonl"
    kill_own
    head -n -1 "$DIR/run.jsonl" | jq -se 'length > 1 and .[0].type == "run" and all(.type != "end")'
}

@test "a full disk is one line, and the command goes on" {
    run -2 --separate-stderr "$TOOL" profile -q -o /dev/full -- sh -c 'echo done'
    [ "$stderr" = 'spawnscope: cannot write /dev/full: No space left on device' ]
    mkdir "$DIR/small"
    mount -t tmpfs -o size=64k none "$DIR/small" || skip "cannot mount a tmpfs"
    run -2 --separate-stderr "$TOOL" profile -q -o "$DIR/small/run.jsonl" -- \
        sh -c '"$1" fork 500 >/dev/null; echo ready' - "$STORM"
    umount "$DIR/small"
    [ "$output" = ready ]
    [ "$stderr" = "spawnscope: cannot write $DIR/small/run.jsonl: No space left on device" ]
}

@test "the trace for Perfetto is an array of events, with a flow for each birth" {
    profile -q --perfetto "$DIR/trace.json" -o "$DIR/run.jsonl" --detail full -- "$STORM" fork-exec 10
    # Where the kernel preempts probes, a phase can miss its end.
    copies=$(jq -s 'map(select(.type == "birth" and .phases.copy_mm != null)) | length' "$DIR/run.jsonl")
    [ "$copies" -gt 0 ]
    jq -e --argjson copies "$copies" 'type == "array" and all(.[]; .ph and .pid and .name)
        and ([.[] | select(.ph == "s")] | length) == 10
        and ([.[] | select(.ph == "f")] | length) == 10
        and ([.[] | select(.ph == "X" and .name == "copy_mm")] | length) == $copies
        and ([.[] | select(.ph == "C")] | length) > 0
        and all(.[] | select(.ph == "X"); .dur >= 0 and .ts >= 0)' "$DIR/trace.json"
}

@test "in a time namespace times begin with the trace" {
    local shift
    for shift in 500000 -1; do
        unshare --time --monotonic=$shift --fork "$TOOL" profile -q --perfetto "$DIR/trace.json" -- "$STORM" fork 3
        jq -e '[.[] | .ts // empty] | length > 3 and min >= 0 and max < 300 * 1000000' "$DIR/trace.json"
    done
}

@test "of a command, --json writes to standard error and -o - to standard output, as --help says" {
    profile --json -- true
    [ ! -s "$DIR/out" ]
    profile --json -- sh -c '"$1" fork 3 >/dev/null' - "$STORM"
    [ ! -s "$DIR/out" ]
    jq -se 'map(select(.type == "birth" and .method == "fork" and .parent.comm == "storm")) | length == 3' "$DIR/err"
    profile -q -o - -- sh -c '"$1" fork 3 >/dev/null' - "$STORM"
    [ ! -s "$DIR/err" ]
    jq -se 'map(select(.type == "birth" and .parent.comm == "storm")) | length == 3' "$DIR/out"
    "$TOOL" profile --help | tr -s '\n ' ' ' >"$DIR/help"
    grep -q 'the lines of --live, --json and --tree go to standard error' "$DIR/help"
    grep -q -- '-o - writes lines of JSON to standard output in either case' "$DIR/help"
}

@test "a trace on standard output is alone there" {
    profile -q -o "$DIR/run.jsonl" -- "$STORM" fork-exec 10
    "$TOOL" profile --input "$DIR/run.jsonl" --perfetto - | jq -se 'length == 1 and (.[0] | length) > 20'
    profile --perfetto - --tree -- sh -c '"$1" fork-exec 10 >/dev/null' - "$STORM"
    jq -se 'length == 1 and (.[0] | length) > 20' "$DIR/out"
    whole '[0-9]+'
}

@test "processes that had one id after the other have a track each" {
    [ -x /usr/bin/python3 ] || skip "python3 is not installed"
    cat >"$DIR/reuse.py" <<'PY'
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
id = ctypes.c_int(int(open("/proc/sys/kernel/pid_max").read()) - 7)
# struct clone_args of linux/sched.h, with set_tid
args = (ctypes.c_uint64 * 10)(0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, ctypes.addressof(id), 1)
for shell in "bash", "sh":
    pid = libc.syscall(ctypes.c_long(435), args, ctypes.c_long(80))
    if pid == 0:
        os.execv("/bin/" + shell, [shell, "-c", "(:); :"])
    if pid < 0:
        raise SystemExit(3)
    os.waitpid(pid, 0)
PY
    profile -o "$DIR/run.jsonl" --perfetto "$DIR/live.json" -- /usr/bin/python3 "$DIR/reuse.py" ||
        skip "no id can be chosen here"
    "$TOOL" profile -q --input "$DIR/run.jsonl" --perfetto "$DIR/read.json"
    "$TOOL" export --format perfetto "$DIR/run.jsonl" >"$DIR/exported.json"
    for trace in live read exported; do
        # The shells, and the one child of each.
        jq -e '(map(select(.name == "process_name" and (.args.name | test("^bash"))).pid) | unique) as $bash
            | (map(select(.name == "process_name" and (.args.name | test("^sh"))).pid) | unique) as $sh
            | $bash - $sh == $bash
            and any(.[]; .name == "process_labels" and (.args.labels | test("^pid [0-9]+, no. 2 of that id: /bin/sh ")))
            and (map(select(.name == "fork" and ([.pid] | inside($bash)))) | length) == 1
            and (map(select(.name == "fork" and ([.pid] | inside($sh)))) | length) == 1' "$DIR/$trace.json"
    done
}

@test "the tree has the whole family" {
    profile --tree -- sh -c '"$1" fork-exec 2; :' - "$STORM"
    cat "$DIR/err"
    grep -Eq '^[0-9]+ sh$' "$DIR/err"
    [ "$(grep -Ec '^   ?[|`]- [0-9]+ fork .*/proc/self/exe leaf$' "$DIR/err")" -eq 2 ]
}

@test "it ends without a word when nobody reads its lines any more" {
    "$TOOL" profile -a --live 2>"$DIR/err" | head -n 3 >"$DIR/out" &
    pipe=$!
    eventually lines_end
    wait "$pipe"
    [ ! -s "$DIR/err" ]
    [ "$(wc -l <"$DIR/out")" -eq 3 ]
}

lines_end() {
    "$STORM" vfork 20
    ! kill -0 "$pipe" 2>/dev/null
}

# Other worlds

@test "in a pid namespace ids are ours, and the records have the kernel's" {
    need_mounts
    cat >"$DIR/inside" <<'SH'
set -e
"$1" profile --json -- "$2" fork 3 2>"$3/json"
mkfifo "$3/go"
sh -c 'read -r go <"$2/go"; "$1" fork 7; :' - "$2" "$3" &
"$1" profile -v -p $! --children >"$3/followed" 2>"$3/attached" &
until grep -q attached "$3/attached"; do sleep 0.1; done
echo >"$3/go"
wait $!
SH
    unshare --pid --fork --mount-proc sh "$DIR/inside" "$TOOL" "$STORM" "$DIR" >/dev/null 2>"$DIR/err" ||
        { cat "$DIR/err" && false; }
    jq -se 'map(select(.type == "birth")) | length == 3 and all(.parent.pid > 100)' "$DIR/json"
    whole '[89]' "$DIR/followed"
}
