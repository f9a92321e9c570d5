#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The driver's interface: options and suites in, lines out.
#
# shellcheck disable=SC2154 # bats sets $status, $output and $lines

load driver.bash

@test "every method takes the samples asked for, with ordered times" {
    "$BENCH" --method all --size 1M --runs 25 --seed 1 >"$DIR/out"
    # Which times there are is checked for the methods known here, their order for all.
    awk -v execs=" fork-exec vfork-exec posix_spawn system popen zygote pidfd_spawn " \
        -v plain=" fork vfork clone-vm-vfork clone3 thread raw-fork raw-vfork double-fork setsid forkserver clone " \
        -v hidden=" posix_spawn system popen pidfd_spawn " -v helped=" zygote forkserver " \
        -v may_lack=" clone3 clone3-into-cgroup pidfd_spawn " '
    function fault(what) { print what ": " $0; faults++ }
    function ordered(a, b) { if (a != "-" && b != "-" && a > b) fault("out of order") }
    function is(list) { return index(list, " " m " ") }
    $1 == "cell" { sub("method=", "", $3); method[$2] = $3 }
    $1 == "skip" && !index(may_lack, " " method[$2] " ") { fault("skipped") }
    $1 == "skip" { skipped[$2] = 1 }
    $1 == "broken" || $1 == "late" { fault("broken") }
    $1 == "sample" {
        n[$2]++
        m = method[$2]
        if (NF != 10) fault("not ten fields")
        if ($4 != 0) fault("failed")
        if ($3 !~ /^[0-9]+$/) fault("no pid")
        if ($8 == "-" && is(execs) || $8 != "-" && is(plain)) fault("exec time")
        # libc does not report when its child starts.
        if ((is(execs) || is(plain)) && ($7 == "-") != (is(hidden) > 0)) fault("child time")
        if ($5 == "-" || $6 == "-" || $9 == "-" || $10 == "-") fault("time missing")
        ordered($5, $6); ordered($6, $10); ordered($5, $7); ordered($7, $8)
        ordered($8, $9); ordered($7, $9); ordered($9, $10); ordered($5, $9)
        if (m == "vfork" || m == "clone-vm-vfork" || m == "raw-vfork") ordered($9, $6)
    }
    # Children of a helper are not counted.
    $1 == "done" { m = method[$2]; if ((is(helped) ? $3 != 0 : $3 < 3) || $4 != 0) fault("done") }
    END {
        for (id in method)
            if (!skipped[id] && n[id] != 25) { print method[id] ": " n[id]; faults++ }
        exit faults > 0
    }' "$DIR/out"
    "$BENCH" --list | sed -n '/^methods:/,/^suites:/s/^  \([^ ]*\) .*/\1/p' >"$DIR/methods"
    [ "$(wc -l <"$DIR/methods")" -ge 18 ]
    sed -n 's/^cell .* method=\([^ ]*\) .*/\1/p' "$DIR/out" | diff - "$DIR/methods"
}

@test "the header has version, runs, seed, cells, ready, in this order" {
    run -0 "$BENCH" --method vfork --size 1M,2M --runs 1 --seed 18446744073709551615
    [ "${lines[0]}" = "spawnscope-bench 5" ]
    [[ ${lines[1]} =~ ^libc\ glibc\ [0-9.]+\ /.*/libc\.so ]]
    [ "${lines[2]}" = "runs 1" ]
    [ "${lines[3]}" = "seed 18446744073709551615" ]
    [ "${lines[4]}" = "cell 0 method=vfork rss_bytes=1048576 pages=4k" ]
    [ "${lines[5]}" = "cell 1 method=vfork rss_bytes=2097152 pages=4k" ]
    [ "${lines[6]}" = "ready" ]
}

@test "the same seed gives the same order" {
    for i in 1 2; do
        "$BENCH" --method vfork,fork,thread --size 1M,2M --runs 5 --seed 7 --warmup 0 |
            awk '$1 == "sample" { print $2 }' >"$DIR/$i"
    done
    [ "$(wc -l <"$DIR/1")" -eq 30 ]
    cmp "$DIR/1" "$DIR/2"
}

@test "the parent has the shape asked for" {
    "$BENCH" --method vfork --size 32M --vmas 100 --fds 40 --threads 3 --runs 1 |
        tr ' ' '\n' >"$DIR/words"
    "$BENCH" --method vfork --size 0 --vmas 0 --fds 0 --threads 0 --runs 1 |
        tr ' ' '\n' >"$DIR/bare"
    value() { sed -n "s/^$2=//p" "$DIR/$1" | tail -n 1; }
    [ "$(($(value words rss_anon_bytes) - $(value bare rss_anon_bytes)))" -ge $((32 << 20)) ]
    [ "$(value words anon_huge_bytes)" -eq 0 ]
    [ "$(($(value words vmas) - $(value bare vmas)))" -ge 101 ]
    [ "$(($(value words fds) - $(value bare fds)))" -eq 40 ]
    [ "$(value words threads)" -eq 4 ]
}

@test "huge pages are verified, or the cell is skipped with the reason" {
    "$BENCH" --method fork --size 16M --pages thp --runs 3 >"$DIR/out"
    if grep '^skip 0 ' "$DIR/out"; then
        refute grep '^sample' "$DIR/out"
    else
        grep ' anon_huge_bytes=16777216 ' "$DIR/out"
        [ "$(grep -c '^sample' "$DIR/out")" -eq 3 ]
    fi
}

# faults ARG...: page faults of the driver and all that it started.
faults() {
    python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt)' \
        "$BENCH" --method fork --size 8M --runs 5 --seed 1 "$@"
}

@test "child_write and parent_write write to each page, which faults" {
    local none child parent both
    none=$(faults)
    child=$(($(faults --child-write 8M) - none))
    parent=$(($(faults --parent-write 8M) - none))
    both=$(($(faults --child-write 8M --parent-write 8M) - none))
    echo "$none; more by the child $child, by the parent $parent, by both $both"
    # 2048 in each run, and in those to warm up. Each process has its own fault on a page.
    [ "$child" -ge $((5 * 2048)) ]
    [ $((parent * 10)) -ge $((child * 9)) ] && [ $((parent * 10)) -le $((child * 11)) ]
    [ $((both * 10)) -ge $(((child + parent) * 9)) ]
}

@test "writes with a method other than fork are skipped" {
    run -0 "$BENCH" --method vfork,fork --size 1M --child-write 1M,2M --runs 1
    [[ $output == *"skip 0 this method does not support child_write"* ]]
    [[ $output == *"skip 3 child_write=2M is more than the size, 1M"* ]]
}

@test "a size larger than memory is skipped with both numbers" {
    run -0 "$BENCH" --method fork --size 1M,8192T --runs 1
    [[ $output =~ skip\ 1\ needs\ [0-9.]+\ GiB,\ [0-9.]+\ GiB\ are\ available\ \([A-Za-z] ]]
    [ "$(grep -c '^sample 0' <<<"$output")" -eq 1 ]
    refute grep '^sample 1' <<<"$output"
}

@test "RLIMIT_AS is respected" {
    ! has_sanitizers || skip "a sanitizer reserves terabytes of addresses"
    run -0 prlimit --as=$((256 << 20)) "$BENCH" --method vfork --size 1M,512M --runs 1
    [[ $output =~ skip\ 1\ needs\ .*\(RLIMIT_AS\) ]]
    [ "$(grep -c '^sample 0' <<<"$output")" -eq 1 ]
}

@test "more threads than can be made are skipped with the limits" {
    setpriv --reuid 54321 --clear-groups test -x "$BENCH" || skip "needs root, and a build for all users"
    run -0 prlimit --nproc=4 setpriv --reuid 54321 --clear-groups "$BENCH" --method vfork --size 0 --threads 5 --runs 1
    [[ $output == *"skip 0 threads=5: Resource temporarily unavailable; see ulimit -u, kernel.threads-max, "* ]]
}

@test "more descriptors than allowed are skipped" {
    run -0 prlimit --nofile=64 "$BENCH" --method vfork --runs 1 --size 1M --fds 1,100
    [[ $output == *"skip 1 fds=100 is too many: the hard RLIMIT_NOFILE is 64"* ]]
    [ "$(grep -c '^sample 0' <<<"$output")" -eq 1 ]
}

@test "more parents than can run at once take turns" {
    # 65 shapes, of which at most 64 run at once.
    "$BENCH" --method vfork --runs 2 --warmup 0 --seed 1 --size "$(seq -s, -f %gM 1 65)" \
        >"$DIR/out"
    [ "$(grep -c '^sample' "$DIR/out")" -eq 130 ]
    [ "$(grep -c '^parent' "$DIR/out")" -gt 65 ]
}

@test "a fork that fails is a sample with its errno" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to become a user without processes"
    # That user cannot enter the folders of the tests.
    dir=$(mktemp -d /tmp/spawnscope-bats.XXXXXX)
    cp "$BENCH" "$BUILD/spawnscope-child" "$dir"
    chmod 755 "$dir" "$dir"/*
    # The driver and its parent process are two, a child would be the third.
    run -0 setpriv --reuid=64999 --regid=64999 --clear-groups prlimit --nproc=2 \
        "$dir/spawnscope-bench" --method fork,vfork,clone3,clone-vm-vfork,posix_spawn,system,popen \
        --size 1M --runs 2 --warmup 1 --seed 1
    rm -r "$dir"
    # 11 is EAGAIN; glibc's popen turns it into ENOMEM, 12.
    [ "$(grep -Ec '^sample ([0-5] - 11|6 - 1[12]) [0-9]+ - - - - -$' <<<"$output")" -eq 14 ]
    [ "$(grep -Ec '^done [0-6] 0 2$' <<<"$output")" -eq 14 ]
}

@test "an unknown method, suite, option, value or argument is refused in one line" {
    one_line 2 "^spawnscope-bench: unknown method 'frok'; known: fork, vfork, .*, popen, .*all$" \
        "$BENCH" --method fork,frok
    one_line 2 "unknown suite 'qick'; known: quick, standard" "$BENCH" --suite qick
    one_line 2 "unknown option '--sise'" "$BENCH" --sise 1M
    one_line 2 "unknown option '-x'" "$BENCH" -x
    one_line 2 "^spawnscope-bench: --runs needs a value" "$BENCH" --runs
    one_line 2 "takes no value" "$BENCH" --serve=1
    one_line 2 "unexpected argument 'fork'" "$BENCH" fork
    one_line 2 "size: bad size '1X'" "$BENCH" --size 1X
    one_line 2 "bad runs '0'" "$BENCH" --runs 0
    one_line 2 "bad --seed 'x'" "$BENCH" --seed x
    one_line 2 "CPU 8000 does not exist" "$BENCH" --cpu 8000
    one_line 2 "bad --timeout '0'" "$BENCH" --timeout 0
    one_line 2 "bad --warmup '-1'" "$BENCH" --warmup -1
    one_line 2 "list of size is empty" "$BENCH" --size ""
    one_line 2 "unknown pages '2k'; known: 4k, thp" "$BENCH" --pages 2k
}

@test "control characters in arguments and files are escaped" {
    one_line 2 "unknown method 'a\\\\x1b\[31mb\\\\x0ac'" "$BENCH" --method $'a\e[31mb\nc'
    printf '[g]\nme\033[1m = fork\n' >"$DIR/s.ini"
    one_line 2 "s.ini:2: unknown key 'me\\\\x1b\[1m'" "$BENCH" --suite "$DIR/s.ini"
}

@test "an error in a suite file names file and line" {
    printf '[grid]\nmethod = fork\nsize = 1M, 2Q\n' >"$DIR/s.ini"
    one_line 2 "^spawnscope-bench: $DIR/s.ini:3: bad size '2Q'" "$BENCH" --suite "$DIR/s.ini"
    printf 'method = fork\n' >"$DIR/s.ini"
    one_line 2 "s.ini:1: 'method' is not in a section" "$BENCH" --suite "$DIR/s.ini"
    head -c 1048577 /dev/zero | tr '\0' '\n' >"$DIR/s.ini"
    one_line 2 "s.ini: a suite has at most 1 MiB" "$BENCH" --suite "$DIR/s.ini"
    printf '[g]\nmethod = fork\n\0size = 1M\n' >"$DIR/s.ini"
    one_line 2 "s.ini: not a text file" "$BENCH" --suite "$DIR/s.ini"
}

@test "a suite file runs, and options replace its lists" {
    printf '[a]\nmethod = vfork, fork\nsize = 1M\nruns = 3\n[b]\nmethod=vfork\nsize=2M\nruns=4\n' \
        >"$DIR/s.ini"
    "$BENCH" --suite "$DIR/s.ini" >"$DIR/out"
    [ "$(grep -c '^sample [01]' "$DIR/out")" -eq 6 ]
    [ "$(grep -c '^sample 2' "$DIR/out")" -eq 4 ]
    # `runs` is repeated before a cell whose number differs.
    [ "$(grep -E '^(runs|cell)' "$DIR/out" | cut -d' ' -f1,2 | paste -sd,)" = \
        "runs 3,cell 0,cell 1,runs 4,cell 2" ]
    "$BENCH" --suite "$DIR/s.ini" --method vfork --size 1M --runs 2 >"$DIR/out"
    [ "$(grep -c '^cell' "$DIR/out")" -eq 1 ]
    [ "$(grep -c '^sample' "$DIR/out")" -eq 2 ]
}

@test "without the program to exec, the driver says how to get it" {
    copy_tool "$DIR/copy"
    rm "$DIR/copy/spawnscope-child"
    one_line 2 "copy/spawnscope-child: No such file or directory; build it, or use --child" \
        "$DIR/copy/spawnscope-bench" --method fork-exec --size 1M
    one_line 2 "/nonexistent: No such file" "$BENCH" --child /nonexistent
    # Methods without an exec do not need it.
    run -0 "$DIR/copy/spawnscope-bench" --method vfork --size 1M --runs 1
}

@test "paths with spaces and quotes reach the program" {
    mkdir "$DIR/it's a \"dir\" \$x"
    cp "$BUILD/spawnscope-child" "$DIR/it's a \"dir\" \$x/a child"
    cd "$DIR/it's a \"dir\" \$x"
    "$BENCH" --child "a child" --method system,popen,vfork-exec --size 1M --runs 2 >"$DIR/out"
    [ "$(grep -c '^sample' "$DIR/out")" -eq 6 ]
    refute grep '^broken' "$DIR/out"
}

@test "a program that cannot run, or does not report, breaks the cell with the reason" {
    echo nonsense >"$DIR/text"
    chmod +x "$DIR/text"
    run -0 "$BENCH" --child "$DIR/text" --method fork-exec,vfork-exec,posix_spawn,system \
        --size 1M --runs 2
    [ "$(grep -Ec "^broken [0-2] exec of '$DIR/text': Exec format error$" <<<"$output")" -eq 3 ]
    grep "^broken 3 '$DIR/text' ended with status 127 and reported nothing" <<<"$output"
    refute grep '^sample' <<<"$output"
    run -0 "$BENCH" --child /bin/true --method popen,fork-exec --size 1M --runs 2
    [ "$(grep -c '^broken . .* ended with status 0 and reported nothing' <<<"$output")" -eq 2 ]
}
