#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: what kernel developers use of it.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

# The command at the end of the text prints the text again.
reproduces() { # FILE STATUS
    sed '1,/^To reproduce:$/d' "$1" >script
    local status=0
    # shellcheck disable=SC1091 # it was just made
    (spawnscope() { "$TOOL" "$@"; } && source ./script) >again 2>&1 || status=$?
    [ "$status" -eq "$2" ]
    # In the usual format.
    head -n 1 again | grep -q "^$(head -c 8 "$1")"
}

@test "--format lkml is plain text of 72 columns with base, relative table and a command that works" {
    local status=0 folder
    cd "$DIR"
    folder="a folder's name; \$(that) \"needs\" quoting-$(printf 'x%.0s' {1..90})"
    mkdir "$folder"
    stored "$folder/x" 1000000 16417
    stored y 1000000 20513 'kernel_release="6.12.0"'
    "$TOOL" gate --format lkml --metric counts --factor kernel --markdown m "$folder/x" y -v >text || status=$?
    cat text
    [ "$status" -eq 1 ]
    [ "$(wc -L <text)" -le 72 ]
    refute grep -q '[[:cntrl:]|]' text
    grep -q '^regression: fork at 64M: ptes_copied +24.9 %' text
    grep -q "^base: a folder's name" text
    grep -q '^new : y (6.12.0)$' text
    grep -Eq '^  ptes_copied +16417 +20513 +\+24\.9 %  worse$' text
    grep -q '^kernel_release: 6.1.0 -> 6.12.0$' text
    grep -q '^1 of 2 metrics is the same' text
    refute grep -Eq 'markdown|lkml|-v$' text
    reproduces text 1
    # Whatever the verdict is.
    status=0
    "$TOOL" gate y "$folder/x" --format=lkml >text || status=$?
    [ "$status" -eq 5 ]
    [ "$(wc -L <text)" -le 72 ]
    grep -q '^not comparable: kernel_release' text
    stored z 1000000 20513 'kernel_release="6.12.0"'
    "$TOOL" gate --format lkml --metric counts y z >text
    grep -Eq '^([2-9]) of \1 metrics are the same\.$' text
    reproduces text 0
    one_line 2 "format.*must be text, json or lkml" "$TOOL" gate --format html y y
    one_line 2 'lkml is for comparisons' "$TOOL" gate --format lkml --budget y y
    [ "$("$TOOL" gate --format json --metric counts y z | jq -r .verdict)" = pass ]
}

@test "two bzImages of one's own are compared, and their options that change the cost are named" {
    local kernel lab=$BATS_TEST_DIRNAME/../../../bench/lab side
    reason=$("$lab/fetch-kernel" debian:6.1 2>&1) || skip "$reason"
    kernel=$("$lab/fetch-kernel" --path debian:6.1)
    cd "$DIR"
    for side in a b; do
        mkdir -p "$side/arch/x86/boot"
        cp "$kernel" "$side/arch/x86/boot/bzImage"
        cp "${kernel%/*}/config" "$side/.config"
    done
    sed -i 's/^CONFIG_INIT_ON_ALLOC_DEFAULT_ON=y/# & is not set/; s/^CONFIG_NR_CPUS=.*/CONFIG_NR_CPUS=64/
        s/^CONFIG_LOCALVERSION=.*/CONFIG_LOCALVERSION="else"/' b/.config
    "$BUILD/spawnscope" gate --lab --kernel a/arch/x86/boot/bzImage --kernel b/arch/x86/boot/bzImage --method vfork \
        --size 1M --runs 2 --json >json
    jq -c .differences json
    jq -e '.verdict == "pass" and .differences == [
        {name: "CONFIG_INIT_ON_ALLOC_DEFAULT_ON", a: "y", b: "not set", declared: true},
        {name: "CONFIG_NR_CPUS", a: "8192", b: "64", declared: true}] and .notes == []' json
}
