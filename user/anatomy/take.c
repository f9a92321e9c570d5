// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/take.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/base/args.h"
#include "user/base/interrupt.h"
#include "user/base/lab_script.h"
#include "user/base/scratch.h"

/* What the methods that exec start if no program is named. */
#define CHILD	"spawnscope-child"
#define GRACE_S 10 /* between SIGTERM and SIGKILL */

static void make_args(struct args *a, const struct anatomy_subject *s, const char *script,
		      const char *programs, const char *keep)
{
	args__add(a, "%s", script);
	args__add(a, "--programs");
	args__add(a, "%s", programs);
	if (s->kernel) {
		args__add(a, "--kernel");
		args__add(a, "%s", s->kernel);
	}
	args__add(a, "--births");
	args__add(a, "%u", s->births);
	if (s->cycles)
		args__add(a, "--cycles");
	args__add(a, "--keep");
	args__add(a, "%s", keep);
	args__add(a, "--");
	args__add(a, "--method=%s", s->method);
	args__add(a, "--size=%s", s->size);
	for (size_t i = 0; i < s->forward_count; i++)
		args__add(a, "%s", s->forward[i]);
	if (s->program) {
		args__add(a, "--program");
		args__add(a, "%s", s->program);
	}
}

/* In the child: becomes the script. Does not return. */
static void exec_script(char *const *argv, pid_t parent, const char *keep)
{
	/* On SIGTERM it ends its guest in order. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(126);
	setpgid(0, 0);
	interrupt_release();
	dup2(STDERR_FILENO, STDOUT_FILENO);
	/* The temporary folders of the scripts go with ours. */
	setenv("TMPDIR", keep, 1);
	execv(argv[0], argv);
	_exit(127);
}

/* Counts the seconds on a terminal. */
static void show_time(const struct anatomy_subject *s, unsigned int seconds)
{
	if (s->quiet || !isatty(STDERR_FILENO))
		return;
	if (seconds)
		dprintf(STDERR_FILENO, "\r\033[Klab: counting for %u s", seconds);
	else
		dprintf(STDERR_FILENO, "\r\033[K");
}

/* Waits until the process ends. 0, -EINTR when interrupted, or -ETIMEDOUT. `s` may be NULL. */
static int wait_for(int pidfd, unsigned int limit_s, const struct anatomy_subject *s)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	const struct timespec second = {.tv_sec = 1};
	unsigned int seconds = 0;

	for (;;) {
		int n = ppoll(&p, 1, &second, s ? interrupt_wait_mask() : NULL);

		if (n > 0)
			return 0;
		if (s && interrupt_requested())
			return -EINTR;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0 && ++seconds == limit_s)
			return -ETIMEDOUT;
		if (n == 0 && s)
			show_time(s, seconds);
	}
}

/* Waits for the script, ends it if it must, and describes a failure. */
static int finish(pid_t pid, const struct anatomy_subject *s, struct fault *why)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	/* The script has a limit of its own. */
	int err = pidfd < 0 ? -errno : wait_for(pidfd, UINT_MAX, s);

	show_time(s, 0);
	if (err) {
		kill(pid, SIGTERM);
		if (pidfd < 0 || wait_for(pidfd, GRACE_S, NULL))
			kill(pid, SIGKILL);
	}
	if (pidfd >= 0)
		close(pidfd);
	waitpid(pid, &status, 0);
	if (err)
		return fault__set(why, err, "the lab was stopped: %s", strerror(-err));
	if (WIFSIGNALED(status))
		return fault__set(why, -EIO, "the lab was killed by signal %d (%s)",
				  WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status) ? -ECANCELED : 0;
}

static int run_script(const struct anatomy_subject *s, const char *keep, struct fault *why)
{
	char programs[PATH_MAX], script[PATH_MAX + 64];
	struct args a = {0};
	pid_t pid, parent = getpid();
	int err = lab_script("anatomy", programs, sizeof(programs), script, sizeof(script), why);

	if (err)
		return err;
	make_args(&a, s, script, programs, keep);
	pid = a.failed ? -1 : fork();
	if (!pid)
		exec_script(a.v, parent, keep);
	if (a.failed)
		err = fault__set(why, -ENOMEM, "%s", strerror(ENOMEM));
	else if (pid < 0)
		err = fault__set(why, -errno, "cannot start the lab: %s", strerror(errno));
	else
		err = finish(pid, s, why);
	args__free(&a);
	return err;
}

int anatomy_take(const struct anatomy_subject *s, struct run *r, struct fault *why)
{
	struct scratch keep;
	int err = scratch__make(&keep, why);

	if (err)
		return err;
	err = run_script(s, keep.path, why);
	if (!err)
		err = anatomy_read_folder(keep.path, s->program ? basename(s->program) : CHILD,
					  s->births, r, why);
	scratch__remove(&keep);
	return err;
}
