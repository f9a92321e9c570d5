/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens what other users' processes have mapped, after this process has given up the right to: a
 * child that keeps it, and does nothing but open the two kinds of file below, read-only. What is in
 * them is read here, without privileges.
 */
#ifndef SPAWNSCOPE_OPENER_H
#define SPAWNSCOPE_OPENER_H

#include <stdint.h>
#include <sys/types.h>

struct opener {
	pid_t pid;
	int socket;
};

/* To be called with privileges. It ends with us, however we end. 0 or -errno. */
int opener__start(struct opener *o);

/* /proc/PID/maps: a descriptor or -errno; -ENOENT or -ESRCH: it is gone. */
int opener__maps(struct opener *o, pid_t pid);

/* The file that the process has mapped from `start` to `end`: a descriptor or -errno. */
int opener__mapped(struct opener *o, pid_t pid, uint64_t start, uint64_t end);

void opener__stop(struct opener *o); /* also one that was not started, all 0 */

#endif
