// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who a process is: ids, groups, session, terminal. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static void get_pid(struct cell *c, char *value)
{
	value_set(value, "%d", getpid());
}

static void get_tid(struct cell *c, char *value)
{
	value_set(value, "%ld", syscall(SYS_gettid));
}

static void get_ppid(struct cell *c, char *value)
{
	value_set(value, "%d", getppid());
}

#define NOBODY 65534 /* what an id without a map looks like: user_namespaces(7) */

static bool may_set_ids(void)
{
	return common_capable(CAP_SETUID) && common_capable(CAP_SETGID);
}

/* Three different ids. Capabilities stay. */
static const char *set_ids(struct cell *c)
{
	if (!may_set_ids())
		return "needs CAP_SETUID and CAP_SETGID";
	prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP);
	if (syscall(SYS_setresgid, 11, 12, 13) || syscall(SYS_setresuid, 1, 2, 3))
		return "cannot change the ids here";
	return NULL;
}

/* Our own also show what becomes of them. */
static const char *set_real(struct cell *c)
{
	if (may_set_ids())
		return set_ids(c);
	return getuid() == NOBODY ? "needs an id other than nobody's" : NULL;
}

static void get_id(char *value, int which)
{
	uid_t u[3];
	gid_t g[3];

	if (getresuid(&u[0], &u[1], &u[2]) || getresgid(&g[0], &g[1], &g[2]))
		return;
	value_set(value, "uid %u gid %u", u[which], g[which]);
}

static void get_real(struct cell *c, char *value)
{
	get_id(value, 0);
}

static void get_effective(struct cell *c, char *value)
{
	get_id(value, 1);
}

static void get_saved(struct cell *c, char *value)
{
	get_id(value, 2);
}

static const char *set_groups(struct cell *c)
{
	const gid_t groups[] = {21, 22};

	if (common_capable(CAP_SETGID))
		return setgroups(2, groups) ? "cannot change the groups here" : NULL;
	return getgroups(0, NULL) > 0 ? NULL : "needs CAP_SETGID, or to have groups";
}

static void get_groups(struct cell *c, char *value)
{
	gid_t groups[64];
	int n = getgroups(64, groups);

	if (n <= 0)
		value_set(value, n ? "many" : "no groups");
	else
		value_set(value, "%d: %u ... %u", n, groups[0], groups[n - 1]);
}

/* 0: it is in a PID namespace that the process does not see. */
static void set_id(char *value, pid_t id)
{
	if (id)
		value_set(value, "%d", id);
	else
		value_set(value, "none");
}

static const char *set_session(struct cell *c)
{
	return setsid() < 0 ? "cannot start a session" : NULL;
}

static void get_session(struct cell *c, char *value)
{
	set_id(value, getsid(0));
}

static const char *set_group(struct cell *c)
{
	return setpgid(0, 0) ? "cannot start a process group" : NULL;
}

static void get_group(struct cell *c, char *value)
{
	set_id(value, getpgrp());
}

static const char *set_terminal(struct cell *c)
{
	char name[64];

	setsid();
	/* Kept by exec: the terminal would hang up. */
	c->fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (c->fd < 0 || grantpt(c->fd) || unlockpt(c->fd) || ptsname_r(c->fd, name, sizeof(name)))
		return "needs a pseudoterminal";
	c->other_fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->other_fd < 0 || ioctl(c->other_fd, TIOCSCTTY, 0))
		return "cannot take a pseudoterminal as controlling terminal";
	return NULL;
}

static void get_terminal(struct cell *c, char *value)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	value_set(value, fd < 0 ? "none" : "a pseudoterminal");
	close(fd);
}

#define IDS_TEST "the parent sets three different ones; both read them"

static const struct property properties[] = {
	{
		.name = "process id",
		.test = "getpid in both",
		.born = {0, MARK_NEW, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_SAME, "clone(2)"}},
		.exec = {0, MARK_KEPT, "credentials(7)"},
		.get = get_pid,
	},
	{
		.name = "thread id",
		.test = "gettid in both",
		.born = {0, MARK_NEW, "clone(2)"},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.get = get_tid,
	},
	{
		.name = "parent process id",
		.test = "getppid in both: the same means that they have one parent",
		.born = {0, MARK_NEW, "fork(2)"},
		.but = {{CLONE_PARENT, MARK_SAME, "clone(2)"},
			{CLONE_THREAD, MARK_SAME, "clone(2)"}},
		.exec = {0, MARK_KEPT, "credentials(7)"},
		.get = get_ppid,
	},
	{
		.name = "real ids",
		.test = IDS_TEST "; without CAP_SETUID it leaves them as they are",
		.born = {0, MARK_SAME, "credentials(7)"},
		.but = {{CLONE_NEWUSER, MARK_NEW, "user_namespaces(7)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_real,
		.get = get_real,
	},
	{
		.name = "effective ids",
		.test = IDS_TEST,
		.born = {0, MARK_SAME, "credentials(7)"},
		.but = {{CLONE_NEWUSER, MARK_NEW, "user_namespaces(7)"},
			{METHOD_RESETIDS, MARK_NEW, "posix_spawn(3)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.set = set_ids,
		.get = get_effective,
	},
	{
		.name = "saved ids",
		.test = IDS_TEST "; exec makes them the effective ones",
		.born = {0, MARK_SAME, "credentials(7)"},
		.but = {{CLONE_NEWUSER, MARK_NEW, "user_namespaces(7)"}},
		.exec = {0, MARK_NEW, "execve(2)"},
		.set = set_ids,
		.get = get_saved,
	},
	{
		.name = "supplementary groups",
		.test = "the parent calls setgroups where it may (CAP_SETGID); getgroups in both",
		.born = {0, MARK_SAME, "getgroups(2)"},
		.but = {{CLONE_NEWUSER, MARK_NEW, "user_namespaces(7)"}},
		.exec = {0, MARK_KEPT, "getgroups(2)"},
		.set = set_groups,
		.get = get_groups,
	},
	{
		.name = "session",
		.test = "the parent calls setsid; getsid in both",
		.born = {0, MARK_SAME, "setsid(2)"},
		.but = {{METHOD_SETSID, MARK_NEW, "posix_spawn(3)"},
			{CLONE_NEWPID, MARK_LOST, "pid_namespaces(7)"}},
		.exec = {0, MARK_KEPT, "setsid(2)"},
		.fresh_mark = MARK_LOST,
		.set = set_session,
		.get = get_session,
	},
	{
		.name = "process group",
		.test = "the parent calls setpgid; getpgrp in both",
		.born = {0, MARK_SAME, "setpgid(2)"},
		.but = {{METHOD_SETSID, MARK_NEW, "posix_spawn(3)"},
			{METHOD_PGROUP, MARK_NEW, "posix_spawn(3)"},
			{CLONE_NEWPID, MARK_LOST, "pid_namespaces(7)"}},
		.exec = {0, MARK_KEPT, "setpgid(2)"},
		.fresh_mark = MARK_LOST,
		.set = set_group,
		.get = get_group,
	},
	{
		.name = "controlling terminal",
		.test = "the parent takes a pseudoterminal; both open /dev/tty",
		.born = {0, MARK_SAME, "fork(2)"},
		.but = {{METHOD_SETSID, MARK_LOST, "setsid(2)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_terminal,
		.get = get_terminal,
	},
};

const struct property_group property_ids = {
	"ids",
	"Who it is",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
