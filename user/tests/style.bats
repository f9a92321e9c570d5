#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What user/tests/style finds, in a small tree of its own.

setup() {
    STYLE=$BATS_TEST_DIRNAME/style
    C='// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause'
    cd "$BATS_TEST_TMPDIR" || return
    git init -q .
}

found() { # TEXT
    run "$STYLE"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"$1"* ]]
}

@test "a tree without a fault is silent" {
    printf '%s\n' "$C" '/* See a.c. */' 'int f(void *p)' '{' '	return !p;' '}' >a.c
    run "$STYLE"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "a file without a licence line of its kind is found" {
    echo 'int a;' >a.c
    found 'does not begin with "// SPDX'
}

@test "a file that is too long is found" {
    { echo "$C" && yes 'int a;' | head -n 600; } >a.c
    found '601 lines, more than 600'
}

@test "a count before a plural is found, but not of a whole" {
    mkdir -p user
    printf '%s\n' "$C" 'const char *a = "in 2 of %zu runs", *b = "%d births";' >user/a.c
    run "$STYLE"
    [ "$status" -eq 0 ]
    printf '%s\n' "$C" 'const char *a = "%zu births";' >user/a.c
    found '"%zu births": of 1, too'
    printf '%s\n' "$C" 'const char *a = "%" PRId64 " more calls";' >user/a.c
    found 'of 1, too'
}

@test "a folder with too many sources is found" {
    mkdir a.c
    for name in $(seq 21); do
        echo "$C" >"a.c/$name.c"
    done
    found '21 .c files, more than 20'
}

@test "C in another dialect is found, but not in strings and comments" {
    printf '%s\n' "$C" '/* p == NULL */' 'char *s = "p == NULL";' >a.c
    "$STYLE"
    echo 'int f(void *p) { return p == NULL; }' >>a.c
    found 'a.c:4: "== NULL": write !p'
}

@test "a counter that only its loop uses is found outside of it" {
    printf '%s\n' "$C" 'void f(int n)' '{' '	int i;' '' '	for (i = 0; i < n; i++)' '		g(i);' '}' >a.c
    found 'a.c:4: declare i in its loops'
    printf '%s\n' "$C" 'int f(int n)' '{' '	int i;' '' '	for (i = 0; i < n; i++)' '		g(i);' '	return i;' '}' >a.c
    "$STYLE"
}

@test "a word that has a plainer one is found, but not within another word" {
    printf '%s\n' "$C" '// ftell recommends what is transparent' >a.c
    "$STYLE"
    printf '%s%s\n' 'int is_de' 'ar_enough;' >>a.c
    found "a.c:3: \"de""ar\": use a plainer word"
}

@test "a file that a comment names and that does not exist is found" {
    printf '%s\n' "$C" '// user/attic/old.c has it' >a.c
    found 'user/attic/old.c does not exist'
    printf '%s\n' "$C" '// old.h has it' >a.c
    found 'no file is named old.h'
}
