#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: runs that --ab takes in turn.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

@test "equal sides are no regression, and kept runs give the same verdict again" {
    local status=0
    "$TOOL" gate --ab vfork vfork --no-trace --size 1M --pairs 6 --runs 20 --margin 100 --keep "$DIR/raw" \
        --json >"$DIR/json" 2>"$DIR/err" || status=$?
    jq -r .headline "$DIR/json"
    cat "$DIR/err"
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
    [ "$(printf '%s ' "$DIR/raw"/*)" = "$(printf '%s ' "$DIR/raw"/pair-00{1..6}-{a,b}.jsonl)" ]
    # Every two pairs are in ABBA or BAAB order.
    jq -e '.order | test("^(ABBA|BAAB){3}$")' "$DIR/json"
    again_the_same "$status" --margin 100
}

@test "kept runs are decided again at the same looks, and confirmed" {
    local status=0 ab=(--ab --no-trace --runs 15 --keep "$DIR/raw" --json)
    # Decided at the first of two looks, with its share of the error.
    "$TOOL" gate "${ab[@]}" vfork vfork --size 1M --pairs 40 --margin 1000 --metric call,total >"$DIR/json"
    [ "$(jq '.pairs, .alpha_pass' "$DIR/json" | tr '\n' ' ')" = '16 0.02 ' ]
    again_the_same 0 --margin 1000 --metric call,total
    # With a part of them, no more is claimed.
    rm "$DIR"/raw/pair-00[5-9]* "$DIR"/raw/pair-01*
    verdict 4 '^inconclusive: ' --margin 1000 --metric call,total "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
    grep -q '^4 of 40 pairs are here$' "$DIR/out"
    rm -r "$DIR/raw"
    printf '[grid]\nmethod = fork\nsize = 1M\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 128M\n' >"$DIR/b.ini"
    "$TOOL" gate "${ab[@]}" --pairs 9 "$DIR/a.ini" "$DIR/b.ini" >"$DIR/json" || status=$?
    [ "$status" -eq 1 ]
    again_the_same 1
    mkdir "$DIR/confirm"
    mv "$DIR"/raw/confirm-* "$DIR/confirm"
    verdict 4 '^inconclusive: .*slower in 9 pairs, but 0 of the fresh pairs that must confirm it are here' \
        "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
    one_line 2 'pair-001 is missing' "$TOOL" gate "$DIR"/confirm/*-a.jsonl -- "$DIR"/confirm/*-b.jsonl
}

# A parent's COW faults count while its child shares the pages, and of a page that both write only the first copies: so
# these counts vary with which of the two is faster, and three runs a side are apart by chance, too. What the fork itself
# copied is the same in all of them.
only_cow_varied() {
    [ "$status" -eq 4 ]
    head -n 1 "$DIR/out" | grep -Eq '^inconclusive: fork at 1M: cow_[a-z_]+: varies( in 3 repeats)?[,;] '
    [ "$(grep -Ec '^fork at 1M +(ptes_copied|page_table_bytes|vmas|failed) .* 0 % +same$' "$DIR/out")" -eq 4 ]
}

@test "kept runs are decided again by counts first" {
    need_root
    local status=0
    printf '[grid]\nmethod = fork\nsize = 1M\nruns = 3\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 2M\nruns = 3\n' >"$DIR/b.ini"
    "$TOOL" gate --ab "$DIR/a.ini" "$DIR/b.ini" --pairs 6 --keep "$DIR/raw" --json >"$DIR/json" || status=$?
    [ "$status" -eq 1 ]
    again_the_same 1
    rm -r "$DIR/raw"
    status=0
    "$TOOL" gate --ab "$DIR/a.ini" "$DIR/a.ini" --pairs 6 --margin 200 --keep "$DIR/raw" --json >"$DIR/json" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
    again_the_same "$status" --margin 200
    jq -e '[.metrics[].kind] | contains(["exact", "statistical"])' "$DIR/again"
    rm "$DIR"/raw/pair-*
    one_line 2 'pair-001 is missing' "$TOOL" gate "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl
    # On a busy machine probes are preempted, and miss runs or births: then nothing passes.
    status=0
    "$TOOL" gate -v --metric counts "$DIR"/raw/*-a.jsonl -- "$DIR"/raw/*-b.jsonl >"$DIR/out" || status=$?
    cat "$DIR/out"
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
    head -n 1 "$DIR/out" | grep -Eq '^pass: |^inconclusive: .* (probe runs? missed|births? without a record|records? lost)' ||
        only_cow_varied
}

@test "output belongs to the invoking user and goes only where that user may write" {
    need_root
    local room=$ROOM/$BATS_TEST_NUMBER ab=(--ab vfork vfork --size 1M --pairs 2 --runs 2 -q) output status=0
    export SUDO_UID=$NOBODY SUDO_GID=$NOBODY
    mkdir "$room" "$room/theirs" "$room/ours" "$room/open"
    chown "$NOBODY" "$room/theirs"
    chmod 1777 "$room/open"
    # A vfork has no counts, so times decide, for which two pairs are too few.
    "$TOOL" gate "${ab[@]}" --keep "$room/theirs/raw" -o "$room/theirs/json" >/dev/null || status=$?
    [ "$status" -eq 4 ]
    [ "$(stat -c %u "$room/theirs/raw" "$room/theirs/raw/"* "$room/theirs/json" | sort -u)" = "$NOBODY" ]
    one_line 2 'cannot keep runs in .*/raw: File exists; name a new folder' \
        "$TOOL" gate "${ab[@]}" --keep "$room/theirs/raw"
    one_line 2 'cannot keep runs in .*/ours/raw: Permission denied' "$TOOL" gate "${ab[@]}" --keep "$room/ours/raw"
    # Root follows no link that others made.
    unset SUDO_UID SUDO_GID
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000001 16417
    mkdir "$room/ours/into"
    for output in theirs open; do
        ln -s ../ours/into "$room/$output/folder"
        ln -s ../ours/into/file "$room/$output/file"
        chown -h "$NOBODY" "$room/$output/"*
        one_line 2 'cannot keep runs in .*/folder: (Not a directory|Too many levels)' \
            "$TOOL" gate "${ab[@]}" --keep "$room/$output/folder"
        for option in -o --junit --ktap --markdown; do
            "$TOOL" gate "$DIR/x" "$DIR/y" "$option" "$room/$output/file" >/dev/null 2>"$DIR/err" && false
            # With fs.protected_symlinks the kernel refuses: Permission denied.
            grep -Eq '^spawnscope: cannot write .*/file: (Too many levels of|Permission denied)' "$DIR/err"
        done
    done
    [ -z "$(ls -A "$room/ours/into")" ]
    rm -rf "$room"
}

@test "the same seed gives the same order of runs" {
    local i
    for i in 1 2; do
        "$TOOL" gate --ab vfork vfork --no-trace --size 1M --pairs 4 --runs 2 --seed 5 --json >"$DIR/$i" || true
    done
    [ "$(jq -r .order "$DIR/1")" = "$(jq -r .order "$DIR/2")" ]
    jq -e '.order | length == 8' "$DIR/1"
}

@test "a large regression shows in few pairs and is confirmed in fresh ones" {
    printf '[grid]\nmethod = fork\nsize = 1M\nruns = 15\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 128M\nruns = 15\n' >"$DIR/b.ini"
    verdict 1 "^regression: fork at 1M: (call|total)$HIGHER" --ab --no-trace --pairs 10 "$DIR/a.ini" "$DIR/b.ini"
    grep -q '^confirmed in 10 fresh pairs' "$DIR/out"
}

@test "counts decide first if tracing is possible" {
    need_root
    printf '[grid]\nmethod = fork\nsize = 16M\nruns = 5\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 17M\nruns = 5\n' >"$DIR/b.ini"
    # The first one named may also be the pages of page tables.
    verdict 1 '^regression: fork at 16M: ' --ab --pairs 5 "$DIR/a.ini" "$DIR/b.ini"
    grep -Eq '^fork at 16M +ptes_copied .* regression$' "$DIR/out"
    tr '\n' ' ' <"$DIR/out" | grep -q 'the counts decided'
}

@test "with --metric times, counts do not gate" {
    need_root
    printf '[grid]\nmethod = fork\nsize = 1M\nruns = 15\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 2M\nruns = 15\n' >"$DIR/b.ini"
    verdict 0 '^pass: 2 timed metrics' --ab --pairs 5 --margin 1000 --metric times --keep "$DIR/raw" \
        "$DIR/a.ini" "$DIR/b.ini"
    [ "$(printf '%s ' "$DIR"/raw/*)" = "$(printf '%s ' "$DIR"/raw/pair-00{1..5}-{a,b}.jsonl)" ]
    # The same for runs that were taken for both and are decided again.
    "$TOOL" gate --ab --pairs 5 --keep "$DIR/both" "$DIR/a.ini" "$DIR/a.ini" >/dev/null || [ $? -eq 4 ]
    "$TOOL" gate --json --margin 1000 --metric times "$DIR"/both/*-a.jsonl -- "$DIR"/both/*-b.jsonl >"$DIR/json"
    jq -e '[.metrics[] | select(.kind != "shown") | .metric] | unique == ["call", "call_mean", "total", "total_mean"]' "$DIR/json"
    one_line 2 'metric: --ab measures times and counts; for phases use --lab' \
        "$TOOL" gate --ab fork vfork --metric copy_mm,wake
}

@test "an option for both sides does not override what makes them differ" {
    printf '[grid]\nmethod = fork\nsize = 1M\n' >"$DIR/a.ini"
    printf '[grid]\nmethod = fork\nsize = 2M\n' >"$DIR/b.ini"
    ab=("$TOOL" gate --ab --no-trace --pairs 2)
    one_line 2 'A and B name what is measured: leave out' "${ab[@]}" fork vfork --method fork
    one_line 2 'A and B name what is measured: leave out' "${ab[@]}" fork vfork --suite quick
    one_line 2 'A and B name what is measured: leave out' "${ab[@]}" "$DIR/a.ini" "$DIR/b.ini" --method fork
    one_line 2 'a suite file describes its parents' "${ab[@]}" "$DIR/a.ini" "$DIR/b.ini" --size 1M
    one_line 2 'a suite file describes its parents' "${ab[@]}" quick "$DIR/b.ini" --parent-write 4K
    # Options that are not part of the grid are for both sides.
    verdict 4 '^inconclusive: ' --ab --no-trace --pairs 2 "$DIR/a.ini" "$DIR/b.ini" --runs 2 --warmup 1
}

@test "an interrupt leaves no process" {
    local signal pid
    own_tool
    for signal in INT TERM KILL; do
        "$OWN/spawnscope" gate --ab fork fork --no-trace --size 64M --runs 100000 >"$DIR/out" 2>"$DIR/err" \
            </dev/null 3>&- &
        pid=$!
        eventually subject_runs
        kill "-$signal" "$pid"
        case $signal in
        KILL) exit_of "$pid" 137 ;;
        *)
            exit_of "$pid" "$((128 + $(kill -l "$signal")))"
            grep -q '^spawnscope: interrupted by signal' "$DIR/err"
            ;;
        esac
        eventually none_left "$OWN"
    done
}

@test "Ctrl-C: one line of gate, none of the bench inside it, and a shell's loop ends" {
    local loop
    own_tool
    cat >"$DIR/loop" <<LOOP
while :; do
    "$OWN/spawnscope" gate --ab fork fork --no-trace -q --size 64M --runs 100000
    [ \$? -ne 137 ] || exit # killed by this test's end
done
LOOP
    setsid env --default-signal=INT bash "$DIR/loop" >"$DIR/out" 2>"$DIR/err" </dev/null 3>&- &
    loop=$!
    eventually subject_runs
    # So that the bench has printed its first lines, if it prints any.
    sleep 1
    kill -INT -- "-$loop"
    exit_of "$loop" 130
    cat "$DIR/out" "$DIR/err"
    [ "$(wc -l <"$DIR/err")" -eq 1 ]
    grep -q '^spawnscope: interrupted by signal' "$DIR/err"
    [ ! -s "$DIR/out" ]
    eventually none_left "$OWN"
}

subject_runs() {
    [ "$(processes "$OWN" spawnscope-bench | wc -l)" -ge 2 ]
}

# Makes a suite of forks of these sizes.
suite() { # FILE SIZES
    printf '[grid]\nmethod = fork\nsize = %s\nruns = 15\n' "$2" >"$DIR/$1.ini"
}

gate() { # CODE ARG...
    local code=$1 status=0
    shift
    "$TOOL" gate --ab --no-trace --margin 1000 -q "$@" >"$DIR/out" 2>"$DIR/err" || status=$?
    cat "$DIR/out" "$DIR/err"
    [ "$status" -eq "$code" ]
    [ ! -s "$DIR/err" ]
}

@test "a cell of B is compared with one cell of A, and a missing one does not pass" {
    suite a '64M, 1M'
    suite b '1M, 128M'
    gate 4 --pairs 6 --json "$DIR/a.ini" "$DIR/b.ini"
    jq -e '([.metrics[] | select(.cell == "fork at 1M" and .kind != "shown") | .verdict] | unique == ["pass"])
        and ([.metrics[] | select(.cell == "fork at 64M")] | map([.metric, .verdict, .note])
             == [["samples", "inconclusive", "only A has it"]])
        and (.notes | contains(["1 cell only in A", "1 cell only in B"]))' "$DIR/out"
}

@test "cells of other sizes in the same place are compared, and a note says so" {
    suite a '1M, 2M'
    suite b '1M, 4M'
    # Of the call alone: on a busy machine the child's wait for a CPU would make it inconclusive.
    gate 0 --metric call --pairs 6 "$DIR/a.ini" "$DIR/b.ini"
    grep -q '^fork at 2M is compared with fork at 4M of B$' "$DIR/out"
    refute grep -q 'fork at 1M is compared' "$DIR/out"
}

@test "a note says why nothing could be measured" {
    gate 5 --pairs 1 fork vfork --size 100000G
    head -n 1 "$DIR/out" | grep -q '^not comparable: no cell and metric that both have was measured$'
    grep -q '^fork at 100000G: neither side has it.*: needs ' "$DIR/out"
}
