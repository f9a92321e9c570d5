// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/base/say.h"
#include "user/text/escape.h"

static int write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The rights that a new file would have: mkstemp gives the owner's alone. */
static int set_rights(int fd, const struct stat *old)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, old ? old->st_mode & 0777 : 0666 & ~mask) ? -errno : 0;
}

/* A file while it is written. */
struct target {
	const char *name; /* for the user */
	int fd;
	int err;     /* the first of writing to it */
	bool beside; /* it will take the place of another, or of none */
	bool was;    /* of another, which is `old` */
	struct stat old;
	char path[PATH_MAX]; /* where it will be */
};

/* Its name until then, in the same folder; empty while it has none. */
static char unfinished[PATH_MAX];

/* A name as long as the file's own may be too long. */
#define UNFINISHED "%.*s.spawnscope-XXXXXX"

static void remove_and_end(int signal)
{
	unlink(unfinished);
	raise(signal); /* once this returns, with its usual effect */
}

/* Whatever ends the program removes the file. A signal that is ignored, as nohup does, stays so. */
static void remove_at_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ};
	struct sigaction action = {.sa_handler = remove_and_end, .sa_flags = (int)SA_RESETHAND};
	struct sigaction old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
	}
}

/* Bytes of the path up to its last slash. */
static int folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash + 1 - path) : 0;
}

static int open_named(struct target *t)
{
	int len = folder_length(t->path);
	sigset_t all, before;

	if (snprintf(unfinished, sizeof(unfinished), UNFINISHED, len, t->path) >=
	    (int)sizeof(unfinished))
		return -ENAMETOOLONG;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	t->fd = mkostemp(unfinished, O_CLOEXEC);
	if (t->fd < 0) {
		int err = -errno;

		unfinished[0] = '\0';
		sigprocmask(SIG_SETMASK, &before, NULL);
		return err;
	}
	remove_at_signals();
	sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}

/* Where a file without a name is found, so that it can get one: linkat(2). */
static void fd_path(const struct target *t, char buf[32])
{
	snprintf(buf, 32, "/proc/self/fd/%d", t->fd);
}

/* Without a name if the file system can do that: then nothing is left, whatever happens. */
static int open_beside(struct target *t)
{
	char folder[PATH_MAX], from[32];
	int err = 0;

	snprintf(folder, sizeof(folder), "%.*s.", folder_length(t->path), t->path);
	t->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	fd_path(t, from);
	if (t->fd >= 0 && access(from, F_OK) != 0) {
		close(t->fd);
		t->fd = -1;
	}
	if (t->fd < 0)
		err = open_named(t);
	t->beside = !err;
	return err;
}

/* Gives it a name that is not taken. */
static int give_name(const struct target *t)
{
	char from[32];
	int err = -EEXIST;

	fd_path(t, from);
	for (int tries = 0; tries < 100 && err == -EEXIST; tries++) {
		if (snprintf(unfinished, sizeof(unfinished), "%.*s.spawnscope-%d-%d",
			     folder_length(t->path), t->path, (int)getpid(),
			     tries) >= (int)sizeof(unfinished))
			return -ENAMETOOLONG;
		err = linkat(AT_FDCWD, from, AT_FDCWD, unfinished, AT_SYMLINK_FOLLOW) ? -errno : 0;
	}
	if (err)
		unfinished[0] = '\0';
	return err;
}

/* Puts it in its place; no signal comes between. */
static int put_in_place(struct target *t)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	err = unfinished[0] ? 0 : give_name(t);
	if (!err && rename(unfinished, t->path) != 0)
		err = -errno;
	if (!err)
		unfinished[0] = '\0';
	else if (unfinished[0])
		unlink(unfinished);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}

/* Where a path leads to by links of its last part, whether that is there or not. */
static int follow(const char *path, char to[PATH_MAX])
{
	char link[PATH_MAX], next[PATH_MAX];

	if (snprintf(to, PATH_MAX, "%s", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	for (int links = 0; links < 40; links++) {
		ssize_t len = readlink(to, link, sizeof(link) - 1);

		if (len < 0)
			return 0;
		link[len] = '\0';
		if (snprintf(next, sizeof(next), "%.*s%s", link[0] == '/' ? 0 : folder_length(to),
			     to, link) >= (int)sizeof(next))
			return -ENAMETOOLONG;
		strcpy(to, next);
	}
	return -ELOOP;
}

static int target_open(struct target *t, const char *path)
{
	int err;

	*t = (struct target){.name = path, .fd = STDOUT_FILENO};
	if (!path || !strcmp(path, "-")) {
		t->name = "standard output";
		return 0;
	}
	t->was = stat(path, &t->old) == 0;
	if (!t->was && errno != ENOENT)
		return -errno;
	if (t->was && S_ISDIR(t->old.st_mode))
		return -EISDIR;
	if (t->was && !S_ISREG(t->old.st_mode)) {
		t->fd = open(path, O_WRONLY | O_CLOEXEC);
		return t->fd < 0 ? -errno : 0;
	}
	/* A link stays one: what it leads to is replaced. */
	err = follow(path, t->path);
	return err ? err : open_beside(t);
}

static void close_target(struct target *t, int *err)
{
	if (t->fd > STDOUT_FILENO && close(t->fd) != 0 && *err == 0)
		*err = -errno;
	t->fd = -1;
}

/* What became of the file; nothing, if what was to be in it could not be made. */
static int target_close(struct target *t, bool made)
{
	int err = t->err;

	if (!err && made && t->beside)
		err = set_rights(t->fd, t->was ? &t->old : NULL);
	/* Some file systems tell only now that they could not write; without a name it is needed to
	 * get one. */
	if (!t->beside || unfinished[0])
		close_target(t, &err);
	if (!err && made && t->beside)
		err = put_in_place(t);
	else if (unfinished[0])
		unlink(unfinished);
	close_target(t, &err);
	return err;
}

/* For stdio, which by itself forgets what went wrong. */
static ssize_t target_write(void *cookie, const char *text, size_t size)
{
	struct target *t = cookie;

	if (t->err == 0)
		t->err = write_all(t->fd, text, size);
	return t->err ? 0 : (ssize_t)size;
}

int output_compose(const char *path, int (*compose)(void *context, FILE *out), void *context)
{
	struct target t;
	char name[256];
	FILE *out = NULL;
	int err = target_open(&t, path), made = 0;

	if (!err) {
		out = fopencookie(&t, "w", (cookie_io_functions_t){.write = target_write});
		made = out ? compose(context, out) : -ENOMEM;
		if (out)
			fclose(out); /* what it could not write is known */
		err = target_close(&t, !made);
	}
	if (err) {
		escape_text(t.name, name, sizeof(name));
		complain("cannot write %s: %s", name, strerror(-err));
	} else if (made) {
		complain("%s", strerror(-made));
	}
	return err ? err : made;
}
