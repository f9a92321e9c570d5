# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154,SC2016 # boot, which reads this, sets machine, kernel, cmdline, work, saved
#
# Machines that have booted, saved by QEMU: the next boot of the same kernel with the same settings
# goes on from there, with other files. The init of the initramfs says when to save (files.c).

readonly SAVED_KEPT=32 # machines; each takes some 100 MB
# In QEMU's section of the name, the state: its length and its name.
readonly SAVED_RUNS='s/\(globalstate.\{11\}\)\x09watchdog/\1\x08running\x0/'
# QEMU's command, in JSON. It would wait for a reader for ever if all were killed before there is one.
readonly SAVED_BY='exec setpriv --pdeathsig KILL sh -c '\''[ $PPID = $0 ] && exec cat >\"$LAB_STATE\"'\'' $PPID'

# Makes an initramfs $2 that has nothing but the init of $1. Returns 1 if that init cannot read the
# other files from QEMU, or is not found.
saved_base() { # INITRD BASE
    [[ $(head -c 6 -- "$1" | tr -d '\0') == 070701 ]] || return 1
    mkdir "$work/base"
    (cd "$work/base" && cpio --extract --quiet --no-preserve-owner init <"$1" 2>/dev/null) || return 1
    grep -aqF lab.files=qemu "$work/base/init" 2>/dev/null || return 1
    touch -d @0 "$work/base/init"
    (cd "$work/base" && printf 'init\0' |
        cpio --null --create --quiet --reproducible --format=newc --owner=+0:+0) >"$2"
}

# Prints where the machine is, or is to be, saved: by all that it depends on. Where nothing can be
# kept it is saved all the same, for this boot, so that all boots take the same way.
saved_path() {
    local key folder=''
    key=$({
        "$emulator" --version | head -n 1
        printf '%s\n' "${machine[@]}" "$cmdline${append:+ $append}"
        b2sum <"$kernel"
        # A clock that follows the host's goes on by its rate.
        [[ -n $icount ]] || cat /proc/sys/kernel/random/boot_id
        cat "$work/base/init"
    } | sha256sum | cut -c 1-32) || return
    if [[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]]; then
        folder=${XDG_CACHE_HOME:-$HOME/.cache}/spawnscope/machines
        if [[ ! -r $folder/$key ]]; then
            { mkdir -p -- "$folder" && [[ -w $folder && ! -e $folder/$key ]]; } 2>/dev/null || folder=''
        fi
    fi
    printf '%s/%s\n' "${folder:-$work/machines}" "$key"
}

# Lets QEMU's answers come until one has $1; returns 1 if it ends before.
saved_await() { # TEXT
    local answer
    while read -r answer <&6; do
        [[ $answer != *"$1"* ]] || return 0
        [[ $answer != *'"status": "failed"'* ]] || return 1
    done
    return 1
}

# Boots the machine, whose further arguments are given, and saves it as $saved once its init stops it.
# What fails here leaves nothing: the boot that follows finds out why.
saved_make() { # ARGUMENT...
    local folder=${saved%/*} locked=''
    mkdir -p -- "$folder" 2>/dev/null || return 1
    # Of killed boots. The file of a machine is also its lock: whoever waits, waits for the same machine.
    find "$folder" -name '*.new' -mmin +10 -delete
    { exec 9>>"$saved.new"; } 2>/dev/null || return 1
    # In the background: a signal ends the wait.
    bound KILL flock -w "$timeout" 9 &
    running=$!
    if wait "$running"; then locked=1; fi
    running=''
    if [[ -n $locked ]]; then
        for _ in 1 2 3 4 5; do
            if [[ -s $saved ]] || ! saved_try "$saved.new" "$@"; then break; fi
        done
    fi
    exec 9<&-
    [[ -s $saved ]]
}

# One try, into the file $1. Returns 1 if another would fail as well. Of a busy host QEMU can be late: then
# the machine is past the place at which it is to be saved, and says so.
saved_try() { # NEW ARGUMENT...
    local new=$1 reader='' status=1
    shift
    rm -f "$work"/{ask,answers,state,console}
    mkfifo "$work/ask" "$work/answers" "$work/state"
    # What is opened for both waits for nobody, nor do those that come after it.
    # shellcheck disable=SC2094
    exec 5<>"$work/ask" 4<>"$work/answers" 6<"$work/answers"
    LAB_STATE=$work/state run_qemu "$@" -action watchdog=pause -qmp stdio \
        <&5 >&4 2>/dev/null 4>&- 5>&- 6<&- 9<&- &
    running=$!
    exec 4>&-
    printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"migrate-set-capabilities","arguments":
        {"capabilities":[{"capability":"events","state":true}]}}' >&5
    if saved_await '"STOP"'; then
        # QEMU notes why it stopped, and would stop there again: let it run.
        bound KILL sed "$SAVED_RUNS" "$work/state" >"$new" 2>/dev/null 5>&- 6<&- 9<&- &
        reader=$!
        printf '{"execute":"migrate","arguments":{"uri":"exec:%s"}}\n' "$SAVED_BY" >&5
        if saved_await '"status": "completed"' && wait "$reader" && reader='' &&
            tail -c 1000000 "$new" | tr '\0' ' ' | grep -aqE 'globalstate.{12}running '; then
            status=0
            # A rename: others never see half a machine.
            grep -aq '^run: goes on' "$work/console" || saved_keep "$new"
        fi
    fi
    kill "$running" ${reader:+"$reader"} 2>/dev/null || true
    wait "$running" ${reader:+"$reader"} 2>/dev/null || true
    running=''
    exec 5>&- 6<&-
    return "$status"
}

saved_keep() { # NEW
    mv -- "$1" "$saved"
    find "${saved%/*}" -type f ! -name '*.new' -printf '%T@ %p\0' | sort -zrn | tail -zn +$((SAVED_KEPT + 1)) |
        cut -zd ' ' -f 2- | xargs -0r rm -f --
}
