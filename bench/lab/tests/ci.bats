#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The workflows in bench/ci: both are valid and do the same, and their comparing steps
# find what they should. Running all steps in a clean Debian takes minutes:
# bench/ci/try github.
#
# Takes long: it gates two builds.
#
# Without sanitizers: its scripts use the usual build.
#
# shellcheck disable=SC2016,SC2154 # make's variables; bats sets $status and $output

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
    for n in 1 2 3 4 5 6; do
        "$TRY" --print "$n" github >github.sh
        "$TRY" --print "$n" gitlab >gitlab.sh
        [ -s github.sh ]
        shellcheck --shell=sh github.sh gitlab.sh
        # GitLab shows no summary, knows warnings by a status, and may have no token.
        sed -i '/GITHUB_STEP_SUMMARY/s/--markdown "[^"]*" //' github.sh
        sed -i "/^if grep -q '^inconclusive:'/d; s/^.*SPAWN_GATE_TOKEN-.*|| //; s/comment\" gitlab/comment\" github/" gitlab.sh
        diff github.sh gitlab.sh
    done
    [ -z "$("$TRY" --print 7 github)" ]
}

@test "a YAML parser finds the same steps" {
    local n
    python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is missing"
    for n in 1 2 3 4; do
        # shellcheck disable=SC2016 # GitHub's variables
    python3 -c '
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))["jobs"]["spawn-gate"]
print([s["run"] for s in job["steps"] if "run" in s][int(sys.argv[2]) - 1], end="")
assert job["container"] == "debian:12" and job["env"]["SPAWNSCOPE"] and job["env"]["BASE"]
' "${TRY%/*}/github.yml" "$n" | diff - <("$TRY" --print "$n" github)
        # shellcheck disable=SC2016 # GitHub's variables
    python3 -c '
import sys, yaml
jobs = yaml.safe_load(open(sys.argv[1]))
job = jobs["spawn-gate"]
assert jobs["spawn-gate-comment"]["script"] and "SPAWN_GATE_TOKEN" not in str(job)
print((job["before_script"] + job["script"])[int(sys.argv[2]) - 1], end="")
assert job["image"] == "debian:12" and job["variables"]["SPAWNSCOPE"] and job["variables"]["BASE"]
' "${TRY%/*}/gitlab.yml" "$n" | diff - <("$TRY" --print "$n" gitlab)
    done
}

@test "only the workflow that runs no foreign code may write" {
    python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is missing"
    refute grep -E '^[^#]*pull_request_target' "${TRY%/*}"/*.yml
    # shellcheck disable=SC2016 # GitHub's variables
    python3 -c '
import sys, yaml
gate, post = (yaml.safe_load(open(f)) for f in sys.argv[1:])
assert gate["permissions"] == {"contents": "read"} and gate[True] == "pull_request", gate
assert set(post[True]) == {"workflow_run"} and post[True]["workflow_run"]["workflows"] == [gate["name"]]
assert post["permissions"] == {"actions": "read", "pull-requests": "write"}
job = post["jobs"]["comment"]
assert not any("uses" in step for step in job["steps"]), "it takes no file of the pull request"
assert "${{" not in str([step["run"] for step in job["steps"]]), "names of branches are no code"
' "${TRY%/*}"/github.yml "${TRY%/*}"/github-comment.yml
}

@test "pads links a program anew, leaves it as it was, and sees a command that does not" {
    local pads=${TRY%/*}/pads n
    printf 'int main(void) { return 0; }\n' >server.c
    printf 'server: server.c\n\t$(CC) -o $@ server.c $(LDLIBS)\n' >Makefile
    make server >/dev/null
    cp server before
    LINKS=3 "$pads" links server 'make -B server LDLIBS=$PAD_OBJECT' 2>log
    cmp server before
    for n in 5 10 16; do
        ./links/"$n"
        size=$(nm -S links/"$n" | awk '$4 == "spawn_pad" { print $2 }')
        [ "$((16#$size))" -eq $((n * 69888)) ]
    done
    [ "$(find links -type f | wc -l)" -eq 3 ]
    one_line 2 'link 8 of server is the program itself' env LINKS=2 "$pads" again server :
    one_line 2 'link 8 failed' env LINKS=2 "$pads" third server false
    cmp server before
    one_line 2 "LINKS='1' is not a number from 2 to 16" env LINKS=1 "$pads" other server :
    one_line 2 'there is no program none' "$pads" other none :
}

@test "the steps pass a longer program, fail one that does more, pass it if accepted, and post that" {
    need_kernel debian:6.1
    "$TRY" --here github >text 2>&1 || { cat text && false; }
    cat text
    grep -q '^pass: [0-9]* exact metrics not worse$' text
    grep -Eq '^regression: posix_spawn at 1M: total [+][0-9]+ instructions a spawn, .* of it in the program.s own start' text
    grep -q '^comment: posted on pull request 5$' text
    [ "$(grep -c '^comment: replaced on pull request 5$' text)" -eq 2 ]
}
