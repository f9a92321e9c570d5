#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command lab: which files it copies in and out, what it refuses, and that the same
# command always gives the same bytes. A guest takes two to ten seconds, so tests check
# several things in one boot where they can.
#
# Takes long: it boots many guests.
#
# bats sets $status, $stderr; jq's and the guests' variables are not the shell's:
# shellcheck disable=SC2154,SC2016,SC2030,SC2031,SC2317

load lab.bash

# The command of the runs that are compared.
MEASURED=(bench --method "fork,vfork,posix_spawn" --size 1M --runs 4 --rounds 2)

# HOUSE: a folder that an ordinary user can enter, with a build and a cache of kernels.
setup_file() {
    local version
    BUILD=$(realpath "${BUILD:-build}")
    HOUSE=$(mktemp -d /tmp/spawnscope-lab.XXXXXX)
    export BUILD HOUSE FETCH=$BATS_TEST_DIRNAME/../fetch-kernel
    # All tests need this kernel: without it, they fail.
    "$FETCH" debian:6.1
    copy_lab "$HOUSE/tree"
    mkdir -p "$HOUSE/cache/spawnscope/kernels" "$HOUSE/tmp"
    for version in 6.1 sid; do
        kernel=$("$FETCH" --path "debian:$version" 2>/dev/null) || continue
        cp -r "$(dirname "$kernel")" "$HOUSE/cache/spawnscope/kernels"
    done
    # Saved once, for all users: the machine of most tests.
    for kernel in "$HOUSE"/cache/spawnscope/kernels/*/vmlinuz; do
        "$HOUSE/tree/build/spawnscope" lab --kernel "$kernel" -- true
    done
    share_machines "$HOUSE/cache"
    chmod -R a+rX "$HOUSE"
    chmod 1777 "$HOUSE/tmp"
}

teardown_file() {
    rm -rf "$HOUSE"
}

# Our guests are found by the folder of their ports' pipes.
setup() {
    ROOM=$(mktemp -d "$HOUSE/tmp/XXXXXX")
    export TMPDIR=$ROOM XDG_CACHE_HOME=$HOUSE/cache
    chmod 777 "$ROOM"
    cd "$ROOM" || return
    LAB=("$HOUSE/tree/build/spawnscope" lab --kernel debian:6.1)
    AS_NOBODY=()
    if [ "$(id -u)" -eq 0 ]; then
        AS_NOBODY=(setpriv --reuid=65534 --regid=65534 --clear-groups env "HOME=$HOUSE/nobody")
    fi
}

guests() { pgrep -f "qemu-system-x86_64.*path=$ROOM/"; }
no_guest() { ! guests; }

# Sets base: the result that others are compared with, made once, by an ordinary user.
make_base() {
    base=$HOUSE/tmp/base.jsonl
    [ ! -s "$base" ] || return 0
    "${AS_NOBODY[@]}" "${LAB[@]}" -- "${MEASURED[@]}" -o base.jsonl >"$base.table" 2>"$base.err"
    [ ! -s "$base.err" ]
    mv base.jsonl "$base"
}

@test "an ordinary user gets a result that counts instructions, twice the same" {
    local run
    for run in a b; do
        "${AS_NOBODY[@]}" "$HOUSE/tree/build/spawnscope" lab -- bench --method fork,vfork,posix_spawn \
            --size 1M,16M --runs 6 -o "$run.jsonl" >"$run.table" 2>"$run.err"
        [ ! -s "$run.err" ]
        # The kernel is the newest one in the cache.
        grep -q '^Linux .*QEMU.*instructions' "$run.table"
        holds "$run.jsonl" 'run.clock == "icount"' 'final | .lost == 0 and .missed == 0' \
            '[cells | select(.key.trace == "phases") | .n == 6] | length == 6 and all' \
            'run.environment | .qemu != null and .counting_rule == "quadword-steps" and .aslr == 0 and .cpus == 1'
    done
    same_cells a.jsonl b.jsonl
    # Nothing else differs, either.
    cmp a.jsonl b.jsonl
    cmp a.table b.table
}

@test "user, folder, file names, time limit and environment do not change the result" {
    make_base
    copy_lab "$ROOM/a folder, with a longer name/and another"
    mkdir "$ROOM/t" "$ROOM/elsewhere"
    cd "$ROOM/elsewhere"
    (
        umask 077
        env TMPDIR="$ROOM/t" LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME=/ COLUMNS=200 LINES=50 SOME=thing \
            "$ROOM/a folder, with a longer name/and another/build/spawnscope" lab \
            --kernel "$XDG_CACHE_HOME/spawnscope/kernels/debian-6.1/vmlinuz" --timeout 1234 -- \
            "${MEASURED[@]}" -o "../another-name-for-the-result-and-a-much-longer-one.jsonl" >table
    )
    cmp "$base" ../another-name-for-the-result-and-a-much-longer-one.jsonl
    cmp "$base.table" table
}

@test "possible CPUs are in the result, one of them is there, and by default there is no other" {
    "${LAB[@]}" --possible-cpus 3 -- bench --method fork --size 1M --runs 3 --no-trace -o many.jsonl >table
    "${LAB[@]}" -- bench --method fork --size 1M --runs 3 --no-trace -o one.jsonl >table
    holds many.jsonl 'run.environment | .possible_cpus == 3 and .cpus == 1'
    holds one.jsonl 'run.environment | .possible_cpus == 1 and .cpus == 1'
    run -5 "$BUILD/spawnscope" gate one.jsonl many.jsonl
    [[ $output == *"possible_cpus (1 | 3) differs"* ]]
    for bad in 0 65 x 1000; do
        one_line 2 "possible-cpus '$bad' is not a number of CPUs: use 1 to 64" "${LAB[@]}" --possible-cpus $bad -- doctor
    done
}

@test "where promises are strict, a fork fails by them and posix_spawn does not" {
    "${LAB[@]}" --no-icount --out out -- sh -c 'echo 2 >/proc/sys/vm/overcommit_memory &&
        spawnscope bench --no-trace --method fork,posix_spawn --size 1M --limit none,commit --runs 3 -o out/run' >table
    holds out/run '[cells | select(.key.limit == "commit") | [.key.method, .errnos]] | sort == [["fork", [12, 12, 12]], ["posix_spawn", null]]' \
        '[cells | select(.key.limit == "none") | .errnos] == [null, null]'
    tr -s '\n ' ' ' <table | grep 'Do the calls fail at the limit? 3 of 6 calls: ENOMEM; not posix_spawn'
}

@test "a busy host does not change the result" {
    local cpu busy status=0
    make_base
    # The guest's threads have one processor, which a busy loop has as well.
    cpu=$(taskset --cpu-list --pid $$ | sed -E 's/.*: ([0-9]+).*/\1/')
    taskset --cpu-list "$cpu" timeout 300 sh -c 'while :; do :; done' 3>&- &
    busy=$!
    taskset --cpu-list "$cpu" "${LAB[@]}" -- "${MEASURED[@]}" -o x.jsonl >table || status=$?
    kill "$busy"
    [ "$status" -eq 0 ]
    cmp "$base" x.jsonl
}

# To compile all takes two minutes of CPU time. So this compiles each tenth file, and all whose text depends
# on where and when it is compiled; with ALL=1, each.
@test "a build in another folder has the same bytes, and gives the same result" {
    local source=$BATS_TEST_DIRNAME/../../.. tree=$ROOM/built/in/a/folder-of-another-length program made
    make_base
    mkdir -p "$tree/build"
    cp -a "$source"/{Makefile,bpf,user,bench} "$tree"
    # Are the flags the same, except for the folder's name?
    (cd "$tree" && env -u BUILD make build/flags.stamp) >log 2>&1 || { cat log && false; }
    diff <(sed "s|$(realpath "$source")|.|g" "$BUILD/flags.stamp") \
        <(sed "s|$(realpath "$tree")|.|g" "$tree/build/flags.stamp") ||
        skip "the build under test has other flags"
    if [ "${ALL:-}" = "" ]; then
        cp -a "$BUILD/obj" "$tree/build"
        find "$tree/build/obj" -name '*.o' | LC_ALL=C sort | awk 'NR % 10 == 1' | xargs rm
        (cd "$tree" && grep -rlE '__(FILE|DATE|TIME|TIMESTAMP|BASE_FILE)__|assert[(]' --include='*.c' bench user |
            sed 's|^|build/obj/|; s|c$|o|') | (cd "$tree" && xargs rm -f)
        # What is left is newer than the flags: make takes it for done.
        find "$tree/build/obj" -name '*.o' -exec touch {} +
    fi
    (cd "$tree" && env -u BUILD make -j2 build/static/{spawnscope,spawnscope-bench,spawnscope-child,lab-init}) >log 2>&1 ||
        { cat log && false; }
    made=$(grep -c '^  CC ' log)
    echo "$made files compiled"
    ((made >= 30))
    for program in spawnscope spawnscope-bench spawnscope-child lab-init; do
        cmp "$BUILD/static/$program" "$tree/build/static/$program"
    done
    # The command looks for the lab from its own folder.
    cp "$tree/build/static/spawnscope" "$tree/build"
    "$tree/build/spawnscope" lab --kernel debian:6.1 -- "${MEASURED[@]}" -o x.jsonl >table
    cmp "$base" x.jsonl
}

@test "kernels see a CPU for which string instructions step by eight bytes" {
    "${LAB[@]}" -- sh -c "grep -m1 ^flags /proc/cpuinfo" >flags
    cat flags
    grep -qw rep_good flags
    refute grep -qwE 'erms|fsrm|fzrm|fsrs|fsrc' flags
}

# Input and output

@test "a command's output, errors and exit status are the lab's" {
    run --separate-stderr "${LAB[@]}" -- sh -c 'echo out; echo err >&2; exit 7'
    [ "$status" -eq 7 ]
    [ "$output" = out ]
    [ "$stderr" = err ]
}

@test "on a terminal a line says that the guest runs, and the output replaces it" {
    need_terminals
    run -3 script -qec "$(printf '%q ' "${LAB[@]}") --no-icount -- sh -c 'sleep 2; echo one; echo two >&2; exit 3'" /dev/null </dev/null
    local erase=$'\r\e[K'
    # Every second, but on a busy machine not each.
    [[ $output == *"${erase}lab: debian:6.1 has run for "[1-9]*" s (at most 600)${erase}"* ]]
    [[ $output == *"${erase}one"$'\r\n'* ]]
    [[ $output == *"${erase}two"* ]]
    # Nothing of it is left.
    [[ $output != *600\) ]]
    refute pgrep -f 'debian:6.1 has run for %d'
}

@test "a command of spawnscope that fails in the guest keeps its status and its message" {
    one_line 2 "method 'frok'; known: fork, vfork, " "${LAB[@]}" -- bench --method frok -o x.jsonl
    [ ! -e x.jsonl ]
    # Messages have the names that the user knows.
    printf '[grid]\nmethod = fork\nsize = 1M, 2Q\n' >$'my\e.ini'
    one_line 2 "^spawnscope-bench: \./my\?\.ini:3: .*size '2Q'" "${LAB[@]}" -- bench --suite $'./my\e.ini' -o x.jsonl
    [ ! -e x.jsonl ]
    echo precious >x.jsonl
    one_line 2 "no/such\.ini" "${LAB[@]}" -- bench --suite no/such.ini -o x.jsonl
    [ "$(cat x.jsonl)" = precious ]
}

@test "a suite's file is copied in, and no other file because of its name" {
    printf '[grid]\nmethod = vfork\nsize = 1M\nruns = 3\n' >quickly
    touch bench vfork phases 1M
    "${LAB[@]}" -- bench --suite=quickly --method vfork -o x.jsonl >table
    holds x.jsonl '[cells | .key.method == "vfork" and .n == 3] | all'
}

@test "files go in and come back, and programs bring their libraries" {
    local bash
    bash=$(command -v bash)
    echo from here >in.txt
    mkdir folder
    echo in a folder >folder/file
    "${LAB[@]}" --add "$bash:/opt/" --add folder:/data --out came/back -- /opt/bash -c '
        set -e
        cat "$1" /data/file; echo "${BASH_VERSION%%.*}"
        mkdir out/deep; echo kept >out/deep/file' - in.txt >text
    diff text - <<<$'from here\nin a folder\n'"${BASH_VERSINFO[0]}"
    [ "$(cat came/back/deep/file)" = kept ]
    # A program named by its path is copied in under its own name.
    cp "$bash" my-shell
    [ "$("${LAB[@]}" -- ./my-shell -c 'cat /proc/$$/comm; true')" = my-shell ]
}

@test "links and devices of a guest stay there, and no program of its has the set-user-ID bit" {
    echo secret >secret
    run --separate-stderr "${LAB[@]}" --no-icount --out came -- sh -c "cd out && ln -s '$PWD/secret' theirs &&
        ln -s '$PWD/made' files && mknod disk b 8 0 && mkfifo pipe && mkdir deep && ln -s .. deep/up &&
        echo file >file && chmod 4755 file"
    [ "$status" -eq 0 ]
    [ "$stderr" = 'spawnscope: lab: not copied from /lab/out, since they are no files: 5' ]
    [ "$(cd came && find . | sort | xargs)" = '. ./deep ./file' ]
    [ -z "$(find came -perm /7000)" ]
    refute test -e made
}

@test "bench measures a command: a program of the guest, one of the host, with files for arguments" {
    local bench=(bench --no-trace --method posix_spawn --size 1M --runs 2 --rounds 1 -o x.jsonl)
    cp "$BUILD/static/spawnscope-child" ours
    echo text >data
    mkdir bin
    cp /bin/true bin/ours-in-path
    PATH=$ROOM/bin:$PATH "${LAB[@]}" -- "${bench[@]}" --program "$ROOM/ours" --program=ours-in-path \
        -- sh -c 'test "$(cat "$0")" = text' ./data >table
    cat table
    holds x.jsonl '[cells | .n == 2] | all' \
        '[cells | .key.program] | map(test("^/lab/in/[0-9]+/ours$"), . == "/bin/ours-in-path", test("^/bin/sh -c .* /lab/in/[0-9]+/data$"))
            | map(select(.)) | length == 3'
    # What follows -- is the command's, whatever it looks like.
    "${LAB[@]}" -- "${bench[@]}" -- sh -c '[ "$*" = "-o --suite=quick" ]' sh -o --suite=quick >table
    holds x.jsonl '[cells | .n == 2] | all'
    # show, too, is a command of spawnscope.
    "${LAB[@]}" -- show x.jsonl >table
    grep -q '^PARENT  METHOD ' table
}

@test "a command that is not in the guest is refused by a line that names an option of the lab" {
    run -127 --separate-stderr "${LAB[@]}" -- nosuch
    [ -z "$output" ]
    [ "$stderr" = "lab: 'nosuch', or a library of it, is not in the guest: add it with --add" ]
    "${LAB[@]}" --help | grep -Eq -- "^  ${stderr##* } "
}

@test "-o - prints the result and nothing else" {
    "${LAB[@]}" -- bench --method vfork --size 1M --runs 2 --rounds 1 -o - >x.jsonl
    holds x.jsonl 'run.type == "run" and final.type == "end" and ([cells] | length == 3)'
}

@test "a parent larger than the guest's memory is a skipped cell" {
    "${LAB[@]}" --memory 2G -- bench --method vfork --size 1M,4G --runs 2 --rounds 1 --show failures -o x.jsonl >table
    holds x.jsonl '[cells | select(.key.rss_bytes == 4294967296)] | length == 1 and .[0].n == 0 and (.[0].skipped | length > 0)' \
        '[cells | select(.key.rss_bytes == 1048576) | .n == 2] | all'
    grep -q 'vfork at 4G: skipped: ' table
}

# Bad input

@test "bad options are refused in one line" {
    one_line 2 'name the command to run after --' "${LAB[@]}"
    one_line 2 'name the command to run after --' "${LAB[@]}" --
    one_line 2 "unknown option '--frob'.*--help" "${LAB[@]}" --frob -- true
    one_line 2 "unknown option 'bench'.*after --" "${LAB[@]}" bench --suite quick
    one_line 2 '--memory needs a value' "${LAB[@]}" --memory
    one_line 2 "--memory 'lots' is not a size" "${LAB[@]}" --memory lots -- true
    one_line 2 "--timeout '0' is not a number of seconds" "${LAB[@]}" --timeout=0 -- true
    one_line 2 "cannot read '/no/such/file'" "${LAB[@]}" --add /no/such/file -- true
    one_line 2 'cannot write to the folder /proc/none' "${LAB[@]}" --out /proc/none -- true
    one_line 2 "unknown option '--\?\[31m'" "${LAB[@]}" $'--\e[31m' -- true
    one_line 2 "unknown kernel '\?\[31m\?31m': " "${LAB[@]}" --fetch $'\e[31m\xc2\x9b31m'
    one_line 2 "cannot read '\?\[31mé'" "${LAB[@]}" --add $'\e[31mé' -- true
    "${LAB[@]}" --help >text
    grep -q '^Usage: spawnscope lab' text
}

@test "a file that is not a kernel is refused in one line" {
    local lab=("$HOUSE/tree/build/spawnscope" lab --kernel)
    one_line 2 "--kernel: unknown kernel 'debian:2.4': use one of debian:5.10, debian:6.1" "${lab[@]}" debian:2.4 -- true
    one_line 2 "'6.1': no such file.*debian:6.1" "${lab[@]}" 6.1 -- true
    one_line 2 "'/no/such/vmlinuz': no such file" "${lab[@]}" /no/such/vmlinuz -- true
    one_line 2 "'/tmp' cannot be read" "${lab[@]}" /tmp -- true
    one_line 2 "'/bin/true' is not a kernel image" "${lab[@]}" /bin/true -- true
    : >empty
    one_line 2 "'empty' is not a kernel image" "${lab[@]}" empty -- true
    # A 32-bit one: xloadflags, at 0x236, says so.
    cp "$XDG_CACHE_HOME/spawnscope/kernels/debian-6.1/vmlinuz" 32-bit
    printf '\0' | dd of=32-bit bs=1 seek=$((0x236)) conv=notrunc 2>/dev/null
    one_line 2 "'32-bit' is a 32-bit kernel" "${lab[@]}" 32-bit -- true
    # One of Arm's, by its magic at 56.
    printf '%56sARM\x64%4096s' '' '' >arm
    one_line 2 "'arm' is a kernel of arm64, for which there are no programs: run .make ARCH=arm64 static" "${lab[@]}" arm -- true
    one_line 2 "'arm' is a kernel of arm64: anatomy knows the code of x86-64 only" \
        "${lab[@]}" arm --print-image
    # Without a cache.
    one_line 2 'debian:6.1 is not in the cache.*lab --fetch debian:6.1' \
        env XDG_CACHE_HOME="$ROOM" "${lab[@]}" debian:6.1 -- true
    one_line 2 'no kernel is in the cache.*lab --fetch debian:6.1' \
        env XDG_CACHE_HOME="$ROOM" "$HOUSE/tree/build/spawnscope" lab -- true
}

@test "--fetch puts a kernel into the cache, and runs nothing" {
    local lab=("$HOUSE/tree/build/spawnscope" lab)
    "${lab[@]}" --fetch debian:6.1 >out 2>&1
    diff /dev/null out
    one_line 2 "unknown kernel 'debian:2.4'" "${lab[@]}" --fetch debian:2.4
    one_line 2 '--fetch runs no command' "${lab[@]}" --fetch=debian:6.1 -- true
    one_line 2 "'--list' is no kernel's name" "${lab[@]}" --fetch --list
    one_line 2 '--fetch needs a value' "${lab[@]}" --fetch
}

@test "an output that cannot be written is an error before anything runs" {
    mkdir bin
    printf '#!/bin/sh\ntouch %q/booted\nexit 1\n' "$ROOM" >bin/qemu-system-x86_64
    chmod +x bin/qemu-system-x86_64
    local PATH=$ROOM/bin:$PATH
    mkdir theirs
    chmod 555 theirs
    one_line 2 'cannot write no/such/x.jsonl: there is no folder no/such' "${LAB[@]}" -- bench -o no/such/x.jsonl
    one_line 2 'cannot write theirs: Is a directory' "${LAB[@]}" -- bench --output=theirs
    if [ "$(id -u)" -eq 0 ]; then
        one_line 2 'cannot write theirs/x.jsonl: Permission denied' "${AS_NOBODY[@]}" \
            "${LAB[@]}" -- bench -otheirs/x.jsonl
    fi
    refute test -e booted
    PATH=${PATH#*:}
    one_line 2 'cannot write /dev/full: No space left' "${LAB[@]}" -- sh -c 'echo x >"$2"' - -o /dev/full
}

@test "without QEMU, without the static programs, without a temporary folder: one line" {
    local name
    mkdir bin
    for name in /usr/bin/* /bin/*; do
        [[ $name == */qemu-system-* || -e bin/${name##*/} ]] || ln -s "$name" bin
    done
    one_line 2 'the lab lacks programs: apt-get install qemu-system-x86$' env PATH="$ROOM/bin" "${LAB[@]}" -- true
    # All at once.
    rm bin/cpio bin/busybox
    one_line 2 'apt-get install qemu-system-x86 busybox-static cpio$' env PATH="$ROOM/bin" "${LAB[@]}" -- true
    copy_lab bare
    rm -r bare/build/{static,spawnscope-bench}
    one_line 2 'spawnscope-bench is missing: run `make static`' \
        bare/build/spawnscope lab --kernel debian:6.1 -- true
    rm -r bare/bench
    one_line 2 "the lab's scripts are not beside" bare/build/spawnscope lab -- true
    one_line 2 'temporary folder.*TMPDIR' env TMPDIR=/no/such "${LAB[@]}" -- true
    # shellcheck disable=SC2016 # the inner shell's
    one_line 2 'the current folder: No such file or directory: it was removed' \
        bash -c 'mkdir gone && cd gone && rmdir ../gone && exec "$@"' - "${LAB[@]}" -- true
}

@test "a guest that fails is reported with the end of its console" {
    run --separate-stderr "${LAB[@]}" -- sh -c 'echo before; sleep 1; echo c >/proc/sysrq-trigger'
    [ "$status" -eq 2 ]
    [[ ${stderr_lines[0]} == *'Kernel panic'*'sysrq triggered crash' ]]
    ((${#stderr_lines[@]} > 5))
    # Too little memory to start.
    run --separate-stderr "${LAB[@]}" --memory 32M --timeout 120 -- true
    [ "$status" -eq 2 ]
    echo "$stderr"
    [[ ${stderr_lines[0]} == *'ended without a result'*'32M'*'--memory'* ]]
    # A hang, in the guest's own time, of which an hour passes at once: long before ours.
    run --separate-stderr "${LAB[@]}" --timeout 300 -- sleep 10000
    [ "$status" -eq 2 ]
    [[ ${stderr_lines[0]} == *"still ran after 300 s of the guest's time"* ]]
}

# Being ended

# Starts a guest that waits, in its own process group as from a terminal. $runner is the lab.
start_waiting() {
    # Background jobs of a shell ignore SIGINT.
    env --default-signal=INT setsid "${LAB[@]}" --no-icount -- sh -c 'echo ready; sleep 600' >out 2>err </dev/null 3>&- &
    runner=$!
    eventually grep -q ready out
    guests
}

@test "Ctrl-C leaves no virtual machine and no file" {
    local status=0
    start_waiting
    kill -INT -- "-$runner"
    wait "$runner" || status=$?
    echo "$status"
    [ "$status" -eq 130 ]
    eventually no_guest
    [ ! -s err ]
    rm out err
    [ -z "$(ls -A "$ROOM")" ]
}

@test "SIGTERM and SIGKILL leave no virtual machine" {
    local status=0
    start_waiting
    kill -TERM "$runner"
    wait "$runner" || status=$?
    [ "$status" -eq 143 ]
    eventually no_guest
    rm out err
    [ -z "$(ls -A "$ROOM")" ]
    start_waiting
    kill -KILL "$runner"
    eventually no_guest
    rm out err
    eventually is_empty "$ROOM"
}

is_empty() { # FOLDER
    [ -z "$(ls -A "$1")" ]
}
