// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/suite.h"

#include <errno.h>
#include <limits.h>
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
#include "user/base/proc.h"
#include "user/claims/claim.h"
#include "user/store/store.h"
#include "user/text/strbuf.h"

#define GRACE_MS 10000 /* between SIGTERM and SIGKILL */

/*
 * Sizes of the parent: the smallest that the driver can have, and those at which claims say
 * something. A second grid of few samples has the large ones, where a call takes milliseconds.
 */
static const struct grid {
	const char *small, *large, *vmas;
	unsigned int small_runs, large_runs, rounds;
} grids[] = {
	[EFFORT_FULL] = {"256K, 1M, 4M, 16M, 64M", "256M, 512M, 1G, 2G", "100, 1000, 5000", 320, 64,
			 16},
	[EFFORT_QUICK] = {"256K, 1M, 8M", "64M, 512M", "100, 3000", 96, 24, 12},
	[EFFORT_LAB] = {"256K, 1M, 8M", "64M, 512M", "100, 3000", 3, 3, 1},
};

static void add_grid(struct strbuf *text, const char *methods, const char *sizes, unsigned int runs)
{
	strbuf__add(text, "[grid]\nmethod = %s\nsize = %s\nruns = %u\n", methods, sizes, runs);
}

static void add_sizes(struct strbuf *text, const struct grid *g, const char *methods)
{
	add_grid(text, methods, g->small, g->small_runs);
	add_grid(text, methods, g->large, g->large_runs);
}

/* One grid for both sets: their cells are then taken in turn. */
static void write_suite(struct strbuf *text, const struct grid *g, unsigned int cells)
{
	switch (cells & (CELLS_FORK | CELLS_EXEC)) {
	case CELLS_FORK:
		add_sizes(text, g, "fork, vfork");
		break;
	case CELLS_EXEC:
		add_sizes(text, g, "fork-exec, vfork-exec, posix_spawn");
		break;
	case CELLS_FORK | CELLS_EXEC:
		add_sizes(text, g, "fork, vfork, fork-exec, vfork-exec, posix_spawn");
		break;
	default:
		break;
	}
	if (cells & CELLS_VMAS) {
		add_grid(text, "fork", "1M", g->small_runs);
		strbuf__add(text, "vmas = %s\n", g->vmas);
	}
	if (!cells)
		add_grid(text, "fork", "256K", g->rounds);
}

/* A memory file of the text; -errno. */
static int suite_file(const struct suite_options *o)
{
	struct strbuf text = {0};
	int fd, err = 0;

	write_suite(&text, &grids[o->effort], o->cells);
	fd = text.failed ? -1 : memfd_create("claims.ini", MFD_CLOEXEC);
	if (fd < 0)
		err = text.failed ? -ENOMEM : -errno;
	else if (write(fd, strbuf__text(&text), text.length) != (ssize_t)text.length)
		err = -EIO;
	strbuf__free(&text);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return err;
}

/* In the child: becomes the bench. Does not return. */
static void exec_bench(const struct suite_options *o, const char *self, int suite, int lines,
		       pid_t parent)
{
	char path[64], rounds[32];
	char *const args[] = {(char *)self, "bench", "--no-trace", "--incomplete",
			      "--output=-", path,    rounds,	   o->quiet ? "--quiet" : NULL,
			      NULL};

	/* On SIGTERM it ends its driver in order. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		_exit(126);
	interrupt_release();
	/* Its driver inherits the suite. */
	suite = dup(suite);
	snprintf(path, sizeof(path), "--suite=/proc/self/fd/%d", suite);
	snprintf(rounds, sizeof(rounds), "--rounds=%u", grids[o->effort].rounds);
	if (suite < 0 || dup2(lines, STDOUT_FILENO) < 0)
		_exit(126);
	execv(self, args);
	_exit(127);
}

/* Waits until the process ends; asks it to if we are interrupted. Its wait status. */
static int wait_for(pid_t pid)
{
	struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	const struct timespec grace = {.tv_sec = GRACE_MS / 1000};
	int status = 0;

	while (p.fd >= 0 && !interrupt_requested() &&
	       ppoll(&p, 1, NULL, interrupt_wait_mask()) <= 0)
		;
	if (interrupt_requested()) {
		kill(pid, SIGTERM);
		if (p.fd < 0 || ppoll(&p, 1, &grace, NULL) <= 0)
			kill(pid, SIGKILL);
	}
	if (p.fd >= 0)
		close(p.fd);
	waitpid(pid, &status, 0);
	return status;
}

static int end_of(int status, struct fault *why)
{
	if (interrupt_requested())
		return fault__set(why, -EINTR, "interrupted (%s)",
				  strsignal(interrupt_requested()));
	why->text[0] = '\0';
	if (WIFSIGNALED(status))
		return fault__set(why, -EIO, "the bench was killed by signal %d (%s)",
				  WTERMSIG(status), strsignal(WTERMSIG(status)));
	/* 2 also if a cell broke off: then the file says so. */
	return WEXITSTATUS(status) <= 2 ? 0 : fault__set(why, -EIO, "cannot run the bench");
}

static int read_lines(int fd, bool failed, struct run *r, struct fault *why)
{
	char path[64];
	int err;

	/* It has printed why. */
	if (lseek(fd, 0, SEEK_END) == 0)
		return -ECANCELED;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = store_read(path, r, why);
	if (!err && !r->ended) {
		run__free(r);
		why->text[0] = '\0';
		err = failed ? -ECANCELED : fault__set(why, -EIO, "the bench broke off");
	}
	return err;
}

int suite_measure(const struct suite_options *o, struct run *r, struct fault *why)
{
	int lines = memfd_create("claims.jsonl", MFD_CLOEXEC), suite = suite_file(o), status;
	char self[PATH_MAX];
	pid_t us = getpid(), pid = -1;
	int err = lines < 0 ? -errno : suite < 0 ? suite : proc_own_path(self, sizeof(self));

	*r = (struct run){0};
	if (!err) {
		pid = fork();
		if (pid == 0)
			exec_bench(o, self, suite, lines, us);
		if (pid < 0)
			err = -errno;
	}
	if (err) {
		fault__set(why, 0, "cannot start the bench: %s", strerror(-err));
	} else {
		status = wait_for(pid);
		err = end_of(status, why);
		if (!err)
			err = read_lines(lines, WEXITSTATUS(status) != 0, r, why);
	}
	if (lines >= 0)
		close(lines);
	if (suite >= 0)
		close(suite);
	return err;
}
