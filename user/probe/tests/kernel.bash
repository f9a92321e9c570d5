# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2016,SC2030,SC2031,SC2034,SC2154,SC2317 # jq's variables; ${!kind}; bats
#
# The tool on known kernels, each booted in a virtual machine: which kind of probe gives which
# phases, and whether the values are right. describe() has what each kernel allows, and
# bench/lab/README.md explains it.
#
# BUILD is the folder of the binaries (build). Uses its static programs, or the dynamic ones with
# their libraries if there are none.

bats_require_minimum_version 1.5.0

TESTS=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
load "$TESTS/../../tests/result.bash"
load "$TESTS/../../tests/kernels.bash"

# Phases that need probes on functions.
INSIDE_CLONE="clone_setup copy_files copy_mm copy_pages exit_mm"
INSIDE_EXEC="pre_exec exec_open"
INSIDE_FAULT="cow_parent cow_child"

# describe KERNEL: sets what it allows. A new kernel is a branch here, and its tests in kernel.bats or,
# if only `make check-kernels` is to run them, in more/kernel.bats.
#   release  what its release begins with
#   machine  for which it is
#   flavour  what it ends with, before the machine
#   fentry, kprobe, tracepoint
#            phases with such a source, at one end at least, if no better kind is used
#   few      how many phases tracepoints alone give
#   batched  what a parent's write does to a page to which only the CPU's LRU batch has another
#            reference: see check_cow
#   huge     how many of three mappings of 2 MiB a parent reuses whole: none where there are no such
#            mappings, as on real-time kernels
#   way      how it boots: counting instructions, one that has booted already goes on, and sleeps pass at
#            once. Not so for those that are not known to count alike
#   work     what to run in the guest: "doctor KIND", "exact KIND", "timed KIND", "bench KIND",
#            "kill KIND", "unfired KIND", "syscalls KIND", "locked KIND" (the last)
describe() {
    kprobe="$INSIDE_CLONE $INSIDE_EXEC $INSIDE_FAULT"
    fentry=$kprobe
    tracepoint="wake vfork_wait first_run pre_exec reap"
    batched=reused
    flavour=-cloud huge=3 machine=amd64 way=(--icount)
    work=("doctor fentry" "doctor kprobe" "doctor tracepoint"
        "exact fentry" "exact kprobe" "exact tracepoint" "timed fentry" "timed tracepoint"
        "syscalls fentry")
    case ${1%/arm64} in
    debian:5.10)
        release=5.10.
        # No trampoline for a struct passed by value (do_huge_pmd_wp_page) or execveat's stub.
        fentry=$INSIDE_CLONE
        few=6
        batched=copied
        ;;
    debian:6.1 | debian:6.1-generic)
        release=6.1.
        tracepoint+=" clone_setup copy_mm clone_finish exec_load $INSIDE_FAULT"
        # Those of exit_mm exist, too, but come in the wrong order before 6.16.
        few=11
        [ "$1" != debian:6.1 ] || work+=("bench fentry" "bench kprobe" "bench tracepoint"
            "kill fentry" "kill kprobe" "unfired fentry" "unfired kprobe" "locked fentry")
        ;;
    debian:6.12 | debian:6.12-rt)
        release=6.12.
        tracepoint+=" clone_setup copy_mm clone_finish exec_open exec_flush exec_load $INSIDE_FAULT"
        few=13
        ;;
    debian:7.2 | debian:sid | debian:experimental)
        release=''
        tracepoint+=" clone_setup copy_mm clone_finish exec_open exec_flush exec_load exit_mm $INSIDE_FAULT"
        few=14
        ;;
    esac
    case $1 in
    *-generic) flavour='' ;;
    *-rt) flavour=-rt huge=0 way=(--memory 768M) ;;
    */arm64)
        machine=arm64 way=(--memory 768M)
        # There are no tracepoints of page faults.
        tracepoint=${tracepoint%" $INSIDE_FAULT"}
        few=$((few - 2))
        # Trampolines on functions came with 6.4 (2aa6ac03516d).
        [ "$release" != 6.1. ] || fentry=''
        work=("doctor fentry" "doctor kprobe" "doctor tracepoint"
            "exact fentry" "exact kprobe" "exact tracepoint" "timed fentry" "timed tracepoint")
        ;;
    esac
}

setup_file() {
    local build programs name options=()
    LAB=$(cd "$TESTS/../../../bench/lab" && pwd)
    build=$(realpath "${BUILD:-build}")
    export LAB INITRD=$BATS_FILE_TMPDIR/initramfs
    # This kernel must be there, or the file fails.
    "$LAB/fetch-kernel" debian:6.1

    cat >"$BATS_FILE_TMPDIR/lab-work" <<'SH'
#!/bin/sh
# No ASLR, so that page counts are the same in every parent.
echo 0 >/proc/sys/kernel/randomize_va_space
# The tasks of exact take turns (SCHED_FIFO), and no other task may preempt them: no real-time
# throttling. They have no struct rseq, since the kernel writes to it after a preemption, and then
# parent and child would reach that page in another order.
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
# With less than 512 MiB most kernels begin without huge pages.
thp=/sys/kernel/mm/transparent_hugepage/enabled
[ ! -e $thp ] || echo always >$thp
for share in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do
    [ ! -e "$share" ] || echo 0 >"$share"
done
probes() {
    cat /sys/kernel/tracing/enabled_functions /sys/kernel/debug/kprobes/list \
        /sys/kernel/tracing/kprobe_events
}
# Whether many processes are born in a tenth of a second: bench takes samples, and has attached.
sampling() {
    read -r _ _ _ _ first </proc/loadavg
    sleep 0.1
    read -r _ _ _ _ last </proc/loadavg
    [ $((last - first)) -gt 20 ]
}
for work; do
    what=${work% *} kind=${work#* }
    to=out/$what.$kind
    case $what in
    doctor) spawnscope doctor --trace "$kind" >"$to" 2>"$to.err" ;;
    exact) GLIBC_TUNABLES=glibc.pthread.rseq=0 exact "$kind" all >"$to" 2>"$to.err" ;;
    timed) exact "$kind" timed >"$to" 2>"$to.err" ;;
    bench)
        spawnscope bench --trace "$kind" --method fork,vfork,posix_spawn --size 1M,16M --runs 10 \
            --rounds 2 --untraced none -o "$to.jsonl" >"$to" 2>"$to.err"
        ;;
    syscalls)
        spawnscope bench --syscalls --trace "$kind" --method vfork-exec,posix_spawn --size 1M \
            --runs 5 --all-runs 5 --rounds 1 --untraced none -o "$to.jsonl" >"$to" 2>"$to.err"
        ;;
    unfired) # as an administrator leaves it
        echo 0 >/proc/sys/kernel/ftrace_enabled
        spawnscope bench --trace "$kind" --method fork,vfork --size 1M --runs 5 --rounds 1 \
            --untraced none -o "$to.jsonl" >"$to" 2>"$to.err"
        echo 1 >/proc/sys/kernel/ftrace_enabled
        ;;
    locked) # until the next boot
        mount -t securityfs none /sys/kernel/security
        echo confidentiality >/sys/kernel/security/lockdown
        spawnscope bench --method fork --size 1M --runs 5 --rounds 1 -o "$to.jsonl" >"$to" 2>"$to.err"
        spawnscope doctor >"$to" 2>>"$to.err"
        ;;
    kill)
        probes >"$to.before"
        spawnscope bench --trace "$kind" --method fork --size 1M --runs 100000 --untraced none \
            --rounds 1 --all-runs 0 -o "$to.jsonl" >"$to" 2>"$to.err" &
        tool=$!
        until sampling; do :; done
        probes >"$to.while"
        kill -KILL "$tool"
        for _ in $(seq 50); do
            sleep 0.4
            probes >"$to.after"
            pidof spawnscope spawnscope-bench exe >"$to.left"
            cmp -s "$to.before" "$to.after" && [ ! -s "$to.left" ] && break
        done
        wait "$tool"
        ;;
    esac
    echo $? >"$to.status"
done
SH
    chmod +x "$BATS_FILE_TMPDIR/lab-work"

    programs=$build/static
    if [ ! -x "$programs/spawnscope" ]; then
        programs=$build
        options=(--with-libs)
    fi
    for name in spawnscope spawnscope-bench spawnscope-child; do
        options+=("$programs/$name")
    done
    [ ! -x "$build/static/exact" ] || options+=("$build/static/exact")
    [ ! -x "$build/static/lab-init" ] || options+=(--init "$build/static/lab-init")
    export PROGRAMS=$programs
    "$LAB/make-initramfs" -o "$INITRD" "${options[@]}" "$BATS_FILE_TMPDIR/lab-work"
    export FOREIGN=$build
}

# Sets initrd to the one for machine, made when it is first used; skips where there is none.
choose_initrd() {
    local programs=$FOREIGN/$machine/static name options=()
    initrd=$INITRD
    [ "$machine" != amd64 ] || return 0
    initrd=$INITRD.$machine
    [ ! -e "$initrd" ] || return 0
    command -v qemu-system-aarch64 >/dev/null || skip "qemu-system-aarch64 is missing: apt-get install qemu-system-arm"
    [ -x "$programs/exact" ] ||
        skip "there are no programs for $machine: make ARCH=$machine static build/$machine/static/exact"
    for name in spawnscope spawnscope-bench spawnscope-child exact; do
        options+=("$programs/$name")
    done
    "$LAB/make-initramfs" -o "$initrd" --init "$programs/lab-init" --busybox "$programs/busybox" \
        "${options[@]}" "$BATS_FILE_TMPDIR/lab-work"
}

# use KERNEL: describes it and runs all its work in one boot; the results are in $out.
use() {
    local initrd
    describe "$1"
    out=$BATS_FILE_TMPDIR/${1//[:\/]/-}
    [ ! -e "$out/done" ] || return 0
    need_kernel "$1"
    rm -rf "$out"
    choose_initrd
    "$LAB/boot" "${way[@]}" --kernel "$1" --initrd "$initrd" --timeout 1200 --out "$out" -- \
        lab-work "${work[@]}" 3>&-
    touch "$out/done"
}

# source_of PHASE: in the output of doctor.
source_of() {
    awk -v phase="$1" '$1 == phase { sub(/^[^ ]* +/, ""); print; exit }' "$found"
}

check_doctor() { # KERNEL KIND
    local kind=$2 found phase count total expected better status=0
    use "$1"
    found=$out/doctor.$kind
    cat "$found" "$found.err"
    [ ! -s "$found.err" ]
    grep -Eq "^Kernel ${release//./\\.}.*$flavour-$machine " "$found"
    for phase in ${!kind}; do
        echo "$phase"
        [[ $(source_of "$phase") == *"$kind:"* ]]
        [[ $(source_of "$phase") != *"marked nothing"* ]]
    done
    # Kinds that --trace excludes.
    case $kind in
    fentry) better='nothing:' ;;
    kprobe) better='fentry:' ;;
    tracepoint) better='(fentry|kprobe):' ;;
    esac
    ! grep -Eq "^[a-z_]+ .*$better" "$found" || return 1
    read -r count total < <(sed -n 's/^\([0-9]*\) of \([0-9]*\) phases .*/\1 \2/p' "$found")
    expected=$total
    if [ "$kind" = tracepoint ]; then
        expected=$few
        status=1
    fi
    # A later version may find more.
    [ "$count" -ge "$expected" ]
    [ "$count" -lt "$total" ] || status=0
    [ "$(cat "$found.status")" -eq "$status" ]
}

check_bench() { # KERNEL KIND
    local kind=$2 file
    use "$1"
    file=$out/bench.$kind.jsonl
    cat "$out/bench.$kind" "$out/bench.$kind.err"
    [ "$(cat "$out/bench.$kind.status")" -eq 0 ]
    [ ! -s "$out/bench.$kind.err" ]
    local each='def each($methods): at($methods; mib(1), mib(16); "phases").phases;'
    holds "$file" \
        'final | .births > 0 and .births == .started and .lost == 0 and .missed == 0' \
        '[cells | .n == 10] | length == 12 and all' \
        "run.phases.copy_mm.source | startswith(\"$kind:\")" \
        "$each"'[each("fork").copy_mm.ns[] | . > 0] | length == 20 and all' \
        "$each"'[each("fork").copy_mm.source | startswith("'"$kind"':")] | all' \
        "$each"'[each("vfork", "posix_spawn").copy_mm
                 | has("ns") == false and (.absent | test("CLONE_VM"))] | length == 4 and all' \
        "$each"'[each("vfork", "posix_spawn").vfork_wait.ns[] | . > 0] | length == 40 and all' \
        "$each"'[each("fork").vfork_wait | has("ns")] | any | not' \
        "$each"'[each("fork", "vfork") | .pre_exec, .exec_open, .exec_flush, .exec_load | has("ns")] | any | not' \
        '[at("fork"; mib(1), mib(16); "all").counts.ptes_copied | unique | length == 1] | all' \
        'at("fork"; mib(16); "all").counts.ptes_copied[0]
         - at("fork"; mib(1); "all").counts.ptes_copied[0] == mib(15) / 4096' \
        '[cells | select(.key.method != "fork").counts | has("ptes_copied")] | any | not' \
        '[at("fork"; mib(1), mib(16); "all").counts.cow_faults_child[] | . > 0] | length == 20 and all' \
        'at("fork"; mib(16); "phases") # at least where nothing came between
         | [range(10) as $i | ([.phases | .clone_setup, .copy_mm, .clone_finish, .wake | .ns[$i]] | add)
            / .samples.spawn_ns[$i]] | max >= 0.8 and max <= 1'
    [ "$kind" != tracepoint ] || return 0
    # On every kernel only probes on functions see these.
    holds "$file" \
        "$each"'[each("posix_spawn") | .pre_exec, .exec_open, .exec_flush, .exec_load | .ns[] | . > 0]
                | length == 80 and all' \
        "$each"'[each("fork", "posix_spawn").exit_mm.ns[] | . > 0] | length == 40 and all' \
        '[at("fork", "vfork", "posix_spawn"; mib(1), mib(16); "all").phases.copy_files.ns[] | . > 0]
         | length == 60 and all' \
        '[at("fork"; mib(1), mib(16); "all").phases
          | range(10) as $i | .copy_files.ns[$i] <= .clone_setup.ns[$i]
            and .copy_pages.ns[$i] > 0 and .copy_pages.ns[$i] <= .copy_mm.ns[$i]]
         | length == 20 and all'
}

check_syscalls() { # KERNEL KIND
    local file method theirs
    use "$1"
    file=$out/syscalls.$2.jsonl
    went_well "syscalls.$2"
    for method in vfork-exec posix_spawn; do
        theirs=$BATS_FILE_TMPDIR/$method.strace
        if [ ! -e "$theirs" ]; then
            # Of a signal that is ignored, as in the background, the child asks, and leaves it.
            env --default-signal strace -f -qq -o "$BATS_TEST_TMPDIR/strace" \
                "$PROGRAMS/spawnscope-bench" --method $method --size 1M --runs 1 --warmup 0 >/dev/null
            "$TESTS/../../tests/until_exec" "$BATS_TEST_TMPDIR/strace" last >"$theirs"
        fi
        jq -r --arg method $method 'select(.type == "cell" and .key.method == $method and .key.trace == "all")
            | .n as $n | .syscalls // {} | to_entries[] | "\(.key) \(.value / $n)"' "$file" | sort >"$BATS_TEST_TMPDIR/ours"
        diff "$theirs" "$BATS_TEST_TMPDIR/ours"
    done
    [ -s "$BATS_TEST_TMPDIR/ours" ]
    holds "$file" \
        '[at("vfork-exec"; mib(1); "all").counts.child_syscalls[] | . == 0] | length == 5 and all' \
        'at("posix_spawn"; mib(1); "all").counts.child_syscalls | unique | length == 1 and .[0] > 10' \
        '[cells | select(.key.trace == "phases") | .counts | has("child_syscalls")] | any | not' \
        '[cells | select(.key.trace == "all") | .phases.pre_exec.absent | test("longer")] | length == 2 and all'
}

check_kill() { # KERNEL KIND
    local to
    use "$1"
    to=$out/kill.$2
    cat "$to.err"
    # 128 + 9: it was still running.
    [ "$(cat "$to.status")" -eq 137 ]
    [ "$(wc -l <"$to.while")" -gt "$(wc -l <"$to.before")" ]
    diff "$to.before" "$to.after"
    [ ! -s "$to.left" ]
    ! grep -q '"type":"end"' "$to.jsonl" || return 1
}

# With kernel.ftrace_enabled=0 trampolines and kprobes can be attached, and never fire.
check_unfired() { # KERNEL KIND
    local file
    use "$1"
    file=$out/unfired.$2
    went_well "unfired.$2"
    holds "$file.jsonl" \
        'final | .births > 0 and .births == .started and .lost == 0 and .missed == 0' \
        'run.phases.copy_mm.source | startswith("tracepoint:")' \
        '[cells | select(.key.method == "fork") | .phases.copy_mm.ns[] | . > 0] | length == 10 and all' \
        'run.phases.copy_files.absent | test("'"$2"' attaches but never fires: the sysctl kernel.ftrace_enabled is 0")'
}

# Nothing can be attached: bench measures without it, and both say why.
check_locked() { # KERNEL
    use "$1"
    cat "$out/locked.fentry.err"
    [ "$(cat "$out/locked.fentry.status")" -eq 2 ]
    [ "$(grep -c 'locked down (lockdown=confidentiality)' "$out/locked.fentry.err")" -eq 2 ]
    holds "$out/locked.fentry.jsonl" 'final.births == null and final.started_untraced > 0' \
        '[run.phases[].absent | test("untraced")] | all'
}

# went_well WORK: it succeeded and wrote nothing to standard error.
went_well() {
    cat "$out/$1" "$out/$1.err"
    [ "$(cat "$out/$1.status")" -eq 0 ]
    [ ! -s "$out/$1.err" ]
}

# user/probe/tests/exact_births.c makes 20 of each; in exec-ENOENT and exec-late each child has three
# failed execs. `wrong` counts records with the wrong method or errno, children without exactly one
# birth and one end, and calls with an unexpected result. The records of `timed` have no errno.
check_births() { # KERNEL KIND
    use "$1"
    went_well "exact.$2"
    diff - <(grep -v '^cow ' "$out/exact.$2") <<'COUNTS'
fork: births 20 failed 0 execs 0 failed 0 ends 20 wrong 0 lost 0 missed 0
vfork: births 20 failed 0 execs 0 failed 0 ends 20 wrong 0 lost 0 missed 0
posix_spawn: births 20 failed 0 execs 20 failed 0 ends 20 wrong 0 lost 0 missed 0
thread: births 20 failed 0 execs 0 failed 0 ends 20 wrong 0 lost 0 missed 0
clone-EINVAL: births 0 failed 20 execs 0 failed 0 ends 0 wrong 0 lost 0 missed 0
fork-EAGAIN: births 0 failed 20 execs 0 failed 0 ends 0 wrong 0 lost 0 missed 0
clone3-EEXIST: births 0 failed 20 execs 0 failed 0 ends 0 wrong 0 lost 0 missed 0
exec-ENOENT: births 20 failed 0 execs 0 failed 60 ends 20 wrong 0 lost 0 missed 0
exec-late: births 20 failed 0 execs 20 failed 60 ends 20 wrong 0 lost 0 missed 0
COUNTS
}

check_timed() { # KERNEL KIND
    use "$1"
    went_well "timed.$2"
    diff - "$out/timed.$2" <<'COUNTS'
fork: births 20 ends 20 wrong 0 lost 0 missed 0
vfork: births 20 ends 20 wrong 0 lost 0 missed 0
posix_spawn: births 20 ends 20 wrong 0 lost 0 missed 0
thread: births 20 ends 20 wrong 0 lost 0 missed 0
clone-EINVAL: births 0 ends 0 wrong 0 lost 0 missed 0
fork-EAGAIN: births 0 ends 0 wrong 0 lost 0 missed 0
clone3-EEXIST: births 0 ends 0 wrong 0 lost 0 missed 0
exec-ENOENT: births 20 ends 20 wrong 0 lost 0 missed 0
exec-late: births 20 ends 20 wrong 0 lost 0 missed 0
COUNTS
}

# user/probe/tests/exact_cow.c describes each group of pages. What kernels do on a write:
#  - While both have the page, the first writer gets a copy. The other one's page is then its own and
#    reused: since 5.9 if there is no other reference (09854ba94c6a), since 5.19 also if it is marked
#    exclusive, a mark that fork removes from shared pages (6c287605fd56).
#  - When the child is gone, all the parent's pages are its own: reused.
#  - A page touched recently is in its CPU's LRU batch, which holds a reference: up to 5.17 it is
#    copied, though nobody else has it. Since 5.18 the batch is drained first (d4c470970d45).
#  - 2 MiB: the writer's mapping is split, and 4 KiB are copied. When the child is gone the parent
#    reuses its mapping whole, which to tracepoints looks like a 4 KiB page.
# So the child copies FRESH 2 + CHILD_THEN 4 + CHILD 32 + HUGE_CHILD 1, and reuses PARENT_THEN 8; the
# parent copies PARENT_THEN 8 + PARENT 16 + HUGE_PARENT 1, reuses CHILD_THEN 4, and FRESH 2 are in
# the batch; alone, it reuses CHILD 32 + NEITHER 64, and 3 of 2 MiB.
check_cow() { # KERNEL KIND
    local file copied=25 reused=4 alone
    use "$1"
    went_well "exact.$2"
    file=$out/exact.$2
    case $batched in
    copied) copied=27 ;;
    reused) reused=6 ;;
    esac
    [ "$2" != tracepoint ] || huge=0
    alone="reused $((99 - huge)) huge $huge"
    diff - <(grep '^cow ' "$file" | grep -v elsewhere | sort -u) <<COUNTS
cow child: copied 39 reused 8 huge 0 of 47
cow parent alone: copied 0 $alone of 99
cow parent: copied $copied reused $reused huge 0 of 31
COUNTS
    # Faults elsewhere, on stack and data, depend on the compiler. But every kind of probe must see
    # the same ones, including those of the kernel's own writes.
    [ "$(grep elsewhere "$file" | sort -u | wc -l)" -eq 2 ]
    diff <(grep elsewhere "$out/exact.fentry") <(grep elsewhere "$file")
}

each_kind() { # CHECK KERNEL KIND...
    local kind
    for kind in "${@:3}"; do
        echo "by $kind:"
        "$1" "$2" "$kind"
    done
}
