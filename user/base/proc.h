/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Processes that run already: what /proc says of them. */
#ifndef SPAWNSCOPE_FOLLOWED_H
#define SPAWNSCOPE_FOLLOWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The process that has the id, or has a thread of this id; 0, with errno, if there is none or it
 * cannot be told. */
pid_t process_of(pid_t id);

/* Of a process that sees ids as the kernel numbers them: include/linux/proc_ns.h. */
#define FIRST_PID_NAMESPACE 0xeffffffcU

/* The inode number of ours; that of the first if it cannot be told. */
unsigned int pid_namespace(void);

/* The path of a cgroup (version 2) below its mount, by its id. 0 or -ENOENT: gone, or not seen
 * here. */
int cgroup_path(uint64_t id, char *path, size_t size);

/*
 * Opens a cgroup's folder, named by its path in the file system or below the mount of cgroup 2.
 * A descriptor, or -errno.
 */
int cgroup_open(const char *path);

/* Calls fn with each process that descends from one of `pids`. 0 or what fn returned. */
int for_descendants(const pid_t *pids, size_t count, int (*fn)(void *context, pid_t pid),
		    void *context);

#endif
