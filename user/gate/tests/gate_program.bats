#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: programs, environments and C libraries as A and B.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

@test "a program that fails or hangs is an error in one line" {
    printf '#!/bin/sh\nexec sleep 1000\n' >"$DIR/hangs"
    chmod +x "$DIR/hangs"
    one_line 2 "B, posix_spawn at 1M: broken off: '.*/false' ended with status 1 \(a copy; " \
        "$TOOL" gate --ab --no-trace --program /bin/true --program /bin/false --pairs 5 --seed 1
    one_line 2 'posix_spawn at 1M: broken off: .*did not answer within 1 s' \
        "$TOOL" gate --ab --no-trace --timeout 1 --program "$DIR/hangs" --program "$DIR/hangs" --pairs 5
    one_line 2 'nonsense' "$TOOL" gate --ab --no-trace nonsense fork --pairs 5
}

@test "trouble stands in JSON, JUnit, KTAP and Markdown, and an old verdict in none" {
    echo '{"type": "gate", "verdict": "pass"}' >"$DIR/json"
    one_line 2 "'.*/false' ended with status 1 \(a copy; " "$TOOL" gate --ab --no-trace --program /bin/true \
        --program /bin/false --pairs 5 --seed 1 --junit "$DIR/xml" --ktap "$DIR/ktap" --markdown "$DIR/m" -o "$DIR/json"
    cat "$DIR/xml" "$DIR/ktap" "$DIR/m"
    xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" "$DIR/xml"
    grep -q 'failures="0" errors="1"' "$DIR/xml"
    grep -q '<error message="B, posix_spawn at 1M: broken off: ' "$DIR/xml"
    grep -qx 'not ok 1 compared' "$DIR/ktap"
    grep -q '^### .* spawnscope gate: trouble$' "$DIR/m"
    jq -e '.verdict == "trouble" and (.headline | startswith("B, posix_spawn at 1M: broken off: ")) and .metrics == []
        and (has("runs_a") or has("runs_b") or has("pairs") or has("margin") or has("alpha_pass") | not)' "$DIR/json"
    # Files that cannot be read, too.
    one_line 2 'none: No such file' "$TOOL" gate "$DIR/none" "$DIR/none" --junit "$DIR/xml"
    grep -q '<error message=".*none: No such file' "$DIR/xml"
    # What a run printed itself is said once, and stands in the files.
    one_line 2 '--program .*/missing: No such file' "$TOOL" gate --ab --no-trace --program /bin/true \
        --program "$DIR/missing" --pairs 5 -q --junit "$DIR/xml" -o "$DIR/json"
    grep -q '<error message="--program .*/missing: No such file' "$DIR/xml"
    jq -e '.headline | test("^--program .*/missing: No such file")' "$DIR/json"
}

@test "a run of B that does not end in time is a regression; one of A is trouble" {
    printf '#!/bin/sh\nexec sleep 4\n' >"$DIR/slow"
    chmod +x "$DIR/slow"
    local limit=(--ab --no-trace --runs 6 --pairs 5 --run-timeout 10 --seed 1)
    verdict 1 '^regression: B did not end: a run took more than 10 s; --run-timeout allows more; the longest of A took [0-9]\.[0-9] s$' \
        "${limit[@]}" --program /bin/true --program "$DIR/slow" --junit "$DIR/xml"
    xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" "$DIR/xml"
    grep -q 'tests="1" failures="1"' "$DIR/xml"
    one_line 2 'a run took more than 10 s; --run-timeout allows more' \
        "$TOOL" gate "${limit[@]}" --program "$DIR/slow" --program /bin/true
}

@test "a B whose samples reach their time limit is a regression, and only --timeout has that before the run's" {
    printf '#!/bin/sh\nexec sleep 1000\n' >"$DIR/hangs"
    chmod +x "$DIR/hangs"
    local ab=(--ab --no-trace --runs 1 --warmup 0 --pairs 5 --size 1M -q) seed
    # Either side goes first.
    for seed in 1 2 3; do
        verdict 1 '^regression: B did not end: .*the parent process did not answer within 5 s.*; the longest of A took [0-9.]* s$' \
            "${ab[@]}" --timeout 5 --seed $seed --program /bin/true --program "$DIR/hangs"
    done
    one_line 2 'A, posix_spawn at 1M: broken off: .*did not answer within 5 s' \
        "$TOOL" gate "${ab[@]}" --timeout 5 --seed 1 --program "$DIR/hangs" --program /bin/true
    # Without --timeout it is the run that ends.
    "$TOOL" gate "${ab[@]}" --run-timeout 77 --seed 1 --program /bin/true --program /bin/true --keep "$DIR/raw" || [ $? -eq 4 ]
    jq -se 'map(select(.type == "run").command | index("--timeout=77")) | length > 0 and all' "$DIR"/raw/*.jsonl
}

@test "a slower program to spawn is found" {
    printf '#!/bin/bash\nfor i in {1..3000}; do :; done\n' >"$DIR/slow"
    chmod +x "$DIR/slow"
    verdict 1 "^regression: posix_spawn at 1M: total$HIGHER" --ab --no-trace --pairs 10 --runs 5 --metric total \
        --program /bin/true --program "$DIR/slow"
}

@test "--program without a method that execs is refused" {
    one_line 2 'program: none of the methods execs a program' \
        "$TOOL" gate --ab --no-trace --pairs 2 --method fork,vfork --size 1M --program /bin/true --program /bin/false
    one_line 2 'program: none of the methods execs a program' \
        "$TOOL" bench --no-trace --method fork --size 1M --runs 1 --program /bin/true
}

@test "an environment variable is set for its side only" {
    "$TOOL" gate --ab --no-trace --env GATE_TEST=1 --method vfork --size 1M --runs 2 --pairs 2 >"$DIR/out" \
        2>"$DIR/err" || [ $? -eq 4 ]
    cat "$DIR/out" "$DIR/err"
    grep -q '^inconclusive: ' "$DIR/out"
    # The program to spawn gets it only on that side.
    printf '#!/bin/sh\n[ "$GATE_TEST" != 1 ]\n' >"$DIR/asks"
    chmod +x "$DIR/asks"
    one_line 2 "B, posix_spawn at 1M: broken off: '.*/asks' ended with status 1" \
        "$TOOL" gate --ab --no-trace --env GATE_TEST=1 --program "$DIR/asks" --program "$DIR/asks" --runs 2 --pairs 2
    one_line 2 'env does not reach into the lab' "$TOOL" gate --lab --env GATE_TEST=1 --kernel debian:6.1
}

# Makes two copies of this machine's C library, in a folder each.
two_libcs() {
    local file folder
    for folder in "$ROOM/$BATS_TEST_NUMBER-libc-a" "$ROOM/$BATS_TEST_NUMBER-libc-b"; do
        mkdir -p "$folder"
        for file in $(ldd "$TOOL-bench" | grep -Eo '/[^ ]*/(libc\.so\.6|ld-linux[^ ]*)'); do
            cp "$file" "$folder"
        done
    done
    A=$ROOM/$BATS_TEST_NUMBER-libc-a B=$ROOM/$BATS_TEST_NUMBER-libc-b
}

@test "the driver and its parents run with the C library of their side, and the runs name it" {
    two_libcs
    local status=0
    "$TOOL" gate --ab --no-trace --libc "$A" --libc "$B"/ld-linux* --method fork,posix_spawn --size 1M --runs 3 \
        --pairs 2 --keep "$DIR/raw" --json >"$DIR/json" 2>"$DIR/err" || status=$?
    [ "$status" -eq 4 ]
    cat "$DIR/err" "$DIR/json"
    jq -e --arg a "$A/libc.so.6" --arg b "$B/libc.so.6" '.differences == [
        {name: "libc_file", a: $a, b: $b, declared: true}] and .verdict == "inconclusive"' "$DIR/json"
    holds "$DIR/raw/pair-002-b.jsonl" 'run.environment.libc | test("^glibc 2")' '[cells | .n] == [3, 3]'
    again_the_same "$status"
    # Other runs with two libraries compare if the difference is declared.
    sed '1s/"gate":"[^"]*"/"gate":"other"/' "$DIR/raw/pair-001-a.jsonl" >"$DIR/one"
    sed '1s/"gate":"[^"]*"/"gate":"other"/' "$DIR/raw/pair-001-b.jsonl" >"$DIR/two"
    verdict 5 '^not comparable: libc_file ' "$DIR/one" "$DIR/two"
    verdict 4 '^inconclusive: ' --factor libc "$DIR/one" "$DIR/two"
    # Driver and subject map it, and no other.
    own_tool
    begin_own gate --ab --no-trace --libc "$A" --libc "$A" --method fork --size 1M --runs 100000
    eventually mapped_twice
    kill "$tool"
    exit_of "$tool" 143
    eventually not_mapped
}

mapped_twice() {
    local pid
    mapped=$(grep -ls "$A/libc.so.6" /proc/[0-9]*/maps)
    [ "$(wc -l <<<"$mapped")" -ge 2 ] || return 1
    for pid in $mapped; do
        # A process that just ended has no maps.
        [[ $(grep -os '/.*/libc\.so\.6' "$pid" | sort -u) =~ ^("$A/libc.so.6")?$ ]] || return 1
    done
}

not_mapped() {
    refute grep -qs "$A/libc.so.6" /proc/[0-9]*/maps
}

@test "a program is spawned with the C library of its side" {
    two_libcs
    printf 'int main(void) { return 0; }\n' | cc -x c -o "$DIR/nothing" -
    printf '#!/bin/sh\n' >"$DIR/script"
    chmod +x "$DIR/script"
    verdict 4 '^inconclusive: ' --ab --no-trace --libc "$A" --libc "$B" --program "$DIR/nothing" \
        --method posix_spawn,system --runs 3 --pairs 2
    # It exits with status 0 only if every C library that it maps is A's.
    printf '%s\n' '#include <stdio.h>' '#include <string.h>' 'int main(void) { char line[4096];' \
        'FILE *f = fopen("/proc/self/maps", "r"); while (fgets(line, sizeof(line), f))' \
        'if (strstr(line, "/libc.so") && !strstr(line, "libc-a/libc.so.6")) return 3; return 0; }' |
        cc -x c -o "$DIR/asks" -
    verdict 4 '^inconclusive: ' --ab --no-trace --libc "$A" --libc "$A" --program "$DIR/asks" --runs 3 --pairs 2
    one_line 2 "asks' ended with status 3" \
        "$TOOL" gate --ab --no-trace --libc "$A" --libc "$B" --program "$DIR/asks" --runs 3 --pairs 2
    one_line 2 "script' is not dynamically linked" \
        "$TOOL" gate --ab --no-trace --libc "$A" --libc "$B" --program "$DIR/script" --pairs 2
}

@test "an unusable C library is refused with a line that says what to do" {
    two_libcs
    local loader
    loader=$(basename "$B"/ld-linux*)
    mkdir "$DIR/empty" "$DIR/links" "$DIR/a:b" "$DIR/other" "$DIR/broken"
    ln -s /lib64/ld-linux* "$DIR/links"
    cp "$A"/* "$DIR/a:b"
    cp "$A"/* "$DIR/other"
    printf '\xb7\x00' | dd of="$DIR/other/$loader" bs=1 seek=18 conv=notrunc status=none # EM_AARCH64
    printf '#!/bin/sh\necho "no, not now"\nexit 1\n' >"$DIR/broken/$loader"
    one_line 2 'libc: name two' "$TOOL" gate --ab --libc "$A"
    one_line 2 'is one too many' "$TOOL" gate --ab --libc "$A" --libc "$A" --libc "$A"
    one_line 2 'in the lab are static; use --ab' "$TOOL" gate --lab --libc "$A" --libc "$A"
    one_line 2 'go with --ab' "$TOOL" gate --libc "$A" --libc "$B" x y
    refused() { one_line 2 "$2" "$TOOL" bench --no-trace --method fork --size 1M --runs 1 --libc "$1"; }
    refused "$DIR/none" "--libc '.*/none': No such file"
    refused "$DIR/empty" 'found no ld-linux.* with a libc.so.6; name the folder'
    refused "$DIR/links" 'found no ld-linux.*; name the folder'
    refused "$DIR/a:b" 'rename the folder'
    refused "$DIR/other" "$loader is for another machine than the driver"
    refused "$DIR/broken" "$loader: is not an ELF file|found no ld-linux"
    refused /bin/true 'found no ld-linux'
    # An older library lacks symbols that the driver needs.
    cp "$A"/* "$DIR/empty"
    sed -i 's/GLIBC_2\.34/GLIBC_9.34/g' "$DIR/empty/libc.so.6"
    refused "$DIR/empty" 'the driver does not run with it \(.*\); it takes a glibc'
    # A static driver contains its C library.
    copy_tool "$ROOM/$BATS_TEST_NUMBER"
    cp "$BUILD/static/spawnscope-bench" "$ROOM/$BATS_TEST_NUMBER" 2>/dev/null || skip "no static driver"
    one_line 2 'the driver is static' "$ROOM/$BATS_TEST_NUMBER/spawnscope" bench --no-trace --libc "$A"
}
