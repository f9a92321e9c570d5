#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command bench on this machine's kernel: what it measures, prints, and may do.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load bench.bash

# A run that several tests look at.
first_light() {
    measure first --method fork,vfork --size 1M,64M --runs 50
}

# A method that grows with the parent, and one that does not.
growth() {
    measure growth --method fork,posix_spawn --size 1M,64M,256M --runs 40 --rounds 2 \
        --untraced none
}

# What it measures

@test "a result file is a run, a cell per combination and probe set, and an end; nothing is lost" {
    need_root
    first_light
    # A line an object, each whole.
    while IFS= read -r line; do
        jq -e 'type == "object"' <<<"$line" >/dev/null
    done <"$result"
    holds "$result" \
        '[.[].type] | .[0] == "run" and .[-1] == "end" and (.[1:-1] | unique == ["cell"])' \
        'run.schema == 1 and run.clock == "monotonic"' \
        'run.seed | type == "string" and test("^[0-9]+$")' \
        '[cells | select(.key.trace == "phases")] | length == 4' \
        '[cells | .key] | length == (unique | length)' \
        '[cells | .n == (if .key.trace == "all" then 10 else 50 end)] | all' \
        '[cells | .n as $n | (.samples[], .counts[]?, .unattributed_ns, .phases[].ns?)
          | select(. != null) | length == $n] | all' \
        '[cells | .samples | .spawn_ns, .first_run_ns, .total_ns | .[] | . != null and . > 0] | all' \
        '[cells | .errnos, .broken, .skipped | . == null] | all' \
        'final.births > 0 and final.births == final.started' \
        'final.lost == 0 and final.missed == 0' \
        'final.started_untraced > 0'
}

@test "the run names its command" {
    need_root
    first_light
    holds "$result" 'run.command[0] | endswith("spawnscope")' \
        'run.command[1:] | .[0:5] == ["bench", "--method", "fork,vfork", "--size", "1M,64M"]'
}

@test "each phase of each traced cell has values with a source, or none with a reason" {
    need_root
    first_light
    "$TOOL" doctor >"$DIR/doctor" || [ $? -eq 1 ]
    holds "$result" \
        '[cells | select(.key.trace != "none") | .phases | length == 16] | all' \
        '[cells | select(.key.trace != "none") | .phases[]
          | if .ns then (.source | length > 0) and .absent == null
            else (.absent | length > 0) and .source == null end] | all' \
        '[at("fork"; mib(1), mib(64); "phases").phases.copy_mm.ns[]] | length == 100 and measured' \
        '[at("vfork"; mib(1), mib(64); "phases").phases.copy_mm
          | has("ns") == false and (.absent | test("CLONE_VM"))] | all' \
        '[at("vfork"; mib(1), mib(64); "phases").phases.vfork_wait.ns[] | . > 0] | length == 100 and all' \
        '[at("fork"; mib(1), mib(64); "phases").phases.vfork_wait | has("ns")] | any | not'
    # Cells, the run and doctor agree.
    local source
    source=$(awk '$1 == "copy_mm" { print $2 }' "$DIR/doctor")
    [ "$(ask "$result" 'run.phases.copy_mm.source')" = "$source" ]
    [ "$(ask "$result" 'at("fork"; mib(64); "phases").phases.copy_mm.source')" = "$source" ]
    # Hardened machines refuse fentry and kprobes; then it is a tracepoint.
    if grep '^copy_files cannot be measured: fentry .*; kprobe .*' "$DIR/doctor"; then
        [[ $source == tracepoint:* ]]
    fi
}

# It does not write when it runs; where exec_load ends is known with a trace.
@test "another program runs where its exec ends, and untraced there is no such time" {
    need_root
    "$TOOL" bench --method posix_spawn,fork-exec,system --size 1M --runs 8 --program /bin/true -q \
        -o "$DIR/true.jsonl" >"$DIR/true.out"
    holds "$DIR/true.jsonl" \
        '[at("posix_spawn", "fork-exec"; mib(1); "phases")
          | range(8) as $i | (.phases | .exec_open.ns[$i] + .exec_flush.ns[$i] + .exec_load.ns[$i]) as $exec
          | .samples | .exec_ns[$i] > $exec and .exec_ns[$i] < .total_ns[$i]] | length == 16 and all' \
        '[cells | select(.key.trace == "none" or .key.method == "system").samples | has("exec_ns")]
         | length > 0 and (any | not)'
    grep -q '^STARTED: absent where another program (--program) is untraced' "$DIR/true.out"
}

@test "copy_mm grows with the parent" {
    need_root
    growth
    ask "$result" '[at("fork"; mib(1), mib(64), mib(256); "phases").phases.copy_mm.ns | median]
                   | tostring'
    holds "$result" \
        '(at("fork"; mib(256); "phases").phases.copy_mm.ns | median)
         >= 2 * (at("fork"; mib(64); "phases").phases.copy_mm.ns | median)'
}

# With all probes, counts are exact.
@test "the pages that a fork copied are counted, to the page" {
    need_root
    need_own_memory
    growth
    holds "$result" \
        '[at("fork"; mib(1), mib(64), mib(256); "all").counts.ptes_copied | unique | length == 1] | all' \
        '(at("fork"; mib(64); "all").counts.ptes_copied | median)
         - (at("fork"; mib(1); "all").counts.ptes_copied | median) == mib(63) / 4096' \
        '(at("fork"; mib(256); "all").counts.ptes_copied | median)
         - (at("fork"; mib(64); "all").counts.ptes_copied | median) == mib(192) / 4096' \
        '[at("posix_spawn"; mib(1), mib(64), mib(256); "all").counts | has("ptes_copied")] | any | not' \
        '[cells | select(.key.trace == "all").counts.parent_threads | length == 10 and all(. == 1)] | all' \
        '[at("fork", "posix_spawn"; mib(64); "all").counts.parent_rss_anon[] | . >= mib(64) and . < mib(65)] | all'
}

# Sample by sample: on a busy machine the medians of parts do not add up to the median of the whole.
@test "the phases explain the call" {
    need_root
    growth
    local shares='at("fork"; mib(64); "phases") as $cell
        | [range($cell.n) as $i
           | ([$cell.phases | .clone_setup, .copy_mm, .clone_finish, .wake | .ns[$i]] | add)
             / $cell.samples.spawn_ns[$i]]'
    ask "$result" "$shares | [min, median, max] | tostring"
    # On a busy machine calls are preempted, and no phase of work has the time off the CPU.
    holds "$result" "$shares | length == 40 and max >= 0.9 and max <= 1.01" \
        '[at("fork"; mib(256); "phases") | range(40) as $i
          | [.phases | .clone_setup, .copy_mm, .clone_finish, .wake | .ns[$i]] as $parts
          | .unattributed_ns[$i] == if any($parts[]; . == null) then null else .samples.spawn_ns[$i] - ($parts | add) end]
         | all'
}

# The median of ten samples: a task that was preempted may have one more, when the kernel then writes
# to its struct rseq (rseq(2)), and a sample may have one fewer: so 256 pages are 255 to 257 faults. Of
# a page that both write to, whoever is first has a copy made, and the other one takes the page itself;
# who is, is a race. When nothing is asked for, the pages that the parent writes to are those: the
# copies may be off by so many.
@test "copy-on-write faults of parent and child are counted, to the page" {
    need_root
    need_own_memory
    measure cow --method fork --size 4M --child-write 0,1M --parent-write 0,1M --runs 10 "${QUICK[@]}"
    local counts='
        def cow($child; $parent; $count):
            [cells | select(.key.trace == "all" and .key.child_write == mib($child)
                            and .key.parent_write == mib($parent))] | .[0].counts[$count] | median;
        def within($n; $value): . - $value | fabs <= $n;'
    ask "$result" "$counts"'(0, 1) as $c | (0, 1) as $p
        | [$c, $p, (cow($c; $p; "cow_faults_child", "cow_copied_child", "cow_reused_child",
                        "cow_faults_parent", "cow_copied_parent", "cow_reused_parent"))] | tostring'
    holds "$result" \
        "$counts"'cow(0; 0; "cow_faults_parent") as $n
                  | cow(1; 0; "cow_copied_child") - cow(0; 0; "cow_copied_child") | within($n; 256)' \
        "$counts"'cow(1; 0; "cow_faults_child") - cow(0; 0; "cow_faults_child") | within(1; 256)' \
        "$counts"'cow(1; 0; "cow_faults_parent") - cow(0; 0; "cow_faults_parent") | within(1; 0)' \
        "$counts"'cow(0; 1; "cow_faults_parent") - cow(0; 0; "cow_faults_parent") | within(1; 256)' \
        "$counts"'cow(0; 0; "cow_faults_parent") as $n
                  | cow(0; 1; "cow_copied_parent") - cow(0; 0; "cow_copied_parent") | within($n; 256)' \
        "$counts"'cow(0; 1; "cow_faults_child") - cow(0; 0; "cow_faults_child") | within(1; 0)' \
        "$counts"'cow(1; 1; "cow_faults_child") - cow(0; 1; "cow_faults_child") | within(1; 256)' \
        "$counts"'cow(1; 1; "cow_faults_parent") - cow(0; 1; "cow_faults_parent") | within(1; 0)' \
        "$counts"'cow(0; 0; "cow_faults_parent") < 5' \
        "$counts"'[cow(0, 1; 0, 1; "cow_huge_child", "cow_huge_parent") == 0] | length == 8 and all' \
        '[cells | select(.key.trace == "all") | .counts
          | range(10) as $i | .cow_copied_child[$i] + .cow_reused_child[$i] == .cow_faults_child[$i]
            and .cow_copied_parent[$i] + .cow_reused_parent[$i] == .cow_faults_parent[$i]] | all'
}

# As in a container whose clock was set on, which shifts the driver's times and not the kernel's.
@test "in a time namespace phases are those of the driver's samples" {
    need_root
    unshare --time --monotonic=500000 --fork \
        "$TOOL" bench --method fork,vfork --size 1M --runs 10 "${QUICK[@]}" -q -o "$DIR/shifted.jsonl" >"$DIR/out"
    cat "$DIR/out"
    holds "$DIR/shifted.jsonl" \
        '[cells | select(.key.trace != "none") | .phases.wake.ns | length == 10 and measured] | length > 2 and all' \
        '[cells | select(.key.trace != "none" and .key.method == "fork") | .phases.clone_finish.ns | measured] | all' \
        '[cells | select(.key.trace == "all") | .counts.ptes_copied // empty | length == 10] | any'
}

# As in a privileged container: records have the ids of the first pid namespace, samples do not.
@test "in a pid namespace phases are those of the driver's samples" {
    need_root
    need_mounts
    unshare --pid --fork --mount-proc \
        "$TOOL" bench --method fork,posix_spawn,thread --size 1M --runs 10 "${QUICK[@]}" -q -o "$DIR/inside.jsonl" >"$DIR/out"
    cat "$DIR/out"
    holds "$DIR/inside.jsonl" \
        'final.births > 0 and final.births == final.started' \
        '[cells | select(.key.trace != "none") | .phases.wake.ns // .phases.vfork_wait.ns
          | length == 10 and measured] | length == 6 and all' \
        '[cells | select(.key.trace == "all" and .key.method == "fork") | .counts.ptes_copied | length == 10] | any'
    unshare --pid --fork --mount-proc "$TOOL" doctor >"$DIR/out" || [ $? -eq 1 ]
    diff "$DIR/out" <("$TOOL" doctor)
}

# A pid namespace has ids of its own.
@test "in the lab the suite overhead has ids from which on all births cost the same" {
    need_root
    need_mounts
    for clock in icount monotonic; do
        unshare --pid --fork --mount-proc sh -c '"$@" >/dev/null && cat /proc/sys/kernel/ns_last_pid' sh \
            "$TOOL" bench --suite overhead --clock $clock --method thread --runs 1 -q >"$DIR/$clock"
    done
    (($(<"$DIR/icount") > 4096))
    (($(<"$DIR/monotonic") < 4096))
}

# The parent is named by an id that no task of the kernel has.
@test "a bench whose births made no record says so first, and fails" {
    need_root
    local status=0
    own_tool
    mv "$OWN/spawnscope-bench" "$OWN/real"
    cat >"$OWN/spawnscope-bench" <<SH
#!/bin/sh
"$OWN/real" "\$@" | sed -u 's/^\(parent [0-9]*\) [0-9]* /\1 2147483646 /'
SH
    chmod +x "$OWN/spawnscope-bench"
    "$OWN/spawnscope" bench --method fork --size 1M --runs 5 "${QUICK[@]}" -q -o "$DIR/none.jsonl" \
        >"$DIR/out" 2>"$DIR/err" || status=$?
    cat "$DIR/out" "$DIR/err"
    [ "$status" -eq 2 ]
    head -1 "$DIR/out" | grep -Eq '([0-9]+) of \1 births? made no record'
    grep -q 'no birth made a record' "$DIR/err"
    "$TOOL" report --format markdown -o - "$DIR/none.jsonl" | grep -q 'no birth made a record'
    status=0
    jq -c 'if .type == "run" then .environment.taken_ms += 1 else . end' "$DIR/none.jsonl" >"$DIR/next.jsonl"
    "$TOOL" gate "$DIR/none.jsonl" "$DIR/next.jsonl" >"$DIR/out" || status=$?
    grep -q 'births made no record' "$DIR/out"
}

@test "two benches at the same time do not count each other's births" {
    need_root
    local i others=()
    for i in 1 2; do
        "$TOOL" bench --method fork,vfork,posix_spawn,thread --size 1M --runs 200 --rounds 2 \
            --untraced none -q -o "$DIR/$i.jsonl" >/dev/null 2>"$DIR/$i.err" </dev/null 3>&- &
        others+=($!)
    done
    for i in "${others[@]}"; do
        exit_of "$i"
    done
    for i in 1 2; do
        [ ! -s "$DIR/$i.err" ]
        # Per method: 200 samples and 10 with all probes, in blocks with two warm-ups each.
        holds "$DIR/$i.jsonl" 'final.births == final.started and final.births >= 840' \
            'final.lost == 0 and final.missed == 0' \
            '[cells | .n == (if .key.trace == "all" then 10 else 200 end)] | all'
    done
}

# Output

@test "tables are plain and narrow where there is no terminal" {
    need_root
    first_light
    refute grep -q $'[\e\r\t]' "$result.out"
    grep -q '^PHASES: ' "$result.out"
    refute grep -q '^Where the call' "$result.out"
    wc -L "$result.out"
    [ "$(wc -L <"$result.out")" -le 80 ]
}

@test "on a terminal there is colour, but not with NO_COLOR" {
    need_terminals
    local command="'$TOOL' bench --no-trace --method vfork --size 1M --runs 3 -q"
    script -qec "$command" /dev/null >"$DIR/colour" </dev/null
    grep -q $'\e\[' "$DIR/colour"
    NO_COLOR=1 script -qec "$command" /dev/null >"$DIR/plain" </dev/null
    refute grep -q $'\e' "$DIR/plain"
    grep -q vfork "$DIR/plain"
}

@test "-o - writes the result, and only that, on standard output" {
    "$TOOL" bench --no-trace --method fork,vfork --size 1M --runs 3 -o - >"$DIR/out" 2>"$DIR/err"
    [ ! -s "$DIR/err" ]
    [ "$(jq -c .type "$DIR/out" | paste -sd' ')" = '"run" "cell" "cell" "end"' ]
    [ "$(wc -l <"$DIR/out")" -eq 4 ]
}

@test "a size larger than memory is a skipped cell with its reason" {
    "$TOOL" bench --no-trace --method vfork --size 1M,8192T --runs 2 --show failures -o "$DIR/x.jsonl" >"$DIR/out"
    holds "$DIR/x.jsonl" '[cells] | length == 2' \
        'at("vfork"; 9007199254740992; "none") | .n == 0 and (.skipped | test("MemAvailable|limit"))' \
        'at("vfork"; mib(1); "none") | .n == 2 and .skipped == null' 'final.type == "end"'
    grep -q 'vfork at 8192T: skipped: needs ' "$DIR/out"
}

@test "what was not measured is said last, with status 2; with a skipped cell only by --strict" {
    local one=(--no-trace -q --method vfork --runs 2)
    run -2 --separate-stderr "$TOOL" bench "${one[@]}" --size 8192T -o "$DIR/x.jsonl"
    [[ $stderr == 'spawnscope: nothing was measured: needs '* ]]
    holds "$DIR/x.jsonl" 'final.type == "end"'
    run -2 --separate-stderr "$TOOL" bench --no-trace -q --method posix_spawn --size 1M --runs 2 --program /bin/false
    [ "$stderr" = "spawnscope: nothing was measured: '/usr/bin/false' ended with status 1" ] ||
        [ "$stderr" = "spawnscope: nothing was measured: '/bin/false' ended with status 1" ]
    run -0 --separate-stderr "$TOOL" bench "${one[@]}" --size 1M,8192T
    [[ $stderr == "spawnscope: 1 of 2 cells was skipped: needs "* ]]
    run -2 --separate-stderr "$TOOL" bench "${one[@]}" --size 1M,8192T --strict
    [[ $stderr == "spawnscope: 1 of 2 cells was skipped: needs "* ]]
}

@test "calls that fail are counted, with status 2" {
    need_root
    own_tool
    # Two processes are the driver's own, a child would be the next.
    run -2 --separate-stderr setpriv --reuid=64998 --regid=64998 --clear-groups prlimit --nproc=3 \
        "$OWN/spawnscope" bench --no-trace -q --method fork --size 1M --runs 4
    echo "$output" "$stderr"
    [[ $stderr == 'spawnscope: 4 of 4 calls failed: EAGAIN' ]]
}

# Rights

@test "without probes no rights are needed" {
    need_root
    cd /
    "${AS_NOBODY[@]}" "$TOOL" bench --no-trace --method fork,posix_spawn --size 1M --runs 5 -o - \
        >"$DIR/x.jsonl" 2>"$DIR/err"
    [ ! -s "$DIR/err" ]
    holds "$DIR/x.jsonl" '[cells | .n == 5 and .key.trace == "none"] | length == 2 and all' \
        'final | .births == null and .lost == null and .missed == null and .started_untraced > 0' \
        '[run.phases[] | .absent | length > 0] | all'
}

@test "without rights it runs untraced and says what is missing" {
    need_root
    cd /
    "${AS_NOBODY[@]}" "$TOOL" bench --method vfork --size 1M --runs 5 >"$DIR/out" 2>"$DIR/err"
    cat "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -Eq 'CAP_BPF and CAP_PERFMON.*untraced' "$DIR/err"
    grep -q vfork "$DIR/out"
}

@test "CAP_BPF and CAP_PERFMON are enough to trace" {
    need_root
    [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] ||
        skip "perf_event_paranoid is above 2: perf_event_open takes CAP_SYS_ADMIN"
    cd /
    # By number (38 and 39): not every setpriv knows their names.
    "${AS_NOBODY[@]}" --inh-caps +cap_38,+cap_39 --ambient-caps +cap_38,+cap_39 \
        "$TOOL" bench --method fork --size 1M --runs 5 "${QUICK[@]}" -o - >"$DIR/x.jsonl" 2>"$DIR/err"
    cat "$DIR/err"
    holds "$DIR/x.jsonl" 'final.births > 0 and final.births == final.started' \
        'at("fork"; mib(1); "phases").phases.copy_mm.ns | length == 5'
}

# ids PID FIELD: the four numbers of Uid or Gid.
ids() {
    awk -v field="$2:" '$1 == field { print $2, $3, $4, $5 }' "/proc/$1/status"
}

@test "under sudo it works for the invoking user" {
    need_root
    local user="$NOBODY $NOBODY $NOBODY $NOBODY"
    own_tool
    mkdir "$OWN/theirs"
    chown "$NOBODY:$NOBODY" "$OWN/theirs"
    export SUDO_UID=$NOBODY SUDO_GID=$NOBODY HOME=/root USER=root LOGNAME=root MAIL=/var/mail/root
    start_own bench "${ENDLESS[@]}" -o "$OWN/theirs/x.jsonl"
    # Nor its home.
    refute grep -qzE '^(HOME|USER|LOGNAME|MAIL)=.*root' "/proc/$driver/environ"
    grep -qzx "MAIL=/var/mail/$(id -un "$NOBODY")" "/proc/$driver/environ"
    for process in "$driver" "$subject"; do
        [ "$(ids "$process" Uid)" = "$user" ]
        [ "$(ids "$process" Gid)" = "$user" ]
        # None of root's groups.
        [ -z "$(sed -n 's/^Groups:\t//p' "/proc/$process/status" | tr -d ' ' | sed "s/$NOBODY//")" ]
    done
    [ "$(ids "$tool" Uid)" = "$user" ]
    eventually sampling
    kill -INT "$tool"
    exit_of "$tool" 130
    [ "$(stat -c %u:%g "$OWN/theirs/x.jsonl")" = "$NOBODY:$NOBODY" ]
    # What only root could write to is out of reach.
    mkdir "$OWN/ours"
    echo precious >"$OWN/ours/file"
    one_line 2 'ours/x.jsonl.*Permission denied' \
        "$TOOL" bench --method vfork --size 1M --runs 2 "${QUICK[@]}" -o "$OWN/ours/x.jsonl"
    [ ! -e "$OWN/ours/x.jsonl" ]
    one_line 2 'ours/file.*Permission denied' \
        "$TOOL" bench --no-trace --method vfork --size 1M --runs 2 -o "$OWN/ours/file"
    [ "$(cat "$OWN/ours/file")" = precious ]
}

# capability PID SET: a set of capabilities, as a number.
capability() {
    local value
    value=$(sed -n "s/^$2:\t//p" "/proc/$1/status")
    echo $((16#$value))
}

@test "the tool keeps only what attaching takes, and uses it only then; the driver has nothing" {
    need_root
    # CAP_PERFMON and CAP_BPF; from level 3 of perf_event_paranoid on, CAP_SYS_ADMIN.
    local allowed=$((1 << 38 | 1 << 39)) quiet=0 set effective
    if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 2 ]; then
        ((allowed |= 1 << 21))
    fi
    own_tool
    start_own bench "${ENDLESS[@]}"
    for process in "$driver" "$subject"; do
        for set in CapInh CapPrm CapEff CapBnd CapAmb; do
            [ "$(capability "$process" "$set")" -eq 0 ]
        done
    done
    # One block, so one attaching, and then samples until we end it.
    for _ in $(seq 1000); do
        [ "$(($(capability "$tool" CapPrm) & ~allowed))" -eq 0 ]
        [ "$(capability "$tool" CapInh)" -eq 0 ]
        [ "$(capability "$tool" CapAmb)" -eq 0 ]
        effective=$(capability "$tool" CapEff)
        [ "$((effective & ~allowed))" -eq 0 ]
        quiet=$((effective ? 0 : quiet + 1))
        [ "$quiet" -lt 50 ] || break
        sleep 0.02
    done
    [ "$quiet" -ge 50 ]
    kill -INT "$tool"
    exit_of "$tool" 130
}
