// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/unwind/map_opener.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
	int32_t pid;
	struct mapped file; /* start and end both 0: the map itself. Without its path */
	char path[PATH_MAX];
};

/* A descriptor needs at least one byte to travel with: the message is the error, or 0. */
static void answer(int socket, int fd, int err)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS}};
	struct iovec text = {.iov_base = &err, .iov_len = sizeof(err)};
	struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1};

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.room);
	}
	sendmsg(socket, &message, MSG_NOSIGNAL);
}

static bool is_mapped(const struct stat *st, const struct mapped *file)
{
	return st->st_ino == file->inode && major(st->st_dev) == file->major &&
	       minor(st->st_dev) == file->minor;
}

/*
 * Opens regular files only: a mapping may be of a device, and opening one can have effects.
 * `file`: what it must be, or NULL.
 */
static int open_regular(const char *path, const struct mapped *file)
{
	int seen = open(path, O_PATH | O_CLOEXEC), fd = -EINVAL;
	char again[32];
	struct stat st;

	if (seen < 0)
		return -errno;
	if (!fstat(seen, &st) && S_ISREG(st.st_mode) && (!file || is_mapped(&st, file))) {
		snprintf(again, sizeof(again), "/proc/self/fd/%d", seen);
		fd = open(again, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	close(seen);
	return fd;
}

static int open_asked(const struct request *r)
{
	char path[sizeof(r->path) + 32];
	int fd;

	/* These paths are made of numbers only: no name that others chose can lead elsewhere. */
	if (!r->file.start && !r->file.end) {
		snprintf(path, sizeof(path), "/proc/%d/maps", r->pid);
		return open_regular(path, NULL);
	}
	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, r->pid,
		 r->file.start, r->file.end);
	fd = open_regular(path, NULL);
	if (fd != -EPERM || r->path[0] != '/')
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root%s", r->pid, r->path);
	fd = open_regular(path, &r->file);
	return fd < 0 ? -EPERM : fd;
}

static void serve(int socket, pid_t parent)
{
	struct request r;

	/* All other signals are blocked, as in the parent. SIGKILL cannot be. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	while (recv(socket, &r, sizeof(r), 0) == sizeof(r)) {
		int fd;

		r.path[sizeof(r.path) - 1] = '\0';
		fd = open_asked(&r);

		answer(socket, fd, fd < 0 ? fd : 0);
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

int map_opener__start(struct map_opener *o)
{
	pid_t parent = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	o->pid = fork();
	if (!o->pid) {
		close(ends[0]);
		serve(ends[1], parent);
	}
	close(ends[1]);
	if (o->pid < 0) {
		int err = -errno;

		close(ends[0]);
		o->pid = 0;
		return err;
	}
	o->socket = ends[0];
	return 0;
}

static int ask(struct map_opener *o, const struct request *r)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	int err = -EIO, fd;
	struct iovec text = {.iov_base = &err, .iov_len = sizeof(err)};
	struct msghdr message = {.msg_iov = &text,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	const struct cmsghdr *got;

	if (!o->pid || send(o->socket, r, sizeof(*r), MSG_NOSIGNAL) != sizeof(*r) ||
	    recvmsg(o->socket, &message, MSG_CMSG_CLOEXEC) != sizeof(err))
		return -EIO;
	got = CMSG_FIRSTHDR(&message);
	if (err || !got || got->cmsg_type != SCM_RIGHTS)
		return err ? err : -EIO;
	memcpy(&fd, CMSG_DATA(got), sizeof(fd));
	return fd;
}

int map_opener__maps(struct map_opener *o, pid_t pid)
{
	return ask(o, &(struct request){.pid = pid});
}

int map_opener__mapped(struct map_opener *o, pid_t pid, const struct mapped *mapped)
{
	struct request r = {.pid = pid, .file = *mapped};

	r.file.path = NULL;
	snprintf(r.path, sizeof(r.path), "%s", mapped->path);
	return ask(o, &r);
}

void map_opener__stop(struct map_opener *o)
{
	if (!o->pid)
		return;
	close(o->socket);
	waitpid(o->pid, NULL, 0);
	o->pid = 0;
}
