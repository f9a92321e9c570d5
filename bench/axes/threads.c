// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/parse.h"
#include "bench/axes/threads.h"

/* The smallest stack that every architecture accepts. */
#define IDLE_STACK_BYTES (128 * 1024)

#define THREAD_BYTES (64 * 1024) /* kernel stack, task_struct, the touched part of the stack */

/* EAGAIN stands for each of these limits, and for too little memory for a stack. */
int threads_failed(const char *axis, long count, int err, struct fault *why)
{
	return fault__set(why, err, "%s=%ld: %s%s", axis, count, strerror(-err),
			  err == -EAGAIN ? "; see ulimit -u, kernel.threads-max, "
					   "vm.max_map_count, and pids.max of the control group"
					 : "");
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t count = shape->axis[AXIS_threads];
	pthread_attr_t attributes;
	sigset_t all, old;
	int error = 0;

	if (count == 0)
		return 0;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, IDLE_STACK_BYTES);
	/* Only the thread that takes the samples gets signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (int64_t i = 0; i < count && !error; i++) {
		pthread_t thread;

		error = pthread_create(&thread, &attributes, idle, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return error ? threads_failed("threads", (long)count, -error, why) : 0;
}

const struct axis_effect axis_threads = {
	.parse = axis_parse_count,
	.cost = {.per = 1, .bytes = THREAD_BYTES, .build_us = 1000},
	.build = build,
};
