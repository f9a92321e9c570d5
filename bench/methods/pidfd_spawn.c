// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/methods/methods.h"
#include "bench/shared/fault.h"

#ifndef P_PIDFD /* glibc 2.36 */
#define P_PIDFD 3
#endif

/*
 * glibc 2.39 and its headers. Weak: NULL where the libc that runs this program lacks them.
 */
extern int spawn_file(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attributes, char *const argv[],
		      char *const envp[]) __asm__("pidfd_spawn") __attribute__((weak));
extern int spawn_name(int *pidfd, const char *name, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attributes, char *const argv[],
		      char *const envp[]) __asm__("pidfd_spawnp") __attribute__((weak));

static int supported(struct fault *why)
{
	return spawn_file && spawn_name
		       ? 0
		       : fault__set(why, -ENOTSUP,
				    "this libc has no pidfd_spawn, which glibc has since 2.39; "
				    "see --libc");
}

/* The program reports its own pid, or has none that is known. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	siginfo_t info = {0};
	int pidfd = -1, err = 0, error;

	sample->call_ns = now_ns();
	if (stage->name)
		error = spawn_name(&pidfd, stage->name, stage->actions, NULL, stage->child_argv,
				   environ);
	else
		error = spawn_file(&pidfd, stage->file, stage->actions, NULL, stage->child_argv,
				   environ);
	sample->return_ns = now_ns();
	if (error)
		return sample__fail(sample, error);
	while (!err && waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0)
		err = errno == EINTR ? 0 : -errno;
	sample->reaped_ns = now_ns();
	close(pidfd);
	if (err)
		return err;
	sample->child_pid = info.si_pid;
	sample->wait_status =
		info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : info.si_status;
	sample->started = true;
	stage__collect(stage, sample);
	return 0;
}

const struct method method_pidfd_spawn = {
	.name = "pidfd_spawn",
	.brief = "pidfd_spawn without attributes, waited for by pidfd",
	.execs = true,
	.acts = true,
	.supported = supported,
	.reentrant = true,
	.spawn = spawn,
};
