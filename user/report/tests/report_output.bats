#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command report: what it refuses, and how it writes its output.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load ../../tests/tool.bash
load report.bash

start_early() {
    browser_modules
    made_run >"$ROOM/one.jsonl"
    "$TOOL" report "$ROOM/one.jsonl" -o "$ROOM/one.html"
}

# Refused with one line, and the existing page is unchanged.
refused() { # PATTERN ARG...
    local pattern=$1
    shift
    echo before >"$DIR/page.html"
    one_line 2 "$pattern" "$TOOL" report "$@" -o "$DIR/page.html"
    [ "$(cat "$DIR/page.html")" = before ]
    [ -z "$(find "$DIR" -name '.spawnscope*')" ]
}

@test "bad input: one line, exit 2, and no page" {
    : >"$DIR/empty"
    echo 'hello' >"$DIR/foreign"
    head -c 4096 /dev/urandom >"$DIR/bytes"
    made_run '.[0].schema = 99' >"$DIR/newer"
    made_run '.[:-1]' >"$DIR/torn"
    made_run '[.[0], .[-1]]' >"$DIR/hollow"
    made_run '.[1].n = 3' >"$DIR/damaged"
    refused 'empty: is empty' "$DIR/empty"
    refused 'foreign: .*not a spawnscope result' "$DIR/foreign"
    refused 'bytes: ' "$DIR/bytes"
    refused 'newer: schema 99 is newer' "$DIR/newer"
    refused 'torn: the run broke off.*--truncated' "$DIR/torn"
    refused 'hollow: holds no measurement' "$DIR/hollow"
    made_run '.[0].scenario = "daemon" | [.[0], {type: "observation", name: "call", unit: "ns", key: {way: "fork"}, n: 1, values: [5]}, .[-1]]' >"$DIR/daemon"
    refused 'daemon: is of a scenario, which .spawnscope scenario --input. prints' --format markdown "$DIR/daemon"
    refused 'damaged: line 2' "$DIR/damaged"
    refused 'nowhere: No such file' "$DIR/nowhere"
    refused 'Is a directory' "$DIR"
    refused 'torn' "$ROOM/one.jsonl" "$DIR/torn"
    made_verdict '.schema = 9' >"$DIR/later.json"
    refused 'later.json: its schema is newer' "$ROOM/one.jsonl" "$DIR/later.json"
    made_verdict '.verdict = "maybe"' >"$DIR/maybe.json"
    refused 'maybe.json: damaged' "$ROOM/one.jsonl" "$DIR/maybe.json"
    made_verdict '.metrics = [7]' >"$DIR/seven.json"
    refused 'seven.json: damaged' "$ROOM/one.jsonl" "$DIR/seven.json"
    refused 'needs a run'
    refused "--format 'x.x1b': must be" --format $'x\x1b' "$ROOM/one.jsonl"
    refused 'unknown option' --nonsense "$ROOM/one.jsonl"
}

@test "a page that cannot be written: one line, exit 2, nothing left" {
    one_line 2 'cannot write .*No such file' "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/no/page.html"
    one_line 2 'cannot write .*Is a directory' "$TOOL" report "$ROOM/one.jsonl" -o "$DIR"
    one_line 2 'cannot write /dev/full: No space' "$TOOL" report "$ROOM/one.jsonl" -o /dev/full
    refute test -e "$DIR/no"
    # A file of limited size stands for a full disk.
    echo before >"$DIR/page.html"
    (ulimit -f 8 && trap '' XFSZ && one_line 2 'cannot write .*File too large' \
        "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/page.html")
    [ "$(cat "$DIR/page.html")" = before ]
    [ -z "$(find "$DIR" -name '.spawnscope*')" ]
}

@test "a page takes the place of the one before, with its rights; a link stays a link" {
    echo old >"$DIR/real.html"
    chmod 640 "$DIR/real.html"
    ln -s real.html "$DIR/page.html"
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/page.html"
    [ -L "$DIR/page.html" ]
    cmp "$DIR/real.html" "$ROOM/one.html" || block_holds "$DIR/real.html" '.runs[0].name == "one"'
    [ "$(stat -c %a "$DIR/real.html")" = 640 ]
    (umask 027 && "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/new.html")
    [ "$(stat -c %a "$DIR/new.html")" = 640 ]
}

@test "a link to a file that is not there yet stays a link" {
    mkdir "$DIR/there"
    ln -s there/real.html "$DIR/page.html"
    ln -s "$DIR/page.html" "$DIR/there/page.html"
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/there/page.html"
    [ -L "$DIR/page.html" ]
    [ -L "$DIR/there/page.html" ]
    block_holds "$DIR/there/real.html" '.runs[0].name == "one"'
    ln -s nowhere/real.html "$DIR/lost.html"
    one_line 2 'cannot write .*No such file' "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/lost.html"
    [ -L "$DIR/lost.html" ]
}

# Fails at a file size limit with 8 KiB of the page written.
limited() { # COMMAND...
    echo before >"$DIR/page.html"
    (ulimit -f 8 && "$@" report "$ROOM/one.jsonl" -o "$DIR/page.html" 2>"$ROOM/err" && exit 1
        exit 0)
    [ "$(cat "$ROOM/err")" = "spawnscope: cannot write $DIR/page.html: File too large" ]
    [ "$(ls -A "$DIR")" = page.html ]
    [ "$(cat "$DIR/page.html")" = before ]
}

@test "a report that fails while it writes leaves the old page and nothing else" {
    limited "$TOOL"
}

@test "the same on file systems without unnamed files" {
    need_root
    need_mounts
    ! has_sanitizers || skip "a sanitizer needs /proc"
    # Without /proc an unnamed file cannot get a name.
    limited unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' - "$TOOL"
    (umask 027 && unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' - "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/new.html")
    cmp "$DIR/new.html" <("$TOOL" report "$ROOM/one.jsonl")
    [ "$(stat -c %a "$DIR/new.html")" = 640 ]
    [ "$(find "$DIR" -type f | wc -l)" -eq 2 ]
}

@test "a page has whatever name the file system takes" {
    local name
    name=$(printf 'x%.0s' {1..250}).html
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/$name"
    "$TOOL" report "$ROOM/one.jsonl" -o "$DIR/$name"
    [ "$(ls -A "$DIR")" = "$name" ]
}

@test "the command in the page makes the page again" {
    made_run '.[:-1]' >"$DIR/-a b.jsonl"
    made_verdict >"$DIR/-o.json"
    (cd "$DIR" && "$TOOL" report --truncated -- "-a b.jsonl" -o.json >first.html)
    look text "$DIR/first.html" "spawnscope report --truncated -o page.html -- '-a b.jsonl' -o.json"
    (cd "$DIR" && "$TOOL" report --truncated -o page.html -- '-a b.jsonl' -o.json)
    cmp "$DIR/first.html" "$DIR/page.html"
}

@test "runs from standard input, pages to a pipe" {
    "$TOOL" report - <"$ROOM/one.jsonl" | grep -q '<p class="runs">standard input</p>'
    "$TOOL" report "$ROOM/one.jsonl" -o - | head -n 1 | grep -qF '<!DOCTYPE html>'
}

@test "--help has examples" {
    "$TOOL" report --help | grep -qF 'spawnscope report run.jsonl -o page.html'
}
