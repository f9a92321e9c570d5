// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "bench/methods/methods.h"

/* gettid comes after the last timestamp: it only identifies the thread. */
static void *thread(void *arg)
{
	volatile struct slate *slate = arg;
	int64_t child_ns = now_ns();

	slate->child_ns = child_ns;
	slate->report.exit_ns = child_ns;
	slate->report.child_pid = gettid();
	return NULL;
}

/*
 * pthread_join() returns when the kernel has cleared the thread's id, which is before the thread
 * exits. What is left of it would run during the next sample, and end after the block's records
 * are read. ESRCH: the kernel has released the task.
 */
static void wait_until_released(pid_t tid)
{
	while (!tgkill(getpid(), tid, 0))
		sched_yield();
}

/* After the first call, the warm-up, libc reuses the previous thread's stack. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	pthread_t created;
	int error;

	sample->call_ns = now_ns();
	error = pthread_create(&created, NULL, thread, (void *)stage->slate);
	sample->return_ns = now_ns();
	if (error)
		return sample__fail(sample, error);
	error = pthread_join(created, NULL);
	sample->reaped_ns = now_ns();
	sample->started = true;
	if (!error)
		wait_until_released(stage->slate->report.child_pid);
	stage__collect(stage, sample);
	return -error;
}

/*
 * A process that once had a thread keeps its stack, and takes more locks in fork. Other methods get
 * a different parent.
 */
const struct method method_thread = {
	.name = "thread",
	.brief = "pthread_create, then pthread_join; the thread returns at once",
	.alters_parent = true,
	.reentrant = true,
	.spawn = spawn,
};
