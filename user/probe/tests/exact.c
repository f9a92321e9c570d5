// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exact KIND all     known workloads with every probe attached, none of them better than KIND, and
 *                    every task traced; prints what the probes made of each
 * exact KIND timed   the same with the probes, and the records, that a bench has while it takes
 *                    times
 *
 * For a guest with one CPU. user/probe/tests/kernel.bats has what must come out.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "user/probe/tests/exact.h"

/*
 * First in, first out: a task runs until it waits, so that a parent and its child take turns in a
 * known order. And no probe is skipped: a kernel that preempts itself, as 7.2 does, may put a task
 * aside in the middle of one, and does not run it for another until it is over (counted as missed).
 */
static int take_turns(void)
{
	struct sched_param lowest = {.sched_priority = 1};

	return sched_setscheduler(0, SCHED_FIFO, &lowest) == 0 ? 0 : -errno;
}

int main(int argc, char **argv)
{
	bool timed = argc == 3 && !strcmp(argv[2], "timed");
	struct session session;
	int err;

	if (argc != 3 || (!timed && strcmp(argv[2], "all"))) {
		fprintf(stderr, "usage: exact fentry|kprobe|tracepoint all|timed\n");
		return 2;
	}
	err = session_open(&session, argv[1], !timed, timed ? PROBE_SET_PHASES : PROBE_SET_ALL);
	if (err)
		return 2;
	err = take_turns();
	if (!err)
		exact_births(&session);
	if (!err && !timed)
		err = exact_cow(&session);
	if (err)
		fprintf(stderr, "exact: %s\n", strerror(-err));
	session_close(&session);
	return err != 0;
}
