#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The comment of a pull or merge request, against a server with the forges' documented replies.
# bench/lab/tests/ci.bats runs the workflows as a whole.
#
# shellcheck disable=SC2016,SC2154,SC2317

load ../../tests/common.bash

setup() {
    COMMENT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)/comment
    SHA=0123456789abcdef0123456789abcdef01234567
    cd "$BATS_TEST_TMPDIR" || return
    pulls "$SHA" open
    "$BATS_TEST_DIRNAME/forge" "$PWD" 2>forge.err 3>&- &
    forge=$!
    eventually test -s port
    api=http://127.0.0.1:$(cat port)
}

teardown() {
    kill "$forge" || true
}

pulls() { # SHA STATE
    jq -nc --arg sha "$1" --arg state "$2" \
        '[{number: 5, state: $state, head: {label: "someone:main", ref: "main", sha: $sha}}]' >pulls.json
}

# Posts this text, as its workflow does.
post() { # github|gitlab [NAME=VALUE]...
    local forge=$1
    shift
    if [ "$forge" = github ]; then
        rm -f artifact.zip
        [ ! -e spawn-gate.txt ] || python3 -m zipfile -c artifact.zip spawn-gate.txt
        set -- GITHUB_API_URL="$api" GITHUB_SERVER_URL=https://forge.example GITHUB_REPOSITORY=team/project \
            GH_TOKEN=secret RUN=42 HEAD_OWNER=someone HEAD_BRANCH=main HEAD_SHA="$SHA" "$@"
    else
        set -- CI_API_V4_URL="$api/api/v4" CI_PROJECT_ID=7 CI_MERGE_REQUEST_IID=3 CI_COMMIT_SHA="$SHA" \
            CI_PIPELINE_URL=https://forge.example/pipeline SPAWN_GATE_TOKEN=secret "$@"
    fi
    env "$@" "$COMMENT" "$forge"
}

body() { # N
    jq -r ".[$1].body" comments.json
}

@test "a comment has the verdict first, and is replaced the next time" {
    local forge
    for forge in github gitlab; do
        rm -f comments.json
        printf 'inconclusive: p99 moved\n\nCELL  METRIC\n' >spawn-gate.txt
        [[ $(post "$forge") == 'comment: posted on '* ]]
        [ "$(body 0 | head -n 1)" = '### ⚠️ spawn-gate: inconclusive' ]
        body 0 | grep -q '^\[The run\](https://forge.example/.*) of 0123456789ab$'
        printf 'pass: 3 exact metrics not worse; accepted: fork at 1M: total +1.0 %%\n' >spawn-gate.txt
        [[ $(post "$forge") == 'comment: replaced on '* ]]
        jq -e 'length == 1' comments.json
        [ "$(body 0 | head -n 1)" = '### ✅ spawn-gate: pass' ]
        [ "$(body 0 | sed -n 4p)" = 'pass: 3 exact metrics not worse; accepted: fork at 1M: total +1.0 %' ]
        # Without a text, or with another one, there is no verdict.
        rm spawn-gate.txt
        post "$forge"
        [ "$(body 0 | head -n 1)" = '### ❌ spawn-gate: no verdict' ]
        echo 'passed: trust me' >spawn-gate.txt
        post "$forge"
        [ "$(body 0 | head -n 1)" = '### ❌ spawn-gate: no verdict' ]
    done
}

@test "what the job wrote stays in its code block, and is cut" {
    local forge
    for forge in github gitlab; do
        rm -f comments.json
        printf 'pass: x\n```\n````\n@everyone <img src=x> [a](b)\n\e[2J\u202e\xff\n/merge\n' >spawn-gate.txt
        post "$forge"
        # The fence is longer than any in it, and the next one like it is the end.
        body 0 | awk '/^`````/ { fences++; at[fences] = NR } /@everyone|^\/merge/ { seen[++n] = NR }
            END { exit !(fences == 2 && at[1] < seen[1] && seen[1] < at[2] && at[1] < seen[2] && seen[2] < at[2]) }'
        refute grep -q $'\e' <(body 0)
        refute grep -q $'\u202e' <(body 0)
        # Many lines, one line, many marks.
        { echo 'pass: x' && seq 100000; } >spawn-gate.txt
        post "$forge"
        jq -e '.[0].body | length > 50000 and length <= 60000' comments.json
        body 0 | grep -q '^\.\.\. cut: '
        { echo 'pass: x' && yes é | head -n 100000 | tr -d '\n'; } >spawn-gate.txt
        post "$forge"
        jq -e '.[0].body | length <= 60000' comments.json
        { echo 'pass: x' && yes '`' | head -n 70000 | tr -d '\n'; } >spawn-gate.txt
        post "$forge"
        jq -e '.[0].body | length <= 60000 and (test("(?s)```.*```.*```") | not)' comments.json
    done
}

@test "other people's comments stay, and many are no obstacle" {
    jq -nc '[range(250) | {id: ., body: "<!-- spawn-gate -->", author: {id: 9}, user: {login: "someone"}}]
        | .[240] += {author: {id: 1}, user: {login: "github-actions[bot]"}}' >before
    echo 'pass: x' >spawn-gate.txt
    local forge
    for forge in github gitlab; do
        cp before comments.json
        [[ $(post "$forge") == 'comment: replaced on '* ]]
        jq -e 'length == 250 and .[240].body != "<!-- spawn-gate -->"
            and ([.[].body | select(. != "<!-- spawn-gate -->")] | length == 1)' comments.json
    done
}

@test "a request with newer commits, or a closed one, gets no comment" {
    echo 'pass: x' >spawn-gate.txt
    pulls ffffffffffffffffffffffffffffffffffffffff open
    [[ $(post github) == *'nothing to post' ]]
    pulls "$SHA" closed
    [[ $(post github) == *'nothing to post' ]]
    [ ! -e comments.json ]
    refute grep -q artifacts log
}

@test "trouble is one line and status 2" {
    echo 'pass: x' >spawn-gate.txt
    one_line 2 '401 .*Bad credentials' post github GH_TOKEN=wrong
    one_line 2 '401 .*Bad credentials' post gitlab SPAWN_GATE_TOKEN=wrong
    one_line 2 'RUN is not set' post github RUN=
    one_line 2 'the commit is no hash' post gitlab CI_COMMIT_SHA=main
    one_line 2 'say which' "$COMMENT" sourcehut
    kill "$forge"
    wait "$forge" || true
    one_line 2 'refused' post github
    # What is no archive, or another one, is no text.
    "$COMMENT" --help | grep -q 'HEAD_SHA'
}
