/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ways to start a process or thread, in the order of help texts and tables. A new one is a line
 * here, and a file in bench/methods, named by its identifier, that defines method_IDENTIFIER.
 */
#pragma once

/*
 * X(identifier, name on the command line, kind). Kinds:
 *   PROCESS  the child exits without an exec
 *   THREAD   the child is a thread
 *   PROGRAM  execs a program
 *   SHELL    a shell does, so that what the kernel's records say of an exec is the shell's
 */

/* `standard` in lists, and the methods of the standard suite. */
#define STANDARD_METHODS(X)                                                                        \
	X(fork, "fork", PROCESS)                                                                   \
	X(vfork, "vfork", PROCESS)                                                                 \
	X(clone_vm_vfork, "clone-vm-vfork", PROCESS)                                               \
	X(clone3, "clone3", PROCESS)                                                               \
	X(thread, "thread", THREAD)                                                                \
	X(fork_exec, "fork-exec", PROGRAM)                                                         \
	X(vfork_exec, "vfork-exec", PROGRAM)                                                       \
	X(posix_spawn, "posix_spawn", PROGRAM)                                                     \
	X(system, "system", SHELL)                                                                 \
	X(popen, "popen", SHELL)

#define METHODS(X)                                                                                 \
	STANDARD_METHODS(X)                                                                        \
	X(raw_fork, "raw-fork", PROCESS)                                                           \
	X(raw_vfork, "raw-vfork", PROCESS)                                                         \
	X(clone, "clone", PROCESS)                                                                 \
	X(clone3_into_cgroup, "clone3-into-cgroup", PROCESS)                                       \
	X(double_fork, "double-fork", PROCESS)                                                     \
	X(setsid, "setsid", PROCESS)                                                               \
	X(forkserver, "forkserver", PROCESS)                                                       \
	X(zygote, "zygote", PROGRAM)                                                               \
	X(pidfd_spawn, "pidfd_spawn", PROGRAM)

/* What a list of methods may name: "fork, vfork, ..., popen, ..., standard, all". */
#define METHOD_NAME_AND_COMMA(identifier, name, kind) name ", "
#define METHOD_CHOICES				      METHODS(METHOD_NAME_AND_COMMA) "standard, all"

enum method_kind { METHOD_PROCESS, METHOD_THREAD, METHOD_PROGRAM, METHOD_SHELL };
