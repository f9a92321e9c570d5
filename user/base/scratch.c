// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shells use those below. */
#define HELD_MIN 20

struct answer {
	int err;
	char path[PATH_MAX];
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void remove_all(const char *path)
{
	if (*path)
		nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* An absolute path: programs may change their folder. */
static void make_folder(struct answer *a)
{
	static const char name[] = "/spawnscope-XXXXXX";
	const char *parent = getenv("TMPDIR");
	const char *made = realpath(parent && *parent ? parent : "/tmp", a->path);

	if (made && strlen(a->path) + sizeof(name) > sizeof(a->path)) {
		a->err = -ENAMETOOLONG;
	} else {
		made = made ? mkdtemp(strcat(a->path, name)) : NULL;
		if (!made)
			a->err = -errno;
	}
	if (a->err)
		*a->path = '\0';
}

/* The keeper. It holds nothing that others wait for, and no signal of a terminal reaches it. */
static void keep(int socket)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	static struct answer a;
	char byte;

	setpgid(0, 0);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	dup2(socket, STDIN_FILENO);
	syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0);
	make_folder(&a);
	if (send(STDIN_FILENO, &a, sizeof(a), MSG_NOSIGNAL) == sizeof(a)) {
		while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR)
			;
	}
	remove_all(a.path);
	_exit(0);
}

/* The end that we keep is inherited, at a number that no script uses. */
static int hold(int socket)
{
	int held = fcntl(socket, F_DUPFD, HELD_MIN);

	if (held < 0)
		return fcntl(socket, F_SETFD, 0) ? -errno : socket;
	close(socket);
	return held;
}

static int start_keeper(struct scratch *s)
{
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	s->keeper = fork();
	if (s->keeper == 0) {
		close(sockets[0]);
		keep(sockets[1]);
	}
	close(sockets[1]);
	if (s->keeper < 0) {
		int err = -errno;

		close(sockets[0]);
		return err;
	}
	s->held = hold(sockets[0]);
	return s->held < 0 ? s->held : 0;
}

int scratch__make(struct scratch *s, struct fault *why)
{
	struct answer a = {0};
	ssize_t n;
	int err;

	*s = (struct scratch){.keeper = -1, .held = -1};
	err = start_keeper(s);
	if (!err) {
		n = recv(s->held, &a, sizeof(a), 0);
		err = n == sizeof(a) ? a.err : n < 0 ? -errno : -EIO;
	}
	if (!err) {
		memcpy(s->path, a.path, sizeof(s->path));
		return 0;
	}
	scratch__remove(s);
	return fault__set(why, err,
			  "cannot create a temporary folder: %s; set TMPDIR to one that you can "
			  "write to",
			  strerror(-err));
}

void scratch__remove(struct scratch *s)
{
	int status = 0;

	/* Programs that are about to end may still hold it. */
	if (s->held >= 0) {
		send(s->held, "", 1, MSG_NOSIGNAL);
		close(s->held);
	}
	/* Else it has removed the folder, and who may now have made another of that name? */
	if (s->keeper > 0 && waitpid(s->keeper, &status, 0) > 0 && WIFSIGNALED(status))
		remove_all(s->path);
	*s = (struct scratch){.keeper = -1, .held = -1};
}
