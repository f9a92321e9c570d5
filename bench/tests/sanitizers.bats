#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Unit tests, commands that need no kernel, and fuzzers, with address and undefined-behaviour
# sanitizers: those that take little time. `make check-sanitizers` runs all, `make fuzz` for longer.
#
# Takes long: it runs many other suites.
#
# Without sanitizers: it runs others with them.

load common.bash

setup() {
    here=$BATS_TEST_DIRNAME
    cd "$here/../.." || return
    san=$(realpath "${BUILD:-build}")/san
}

# Unit tests that compute for so long that they are left out.
SLOW=(test_blocks test_decide test_paired test_pooled test_scan_birth)

# No more at once than there are CPUs: these do not wait.
sanitized() { # SUITE...
    TEST_JOBS=$(nproc) "$here/sanitized" "$san" '' "$@"
}

@test "a finding fails the run, also in a process that no test looks at" {
    cat >"$BATS_TEST_TMPDIR/bug.c" <<'C'
#include <stdlib.h>
int main(int n, char **v) { char *p = malloc(8); return n > 1 ? (free(p), p[n] + (n << 31)) : 0; }
C
    clang -fsanitize=address,undefined -o "$BATS_TEST_TMPDIR/bug" "$BATS_TEST_TMPDIR/bug.c"
    printf '@test "unseen" {\n "%s" %s >/dev/null 2>&1 || true\n}\n' "$BATS_TEST_TMPDIR/bug" '' >"$BATS_TEST_TMPDIR/leaks.bats"
    printf '@test "unseen" {\n "%s" %s >/dev/null 2>&1 || true\n}\n' "$BATS_TEST_TMPDIR/bug" use >"$BATS_TEST_TMPDIR/uses.bats"
    run -1 sanitized "$BATS_TEST_TMPDIR/leaks.bats"
    [[ $output == *'1 passed, 0 failed'*'LeakSanitizer: detected memory leaks'* ]]
    run -1 sanitized "$BATS_TEST_TMPDIR/uses.bats"
    [[ $output == *'1 passed, 0 failed'*'heap-use-after-free'* ]]
    echo '# Without sanitizers: this test says so.' >>"$BATS_TEST_TMPDIR/uses.bats"
    run -1 sanitized "$BATS_TEST_TMPDIR/uses.bats"
    [[ $output == *'No test ran.'* ]]
}

@test "killed, it stops its suites" {
    printf '@test "waits" {\n touch "%s/waits"\n exec sleep 600\n}\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/waits.bats"
    "$here/sanitized" "$san" '' "$BATS_TEST_TMPDIR/waits.bats" 3>&- &
    eventually test -e "$BATS_TEST_TMPDIR/waits"
    kill $!
    wait $! || true
    none_waits() { ! pgrep -f "$BATS_TEST_TMPDIR/waits.bats"; }
    eventually none_waits
}

@test "unit tests" {
    local suites=() suite
    for suite in $(find user bench -path '*/tests/test_*.c' | sort); do
        [[ " ${SLOW[*]} " == *" $(basename "$suite" .c) "* ]] || suites+=("$suite")
    done
    sanitized "${suites[@]}"
}

@test "commands that need no kernel" {
    sanitized user/export/tests/export_anatomy.bats user/report/tests/report_gate.bats \
        user/report/tests/report_anatomy.bats user/gate/tests/gate_budget.bats
}

# The same inputs each time.
@test "fuzzers" {
    FRESH=1 "$here/fuzz" "$san" -runs=2000 -seed=1 -verbosity=0
}
