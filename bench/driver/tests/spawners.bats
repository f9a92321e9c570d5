#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Threads that spawn at the same time: that they do, and that no birth is lost.
#
# shellcheck disable=SC2154,SC2016 # bats sets $status and $output; the programs expand

load driver

@test "the threads really spawn at the same time" {
    # No program ends before another runs beside it: alone, the first would wait for ever.
    mkdir "$DIR/bin"
    cat >"$DIR/bin/pair" <<'EOF'
#!/bin/sh
mkdir "$0.$$"
while [ "$(ls -d "$0".* | wc -l)" -lt 2 ] && [ ! -e "$0-met" ]; do sleep 0.01; done
: >"$0-met"
rmdir "$0.$$"
EOF
    chmod +x "$DIR/bin/pair"
    for method in posix_spawn vfork-exec; do
        rm -f "$DIR/bin/pair-met"
        "$BENCH" --method $method --size 0 --spawners 3 --runs 6 --timeout 20 --program "$DIR/bin/pair" >"$DIR/out"
        [ "$(grep -c '^sample 0 [0-9]* 0 ' "$DIR/out")" -eq 6 ]
    done
    # One thread alone does not: its program is killed.
    rm -f "$DIR/bin/pair-met"
    run "$BENCH" --method posix_spawn --size 0 --spawners 1 --runs 1 --timeout 1 --program "$DIR/bin/pair"
    [[ $output == *"late 0 "* ]]
}

@test "each method that several threads can call has its samples, with who ended meanwhile" {
    "$BENCH" --method all --size 1M --spawners 1,4 --runs 20 --seed 1 >"$DIR/out"
    refute grep '^broken\|^late' "$DIR/out"
    grep '^skip' "$DIR/out" | refute grep -v 'this method makes one child at a time\|this libc has no pidfd_spawn'
    methods=$(grep -c '^cell' "$DIR/out")
    [ "$(grep -c '^sample [0-9]* [0-9]* 0 .* [0-9]*$' "$DIR/out")" -eq \
        $((20 * (methods - $(grep -c '^skip' "$DIR/out")))) ]
    # With one thread nothing else ends; with four something does. fork is cell 0 of each.
    one=$(sed -n 's/^cell \([0-9]*\) method=fork .*spawners=1$/\1/p' "$DIR/out")
    four=$(sed -n 's/^cell \([0-9]*\) method=fork .*spawners=4$/\1/p' "$DIR/out")
    [ "$(awk -v id="$one" '$1 == "sample" && $2 == id && $NF != 1' "$DIR/out" | wc -l)" -eq 0 ]
    [ "$(awk -v id="$four" '$1 == "sample" && $2 == id && $NF > 1' "$DIR/out" | wc -l)" -ge 10 ]
    # The main thread, and those that spawn.
    grep "^parent $four .* threads=5 " "$DIR/out"
}

@test "programs report to the thread that started them" {
    "$BENCH" --method fork-exec,vfork-exec,posix_spawn --size 0 --spawners 8 --runs 200 >"$DIR/out"
    # Each child once, and its own times between those of its call.
    [ "$(awk '$1 == "sample" { print $3 }' "$DIR/out" | sort | uniq -d | wc -l)" -le 2 ]
    awk '$1 == "sample" && !($5 < $8 && $8 <= $10) { print; bad = 1 } END { exit bad }' "$DIR/out"
}

@test "what is made for one call at a time is skipped with the reason" {
    "$BENCH" --method fork-exec --size 1M --spawners 2 --runs 1 --cache cold >"$DIR/out"
    grep '^skip 0 spawners: not with cache=cold' "$DIR/out"
    "$BENCH" --method fork --size 1M --spawners 2 --runs 1 --parent-write 4K >"$DIR/out"
    grep '^skip 0 spawners: not with parent_write' "$DIR/out"
    "$BENCH" --method clone --size 1M --spawners 2 --runs 1 >"$DIR/out"
    grep '^skip 0 spawners: this method makes one child at a time' "$DIR/out"
    one_line 2 "bad spawners '0'; must be from 1 to 256" "$BENCH" --spawners 0
}

@test "a program that fails ends the cell, and no thread or child stays" {
    copy_tool "$DIR/copy"
    "$DIR/copy/spawnscope-bench" --method posix_spawn --size 0 --spawners 4 --runs 20 --program /bin/false >"$DIR/out"
    grep "^broken 0 '/bin/false' ended with status 1" "$DIR/out"
    eventually none_left "$DIR/copy"
}

@test "a method whose program fails leaves the others of its parent their samples" {
    "$BENCH" --method fork-exec,fork --size 0 --spawners 2 --runs 10 --child /bin/false >"$DIR/out"
    grep "^broken 0 '/bin/false' ended with status 1" "$DIR/out"
    refute grep '^broken 1' "$DIR/out"
    [ "$(grep -c '^sample 1 [0-9]* 0 ' "$DIR/out")" -eq 10 ]
}

@test "every birth of every thread is recorded, and joined with its sample" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    "$BUILD/spawnscope" bench --method fork,vfork,posix_spawn --size 1M --spawners 6 --runs 60 -o "$DIR/run" >"$DIR/out" ||
        cat "$DIR/out"
    jq -e -s '.[0].phases.copy_mm.source or .[0].phases.clone_setup.source' "$DIR/run" >/dev/null || skip "no probes here"
    jq -e -s '.[-1] | .lost == 0 and .missed == 0 and .births == .started and .births > 200' "$DIR/run"
    # The phase that every birth has has a value in each sample.
    jq -e -s 'map(select(.type == "cell" and .key.trace == "phases") |
        .n == 60 and ([.phases[] | .ns // empty | map(select(. == null)) | length] | min) == 0) | length == 3 and all' "$DIR/run"
    jq -e -s 'map(select(.type == "cell") | .samples.each_ns | length) | all(. > 0)' "$DIR/run"
}
