// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/experiment.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/base/interrupt.h"
#include "user/claims/experiments/experiments.h"

#define LIMIT_S 60 /* an experiment takes a second or two */

static const struct experiment *const experiments[] = {
#define X(name) &experiment_##name,
	EXPERIMENTS(X)
#undef X
};

const struct experiment *experiment_at(size_t i)
{
	return i < sizeof(experiments) / sizeof(experiments[0]) ? experiments[i] : NULL;
}

/* 0, -ETIMEDOUT or -EINTR. The process and its group are ended in any case. */
static int wait_for(pid_t pid, int *status)
{
	struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	const struct timespec limit = {.tv_sec = LIMIT_S};
	int n = -1, err = 0;

	if (p.fd >= 0)
		n = ppoll(&p, 1, &limit, interrupt_wait_mask());
	if (interrupt_requested())
		err = -EINTR;
	else if (n <= 0)
		err = n == 0 ? -ETIMEDOUT : -errno;
	/* It is not reaped yet, so that the group's number is still its own. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	if (p.fd >= 0)
		close(p.fd);
	return err;
}

static void say_end(char *why, size_t size, int err, int status)
{
	if (err == -ETIMEDOUT)
		snprintf(why, size, "the experiment took more than %d s", LIMIT_S);
	else if (err)
		snprintf(why, size, "the experiment could not be run: %s", strerror(-err));
	else if (WIFSIGNALED(status))
		snprintf(why, size, "the experiment was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(why, size, "the experiment saw nothing");
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), n = strlen(end);

	return length >= n && !strcmp(name + length - n, end);
}

/* What an observation counts, as its name says. */
static const char *unit_of(const char *name)
{
	return ends_with(name, "_ns") ? "ns" : ends_with(name, "_bytes") ? "bytes" : "number";
}

static int keep(const struct findings *f, const char *otherwise, struct run *r)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *found = &f->v[i];
		struct observation *o =
			run__add_observation(r, found->name, unit_of(found->name), "");

		if (!o)
			return -ENOMEM;
		for (size_t k = 0; k < found->n; k++)
			if (series__push(&o->values, found->v[k]))
				return -ENOMEM;
		if (found->n)
			continue;
		o->absent = strdup(found->absent[0] ? found->absent : otherwise);
		if (!o->absent)
			return -ENOMEM;
	}
	return 0;
}

int experiment_run(const struct experiment *x, bool named, struct run *r)
{
	struct findings *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char otherwise[128];
	int status = 0, err;
	pid_t us = getpid(), pid;

	if (f == MAP_FAILED)
		return -ENOMEM;
	f->named = named;
	while (f->n < EXPERIMENT_OBSERVES && x->observes[f->n]) {
		snprintf(f->v[f->n].name, sizeof(f->v[f->n].name), "%s", x->observes[f->n]);
		f->n++;
	}
	pid = fork();
	if (pid == 0) {
		if (setpgid(0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != us)
			_exit(1);
		interrupt_release();
		x->run(f);
		_exit(0);
	}
	if (pid > 0)
		setpgid(pid, pid); /* whoever is first */
	err = pid < 0 ? -errno : wait_for(pid, &status);
	say_end(otherwise, sizeof(otherwise), err, status);
	if (err != -EINTR)
		err = keep(f, otherwise, r);
	munmap(f, sizeof(*f));
	return err;
}
