# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # the scripts that source it use it
#
# The definition of each phase: its first and last point, by the names of `outside`; for
# sums, one name. Without a copy of the address space, clone_setup ends at newtask; and
# before a wait, wake ends at woken. Phases of work are what their task executed.

readonly DEFINITIONS='clone_setup=clone,autogroup copy_files=files copy_mm=autogroup,namespaces
copy_pages=pages clone_finish=namespaces,newtask wake=newtask,clone_return
vfork_wait=woken,clone_return first_run=woken,first_run pre_exec=first_run,execve
exec_open=execve,flush exec_flush=flush,rename exec_load=rename,exec_return
exit_mm=exit_mm,exit_mm_return reap=exit,reap cow=cow'
readonly WAITS='vfork_wait first_run pre_exec reap'
