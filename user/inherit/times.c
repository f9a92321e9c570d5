// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Time used, and timers. */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

/* More than a child uses, be it a new program. */
static bool has_used(const struct cell *c)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec >= 20000000 + 4 * c->startup_ns;
}

static const char *set_used(struct cell *c)
{
	while (!has_used(c))
		;
	return NULL;
}

static void get_used(struct cell *c, char *value)
{
	value_set(value, has_used(c) ? "the parent's" : "less");
}

static const char *set_timer(int which)
{
	const struct itimerval t = {.it_value = {100000, 0}};

	return setitimer(which, &t, NULL) ? "cannot set a timer" : NULL;
}

static void get_timer(int which, char *value)
{
	struct itimerval t;

	getitimer(which, &t);
	value_set(value, t.it_value.tv_sec ? "armed" : "off");
}

static void stop_timer(int which)
{
	const struct itimerval off = {0};

	setitimer(which, &off, NULL);
}

static const char *set_alarm(struct cell *c)
{
	alarm(100000);
	return NULL;
}

static void get_alarm(struct cell *c, char *value)
{
	get_timer(ITIMER_REAL, value);
}

static void change_alarm(struct cell *c)
{
	alarm(0);
}

static const char *set_virtual(struct cell *c)
{
	return set_timer(ITIMER_VIRTUAL);
}

static void get_virtual(struct cell *c, char *value)
{
	get_timer(ITIMER_VIRTUAL, value);
}

static void change_virtual(struct cell *c)
{
	stop_timer(ITIMER_VIRTUAL);
}

static const char *set_posix(struct cell *c)
{
	const struct itimerspec t = {.it_value = {100000, 0}};
	int id;

	if (syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id) ||
	    syscall(SYS_timer_settime, id, 0, &t, NULL))
		return "cannot create a timer";
	/* Its id may be 0. */
	c->number = id + 1;
	return NULL;
}

static void get_posix(struct cell *c, char *value)
{
	struct itimerspec t;

	if (!c->number || syscall(SYS_timer_gettime, (int)c->number - 1, &t))
		value_set(value, "none");
	else
		value_set(value, t.it_value.tv_sec ? "armed" : "off");
}

static void change_posix(struct cell *c)
{
	const struct itimerspec off = {0};

	syscall(SYS_timer_settime, (int)c->number - 1, 0, &off, NULL);
}

static const struct property properties[] = {
	{
		.name = "CPU time used",
		.test = "the parent uses more than a new program takes to start: does the child's "
			"clock begin there?",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_SAME, "clone(2)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "less",
		.set = set_used,
		.get = get_used,
	},
	{
		.name = "alarm",
		.test = "alarm in the parent; the child cancels it",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "alarm(2)"},
		.fresh = "off",
		.set = set_alarm,
		.get = get_alarm,
		.change = change_alarm,
	},
	{
		.name = "virtual timer",
		.test = "ITIMER_VIRTUAL in the parent; the child cancels it",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "getitimer(2)"},
		.fresh = "off",
		.set = set_virtual,
		.get = get_virtual,
		.change = change_virtual,
	},
	{
		.name = "POSIX timer",
		.test = "timer_create in the parent; the child disarms it",
		.born = {0, MARK_LOST, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_UNSAID, NULL}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_posix,
		.get = get_posix,
		.change = change_posix,
	},
};

const struct property_group property_time = {
	"time",
	"Time",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
