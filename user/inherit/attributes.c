// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Attributes that fit nowhere else. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#define HAS_PORTS 1
#endif

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static const char *set_subreaper(struct cell *c)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) ? "needs PR_SET_CHILD_SUBREAPER" : NULL;
}

static void get_subreaper(struct cell *c, char *value)
{
	int on = 0;

	prctl(PR_GET_CHILD_SUBREAPER, &on);
	value_set(value, "%d", on);
}

static const char *set_personality(struct cell *c)
{
	return personality(ADDR_NO_RANDOMIZE) < 0 ? "personality is forbidden here" : NULL;
}

static void get_personality(struct cell *c, char *value)
{
	value_set(value, "%#x", (unsigned int)personality(0xffffffff));
}

static void change_personality(struct cell *c)
{
	personality(0);
}

static const char *set_memory_failure(struct cell *c)
{
	return prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0) ? "needs PR_MCE_KILL"
									    : NULL;
}

static void get_memory_failure(struct cell *c, char *value)
{
	value_set(value, "%d", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
}

static void change_memory_failure(struct cell *c)
{
	prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_LATE, 0, 0);
}

#ifdef HAS_PORTS

#define PORT 0x80 /* shows codes while a PC starts; nothing happens when it is read */

static sigjmp_buf back;

static void on_fault(int number)
{
	siglongjmp(back, 1);
}

static const char *set_ports(struct cell *c)
{
	if (!ioperm(PORT, 1, 1))
		return NULL;
	return errno == ENOSYS ? "this kernel has no ioperm" : "needs CAP_SYS_RAWIO";
}

static void get_ports(struct cell *c, char *value)
{
	const struct sigaction a = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};
	struct sigaction old;

	sigaction(SIGSEGV, &a, &old);
	if (sigsetjmp(back, 1)) {
		value_set(value, "refused");
	} else {
		inb(PORT);
		value_set(value, "allowed");
	}
	sigaction(SIGSEGV, &old, NULL);
}

#else

static const char *set_ports(struct cell *c)
{
	return "this machine has no I/O ports";
}

static void get_ports(struct cell *c, char *value)
{
	value_set(value, "refused");
}

#endif

static const struct property properties[] = {
	{
		.name = "child subreaper",
		.test = "prctl(PR_SET_CHILD_SUBREAPER) in the parent",
		.born = {0, MARK_RESET, "prctl(2)"},
		.but = {{CLONE_THREAD, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "prctl(2)"},
		.set = set_subreaper,
		.get = get_subreaper,
	},
	{
		.name = "personality",
		.test = "ADDR_NO_RANDOMIZE in the parent; the child clears it",
		.born = {0, MARK_COPY, "fork(2)"},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_personality,
		.get = get_personality,
		.change = change_personality,
	},
	{
		.name = "memory failure policy",
		.test = "prctl(PR_MCE_KILL) in the parent, then in the child",
		.born = {0, MARK_COPY, "prctl(2)"},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_memory_failure,
		.get = get_memory_failure,
		.change = change_memory_failure,
	},
	{
		.name = "I/O ports",
		.test = "ioperm in the parent; both read the port 0x80",
		.born = {0, MARK_RESET, "fork(2)"},
		.exec = {0, MARK_KEPT, "ioperm(2)"},
		.fresh = "refused",
		.note = "ioperm(2) has it as it is: inherited since Linux 2.4",
		.set = set_ports,
		.get = get_ports,
	},
};

const struct property_group property_attributes = {
	"other",
	"Other attributes",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
