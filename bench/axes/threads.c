// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/parse.h"

/* The smallest stack that every architecture accepts. */
#define IDLE_STACK_BYTES (128 * 1024)

#define THREAD_BYTES (64 * 1024) /* kernel stack, task_struct, the touched part of the stack */

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
	if (error)
		return fault__set(why, -error, "threads=%" PRId64 ": %s", count, strerror(error));
	return 0;
}

const struct axis_effect axis_threads = {
	.parse = axis_parse_count,
	.cost = {.per = 1, .bytes = THREAD_BYTES, .build_us = 1000},
	.build = build,
};
