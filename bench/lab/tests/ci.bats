#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The workflows in bench/ci: both are valid and do the same, and their comparing steps
# find what they should. Running all steps in a clean Debian takes minutes:
# bench/ci/try github.
#
# shellcheck disable=SC2154 # bats sets $status and $output

load lab.bash

setup() {
    TRY=$(cd "$BATS_TEST_DIRNAME/../../ci" && pwd)/try
    cd "$BATS_TEST_TMPDIR" || return
}

@test "bad options are one line and status 2" {
    one_line 2 'say which: github or gitlab' "$TRY"
    one_line 2 "'circle'.*--help" "$TRY" circle
    one_line 2 '--root needs a value' "$TRY" --root
}

@test "each step is valid shell, and the same in both files" {
    local n
    for n in 1 2 3 4; do
        "$TRY" --print "$n" github >github.sh
        "$TRY" --print "$n" gitlab >gitlab.sh
        [ -s github.sh ]
        shellcheck --shell=sh github.sh gitlab.sh
        # GitLab shows no summary.
        sed -i '/GITHUB_STEP_SUMMARY/s/--markdown "[^"]*" //' github.sh
        diff github.sh gitlab.sh
    done
    [ -z "$("$TRY" --print 5 github)" ]
}

@test "a YAML parser finds the same steps" {
    local n
    python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is missing"
    for n in 1 2 3 4; do
        python3 -c '
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))["jobs"]["spawn-gate"]
print([s["run"] for s in job["steps"] if "run" in s][int(sys.argv[2]) - 1], end="")
assert job["container"] == "debian:12" and job["env"]["SPAWNSCOPE"] and job["env"]["BASE"]
' "${TRY%/*}/github.yml" "$n" | diff - <("$TRY" --print "$n" github)
        python3 -c '
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))["spawn-gate"]
print((job["before_script"] + job["script"])[int(sys.argv[2]) - 1], end="")
assert job["image"] == "debian:12" and job["variables"]["SPAWNSCOPE"] and job["variables"]["BASE"]
' "${TRY%/*}/gitlab.yml" "$n" | diff - <("$TRY" --print "$n" gitlab)
    done
}

@test "the comparing steps pass a longer program, and fail one that does a little more" {
    need_kernel debian:6.1
    "$TRY" --here github >text 2>&1 || { cat text && false; }
    cat text
    grep -q '^pass: [0-9]* exact metrics not worse$' text
    grep -Eq '^regression: posix_spawn at 1M: [a-z_]+ [+][0-9]+ instructions a spawn' text
}
