#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every command that writes a file, against everything that others can place in its way. A new
# command that writes is a row of `files` or `folders`.
# shellcheck disable=SC2317 # `each` calls the functions

load ../../tests/tool.bash

start_early() {
    cp "$BATS_TEST_DIRNAME/../../report/tests/golden/bench.jsonl" "$ROOM/run.jsonl"
    sed '1s/"seed":"[^"]*"/"seed":"2"/' "$ROOM/run.jsonl" >"$ROOM/other.jsonl"
    cp "$BATS_TEST_DIRNAME/../../report/tests/golden/profile.jsonl" "$ROOM/births.jsonl"
    chmod 644 "$ROOM"/*.jsonl
}

# KIND COMMAND..., with OUT for the file. Kinds: `whole` replaces a file at once, `adds` appends to
# it at once, `stream` writes line by line, `opens` does so after minutes in the lab. (Profiles with few probes, which are soon attached.)
files() {
    cat <<ROWS
whole report $ROOM/run.jsonl -o OUT
whole report --format markdown $ROOM/run.jsonl -o OUT
whole export --format csv $ROOM/run.jsonl -o OUT
whole export --format openmetrics $ROOM/run.jsonl -o OUT
whole export --format perfetto $ROOM/births.jsonl -o OUT
whole gate -q $ROOM/run.jsonl $ROOM/other.jsonl -o OUT
whole gate -q $ROOM/run.jsonl $ROOM/other.jsonl --junit OUT
whole gate -q $ROOM/run.jsonl $ROOM/other.jsonl --ktap OUT
adds gate -q $ROOM/run.jsonl $ROOM/other.jsonl --markdown OUT
whole lab --write-file OUT
stream bench -q --no-trace --method fork --size 1M --runs 2 -o OUT
stream profile -q --no-calibrate --detail light --trace tracepoint -o OUT -- true
stream profile -q --no-calibrate --detail light --trace tracepoint --perfetto OUT -- true
stream profile -q --input $ROOM/births.jsonl --perfetto OUT
stream claims -q --claim vfork-pid -o OUT
stream scenario -q --size 1M --rounds 1 -o OUT pipeline
opens anatomy -q --method fork --size 1M -o OUT
ROWS
}

# The same for folders that files are created in.
folders() {
    cat <<ROWS
folder gate -q $ROOM/run.jsonl --baselines OUT --save name
folder gate -q --ab vfork vfork --no-trace --size 1M --pairs 2 --runs 2 --keep OUT
folder lab --write-folder $ROOM/sent/. OUT
ROWS
}

# Calls CHECK COMMAND... for each row of these kinds, with $OUT in the place of OUT.
each() { # KINDS CHECK
    local rows row words
    mapfile -t rows < <(files && folders)
    for row in "${rows[@]}"; do
        read -ra words <<<"$row"
        [[ " $1 " == *" ${words[0]} "* ]] || continue
        echo "== ${words[*]:1}"
        words=("${words[@]:1}")
        "$2" "${words[@]/#OUT/$OUT}"
    done
}

readonly ALL='whole adds stream'

# Fails with status 2 and one line that says why. (Without other programs: hundreds of commands are.)
refused() { # REASON COMMAND...
    local pattern="^spawnscope: cannot (write|save|keep) .*: $1" status=0 said
    shift
    timeout 60 "$TOOL" "$@" <"$ROOM/run.jsonl" >"$DIR/out" 2>"$DIR/err" || status=$?
    mapfile said <"$DIR/err"
    echo "${said[*]}"
    [ "$status" -eq 2 ]
    [ "${#said[@]}" -eq 1 ]
    [[ ${said[0]} =~ $pattern ]]
}

# Inconclusive (4) is as good: two runs of a gate are too few.
written() { # COMMAND...
    local status=0
    timeout 120 "$TOOL" "$@" <"$ROOM/run.jsonl" >"$DIR/out" 2>"$DIR/err" || status=$?
    cat "$DIR/err"
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
}

# Folders of the user, of everybody, of a group and of root; a file that only root may change.
make_places() {
    need_root
    place=$ROOM/$BATS_TEST_NUMBER
    mkdir -p "$place"/{theirs,open,group,ours} "$ROOM/sent"
    chown "$NOBODY:$NOBODY" "$place/theirs"
    chmod 1777 "$place/open"
    chgrp "$NOBODY" "$place/group"
    chmod 2775 "$place/group"
    echo SECRET >"$place/victim"
    chmod 600 "$place/victim"
    echo sent >"$ROOM/sent/file"
}

untouched() {
    local words
    mapfile words <"$place/victim"
    [ "${words[*]}" = $'SECRET\n' ]
    [ "$(stat -c '%u %h' "$place/victim")" = "0 1" ]
    [ -z "$(shopt -s dotglob nullglob && echo "$place/ours"/*)" ]
}

as_user() {
    "${AS_NOBODY[@]}" "$@"
}

readonly EXPOSED='theirs open group'

# Lays a link of the user's: in the group's folder with the group's rights.
lay_link() { # TO NAME
    rm -rf "${2:?}"
    as_user ln -s "$1" "$2"
}

under_sudo() {
    export SUDO_UID=$NOBODY SUDO_GID=$NOBODY
}

# A file of the caller's.
is_callers() {
    rm -rf "$OUT"
    written "$@"
    find "$OUT" -printf '%U:%G\n' | sort -u >"$DIR/owners"
    [ "$(cat "$DIR/owners")" = "$NOBODY:$NOBODY" ]
    [ -s "$OUT" ]
}

@test "under sudo, files and folders belong to the caller" {
    make_places
    under_sudo
    OUT=$place/theirs/new
    each "$ALL folder" is_callers
}

denied() {
    refused 'Permission denied' "$@"
    untouched
}

@test "under sudo, only what the caller may write to is written" {
    make_places
    under_sudo
    OUT=$place/ours/new
    each "$ALL opens folder" denied
    lay_link "$place/victim" "$place/theirs/link"
    OUT=$place/theirs/link
    each "$ALL opens" denied
    lay_link "$place/ours" "$place/theirs/link"
    OUT=$place/theirs/link/new
    each "$ALL opens folder" denied
}

@test "SUDO_UID without a valid SUDO_GID is refused" {
    local command ids
    need_root
    for command in bench profile gate report export show doctor inherit claims scenario anatomy lab; do
        for ids in "SUDO_UID=$NOBODY" "SUDO_UID=$NOBODY SUDO_GID=x" "SUDO_UID= SUDO_GID=1" \
            "SUDO_UID=-1 SUDO_GID=1" "SUDO_UID=1 SUDO_GID=4294967295"; do
            read -ra words <<<"$ids"
            one_line 2 'SUDO_GID is not a valid id' env "${words[@]}" "$TOOL" "$command"
        done
    done
}

no_link() {
    refused 'Too many levels of symbolic links' "$@"
    untouched
    [ ! -e "$place/nothing" ]
}

@test "root follows no link where others can lay one" {
    local folder
    make_places
    for folder in $EXPOSED; do
        OUT=$place/$folder/link
        lay_link "$place/victim" "$OUT"
        each "$ALL opens" no_link
        lay_link "$place/nothing" "$OUT"
        each "$ALL opens" no_link
        lay_link "$place/ours" "$OUT"
        each folder no_link
        # In the place of a folder, and further up.
        OUT=$place/$folder/link/new
        each "$ALL opens folder" no_link
        OUT=$place/$folder/link/../ours/new
        each "$ALL opens folder" no_link
    done
}

not_written_into() {
    rm -f "$OUT"
    ln "$place/victim" "$OUT"
    timeout 60 "$TOOL" "$@" <"$ROOM/run.jsonl" >"$DIR/out" 2>"$DIR/err" || cat "$DIR/err"
    [ "$(cat "$place/victim")" = SECRET ]
    rm -f "$OUT"
}

@test "root writes into no file that others may have linked" {
    local folder
    make_places
    for folder in $EXPOSED; do
        OUT=$place/$folder/link
        each "$ALL" not_written_into
    done
    untouched
}

no_pipe() {
    refused 'Permission denied' "$@"
}

@test "root writes to no pipe of others" {
    local folder
    make_places
    for folder in $EXPOSED; do
        OUT=$place/$folder/pipe
        as_user mkfifo -m 666 "$OUT"
        each "$ALL opens" no_pipe
    done
}

# Twice: there is a file of root's own then.
twice() {
    rm -f "$OUT"
    written "$@"
    [ -s "$OUT" ]
    written "$@"
    [ -s "$OUT" ]
    [ "$(find "$place" -name '.spawnscope*')" = '' ]
}

@test "root writes files in a folder of everybody's, again and again" {
    make_places
    OUT=$place/open/new
    each "$ALL" twice
    OUT=$place/group/new
    each "$ALL" twice
}

locked() {
    echo kept >"$OUT"
    TOOL=$ROOM/beside refused 'another process is writing it' "$@"
    [ "$(cat "$OUT")" = kept ]
    rm "$OUT"
}

@test "a file that another run writes line by line is left alone" {
    make_places
    # Has the lock while the tool runs.
    cat >"$ROOM/beside" <<'BESIDE'
#!/usr/bin/env python3
import fcntl, os, subprocess, sys
with open(os.environ['OUT'], 'r+') as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    sys.exit(subprocess.call([os.environ['LOCKED_OUT'], *sys.argv[1:]]))
BESIDE
    chmod +x "$ROOM/beside"
    export OUT LOCKED_OUT=$TOOL
    OUT=$place/mine
    each "stream opens" locked
    OUT=$place/open/mine
    each "stream opens" locked
}

follows() {
    rm -f "$place/real"
    written "$@"
    [ -L "$OUT" ]
    [ -s "$place/real" ]
    [ ! -L "$place/real" ]
}

@test "root's own links are followed and stay links" {
    make_places
    OUT=$place/ours/link
    ln -s ../middle "$OUT"
    ln -s "$place/real" "$place/middle"
    each "$ALL" follows
    OUT=$place/ours/folder/link
    ln -s . "$place/ours/folder"
    each "$ALL" follows
}

stays() {
    local status=0
    yes | head -c 2048 >"$OUT"
    prlimit --fsize=256 "$TOOL" "$@" <"$ROOM/run.jsonl" 2>"$DIR/out" >/dev/null || status=$?
    cat "$DIR/out"
    [ "$status" -eq 2 ]
    [ "$(cat "$DIR/out")" = "spawnscope: cannot write $OUT: File too large" ]
    [ "$(ls -A "$folder")" = new ]
    cmp "$OUT" <(yes | head -c 2048)
}

@test "a file size limit is an error and leaves the old file" {
    folder=$DIR/folder
    mkdir "$folder"
    OUT=$folder/new
    each 'whole adds' stays
}

stays_on_full_disk() {
    local status=0
    # shellcheck disable=SC2016
    unshare --mount bash -c 'folder=$1 && shift
        mount -t tmpfs -o size=4k none "$folder"
        yes | head -c 4096 >"$folder/new"
        "$@" <"$ROOM/run.jsonl" 2>&1 >/dev/null
        status=$?
        [ "$(ls -A "$folder")" = new ] && cmp "$folder/new" <(yes | head -c 4096) && exit "$status"
        exit 99' - "$folder" "$TOOL" "$@" >"$DIR/out" || status=$?
    cat "$DIR/out"
    [ "$status" -eq 2 ]
    [ "$(cat "$DIR/out")" = "spawnscope: cannot write $OUT: No space left on device" ]
}

# The system call in which a process waits for a reader: rt_sigtimedwait.
waits() { # PID
    grep -q '^128 ' "/proc/$1/syscall"
}

# On a pipe that nobody reads. Each signal in turn.
stopped() { # COMMAND...
    local number pid signals=(INT TERM HUP QUIT)
    turn=$(((${turn:-0} + 1) % 4))
    number=$(kill -l "${signals[turn]}")
    "$TOOL" "$@" <"$ROOM/run.jsonl" >/dev/null 2>"$DIR/err" 3>&- &
    pid=$!
    eventually waits "$pid"
    kill -"$number" "$pid"
    exit_of "$pid" $((128 + number))
    cat "$DIR/err"
    grep -q '^spawnscope: nothing reads the pipe pipe$' "$DIR/err"
}

@test "a signal ends the wait for the reader of a pipe" {
    need_root
    OUT=$DIR/pipe
    mkfifo "$OUT"
    each "$ALL opens" stopped
}

# In write, or in poll until there is room.
is_held_up() { # PID
    grep -qE '^(1|7) ' "/proc/$1/syscall"
}

# On a pipe that is full, and which nobody reads. (The first signal to `profile -- COMMAND` is the
# command's.)
freed() { # COMMAND...
    local pid end=$((SECONDS + 60))
    "$TOOL" "$@" <"$ROOM/run.jsonl" >/dev/null 2>"$DIR/err" 3>&- 4>&- &
    pid=$!
    eventually is_held_up "$pid"
    while kill -TERM "$pid" 2>/dev/null && ((SECONDS < end)); do sleep 0.1; done
    cat "$DIR/err"
    refute kill -KILL "$pid" 2>/dev/null
}

@test "a signal ends the wait for one who does not read the pipe" {
    need_root
    OUT=$DIR/pipe
    mkfifo "$OUT"
    exec 4<>"$OUT"
    head -c 65536 /dev/zero >&4
    each stream freed
    exec 4>&-
}

read_later() { # COMMAND...
    (sleep 0.1 && exec cat "$OUT") >"$DIR/read" 3>&- &
    written "$@"
    wait $!
    [ -s "$DIR/read" ]
}

@test "a pipe is written to as soon as someone reads it" {
    OUT=$DIR/pipe
    mkfifo "$OUT"
    each 'whole adds' read_later
}

# Commands that print, and do not begin with an output that is opened.
printers() {
    cat <<ROWS
--help
--version
help bench
bench --help
doctor
scenario list
show $ROOM/run.jsonl
report --format markdown $ROOM/run.jsonl
export --format csv $ROOM/run.jsonl
gate $ROOM/run.jsonl $ROOM/other.jsonl
bench --no-trace --method fork --size 1M --runs 2
inherit -q --property umask
claims -q --claim vfork-pid
claims --list
scenario -q --size 1M --rounds 1 pipeline
anatomy --input $BATS_TEST_DIRNAME/../../tests/anatomies/fork-6.1.jsonl
ROWS
}

@test "what standard output did not take is an error" {
    local words status
    while read -ra words; do
        status=0
        "$TOOL" "${words[@]}" >/dev/full 2>"$DIR/err" </dev/null || status=$?
        echo "${words[*]}: $status, $(cat "$DIR/err")"
        [ "$status" -eq 2 ]
        [ "$(grep -c '^spawnscope: cannot write .*standard output' "$DIR/err")" -eq 1 ]
    done < <(printers)
}

at_once() { # COMMAND...
    rm -f "$OUT"
    under_strace -qq -e trace=linkat,rename,renameat,renameat2 -o "$DIR/trace" "$TOOL" "$@" <"$ROOM/run.jsonl" >/dev/null || [ $? -eq 4 ]
    cat "$DIR/trace"
    grep -q '^linkat' "$DIR/trace" || skip "this file system has no unnamed files"
    refute grep -q '^rename' "$DIR/trace"
    [ -s "$OUT" ]
}

# Where a temporary name comes first, a SIGKILL can leave that.
@test "a new file gets its name at once" {
    command -v strace >/dev/null || skip "strace is missing"
    OUT=$DIR/new
    each whole at_once
}

@test "a full disk is an error and leaves the old file" {
    need_root
    need_mounts
    folder=$ROOM/$BATS_TEST_NUMBER
    mkdir "$folder"
    OUT=$folder/new
    each 'whole adds' stays_on_full_disk
}

# Swaps a folder of the user's for a link to root's, until a file is there.
swap() { # STOP
    local end=$((SECONDS + 60))
    while [ ! -e "$1" ] && ((SECONDS < end)); do
        mv -T "$place/theirs/sub" "$place/theirs/aside"
        mv -T "$place/theirs/link" "$place/theirs/sub"
        mv -T "$place/theirs/sub" "$place/theirs/link"
        mv -T "$place/theirs/aside" "$place/theirs/sub"
    done
}

raced() {
    local _
    for _ in {1..10}; do
        timeout 60 "$TOOL" "$@" <"$ROOM/run.jsonl" >/dev/null 2>&1 || true
    done
    untouched
}

@test "a folder that becomes a link meanwhile leads nowhere" {
    local swapper
    make_places
    as_user mkdir "$place/theirs/sub"
    as_user ln -s ../ours "$place/theirs/link"
    swap "$DIR/stop" >/dev/null 2>&1 3>&- &
    swapper=$!
    OUT=$place/theirs/sub/new
    each 'whole adds' raced
    touch "$DIR/stop"
    wait "$swapper"
    untouched
}

# COMMAND..., with OUT for an output and IN for the file that it reads.
readers() {
    cat <<ROWS
report IN -o OUT
export --format csv IN -o OUT
gate $ROOM/other.jsonl IN -o OUT
gate IN $ROOM/other.jsonl --junit OUT
gate IN $ROOM/other.jsonl --ktap OUT
gate IN $ROOM/other.jsonl --markdown OUT
gate --budget IN $ROOM/run.jsonl -o OUT
gate --accept IN $ROOM/run.jsonl $ROOM/other.jsonl -o OUT
gate --ab IN IN -o OUT
gate --ab --program IN --program IN --junit OUT
gate --lab --kernel IN --kernel IN -o OUT
bench --no-trace --program IN -o OUT
profile --input IN --perfetto OUT
profile --input IN --folded OUT
bench --no-trace --suite IN -o OUT
anatomy --against IN -o OUT
anatomy --kernel IN -o OUT
ROWS
}

@test "no output is written over what the command reads" {
    local words
    echo kept >"$DIR/in"
    ln -s in "$DIR/link"
    ln "$DIR/in" "$DIR/second"
    while read -ra words; do
        for OUT in "$DIR/in" "$DIR/link" "$DIR/second"; do
            words=("${words[@]/#IN/$DIR/in}")
            one_line 2 "^spawnscope: -.* $OUT: that file is read, too; name another$" \
                "$TOOL" "${words[@]/#OUT/$OUT}"
        done
    done < <(readers)
    [ "$(cat "$DIR/in")" = kept ]
}

@test "two outputs are not one file, but may be one pipe or device" {
    local OUT
    echo kept >"$DIR/old"
    ln -s old "$DIR/link"
    for OUT in "$DIR/old" "$DIR/new"; do
        one_line 2 "--junit $OUT: -o writes that file, too; name another$" \
            "$TOOL" gate -q "$ROOM/run.jsonl" "$ROOM/other.jsonl" -o "$OUT" --junit "$OUT"
        one_line 2 "--folded $OUT: --perfetto writes that file, too; name another$" \
            "$TOOL" profile --input "$ROOM/births.jsonl" --perfetto "$OUT" --folded "$OUT"
    done
    one_line 2 "--markdown $DIR/link: -o writes that file, too" \
        "$TOOL" gate -q "$ROOM/run.jsonl" "$ROOM/other.jsonl" -o "$DIR/old" --markdown "$DIR/link"
    [ "$(cat "$DIR/old")" = kept ]
    refute test -e "$DIR/new"
    written gate -q "$ROOM/run.jsonl" "$ROOM/other.jsonl" -o /dev/null --junit /dev/null
}

@test "standard output and links of /proc are written to" {
    "$TOOL" report "$ROOM/run.jsonl" -o "$DIR/page"
    "$TOOL" report "$ROOM/run.jsonl" -o - | cmp - "$DIR/page"
    "$TOOL" report "$ROOM/run.jsonl" -o /dev/stdout | cmp - "$DIR/page"
    "$TOOL" report "$ROOM/run.jsonl" -o /proc/self/fd/1 >"$DIR/again"
    cmp "$DIR/again" "$DIR/page"
}

@test "folders above a folder are created" {
    local OUT=$DIR/a/b/../b/c
    mkdir -p "$ROOM/sent"
    echo sent >"$ROOM/sent/file"
    written lab --write-folder "$ROOM/sent/." "$OUT"
    [ "$(cat "$DIR/a/b/c/file")" = sent ]
}
