#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The man page and the commands' --help name the same options.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load tool.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    PAGE=$BATS_TEST_DIRNAME/../spawnscope.1
}

commands() {
    "$BUILD/spawnscope" --help | awk '/^Examples:/ { exit } /^  [a-z]/ { print $1 }'
}

# The long options that --help describes.
helped() { # COMMAND
    "$BUILD/spawnscope" "$1" --help | grep -oE '^ +(-[a-zA-Z?], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' |
        grep -vxE -- '--(help|usage|version)' | sort -u
}

# The lines of a command's sections, where - is no longer escaped.
sections() { # COMMAND
    local head=" ${1^^}(:|$)"
    case $1 in
    show | report | export) head='^.SH SHOW, REPORT AND EXPORT$' ;;
    esac
    awk -v head="$head" '/^\.SH / { on = $0 ~ head } on' "$PAGE" | sed 's/\\-/-/g'
}

options() {
    grep -oE -- '--[a-z][a-z-]*' | sort -u
}

@test "each option of each --help is in the man page, in the part about the command" {
    local command
    for command in $(commands); do
        echo "$command"
        sections "$command" | options >"$DIR/page"
        [ -s "$DIR/page" ]
        # These two hand their options for what to measure on to bench, and say so.
        case $command in
        gate | anatomy)
            sections "$command" | grep -q '^\.BR* bench'
            helped bench >>"$DIR/page"
            ;;
        esac
        helped "$command" | grep -vxFf "$DIR/page" >"$DIR/missing" || true
        diff /dev/null "$DIR/missing"
    done
}

@test "each option that the man page explains is one of the command" {
    local command
    for command in $(commands); do
        echo "$command"
        case $command in
        show | report | export)
            helped show
            helped report
            helped export
            ;;
        *) helped "$command" ;;
        esac >"$DIR/helped"
        # An explanation begins after .TP.
        sections "$command" | awk 'tag; { tag = /^\.TP/ }' | options | grep -vxFf "$DIR/helped" >"$DIR/unknown" || true
        diff /dev/null "$DIR/unknown"
    done
}

@test "the man page names no option that nothing has" {
    local command
    {
        for command in $(commands); do "$BUILD/spawnscope" "$command" --help; done
        "$BUILD/spawnscope-bench" --help
    } | options >"$DIR/known"
    sed 's/\\-/-/g' "$PAGE" | options | grep -vxFf "$DIR/known" >"$DIR/unknown" || true
    diff /dev/null "$DIR/unknown"
}

@test "man formats the page without a complaint" {
    command -v man >/dev/null || skip "man is not installed"
    man --warnings -E UTF-8 -l "$PAGE" 2>"$DIR/err" >/dev/null
    # A long word at the end of a line is none of ours.
    grep -v 'cannot adjust line$' "$DIR/err" >"$DIR/left" || true
    diff /dev/null "$DIR/left"
}
