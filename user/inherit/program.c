// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the C library and other threads have made of the memory. */
#include <errno.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static const char variable[] = "SPAWNSCOPE_INHERIT";

static const char *set_variable(struct cell *c)
{
	return setenv(variable, "1", 1) ? "no memory" : NULL;
}

static void get_variable(struct cell *c, char *value)
{
	const char *text = getenv(variable);

	value_set(value, "%.8s", text ? text : "none");
}

static void change_variable(struct cell *c)
{
	setenv(variable, "2", 1);
}

static const char *set_buffer(struct cell *c)
{
	int fd = memfd_create("inherit", MFD_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	c->at = f;
	return f && fputc('x', f) == 'x' ? NULL : "cannot create a file in memory";
}

static void get_buffer(struct cell *c, char *value)
{
	if (c->execed || !c->at)
		value_set(value, "none");
	else
		value_set(value, "%zu bytes", __fpending(c->at));
}

static void change_buffer(struct cell *c)
{
	if (!c->execed)
		fflush(c->at);
}

/* The trial that this process is in, for handlers. */
static struct cell *trial;

static void count_run(void)
{
	trial->number = 1;
}

static enum mark judge_run(const struct cell *c)
{
	return c->number ? MARK_RUN : MARK_NOT;
}

static void get_run(struct cell *c, char *value)
{
	value_set(value, c->number ? "ran" : "did not run");
}

static const char *set_atexit(struct cell *c)
{
	trial = c;
	return atexit(count_run) ? "no memory" : NULL;
}

static const char *set_atfork(struct cell *c)
{
	trial = c;
	return pthread_atfork(NULL, NULL, count_run) ? "no memory" : NULL;
}

static const char *set_locale(struct cell *c)
{
	return setlocale(LC_NUMERIC, "C.UTF-8") ? NULL : "the locale C.UTF-8 is not installed";
}

static void get_locale(struct cell *c, char *value)
{
	value_set(value, "%s", setlocale(LC_NUMERIC, NULL));
}

static const char *set_rounding(struct cell *c)
{
	return fesetround(FE_UPWARD) ? "cannot round upward here" : NULL;
}

static void get_rounding(struct cell *c, char *value)
{
	value_set(value, "%s", fegetround() == FE_UPWARD ? "upward" : "to nearest");
}

static void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return NULL;
}

static const char *set_thread(struct cell *c)
{
	pthread_t t;

	return pthread_create(&t, NULL, sleep_on, NULL) ? "cannot start a thread" : NULL;
}

static void get_threads(struct cell *c, char *value)
{
	char count[VALUE_MAX];

	common_status("Threads", count);
	value_set(value, strcmp(count, "1") ? "others" : "alone");
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Waits until another thread or process has come that far, two seconds at most. */
static bool wait_step(const volatile int *step)
{
	const struct timespec moment = {0, 200000};

	for (int i = 0; i < 10000 && !*step; i++)
		nanosleep(&moment, NULL);
	return *step;
}

/* Holds the lock until the child is there. */
static void *hold_lock(void *argument)
{
	struct cell *c = argument;

	pthread_mutex_lock(&mutex);
	c->number = 1;
	wait_step(&c->step);
	pthread_mutex_unlock(&mutex);
	c->next_step = 1;
	return sleep_on(NULL);
}

static const char *set_mutex(struct cell *c)
{
	const struct timespec moment = {0, 200000};
	pthread_t t;

	if (pthread_create(&t, NULL, hold_lock, c))
		return "cannot start a thread";
	while (!*(volatile int64_t *)&c->number)
		nanosleep(&moment, NULL);
	return NULL;
}

/* In the child: whether it gets the lock, once the thread that held it has released it. */
static void get_mutex(struct cell *c, char *value)
{
	struct timespec until;

	if (c->execed || getpid() == c->parent || !c->number) {
		value_set(value, c->execed ? "none" : "locked");
		return;
	}
	c->step = 1;
	if (!wait_step(&c->next_step)) {
		value_set(value, "never released");
		return;
	}
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 20000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	value_set(value, "%s",
		  pthread_mutex_timedlock(&mutex, &until) == ETIMEDOUT ? "stuck" : "released");
}

static enum mark judge_mutex(const struct cell *c)
{
	if (!strcmp(c->child, "stuck"))
		return MARK_STUCK;
	return strcmp(c->child, "released") ? MARK_LOST : MARK_SHARED;
}

static const char *skip_thread(const struct method *m)
{
	return m->bits & CLONE_THREAD ? "a thread without the C library's own data" : NULL;
}

static const char *set_name(struct cell *c)
{
	prctl(PR_SET_NAME, "parent");
	return NULL;
}

static void get_name(struct cell *c, char *value)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	value_set(value, "%s", name);
}

static void change_name(struct cell *c)
{
	prctl(PR_SET_NAME, "child");
}

#define ALONE(mark, page)                                                                          \
	{                                                                                          \
		METHOD_EXEC_ALONE, mark, page                                                      \
	}

static const struct property properties[] = {
	{
		.name = "environment",
		.test = "a variable, set in the parent, then in the child; exec gets `environ`",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {ALONE(MARK_SAME, "execve(2)"), {CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_COPY, "execve(2)"},
		.fresh = "none",
		.set = set_variable,
		.get = get_variable,
		.change = change_variable,
	},
	{
		.name = "stdio buffer",
		.test = "a byte in the buffer of a stream; the child flushes it. A copy is written "
			"twice",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_buffer,
		.get = get_buffer,
		.change = change_buffer,
	},
	{
		.name = "atexit handlers",
		.test = "atexit in the parent, exit in the child",
		.born = {0, MARK_RUN, "atexit(3)"},
		.exec = {0, MARK_NOT, "execve(2)"},
		.fresh = "none",
		.by_exit = true,
		.set = set_atexit,
		.get = get_run,
		.judge = judge_run,
		.skip = common_skip_exit,
	},
	{
		.name = "atfork handlers",
		.test = "pthread_atfork in the parent: does the child's handler run?",
		.born = {0, MARK_NOT, "clone(2)"},
		.but = {ALONE(MARK_NOT, "pthread_atfork(3)"),
			{METHOD_LIBC_FORK, MARK_RUN, "fork(2)"},
			{CLONE_VM | CLONE_VFORK, MARK_NOT, "vfork(2)"}},
		.exec = {0, MARK_KEPT, "posix_spawn(3)"},
		.fresh = "none",
		.set = set_atfork,
		.get = get_run,
		.judge = judge_run,
	},
	{
		.name = "other threads",
		.test = "the parent has two threads: how many has the child?",
		.born = {0, MARK_LOST, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_SAME, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "alone",
		.fresh_mark = MARK_LOST,
		.set = set_thread,
		.get = get_threads,
	},
	{
		.name = "lock held elsewhere",
		.test = "another thread of the parent holds a mutex and releases it; does the "
			"child "
			"then get it (pthread_mutex_timedlock, 20 ms)?",
		.born = {0, MARK_STUCK, "fork(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.set = set_mutex,
		.get = get_mutex,
		.judge = judge_mutex,
		.skip = skip_thread,
	},
	{
		.name = "locale",
		.test = "setlocale in the parent",
		.born = {0, MARK_SAME, "fork(2)"},
		.exec = {0, MARK_RESET, "execve(2)"},
		.set = set_locale,
		.get = get_locale,
	},
	{
		.name = "rounding mode",
		.test = "fesetround in the parent",
		.born = {0, MARK_SAME, "fork(2)"},
		.exec = {0, MARK_RESET, "execve(2)"},
		.set = set_rounding,
		.get = get_rounding,
	},
	{
		.name = "name of the thread",
		.test = "prctl(PR_SET_NAME) in the parent, then in the child",
		.born = {0, MARK_COPY, "fork(2)"},
		.exec = {0, MARK_NEW, "execve(2)"},
		.set = set_name,
		.get = get_name,
		.change = change_name,
	},
};

const struct property_group property_program = {
	"program",
	"Program",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
