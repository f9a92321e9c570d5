// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "bench/methods/methods.h"

#define CHILD_STACK_BYTES (16 * 1024)

/* Not mapped for the purpose: a VMA more would be copied by every fork of the same parent. */
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
 * What posix_spawn is made of. libc's clone() is the system call and the few instructions that
 * make the child start on its own stack, which C cannot express.
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
	.brief = "clone(CLONE_VM | CLONE_VFORK) on a stack of its own; the child exits",
	.spawn = spawn,
};
