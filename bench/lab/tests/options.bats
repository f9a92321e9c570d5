#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Options of the command lab at random, without a guest: a stub takes its place. They are taken, or
# refused in one line, and nothing stays behind. RUNS and SEED choose how many, and which.
#
# shellcheck disable=SC2016,SC2154,SC2317 # no shell expands the values; bats sets and calls these

load lab.bash

OPTIONS=(--kernel --memory --possible-cpus --timeout --out --each --add --no-icount --print-options --help -- --unknown)
VALUES=('' 0 -1 1 64 2147483648 18446744073709551616 1e308 nan 512M 2G 0x10M '64]' '$(touch ran)' '`touch ran`' 'a[$(touch ran)]'
    $'a\nb\e[31m' $'\xff\xfe' /dev/null / . .. /proc/self/mem file folder:/x :/ folder:/lab file:/bin/x '*' '~' -- -- -o -oout --suite=file bench true export)

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p tree/build/static tree/bench/lab folder tmp
    cp "$BUILD/spawnscope" tree/build
    cp "$BUILD/static/spawnscope-bench" tree/build/static
    cp "$LAB_SCRIPTS"/lab "$LAB_SCRIPTS"/*.bash tree/bench/lab
    printf '#!/bin/sh\n' | tee tree/build/static/spawnscope tree/build/static/spawnscope-child tree/bench/lab/guest \
        tree/bench/lab/kernel-config tree/bench/lab/fetch-kernel >/dev/null
    chmod +x tree/build/static/* tree/bench/lab/*
    # What lab takes for a kernel's image: the magic, and a 64-bit one.
    { head -c 514 /dev/zero && printf HdrS && head -c 48 /dev/zero && printf '\1' && head -c 9 /dev/zero; } >file
    LONG=$(printf 'x%.0s' {1..10000})
    export TMPDIR=$PWD/tmp
}

# One of the words, at random.
pick() { # WORD...
    REPLY=${!#}
    (($# == 0)) || REPLY=${*:RANDOM % $# + 1:1}
}

@test "any options are taken, or refused in one line" {
    local n i args status lines taken=0
    RANDOM=${SEED:-1}
    for ((n = 0; n < ${RUNS:-120}; n++)); do
        args=(--kernel file)
        for ((i = RANDOM % 4; i > 0; i--)); do
            pick "${OPTIONS[@]}" && args+=("$REPLY")
            pick "${VALUES[@]}" "$LONG" && args+=("$REPLY")
        done
        if ((RANDOM % 4)); then
            args+=(--)
            for ((i = RANDOM % 4; i > 0; i--)); do pick "${VALUES[@]}" "$LONG" && args+=("$REPLY"); done
        fi
        status=0
        # The limit ends only what would hang.
        timeout 120 tree/build/spawnscope lab "${args[@]}" >out 2>err </dev/null || status=$?
        mapfile -t lines <err
        printf '%d: ' "$status" && printf '%.60q ' "${args[@]}" && echo && head -c 500 err | cat -v
        ((status == 0 || status == 2))
        ((status == 0)) || [[ ${#lines[@]} -eq 1 && ! -s out ]]
        [[ ${lines[*]} != *[[:cntrl:]]* ]]
        [ ! -e ran ]
        [ -z "$(ls -A tmp)" ]
        ((taken += !status)) || true
    done
    # Some are, or else nothing was tried.
    ((taken > 0))
}
