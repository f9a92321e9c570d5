// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/units.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"

static void run(char *const *argv, int hold, int verdict, pid_t parent, const sigset_t *mask)
{
	char byte;
	int err;

	/*
	 * PR_SET_PDEATHSIG comes after the change of ids, which clears it. The parent may have died
	 * before that.
	 */
	if (privilege_become_caller() || prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(126);
	if (read(hold, &byte, 1) != 1)
		_exit(126);
	interrupt_restore();
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	err = errno;
	if (write(verdict, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

int workload__start(struct workload *w, char *const *argv, const sigset_t *mask)
{
	int hold[2] = {-1, -1}, verdict[2] = {-1, -1}, err = 0;
	pid_t self = getpid();

	*w = (struct workload){.hold = -1, .verdict = -1, .cpu_ns = MISSING};
	if (pipe2(hold, O_CLOEXEC) || pipe2(verdict, O_CLOEXEC))
		goto fail;
	w->pid = fork();
	if (!w->pid) {
		close(hold[1]);
		run(argv, hold[0], verdict[1], self, mask);
	}
	if (w->pid < 0)
		goto fail;
	close(hold[0]);
	close(verdict[1]);
	w->hold = hold[1];
	w->verdict = verdict[0];
	return 0;

fail:
	err = -errno;
	w->pid = 0;
	for (int i = 0; i < 2; i++) {
		if (hold[i] >= 0)
			close(hold[i]);
		if (verdict[i] >= 0)
			close(verdict[i]);
	}
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int workload__release(struct workload *w)
{
	int err = 0;
	ssize_t n = write(w->hold, "", 1);

	if (n != 1)
		return -errno;
	do
		n = read(w->verdict, &err, sizeof(err)); /* 0 bytes: exec closed the other end */
	while (n < 0 && errno == EINTR);
	close_fd(&w->hold);
	close_fd(&w->verdict);
	return n == sizeof(err) ? -err : 0;
}

static int64_t ns_of(struct timeval t)
{
	return ((int64_t)t.tv_sec * 1000000 + t.tv_usec) * 1000;
}

bool workload__ended(struct workload *w, int *status)
{
	struct rusage use;
	int how;

	if (!w->pid || wait4(w->pid, &how, WNOHANG, &use) != w->pid)
		return false;
	w->pid = 0;
	w->cpu_ns = ns_of(use.ru_utime) + ns_of(use.ru_stime);
	w->interrupted = WIFSIGNALED(how) && WTERMSIG(how) == SIGINT;
	*status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	return true;
}

void workload__close(struct workload *w)
{
	close_fd(&w->hold);
	close_fd(&w->verdict);
	if (!w->pid)
		return;
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
}

int workload_exit_status(int err)
{
	return err == -ENOENT || err == -ENOTDIR ? 127 : 126;
}
