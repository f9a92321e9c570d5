// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Signals: mask, actions, what is pending, the alternate stack. */
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static void block(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(how, &set, NULL);
}

static const char *set_mask(struct cell *c)
{
	block(SIG_BLOCK);
	return NULL;
}

static void get_mask(struct cell *c, char *value)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	value_set(value, sigismember(&set, SIGUSR1) ? "blocked" : "not blocked");
}

static void change_mask(struct cell *c)
{
	block(SIG_UNBLOCK);
}

static void handler(int number)
{
}

static const char *set_caught(struct cell *c)
{
	signal(SIGUSR1, handler);
	return NULL;
}

static const char *set_ignored(struct cell *c)
{
	signal(SIGUSR1, SIG_IGN);
	return NULL;
}

static void get_action(struct cell *c, char *value)
{
	struct sigaction a;

	sigaction(SIGUSR1, NULL, &a);
	value_set(value, a.sa_handler == SIG_DFL   ? "default"
			 : a.sa_handler == SIG_IGN ? "ignored"
						   : "caught");
}

static void change_action(struct cell *c)
{
	signal(SIGUSR1, SIG_DFL);
}

static const char *set_pending(struct cell *c)
{
	block(SIG_BLOCK);
	return kill(getpid(), SIGUSR1) ? "cannot send itself a signal" : NULL;
}

static void get_pending(struct cell *c, char *value)
{
	sigset_t set;

	sigpending(&set);
	value_set(value, sigismember(&set, SIGUSR1) ? "pending" : "empty");
}

static void change_pending(struct cell *c)
{
	const struct timespec now = {0, 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigtimedwait(&set, NULL, &now);
}

static const char *set_stack(struct cell *c)
{
	static char stack[64 << 10];
	const stack_t s = {.ss_sp = stack, .ss_size = sizeof(stack)};

	return sigaltstack(&s, NULL) ? "the stack is too small here" : NULL;
}

static void get_stack(struct cell *c, char *value)
{
	stack_t s;

	sigaltstack(NULL, &s);
	value_set(value, s.ss_flags & SS_DISABLE ? "disabled" : "set");
}

static const char *set_death(struct cell *c)
{
	prctl(PR_SET_PDEATHSIG, SIGUSR2);
	return NULL;
}

static void get_death(struct cell *c, char *value)
{
	int number = 0;

	prctl(PR_GET_PDEATHSIG, &number);
	value_set(value, "%d", number);
}

static const struct property properties[] = {
	{
		.name = "signal mask",
		.test = "the parent blocks SIGUSR1, the child unblocks it",
		.born = {0, MARK_COPY, "sigprocmask(2)"},
		.but = {{METHOD_SIGMASK, MARK_RESET, "posix_spawn(3)"}},
		.exec = {0, MARK_KEPT, "sigprocmask(2)"},
		.fresh = "not blocked",
		.set = set_mask,
		.get = get_mask,
		.change = change_mask,
	},
	{
		.name = "caught signal",
		.test = "the parent has a handler of SIGUSR1; the child sets the default",
		.born = {0, MARK_COPY, "clone(2)"},
		.but = {{CLONE_SIGHAND, MARK_SHARED, "clone(2)"},
			{CLONE_CLEAR_SIGHAND, MARK_RESET, "clone(2)"}},
		.exec = {0, MARK_RESET, "execve(2)"},
		.fresh = "default",
		.set = set_caught,
		.get = get_action,
		.change = change_action,
	},
	{
		.name = "ignored signal",
		.test = "the parent ignores SIGUSR1; the child sets the default",
		.born = {0, MARK_COPY, "clone(2)"},
		.but = {{CLONE_SIGHAND, MARK_SHARED, "clone(2)"},
			{METHOD_SIGDEF, MARK_RESET, "posix_spawn(3)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "default",
		.set = set_ignored,
		.get = get_action,
		.change = change_action,
	},
	{
		.name = "pending signal",
		.test = "the parent blocks SIGUSR1 and sends it to itself; the child takes what is "
			"pending",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_KEPT, "sigpending(2)"},
		.fresh = "empty",
		.set = set_pending,
		.get = get_pending,
		.change = change_pending,
	},
	{
		.name = "alternate stack",
		.test = "the parent calls sigaltstack",
		.born = {0, MARK_SAME, "sigaltstack(2)"},
		.but = {{CLONE_VM | CLONE_VFORK, MARK_SAME, "sigaltstack(2)"},
			{CLONE_VM, MARK_RESET, "sigaltstack(2)"}},
		.exec = {0, MARK_RESET, "sigaltstack(2)"},
		.fresh = "disabled",
		.set = set_stack,
		.get = get_stack,
	},
	{
		.name = "parent-death signal",
		.test = "the parent calls prctl(PR_SET_PDEATHSIG)",
		.born = {0, MARK_RESET, "fork(2)"},
		.exec = {0, MARK_KEPT, "prctl(2)"},
		.fresh = "0",
		.set = set_death,
		.get = get_death,
	},
};

const struct property_group property_signals = {
	"signals",
	"Signals",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
