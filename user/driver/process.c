// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/driver/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/hugetlb.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"

#define STEP_MS	 10
#define GRACE_MS 1000 /* from one way to end the driver to the next, rougher one */

int driver_process_path(char *path, size_t size)
{
	char folder[PATH_MAX];
	int err = proc_own_folder(folder, sizeof(folder));

	if (err)
		return err;
	if (snprintf(path, size, "%s/spawnscope-bench", folder) >= (int)size)
		return -ENAMETOOLONG;
	return access(path, X_OK) ? -errno : 0;
}

/* With a loader the driver is its argument, and is passed it, to start its programs likewise. */
static char **make_argv(const char *path, const struct loader *loader, char *const *args)
{
	size_t count = 0, n = 0;
	char **argv;

	while (args[count])
		count++;
	argv = calloc(count + LOADER_WORDS + 7, sizeof(*argv));
	if (!argv)
		return NULL;
	if (loader->path[0]) {
		argv[n++] = (char *)loader->path;
		argv[n++] = LOADER_LIBRARIES_OPTION;
		argv[n++] = (char *)loader->libraries;
	}
	argv[n++] = (char *)path;
	argv[n++] = "--serve";
	if (loader->path[0]) {
		argv[n++] = "--loader";
		argv[n++] = (char *)loader->path;
		argv[n++] = "--libraries";
		argv[n++] = (char *)loader->libraries;
	}
	memcpy(argv + n, args, count * sizeof(*args));
	return argv;
}

/* Of a limit that the command line names: root has none as itself, and may not make a group. */
static unsigned int rights_for(char *const *args)
{
	static const char option[] = "--limit=";
	unsigned int rights = 0;

	for (; *args; args++) {
		if (strncmp(*args, option, strlen(option)))
			continue;
		if (strstr(*args, "nproc"))
			rights |= PRIVILEGE_OTHER_USER;
		if (strstr(*args, "pids"))
			rights |= PRIVILEGE_FILES;
	}
	return rights;
}

/*
 * Under sudo the driver is the caller, who may not set the number of huge pages: it gets that file
 * open, if the command line asks for such pages, or may by a suite.
 */
static void pass_hugepages(char *const *args)
{
	char text[16];
	bool asked = false;
	int fd;

	for (; *args; args++)
		asked |= !strncmp(*args, "--suite=", strlen("--suite=")) ||
			 (!strncmp(*args, "--pages=", strlen("--pages=")) &&
			  strstr(*args, "hugetlb"));
	if (!asked || geteuid() != 0)
		return;
	fd = open(PAGES_HUGETLB_NUMBER, O_WRONLY);
	snprintf(text, sizeof(text), "%d", fd);
	if (fd >= 0)
		setenv(PAGES_HUGETLB_VARIABLE, text, 1);
}

static void exec_driver(char *const *argv, int in, int out, pid_t parent)
{
	pass_hugepages(argv);
	if (privilege_only(rights_for(argv)))
		_exit(126);
	/*
	 * After the change of ids, which clears it. The parent may have died before. On SIGTERM the
	 * driver ends its subjects, too.
	 */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		_exit(126);
	/* A terminal's Ctrl-C must reach only this tool, which then stops the driver in order. */
	setpgid(0, 0);
	interrupt_release();
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

static void close_pair(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int driver_process__start(struct driver_process *p, const char *path, const struct loader *loader,
			  char *const *args)
{
	int to[2] = {-1, -1}, from[2] = {-1, -1}, err = 0;
	char **argv = make_argv(path, loader, args);
	pid_t self = getpid();

	*p = (struct driver_process){.from = -1};
	if (!argv)
		return -ENOMEM;
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
		err = -errno;
		goto cleanup;
	}
	p->pid = fork();
	if (!p->pid)
		exec_driver(argv, to[0], from[1], self);
	if (p->pid < 0) {
		err = -errno;
		p->pid = 0;
		goto cleanup;
	}
	p->from = from[0];
	from[0] = -1;
	p->to = fdopen(to[1], "w");
	if (!p->to)
		err = -ENOMEM;
	else
		to[1] = -1;
cleanup:
	close_pair(to);
	close_pair(from);
	free(argv);
	return err;
}

static bool ends_within(struct driver_process *p, unsigned int ms, int *status)
{
	for (unsigned int waited = 0;; waited += STEP_MS) {
		if (waitpid(p->pid, status, WNOHANG)) {
			p->pid = 0;
			return true;
		}
		if (waited >= ms)
			return false;
		usleep(STEP_MS * 1000);
	}
}

int driver_process__reap(struct driver_process *p, unsigned int timeout_s, int *status)
{
	*status = 0;
	for (unsigned int waited = 0; p->pid && !ends_within(p, STEP_MS, status); waited += STEP_MS)
		if (interrupt_requested() || waited >= 1000 * timeout_s)
			return -ETIMEDOUT;
	return 0;
}

void driver_process__stop(struct driver_process *p)
{
	int status;

	if (p->to)
		fclose(p->to);
	p->to = NULL;
	if (p->pid && !ends_within(p, GRACE_MS, &status)) {
		kill(p->pid, SIGTERM);
		if (!ends_within(p, GRACE_MS, &status)) {
			kill(p->pid, SIGKILL);
			waitpid(p->pid, NULL, 0);
			p->pid = 0;
		}
	}
	if (p->from >= 0)
		close(p->from);
	p->from = -1;
}
