#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: under `git bisect run`.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    stored "$DIR/x" 1000000 16417
    stored "$DIR/equal" 1000000 16417
    stored "$DIR/worse" 1000000 20513
    stored "$DIR/other" 1000000 16417 'kernel_release="6.12.0"'
}

# A repository of 8 commits after `good`. Commit 4, which bisecting tries first, cannot be built;
# from commit 6 on the program does more. $1 is the make rule, $2 and $3 the sources before and since.
make_repository() {
    local i
    git init -q -b main "$DIR/project"
    cd "$DIR/project" || return 1
    git config user.name someone
    git config user.email someone@example.org
    printf 'result: source\n\t%s\n' "$1" >Makefile
    printf 'result\n' >.gitignore
    printf '%s\n' "$2" >source
    git add .
    git commit -qm 'commit 0'
    git tag good
    for i in {1..8}; do
        case $i in
        4) printf 'result: nothing\n' >Makefile ;;
        5) printf 'result: source\n\t%s\n' "$1" >Makefile ;;
        6) printf '%s\n' "$3" >source ;;
        esac
        echo "$i" >number
        git add .
        git commit -qm "commit $i"
    done
    git bisect start main good >/dev/null
}

# The script of `git bisect run`: what cannot be built is skipped.
bisect() { # GATE_ARG...
    local status=0
    git bisect run sh -c 'rm -f result; make -s || exit 125; exec "$@"' - "$TOOL" gate --bisect "$@" \
        >"$DIR/log" 2>&1 || status=$?
    cat "$DIR/log"
    [ "$status" -eq 0 ]
    grep -q 'commit 4' <(git bisect log | grep -A 1 skip)
    [ "$(git log -1 --format=%s refs/bisect/bad)" = 'commit 6' ]
    grep -q "^$(git rev-parse refs/bisect/bad) is the first bad commit" "$DIR/log"
}

@test "statuses are those of git bisect run" {
    cd "$DIR"
    verdict 0 '^pass: ' --bisect --metric counts x equal
    verdict 1 '^regression: ' --bisect x worse
    verdict 125 '^inconclusive: ' --bisect x <(sed 's/1000000/1000001/g' x)
    verdict 125 '^not comparable: ' --bisect x other
    one_line 128 'none: No such file' "$TOOL" gate --bisect x none
    # Also if an option before or after it is bad.
    one_line 128 "unknown option '--speed'" "$TOOL" gate --speed --bisect x x
    one_line 128 "margin 'wide'" "$TOOL" gate --bisect --margin wide x x
    one_line 128 'leave out --on-inconclusive' "$TOOL" gate --bisect --on-inconclusive pass x x
    printf 'started <= 1ms\n' >budget
    verdict 125 '^inconclusive: ' --bisect --budget budget x
    # Without it they are the gate's own.
    one_line 2 "margin 'wide'" "$TOOL" gate --margin wide x x
}

@test "git bisect run finds the culprit among 8 commits by stored runs, one of them unbuildable" {
    make_repository "cp $DIR/\$\$(cat source) result" equal worse
    bisect --metric counts "$DIR/x" result
}

@test "git bisect run finds the culprit among 8 commits by their program in the lab, one of them unbuildable" {
    local kernel=debian:6.1 gate
    reason=$("$BATS_TEST_DIRNAME/../../../bench/lab/fetch-kernel" "$kernel" 2>&1) || skip "$reason"
    make_repository 'cc -O2 -static -x c -o $@ source' 'int main(void) { return 0; }' \
        'int main(void) { for (volatile int i = 0; i < 20000; i++); return 0; }'
    # The lab's programs stand beside the static tool.
    TOOL=$BUILD/spawnscope
    gate=(--lab --kernel "$kernel" --baselines "$DIR/b" --runs 3 --untraced all)
    git checkout -q good
    make -s
    "$TOOL" gate "${gate[@]}" --save good --program "$PWD/result" >/dev/null
    git checkout -q main
    bisect "${gate[@]}" --baseline good --metric total --tolerance 1% --program result
}
