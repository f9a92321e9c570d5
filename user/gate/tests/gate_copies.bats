#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The command gate: programs are copied in one way before they are measured.
#
# shellcheck disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets and calls

load gate.bash

setup() {
    DIR=$BATS_TEST_TMPDIR
    # An ordinary user can enter it.
    HERE=$ROOM/$BATS_TEST_NUMBER-here
    mkdir "$HERE" "$HERE/tmp"
    chmod 700 "$HERE/tmp"
    TMPDIR=$HERE/tmp
    SEEN=$HERE/seen
    export TMPDIR
    : >"$SEEN"
    chmod 666 "$SEEN"
}

# A program, once as a linker writes files and once written at once, that adds a line to $SEEN:
# argv[0], its file, and the folder's mode and owner.
two_writings() {
    mkdir "$HERE/pieces" "$HERE/whole"
    cc -x c -o "$HERE/prog" - <<END
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char file[4096] = "", folder[4096];
	struct stat st;
	FILE *seen = fopen("$SEEN", "a");

	(void)argc;
	if (readlink("/proc/self/exe", file, sizeof(file) - 1) < 0 || !seen)
		return 1;
	strcpy(folder, file);
	*strrchr(folder, '/') = '\0';
	*strrchr(folder, '/') = '\0';
	stat(folder, &st);
	fprintf(seen, "%s %s %o %d\n", argv[0], file, st.st_mode & 07777, (int)st.st_uid);
	return 0;
}
END
    dd if="$HERE/prog" of="$HERE/pieces/prog" bs=4k status=none
    dd if="$HERE/prog" of="$HERE/whole/prog" bs=1M status=none
    chmod 755 "$HERE"/*/prog
    A=$HERE/pieces/prog B=$HERE/whole/prog
    BOTH=(--program "$A" --program "$B")
    BRIEF=(--ab --no-trace --runs 2 --pairs 2 "${BOTH[@]}")
}

# Takes a pair of such runs, which decides nothing: a note of the verdict has the pattern.
noted() { # PATTERN OPTION...
    local pattern=$1
    shift
    "$TOOL" gate --ab --no-trace --runs 2 --pairs 2 --json "$@" >"$DIR/json" || [ $? -eq 4 ]
    jq -r '.notes[]' "$DIR/json"
    jq -r '.notes[]' "$DIR/json" | grep -Eqx -- "$pattern"
}

# The files that were executed, sorted.
executed() {
    cut -d' ' -f2 "$SEEN" | sort -u
}

nothing_left() {
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "both sides execute copies, under the programs' own names" {
    two_writings
    noted 'programs: copies, both written in one way' --keep "$DIR/raw" "${BOTH[@]}" --method posix_spawn,system
    cat "$SEEN"
    # In one private folder, which is gone.
    [[ $(executed) =~ ^("$TMPDIR"/spawnscope-[^/]*)/a/prog$'\n'("$TMPDIR"/spawnscope-[^/]*)/b/prog$ ]]
    [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
    [ "$(cut -d' ' -f3- "$SEEN" | sort -u)" = "700 $(id -u)" ]
    nothing_left
    # A shell gives argv[0] the path that it executes; all others the user's.
    [ "$(cut -d' ' -f1 "$SEEN" | sort -u)" = "$(printf '%s\n' "$A" "$B" "${BASH_REMATCH[1]}"/{a,b}/prog | sort)" ]
    # The runs name the user's program, and say so; they are decided again with the same words.
    holds "$DIR/raw/pair-001-a.jsonl" 'run.environment.programs == "copies, both written in one way"' \
        "run.command | index(\"--program=$A\") != null"
    again_the_same 4
    # Other runs of programs that were not copied are not compared with these.
    sed '1s/"gate":"[^"]*"/"gate":"other"/' "$DIR/raw/pair-001-a.jsonl" >"$DIR/one"
    sed '1s/"gate":"[^"]*"/"gate":"other"/; 1s/"programs":"[^"]*",//' "$DIR/raw/pair-001-b.jsonl" >"$DIR/two"
    verdict 5 '^not comparable: programs ' "$DIR/one" "$DIR/two"
}

@test "with --in-place, and where both are one file, nothing is copied" {
    two_writings
    verdict 4 '^inconclusive: ' "${BRIEF[@]}" --in-place
    [ "$(executed)" = "$(printf '%s\n' "$A" "$B")" ]
    refute grep -q 'programs:' "$DIR/out"
    ln "$A" "$HERE/link"
    : >"$SEEN"
    verdict 4 '^inconclusive: ' --ab --no-trace --runs 2 --pairs 2 --program "$A" --program "$HERE/link"
    [ "$(executed)" = "$(printf '%s\n' "$HERE/link" "$A")" ]
    refute grep -q 'programs:' "$DIR/out"
    one_line 2 'in-place goes with --ab and two programs' "$TOOL" gate --ab --in-place fork vfork
    one_line 2 'in-place goes with --ab and two programs' \
        "$TOOL" gate --lab --in-place --program "$A" --program "$B" --kernel debian:6.1
}

@test "where one cannot be copied, neither is, and a note says why" {
    two_writings
    printf '#!/bin/sh\n' >"$HERE/script"
    cp "$A" "$HERE/setuid"
    chmod 4755 "$HERE/setuid"
    chmod +x "$HERE/script"
    noted 'programs: measured where they are: B is a script or no ELF file, .*' --program "$A" --program "$HERE/script"
    noted 'programs: measured where they are: A is a script or no ELF file, .*' --program "$HERE/script" --program "$A"
    noted 'programs: measured where they are: B is set-user-ID .*' --program "$A" --program "$HERE/setuid"
    [ "$(executed)" = "$(printf '%s\n' "$A" "$HERE/setuid")" ]
    [[ "$(jq -r '.notes[]' "$DIR/json")" != *copies,* ]]
    # A program that is not there is an error of the run.
    one_line 2 "none: No such file or directory" "$TOOL" gate --ab --no-trace --pairs 2 --program "$A" --program "$HERE/none"
}

@test "a program with file capabilities is not copied" {
    need_root
    two_writings
    cp "$A" "$HERE/capable"
    setcap cap_net_raw+ep "$HERE/capable" || skip "no file capabilities here"
    "$TOOL" gate --ab --no-trace --runs 2 --pairs 2 --program "$A" --program "$HERE/capable" --json >"$DIR/json" 2>"$DIR/err" || true
    # It may not be allowed to start: the driver has no capabilities to give.
    grep -q 'B has file capabilities' "$DIR/json" || grep -q "exec of .*/capable': Operation not permitted" "$DIR/err"
    nothing_left
}

@test "a program that finds libraries beside itself is measured where it is" {
    two_writings
    mkdir "$HERE/origin"
    echo 'int answer(void) { return 0; }' | cc -x c -shared -fPIC -o "$HERE/origin/libanswer.so" -
    echo 'int answer(void); int main(void) { return answer(); }' |
        cc -x c -o "$HERE/origin/asks" - -L"$HERE/origin" -lanswer -Wl,-rpath,'$ORIGIN'
    noted 'programs: measured where they are: A looks for libraries beside itself \(\$ORIGIN\)' \
        --program "$HERE/origin/asks" --program "$A"
    echo 'int answer(void); int main(void) { return answer(); }' |
        cc -x c -o "$HERE/origin/asks" - -L"$HERE/origin" -lanswer -Wl,-rpath,'${ORIGIN}/.'
    noted 'programs: measured where they are: B looks for libraries beside itself \(\$ORIGIN\)' \
        --program "$A" --program "$HERE/origin/asks"
}

@test "a copy that fails says that it is one" {
    two_writings
    one_line 2 "'/[^ ]*/false' ended with status 1 \(a copy; --in-place runs the program where it is\)$" \
        "$TOOL" gate --ab --no-trace --program "$A" --program /bin/false --pairs 5 --seed 1
    nothing_left
}

@test "copies go only where nobody else decides what has their names" {
    need_root
    two_writings
    mkdir "$HERE/open" "$HERE/theirs" "$HERE/theirs/ours"
    chmod 777 "$HERE/open"
    chown "$NOBODY" "$HERE/theirs"
    ln -s "$HERE/tmp" "$HERE/link"
    for TMPDIR in "$HERE/open" "$HERE/theirs/ours" "$HERE/none" "$HERE/link"; do
        : >"$SEEN"
        verdict 4 '^inconclusive: ' "${BRIEF[@]}"
        executed
        if [ "$TMPDIR" = "$HERE/link" ]; then
            grep -q "^$HERE/tmp/" <(executed)
        else
            refute grep -q "^$HERE" <(executed)
        fi
    done
}

@test "under sudo the copies are the user's, and nothing is read for them that they may not" {
    need_root
    two_writings
    chown "$NOBODY" "$HERE/tmp"
    export SUDO_UID=$NOBODY SUDO_GID=$NOBODY
    verdict 4 '^inconclusive: ' "${BRIEF[@]}"
    cat "$SEEN"
    [ "$(cut -d' ' -f3- "$SEEN" | sort -u)" = "700 $NOBODY" ]
    nothing_left
    chmod 711 "$B"
    noted 'programs: measured where they are: B: Permission denied' --program "$A" --program "$B"
}

@test "however it ends, no copies are left" {
    two_writings
    own_tool
    local signal
    for signal in INT TERM KILL; do
        : >"$SEEN"
        begin_own gate --ab --no-trace --runs 100000 "${BOTH[@]}"
        eventually test -s "$SEEN"
        refute nothing_left
        kill "-$signal" "$tool"
        case $signal in
        KILL) exit_of "$tool" 137 ;;
        *)
            exit_of "$tool" $((128 + $(kill -l "$signal")))
            nothing_left
            ;;
        esac
        eventually none_left "$OWN"
        eventually nothing_left
    done
}
