/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "user/report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/command.h"
#include "user/escape.h"

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
	char now[PATH_MAX];  /* where it is */
};

static int open_beside(struct target *t)
{
	if (snprintf(t->now, sizeof(t->now), "%s.XXXXXX", t->path) >= (int)sizeof(t->now))
		return -ENAMETOOLONG;
	t->fd = mkostemp(t->now, O_CLOEXEC);
	t->beside = t->fd >= 0;
	return t->fd < 0 ? -errno : 0;
}

static int target_open(struct target *t, const char *path)
{
	*t = (struct target){.name = path, .fd = STDOUT_FILENO};
	if (path == NULL || strcmp(path, "-") == 0) {
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
	if (t->was && realpath(path, t->path) == NULL)
		return -errno;
	if (!t->was && snprintf(t->path, sizeof(t->path), "%s", path) >= (int)sizeof(t->path))
		return -ENAMETOOLONG;
	return open_beside(t);
}

/* What became of the file; nothing, if what was to be in it could not be made. */
static int target_close(struct target *t, bool made)
{
	int err = t->err;

	if (err == 0 && made && t->beside)
		err = set_rights(t->fd, t->was ? &t->old : NULL);
	if (t->fd > STDOUT_FILENO && close(t->fd) != 0 && err == 0)
		err = -errno;
	if (err == 0 && made && t->beside && rename(t->now, t->path) != 0)
		err = -errno;
	if (t->beside && (err || !made))
		unlink(t->now);
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

	if (err == 0) {
		out = fopencookie(&t, "w", (cookie_io_functions_t){.write = target_write});
		made = out ? compose(context, out) : -ENOMEM;
		if (out)
			fclose(out); /* what it could not write is known */
		err = target_close(&t, made == 0);
	}
	if (err) {
		escape_text(t.name, name, sizeof(name));
		complain("cannot write %s: %s", name, strerror(-err));
	} else if (made) {
		complain("%s", strerror(-made));
	}
	return err ? err : made;
}
