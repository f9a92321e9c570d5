// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/clone.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/methods/methods.h"

#define CHILD_STACK_BYTES (16 * 1024)

/* Static, not mapped: every fork of the same parent would copy the additional VMA. */
static char child_stack[CHILD_STACK_BYTES] __attribute__((aligned(16)));

/* The kernel clears it when a thread has ended. */
static uint32_t thread_id;

/* libc ends the child with exit(2), which ends a thread alone. */
static int child(void *arg)
{
	volatile struct slate *slate = arg;
	int64_t child_ns = now_ns();

	if (slate) {
		slate->child_ns = child_ns;
		slate->report.exit_ns = child_ns;
	}
	return 0;
}

static pid_t start(uint64_t flags, volatile struct slate *slate, int *pidfd)
{
	bool is_thread = flags & CLONE_THREAD;

	thread_id = 1;
	return clone(child, child_stack + sizeof(child_stack),
		     (int)flags | (is_thread ? CLONE_CHILD_CLEARTID : SIGCHLD), (void *)slate,
		     pidfd, NULL, &thread_id);
}

/* Until the kernel has released the task: see thread.c. */
static void join(pid_t tid)
{
	uint32_t id;

	while ((id = __atomic_load_n(&thread_id, __ATOMIC_ACQUIRE)) != 0)
		syscall(SYS_futex, &thread_id, FUTEX_WAIT, id, NULL, NULL, 0);
	while (!syscall(SYS_tgkill, getpid(), tid, 0))
		sched_yield();
}

int clone_try(uint64_t flags)
{
	int pidfd = -1;
	pid_t pid = start(flags, NULL, &pidfd);

	if (pid < 0)
		return -errno;
	if (pidfd >= 0)
		close(pidfd);
	if (flags & CLONE_THREAD)
		join(pid);
	else
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return 0;
}

static int spawn(const struct stage *stage, struct sample *sample)
{
	int pidfd = -1, err = 0;
	pid_t pid;

	sample->call_ns = now_ns();
	pid = start(stage->clone_flags, stage->slate, &pidfd);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	if (stage->clone_flags & CLONE_THREAD) {
		join(pid);
		sample->reaped_ns = now_ns();
		sample->child_pid = pid;
		sample->started = true;
		stage__collect(stage, sample);
	} else {
		err = stage__reap(stage, pid, sample);
	}
	if (pidfd >= 0)
		close(pidfd);
	return err;
}

const struct method method_clone = {
	.name = "clone",
	.brief = "libc's clone with a stack of its own and the flags of --clone-flags; the child "
		 "exits",
	.clones = true,
	.spawn = spawn,
};
