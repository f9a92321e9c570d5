// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "bench/shared/units.h"
#include "bench/tests/unit.h"
#include "user/scenario/others.h"

#define RUNS_NS (20 * NS_PER_MS)

static int64_t cpu_time_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int first_cpu(void)
{
	cpu_set_t set;
	int cpu = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	return cpu;
}

/* Runs on that CPU for RUNS_NS, and stops itself. */
static pid_t start_runner(int cpu)
{
	pid_t child = fork();
	cpu_set_t set;
	int status;

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			_exit(1);
		while (cpu_time_ns() < RUNS_NS)
			;
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

static size_t times_of(const struct others *o, pid_t id)
{
	size_t times = 0;

	for (size_t i = 0; i < o->n; i++)
		times += o->tasks[i].id == id;
	return times;
}

TEST(a_task_that_runs_on_a_cpu_is_counted_there_unless_it_is_one_of_ours)
{
	int cpu = first_cpu();
	pid_t child, ours[2] = {getpid()};
	struct others before, with, without;

	assert_int_equal(others__read(&before, ours, 1), 0);
	child = start_runner(cpu);
	ours[1] = child;
	assert_int_equal(others__read(&with, ours, 1), 0);
	assert_int_equal(others__read(&without, ours, 2), 0);
	assert_int_equal(times_of(&with, getpid()), 0);
	assert_int_equal(times_of(&with, child), 1);
	assert_int_equal(times_of(&without, child), 0);
	assert_true(others__since(&before, &with, cpu) >= RUNS_NS);
	/* No task runs there. */
	assert_int_equal(others__since(&before, &with, CPU_SETSIZE), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	others__free(&before);
	others__free(&with);
	others__free(&without);
}

TEST(what_is_not_known_is_missing)
{
	struct others none = {0};

	assert_int_equal(others__since(&none, &none, 0), MISSING);
}
