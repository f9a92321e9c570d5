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

@test "what a killed command leaves is found" {
    mkdir "$BATS_TEST_TMPDIR/build"
    cat >"$BATS_TEST_TMPDIR/build/spawnscope" <<EOF
#!/bin/bash
[[ \$1 == show ]] || exec "$BUILD/spawnscope" "\$@"
setsid sleep 300 &
touch "\$TMPDIR/left"
sleep 1
rm "\$TMPDIR/left"
kill \$!
EOF
    chmod +x "$BATS_TEST_TMPDIR/build/spawnscope"
    run user/tests/kills --wait=1 "$BATS_TEST_TMPDIR/build" 4 1 show
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'process sleep'* ]]
    [[ $output == *'temporary left'* ]]
}
