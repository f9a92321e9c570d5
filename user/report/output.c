/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "user/report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

static int replace(const char *path, const struct stat *old, const char *text, size_t size)
{
	char beside[PATH_MAX];
	int fd, err;

	if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, size);
	if (err == 0)
		err = set_rights(fd, old);
	if (close(fd) != 0 && err == 0)
		err = -errno;
	if (err == 0 && rename(beside, path) != 0)
		err = -errno;
	if (err)
		unlink(beside);
	return err;
}

static int write_through(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : write_all(fd, text, size);

	if (fd >= 0 && close(fd) != 0 && err == 0)
		err = -errno;
	return err;
}

int output_write(const char *path, const char *text, size_t size)
{
	char real[PATH_MAX];
	struct stat st;

	if (path == NULL || strcmp(path, "-") == 0)
		return write_all(STDOUT_FILENO, text, size);
	if (stat(path, &st) != 0)
		return errno == ENOENT ? replace(path, NULL, text, size) : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return write_through(path, text, size);
	/* A link stays one: what it leads to is replaced. */
	if (realpath(path, real) == NULL)
		return -errno;
	return replace(real, &st, text, size);
}

int output_compose(const char *path, int (*compose)(void *context, FILE *out), void *context)
{
	char *text = NULL, name[256];
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? compose(context, out) : -ENOMEM;

	if (out && fclose(out) != 0 && err == 0)
		err = -ENOMEM;
	if (err) {
		complain("%s", strerror(-err));
		goto cleanup;
	}
	err = output_write(path, text, size);
	if (err) {
		escape_text(path && strcmp(path, "-") ? path : "standard output", name,
			    sizeof(name));
		complain("cannot write %s: %s", name, strerror(-err));
	}
cleanup:
	free(text);
	return err;
}
