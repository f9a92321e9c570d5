/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The axes of a grid besides method and program, in the order of help texts and keys. A new one is
 * a line here, and a file in bench/axes, named by it, that defines axis_NAME.
 */
#pragma once

#include <stddef.h>

/*
 * X(name in suite files and keys, option, kind, what varies, what costs with its article, unit).
 * Kinds: NUMBER, BYTES (a unit is a MiB), KIBS (bytes, too; a unit is a KiB), WORD. Words have no
 * slope, and neither what costs nor a unit. What varies is also the help of the option.
 */
#define AXES_BESIDE_SIZE(X)                                                                        \
	X(pages, "pages", WORD,                                                                    \
	  "pages of the parent's memory: 4k (default), thp, hugetlb, or an mTHP size such as 64k", \
	  NULL, NULL)                                                                              \
	X(mapping, "mapping", WORD,                                                                \
	  "kind of that memory: anonymous (default), shared, private-file, shared-file, "          \
	  "dontfork, wipeonfork, mlocked, untouched",                                              \
	  NULL, NULL)                                                                              \
	X(vmas, "vmas", NUMBER, "additional VMAs of the parent", "a VMA", "VMA")                   \
	X(fds, "fds", NUMBER, "additional open descriptors", "an open descriptor", "descriptor")   \
	X(threads, "threads", NUMBER, "additional idle threads", "an idle thread", "thread")       \
	X(touchers, "touchers", NUMBER, "additional threads that touch pages beside the calls",    \
	  "a touching thread", "thread")                                                           \
	X(child_write, "child-write", BYTES, "memory that the child writes",                       \
	  "what the child writes", "MiB")                                                          \
	X(parent_write, "parent-write", BYTES,                                                     \
	  "memory that the parent writes while the child "                                         \
	  "lives",                                                                                 \
	  "what the parent writes while the child lives", "MiB")                                   \
	X(fd_kind, "fd-kind", WORD,                                                                \
	  "what becomes of the descriptors of --fds at an exec: cloexec (default), inherited, "    \
	  "closed",                                                                                \
	  NULL, NULL)                                                                              \
	X(file_actions, "file-actions", NUMBER, "file actions of posix_spawn, each a dup2",        \
	  "a file action", "action")                                                               \
	X(env_bytes, "env-bytes", KIBS, "additional bytes of environment", "the environment",      \
	  "KiB")                                                                                   \
	X(arg_bytes, "arg-bytes", KIBS, "additional bytes of arguments", "the arguments", "KiB")   \
	X(path, "path", NUMBER, "entries of PATH that are searched before the program is found",   \
	  "an entry of PATH", "entry")                                                             \
	X(cache, "cache", WORD,                                                                    \
	  "the program's pages before each sample: in the page cache (warm, default) or not "      \
	  "(cold)",                                                                                \
	  NULL, NULL)                                                                              \
	X(program_kind, "program-kind", WORD,                                                      \
	  "what is executed: the static program (static, default), one that loads libc "           \
	  "(dynamic), a shell that execs it (shell), a #! script (script)",                        \
	  NULL, NULL)                                                                              \
	X(shared_libraries, "shared-libraries", NUMBER,                                            \
	  "further libraries that the dynamic program loads", "a library", "library")              \
	X(write_pattern, "write-pattern", WORD,                                                    \
	  "which bytes parent and child write: one of each page (dense, default), in random "      \
	  "order (random), one of each 2 MiB (sparse), of each page twice (twice)",                \
	  NULL, NULL)                                                                              \
	X(clone_flags, "clone-flags", WORD,                                                        \
	  "flags of method clone: none (default), vm, fs, files, sighand, sysvsem, thread, "       \
	  "pidfd, newpid, newnet, newuser, newns",                                                 \
	  NULL, NULL)                                                                              \
	X(placement, "placement", WORD,                                                            \
	  "CPU of the child: same as the parent's (default), other, any", NULL, NULL)              \
	X(nice, "nice", NUMBER, "nice value of the parent, from 0 to 19", "a step of nice",        \
	  "step")                                                                                  \
	X(sched, "sched", WORD, "scheduling policy of the parent: other (default), batch, idle",   \
	  NULL, NULL)                                                                              \
	X(seccomp, "seccomp", NUMBER, "seccomp filters of the parent, which allow all",            \
	  "a seccomp filter", "filter")                                                            \
	X(spawners, "spawners", NUMBER, "threads of the parent that spawn at the same time",       \
	  "a spawning thread", "thread")                                                           \
	X(vma_layout, "vma-layout", WORD,                                                          \
	  "where the VMAs of --vmas are: adjacent (default), apart, each with a page table of "    \
	  "its own, or within, which cuts the parent's memory",                                    \
	  NULL, NULL)                                                                              \
	X(limit, "limit", WORD,                                                                    \
	  "a limit at which the calls fail, which is then the result: none (default), nproc, "     \
	  "pids, commit",                                                                          \
	  NULL, NULL)

/* In keys it is `rss_bytes`, by which reports know a parent. */
#define AXIS_OF_SIZE(X)                                                                            \
	X(size, "size", BYTES, "memory that the parent has written", "the parent's memory", "MiB")
#define SIZE_KEY "rss_bytes"

#define AXES(X) AXIS_OF_SIZE(X) AXES_BESIDE_SIZE(X)

enum axis {
#define X(name, ...) AXIS_##name,
	AXES(X)
#undef X
		AXIS_COUNT
};
