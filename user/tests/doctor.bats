#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command doctor on this machine's kernel, whatever that allows. user/probe/tests/kernel.bats
# runs it on known kernels.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load tool.bash

# A name a line, in the order of the table.
phases() {
    sed -nE 's/^\t(SPAN|SUM)\(([a-z_]+), .*/\2/p' "$BATS_TEST_DIRNAME/../../bpf/phases.h"
}

# check_findings STATUS: the output in $DIR/out agrees with itself and with the exit status.
check_findings() {
    cat "$DIR/out" "$DIR/err"
    [ ! -s "$DIR/err" ]
    refute grep -q $'\e' "$DIR/out"
    grep -q "^Kernel $(uname -r) " "$DIR/out"
    # The table, from its head to the first line that is not a row.
    awk '/^PHASE +SOURCE$/ { on = 1; next } / cannot be measured: | phases can be measured / { on = 0 }
         on && NF { print }' "$DIR/out" >"$DIR/rows"
    [ "$(awk '{ print $1 }' "$DIR/rows")" = "$(phases)" ]
    # Exactly the phases without a source have a reason.
    awk '$2 == "-" { print $1 }' "$DIR/rows" >"$DIR/without"
    sed -n 's/^\([a-z_]*\) cannot be measured: .*/\1/p' "$DIR/out" | cmp - "$DIR/without"
    local all count
    all=$(phases | wc -l)
    count=$(sed -n "s/^\([0-9]*\) of $all phases can be measured on this kernel\.$/\1/p" "$DIR/out")
    # A source that attached but marked nothing does not count.
    [ "$count" -eq "$(awk '$2 != "-" && !/marked nothing/' "$DIR/rows" | wc -l)" ]
    case $count in
    "$all") [ "$1" -eq 0 ] ;;
    0) [ "$1" -eq 2 ] ;;
    *) [ "$1" -eq 1 ] ;;
    esac
}

examine() { # OPTION...
    local status=0
    "$TOOL" doctor "$@" >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    check_findings "$status"
}

@test "each phase has a source or a reason, and the exit status says how many have a source" {
    need_root
    examine
    # Some phase can be measured, else the tests of bench prove nothing.
    grep -Eq '^[1-9][0-9]* of [0-9]+ phases' "$DIR/out"
}

@test "--trace tracepoint and kprobe leave the better kinds out" {
    need_root
    examine --trace tracepoint
    refute grep -E '(fentry|kprobe):' "$DIR/rows"
    grep -Eq '^clone_finish +tracepoint:' "$DIR/rows"
    examine --trace kprobe
    refute grep fentry: "$DIR/rows"
}

@test "-v says of each probe point whether it works" {
    need_root
    # libbpf's own messages go to standard error.
    status=0
    "$TOOL" doctor -v >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    [ "$status" -le 1 ]
    grep -Eq '^newtask +tracepoint:task_newtask: works$' "$DIR/out"
    grep -Eq '^copy_files +fentry:dup_fd: .' "$DIR/out"
    grep -Eq '^copy_files +kprobe:dup_fd: .' "$DIR/out"
}

# "/" is no mount point there, and tracefs is mounted nowhere.
@test "in a plain chroot without tracefs doctor finds what it finds outside, and bench measures it" {
    need_root
    need_mounts
    local name room=$DIR/room status=0
    mkdir -p "$room"/{bin,proc,sys,tmp,dev}
    for name in spawnscope spawnscope-bench spawnscope-child; do
        cp "$BUILD/static/$name" "$room/bin/"
    done
    "$TOOL" doctor >"$DIR/outside" || [ $? -eq 1 ]
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount bash -c '
        mount -t proc none "$1/proc" && mount --rbind /sys "$1/sys" && mount --bind /dev "$1/dev" || exit 3
        ! mountpoint -q "$1/sys/kernel/tracing" || umount "$1/sys/kernel/tracing" || exit 3
        [ -z "$(ls "$1/sys/kernel/debug")" ] || umount -l "$1/sys/kernel/debug" || exit 3
        chroot "$1" /bin/spawnscope doctor >"$2/inside" 2>"$2/err" || [ $? -eq 1 ] || exit 4
        chroot "$1" /bin/spawnscope bench --method posix_spawn --size 1M --runs 5 --rounds 1 --untraced none -q -o - >"$2/bench.jsonl"' \
        - "$room" "$DIR" || status=$?
    cat "$DIR/err"
    [ "$status" -eq 0 ]
    diff "$DIR/outside" "$DIR/inside"
    # What doctor has a source for, the pass with all probes has values of.
    for name in pre_exec exec_open exec_flush exec_load wake vfork_wait; do
        grep -Eq "^$name +[a-z]+:" "$DIR/inside" || continue
        jq -se --arg phase "$name" \
            '[.[] | select(.type == "cell" and .key.trace == "all") | .phases[$phase].ns | length > 0] | all and length == 1' \
            "$DIR/bench.jsonl"
    done
}

@test "no program is left behind" {
    need_root
    own_tool
    "$OWN/spawnscope" doctor >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
    while kill -0 "$tool" 2>/dev/null; do
        programs_of "$tool" >>"$DIR/seen"
        sleep 0.02
    done
    wait "$tool" || true
    sort -un "$DIR/seen" >"$DIR/programs"
    wc -l "$DIR/programs"
    [ -s "$DIR/programs" ]
    # shellcheck disable=SC2046 # a word per id
    eventually programs_gone $(cat "$DIR/programs")
    none_left "$OWN"
}

@test "an ordinary user learns which capabilities are missing" {
    need_root
    one_line 2 'CAP_BPF and CAP_PERFMON: try sudo$' "${AS_NOBODY[@]}" "$TOOL" doctor
}

# 38, 39 and 21: BPF, PERFMON and SYS_ADMIN.
@test "in a container doctor says which capabilities root lacks, and that /sys is not mounted" {
    need_root
    one_line 2 'root lacks .*--cap-add BPF --cap-add PERFMON' \
        setpriv --bounding-set=-cap_38,-cap_39,-cap_21 "$TOOL" doctor
    need_mounts
    # shellcheck disable=SC2016 # for the inner shell
    one_line 2 '/sys is not mounted here: mount ' \
        unshare --mount sh -c 'mount -t tmpfs none /sys && exec "$0" doctor' "$TOOL"
}

# As one line.
price_of() { # LEVEL
    awk -v level="$1" '/^What tasks pay/ { on = 1 } on && /^[^ ]/ { mine = $1 == level } mine' "$DIR/out" | xargs |
        sed "s/^$1 //"
}

# By tracepoints each level but the lightest costs others something, on any kernel.
@test "doctor says what each level costs others, and so does a profile of it, but not the lightest" {
    need_root
    local level
    "$TOOL" doctor --trace tracepoint >"$DIR/out" </dev/null || [ $? -eq 1 ]
    [ "$(price_of light)" = nothing ]
    "$TOOL" profile -a -d 10ms --no-calibrate --trace tracepoint >"$DIR/said" 2>&1 </dev/null
    refute grep 'instructions more' "$DIR/said"
    for level in calls full; do
        [[ $(price_of $level) == 'a system call takes some '*' instructions more, '* ]]
        "$TOOL" profile -a -d 10ms --no-calibrate --trace tracepoint --detail $level 2>"$DIR/said" >"$DIR/summary" </dev/null
        grep -qF "While this is attached, $(price_of $level), in every task" "$DIR/said"
        # Beside a command it stands in the summary.
        "$TOOL" profile --no-calibrate --trace tracepoint --detail $level -- true 2>"$DIR/said" </dev/null
        tr -s '\n ' ' ' <"$DIR/said" | grep -qF "While this is attached, $(price_of $level), in every task"
    done
    "$TOOL" profile -q -a -d 10ms --no-calibrate --trace tracepoint --detail calls >"$DIR/said" 2>&1 </dev/null
    [ ! -s "$DIR/said" ]
}

@test "CAP_BPF and CAP_PERFMON suffice" {
    need_root
    [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] ||
        skip "perf_event_paranoid is above 2: perf_event_open takes CAP_SYS_ADMIN"
    status=0
    # By number (38 and 39), since old versions of setpriv do not know their names.
    "${AS_NOBODY[@]}" --inh-caps +cap_38,+cap_39 --ambient-caps +cap_38,+cap_39 \
        "$TOOL" doctor >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    check_findings "$status"
    # Only root can look up the numbers of syscall tracepoints; the others attach.
    grep -Eq '^copy_mm +[a-z]+:[^ ]*$' "$DIR/rows"
    grep -Eq '^first_run +[a-z]+:[^ ]*$' "$DIR/rows"
    [ "$status" -le 1 ]
}

@test "bad options and arguments get one line" {
    one_line 2 "'--nope'" "$TOOL" doctor --nope
    one_line 2 "'-x'" "$TOOL" doctor -x
    one_line 2 "--trace.*fentry, kprobe or tracepoint" "$TOOL" doctor --trace x
    one_line 2 "--trace" "$TOOL" doctor --trace
    one_line 2 "doctor" "$TOOL" doctor stray
    one_line 2 "fentry, kprobe or tracepoint" "$TOOL" doctor $'--trace=a\e[31mb\nc'
    one_line 2 'option' "$TOOL" doctor $'--a\e[31mb\nc'
    one_line 2 "doctor" "$TOOL" doctor $'a\e[31mb\nc'
}

@test "standard output that cannot be written is an error" {
    need_root
    to_full_disk() { "$TOOL" doctor >/dev/full; }
    one_line 2 'No space left' to_full_disk
}
