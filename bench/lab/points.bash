# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the plugins of the emulator know of a kernel (plugin/places.h), from its list of symbols.
# `outside` and `anatomy` source this, and have a function die.

# The points that the emulator records: our name, its function (the first of the list
# that the kernel has), and whether the return is a point, too. A tracepoint is not a
# function: the function called next represents it, within a few instructions.
readonly POINTS='
call            __x64_sys_clone
call3           __x64_sys_clone3
callv           __x64_sys_vfork
clone           kernel_clone                                          return
files           dup_fd                                                return
autogroup       sched_autogroup_fork
mm_init         mm_init
lock            down_write_killable                                   return
unlock          up_write
pages           copy_page_range                                       return
namespaces      copy_namespaces
newtask         uprobe_copy_process
put_pid         put_pid
woken           check_preempt_curr,wakeup_preempt,wakeup_preempt_fair
first_run       schedule_tail
execve          __x64_sys_execve
exec            do_execveat_common,do_execveat_common.isra.0          return
flush           begin_new_exec
rename          __set_task_comm
exit_mm         exit_mmap                                             return
mm_release      exit_mm_release
exit            exit_sem
reap            release_task
wp              do_wp_page                                            return
mark            __x64_sys_sethostname
'

# Routines that clear and copy memory, in these or other kernels.
readonly CLEAR='(__)?memset|memset_(orig|erms)|clear_page_(rep|orig|erms)|__clear_pages_unrolled|__clear_user|clear_user_(original|rep_good|erms)|rep_stos_alternative'
readonly COPY='(__)?mem(cpy|move)|memcpy_(orig|erms)|copy_page(_regs)?|copy_user_(generic_unrolled|generic_string|enhanced_fast_string|short_string)|rep_movs_alternative'

# Where other roles are: functions that begin there, or that span it. A new task's kernel stack is
# written to by copy_thread, and a handler's frame is complete when signal_setup_done is called.
readonly ROLES='
switch     __switch_to_asm
fork       copy_thread
start      ret_from_fork_asm,ret_from_fork
exec       begin_new_exec
signal     signal_setup_done
sigreturn  __x64_sys_rt_sigreturn
'
# Entries of exceptions that repeat the instruction, of others, and of interrupts; and code that
# consists of such entries.
readonly FAULTS='asm_exc_(page_fault|general_protection|stack_segment|segment_not_present|alignment_check)'
readonly EXCEPTIONS='asm_exc_.*'
readonly INTERRUPTS='asm_sysvec_.*'
readonly STUBS='(irq|spurious)_entries_start'

# Sets REPLY to the list of a kernel's symbols: in the cache, or in FOLDER. If it is not there, GUEST runs a
# command in a guest, and the list comes compressed, since each byte of output costs the emulator a
# microsecond.
kallsyms_of() { # IMAGE FOLDER GUEST...
    local work=$2 cached part
    cached=${XDG_CACHE_HOME:-${HOME:-$work}/.cache}/spawnscope/kallsyms/$(sha256sum <"$1" | cut -c1-32)
    if [[ ! -s $cached ]]; then
        # The lab would copy a file that an argument names.
        "${@:3}" sh -c 'gzip -1 -c /proc/kallsyms' >"$work/kallsyms.gz" || exit
        gzip -dc "$work/kallsyms.gz" >"$work/kallsyms" || true
        [[ -s $work/kallsyms ]] ||
            die "the kernel has no /proc/kallsyms (CONFIG_KALLSYMS): no function can be named"
        grep -qE '^[0-9a-f]*[1-9a-f][0-9a-f]* [tT] _stext$' "$work/kallsyms" ||
            die "the kernel hides its addresses in /proc/kallsyms: no function can be named"
        # Without a cache it is made each time. The folder may be another user's, who could have placed a link.
        # Those of killed runs are in the way of nobody, but large.
        find "${cached%/*}" -name '*.??????' -mmin +10 -delete 2>/dev/null || true
        if mkdir -p "${cached%/*}" 2>/dev/null && part=$(mktemp "$cached.XXXXXX" 2>/dev/null); then
            { cp "$work/kallsyms" "$part" && mv -fT "$part" "$cached"; } 2>/dev/null || rm -f "$part"
        fi
        [[ -s $cached ]] || cached=$work/kallsyms
    fi
    REPLY=$cached
}

# Lines "ADDRESS NAME [return]".
points_of() { # KALLSYMS
    awk -v points="$POINTS" '
        BEGIN {
            n = split(points, line, "\n")
            for (i = 1; i <= n; i++) {
                m = split(line[i], f, " ") > 1 ? split(f[2], names, ",") : 0
                for (k = 1; k <= m; k++) wanted[names[k]]
            }
        }
        $3 in wanted && !($3 in at) { at[$3] = $1 }
        END {
            for (i = 1; i <= n; i++) {
                m = split(line[i], f, " ") > 1 ? split(f[2], names, ",") : 0
                # The first of these functions that the kernel has.
                for (k = 1; k <= m && !(names[k] in at); k++) {}
                if (k <= m) print at[names[k]], f[1], f[3]
            }
        }' "$1"
}

# Lines "ADDRESS END ROLE". A routine ends where the next symbol begins.
routines_of() { # KALLSYMS
    awk '$2 ~ /[tTwW]/ && !$4 { print $1, $3 }' "$1" | sort | awk -v clear="^($CLEAR)$" -v copy="^($COPY)$" \
        -v roles="$ROLES" -v faults="^($FAULTS)$" -v exceptions="^($EXCEPTIONS)$" -v interrupts="^($INTERRUPTS)$" \
        -v stubs="^($STUBS)$" '
        BEGIN {
            n = split(roles, line, "\n")
            for (i = 1; i <= n; i++)
                if (split(line[i], f, " ") == 2) {
                    m = split(f[2], names, ",")
                    for (k = 1; k <= m; k++) role[names[k]] = f[1]
                }
        }
        $1 != at {
            if (kind != "") print at, $1, kind
            kind = ""
            at = $1
        }
        $2 ~ clear { kind = "clear" }
        $2 ~ copy { kind = "copy" }
        $2 in role { kind = role[$2] }
        $2 ~ interrupts { kind = "interrupt" }
        $2 ~ stubs { kind = "stubs" }
        $2 ~ exceptions { kind = "exception" }
        $2 ~ faults { kind = "fault" }'
}

# The file of a plugin for this QEMU, in the first of these folders that has it.
plugin_file() { # NAME FOLDER...
    local name=$1 version=7 folder
    # Newer QEMUs refuse plugins of an old version.
    case $(qemu-system-x86_64 --version | sed -En '1s/.*version ([0-9]+)\.([0-9]+).*/\1 \2/p') in
    [4-7]\ * | '8 '[01]) version=1 ;;
    '8 '* | '9 0') version=2 ;;
    '9 1') version=3 ;;
    '9 '* | '10 0') version=4 ;;
    '10 '*) version=5 ;;
    '11 0') version=6 ;;
    esac
    for folder in "${@:2}"; do
        if [[ -r $folder/$name-$version.so ]]; then
            printf '%s\n' "$folder/$name-$version.so"
            return
        fi
    done
    die "the emulator's plugin $name-$version.so is missing: run \`make static\`"
}
