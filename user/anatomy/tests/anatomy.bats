#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command anatomy: a cell in the lab, and what is stored.
#
# Takes long: its guests are traced by the instruction.
#
# shellcheck disable=SC2016,SC2153,SC2154 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash

FORK=user/tests/anatomies/fork-6.1.jsonl
PROGRAM=user/tests/anatomies/program.jsonl

need_kernel() { # NAME
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$1" 2>&1) || skip "$reason"
}

# Fails unless the tool ends with 2 after this one line.
complains() { # PATTERN ARG...
    local status=0
    "$TOOL" anatomy "${@:2}" >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    cat "$DIR/err"
    [ "$status" -eq 2 ]
    [ ! -s "$DIR/out" ]
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -Eq -- "$1" "$DIR/err"
}

@test "a fork in the lab: the tree has each instruction of the call, twice the same, under known names" {
    need_kernel debian:6.1
    for run in 1 2; do
        "$BUILD/spawnscope" anatomy --kernel debian:6.1 --method fork --size 1M --births 5 -q \
            -o "$DIR/$run.jsonl" >"$DIR/$run.text" 2>"$DIR/err" </dev/null || { cat "$DIR/err"; false; }
        grep -E '^[{]"type":"(anatomy|cell)"' "$DIR/$run.jsonl" >"$DIR/$run.lines"
    done
    cmp "$DIR/1.lines" "$DIR/2.lines"
    cmp "$DIR/1.text" "$DIR/2.text"
    cat "$DIR/1.text"
    # Of fork from 1 MiB the call is over before anybody else gets the CPU: its clock counts the same.
    jq -se 'map(select(.type == "cell"))[0].samples.spawn_ns as $clock
        | map(select(.type == "anatomy"))[0] as $a
        | ($clock | sort | .[(length - 1) / 2 | floor]) as $median
        | ([range($a.nodes.kind | length) | select($a.nodes.kind[.] == "root" and $a.nodes.part[.] == "call")][0]) as $root
        | $a.births == 5 and ($clock | length) == 5
            and (($a.nodes.total[$root] - $median) | fabs) <= $median / 1000' "$DIR/1.jsonl"
    # What the tree adds up to is its total; of medians, within a thousandth.
    jq -se 'map(select(.type == "anatomy"))[0].nodes as $n
        | ([range($n.kind | length) | select($n.part[.] == "call")] | map($n.own[.]) | add) as $own
        | ($n.total[[range($n.kind | length) | select($n.kind[.] == "root" and $n.part[.] == "call")][0]]) as $total
        | (($own - $total) | fabs) <= $total / 1000' "$DIR/1.jsonl"
    # The kernel's function that copies most, and the user's that calls.
    head -n 2 "$DIR/1.text" | tr '\n' ' ' | grep -q ' % in *copy_page_range, '
    grep -Eq '^ *[0-9,]+ +100 % .* fork$' "$DIR/1.text"
    grep -Eq ' do_exit +\[kernel\]$' "$DIR/1.text"
    grep -Eq '^copy_mm +[0-9,]+ +copy_page_range ' "$DIR/1.text"
    jq -se 'map(select(.type == "anatomy"))[0] | .unresolved == 0 or .unresolved < 1000' "$DIR/1.jsonl"
}

@test "a program that starts threads and processes of its own is one birth" {
    need_kernel debian:6.1
    cat >"$DIR/many.c" <<'C'
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *p) { return p; }
int main(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 30; i++) {
		pid_t pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return 0;
}
C
    gcc -o "$DIR/many" "$DIR/many.c" -lpthread
    "$BUILD/spawnscope" anatomy -q --kernel debian:6.1 --births 3 --program "$DIR/many" --json >"$DIR/json"
    # Its own calls are the program's, and no birth of the cell.
    jq -e '. as $a | def calls($name): [range($a.nodes.own | length)
            | select($a.nodes.part[.] == "program" and $a.nodes.kind[.] == "call" and $a.names[$a.nodes.name[.]] == $name)]
            | map($a.nodes.calls[.]) | add;
        $a.births == 3 and calls("_Fork") == 30 and calls("pthread_create") == 4' "$DIR/json" ||
        { jq -r '.births, (.names | map(select(test("ork|pthread"))) | join(" "))' "$DIR/json"; false; }
}

@test "what is stored is printed: the answer first, and all of the tree if asked" {
    run -0 "$TOOL" anatomy --input $FORK
    echo "$output"
    [[ ${lines[0]} == "fork at 64M executes 6.59 M instructions on Linux 6.1.0-57-cloud-amd64: 64 % in" ]]
    [[ $output != *alloc_pid\ \ * ]]
    grep -Eq '^6,558,429 +100 % +4,240,000 +21 +copy_page_range$' <<<"$output"
    grep -q '^copy_mm .* copy_page_range 65 %' <<<"$output"
    run -0 "$TOOL" anatomy --all --input $FORK
    grep -Eq '^ *1,830 +0.0 % +1,830 +1 +alloc_pid$' <<<"$output"
    run -0 "$TOOL" show $FORK
    [[ ${lines[0]} == "fork at 64M executes"* ]]
}

@test "names that are hostile reach no terminal" {
    "$TOOL" anatomy --all --input $PROGRAM >"$DIR/out"
    grep -q 'bad\\x1b\[31m' "$DIR/out"
    refute grep -q $'\x1b' "$DIR/out"
}

@test "JSON is the line of the result file" {
    "$TOOL" anatomy --json --input $FORK >"$DIR/out"
    [ "$(wc -l <"$DIR/out")" -eq 1 ]
    diff <(jq -S . "$DIR/out") <(jq -S 'select(.type == "anatomy")' $FORK)
}

@test "the difference of two that are stored" {
    run -0 "$TOOL" anatomy --input $FORK --against user/tests/anatomies/fork-6.12.jsonl
    echo "$output"
    [[ ${lines[0]} == "fork at 64M"* ]]
    [[ $output == *copy_present_ptes* ]]
}

@test "what cannot be done is one line" {
    complains 'one cell' --method fork,vfork
    complains 'no argument' x
    complains 'leave out the options' --input $FORK --size 1M
    complains 'has no anatomy' --input user/store/tests/corpus/run.jsonl
    complains '/nope: No such file' --input /nope
    complains 'a stored anatomy, too' --input $FORK --against debian:6.12
    complains 'births' --births 0
    complains 'births' --births 201
    complains 'No such file' -o /nope/file --size 1M
    head -c 3000 $FORK >"$DIR/torn"
    complains 'has no anatomy' --input "$DIR/torn"
}

@test "the lab's troubles are one line, and nothing is left" {
    local status=0
    need_kernel debian:6.1
    # Nothing boots for what makes no cell, or several.
    TOOL=$BUILD/spawnscope complains 'these options make 10 cells, not one' --kernel debian:6.1 --method standard
    TOOL=$BUILD/spawnscope complains "unknown mapping 'nope'; known: anonymous" --kernel debian:6.1 --mapping nope
    mkdir "$DIR/tmp"
    TMPDIR=$DIR/tmp "$BUILD/spawnscope" anatomy --kernel /nope -q >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    cat "$DIR/err"
    [ "$status" -eq 2 ]
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -q "'/nope': no such file" "$DIR/err"
    [ -z "$(ls "$DIR/tmp")" ]
    status=0
    TMPDIR=/nope "$BUILD/spawnscope" anatomy --kernel debian:6.1 -q >"$DIR/out" 2>"$DIR/err" </dev/null || status=$?
    [ "$status" -eq 2 ]
    grep -q 'set TMPDIR' "$DIR/err"
}

# Ends a run by that signal, once it has a guest.
end_by() { # SIGNAL STATUS
    local status=0
    TMPDIR=$DIR/tmp "$BUILD/spawnscope" anatomy --kernel debian:6.1 --size 1M -q >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    tool=$!
    eventually has_guest
    kill -"$1" "$tool"
    wait "$tool" || status=$?
    [ "$status" -eq "$2" ]
    eventually no_guest
    eventually is_empty "$DIR/tmp"
}

@test "SIGTERM and SIGKILL end the guest, and leave nothing" {
    need_kernel debian:6.1
    mkdir "$DIR/tmp"
    end_by TERM 143
    end_by KILL 137
}

is_empty() { # FOLDER
    [ -z "$(ls -A "$1")" ]
}

has_guest() {
    pgrep -f -- "$DIR/tmp" >/dev/null && pgrep -f "qemu-system.*$DIR/tmp" >/dev/null
}

no_guest() {
    ! pgrep -f -- "$DIR/tmp" >/dev/null
}
