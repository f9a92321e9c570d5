#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The difference of two anatomies names what came in at a program's start, in its first line, and
# so does the gate's headline. A guest counts one program.
#
# Takes long: it boots each kernel, with a plugin.
#
# shellcheck disable=SC2154,SC2016 # bats sets $status and $output

load lab.bash
load programs.bash

setup() {
    need_kernel debian:6.1
    cd "$BATS_TEST_TMPDIR" || return
    mkdir programs
}

# Stores the anatomy of a program: NAME.jsonl.
anatomy_of() { # NAME
    "$BUILD/spawnscope" anatomy --kernel debian:6.1 --births 2 --program "programs/$1" -q -o "$1.jsonl" >/dev/null
}

# Fails unless the first line of the difference, and the cause in its JSON, are like the pattern.
caused() { # A B PATTERN
    "$BUILD/spawnscope" anatomy --input "$1.jsonl" --against "$2.jsonl" >out
    head -n 1 out
    head -n 1 out | grep -Eq -- "^posix_spawn at 1M: [0-9,]+ -> [0-9,]+ instructions a birth, .*: $3"
    "$BUILD/spawnscope" anatomy --input "$1.jsonl" --against "$2.jsonl" --json >json
    jq -re '.cause' json | grep -Eq -- "^$3"
}

@test "libraries, relocations, memory maps and a slow constructor are named in the first line" {
    cc -shared -fPIC -O0 -x c -o libslow.so - <<<'static volatile long n;
        __attribute__((constructor)) static void warm_up(void) { for (int i = 0; i < 100000; i++) n += i; }
        int slow(void) { return 0; }'
    program constructor -Wl,--no-as-needed -L. -lslow "-Wl,-rpath,$PWD" <<<'int main(void) { return 0; }'
    program_dynamic
    program_libraries
    program_relocations
    program_maps
    for name in dynamic libraries relocations maps constructor; do
        anatomy_of "$name"
    done
    caused dynamic libraries '30 more libraries [(]lib[0-9]+[.]so, lib[0-9]+[.]so and 28 more[)]: [+][0-9,]+ instructions of the loader'
    caused libraries dynamic '30 fewer libraries [(]lib[0-9]+[.]so, lib[0-9]+[.]so and 28 more[)]: -[0-9,]+ instructions of the loader'
    caused dynamic relocations 'relocation: [+][0-9,]+ instructions'
    caused dynamic maps '2,000 more calls of mmap by main: [+][0-9,]+ instructions'
    caused dynamic constructor 'the constructors of libslow[.]so [(]not in A[)]: [+][0-9,]+ instructions, most in warm_up'
}

# Fails unless the gate finds a regression between two programs.
regressed() { # BUILD OPTION...
    local status=0
    "$1/spawnscope" gate --lab --kernel debian:6.1 --program programs/dynamic --program programs/libraries \
        --runs 2 --metric times "${@:2}" >out </dev/null || status=$?
    head -n 1 out
    [ "$status" -eq 1 ]
    head -n 1 out | grep -q '^regression: posix_spawn at 1M: total '
}

@test "the gate's headline names the cause, and its Markdown fits a comment; without an anatomy a line says why" {
    local cause='; cause: 30 more libraries [(]lib[0-9]+[.]so, lib[0-9]+[.]so and 28 more[)]: [+][0-9,]+ instructions of the loader'
    program_dynamic
    program_libraries
    regressed "$BUILD" --markdown summary.md --output json
    head -n 1 out | grep -Eq "$cause"
    jq -re '"; cause: " + .cause' json | grep -Eq "^$cause"
    sed -n 3p summary.md | grep -q 'cause: 30 more libraries'
    [ "$(wc -c <summary.md)" -lt 60000 ]
    copy_lab tree
    rm -f tree/bench/lab/anatomy
    regressed "$PWD/tree/build"
    refute grep -q 'cause: ' out
    tr -s ' \n' ' ' <out | grep -q 'the cause is not known: [a-z]'
    regressed "$BUILD" --no-explain
    refute grep -Eq 'cause: |cause is not known' out
}
