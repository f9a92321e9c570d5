#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Scenarios of programs that start programs: what comes out, and that nothing is left.

# shellcheck disable=SC2016 # jq has the variables

load scenario.bash

# Each of these jobs has N values of each time; a child ends after its output, which was right.
all_done() { # N JOBS
    holds "map(select(.name == \"total\")) | length == $2 and all(.n == $1)"
    holds 'map(select(.name == "different")) | length > 0 and all(.values == [0])'
    holds '. as $all | map(select(.name == "total")) | all(. as $t |
        [$all[] | select(.key == $t.key and .name == ("stall", "first", "result")) | .values] as $before |
        $before | all(. as $b | [range($t.n)] | all($b[.] <= $t.values[.])))'
}

# The tool, the process that spawns, and its zygote.
spawning() {
    [ "$(left | wc -l)" -ge 3 ]
}

@test "heavy-helper: each way lists the same" {
    scenario heavy-helper --size 16M --rounds 8
    all_done 8 5
    holds 'map(select(.name == "total") | .key.way) | sort == ["fork", "fork-exec", "posix_spawn", "vfork-exec", "zygote"]'
    holds 'map(select(.name == "rss")) | length == 1 and .[0].values[0] >= 16777216'
    head -n 1 "$DIR/text" | grep -q '^How long does a process of 16 MiB wait'
}

@test "heavy-helper: without ls, what needs it is absent with the reason" {
    PATH=/none "$OWN/spawnscope" scenario heavy-helper --size 1M --rounds 6 >"$DIR/text"
    grep -q '^fork  ' "$DIR/text"
    [ "$(grep -c '^Not measured: ' "$DIR/text")" -eq 4 ]
    grep -q '^Not measured: posix_spawn: No such file' "$DIR/text"
}

@test "heavy-helper: what does not fit is refused; killed, it leaves nothing" {
    one_line 2 'do not fit .*: try --size [0-9]+M$' "$OWN/spawnscope" scenario heavy-helper --size 9999T
    killed_when spawning heavy-helper --size 64M --rounds 100
}

@test "agent: each tool by each way, in its working directory" {
    # One that is not installed everywhere: it prints where it is.
    mkdir "$DIR/bin"
    printf '#!/bin/sh\npwd\n' >"$DIR/bin/rg"
    chmod +x "$DIR/bin/rg"
    PATH=$DIR/bin:$PATH scenario agent --size 16M --rounds 6 --workers 8
    holds 'map(select(.name == "total" and (.key.tool | . == "rg" or . == "sh" or . == "sed"))) |
        length == 12 and all(.n == 6)'
    holds 'map(select(.name == "different")) | all(.values == [0])'
    grep -qE '^rg +zygote +6 ' "$DIR/text"
    head -n 1 "$DIR/text" | grep -q '^What does an agent of 16 MiB and 8 threads wait for sh'
}

@test "agent: a tool that fails or is not there is absent with the reason" {
    mkdir "$DIR/bin"
    printf '#!/bin/sh\npwd\nexit 3\n' >"$DIR/bin/sed"
    ln -s "$(command -v sh)" "$DIR/bin/sh"
    chmod +x "$DIR/bin/sed"
    PATH=$DIR/bin "$OWN/spawnscope" scenario agent --size 1M --rounds 6 --workers 1 >"$DIR/text"
    cat "$DIR/text"
    grep -q '^Not measured: rg: not installed' "$DIR/text"
    [ "$(grep -c '^Not measured: sed, .*: the program failed' "$DIR/text")" -eq 4 ]
    grep -qE '^sh +posix_spawn +6 ' "$DIR/text"
}

@test "runtimes: what is installed is measured, with its call; the rest has a reason" {
    mkdir "$DIR/bin"
    for name in perl dash true strace; do
        ! path=$(type -P "$name") || ln -s "$path" "$DIR/bin/$name"
    done
    # Neither prints what it should; the second never begins.
    printf '#!/bin/sh\necho nonsense\n' >"$DIR/bin/ruby"
    printf '#!/bin/sh\nexit 1\n' >"$DIR/bin/php"
    cp "$DIR/bin/php" "$DIR/bin/go"
    chmod +x "$DIR"/bin/{ruby,php,go}
    env PATH="$DIR/bin" "$OWN/spawnscope" scenario runtimes --size 16M --rounds 6 -o "$DIR/run.jsonl" >"$DIR/text"
    cat "$DIR/text"
    nothing_left
    holds 'map(select(.name == "total" and .n > 0)) | length > 0 and all(.n == 6)'
    holds 'map(select(.name == "rss")) | length > 0 and all(.values[0] >= 16777216)'
    holds 'map(select(.name == "total" and .key.runtime == "dash")) | length == 2 and all(.n == 6 and
        (.values | all(. > 10000)))'
    grep -q '^Not measured: node: not installed' "$DIR/text"
    grep -q '^Not measured: ruby, default: its script ' "$DIR/text"
    grep -q '^Not measured: php, default: its script failed' "$DIR/text"
    grep -q '^Not measured: go, default: its script was not compiled' "$DIR/text"
    if [ -e "$DIR/bin/strace" ]; then
        # A substitution is a process of the shell's own.
        holds 'map(select(.name == "path" and .key.setting == "x=$(...)") | .key.path) == ["fork"]'
    else
        grep -q '^Not measured: strace: not installed' "$DIR/text"
    fi
}

@test "runtimes: what is in the caller's folder is not run" {
    mkdir "$DIR/bin" "$DIR/here"
    ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$DIR/bin/python3"
    ln -s "$(type -P true)" "$DIR/bin/true"
    echo "open('$DIR/ran', 'w')" >"$DIR/here/subprocess.py"
    # A PATH may be relative to it.
    (cd "$DIR/here" && env PATH=../bin PYTHONPATH="$DIR/here" "$OWN/spawnscope" scenario runtimes --size 1M \
        --rounds 6 -o "$DIR/run.jsonl")
    holds 'map(select(.name == "total" and .key.runtime == "python3" and .n == 6)) | length == 4'
    [ ! -e "$DIR/ran" ]
}

@test "runtimes: killed, none goes on" {
    mkdir "$DIR/bin"
    cp "$(type -P sleep)" "$OWN/sleep"
    ln -s "$(type -P true)" "$DIR/bin/true"
    for name in python3 go; do
        printf '#!/bin/sh\nexec %s 600\n' "$OWN/sleep" >"$DIR/bin/$name"
        chmod +x "$DIR/bin/$name"
        env PATH="$DIR/bin" "$OWN/spawnscope" scenario runtimes --size 1M >"$DIR/out" 2>&1 </dev/null 3>&- &
        tool=$!
        eventually asleep
        kill -KILL "$tool"
        wait "$tool" || true
        eventually nothing_left
        rm "$DIR/bin/$name"
    done
}

asleep() {
    left | xargs -r readlink | grep -q "$OWN/sleep"
}

@test "pipeline: all that goes in comes out, by each way and length" {
    scenario pipeline --size 8M --rounds 6
    all_done 6 12
    holds 'map(select(.name == "total") | .key.programs) | unique == [2, 4, 8]'
    head -n 1 "$DIR/text" | grep -q '^How long does a shell of 8 MiB take for a chain of 8'
    killed_when spawning pipeline --size 64M --rounds 100
}

@test "daemon: each has a session of its own, by the double fork too" {
    scenario daemon --size 8M --rounds 6
    all_done 6 5
    holds 'map(select(.name == "total") | .key.way) | index("double-fork") != null'
    killed_when spawning daemon --size 64M --rounds 100
}

@test "build: no job of thousands is lost while the parent grows" {
    scenario build --size 16M --requests 480 --workers 3
    holds 'map(select(.name == "total")) | length == 48 and all(.n == 1)'
    holds 'map(select(.name == "different")) | length == 48 and all(.values == [0])'
    [ "$(grep -c '^[0-9]* MiB .* 30 ' "$DIR/text")" -eq 16 ]
    one_line 2 'build takes --workers 1 to 64, and --requests 48 or more' \
        "$OWN/spawnscope" scenario build --requests 47
    killed_when spawning build --size 16M --requests 100000
}

@test "fuzzer: a fork server gives the same as a start" {
    scenario fuzzer --size 8M --rounds 6
    all_done 6 5
    holds 'map(select(.name == "total") | .key.way) | index("forkserver") != null'
    killed_when spawning fuzzer --size 64M --rounds 100
}

@test "a program that fails is no measurement" {
    mkdir "$DIR/bin"
    printf '#!/bin/sh\nexit 1\n' >"$DIR/bin/true"
    chmod +x "$DIR/bin/true"
    PATH=$DIR/bin:$PATH "$OWN/spawnscope" scenario build --size 1M --requests 48 >"$DIR/text"
    [ "$(grep -c '^Not measured: .*: the program failed' "$DIR/text")" -eq 8 ]
    grep -q '^Not measured, too: 40 more' "$DIR/text"
}
