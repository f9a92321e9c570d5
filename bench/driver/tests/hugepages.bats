#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Huge pages of hugetlb: reserved for the parents that are of them, and given back.
#
# shellcheck disable=SC2154 # bats sets $output

load driver

POOL=/sys/kernel/mm/hugepages/hugepages-2048kB

setup() {
    DIR=$BATS_TEST_TMPDIR
    [ -w "$POOL/nr_hugepages" ] || skip "the number of huge pages cannot be set here"
    huge_pages_alone
    BEFORE=$(cat "$POOL/nr_hugepages")
}

as_before() {
    [ "$(cat "$POOL/nr_hugepages")" -eq "$BEFORE" ]
}

# Whether the kernel has found memory for them.
reserved() {
    refute grep '^skip . pages=hugetlb needs' "$DIR/out" || skip "no memory for huge pages here"
}

@test "parents of hugetlb are measured, in turn, and their pages are given back" {
    "$BENCH" --method fork --size 8M --pages hugetlb --child-write 0,8M --runs 20 >"$DIR/out"
    reserved
    [ "$(grep -c '^sample [01] [0-9]* 0 ' "$DIR/out")" -eq 40 ]
    eventually as_before
}

@test "they are given back when the driver is killed, also with its group" {
    copy_tool "$DIR/copy"
    coproc setsid "$DIR/copy/spawnscope-bench" --serve --method fork --size 4M --pages hugetlb
    until read -r line <&"${COPROC[0]}" && [[ $line == ready || $line == skip* ]]; do :; done
    [[ $line == ready ]] || skip "no memory for huge pages here"
    echo "prepare 0" >&"${COPROC[1]}"
    read -r word _ pid _ <&"${COPROC[0]}"
    [ "$word" = parent ]
    [ "$(cat "$POOL/nr_hugepages")" -gt "$BEFORE" ] || [ "$BEFORE" -ge 2 ]
    driver=$(ps -o ppid= -p "$pid" | tr -d ' ')
    kill -9 "-$driver" "$pid"
    eventually as_before
    eventually none_left "$DIR/copy"
}

# The process that keeps the pages: it leads a session that is not the driver's.
keeper_of() { # FOLDER SESSION
    local pid
    for pid in $(processes "$1" spawnscope-bench); do
        [ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$2" ] || printf '%s\n' "$pid"
    done | head -n 1
}

# A driver with huge pages, which the start of any other driver would give back once its keeper is
# killed, also of one that another suite runs: so the record is in a /run of this test alone.
kill_keeper() {
    copy_tool "$DIR/copy"
    need_mounts
    mkdir "$DIR/run"
    # shellcheck disable=SC2016 # sh expands them
    OWN_RUN=(unshare --mount sh -c 'mount --bind "$0" /run && exec "$@"' "$DIR/run")
    coproc setsid "${OWN_RUN[@]}" "$DIR/copy/spawnscope-bench" --serve --method fork --size 4M --pages hugetlb
    until read -r line <&"${COPROC[0]}" && [[ $line == ready || $line == skip* ]]; do :; done
    [[ $line == ready ]] || skip "no memory for huge pages here"
    [ "$BEFORE" -lt 2 ] || skip "there are huge pages"
    session=$(ps -o sid= -p "$COPROC_PID" | tr -d ' ')
    kill -9 "$(keeper_of "$DIR/copy" "$session")"
}

# What they added is still there.
killed_with_keeper() {
    kill_keeper
    kill -9 "-$session"
    eventually none_left "$DIR/copy"
    refute as_before
}

@test "what a killed keeper left is given back by its driver at the end" {
    kill_keeper
    refute as_before
    echo quit >&"${COPROC[1]}"
    eventually none_left "$DIR/copy"
    as_before
    [ ! -e "$DIR/run/spawnscope" ]
}

@test "what a killed keeper left is given back by the next start, also to a cell without huge pages" {
    killed_with_keeper
    [ -n "$(find "$DIR/run/spawnscope" -name 'hugepages.*')" ]
    "${OWN_RUN[@]}" "$BENCH" --method fork --size 1M --runs 1 >"$DIR/out"
    as_before
    [ ! -e "$DIR/run/spawnscope" ]
}

@test "by sudo the caller's driver reserves them, and no program that is measured can" {
    [ "$BEFORE" -lt 2 ] || skip "there are huge pages"
    ALL=$(mktemp -d)
    chmod 777 "$ALL"
    copy_tool "$ALL/copy"
    chmod 755 "$ALL/copy"
    SUDO_UID=65534 SUDO_GID=65534 "$ALL/copy/spawnscope" bench -q --no-trace --method fork --size 4M --pages hugetlb --runs 3 \
        -o "$ALL/run" >"$DIR/out" 2>&1 || cat "$DIR/out"
    refute grep 'needs .* free huge pages' "$DIR/out" || skip "no memory for huge pages here"
    jq -e -s 'map(select(.type == "cell")) | length == 1 and .[0].n == 3 and (.[0].skipped | not)' "$ALL/run"
    eventually as_before
    SUDO_UID=65534 SUDO_GID=65534 "$ALL/copy/spawnscope" bench -q --no-trace --method fork-exec --size 4M --pages hugetlb \
        --runs 1 -- sh -c "env >$ALL/env; ls -l /proc/self/fd >$ALL/fds" >"$DIR/out"
    refute grep HUGETLB "$ALL/env"
    refute grep nr_hugepages "$ALL/fds"
    eventually as_before
}

teardown() {
    [ -z "${BEFORE:-}" ] || as_before || echo "$BEFORE" >"$POOL/nr_hugepages"
    [ -z "${ALL:-}" ] || rm -r "$ALL"
}

@test "who may not set their number reads of the setting" {
    "$BENCH" --method fork --size 4M --pages hugetlb --runs 1 >"$DIR/root"
    eventually as_before
    [ "$BEFORE" -lt 2 ] || skip "there are huge pages"
    setpriv --reuid 65534 --clear-groups test -x "$BENCH" || skip "needs a build for all users"
    run -0 setpriv --reuid 65534 --clear-groups "$BENCH" --method fork --size 4M --pages hugetlb --runs 1
    [[ $output == *"skip 0 pages=hugetlb needs 2 free huge pages, there are 0; sysctl vm.nr_hugepages=2 reserves them"* ]]
}

@test "what memory cannot hold is not reserved" {
    "$BENCH" --method fork --size 1024G --pages hugetlb --runs 1 >"$DIR/out"
    grep '^skip 0 pages=hugetlb needs 524288 free huge pages' "$DIR/out"
    as_before
}
