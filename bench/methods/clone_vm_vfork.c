// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "bench/methods/methods.h"

#define CHILD_STACK_BYTES (16 * 1024)

/* Static, not mapped: every fork of the same parent would copy the additional VMA. */
static char child_stack[CHILD_STACK_BYTES] __attribute__((aligned(16)));

static int child(void *arg)
{
	const struct stage *stage = arg;
	int64_t child_ns = now_ns();

	stage->slate->child_ns = child_ns;
	stage->slate->report.exit_ns = child_ns;
	_exit(0);
}

/*
 * The clone that posix_spawn uses. libc's clone() adds to the system call only the few instructions
 * that start the child on its own stack, which C cannot express.
 */
static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;

	sample->call_ns = now_ns();
	pid = clone(child, child_stack + sizeof(child_stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
		    (void *)stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	return stage__reap(stage, pid, sample);
}

const struct method method_clone_vm_vfork = {
	.name = "clone-vm-vfork",
	.brief = "clone(CLONE_VM | CLONE_VFORK) with a separate stack; the child exits",
	.spawn = spawn,
};
