#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# fetch-kernel, make-initramfs, boot, guest. A guest takes up to a second, and five where none is saved,
# so tests check several things in one boot where they can.
#
# Takes long: it boots many guests.
#
# Without sanitizers: its programs run in guests, which have those of the usual build.
#
# bats sets $status and $output, and runs each test in a subshell on purpose:
# shellcheck disable=SC2154,SC2030,SC2031

load lab.bash

setup_file() {
    LAB=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    export LAB INITRD=$BATS_FILE_TMPDIR/initramfs
    # All tests need this kernel: without it, they fail.
    "$LAB/fetch-kernel" debian:6.1

    "$LAB/make-initramfs" -o "$INITRD" "$(realpath "${BUILD:-build}")/static/spawnscope-bench"
}

# Prints how long some forks took.
TIMING=(spawnscope-bench --method fork --size 1M --runs 20 --seed 1)

# Guests of this test are found by the folder of their ports' pipes.
setup() {
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

guests() { pgrep -f "qemu-system-x86_64.*path=$TMPDIR/"; }

no_guest() { ! guests; }

# Starts a guest that waits, in the background; $runner is its script. Descriptor 3 is bats' own and
# must be closed.
start_waiting() { # SCRIPT ARG...
    "$@" -- sh -c 'echo ready; sleep 600' \
        >"$BATS_TEST_TMPDIR/stdout" 2>/dev/null 3>&- &
    runner=$!
    until grep -q ready "$BATS_TEST_TMPDIR/stdout"; do
        kill -0 "$runner"
        sleep 0.1
    done
    guests
}

# A QEMU of that age, whose first machine with a command panics so, at once or since it was let take the
# loop for a panic.
@test "a panic that is a fault of QEMU before 8.1 is no result: the guest boots again, and prints once" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    cat >"$BATS_TEST_TMPDIR/bin/qemu-system-x86_64" <<'FAKE'
#!/bin/bash
if [[ $1 == --version ]]; then
    echo 'QEMU emulator version 7.2.22'
elif [[ $* == *' softlockup_panic=1'*opt/spawnscope/files* ]] && mkdir "$(dirname "$0")/ran" 2>/dev/null; then
    for argument; do
        case $argument in
        file,id=console,path=*) echo "$PANIC" >"${argument#*path=}" ;;
        file,id=stdout,path=*) echo half >"${argument#*path=}" ;;
        esac
    done
else
    exec "$QEMU" "$@"
fi
FAKE
    chmod +x "$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
    local panic
    for panic in 'Oops: int3: 0000 [#1] PREEMPT SMP' 'Kernel panic - not syncing: softlockup: hung tasks'; do
        run --separate-stderr env QEMU="$(command -v qemu-system-x86_64)" PATH="$BATS_TEST_TMPDIR/bin:$PATH" \
            PANIC="$panic" "$LAB/boot" --smp 2 --initrd "$INITRD" -- sh -c 'echo out; echo err >&2; exit 3'
        echo "$output" "$stderr"
        ((status == 3))
        [[ $output == out ]]
        [[ $stderr == 'boot: the guest panicked or hung, as with QEMU 7.2.22 it can '*'(with 8.1 and later it does not): boot 2 of 4'$'\n'err ]]
        rmdir "$BATS_TEST_TMPDIR/bin/ran"
    done
}

# What every kernel of the lab must have.
check_kernel() { # NAME RELEASE-PREFIX
    need_kernel "$1"
    # shellcheck disable=SC2016 # for the guest's shell
    run --separate-stderr "$LAB/boot" --kernel "$1" --initrd "$INITRD" -- sh -c '
        uname -r
        ls -d /sys/kernel/btf/vmlinux /sys/kernel/tracing/events/syscalls \
              /sys/kernel/tracing/kprobe_events /sys/fs/bpf /sys/fs/cgroup/cgroup.procs'
    echo "$output"
    ((status == 0))
    [[ ${lines[0]} == "$2"*-cloud-amd64 ]]
    ((${#lines[@]} == 6))
    [[ -z $stderr ]]
}

@test "debian:5.10 boots, with BTF, tracefs, kprobes" { check_kernel debian:5.10 5.10.; }
@test "debian:6.1 boots, with BTF, tracefs, kprobes" { check_kernel debian:6.1 6.1.; }
@test "debian:6.12 boots, with BTF, tracefs, kprobes" { check_kernel debian:6.12 6.12.; }
@test "debian:sid boots, with BTF, tracefs, kprobes" { check_kernel debian:sid ''; }

@test "every kernel boots in the deterministic lab" {
    local name
    for name in debian:5.10 debian:6.1 debian:6.12 debian:sid; do
        need_kernel "$name"
        run --separate-stderr "$LAB/boot" --icount --kernel "$name" --initrd "$INITRD" -- "${TIMING[@]}"
        ((status == 0))
        [[ $(grep -c ^sample <<<"$output") == 20 ]]
        refute grep -vE '^(spawnscope-bench|ready|libc|seed|runs|cell|parent|sample|done)\>' <<<"$output"
    done
}

@test "two boots of the lab print the same bytes" {
    "$LAB/boot" --icount --initrd "$INITRD" -- "${TIMING[@]}" >"$BATS_TEST_TMPDIR/first"
    "$LAB/boot" --icount --initrd "$INITRD" -- "${TIMING[@]}" >"$BATS_TEST_TMPDIR/second"
    [[ $(grep -c ^sample "$BATS_TEST_TMPDIR/first") == 20 ]]
    cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
}

# A cache with the kernels, and no saved machine.
own_cache() {
    local theirs=${XDG_CACHE_HOME:-$HOME/.cache}
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache MACHINES=$BATS_TEST_TMPDIR/cache/spawnscope/machines
    mkdir -p "$MACHINES"
    ln -s "$theirs/spawnscope/kernels" "$XDG_CACHE_HOME/spawnscope/kernels"
}

machines() { find "$MACHINES" -type f | wc -l; }

@test "a machine that is saved for one boot, for many, and one that was saved badly print the same bytes" {
    own_cache
    cd "$BATS_TEST_TMPDIR"
    local boot=("$LAB/boot" --icount --initrd "$INITRD")
    # Where nothing can be kept, the machine is saved for this boot.
    rmdir "$MACHINES"
    touch "$MACHINES"
    "${boot[@]}" -- "${TIMING[@]}" >once
    [[ $(grep -c ^sample once) == 20 ]]
    rm "$MACHINES"

    mkdir "$MACHINES"
    touch -d 2001-01-01 "$MACHINES"/{a..q} "$MACHINES"/{A..P}
    touch -d 2000-01-01 "$MACHINES/oldest" "$MACHINES/half.new"
    "${boot[@]}" -- "${TIMING[@]}" >saved
    cmp once saved
    # The newest are kept.
    [[ $(machines) == 32 && ! -e $MACHINES/oldest && ! -e $MACHINES/half.new ]]
    rm "$MACHINES"/?
    # Of another command it is the same machine; its files and status are its own.
    run "${boot[@]}" -- sh -c 'cat /etc/lab/command | tr "\0" " "; exit 3'
    ((status == 3))
    [[ $output == *"exit 3"* && $(machines) == 1 ]]

    truncate -s 10M "$MACHINES"/*
    "${boot[@]}" -- "${TIMING[@]}" >damaged 2>errors
    cmp once damaged
    [[ ! -s errors && $(machines) == 1 ]]

    # Another boot removes it just before QEMU reads it.
    mkdir bin
    # shellcheck disable=SC2016 # the script expands it
    printf '#!/bin/bash\n[[ $1 != "$MACHINES"/* ]] || ! mkdir "$TMPDIR/gone" 2>/dev/null || rm "$1"\nexec "%s" "$@"\n' \
        "$(type -P cat)" >bin/cat
    chmod +x bin/cat
    PATH=$PWD/bin:$PATH "${boot[@]}" -- "${TIMING[@]}" >gone 2>errors
    cmp once gone
    [[ -d $TMPDIR/gone && ! -s errors && $(machines) == 1 ]]
}

@test "without --icount, too, a boot goes on from a saved machine, with a date and random numbers of its own" {
    local boot before random=() boots=()
    for boot in 0 1; do
        # So long that the date of then is none of now.
        ((boot == 0)) || sleep 4
        before=$(date +%s)
        run --separate-stderr "$LAB/boot" --initrd "$INITRD" -- sh -c '
            date +%s; cat /proc/sys/kernel/random/uuid; dmesg | grep -m1 Freeing'
        echo "$output"
        # The RTC has whole seconds, and so has the date that the init takes from it: each loses up to a second.
        ((status == 0 && ${#lines[@]} == 3 && before - 2 <= lines[0] && lines[0] <= $(date +%s)))
        random+=("${lines[1]}") boots+=("${lines[2]}")
    done
    # To the microsecond, it is the same start of the kernel.
    [[ ${boots[0]} == '['*'] Freeing '* && ${boots[0]} == "${boots[1]}" && ${random[0]} != "${random[1]}" ]]
}

@test "killed while it saves a machine, boot leaves no virtual machine and no half saved one" {
    own_cache
    local signal left
    for signal in TERM KILL; do
        "$LAB/boot" --icount --initrd "$INITRD" -- true 3>&- &
        runner=$!
        eventually guests
        kill -"$signal" "$runner"
        wait "$runner" || left=$?
        eventually no_guest
        [[ -z $(find "$MACHINES" -type f ! -name '*.new') ]]
        [[ $signal == KILL || ($left == 143 && -z $(ls "$TMPDIR")) ]]
    done
}

@test "a signal ends boot while it waits for another that saves the same machine" {
    local lock left machine
    own_cache
    "$LAB/boot" --icount --initrd "$INITRD" -- true
    machine=("$MACHINES"/*)
    mv "${machine[0]}" "${machine[0]}.new"
    exec {lock}>>"${machine[0]}.new"
    flock "$lock"
    "$LAB/boot" --icount --timeout 600 --initrd "$INITRD" -- true 3>&- &
    runner=$!
    waits() { pgrep -P "$runner" -x flock >"$BATS_TEST_TMPDIR/waits"; }
    waits_no_longer() { ! waits; }
    eventually waits
    kill "$runner"
    eventually waits_no_longer
    wait "$runner" || left=$?
    [[ $left == 143 && -z $(ls "$TMPDIR") ]]
}

@test "exit status, standard output and standard error are the command's" {
    run --separate-stderr "$LAB/guest" -- sh -c 'echo out; echo err >&2; exit 7'
    ((status == 7))
    [[ $output == out ]]
    [[ $stderr == err ]]

    run --separate-stderr "$LAB/guest" -- echo 'two  words' "it's" ''
    ((status == 0))
    [[ $output == "two  words it's " ]]
    [[ -z $stderr ]]
}

@test "every byte passes through both outputs and files" {
    local i
    for ((i = 0; i < 256; i++)); do
        # shellcheck disable=SC2059 # the format is the byte
        printf "\\x$(printf %x "$i")"
    done >"$BATS_TEST_TMPDIR/bytes"
    # More than any buffer on the way holds.
    for ((i = 0; i < 1024; i++)); do cat "$BATS_TEST_TMPDIR/bytes"; done >"$BATS_TEST_TMPDIR/many"
    local mode
    for mode in '' --icount; do
        "$LAB/guest" $mode --add "$BATS_TEST_TMPDIR/many:/data/many" --out "$BATS_TEST_TMPDIR/back$mode" -- \
            sh -c 'cat /data/many; cat /data/many >&2; mkdir out/in; cp /data/many out/in/; echo end >out/note' \
            >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr"
        cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/stdout"
        cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/stderr"
        cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/back$mode/in/many"
        [[ $(cat "$BATS_TEST_TMPDIR/back$mode/note") == end ]]
    done
}

@test "files come back even if the command fails, and a signal shows in the status" {
    # shellcheck disable=SC2016 # for the guest's shell
    run "$LAB/guest" --out "$BATS_TEST_TMPDIR/back" -- sh -c 'echo kept >out/file; kill -SEGV $$'
    ((status == 139))
    [[ $(cat "$BATS_TEST_TMPDIR/back/file") == kept ]]
}

@test "a dynamic program runs with its libraries, at the given path" {
    # Once this test failed, in a run that took some 280 s longer than usual: the guest may have hung.
    # Some 200 boots since did not. So a guest that is not done in 120 s is shown, and boots once more.
    for _ in 1 2; do
        # shellcheck disable=SC2016 # for the guest's shell
        run "$LAB/guest" --timeout 120 --with-libs --add "$(command -v bash):/opt/it/" --smp 2 -- \
            /opt/it/bash -c 'nproc; echo ${BASH_VERSION%%.*}'
        [[ $output == *"the guest was not done after 120 s"* ]] || break
        printf '# %s\n' "${lines[@]}" >&3
    done
    echo "$output"
    ((status == 0))
    [[ ${lines[0]} == 2 ]]
    [[ ${lines[1]} == "${BASH_VERSINFO[0]}" ]]
}

@test "a missing command is named" {
    run -127 "$LAB/guest" -- no-such-program
    [[ $output == *"'no-such-program'"*'--add'* ]]
}

@test "a panic is reported with the end of the console" {
    run --separate-stderr "$LAB/guest" -- sh -c 'echo before; sleep 1; echo c >/proc/sysrq-trigger'
    ((status == 2))
    [[ $output == before ]]
    [[ ${stderr_lines[0]} == 'boot: the guest ended without a result: Kernel panic'*'sysrq triggered crash' ]]
    ((${#stderr_lines[@]} > 5 && ${#stderr_lines[@]} <= 21))
}

@test "a guest out of memory is reported with the remedy" {
    run --separate-stderr "$LAB/guest" --memory 128M -- \
        sh -c 'echo 1 >/proc/sys/vm/overcommit_memory; dd if=/dev/zero bs=300M count=1 of=/dev/null'
    ((status == 2))
    [[ ${stderr_lines[0]} == *'ran out of its 128M of memory'*'--memory'* ]]
}

@test "a hang is reported after the timeout; with --icount, at once" {
    run --separate-stderr "$LAB/guest" --timeout 20 -- \
        sh -c 'printf "\033[31mred\n" >/dev/console; echo before; sleep 600'
    ((status == 2))
    [[ $output == before ]]
    [[ ${stderr_lines[0]} == *'not done after 20 s'*'--timeout'* ]]
    # What programs, or the kernel with their names, wrote to the console.
    [[ $stderr == *'?[31mred'* && $stderr != *$'\e'* ]]

    # Before an hour has passed here.
    run --separate-stderr "$LAB/guest" --icount --timeout 3600 -- sh -c 'echo before; sleep 4000'
    ((status == 2))
    [[ $output == before ]]
    [[ ${stderr_lines[0]} == *"still ran after 3600 s of the guest's time"* ]]
}

@test "SIGTERM leaves no virtual machine and no temporary folder" {
    local left
    start_waiting "$LAB/guest"
    kill "$runner"
    wait "$runner" || left=$?
    [[ $left == 143 ]]
    eventually no_guest
    [[ -z $(ls "$TMPDIR") ]]
}

@test "SIGKILL leaves no virtual machine" {
    # A killed script cannot remove its temporary folder: bats does.
    start_waiting "$LAB/guest"
    kill -KILL "$runner"
    eventually no_guest

    start_waiting "$LAB/boot" --initrd "$INITRD"
    kill -KILL "$runner"
    eventually no_guest
}

# Each setpriv that the scripts start in turn, and each cat of a pipe, is one of a busy machine: the script has
# been killed when it begins. The emulator only says that it was started.
@test "what a script starts does not go on if the script is killed at once" {
    local bin=$BATS_TEST_TMPDIR/bin nth count guest
    mkdir "$bin"
    cat >"$bin/setpriv" <<'FAKE'
#!/bin/bash
name=${0##*/}
if [[ $name == setpriv || -p ${1:-/dev/stdin} ]]; then
    exec {lock}>>"$ROOM/lock"
    flock "$lock"
    echo $$ >>"$ROOM/started"
    if (($(wc -l <"$ROOM/started") == NTH)); then
        parent=$PPID
        ps -o comm= -p $parent >"$ROOM/killed"
        rm -f "$ROOM/booted"
        kill -KILL $parent
        while [[ $(ps -o ppid= -p $$) -eq $parent ]]; do sleep 0.01; done
    fi
    exec {lock}>&-
fi
exec "$(PATH=${PATH#*:} type -P "$name")" "$@"
FAKE
    ln -s setpriv "$bin/cat"
    cat >"$bin/qemu-system-x86_64" <<'FAKE'
#!/bin/bash
if [[ $1 == --version ]]; then
    echo 'QEMU emulator version 8.2.0'
elif [[ $* == *-initrd* ]]; then
    echo $$ >>"$ROOM/booted"
fi
FAKE
    chmod +x "$bin"/*
    killed() { # NTH COMMAND...
        export NTH=$1 ROOM=$BATS_TEST_TMPDIR/${2##*/}-$1
        mkdir "$ROOM"
        # To a file: whatever is left would hold a pipe open.
        PATH=$bin:$PATH "${@:2}" -- true >"$ROOM/said" 2>&1 3>&- || true
        output=$(<"$ROOM/said")
        echo "$*: $output"
        ended() { ! ps -o args= -p "$(paste -sd , "$ROOM/started")"; }
        eventually ended
        ((NTH > 0)) || return 0
        [[ -s $ROOM/killed ]]
        # Without the one in whose place a machine was to run, boot starts another.
        [[ ! -e $ROOM/booted || $(cat "$ROOM/killed") == timeout ]]
        refute grep -qsx "$(sed -n "${NTH}p" "$ROOM/started")" "$ROOM/booted"
    }
    killed 1 "$LAB/lab" --kernel debian:6.1 --programs "$BUILD"
    guest=("$LAB/guest" --init "$BUILD/static/lab-init" --icount)
    killed 0 "${guest[@]}"
    [[ $output == *'the guest ended without a result'* && -s $ROOM/booted ]]
    # Two scripts, the lock, two for each machine, and two for each output of the second.
    count=$(wc -l <"$ROOM/started")
    ((count == 11))
    for ((nth = 1; nth <= count; nth++)); do killed "$nth" "${guest[@]}"; done
}

@test "the same files make the same initramfs" {
    mkdir "$BATS_TEST_TMPDIR/data"
    echo one >"$BATS_TEST_TMPDIR/data/one"
    echo two >"$BATS_TEST_TMPDIR/data/two"
    (umask 077 && "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/a.cpio" "$BATS_TEST_TMPDIR/data:/data")
    cp -r "$BATS_TEST_TMPDIR/data" "$BATS_TEST_TMPDIR/copy"
    chmod 600 "$BATS_TEST_TMPDIR/copy/one"
    touch -d 2001-01-01 "$BATS_TEST_TMPDIR/copy/two"
    "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/b.cpio" "$BATS_TEST_TMPDIR/copy:/data"
    cmp "$BATS_TEST_TMPDIR/a.cpio" "$BATS_TEST_TMPDIR/b.cpio"

    # A compressed one boots, too.
    "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/c.cpio.gz" "$BATS_TEST_TMPDIR/data:/data"
    run "$LAB/boot" --initrd "$BATS_TEST_TMPDIR/c.cpio.gz" -- cat /data/one /data/two
    [[ $output == $'one\ntwo' ]]
}

@test "the tools of a busybox that does not run here are found in its file" {
    "$LAB/make-initramfs" -o "$BATS_TEST_TMPDIR/d.cpio" --busybox "$(command -v busybox)"
    diff <(busybox --list) <(cpio -i --quiet --to-stdout etc/lab/applets <"$BATS_TEST_TMPDIR/d.cpio")
}

@test "wrong usage gets one line and exit status 2" {
    one_line 2 . "$LAB/guest"
    one_line 2 . "$LAB/guest" --no-such-option
    one_line 2 . "$LAB/guest" --memory
    one_line 2 . "$LAB/guest" --memory lots -- true
    one_line 2 . "$LAB/guest" --smp 0 -- true
    one_line 2 . "$LAB/guest" --icount --smp 2 -- true
    one_line 2 . "$LAB/guest" --kernel debian:2.4 -- true
    one_line 2 . "$LAB/guest" --kernel /no/such/kernel -- true
    one_line 2 . "$LAB/guest" --add /no/such/file -- true
    one_line 2 . "$LAB/guest" --add "$LAB/guest:/../outside" -- true
    one_line 2 . "$LAB/boot" -- true
    one_line 2 . "$LAB/boot" --initrd /no/such/file -- true
    one_line 2 . "$LAB/make-initramfs"
    one_line 2 . "$LAB/make-initramfs" -o /no/such/folder/file
    one_line 2 . "$LAB/fetch-kernel"
    one_line 2 . "$LAB/fetch-kernel" debian:2.4
    one_line 2 . "$LAB/fetch-kernel" --path
    one_line 2 . env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" "$LAB/fetch-kernel" --path debian:6.1
    one_line 2 . env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" "$LAB/guest" --kernel debian:6.1 -- true
}

@test "QEMU refuses a file that is not a kernel image" {
    echo nonsense >"$BATS_TEST_TMPDIR/kernel"
    run --separate-stderr "$LAB/boot" --kernel "$BATS_TEST_TMPDIR/kernel" --initrd "$INITRD" -- true
    ((status == 2))
    [[ ${stderr_lines[0]} == 'boot: QEMU failed: '* ]]
}

@test "the cache is listed, and kernels are not fetched twice" {
    run --separate-stderr "$LAB/fetch-kernel" --list
    ((status == 0))
    [[ $output == *debian:6.1$'\t'6.1.*$'\t'6.1.*-cloud-amd64* ]]
    # No mirror answers at this address.
    run "$LAB/fetch-kernel" --mirror http://127.0.0.1:1/debian debian:6.1
    ((status == 0))
    [[ -z $output ]]
}

@test "a suite that cannot be reached is one line and exit status 3, and leaves nothing" {
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    run --separate-stderr "$LAB/fetch-kernel" \
        --mirror http://127.0.0.1:1/debian --security-mirror http://127.0.0.1:1/debian-security \
        debian:sid debian:5.10
    ((status == 3))
    ((${#stderr_lines[@]} == 2))
    [[ ${stderr_lines[0]} == 'debian:sid: cannot be fetched: '* ]]
    [[ ${stderr_lines[1]} == 'debian:5.10: cannot be fetched: '* ]]
    [[ -z $(ls -A "$XDG_CACHE_HOME/spawnscope/kernels") ]]
}
