// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/inherit/trial.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

#define PATIENCE_MS 15000

struct cell *trial_new(void)
{
	int fd = memfd_create("spawnscope-inherit", 0);
	struct cell *c = MAP_FAILED;
	struct timespec t;

	if (fd < 0)
		return NULL;
	if (!ftruncate(fd, sizeof(*c)))
		c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED) {
		close(fd);
		return NULL;
	}
	c->memory = fd;
	/* This program has just started. */
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	c->startup_ns = t.tv_sec * 1000000000LL + t.tv_nsec;
	return c;
}

void trial_free(struct cell *c)
{
	close(c->memory);
	munmap(c, sizeof(*c));
}

static void reset(struct cell *c, size_t property)
{
	int64_t startup_ns = c->startup_ns;
	int memory = c->memory;

	memset(c, 0, sizeof(*c));
	c->startup_ns = startup_ns;
	c->memory = memory;
	c->property = property;
	c->fd = c->other_fd = c->keep_fd = c->close_fd = -1;
}

/* The parent of a trial. It dies with the tool, and its child ends by itself. */
static __attribute__((noreturn)) void be_parent(struct cell *c, const struct method *m, pid_t tool)
{
	const struct property *p = property_at(c->property);
	const char *why = NULL;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != tool)
		_exit(1);
	c->parent = getpid();
	if (p->fresh)
		value_set(c->fresh, "%s", p->fresh);
	else
		p->get(c, c->fresh);
	if (p->set)
		why = p->set(c);
	if (why) {
		value_set(c->absent, "%s", why);
		_exit(0);
	}
	p->get(c, c->before);
	err = method_run(m, c);
	if (err)
		c->error = -err;
	else
		(p->again ? p->again : p->get)(c, c->after);
	_exit(0);
}

/* Waits for the parent of a trial, not for ever. Reaps it and what it left. */
static void wait_for_trial(struct cell *c, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {fd, POLLIN, 0};

	if (fd >= 0) {
		int n;

		do
			n = poll(&p, 1, PATIENCE_MS);
		while (n < 0 && errno == EINTR);
		if (!n) {
			kill(pid, SIGKILL);
			value_set(c->absent, "no answer within %d s", PATIENCE_MS / 1000);
			/* It is ours to reap now: nobody else has its id. */
			if (c->born > 0)
				kill(c->born, SIGKILL);
		}
		close(fd);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
		;
}

static const char *refusal(const struct method *m, int error)
{
	if (error == EPERM && (m->bits & CLONE_NEWUSER))
		return "user namespaces are forbidden here";
	if (error == EPERM && m->family == FAMILY_NAMESPACES)
		return "needs CAP_SYS_ADMIN";
	if (error == ENOSPC)
		return "the limit in /proc/sys/user is reached";
	if (error == EINVAL || error == ENOSYS)
		return "this kernel does not allow it";
	return strerror(error);
}

void trial_make(struct cell *c, size_t property, const struct method *m)
{
	const struct property *p = property_at(property);
	const char *skip = p->skip ? p->skip(m) : NULL;
	pid_t tool = getpid(), pid;

	reset(c, property);
	if (skip) {
		value_set(c->absent, "%s", skip);
		return;
	}
	pid = fork();
	if (!pid)
		be_parent(c, m, tool);
	if (pid < 0) {
		value_set(c->absent, "fork: %s", strerror(errno));
		return;
	}
	wait_for_trial(c, pid);
	if (c->error)
		value_set(c->absent, "%s: %s", m->exec ? "exec" : m->call, refusal(m, c->error));
	else if (!c->looked && !c->absent[0])
		value_set(c->absent, "the child ended before it looked");
	else if (p->change && !c->alone && !p->judge && !strcmp(c->child, c->before) &&
		 !strcmp(c->changed, c->before))
		value_set(c->absent, "the child could not change it");
}
