#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The rooms of the tree, by user/tests/layers.

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    PLANTED=$BATS_TEST_TMPDIR
}

# plant FILE CODE: an object beside those of the tree.
plant() {
    mkdir -p "$PLANTED/$(dirname "$1")"
    ${CC:-cc} -x c -c -o "$PLANTED/$1.o" - <<<"$2"
}

# Exactly this line, of both kinds of objects together.
found() { # LINE
    run user/tests/layers "$BUILD/obj" "$PLANTED"
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$output" = "$1" ]
}

@test "every file uses only the rooms below its own, and no files use each other in a circle" {
    user/tests/layers "$BUILD/obj"
}

@test "a call upwards is found" {
    plant user/text/low 'void high(void); void low(void) { high(); }'
    plant user/gate/print/high 'void high(void) {}'
    found 'user/text/low uses high of user/gate/print/high'
}

@test "a call from one command into another is found" {
    plant user/gate/print/one 'void other(void); void one(void) { other(); }'
    plant user/export/other 'void other(void) {}'
    found 'user/gate/print/one uses other of user/export/other'
}

@test "a call down to a room that the caller must not know is found" {
    plant user/collect/caller 'void stored(void); void caller(void) { stored(); }'
    plant user/store/stored 'void stored(void) {}'
    found 'user/collect/caller uses stored of user/store/stored'
}

@test "a call from the driver's program into the tool is found" {
    plant bench/parent/caller 'void tool(void); void caller(void) { tool(); }'
    plant user/text/tool 'void tool(void) {}'
    found 'bench/parent/caller uses tool of user/text/tool'
}

@test "a circle of files within a room is found" {
    plant user/table/one 'void two(void); void one(void) { two(); }'
    plant user/table/two 'void three(void); void two(void) { three(); }'
    plant user/table/three 'void one(void); void three(void) { one(); }'
    found 'circle: user/table/one uses two of user/table/two, which uses three of user/table/three, which uses one of user/table/one'
}

@test "a name that both programs define is found" {
    plant user/text/same 'void same(void) {}'
    plant bench/suite/same 'void same(void) {}'
    found 'bench/suite/same and user/text/same both define same'
}

@test "a room that prints though it must not is found" {
    plant user/store/printing 'int puts(const char *text); void printing(void) { puts(""); }'
    found 'user/store/printing uses puts'
}

@test "a room without a floor is found" {
    plant user/attic/caller 'void low(void); void caller(void) { low(); }'
    plant user/text/low 'void low(void) {}'
    found 'user/attic/caller: attic has no floor in user'
}

@test "times are written in one place, so that a microsecond looks the same everywhere" {
    run grep -rlw time_format user --include='*.[ch]'
    [ "$output" = user/text/numbers.c ]
}
