// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/methods/methods.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"

#ifndef SYS_clone3
#define SYS_clone3 435 /* the same on every architecture */
#endif

#ifndef P_PIDFD /* glibc 2.36 */
#define P_PIDFD 3
#endif

static int supported(struct fault *why)
{
	/* Without arguments, a kernel that has the call returns EINVAL and starts nothing. */
	syscall(SYS_clone3, NULL, 0);
	if (errno != EINVAL)
		return fault__set(why, -ENOTSUP, "clone3 is not available: %s", strerror(errno));
	/* Linux 5.3 added clone3, 5.4 P_PIDFD: with it, EBADF, without it, EINVAL. */
	waitid((idtype_t)P_PIDFD, (id_t)INT32_MAX, NULL, WEXITED);
	if (errno != EBADF)
		return fault__set(why, -ENOTSUP, "waitid(P_PIDFD) is not available: %s",
				  strerror(errno));
	return 0;
}

/* The raw system call: no atfork handlers, none of libc's locks. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	siginfo_t info = {0};
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	int err = 0;
	long pid;

	sample->call_ns = now_ns();
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		stage__child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	while (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0) {
		if (errno != EINTR) {
			err = -errno;
			goto cleanup;
		}
	}
	sample->reaped_ns = now_ns();
	sample->child_pid = (int32_t)pid;
	sample->started = true;
	stage__collect(stage, sample);
cleanup:
	close(pidfd);
	return err;
}

const struct method method_clone3 = {
	.name = "clone3",
	.brief = "the clone3 system call with CLONE_PIDFD, waited for by pidfd; the child exits",
	.supported = supported,
	.reentrant = true,
	.moves = true,
	.spawn = spawn,
};
