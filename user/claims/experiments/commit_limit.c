// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How fork fails where memory is promised strictly. For that the copy must be too much, so that
 * this holds more than half of what may still be promised, and others may get no memory meanwhile:
 * only if the user asks for it.
 */
#include <sys/mman.h>

#include "bench/shared/text.h"
#include "user/claims/experiments/experiments.h"

#define OVERCOMMIT "fork_errno_at_commit_limit"
#define CALLS	   10

/* Bytes: 60 % of what may still be promised; 0 or less: there is nothing. -1: not known. */
static int64_t enough(void)
{
	char info[8192];
	int64_t limit, committed;

	if (text_read("/proc/meminfo", info, sizeof(info)) < 0 ||
	    text_field_kb(info, "CommitLimit", &limit) ||
	    text_field_kb(info, "Committed_AS", &committed))
		return -1;
	return committed < limit ? (limit - committed) / 5 * 3 / 4096 * 4096 : 0;
}

/* The mapping is there for the call alone. -1: there is no memory for it. */
static int fork_once(int64_t bytes)
{
	void *p = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	int err;

	if (p == MAP_FAILED)
		return -1;
	err = experiment_try_fork();
	munmap(p, (size_t)bytes);
	return err;
}

static void run(struct findings *f)
{
	char policy[16] = "";
	int64_t bytes;
	int err = 0;

	if (text_read("/proc/sys/vm/overcommit_memory", policy, sizeof(policy)) < 0 ||
	    policy[0] != '2') {
		findings__absent(f, OVERCOMMIT,
				 "vm.overcommit_memory is %s here, and promises are strict with 2; "
				 "a setting of the whole machine stays as it is",
				 policy[0] >= '0' && policy[0] <= '9' ? text_trim(policy)
								      : "unknown");
		return;
	}
	if (!f->named) {
		findings__absent(f, OVERCOMMIT,
				 "other programs may get no memory during the test: it runs only "
				 "with --claim commit-limit");
		return;
	}
	for (int i = 0; i < CALLS && err >= 0; i++) {
		bytes = enough();
		err = bytes > 0 ? fork_once(bytes) : -1;
		if (err >= 0)
			findings__add(f, OVERCOMMIT, err);
		else
			findings__absent(f, OVERCOMMIT, "%s",
					 bytes < 0 ? "/proc/meminfo has no CommitLimit"
						   : "no memory can be promised here");
	}
}

const struct experiment experiment_commit_limit = {
	.name = "commit_limit",
	.observes = {OVERCOMMIT},
	.run = run,
};
