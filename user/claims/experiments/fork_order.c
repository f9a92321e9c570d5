// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* fork: which of the two goes on first, on one CPU and on those that there are. */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/claims/experiments/experiments.h"

#define CALLS	300
#define ONE_CPU "fork_child_first_on_one_cpu"
#define ANY_CPU "fork_child_first_on_any_cpu"

static void take(struct findings *f, const char *name, volatile int64_t *child_ns)
{
	for (int i = 0; i < CALLS; i++) {
		int64_t parent_ns;
		pid_t pid;

		*child_ns = 0;
		pid = fork();
		if (pid == 0) {
			*child_ns = now_ns();
			_exit(0);
		}
		parent_ns = now_ns();
		if (pid < 0)
			return;
		waitpid(pid, NULL, 0);
		findings__add(f, name, *child_ns < parent_ns);
	}
}

static void run(struct findings *f)
{
	volatile int64_t *child_ns = experiment_page();
	cpu_set_t one;
	int cpu = sched_getcpu();

	if (!child_ns)
		return;
	if (experiment_cpus() > 1)
		take(f, ANY_CPU, child_ns);
	else
		findings__absent(f, ANY_CPU, "there is one CPU");
	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		findings__absent(f, ONE_CPU, "cannot be pinned to one CPU");
	else
		take(f, ONE_CPU, child_ns);
}

const struct experiment experiment_fork_order = {
	.name = "fork_order",
	.observes = {ONE_CPU, ANY_CPU},
	.run = run,
};
