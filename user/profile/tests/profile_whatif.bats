#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The what-if estimates, compared with what the other ways to spawn really take on this machine; and
# the cache of its calibration.
#
# shellcheck disable=SC2016,SC2153,SC2154 # jq's variables; what tool.bash sets

load ../../tests/tool.bash
load profile.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    need_root
    [ -x /usr/bin/python3 ] || skip "python3 is not installed"
    chmod 755 "$DIR" 2>/dev/null || true
    # The lab's kernels are cached there.
    theirs=${XDG_CACHE_HOME:-$HOME/.cache}
    # All tests share one cache, except those that test the cache.
    export XDG_CACHE_HOME=$ROOM/cache
    mkdir -p "$XDG_CACHE_HOME"
    # births.py HOW N MIB [thp]: prints what the call took at its tenth percentile, in ns. On a busy machine
    # most children wait for a CPU first, and posix_spawn with them.
    cat >"$ROOM/births.py" <<'PY'
import mmap, os, sys, time
how, n, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) << 20
memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.madvise(mmap.MADV_HUGEPAGE if sys.argv[4:] == ["thp"] else mmap.MADV_NOHUGEPAGE)
for at in range(0, size, 4096):
    memory[at] = 1
times = []
for _ in range(n):
    before = time.monotonic_ns()
    if how == "posix_spawn":
        pid = os.posix_spawn("/bin/true", ["true"], {})
    else:
        pid = os.fork()
        if pid == 0:
            if how == "exec":
                os.execve("/bin/true", ["true"], {})
            os._exit(0)
    times.append(time.monotonic_ns() - before)
    os.waitpid(pid, 0)
print(sorted(times)[n // 10])
PY
}

# births TOOL_OPTION... -- HOW N MIB [thp]: under the profile; the summary is in $DIR/err.
births() {
    local options=()
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    "${TOOL_HERE:-$TOOL}" profile "${options[@]}" -- /usr/bin/python3 "$ROOM/births.py" "$@" \
        >"$DIR/out" 2>"$DIR/err" </dev/null
    cat "$DIR/err"
    tr -s '\n ' ' ' <"$DIR/err" >"$DIR/line"
}

# $whatif: the line of JSON with the estimates for python3.
estimate() { # HOW N MIB [thp]
    births --json -- "$@"
    whatif=$(jq -c 'select(.type == "whatif" and .parent == "python3")' "$DIR/err")
    echo "estimated: $whatif"
}

# Calibrates until the machine is quiet enough that the calibration is kept: $file is it, in the folder of
# the cache. A noisy one is said to be noisy, and not kept.
keep_calibration() { # [FOLDER]
    local _
    file=${1:-$DIR}/spawnscope/calibration-$(</proc/sys/kernel/random/boot_id).jsonl
    for _ in 1 2 3 4 5 6 7 8; do
        births -v -- exec 20 64
        if [ -f "$file" ] && [ ! -L "$file" ]; then
            grep -q 'calibrated on the same boot: ' "$DIR/line"
            return
        fi
        grep -q 'the calibration is not cached: it is noisy' "$DIR/line"
        grep -Fq 'calibrated on the same boot (noisy): ' "$DIR/line"
    done
    # Too busy: each sample becomes the median of its cell.
    rm -f "$file"
    [ -d "${file%/*}" ] || mkdir -m 700 "${file%/*}"
    "$TOOL" bench --no-trace -q --method fork,fork-exec,posix_spawn --size 1M,64M --pages 4k,thp --runs 60 \
        -o - | jq -c 'if .type == "cell" and .n > 0
            then .samples.spawn_ns |= (sort[length / 2 | floor] as $median | map($median)) else . end' \
        >"$DIR/flat.jsonl"
    install -m 600 "$DIR/flat.jsonl" "$file"
    if [ -n "${SUDO_UID:-}" ]; then chown "$SUDO_UID:$SUDO_GID" "${file%/*}" "$file"; fi
    rm -f "${file%/*}/calibration-0-0.jsonl"
    births -v -- exec 20 64
    grep -q 'calibrated on the same boot: ' "$DIR/line"
}

# A time is in the range, or off by a factor of four at most: the machine may be busy.
near() { # NS RANGE
    jq -ne --argjson ns "$1" --argjson range "$2" '$ns >= $range[0] / 4 and $ns <= $range[1] * 4'
}

@test "posix_spawn takes what was estimated from forks that exec" {
    local agree='' measured forked _
    # The machine may become busy, or idle, between the two.
    for _ in 1 2 3; do
        estimate exec 40 64
        measured=$(/usr/bin/python3 "$ROOM/births.py" posix_spawn 40 64)
        forked=$(/usr/bin/python3 "$ROOM/births.py" exec 40 64)
        echo "measured: posix_spawn $measured ns, fork $forked ns; estimated: $whatif"
        if near "$measured" "$(jq .posix_spawn_call_ns <<<"$whatif")" && near "$forked" "$(jq '[.call_ns, .call_ns]' <<<"$whatif")"; then
            agree=1
            break
        fi
    done
    [ "$agree" ]
    jq -e '.exec and .forks == 40 and .less_work_ns[0] > 0 and .less_work_ns[1] >= .less_work_ns[0]
        and (.basis | test("calibrated on the same boot( [(]noisy[)])?: posix_spawn [0-9.]+ (m|µ)s, fork of 1 MiB"))' <<<"$whatif"
}

@test "a fork of a small process takes what was estimated for a helper" {
    estimate exec 40 64
    "$TOOL" bench --no-trace -q --method fork-exec --size 1M --runs 50 -o "$DIR/small.jsonl" >/dev/null
    measured=$(jq 'select(.type == "cell").samples.spawn_ns | sort[length / 2 | floor]' "$DIR/small.jsonl")
    echo "measured: $measured ns"
    near "$measured" "$(jq .helper_call_ns <<<"$whatif")"
}

@test "with huge pages a copy takes what was estimated from small ones, and no more is promised" {
    ! grep -q '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled || skip "huge pages are off here"
    # A calibration of a busy machine may contradict the births; it is not kept.
    for _ in 1 2 3 4; do
        estimate stay 20 384
        jq -e '.no_thp == null' <<<"$whatif" || continue
        break
    done
    estimated=$(jq -c .thp_copy_mm_ns <<<"$whatif")
    copied=$(jq .copy_mm_ns <<<"$whatif")
    jq -e '.exec == false and .posix_spawn_call_ns == null and .helper_call_ns == null
        and (.basis | test("/MiB of THP"))' <<<"$whatif"
    births --json -- stay 20 384 thp
    measured=$(jq -s 'map(select(.type == "birth" and .method == "fork" and .parent.comm == "python3").phases.copy_mm)
        | sort[length / 2 | floor]' "$DIR/err")
    echo "measured: $measured ns in place of $copied, estimated: $estimated"
    near "$measured" "$estimated"
    [ "$measured" -lt "$copied" ]
}

# On a busy machine a helper may save nothing.
@test "the summary, the file and its replay agree" {
    births -o "$DIR/run.jsonl" -- exec 20 64
    grep -Eq 'saves [0-9.]+ (m|µ)s to [0-9.]+ (m|µ)s: python3: posix_spawn or vfork for 20 forks that exec saves (up to|[0-9.]+ (m|µ)s to) [0-9.]+ (m|µ)s: python3: or a small helper, forked early, for these 20 forks .*Basis, of these births: .* calibrated on the same boot( \(noisy\))?: ' "$DIR/line"
    jq -se 'map(select(.type == "calibration")) | length == 1 and (.[0].ns | all(.[]; length == 3 and .[0] <= .[1] and .[1] <= .[2]))
        and .[0].ns.fork_mib_4k[1] > 500 and .[0].taken_ms > 0' "$DIR/run.jsonl"
    "$TOOL" profile --input "$DIR/run.jsonl" >"$DIR/again"
    diff <(unpriced | sed 1d) <(sed 1d "$DIR/again")
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    grep -q 'By a small helper process' "$DIR/page.html"
    births -o "$DIR/run.jsonl" -- stay 5 384
    "$TOOL" report "$DIR/run.jsonl" -o "$DIR/page.html"
    grep -Eq 'With huge pages \(THP\)' "$DIR/page.html"
}

@test "births that contradict the calibration get no estimate" {
    here=user/profile/tests/contradiction.jsonl
    "$TOOL" profile --input "$here" | tr -s '\n ' ' ' >"$DIR/line"
    grep -Fq 'saving not known (calibration and births contradict each other (the noisy calibration has 13.7 µs/MiB for 4 KiB pages, these births took 6.72 µs/MiB)): big: huge pages' "$DIR/line"
    "$TOOL" profile --json --input "$here" | jq -se 'map(select(.type == "whatif"))
        | length == 1 and .[0].thp_copy_mm_ns == null and (.[0].no_thp | test("contradict each other [(]"))'
    "$TOOL" report "$here" -o "$DIR/page.html"
    grep -q 'With huge pages (THP): no estimate, calibration and births contradict' "$DIR/page.html"
}

@test "without calibration the births alone are the basis" {
    births --no-calibrate -o "$DIR/run.jsonl" -- exec 20 64
    grep -q 'saves .* to .*: python3: posix_spawn or vfork for 20 forks that exec' "$DIR/line"
    grep -q 'saving not known (profile without --no-calibrate measures it): python3: or a small helper' "$DIR/line"
    refute grep -q alibrated "$DIR/err"
    refute grep -q '"calibration"' "$DIR/run.jsonl"
}

@test "without anything to estimate there is no bench" {
    export XDG_CACHE_HOME=$DIR
    "$TOOL" profile -- true 2>"$DIR/err"
    births -q -- exec 20 64
    [ ! -s "$DIR/err" ]
    [ ! -e "$DIR/spawnscope" ]
}

# The cache

# A tool without its driver, so that only the cache can calibrate.
without_driver() {
    own_tool
    rm "$OWN/spawnscope-bench"
}

calibrated() {
    TOOL_HERE=$OWN/spawnscope births -- exec 20 64
    refute grep -q 'Not calibrated' "$DIR/err"
    grep -q 'calibrated on the same boot' "$DIR/line"
}

uncalibrated() {
    TOOL_HERE=$OWN/spawnscope births -- exec 20 64
    grep -q "Not calibrated, so from these births alone: .*cannot find the driver" "$DIR/line"
}

@test "a boot is calibrated once" {
    export XDG_CACHE_HOME=$DIR
    without_driver
    uncalibrated
    keep_calibration
    [ "$(stat -c %a "$DIR/spawnscope" "$file" | paste -sd ' ')" = '700 600' ]
    calibrated
    # It is an ordinary result file.
    "$TOOL" export --format csv "$file" | grep -q posix_spawn
    # A new calibration deletes that of another boot.
    mv "$file" "$DIR/spawnscope/calibration-0-0.jsonl"
    uncalibrated
    keep_calibration
    [ "$(echo "$DIR"/spawnscope/*)" = "$file" ]
}

@test "a cache that is not ours, or another machine's, is not used" {
    export XDG_CACHE_HOME=$DIR
    keep_calibration
    cp "$file" "$DIR/good"
    without_driver
    calibrated
    damage() { # COMMAND: makes $file anew of $DIR/good
        rm -rf "$file"
        "$@"
        echo "--- $*"
        uncalibrated
    }
    damage ln -s "$DIR/good" "$file"
    damage ln -s /etc/passwd "$file"
    damage mkfifo "$file"
    damage mkdir "$file"
    damage install -m 600 -o "$NOBODY" "$DIR/good" "$file"
    damage install -m 620 "$DIR/good" "$file"
    damage sh -c 'head -c 100000 /dev/urandom >"$1"' - "$file"
    damage sh -c '(cat "$1"; head -c 2000000 /dev/zero | tr "\0" " ") >"$2"' - "$DIR/good" "$file"
    damage sh -c 'sed "1s/\"kernel_release\":\"/&9/" "$1" >"$2"' - "$DIR/good" "$file"
    damage sh -c 'sed "1s/\"cpu_model\":\"/&9/" "$1" >"$2"' - "$DIR/good" "$file"
    damage sh -c 'sed "1s/spawnscope [0-9]/&9/" "$1" >"$2"' - "$DIR/good" "$file"
    damage sh -c 'head -n -1 "$1" >"$2"' - "$DIR/good" "$file"
    damage sh -c ': >"$1"' - "$file"
    # An earlier version kept what was noisy.
    damage sh -c 'jq -c "if .type == \"cell\" then .samples.spawn_ns |= [to_entries[] | .value * (1 + .key % 10)] else . end" "$1" >"$2"' - "$DIR/good" "$file"
    # With the driver, a new file replaces it. If it was a link, its target stays as it was.
    rm -f "$file"
    ln -s "$DIR/good" "$file"
    before=$(sha256sum <"$DIR/good")
    keep_calibration
    [ "$before" = "$(sha256sum <"$DIR/good")" ]
    calibrated
    # Nor is a folder used that others can write to, or that is a link.
    chmod 777 "$DIR/spawnscope"
    uncalibrated
    mv "$DIR/spawnscope" "$DIR/real"
    chmod 700 "$DIR/real"
    ln -s real "$DIR/spawnscope"
    uncalibrated
    births -v -- exec 20 64
    grep -q "the calibration is not cached: .*spawnscope: " "$DIR/line"
    grep -q 'calibrated on the same boot' "$DIR/line"
}

@test "under sudo the cache is the caller's" {
    export XDG_CACHE_HOME=$ROOM/theirs
    install -d -o "$NOBODY" -g "$NOBODY" "$XDG_CACHE_HOME"
    SUDO_UID=$NOBODY SUDO_GID=$NOBODY keep_calibration "$XDG_CACHE_HOME"
    [ "$(stat -c %u "$file")" = "$NOBODY" ]
    # The caller cannot write to root's folder, and has no home.
    export XDG_CACHE_HOME=$ROOM/ours
    mkdir -p "$XDG_CACHE_HOME"
    SUDO_UID=$NOBODY SUDO_GID=$NOBODY births -v -- exec 20 64
    grep -q 'not cached: there is no cache folder' "$DIR/line"
    [ -z "$(ls -A "$XDG_CACHE_HOME")" ]
}

@test "interrupted while it calibrates, it sums up; killed, it leaves nothing" {
    export XDG_CACHE_HOME=$DIR
    own_tool
    calibrating
    kill -INT "$tool"
    exit_of "$tool"
    eventually none_left "$OWN"
    # It may have finished just before the signal.
    tr -s '\n ' ' ' <"$DIR/err" >"$DIR/line"
    grep -Eq 'Not calibrated, so from these births alone: interrupted|calibrated on the same boot' "$DIR/line"
    calibrating
    kill_own
    # There may be a whole file, but no part of one.
    [ -z "$(find "$DIR/spawnscope" -type f ! -name 'calibration-*')" ]
}

# Starts a profile and waits until it calibrates. On a busy machine that may be over before we look, so
# it tries several times.
calibrating() {
    local _
    for _ in 1 2 3 4 5; do
        rm -rf "$DIR/spawnscope"
        begin_own profile -- /usr/bin/python3 "$ROOM/births.py" exec 20 64
        until ended "$tool"; do
            ! find_driver || return 0
            sleep 0.01
        done
        wait "$tool" || true
    done
    return 1
}

# Finds the driver, which has no capabilities.
find_driver() {
    local pid
    pid=$(processes "$OWN" spawnscope-bench | head -n 1)
    [ -n "$pid" ] && grep -q '^CapPrm:.*0000000000000000$' "/proc/$pid/status"
}

# This kernel has no folder for a cache, and no huge pages.
@test "what a kernel of the lab does not have is left out with its reason" {
    command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
    export XDG_CACHE_HOME=$theirs
    bench/lab/fetch-kernel --path debian:6.1 >/dev/null 2>&1 || skip "no kernel was fetched: make kernels"
    bench/lab/guest --kernel debian:6.1 --add "$BUILD/static/spawnscope" \
        --add "$BUILD/static/spawnscope-bench" --add "$BUILD/static/spawnscope-child" \
        --add "$BUILD/static/storm" -- \
        spawnscope profile -v -- storm fork-exec 20 >"$DIR/err" 2>&1
    cat "$DIR/err"
    tr -s '\n ' ' ' <"$DIR/err" >"$DIR/line"
    grep -q 'the calibration is not cached: /var/cache/spawnscope: No such file' "$DIR/line"
    grep -q ': storm: posix_spawn or vfork for 20 forks that exec' "$DIR/line"
    refute grep -q 'Not calibrated' "$DIR/err"
}
