// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Descriptors, and the open file descriptions that they refer to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "user/inherit/common.h"
#include "user/inherit/property.h"

static const char no_memfd[] = "cannot create a file in memory";

static const char *open_file(struct cell *c, unsigned int flags)
{
	c->fd = memfd_create("inherit", flags);
	return c->fd < 0 ? no_memfd : NULL;
}

static const char *set_open(struct cell *c)
{
	const char *why = open_file(c, 0);

	c->close_fd = c->fd;
	return why;
}

static void get_open(struct cell *c, char *value)
{
	value_set(value, fcntl(c->fd, F_GETFD) < 0 ? "none" : "open");
}

static void change_open(struct cell *c)
{
	close(c->fd);
}

static const char *set_cloexec(struct cell *c)
{
	const char *why = open_file(c, MFD_CLOEXEC);

	c->keep_fd = c->fd;
	return why;
}

static void get_cloexec(struct cell *c, char *value)
{
	int flags = fcntl(c->fd, F_GETFD);

	value_set(value, flags < 0	      ? "none"
			 : flags & FD_CLOEXEC ? "close-on-exec"
					      : "kept by exec");
}

static void change_cloexec(struct cell *c)
{
	fcntl(c->fd, F_SETFD, 0);
}

static const char *set_offset(struct cell *c)
{
	const char *why = open_file(c, 0);

	lseek(c->fd, 100, SEEK_SET);
	return why;
}

static void get_offset(struct cell *c, char *value)
{
	value_set(value, "%lld", (long long)lseek(c->fd, 0, SEEK_CUR));
}

static void change_offset(struct cell *c)
{
	lseek(c->fd, 200, SEEK_SET);
}

static const char *set_flags(struct cell *c)
{
	const char *why = open_file(c, 0);

	fcntl(c->fd, F_SETFL, O_APPEND);
	return why;
}

static void get_flags(struct cell *c, char *value)
{
	int flags = fcntl(c->fd, F_GETFL);

	value_set(value, flags < 0 ? "none" : flags & O_APPEND ? "O_APPEND" : "no O_APPEND");
}

static void change_flags(struct cell *c)
{
	fcntl(c->fd, F_SETFL, 0);
}

static const char *set_owner(struct cell *c)
{
	const char *why = open_file(c, 0);

	fcntl(c->fd, F_SETSIG, SIGUSR2);
	return why;
}

static void get_owner(struct cell *c, char *value)
{
	value_set(value, "%d", fcntl(c->fd, F_GETSIG));
}

static void change_owner(struct cell *c)
{
	fcntl(c->fd, F_SETSIG, SIGUSR1);
}

/* A stream's position is in its own buffer, in memory. */
static const char *set_stream(struct cell *c)
{
	DIR *d = opendir("/");

	c->at = d;
	return d && readdir(d) ? NULL : "cannot read /";
}

static void get_stream(struct cell *c, char *value)
{
	if (c->execed || !c->at)
		value_set(value, "none");
	else
		value_set(value, "%ld", telldir(c->at));
}

static void change_stream(struct cell *c)
{
	if (!c->execed && !readdir(c->at))
		return;
}

/* By poll(): whether there is something to read. */
static void get_readable(struct cell *c, char *value)
{
	struct pollfd p = {c->fd, POLLIN, 0};

	if (poll(&p, 1, 0) < 0 || (p.revents & POLLNVAL))
		value_set(value, "none");
	else
		value_set(value, p.revents & POLLIN ? "readable" : "nothing to read");
}

static void change_readable(struct cell *c)
{
	struct pollfd p = {c->fd, POLLIN, 0};
	char buffer[512];

	if (poll(&p, 1, 0) == 1 && read(c->fd, buffer, sizeof(buffer)) < 0)
		return;
}

static const char *set_eventfd(struct cell *c)
{
	c->fd = eventfd(1, 0);
	return c->fd < 0 ? "no eventfd here" : NULL;
}

static const char *set_signalfd(struct cell *c)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	c->fd = signalfd(-1, &set, 0);
	return c->fd < 0 || kill(getpid(), SIGUSR1) ? "no signalfd here" : NULL;
}

static const char *set_timerfd(struct cell *c)
{
	const struct itimerspec t = {.it_value = {1000, 0}};

	c->fd = timerfd_create(CLOCK_MONOTONIC, 0);
	return c->fd < 0 || timerfd_settime(c->fd, 0, &t, NULL) ? "no timerfd here" : NULL;
}

static void get_timerfd(struct cell *c, char *value)
{
	struct itimerspec t;

	if (timerfd_gettime(c->fd, &t))
		value_set(value, "none");
	else
		value_set(value, t.it_value.tv_sec ? "armed" : "off");
}

static void change_timerfd(struct cell *c)
{
	const struct itimerspec off = {0};

	timerfd_settime(c->fd, 0, &off, NULL);
}

/* Of a watch that is removed, an event says so: the one that there is. */
static const char *set_inotify(struct cell *c)
{
	int watch;

	c->fd = inotify_init1(IN_NONBLOCK);
	watch = inotify_add_watch(c->fd, "/", IN_DELETE_SELF);
	return watch < 0 || inotify_rm_watch(c->fd, watch) ? "no inotify here" : NULL;
}

/* In a file system of its own, which goes with it. */
static const char *set_dnotify(struct cell *c)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (common_own_namespace(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/tmp", "tmpfs", 0, NULL))
		return "needs a mount namespace: CAP_SYS_ADMIN, or user namespaces for all";
	c->fd = open("/tmp", O_RDONLY);
	fcntl(c->fd, F_SETSIG, SIGUSR2);
	return fcntl(c->fd, F_NOTIFY, DN_CREATE | DN_MULTISHOT) ? "no dnotify here" : NULL;
}

/* Creates a file: does the signal come? */
static void get_dnotify(struct cell *c, char *value)
{
	const struct timespec now = {0, 0};
	sigset_t set;

	close(open("/tmp/inherit", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	unlink("/tmp/inherit");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	value_set(value, sigtimedwait(&set, NULL, &now) == SIGUSR2 ? "notified" : "not notified");
}

static const char *set_epoll(struct cell *c)
{
	struct epoll_event e = {.events = EPOLLIN};

	c->other_fd = eventfd(1, 0);
	c->fd = epoll_create1(0);
	if (c->fd < 0 || epoll_ctl(c->fd, EPOLL_CTL_ADD, c->other_fd, &e))
		return "no epoll here";
	return NULL;
}

static void change_epoll(struct cell *c)
{
	epoll_ctl(c->fd, EPOLL_CTL_DEL, c->other_fd, NULL);
}

static const char *set_queue(struct cell *c)
{
	struct mq_attr a = {.mq_maxmsg = 1, .mq_msgsize = 8};

	if (common_own_namespace(CLONE_NEWIPC))
		return "needs an IPC namespace: CAP_SYS_ADMIN, or user namespaces for all";
	c->fd = mq_open("/inherit", O_CREAT | O_EXCL | O_RDWR, 0600, &a);
	return c->fd < 0 ? "cannot create a message queue" : NULL;
}

static void get_queue(struct cell *c, char *value)
{
	struct mq_attr a;

	if (mq_getattr(c->fd, &a))
		value_set(value, "none");
	else
		value_set(value, a.mq_flags & O_NONBLOCK ? "O_NONBLOCK" : "blocks");
}

static void change_queue(struct cell *c)
{
	struct mq_attr a = {.mq_flags = O_NONBLOCK};

	mq_setattr(c->fd, &a, NULL);
}

/* Of what is shared in any case, since an open file description is. */
#define OPEN_FILE(page) .born = {0, MARK_SHARED, page}, .exec = {0, MARK_KEPT, page}

static const struct property properties[] = {
	{
		.name = "descriptor",
		.test = "the parent opens a file; the child closes the descriptor",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{METHOD_ACTIONS, MARK_LOST, "posix_spawn(3)"},
			{CLONE_FILES, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_open,
		.get = get_open,
		.change = change_open,
	},
	{
		.name = "close-on-exec",
		.test = "the parent opens a file with O_CLOEXEC; the child clears FD_CLOEXEC; "
			"posix_spawn's dup2 of a descriptor to itself does, too",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{METHOD_ACTIONS, MARK_UNSAID, NULL},
			{CLONE_FILES, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_cloexec,
		.get = get_cloexec,
		.change = change_cloexec,
	},
	{
		.name = "file offset",
		.test = "lseek in the parent, then in the child",
		OPEN_FILE("fork(2)"),
		.set = set_offset,
		.get = get_offset,
		.change = change_offset,
	},
	{
		.name = "file status flags",
		.test = "the parent sets O_APPEND, the child clears it (F_SETFL)",
		OPEN_FILE("fork(2)"),
		.set = set_flags,
		.get = get_flags,
		.change = change_flags,
	},
	{
		.name = "signal-driven I/O",
		.test = "F_SETSIG in the parent, then in the child",
		OPEN_FILE("fork(2)"),
		.set = set_owner,
		.get = get_owner,
		.change = change_owner,
	},
	{
		.name = "directory stream",
		.test = "the parent reads an entry of /, the child another: telldir in both",
		.born = {0, MARK_COPY, "fork(2)"},
		.but = {{CLONE_VM, MARK_SHARED, "clone(2)"}},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_stream,
		.get = get_stream,
		.change = change_stream,
	},
	{
		.name = "message queue",
		.test = "the parent opens a POSIX queue, in an IPC namespace of its own; the child "
			"sets O_NONBLOCK",
		.born = {0, MARK_SHARED, "mq_overview(7)"},
		.exec = {0, MARK_LOST, "execve(2)"},
		.fresh = "none",
		.fresh_mark = MARK_LOST,
		.set = set_queue,
		.get = get_queue,
		.change = change_queue,
	},
	{
		.name = "inotify events",
		.test = "the parent has an event of a watch that it removed; the child reads it",
		OPEN_FILE("fork(2)"),
		.fresh = "none",
		.set = set_inotify,
		.get = get_readable,
		.change = change_readable,
	},
	{
		.name = "dnotify",
		.test = "F_NOTIFY in the parent, in a file system of its own; both create a file "
			"there",
		.born = {0, MARK_RESET, "fork(2)"},
		.but = {{CLONE_THREAD, MARK_UNSAID, NULL}},
		.exec = {0, MARK_KEPT, "execve(2)"},
		.fresh = "not notified",
		.set = set_dnotify,
		.get = get_dnotify,
	},
	{
		.name = "epoll interest list",
		.test = "the parent registers a descriptor that is ready; the child removes it",
		OPEN_FILE("epoll(7)"),
		.fresh = "none",
		.set = set_epoll,
		.get = get_readable,
		.change = change_epoll,
	},
	{
		.name = "eventfd counter",
		.test = "the parent has a counter of 1; the child reads it",
		OPEN_FILE("eventfd(2)"),
		.fresh = "none",
		.set = set_eventfd,
		.get = get_readable,
		.change = change_readable,
	},
	{
		.name = "timerfd",
		.test = "the parent arms it; the child disarms it",
		OPEN_FILE("timerfd_create(2)"),
		.fresh = "none",
		.set = set_timerfd,
		.get = get_timerfd,
		.change = change_timerfd,
	},
	{
		.name = "signalfd",
		.test = "a signal is pending in the parent: is there something to read in the "
			"child?",
		.born = {0, MARK_RESET, "signalfd(2)"},
		.but = {{CLONE_THREAD, MARK_SHARED, "signalfd(2)"}},
		.exec = {0, MARK_KEPT, "signalfd(2)"},
		.fresh = "nothing to read",
		.set = set_signalfd,
		.get = get_readable,
		.change = change_readable,
	},
};

const struct property_group property_descriptors = {
	"fds",
	"Descriptors",
	properties,
	sizeof(properties) / sizeof(properties[0]),
};
