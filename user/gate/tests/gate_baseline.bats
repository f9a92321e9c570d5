#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: baselines.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

@test "a baseline is saved, compared with, and replaced only by --save" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 20000
    "$TOOL" gate --baselines "$DIR/deep/folder" --save main "$DIR/x" | grep -q '^saved 1 run as baseline main'
    cmp "$DIR/x" "$DIR/deep/folder/main/1.jsonl"
    verdict 1 '^regression: fork at 64M: ptes_copied' --baselines "$DIR/deep/folder" --baseline main "$DIR/y"
    grep -Eq 'baseline main: saved [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5} UTC, 0\.0 days ago' "$DIR/out"
    cmp "$DIR/x" "$DIR/deep/folder/main/1.jsonl"
    "$TOOL" gate --baselines "$DIR/deep/folder" --save main "$DIR/y" "$DIR/x" >/dev/null
    cmp "$DIR/y" "$DIR/deep/folder/main/1.jsonl"
    cmp "$DIR/x" "$DIR/deep/folder/main/2.jsonl"
    [ "$(ls -A "$DIR/deep/folder")" = main ]
    # A smaller baseline leaves nothing of a larger one.
    "$TOOL" gate --baselines "$DIR/deep/folder" --save main "$DIR/x" >/dev/null
    [ "$(printf '%s ' "$DIR/deep/folder/main"/*)" = "$(printf '%s ' "$DIR/deep/folder/main"/{1.jsonl,baseline.json})" ]
}

@test "a baseline that is missing, expired, from the future or from another kernel is not comparable" {
    local saved
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417 'kernel_release="7.0"'
    verdict 5 '^not comparable: there is no baseline main in .*: make one with --save main' \
        --baselines "$DIR/b" --baseline main "$DIR/x"
    "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" >/dev/null
    verdict 5 '^not comparable: kernel_release' --baselines "$DIR/b" --baseline main "$DIR/y"
    saved=$(jq .saved "$DIR/b/main/baseline.json")
    jq ".saved = $((saved - 10 * 86400))" "$DIR/b/main/baseline.json" >"$DIR/about"
    cp "$DIR/about" "$DIR/b/main/baseline.json"
    verdict 5 '^not comparable: baseline main has expired: .* 10\.0 days ago; --max-age allows 9' \
        --baselines "$DIR/b" --baseline main --max-age 9d "$DIR/x"
    verdict 0 '^pass: ' --baselines "$DIR/b" --baseline main --max-age 11 --metric counts "$DIR/x"
    jq ".saved = $((saved + 10 * 86400))" "$DIR/about" >"$DIR/b/main/baseline.json"
    verdict 5 '^not comparable: .*in the future' --baselines "$DIR/b" --baseline main "$DIR/x"
}

@test "a damaged baseline is refused in one line" {
    local about
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" >/dev/null
    for about in '' '{' '[]' '{"schema":1,"saved":-1,"runs":1}' '{"schema":1,"saved":1,"runs":1e9}' \
        '{"schema":1,"saved":9223372036854775807,"runs":1}' '{"schema":1,"saved":1,"runs":2000000000}'; do
        echo "$about" >"$DIR/b/main/baseline.json"
        one_line 2 'baseline.json is (missing or )?damaged' "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
    done
    echo '{"schema":2,"saved":1,"runs":1}' >"$DIR/b/main/baseline.json"
    one_line 2 'schema 2 is newer' "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
    echo '{"schema":1,"saved":1,"runs":2}' >"$DIR/b/main/baseline.json"
    one_line 2 '2.jsonl: No such file' "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
}

@test "no name and no link leads out of the folder" {
    local name
    stored "$DIR/x" 1000000 16417
    mkdir -p "$DIR/b" "$DIR/elsewhere"
    for name in '' . .. ../b a/b /etc '.hidden' '-x' $'a\nb' 'a b' "$(printf 'a%.0s' {1..65})"; do
        one_line 2 'bad name of a baseline' "$TOOL" gate --baselines "$DIR/b" "--save=$name" "$DIR/x"
        one_line 2 'bad name of a baseline' "$TOOL" gate --baselines "$DIR/b" "--baseline=$name" "$DIR/x"
    done
    [ -z "$(ls -A "$DIR/b")" ]
    ln -s ../elsewhere "$DIR/b/link"
    one_line 2 'b/link exists and is not a baseline' "$TOOL" gate --baselines "$DIR/b" --save link "$DIR/x"
    [ -z "$(ls -A "$DIR/elsewhere")" ]
    [ -L "$DIR/b/link" ]
    ln -s ../elsewhere "$DIR/b/other"
    verdict 5 '^not comparable: there is no baseline other' --baselines "$DIR/b" --baseline other "$DIR/x"
}

@test "a run that cannot be read is not saved, and a folder that cannot be written is named" {
    stored "$DIR/x" 1000000 16417
    head -n 2 "$DIR/x" >"$DIR/truncated"
    one_line 2 'a truncated run' "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" "$DIR/truncated"
    [ ! -e "$DIR/b" ]
    : >"$DIR/file"
    one_line 2 'cannot save the baseline .*/file/main: (Not a directory|File exists)' \
        "$TOOL" gate --baselines "$DIR/file" --save main "$DIR/x"
}

@test "only a baseline is replaced by a baseline" {
    local before
    stored "$DIR/x" 1000000 16417
    mkdir -p "$DIR/d/src" "$DIR/d/empty"
    echo code >"$DIR/d/src/main.c"
    echo text >"$DIR/d/README.md"
    before=$(find "$DIR/d" | sort)
    for name in src empty README.md; do
        one_line 2 "d/$name exists and is not a baseline: choose another name" \
            "$TOOL" gate --baselines "$DIR/d" --save "$name" "$DIR/x"
    done
    [ "$(find "$DIR/d" | sort)" = "$before" ]
    # A baseline with a foreign file is not replaced.
    "$TOOL" gate --baselines "$DIR/d" --save good "$DIR/x" >/dev/null
    "$TOOL" gate --baselines "$DIR/d" --save good "$DIR/x" >/dev/null
    echo why >"$DIR/d/good/notes"
    one_line 2 'd/good exists and is not a baseline' "$TOOL" gate --baselines "$DIR/d" --save good "$DIR/x"
    grep -q why "$DIR/d/good/notes"
}

@test "a pipe is not saved, since it can be read only once" {
    stored "$DIR/x" 1000000 16417
    mkfifo "$DIR/fifo"
    one_line 2 'fifo is not a file: store the run in one first' "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/fifo"
    one_line 2 '^spawnscope: - is not a file: store the run in one first' \
        "$TOOL" gate --baselines "$DIR/b" --save main - <"$DIR/x"
    one_line 2 '/dev/fd/[0-9]+ is not a file' "$TOOL" gate --baselines "$DIR/b" --save main <(cat "$DIR/x")
    [ ! -e "$DIR/b" ]
}

@test "a truncated baseline needs --truncated" {
    stored "$DIR/x" 1000000 16417
    stored "$DIR/y" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save main "$DIR/x" "$DIR/y" >/dev/null
    sed -i '$d' "$DIR/b/main/2.jsonl"
    one_line 2 'baseline main, 2.jsonl: a truncated run without an end line; save it again' \
        "$TOOL" gate --baselines "$DIR/b" --baseline main "$DIR/x"
    verdict 0 '^pass: ' --baselines "$DIR/b" --baseline main --truncated --metric counts "$DIR/x"
    grep -q 'A: a truncated run' "$DIR/out"
    # It is not saved, either.
    one_line 2 '2.jsonl: a truncated run' "$TOOL" gate --baselines "$DIR/b" --save cut "$DIR/b/main/2.jsonl"
}

@test "--ab neither uses nor saves a baseline, and the existing one stays" {
    stored "$DIR/x" 1000000 16417
    "$TOOL" gate --baselines "$DIR/b" --save good "$DIR/x" >/dev/null
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --baseline good
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --save good
    one_line 2 'go with stored runs or --lab.*--ab' "$TOOL" gate --baselines "$DIR/b" --ab --lab --save good
    one_line 2 'baseline and --save' "$TOOL" gate --baselines "$DIR/b" --lab --baseline good --save good
    cmp "$DIR/x" "$DIR/b/good/1.jsonl"
}
