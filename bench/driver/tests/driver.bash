# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # the tests use DIR
#
# What the tests of the driver have in common.

load ../../tests/common.bash

setup_file() {
    BUILD=$(realpath "${BUILD:-build}")
    export BUILD
    export BENCH=$BUILD/spawnscope-bench
}

setup() {
    DIR=$BATS_TEST_TMPDIR
}
