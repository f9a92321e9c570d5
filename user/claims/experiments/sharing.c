// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How much of the memory that a child got by fork is its own, after it has written some of it. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/claims/experiments/experiments.h"
#include "user/claims/experiments/maps.h"

#define BYTES	   (32L << 20)
#define PAGE_BYTES 4096
#define STEPS	   4 /* from nothing to all */
#define WROTE	   "child_wrote_bytes"
#define PRIVATE	   "child_private_bytes"

static char *memory;

/* The mapping may have grown at its front by another of its kind: then it starts below. */
static void find(void *context, const struct mapping *m)
{
	struct mapping *found = context;

	if (m->start <= (uintptr_t)memory && m->start >= found->start)
		*found = *m;
}

static void take(struct findings *f, volatile int64_t *result, long step)
{
	long wrote = BYTES / STEPS * step;
	struct mapping m = {0};
	pid_t pid = experiment_fork();

	if (pid == 0) {
		for (long i = 0; i < wrote; i += PAGE_BYTES)
			memory[i]++;
		*result = maps_read(getpid(), find, &m);
		if (!*result)
			*result = m.private_clean + m.private_dirty;
		_exit(0);
	}
	if (pid < 0)
		return;
	waitpid(pid, NULL, 0);
	if (*result < 0) {
		findings__absent_all(f, "/proc/self/smaps: %s", strerror((int)-*result));
		return;
	}
	findings__add(f, WROTE, wrote);
	findings__add(f, PRIVATE, *result);
}

static void run(struct findings *f)
{
	volatile int64_t *result = experiment_page();

	memory = experiment_memory(BYTES);
	if (!memory || !result) {
		findings__absent_all(f, "no memory for a parent of 32 MiB");
		return;
	}
	for (long step = 0; step <= STEPS; step++)
		take(f, result, step);
}

const struct experiment experiment_sharing = {
	.name = "sharing",
	.observes = {WROTE, PRIVATE},
	.run = run,
};
