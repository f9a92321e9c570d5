# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# bats and its tests call and use what stands here:
# shellcheck shell=bash disable=SC2317,SC2034
#
# What the tests of the tool have in common. BUILD names the folder of the
# binaries (build).

bats_require_minimum_version 1.5.0

load result.bash

# Were the tests themselves started by sudo, the tool would work for that user.
unset SUDO_UID SUDO_GID NO_COLOR

# An ordinary user, and what takes root's rights away.
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

# `! command` alone does not fail a test.
refute() {
    ! "$@"
}

# Waits up to 20 seconds for a command to succeed.
eventually() {
    local _
    for _ in $(seq 200); do
        "$@" && return 0
        sleep 0.1
    done
    echo "never came true: $*"
    return 1
}

# The same within two seconds.
soon() {
    local end=$((${EPOCHREALTIME/[.,]/} + 2000000))
    until "$@"; do
        if ((${EPOCHREALTIME/[.,]/} > end)); then
            echo "not true within 2 s: $*"
            return 1
        fi
        sleep 0.05
    done
}

# one_line CODE PATTERN COMMAND...: refused with that exit code, one line on standard error that
# matches, and nothing on standard output; and no control character in either.
one_line() {
    local code=$1 pattern=$2 status=0
    shift 2
    "$@" >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    printf '%q ' "$@"
    echo ": $status"
    cat -v "$DIR/err"
    [ "$status" -eq "$code" ]
    [ ! -s "$DIR/out" ]
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    [ "$(tail -c 1 "$DIR/err" | od -An -c)" = '  \n' ]
    refute grep -q '[[:cntrl:]]' "$DIR/err"
    grep -Eq -- "$pattern" "$DIR/err"
}

# Processes

copy_tool() { # FOLDER
    mkdir -p "$1"
    cp "$BUILD/spawnscope" "$BUILD/spawnscope-bench" "$BUILD/spawnscope-child" "$1"
}

# Processes are told from those of other tests and runs by where their program lies: this test gets
# programs of its own, in $OWN.
own_tool() {
    OWN=$ROOM/$BATS_TEST_NUMBER
    copy_tool "$OWN"
}

# The processes, zombies aside, whose program lies in a folder: all, or those of one program.
processes() { # FOLDER [NAME]
    local exe name
    for exe in /proc/[0-9]*/exe; do
        for name in ${2:-spawnscope spawnscope-bench spawnscope-child}; do
            if [ "$exe" -ef "$1/$name" ]; then
                echo "${exe//[!0-9]/}"
            fi
        done
    done
}

none_left() { # FOLDER
    [ -z "$(processes "$1")" ]
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
    "$OWN/spawnscope" "$@" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
}

# The same, and waits until the driver and the process that it measures are there: $driver, $subject.
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

# Whether $subject waits for one child after the other: samples are being taken.
sampling() {
    local before=${waits:-0}
    waits=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$subject/status")
    [ "$before" -gt 0 ] && [ "$((waits - before))" -ge 10 ]
}

ended() { # PID
    # A zombie has no program any more.
    ! readlink "/proc/$1/exe" >/dev/null
}

# How a process that this shell started ended, or is about to end.
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

# Remembers in $programs those of the test's own tool, of which there are some.
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

# $result: the file of a bench with these arguments, which is run once in a suite; its standard
# output is in $result.out. A fixed address space makes its page counts the same in every parent:
# else a stack or a heap is a page longer in one than in another.
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
