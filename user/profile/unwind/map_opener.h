/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens files that other users' processes have mapped, after this process has given up the right
 * to: a child keeps it, and only opens the two kinds of file below, read-only. This process reads
 * them, without privileges.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* A file that a process has mapped, as /proc/PID/maps has it. */
struct mapped {
	uint64_t start, end, inode;
	uint32_t major, minor;
	char *path;
};

struct map_opener {
	pid_t pid;
	int socket;
};

/* Call it with privileges. The child ends with this process, however that ends. 0 or -errno. */
int map_opener__start(struct map_opener *o);

/* /proc/PID/maps: a descriptor or -errno; -ENOENT or -ESRCH: the process is gone. */
int map_opener__maps(struct map_opener *o, pid_t pid);

/*
 * The file that the process has mapped from `start` to `end`: a descriptor or -errno. Without
 * CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE the kernel does not open a mapping: then it is the file
 * at that path, as the process sees it, if it is the same one.
 */
int map_opener__mapped(struct map_opener *o, pid_t pid, const struct mapped *mapped);

void map_opener__stop(struct map_opener *o); /* accepts one that was not started, all 0 */
