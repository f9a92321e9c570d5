// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* vfork: who runs first, whether the parent's other threads go on, and whose id the child has. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/claims/experiments/experiments.h"

#define CALLS	   200
#define SLEEPS	   10
#define SLEEP_NS   5000000
#define TICK_NS	   200000
#define FIRST	   "vfork_child_ended_first"
#define OTHERS	   "vfork_ticks_of_another_thread"
#define SAME_PID   "vfork_child_has_parents_pid"
#define PARENT_PID "vfork_child_has_parent_as_parent"

static atomic_long ticks;
static atomic_bool stop;

static void *tick(void *unused)
{
	const struct timespec pause = {.tv_nsec = TICK_NS};

	while (!atomic_load(&stop)) {
		nanosleep(&pause, NULL);
		atomic_fetch_add(&ticks, 1);
	}
	return NULL;
}

/* What the child leaves in the memory that it shares with its parent. */
static struct {
	volatile int64_t end_ns;
	volatile long pid, parent, ticks;
} child;

static void take_call(struct findings *f)
{
	long us = syscall(SYS_getpid);
	int64_t returned_ns;
	pid_t pid = vfork();

	if (pid == 0) {
		child.pid = syscall(SYS_getpid);
		child.parent = syscall(SYS_getppid);
		child.end_ns = now_ns();
		_exit(0);
	}
	returned_ns = now_ns();
	if (pid < 0)
		return;
	waitpid(pid, NULL, 0);
	findings__add(f, FIRST, child.end_ns <= returned_ns);
	findings__add(f, SAME_PID, child.pid == us);
	findings__add(f, PARENT_PID, child.parent == us);
}

static void take_sleep(struct findings *f)
{
	const struct timespec pause = {.tv_nsec = SLEEP_NS};
	pid_t pid = vfork();

	if (pid == 0) {
		child.ticks = atomic_load(&ticks);
		syscall(SYS_nanosleep, &pause, NULL);
		child.ticks = atomic_load(&ticks) - child.ticks;
		_exit(0);
	}
	if (pid < 0)
		return;
	waitpid(pid, NULL, 0);
	findings__add(f, OTHERS, child.ticks);
}

static void run(struct findings *f)
{
	pthread_t thread;

	for (int i = 0; i < CALLS; i++)
		take_call(f);
	if (pthread_create(&thread, NULL, tick, NULL)) {
		findings__absent(f, OTHERS, "no thread can be made");
		return;
	}
	for (int i = 0; i < SLEEPS; i++)
		take_sleep(f);
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
}

const struct experiment experiment_vfork_order = {
	.name = "vfork_order",
	.observes = {FIRST, OTHERS, SAME_PID, PARENT_PID},
	.run = run,
};
