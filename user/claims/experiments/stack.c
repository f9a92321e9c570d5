// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whether a forked child writes its stack before it can exec. The child is made with CLONE_VFORK
 * but without CLONE_VM: it has a copy of the memory, and the parent writes nothing meanwhile. So a
 * page that the two no longer share was written by the child.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/claims/experiments/experiments.h"

#define CALLS	   32
#define PAGE_BYTES 4096UL
#define UNSHARED   "fork_child_stack_pages_unshared"
/* /proc/PID/pagemap, Documentation/admin-guide/mm/pagemap.rst */
#define PRESENT	  (1ULL << 63)
#define EXCLUSIVE (1ULL << 56)
/* The page of the frame, and those around it. */
#define PAGES_BELOW 2
#define PAGES_ABOVE 1

/* Pages around the frame that only this process maps; -errno. */
static int count_unshared(void *frame)
{
	uint64_t entries[PAGES_BELOW + 1 + PAGES_ABOVE];
	off_t first = (off_t)((uintptr_t)frame / PAGE_BYTES) - PAGES_BELOW;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), count = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, entries, sizeof(entries), first * (off_t)sizeof(entries[0]));
	if (n < 0)
		return -errno;
	for (size_t i = 0; i < (size_t)n / sizeof(entries[0]); i++)
		count += (entries[i] & PRESENT) && (entries[i] & EXCLUSIVE);
	return count;
}

static void run(struct findings *f)
{
	volatile int64_t *count = experiment_page();
	char frame;

	for (int i = 0; count && i < CALLS; i++) {
		long pid;

		*count = -ECHILD;
		pid = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL);
		if (pid == 0) {
			*count = count_unshared(&frame);
			_exit(0);
		}
		if (pid > 0)
			waitpid((pid_t)pid, NULL, 0);
		if (*count < 0) {
			findings__absent(f, UNSHARED, "/proc/self/pagemap: %s",
					 strerror((int)-*count));
			return;
		}
		findings__add(f, UNSHARED, *count);
	}
}

const struct experiment experiment_stack = {
	.name = "stack",
	.observes = {UNSHARED},
	.run = run,
};
