// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/inherit/method.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/inherit/child.h"

#define STACK_BYTES ((size_t)256 << 10)
#define PATIENCE_MS 5000

static const char program[] = "/proc/self/exe";

/* What a child does, whatever made it. */
static __attribute__((noreturn)) void be_child(const struct method *m, struct cell *c)
{
	if (!m->exec)
		child_run(c);
	execv(program, child_words(c));
	c->error = errno;
	child_fail(c);
}

static pid_t by_fork(const struct method *m, struct cell *c)
{
	pid_t pid = fork();

	if (!pid)
		be_child(m, c);
	return pid < 0 ? -errno : pid;
}

/* Not inlined: the child runs on this frame, and changes none of its variables. */
static __attribute__((noinline)) pid_t by_vfork(const struct method *m, struct cell *c)
{
	pid_t pid = vfork();

	if (!pid)
		be_child(m, c);
	return pid < 0 ? -errno : pid;
}

struct start {
	const struct method *m;
	struct cell *c;
};

static int start(void *argument)
{
	const struct start *s = argument;

	be_child(s->m, s->c);
}

/* By clone(2), on a stack of its own. */
static pid_t by_clone(const struct method *m, struct cell *c)
{
	static struct start s;
	bool thread = m->bits & CLONE_THREAD;
	int flags = (int)method_flags(m) | (thread ? CLONE_CHILD_CLEARTID : SIGCHLD);
	char *stack =
		mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (stack == MAP_FAILED)
		return -errno;
	s = (struct start){m, c};
	c->child_tid = 1;
	pid = clone(start, stack + STACK_BYTES, flags, &s, NULL, NULL, &c->child_tid);
	return pid < 0 ? -errno : pid;
}

/* By clone3(2), which has more flags, without CLONE_VM: on a copy of this stack. */
static pid_t by_clone3(const struct method *m, struct cell *c)
{
	struct clone_args a = {.flags = method_flags(m), .exit_signal = SIGCHLD};
	pid_t pid = (pid_t)syscall(SYS_clone3, &a, sizeof(a));

	if (!pid)
		be_child(m, c);
	return pid < 0 ? -errno : pid;
}

static pid_t by_exec(const struct method *m, struct cell *c)
{
	c->alone = true;
	execv(program, child_words(c));
	return -errno;
}

static int add_attributes(const struct method *m, posix_spawnattr_t *a)
{
	static const struct {
		uint64_t bit;
		short flag;
	} flags[] = {
		{METHOD_SIGMASK, POSIX_SPAWN_SETSIGMASK},
		{METHOD_SIGDEF, POSIX_SPAWN_SETSIGDEF},
		{METHOD_PGROUP, POSIX_SPAWN_SETPGROUP},
		{METHOD_SETSID, POSIX_SPAWN_SETSID},
		{METHOD_RESETIDS, POSIX_SPAWN_RESETIDS},
		{METHOD_SCHEDULER, POSIX_SPAWN_SETSCHEDULER},
	};
	const struct sched_param zero = {0};
	sigset_t none, all;
	short set = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (m->bits & flags[i].bit)
			set |= flags[i].flag;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(a, &none);
	posix_spawnattr_setsigdefault(a, &all);
	posix_spawnattr_setpgroup(a, 0);
	posix_spawnattr_setschedpolicy(a, SCHED_OTHER);
	posix_spawnattr_setschedparam(a, &zero);
	return posix_spawnattr_setflags(a, set);
}

static int add_actions(const struct cell *c, posix_spawn_file_actions_t *f)
{
	int err = posix_spawn_file_actions_addchdir_np(f, "/");

	if (!err && c->keep_fd >= 0)
		err = posix_spawn_file_actions_adddup2(f, c->keep_fd, c->keep_fd);
	if (!err && c->close_fd >= 0)
		err = posix_spawn_file_actions_addclose(f, c->close_fd);
	return err;
}

static pid_t by_spawn(const struct method *m, struct cell *c)
{
	bool actions = m->bits & METHOD_ACTIONS, attributes = m->bits & METHOD_ATTRIBUTES;
	posix_spawn_file_actions_t f;
	posix_spawnattr_t a;
	pid_t pid = -1;
	int err = 0;

	posix_spawnattr_init(&a);
	posix_spawn_file_actions_init(&f);
	if (attributes)
		err = add_attributes(m, &a);
	if (!err && actions)
		err = add_actions(c, &f);
	if (!err)
		err = posix_spawn(&pid, program, actions ? &f : NULL, attributes ? &a : NULL,
				  child_words(c), environ);
	posix_spawn_file_actions_destroy(&f);
	posix_spawnattr_destroy(&a);
	return err ? -err : pid;
}

#define SHARE_VM  (CLONE_VM)
#define SHARE_SIG (CLONE_VM | CLONE_SIGHAND)
#define SPAWN	  (CLONE_VM | CLONE_VFORK)

const struct method inherit_methods[] = {
	{"fork", "fork()", FAMILY_CALLS, METHOD_LIBC_FORK, false, by_fork},
	{"vfork", "vfork()", FAMILY_CALLS, SPAWN, false, by_vfork},
	{"exec", "execve() without a birth", FAMILY_CALLS, METHOD_EXEC_ALONE, true, by_exec},
	{"fork-exec", "fork(), execve()", FAMILY_CALLS, METHOD_LIBC_FORK, true, by_fork},
	{"spawn", "posix_spawn()", FAMILY_CALLS, SPAWN, true, by_spawn},

	{"clone", "clone(SIGCHLD)", FAMILY_CLONE, 0, false, by_clone},
	{"vm", "CLONE_VM, with a stack of its own", FAMILY_CLONE, SHARE_VM, false, by_clone},
	{"fs", "CLONE_FS", FAMILY_CLONE, CLONE_FS, false, by_clone},
	{"files", "CLONE_FILES", FAMILY_CLONE, CLONE_FILES, false, by_clone},
	{"sighand", "CLONE_SIGHAND|CLONE_VM", FAMILY_CLONE, SHARE_SIG, false, by_clone},
	{"clear", "CLONE_CLEAR_SIGHAND", FAMILY_CLONE, CLONE_CLEAR_SIGHAND, false, by_clone3},
	{"sysvsem", "CLONE_SYSVSEM", FAMILY_CLONE, CLONE_SYSVSEM, false, by_clone},
	{"io", "CLONE_IO", FAMILY_CLONE, CLONE_IO, false, by_clone},
	{"parent", "CLONE_PARENT", FAMILY_CLONE, CLONE_PARENT, false, by_clone},
	{"thread", "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM", FAMILY_CLONE, SHARE_SIG | CLONE_THREAD,
	 false, by_clone},

	{"newuser", "CLONE_NEWUSER", FAMILY_NAMESPACES, CLONE_NEWUSER, false, by_clone},
	{"newpid", "CLONE_NEWPID", FAMILY_NAMESPACES, CLONE_NEWPID, false, by_clone},
	{"newnet", "CLONE_NEWNET", FAMILY_NAMESPACES, CLONE_NEWNET, false, by_clone},
	{"newns", "CLONE_NEWNS", FAMILY_NAMESPACES, CLONE_NEWNS, false, by_clone},
	{"newuts", "CLONE_NEWUTS", FAMILY_NAMESPACES, CLONE_NEWUTS, false, by_clone},
	{"newipc", "CLONE_NEWIPC", FAMILY_NAMESPACES, CLONE_NEWIPC, false, by_clone},
	{"newcgroup", "CLONE_NEWCGROUP", FAMILY_NAMESPACES, CLONE_NEWCGROUP, false, by_clone},
	{"newtime", "CLONE_NEWTIME", FAMILY_NAMESPACES, CLONE_NEWTIME, false, by_clone3},

	{"vfork-exec", "vfork(), execve()", FAMILY_SPAWN, SPAWN, true, by_vfork},
	{"sigmask", "POSIX_SPAWN_SETSIGMASK, to none", FAMILY_SPAWN, SPAWN | METHOD_SIGMASK, true,
	 by_spawn},
	{"sigdef", "POSIX_SPAWN_SETSIGDEF, of all signals", FAMILY_SPAWN, SPAWN | METHOD_SIGDEF,
	 true, by_spawn},
	{"pgroup", "POSIX_SPAWN_SETPGROUP, to 0", FAMILY_SPAWN, SPAWN | METHOD_PGROUP, true,
	 by_spawn},
	{"setsid", "POSIX_SPAWN_SETSID", FAMILY_SPAWN, SPAWN | METHOD_SETSID, true, by_spawn},
	{"resetids", "POSIX_SPAWN_RESETIDS", FAMILY_SPAWN, SPAWN | METHOD_RESETIDS, true, by_spawn},
	{"scheduler", "POSIX_SPAWN_SETSCHEDULER, to SCHED_OTHER", FAMILY_SPAWN,
	 SPAWN | METHOD_SCHEDULER, true, by_spawn},
	{"actions", "file actions: close, dup2, chdir", FAMILY_SPAWN, SPAWN | METHOD_ACTIONS, true,
	 by_spawn},
};

const size_t inherit_method_count = sizeof(inherit_methods) / sizeof(inherit_methods[0]);

uint64_t method_flags(const struct method *m)
{
	return m->bits & (METHOD_LIBC_FORK - 1);
}

/* The kernel clears the id before it undoes semaphores: then until the thread is gone. */
static void wait_for_thread(struct cell *c, pid_t tid)
{
	const struct timespec patience = {PATIENCE_MS / 1000, 0}, moment = {0, 100000};
	int left;

	while ((left = __atomic_load_n(&c->child_tid, __ATOMIC_ACQUIRE)))
		if (syscall(SYS_futex, &c->child_tid, FUTEX_WAIT, left, &patience, NULL, 0) &&
		    errno == ETIMEDOUT)
			return;
	for (int i = 0; i < 10 * PATIENCE_MS && !syscall(SYS_tgkill, getpid(), tid, 0); i++)
		nanosleep(&moment, NULL);
}

/* By a descriptor: with CLONE_PARENT it is no child of this process. */
static void wait_for(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {fd, POLLIN, 0};

	if (fd >= 0) {
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
		poll(&p, 1, PATIENCE_MS);
		close(fd);
	}
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int method_run(const struct method *m, struct cell *c)
{
	pid_t pid = m->make(m, c);

	if (pid < 0)
		return pid;
	if (m->bits & CLONE_THREAD) {
		wait_for_thread(c, pid);
		return 0;
	}
	c->born = pid;
	wait_for(pid);
	c->born = 0;
	return 0;
}
