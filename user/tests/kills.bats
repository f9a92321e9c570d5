#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Commands that are killed at random moments leave nothing. `make kills` kills 200, those of the lab
# too.

load ../../bench/tests/common

setup_file() {
    export TMPDIR=$BATS_FILE_TMPDIR
}

setup() {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
}

@test "commands killed at random moments leave no process, program, mount, file or setting" {
    run user/tests/kills "$BUILD" 26 "$RANDOM" bench driver profile gate report export show doctor
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} == '26 kills, seed '*': none left anything' ]]
}

# A build whose `show` is the script on standard input.
show_is() {
    local folder=$BATS_TEST_TMPDIR/build
    mkdir "$folder"
    {
        # shellcheck disable=SC2016 # the build expands it
        printf '#!/bin/bash\n[[ $1 == show ]] || exec "%s/spawnscope" "$@"\n' "$BUILD"
        cat
    } >"$folder/spawnscope"
    chmod +x "$folder/spawnscope"
}

@test "what a killed command leaves is found" {
    show_is <<'EOF'
setsid sleep 300 &
touch "$TMPDIR/left"
sleep 1
rm "$TMPDIR/left"
kill $!
EOF
    run user/tests/kills --wait=1 "$BATS_TEST_TMPDIR/build" 4 1 show
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'process sleep'* ]]
    [[ $output == *'temporary left'* ]]
}

@test "what a killed command started has its time to go also if the command itself takes longer" {
    show_is <<'EOF'
trap '' TERM
sleep 3.5
sleep 0.2 &
EOF
    run user/tests/kills --wait=2 --way=term "$BATS_TEST_TMPDIR/build" 1 2 show # after a tenth of 3.5 s
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *SIGTERM*'nothing left'* ]]
}

@test "a command that is to be killed heeds signals that whoever started the kills ignores" {
    show_is <<'EOF'
# SIGHUP is 1 and SIGINT 2.
grep -q '^SigIgn:.*[1235679abdef]$' /proc/self/status && touch "$TMPDIR/ignores"
sleep 0.5
EOF
    run env --ignore-signal=INT,HUP user/tests/kills "$BATS_TEST_TMPDIR/build" 1 1 show
    echo "$output"
    [ "$status" -eq 0 ]
}
