#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The completions that user/completions makes from what the programs say of themselves.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # what tool.bash sets

load tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    FILES=$ROOM/completions
    [ -e "$FILES" ] || user/completions "$BUILD/spawnscope" "$FILES"
}

# complete_bash WORD...: what bash offers for the last word, sorted, on one line. As readline does, it
# makes words of their own of `=`.
complete_bash() {
    bash --norc -c '
        source "$0"
        COMP_WORDS=(spawnscope "$@")
        COMP_CWORD=$#
        _spawnscope spawnscope
        printf "%s\n" "${COMPREPLY[@]}"' "$FILES/spawnscope" "$@" | sort | paste -sd ' '
}

commands() {
    "$BUILD/spawnscope" --help | awk '/^Examples:/ { exit } /^  [a-z]/ { print $1 }'
}

# The long options of --help. [=ARG] is not used.
help_options() { # COMMAND
    "$BUILD/spawnscope" "$1" --help | grep -oE '^ +(-[a-z?], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u
}

@test "bash offers the commands, and their options as --help lists them" {
    [ "$(complete_bash '')" = "$({ commands; printf '%s\n' help --help --version; } | sort | paste -sd ' ')" ]
    [ "$(complete_bash pro)" = profile ]
    [ "$(complete_bash help ga)" = gate ]
    for command in $(commands); do
        complete_bash "$command" - | tr ' ' '\n' | grep -vx -e --help -e --usage -e --version >"$DIR/offered"
        help_options "$command" | grep -vx -e --help -e --usage -e --version >"$DIR/listed"
        diff "$DIR/listed" "$DIR/offered"
        [ -s "$DIR/offered" ]
    done
}

@test "closed lists are completed, with and without =, and after a comma" {
    [ "$(complete_bash profile --detail '')" = "calls full light" ]
    [ "$(complete_bash profile --detail = l)" = light ]
    [ "$(complete_bash profile --detail =)" = "calls full light" ]
    [ "$(complete_bash profile --sort b)" = births ]
    [ "$(complete_bash bench --sort r)" = ratio ]
    [ "$(complete_bash doctor -t k)" = kprobe ]
    [ "$(complete_bash bench --show co)" = cow ]
    [ "$(complete_bash bench --show cow,tr)" = cow,tracing ]
    [ "$(complete_bash bench --method = fork,vfork-)" = fork,vfork-exec ]
    [ "$(complete_bash bench --suite '')" = "overhead program quick standard" ]
    [ "$(complete_bash gate --pages '')" = "4k thp" ]
    # What gate hands on to bench.
    [ "$(complete_bash gate --untraced '')" = "all none smallest" ]
    # A file has no words: the shell's own completion goes on.
    [ -z "$(complete_bash bench -o '')" ]
    [ -z "$(complete_bash bench --size '')" ]
}

# So that no list of words is left behind where a parser learns one.
@test "the words are those that the programs take, and all that they name in their complaints" {
    for of in 'export --format' 'report --format' 'gate --format' 'profile --by' 'profile --sort' \
        'profile --detail' 'profile --weight' 'profile --trace' 'profile --method' 'show --show' \
        'show --sort' 'bench --show' 'bench --sort' 'bench --trace' 'bench --untraced' 'gate --on-inconclusive' 'doctor --trace'; do
        read -r command option <<<"$of"
        run -2 --separate-stderr "$BUILD/spawnscope" "$command" "$option" nonsense
        [[ $stderr == *": must be "* ]]
        sed "s/.*: must be //; s/,//g; s/ or / /" <<<"$stderr" | tr ' ' '\n' | sort | paste -sd ' ' >"$DIR/named"
        complete_bash "$command" "$option" '' | diff "$DIR/named" -
    done
    "$BUILD/spawnscope-bench" --list | awk '/^suites:/ { exit } /^  / { print $1 } END { print "all" }' |
        sort | paste -sd ' ' | diff - <(complete_bash bench --method '')
}

@test "after -- stands a command" {
    mkdir "$DIR/bin"
    printf '#!/bin/sh\n' >"$DIR/bin/zzz-of-a-test"
    chmod +x "$DIR/bin/zzz-of-a-test"
    PATH=$DIR/bin:$PATH
    [ "$(complete_bash bench --runs 3 -- zzz-of)" = zzz-of-a-test ]
    [ "$(complete_bash profile -- zzz-of)" = zzz-of-a-test ]
    [ -z "$(complete_bash profile -- zzz-of-a-test --detail '')" ]
    [ "$(complete_bash lab --kernel x -- "do")" = doctor ]
}

@test "no completion runs the tool" {
    refute grep -E '\$\(spawnscope|`spawnscope' "$FILES"/*
    ! PATH=/usr/bin:/bin command -v spawnscope >/dev/null || skip "spawnscope is installed"
    [ "$(PATH=/usr/bin:/bin complete_bash profile --by st)" = stack ]
}

@test "the files for zsh and fish have every option of every command, and are well-formed" {
    for command in $(commands); do
        "$BUILD/spawnscope" "$command" --list-options >"$DIR/options" 2>/dev/null || continue
        while IFS=$'\t' read -r short name _; do
            grep -qE -- "'--$name(=|\[)" "$FILES/_spawnscope"
            grep -qF -- "from $command' -l $name " "$FILES/spawnscope.fish"
            [ "$short" = - ] || grep -qF -- "from $command' -l $name -s $short " "$FILES/spawnscope.fish"
        done <"$DIR/options"
    done
    grep -q -- "-l sort .*-a 'work births errors call median max rss name'" "$FILES/spawnscope.fish"
    grep -qF -- ':LIST:_values -s , LIST 4k thp' "$FILES/_spawnscope"
    bash -n "$FILES/spawnscope"
    # The quotes of zsh that we use are those of bash.
    bash -n "$FILES/_spawnscope"
    if command -v zsh >/dev/null; then
        zsh -n "$FILES/_spawnscope"
    fi
    if command -v fish >/dev/null; then
        fish -n "$FILES/spawnscope.fish"
    fi
}

@test "--list-options is for programs: a line an option, of five fields" {
    for command in $(commands); do
        [ "$command" != lab ] || continue
        "$BUILD/spawnscope" "$command" --list-options >"$DIR/options"
        [ -s "$DIR/options" ]
        refute grep -vE $'^[^\t]\t[a-z-]+\t[^\t]*\t[^\t]*\t[^\t]*$' "$DIR/options"
    done
}
