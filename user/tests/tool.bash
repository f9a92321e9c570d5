# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# bats and its tests call and use what stands here:
# shellcheck shell=bash disable=SC2317,SC2034
#
# What the tests of the tool have in common.

here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
load "$here/../../bench/tests/common.bash"
load "$here/result.bash"

# So a microsecond is µs.
export LC_ALL=C.UTF-8

# An ordinary user, and the command that becomes it.
readonly NOBODY=65534
readonly AS_NOBODY=(setpriv "--reuid=$NOBODY" "--regid=$NOBODY" --clear-groups)

# ROOM is a folder that an ordinary user can enter, unlike those that bats makes.
setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    ROOM=$(mktemp -d /tmp/spawnscope-bats.XXXXXX)
    chmod 755 "$ROOM"
    export BUILD ROOM
    copy_tool "$ROOM"
    export TOOL=$ROOM/spawnscope
    if declare -F start_early >/dev/null; then
        start_early
    fi
}

teardown_file() {
    end_all "$ROOM"
    if declare -F end_late >/dev/null; then
        end_late
    fi
    rm -rf "$ROOM"
}

setup() {
    DIR=$BATS_TEST_TMPDIR
}

teardown() {
    end_all "$ROOM/$BATS_TEST_NUMBER"
}

need_root() {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to attach probes and to become other users"
}

# Processes

# Copies the programs to $OWN, so that the processes of this test can be found by their program.
own_tool() {
    OWN=$ROOM/$BATS_TEST_NUMBER
    copy_tool "$OWN"
}

end_all() { # FOLDER
    local pid
    for pid in $(processes "$1"); do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

parent_of() {
    local key value
    while read -r key value; do
        [ "$key" != PPid: ] || echo "$value"
    done 2>/dev/null <"/proc/$1/status"
}

# Starts the test's own tool in the background: $tool is its process. Its outputs go to $DIR/out and
# $DIR/err.
begin_own() { # ARG...
    : >"$DIR/err" # of an earlier one
    "$OWN/spawnscope" "$@" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
}

# Kills the test's own tool, and waits until none of its processes is left.
kill_own() {
    kill -KILL "$tool"
    wait "$tool" || true
    eventually none_left "$OWN"
}

# Starts it likewise, and waits for the driver and the process that it measures: $driver, $subject.
start_own() { # ARG...
    begin_own "$@"
    eventually find_family
}

find_family() {
    local pid
    driver='' subject=''
    for pid in $(processes "$OWN" spawnscope-bench); do
        [ "$(parent_of "$pid")" != "$tool" ] || driver=$pid
    done
    [ -n "$driver" ] || return 1
    for pid in $(processes "$OWN" spawnscope-bench); do
        [ "$(parent_of "$pid")" != "$driver" ] || subject=$pid
    done
    [ -n "$subject" ]
}

# Whether samples are being taken: $subject has waited for ten children since the first look.
sampling() {
    local waits
    waits=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$subject/status")
    [[ $first_look == "$subject "* ]] || first_look="$subject $waits"
    ((waits - ${first_look#* } >= 10))
}

ended() { # PID
    # A zombie has no program any more.
    ! readlink "/proc/$1/exe" >/dev/null
}

# Waits for a process of this shell, and checks its exit status.
exit_of() { # PID [STATUS]
    local status=0
    eventually ended "$1"
    wait "$1" || status=$?
    echo "exit status $status"
    [ "$status" -eq "${2:-0}" ]
}

# The ids of the BPF programs that a process holds.
programs_of() { # PID
    cat "/proc/$1/fdinfo/"* 2>/dev/null | sed -n 's/^prog_id:\t//p' | sort -un
}

# Sets $programs to the BPF programs of the test's own tool. Fails if it has none.
hold_programs() {
    programs=$(programs_of "$tool")
    [ -n "$programs" ]
}

# Whether none of the programs is in the kernel any more.
programs_gone() { # ID...
    local id left=''
    for id; do
        if bpftool prog show id "$id" >/dev/null 2>&1; then
            left+=" $id"
        fi
    done
    [ -z "$left" ]
}

# Result files

# Sets $result to the result file of a bench with these arguments, which runs once per suite. Its
# standard output is in $result.out. Without ASLR page counts are the same in every parent; with it a
# stack or a heap may be a page longer.
measure() { # NAME ARG...
    result=$BATS_FILE_TMPDIR/$1.jsonl
    shift
    [ ! -s "$result.out" ] || return 0
    setarch "$(uname -m)" -R "$TOOL" bench "$@" -o "$result" >"$result.tmp" 2>"$result.err" \
        </dev/null || { cat "$result.err" && return 1; }
    cat "$result.err"
    [ ! -s "$result.err" ]
    mv "$result.tmp" "$result.out"
}
