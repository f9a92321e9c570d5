#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command doctor on this machine's kernel, whatever that allows.
# user/probe/tests/kernel.bats asks it on kernels that are known.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load tool.bash

PHASES="clone_setup copy_files copy_mm copy_pages clone_finish wake vfork_wait first_run pre_exec \
exec_open exec_flush exec_load exit_mm reap cow_parent cow_child"

# check_findings STATUS: what doctor said, in $DIR/out, agrees with itself and its exit status.
check_findings() {
    cat "$DIR/out" "$DIR/err"
    [ ! -s "$DIR/err" ]
    refute grep -q $'\e' "$DIR/out"
    grep -q "^Kernel $(uname -r) " "$DIR/out"
    # The table, from its head to the first line that is no row of it.
    awk '/^PHASE +SOURCE$/ { on = 1; next } / cannot be had: | phases can be had / { on = 0 }
         on && NF { print }' "$DIR/out" >"$DIR/rows"
    [ "$(awk '{ print $1 }' "$DIR/rows" | paste -sd' ')" = "$PHASES" ]
    # A phase without a source has one reason, and one with a source none.
    awk '$2 == "-" { print $1 }' "$DIR/rows" >"$DIR/without"
    sed -n 's/^\([a-z_]*\) cannot be had: .*/\1/p' "$DIR/out" | cmp - "$DIR/without"
    local had
    had=$(sed -n 's/^\([0-9]*\) of 16 phases can be had on this kernel\.$/\1/p' "$DIR/out")
    # What attached and then marked nothing cannot be had either.
    [ "$had" -eq "$(awk '$2 != "-" && !/marked nothing/' "$DIR/rows" | wc -l)" ]
    case $had in
    16) [ "$1" -eq 0 ] ;;
    0) [ "$1" -eq 2 ] ;;
    *) [ "$1" -eq 1 ] ;;
    esac
}

examine() { # OPTION...
    local status=0
    "$TOOL" doctor "$@" >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    check_findings "$status"
}

@test "each phase has a source or a reason, and the exit status tells how many have one" {
    need_root
    examine
    # The machine can be traced at all, else the tests of bench mean nothing.
    grep -Eq '^([1-9]|1[0-6]) of 16 phases' "$DIR/out"
}

@test "--trace tracepoint and kprobe leave the better kinds out" {
    need_root
    examine --trace tracepoint
    refute grep -E '(fentry|kprobe):' "$DIR/rows"
    grep -Eq '^clone_finish +tracepoint:' "$DIR/rows"
    examine --trace kprobe
    refute grep fentry: "$DIR/rows"
}

@test "-v tells of each probe point whether it works" {
    need_root
    # libbpf's own messages go to standard error.
    status=0
    "$TOOL" doctor -v >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    [ "$status" -le 1 ]
    grep -Eq '^newtask +tracepoint:task_newtask: works$' "$DIR/out"
    grep -Eq '^copy_files +fentry:dup_fd: .' "$DIR/out"
    grep -Eq '^copy_files +kprobe:dup_fd: .' "$DIR/out"
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
    # shellcheck disable=SC2046 # one word an id
    soon programs_gone $(cat "$DIR/programs")
    none_left "$OWN"
}

@test "an ordinary user is told what is missing" {
    need_root
    one_line 2 'CAP_BPF and CAP_PERFMON' "${AS_NOBODY[@]}" "$TOOL" doctor
}

@test "CAP_BPF and CAP_PERFMON do" {
    need_root
    [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] ||
        skip "perf_event_paranoid is above 2: perf_event_open takes CAP_SYS_ADMIN"
    status=0
    # By number (38 and 39): not every setpriv knows their names.
    "${AS_NOBODY[@]}" --inh-caps +cap_38,+cap_39 --ambient-caps +cap_38,+cap_39 \
        "$TOOL" doctor >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    check_findings "$status"
    # All but syscall tracepoints, whose numbers only root can look up.
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

@test "standard output that cannot be written is told" {
    need_root
    to_full_disk() { "$TOOL" doctor >/dev/full; }
    one_line 2 'No space left' to_full_disk
}
