#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The gate on programs in the lab: constants that are never read pass, and what a program does
# more at its start is a regression whose first line says where. A guest runs many programs.
#
# Takes long: its guests are traced by the instruction.
#
# shellcheck disable=SC2154,SC2016 # bats sets $status and $output

load lab.bash
load programs.bash

setup() {
    need_kernel debian:6.1
    cd "$BATS_TEST_TMPDIR" || return
    mkdir programs
}

# Executes two instructions for each loop, and has so many bytes of constants.
static_program() { # NAME LOOPS BYTES
    printf 'const char about[%d + 1] = {1};\nint main(void) { asm volatile("mov $%d, %%%%ecx; 1: dec %%%%ecx; jnz 1b" ::: "ecx"); return 0; }\n' \
        "$3" "$2" | program "$1" -static
}

# Runs all programs in one guest: NAME.jsonl for each.
run_programs() {
    "$BUILD/spawnscope" lab --kernel debian:6.1 --each programs:/lab/program -- bench --method posix_spawn --size 1M \
        --runs 15 --rounds 1 --untraced all --all-runs 3 --quiet --program /lab/program --output=- >runs
    find programs -type f -printf '%f\n' | LC_ALL=C sort >names
    awk '/^[{]"type":"run"/ { getline name <"names" } { print >(name ".jsonl") }' runs
    [ "$(grep -c '^{"type":"end"' runs)" -eq "$(wc -l <names)" ]
}

# Fails unless the first line of the comparison of A and B is like the pattern.
gated() { # STATUS PATTERN A B OPTION...
    local status=0
    "$BUILD/spawnscope" gate "$3.jsonl" "$4.jsonl" --metric times,counts "${@:5}" >out || status=$?
    echo "$4: $(head -n 1 out)"
    [ "$status" -eq "$1" ]
    head -n 1 out | grep -Eq -- "$2"
}

@test "constants pass, 1 % above the tolerance does not, and other starts are found with their place" {
    local n total tolerance own='(all|100 %|[89][0-9] %) of it in the program.s own start, between exec_load and exit'
    static_program base 1 0
    for n in 10 100 1000; do
        static_program "constants-$n" 1 "${n}000"
    done
    for n in 2 4 6 8 12 16; do # as bench/ci/pads does
        static_program "link-$n" 1 $((n * 69888))
    done
    program_maps -static
    program reads -static <<<'#include <fcntl.h>
        #include <unistd.h>
        char block[65536];
        int main(void) { for (int i = 0; i < 10; i++) {
            int file = open("/bin/busybox", O_RDONLY); while (read(file, block, sizeof(block)) > 0) ; close(file); }
            return 0; }'
    program_dynamic
    program_libraries
    program_relocations
    run_programs
    cat link-*.jsonl >links
    for n in 10 100 1000; do
        gated 0 '^pass: 3 exact metrics not worse$' base "constants-$n" --pads links
    done
    gated 1 "^regression: posix_spawn at 1M: total .*$own" base maps --pads links
    gated 1 "^regression: posix_spawn at 1M: total .*$own" base reads --pads links
    gated 1 "^regression: posix_spawn at 1M: total .*$own" dynamic libraries --tolerance 5%
    gated 1 "^regression: posix_spawn at 1M: total .*$own" dynamic relocations --tolerance 5%
    # Around the tolerance that is printed, by 1 % of the total.
    "$BUILD/spawnscope" gate base.jsonl constants-10.jsonl --metric times,counts --pads links --json >json
    read -r total tolerance < <(jq -r '.metrics[] | select(.metric == "total") | "\(.a | floor) \(.tolerance | floor)"' json)
    rm programs/*
    static_program below $(((tolerance - total / 100) / 2)) 0
    static_program beyond $(((tolerance + total / 100) / 2)) 0
    run_programs
    gated 0 '^pass: ' base below --pads links
    gated 1 "^regression: posix_spawn at 1M: total .*$own" base beyond --pads links
}

@test "libraries are found by the folder of the program, above it too, and below the temporary folder" {
    mkdir -p house/bin house/lib/deep far
    cc -shared -fPIC -x c -o house/lib/deep/libdeep.so - <<<'int deep(void) { return 3; }'
    cc -shared -fPIC -x c -o house/lib/libnear.so - -Lhouse/lib/deep -ldeep '-Wl,-rpath,$ORIGIN/deep' \
        <<<'int deep(void); int near(void) { return deep() + 1; }'
    cc -shared -fPIC -x c -o far/libfar.so - <<<'int far(void) { return 5; }'
    cc -x c -o house/bin/program - -Lhouse/lib -Lfar -lnear -lfar -Wl,--allow-shlib-undefined \
        "-Wl,-rpath,\$ORIGIN/../lib:$PWD/far" <<<'int near(void), far(void); int main(void) { return near() * 10 + far(); }'
    status=0
    house/bin/program || status=$?
    [ "$status" -eq 45 ]
    run "$BUILD/spawnscope" lab --no-icount --kernel debian:6.1 --add house/bin/program:/lab/program \
        --add house/bin/program:/other/place/program -- sh -c '/lab/program; echo $?; /other/place/program; echo $?
            touch /tmp/new && ls -d /tmp/*'
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = 45 ]
    [ "${lines[1]}" = 45 ]
    [[ $output == */tmp/new* ]]
}
