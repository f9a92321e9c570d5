#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command inherit on this machine.
#
# shellcheck disable=SC2153,SC2154 # what tool.bash sets

load ../../tests/tool.bash

# Properties that may deviate, as patterns of whole lines: those that this system changes, and those that
# sanitizers do, which lock no memory.
known_deviations() { # PATTERN...
    printf '%s\n' "$@"
    ! has_sanitizers || printf '%s\n' 'memory lock.*' 'mlockall future.*'
}

@test "each property has a test and a page, and each method an answer or a reason" {
    "$TOOL" inherit --json --method fork,vfork,exec,spawn,thread >"$DIR/all.json"
    jq -e '.properties | length > 80' "$DIR/all.json"
    jq -e '[.properties[] | .test | length > 10] | all' "$DIR/all.json"
    jq -e '[.properties[].methods[] | (.found != null and .deviates != null) != (.absent != null)] | all' \
        "$DIR/all.json"
    # Each mark that is expected names a page.
    jq -e '[.properties[].methods[] | select(.expected != null) | .page | test("^[a-z_-]+\\([1-8]\\)$")] |
        length > 300 and all' "$DIR/all.json" ||
        { jq -c '.properties[] | .name as $n | .methods[] | select(.expected != null and .page == null) | $n' \
            "$DIR/all.json" && false; }
    # A deviation is one that is known.
    jq -r '.properties[] | .name as $n | .methods | to_entries[] | select(.value.deviates == true) | "\($n), \(.key)"' \
        "$DIR/all.json" | refute grep -v -x -f <(known_deviations 'thread keyring, thread' 'I/O ports, .*')
}

@test "the table fits the terminal, has the marks' meaning, and says what makes fork fragile" {
    COLUMNS=80 "$TOOL" inherit --property fs,program 3>&- >"$DIR/out"
    cat "$DIR/out"
    refute grep -E '.{81}' "$DIR/out"
    grep -Eq '^GROUP +PROPERTY +fork +vfork +exec +fork-exec +spawn$' "$DIR/out"
    grep -Eq '^fs +working directory +copy +copy +same +copy +copy$' "$DIR/out"
    grep -Eq '^fs +shared: working directory, (root directory, )?umask$' "$DIR/out"
    grep -Eq '^copy: the same at birth|; copy: the same at birth' "$DIR/out"
    grep -q '^- Of two threads, only the one that called fork is in the child\.$' "$DIR/out"
    grep -q '^- A mutex that the other held stays locked in the child:' "$DIR/out"
}

@test "a wide terminal has more methods in the table" {
    COLUMNS=170 "$TOOL" inherit --property umask >"$DIR/out"
    cat "$DIR/out"
    grep -Eq '^GROUP +PROPERTY +fork .* spawn +clone +vm +fs .* thread$' "$DIR/out"
    grep -q '^In new namespaces' "$DIR/out"
}

@test "-v has all methods in tables, how each property is tested, and the pages" {
    COLUMNS=80 "$TOOL" inherit -v --property umask >"$DIR/out"
    cat "$DIR/out"
    refute grep -E '.{81}' "$DIR/out"
    grep -Eq '^umask: the parent sets one, the child another\. \[umask\(2\), clone\(2\)\]$' "$DIR/out"
    [ "$(grep -c '^fs  *umask  ' "$DIR/out")" -ge 4 ]
    grep -Eq '^sysvsem +CLONE_SYSVSEM$' "$DIR/out"
}

@test "--method and --property choose, by name and by group" {
    "$TOOL" inherit --method fork,vm --property "memory,signal-mask" --json >"$DIR/some.json"
    jq -e '[.properties[].group] | unique == ["memory", "signals"]' "$DIR/some.json"
    jq -e '[.properties[] | select(.group == "signals") | .name] == ["signal mask"]' "$DIR/some.json"
    jq -e '[.properties[].methods | keys == ["fork", "vm"]] | all' "$DIR/some.json"
    one_line 2 "'nope'.*no property" "$TOOL" inherit --property nope
    one_line 2 "'nope'.*no method" "$TOOL" inherit --method fork,nope
    one_line 2 'no argument' "$TOOL" inherit fork
    one_line 2 "''" "$TOOL" inherit --method ''
    one_line 2 'no method' "$TOOL" inherit $'--method=a\e[31mb\nc'
}

@test "a descriptor that would leak is named, one with close-on-exec is not" {
    local file=$DIR/$'leak\e[31m'
    : >"$file"
    (exec 33<"$file" && "$TOOL" inherit --method fork --property program >"$DIR/out" 3>&-)
    refute grep -q $'\e' "$DIR/out"
    tr -s ' \n' ' ' <"$DIR/out" | grep -Eq 'would start, .*33 \(.*leak\\x1b\[31m\)'
}

@test "an ordinary user learns what needs a right; the rest is tested" {
    need_root
    "${AS_NOBODY[@]}" "$TOOL" inherit --json --method fork,newuser,newnet,spawn,resetids >"$DIR/nobody.json"
    jq -e '.properties[] | select(.name == "umask") | .methods.fork.found == "copy"' "$DIR/nobody.json"
    jq -e '.properties[] | select(.name == "effective ids") | .methods.fork.absent | test("CAP_SETUID")' \
        "$DIR/nobody.json"
    jq -e '[.properties[].methods.newnet.absent // "" | test("needs CAP_SYS_ADMIN")] | all' "$DIR/nobody.json"
    # What it cannot set or change is no deviation.
    jq -r '.properties[] | .name as $n | .methods | to_entries[] | select(.value.deviates == true) | $n' \
        "$DIR/nobody.json" | refute grep -v -x -f <(known_deviations 'thread keyring' 'OOM score adjustment' 'I/O ports')
}

# Signals that are blocked and ignored already, a PID namespace from which the session is not seen, and
# standard streams that are closed.
@test "what the caller has set already makes no deviation" {
    need_root
    need_mounts
    env --ignore-signal=USR1 --block-signal=USR1 "$TOOL" inherit --property signals >"$DIR/signals"
    unshare --pid --fork --mount-proc "$TOOL" inherit --property session,process-group >"$DIR/ids"
    "$TOOL" inherit --property descriptor,close-on-exec,fcntl-lock <&- >"$DIR/fds" 2>&-
    grep -q 'ignored signal' "$DIR/signals"
    grep -q '^newpid .*lost: session, process group' "$DIR/ids"
    grep -q 'close-on-exec' "$DIR/fds"
    refute grep -h '\*' "$DIR/signals" "$DIR/ids" "$DIR/fds"
}

kill_at_moments() {
    local moment mounts queues killed=0
    mounts=$(wc -l </proc/self/mounts) queues=$(ipcs -s -m -q | wc -l)
    # These are what could stay; the times only make it likely that each is met. A fast machine has
    # ended before the last.
    for moment in 0 0.1 0.2 0.3 0.4 0.6; do
        begin_own inherit --property root-directory,locks,SysV-shared-memory,message-queue
        sleep "$moment"
        if kill -KILL "$tool" 2>/dev/null; then killed=$((killed + 1)); fi
        wait "$tool" || true
        eventually none_left "$OWN"
    done
    [ "$killed" -gt 0 ]
    [ "$(wc -l </proc/self/mounts)" -eq "$mounts" ]
    [ "$(ipcs -s -m -q | wc -l)" -eq "$queues" ]
}

@test "killed at any moment, it leaves no process, no mount and no queue" {
    need_root # to have namespaces in which nobody else mounts or makes a queue
    need_mounts
    own_tool
    export OWN DIR
    export -f kill_at_moments begin_own eventually none_left processes
    unshare --mount --ipc bash -euo pipefail -c kill_at_moments
}

@test "standard output that cannot be written is an error" {
    to_full_disk() { "$TOOL" inherit --method fork --property umask >/dev/full; }
    one_line 2 'No space left' to_full_disk
}
