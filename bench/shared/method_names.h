/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ways to start a process or thread, in the order of help texts and tables. A new one is a line
 * here, and a file in bench/methods, named by its identifier, that defines method_IDENTIFIER.
 */
#pragma once

/* X(identifier, name on the command line) */
#define METHODS(X)                                                                                 \
	X(fork, "fork")                                                                            \
	X(vfork, "vfork")                                                                          \
	X(clone_vm_vfork, "clone-vm-vfork")                                                        \
	X(clone3, "clone3")                                                                        \
	X(thread, "thread")                                                                        \
	X(fork_exec, "fork-exec")                                                                  \
	X(vfork_exec, "vfork-exec")                                                                \
	X(posix_spawn, "posix_spawn")                                                              \
	X(system, "system")                                                                        \
	X(popen, "popen")

/* What a list of methods may name: "fork, vfork, ..., popen, all". */
#define METHOD_NAME_AND_COMMA(identifier, name) name ", "
#define METHOD_CHOICES				METHODS(METHOD_NAME_AND_COMMA) "all"
