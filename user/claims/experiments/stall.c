// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What another thread of a process waits while one forks: it touches new pages and measures itself,
 * in windows with a fork in it and with a loop of the same length instead, in turn, so that the two
 * threads compete for CPUs in both. The child does nothing until the window is over. Only those
 * touches count in which the thread slept (a voluntary context switch): not in which it was
 * preempted.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/claims/experiments/experiments.h"

#define ALONE	   "wait_worst_beside_loop_ns"
#define BESIDE	   "wait_worst_beside_fork_ns"
#define CALL	   "wait_fork_call_ns"
#define SLOW_NS	   5000 /* no sleep is shorter */
#define WINDOWS	   16
#define BYTES	   (256L << 20)
#define PAGES	   64
#define PAGE_BYTES 4096
#define WARM_NS	   2000000  /* before the fork */
#define WINDOW_NS  25000000 /* at least */

static struct {
	char *memory; /* that the thread touches and gives back */
	atomic_bool on, stop;
	_Atomic int64_t worst_ns; /* 0: it never slept */
} thread_state;

static long sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/* After a step that began at that time: whether the thread has slept in it, and how long it took.
 */
static void note(int64_t begun_ns, long *slept)
{
	int64_t ns = now_ns() - begun_ns;
	long now;

	if (ns < SLOW_NS)
		return;
	now = sleeps();
	if (now != *slept && ns > atomic_load(&thread_state.worst_ns))
		atomic_store(&thread_state.worst_ns, ns);
	*slept = now;
}

static void touch_once(long *slept)
{
	int64_t begun_ns = now_ns();

	madvise(thread_state.memory, PAGES * PAGE_BYTES, MADV_DONTNEED);
	note(begun_ns, slept);
	for (size_t i = 0; i < PAGES; i++) {
		begun_ns = now_ns();
		*(volatile char *)(thread_state.memory + i * PAGE_BYTES) = 1;
		note(begun_ns, slept);
	}
}

static void *touch(void *unused)
{
	const struct timespec pause = {.tv_nsec = 100000};
	long slept = sleeps();

	while (!atomic_load(&thread_state.stop)) {
		if (atomic_load(&thread_state.on)) {
			touch_once(&slept);
		} else {
			nanosleep(&pause, NULL);
			slept = sleeps();
		}
	}
	return NULL;
}

static void pause_until(int64_t ns)
{
	const struct timespec until = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void spin(int64_t ns)
{
	int64_t begun_ns = now_ns();

	while (now_ns() - begun_ns < ns)
		;
}

/* How long a fork takes, ns; -1: it failed. The child waits to be killed. */
static int64_t fork_once(pid_t *pid)
{
	int64_t begun_ns = now_ns();

	*pid = experiment_fork();
	while (*pid == 0)
		pause();
	return *pid < 0 ? -1 : now_ns() - begun_ns;
}

/* The longest wait in a window, with a fork or as long a loop; -1: fork failed. */
static int64_t window(bool forks, int64_t *call_ns)
{
	int64_t begun_ns = now_ns();
	pid_t pid = 0;

	atomic_store(&thread_state.worst_ns, 0);
	atomic_store(&thread_state.on, true);
	pause_until(begun_ns + WARM_NS);
	if (forks)
		*call_ns = fork_once(&pid);
	else
		spin(*call_ns);
	pause_until(begun_ns + WINDOW_NS);
	atomic_store(&thread_state.on, false);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return pid < 0 ? -1 : atomic_load(&thread_state.worst_ns);
}

static void take(struct findings *f)
{
	int64_t call_ns = 0;

	if (window(true, &call_ns) < 0)
		return;
	for (int i = 0; i < WINDOWS; i++) {
		int64_t alone = window(false, &call_ns), beside = window(true, &call_ns);

		if (beside < 0)
			return;
		findings__add(f, ALONE, alone);
		findings__add(f, BESIDE, beside);
		findings__add(f, CALL, call_ns);
	}
}

static void run(struct findings *f)
{
	pthread_t thread;

	if (experiment_cpus() < 2) {
		findings__absent_all(f, "there is one CPU: a thread could not go on beside a fork "
					"in any case");
		return;
	}
	thread_state.memory = experiment_memory(PAGES * PAGE_BYTES);
	if (!thread_state.memory || !experiment_memory(BYTES) ||
	    pthread_create(&thread, NULL, touch, NULL)) {
		findings__absent_all(f, "no memory for a parent of 256 MiB");
		return;
	}
	take(f);
	atomic_store(&thread_state.stop, true);
	pthread_join(thread, NULL);
}

const struct experiment experiment_stall = {
	.name = "stall",
	.observes = {ALONE, BESIDE, CALL},
	.run = run,
};
