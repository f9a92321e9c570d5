/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc and the cgroup file system say of running processes, this one included. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The path of this program's file, and of the folder that it is in. 0 or -errno. */
int proc_own_path(char *path, size_t size);
int proc_own_folder(char *path, size_t size);

bool proc_is_mounted(void);

/* strerror() of -errno, or that /proc is not mounted, and the fix, where that is why nothing is
 * there.
 */
const char *proc_error_text(int err);

/* Whether this is the first user namespace; true if unknown. In another, root is not the kernel's.
 */
bool proc_is_first_user_namespace(void);

/* The process with this id, or with a thread of this id; 0 and errno if there is none. */
pid_t proc_process_of(pid_t id);

/* The initial PID namespace, where ids are the kernel's own: include/linux/proc_ns.h. */
#define FIRST_PID_NAMESPACE 0xeffffffcU

/* The inode number of our PID namespace; FIRST_PID_NAMESPACE if unknown. */
unsigned int proc_pid_namespace(void);

/*
 * What our time namespace (time_namespaces(7), Linux 5.6) adds to CLOCK_MONOTONIC, in ns. The
 * kernel's probes read the clock without it.
 */
int64_t proc_clock_offset(void);

/*
 * The path of a cgroup (version 2), below its mount, by its id. 0, or -ENOENT: it is gone or not
 * visible here.
 */
int proc_cgroup_path(uint64_t id, char *path, size_t size);

/*
 * Opens the folder of a cgroup, given by its path in the file system or below the cgroup2 mount. A
 * descriptor or -errno.
 */
int proc_cgroup_open(const char *path);

/* Calls fn for each descendant of the given processes. 0, -errno, or what fn returned if not 0. */
int proc_for_descendants(const pid_t *pids, size_t count, int (*fn)(void *context, pid_t pid),
			 void *context);
