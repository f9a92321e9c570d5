# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2317 # bats and its tests call these
#
# What the tests of the lab have in common.

here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
load "$here/../../tests/common.bash"
load "$here/../../../user/tests/result.bash"

LAB_SCRIPTS=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# Copies what `spawnscope lab` needs to FOLDER/build and FOLDER/bench/lab, as in a build tree.
copy_lab() { # FOLDER
    mkdir -p "$1/build/static" "$1/bench/lab"
    cp "$BUILD"/{spawnscope,spawnscope-bench} "$1/build"
    cp "$BUILD"/static/{spawnscope,spawnscope-bench,spawnscope-child,lab-init} "$1/build/static"
    cp "$LAB_SCRIPTS"/{lab,guest,boot,make-initramfs,fetch-kernel,kernel-config,*.bash} "$1/bench/lab"
}

# Lets a cache of the test's own begin with the machines that were saved before: links, where it is on the
# same file system.
share_machines() { # CACHE
    mkdir -p "$1/spawnscope/machines"
    ln "${XDG_CACHE_HOME:-$HOME/.cache}"/spawnscope/machines/*[0-9a-f] "$1/spawnscope/machines" 2>/dev/null || true
}

# Fetches a kernel, or skips the test with the reason. All tests need debian:6.1: without it, they fail.
need_kernel() { # NAME
    local reason
    reason=$("$LAB_SCRIPTS/fetch-kernel" "$1" 2>&1) && return
    echo "$reason"
    [ "$1" != debian:6.1 ] || return 1
    skip "$reason"
}

cells() { # RESULT-FILE
    grep '^{"type":"cell"' "$1"
}

# Fails unless both files have the same cells, byte for byte, and at least one.
same_cells() { # FILE FILE
    cells "$1" >"$BATS_TEST_TMPDIR/cells.1"
    cells "$2" >"$BATS_TEST_TMPDIR/cells.2"
    [ -s "$BATS_TEST_TMPDIR/cells.1" ]
    cmp "$BATS_TEST_TMPDIR/cells.1" "$BATS_TEST_TMPDIR/cells.2"
}
