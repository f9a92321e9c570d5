// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Locks on files, and what System V semaphores undo. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static const struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

/* A file with two open file descriptions. */
static const char *open_twice(struct cell *c)
{
	char path[VALUE_MAX];

	c->fd = memfd_create("inherit", 0);
	value_set(path, "/proc/self/fd/%d", c->fd);
	c->other_fd = open(path, O_RDWR);
	return c->other_fd < 0 ? "cannot open a file in memory again" : NULL;
}

static const char *set_record(struct cell *c)
{
	const char *why = open_twice(c);

	if (why)
		return why;
	return fcntl(c->fd, F_SETLK, &whole) ? "cannot lock a file in memory" : NULL;
}

/* One's own lock is in nobody's way. */
static void get_record(struct cell *c, char *value)
{
	struct flock f = whole;

	if (fcntl(c->fd, F_GETLK, &f))
		value_set(value, "none");
	else
		value_set(value, f.l_type == F_UNLCK ? "its own" : "another's");
}

static const char *set_flock(struct cell *c)
{
	const char *why = open_twice(c);

	if (why)
		return why;
	return flock(c->fd, LOCK_EX) ? "cannot lock a file in memory" : NULL;
}

/* Who holds a lock may take it again. */
static void get_flock(struct cell *c, char *value)
{
	value_set(value, flock(c->fd, LOCK_EX | LOCK_NB) ? "none" : "held");
}

static void change_flock(struct cell *c)
{
	flock(c->fd, LOCK_UN);
}

static void again_flock(struct cell *c, char *value)
{
	value_set(value, flock(c->other_fd, LOCK_EX | LOCK_NB) ? "held" : "none");
}

static const char *set_ofd(struct cell *c)
{
	const char *why = open_twice(c);

	if (why)
		return why;
	return fcntl(c->fd, F_OFD_SETLK, &whole) ? "cannot lock a file in memory" : NULL;
}

static void get_ofd(struct cell *c, char *value)
{
	struct flock f = whole;

	value_set(value, fcntl(c->fd, F_OFD_SETLK, &f) ? "none" : "held");
}

static void change_ofd(struct cell *c)
{
	struct flock f = whole;

	f.l_type = F_UNLCK;
	fcntl(c->fd, F_OFD_SETLK, &f);
}

static void again_ofd(struct cell *c, char *value)
{
	struct flock f = whole;

	value_set(value,
		  fcntl(c->other_fd, F_OFD_GETLK, &f) || f.l_type != F_UNLCK ? "held" : "none");
}

/* A read lease needs a file that nobody can write. */
static const char *set_lease(struct cell *c)
{
	char path[VALUE_MAX];
	int fd = memfd_create("inherit", 0);

	value_set(path, "/proc/self/fd/%d", fd);
	c->fd = open(path, O_RDONLY);
	close(fd);
	return fcntl(c->fd, F_SETLEASE, F_RDLCK) ? "no leases on files in memory here" : NULL;
}

static void get_lease(struct cell *c, char *value)
{
	int lease = fcntl(c->fd, F_GETLEASE);

	value_set(value, lease < 0 ? "none" : lease == F_UNLCK ? "no lease" : "lease");
}

static void change_lease(struct cell *c)
{
	fcntl(c->fd, F_SETLEASE, F_UNLCK);
}

static void add_undone(struct cell *c, short n)
{
	struct sembuf b = {0, n, SEM_UNDO};

	semop((int)c->number, &b, 1);
}

/* The semaphore goes with its namespace, whatever happens. */
static const char *set_undo(struct cell *c)
{
	if (common_own_namespace(CLONE_NEWIPC))
		return "needs an IPC namespace: CAP_SYS_ADMIN, or user namespaces for all";
	c->number = semget(IPC_PRIVATE, 1, 0600);
	if (c->number < 0)
		return "cannot create a semaphore";
	add_undone(c, 1);
	return NULL;
}

static void get_undo(struct cell *c, char *value)
{
	value_set(value, "%d", semctl((int)c->number, 0, GETVAL));
}

static void change_undo(struct cell *c)
{
	add_undone(c, 2);
}

/*
 * The parent has added 1, the child 2, both to be undone. After the child's end the semaphore has 3
 * if it had the parent's list, 1 if it had its own, and 0 if that was a copy of the parent's.
 */
static enum mark judge_undo(const struct cell *c)
{
	switch (atoi(c->after)) {
	case 3:
		return MARK_SHARED;
	case 1:
		return MARK_RESET;
	default:
		return MARK_COPY;
	}
}

static const char *skip_alone(const struct method *m)
{
	return m->bits & METHOD_EXEC_ALONE ? "nobody is left who could see what its end undoes"
					   : NULL;
}

static const struct property properties[] = {
	{
		.name = "fcntl lock",
		.test = "the parent has one on a file (F_SETLK); F_GETLK in the child says whose "
			"it "
			"is",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_FILES, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "another's",
		.set = set_record,
		.get = get_record,
	},
	{
		.name = "flock lock",
		.test = "the parent has one; the child releases it by its descriptor",
		.born = {0, MARK_SHARED, "flock(2)"},
		.exec = {0, MARK_KEPT, "flock(2)"},
		.fresh = "none",
		.set = set_flock,
		.get = get_flock,
		.change = change_flock,
		.again = again_flock,
	},
	{
		.name = "OFD lock",
		.test = "the parent has one (F_OFD_SETLK); the child releases it by its descriptor",
		.born = {0, MARK_SHARED, "fork(2)"},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "none",
		.set = set_ofd,
		.get = get_ofd,
		.change = change_ofd,
		.again = again_ofd,
	},
	{
		.name = "lease",
		.test = "the parent has one (F_SETLEASE); the child removes it",
		.born = {0, MARK_SHARED, "fcntl(2)"},
		.exec = {0, MARK_KEPT, "fcntl(2)"},
		.fresh = "none",
		.set = set_lease,
		.get = get_lease,
		.change = change_lease,
	},
	{
		.name = "semaphore undo list",
		.test = "semop with SEM_UNDO in parent and child, in an IPC namespace of their "
			"own: "
			"what does the child's end undo?",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_SYSVSEM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_KEPT, "semop(2)"},
		.fresh = "0",
		.set = set_undo,
		.get = get_undo,
		.change = change_undo,
		.judge = judge_undo,
		.skip = skip_alone,
	},
};

const struct property_group property_locks = {
	"locks",
	"Locks",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
