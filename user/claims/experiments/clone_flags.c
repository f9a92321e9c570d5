// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The clone flags of fork and posix_spawn, and what the child of posix_spawn calls until its exec:
 * read by ptrace(2), from a process that is ended before the program runs.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/claims/experiments/experiments.h"

#define FORK_FLAGS   "fork_clone_flags"
#define SPAWN_FLAGS  "posix_spawn_clone_flags"
#define SPAWN_CALLS  "posix_spawn_child_syscalls"
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define STOPS_MAX    10000

static void subject_forks(void)
{
	if (fork() == 0)
		_exit(0);
}

static void subject_spawns(void)
{
	char *const argv[] = {"self", "--version", NULL};
	pid_t pid;

	posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);
}

/* A process that waits to be traced and then calls `subject`. */
static pid_t start(void (*subject)(void))
{
	pid_t pid = experiment_fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(errno);
		raise(SIGSTOP);
		subject();
		_exit(0);
	}
	return pid;
}

/* The number of the system call that the process enters, and its first argument; false: none. */
static bool entered(pid_t pid, uint64_t *number, uint64_t *first)
{
	struct __ptrace_syscall_info info = {0};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	*number = info.entry.nr;
	*first = info.entry.args[0];
	return true;
}

/* The flags of a call that makes a process, as fork(2) and vfork(2) define them; -1: another. */
static int64_t flags_of(pid_t pid, uint64_t number, uint64_t first)
{
	switch (number) {
#ifdef SYS_fork
	case SYS_fork:
		return 0;
	case SYS_vfork:
		return CLONE_VM | CLONE_VFORK;
#endif
	case SYS_clone:
		return (int64_t)(first & ~0xffULL); /* without the signal */
	case SYS_clone3:			    /* the first member of struct clone_args */
		return ptrace(PTRACE_PEEKDATA, pid, first, 0);
	default:
		return -1;
	}
}

struct watch {
	pid_t subject;
	int64_t flags; /* -1: not yet */
	int64_t calls; /* of the child */
	bool execs;
};

/* A stop of the subject or of its child. False: all is seen. */
static bool see(struct watch *w, pid_t pid, int status)
{
	uint64_t number, first;

	if (!WIFSTOPPED(status) || WSTOPSIG(status) != SYSCALL_STOP ||
	    !entered(pid, &number, &first))
		return true;
	if (pid == w->subject) {
		if (w->flags < 0)
			w->flags = flags_of(pid, number, first);
		return true;
	}
	w->execs = number == SYS_execve || number == SYS_execveat;
	w->calls += !w->execs;
	return !w->execs;
}

/* Follows it until its child execs, or both have ended. */
static void follow(struct watch *w)
{
	pid_t pid = w->subject;
	int status;

	ptrace(PTRACE_SETOPTIONS, pid, 0,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |
		       PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE);
	ptrace(PTRACE_SYSCALL, pid, 0, 0);
	for (int i = 0; i < STOPS_MAX; i++) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 || !see(w, pid, status))
			return;
		if (WIFSTOPPED(status))
			ptrace(PTRACE_SYSCALL, pid, 0, 0);
	}
}

/* False, with why, if it cannot be traced. */
static bool watch(struct watch *w, void (*subject)(void), const char **why)
{
	int status = 0;

	*w = (struct watch){.subject = start(subject), .flags = -1};
	if (w->subject < 0 || waitpid(w->subject, &status, 0) != w->subject ||
	    !WIFSTOPPED(status)) {
		*why = WIFEXITED(status) && WEXITSTATUS(status) ? strerror(WEXITSTATUS(status))
								: "it ended";
		return false;
	}
	follow(w);
	/* Both end with us at the latest: PTRACE_O_EXITKILL. */
	kill(w->subject, SIGKILL);
	*why = "no clone was seen";
	return w->flags >= 0;
}

static void run(struct findings *f)
{
	const char *why = NULL;
	struct watch w;

	if (watch(&w, subject_forks, &why))
		findings__add(f, FORK_FLAGS, w.flags);
	else
		findings__absent(f, FORK_FLAGS, "ptrace: %s", why);
	if (!watch(&w, subject_spawns, &why)) {
		findings__absent(f, SPAWN_FLAGS, "ptrace: %s", why);
		findings__absent(f, SPAWN_CALLS, "ptrace: %s", why);
		return;
	}
	findings__add(f, SPAWN_FLAGS, w.flags);
	if (w.execs)
		findings__add(f, SPAWN_CALLS, w.calls);
	else
		findings__absent(f, SPAWN_CALLS, "its child called no exec");
}

const struct experiment experiment_clone_flags = {
	.name = "clone_flags",
	.observes = {FORK_FLAGS, SPAWN_FLAGS, SPAWN_CALLS},
	.run = run,
};
