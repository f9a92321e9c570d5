// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exact KIND all     runs known workloads with all probes of KIND or worse, tracing every task, and
 *                    prints what the probes recorded of each
 * exact KIND timed   the same with the probes and records that a bench uses while it takes times
 *
 * For a guest with one CPU. user/probe/tests/kernel.bats has the expected output.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "user/probe/tests/exact.h"

/*
 * With SCHED_FIFO a task runs until it waits, so that parent and child take turns in a known order.
 * It also keeps probes from being skipped: 7.2 may preempt a task inside a program, and then skips
 * that program for other tasks (counted as missed).
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
