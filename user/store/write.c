// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/store/line.h"
#include "user/store/store.h"

struct store {
	FILE *out;
	bool regular;
	int error; /* the first failure: nothing may follow half a line */
};

/*
 * Root must not follow a link that another user could have planted: one in a directory like /tmp,
 * or in one of that user's. The kernel prevents only the first, and only where
 * fs.protected_symlinks is set. O_NOFOLLOW, 0 or -errno.
 */
static int follow_flag(const char *path)
{
	struct stat directory;
	bool foreign;
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	foreign = geteuid() == 0 && stat(dirname(copy), &directory) == 0 &&
		  (directory.st_mode & S_IWOTH || directory.st_uid != 0);
	free(copy);
	return foreign ? O_NOFOLLOW : 0;
}

static int open_path(const char *path, int how)
{
	int flag, fd;

	if (!strcmp(path, "-")) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	} else {
		flag = follow_flag(path);
		if (flag < 0)
			return flag;
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | how | flag, 0666);
	}
	return fd < 0 ? -errno : fd;
}

int output_folder(const char *path)
{
	int flag = follow_flag(path), fd;

	if (flag < 0)
		return flag;
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flag);
	return fd < 0 ? -errno : fd;
}

static int open_stream(const char *path, int how, FILE **out, bool *regular)
{
	struct stat st;
	int fd = open_path(path, how), err;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		goto fail;
	if (regular)
		*regular = S_ISREG(st.st_mode);
	if (S_ISBLK(st.st_mode)) {
		errno = ENOTSUP;
		goto fail;
	}
	*out = fdopen(fd, how == O_APPEND ? "a" : "w");
	if (!*out)
		goto fail;
	return 0;

fail:
	err = -errno;
	close(fd);
	return err;
}

int output_open(const char *path, FILE **out, bool *regular)
{
	return open_stream(path, O_TRUNC, out, regular);
}

int output_append(const char *path, FILE **out)
{
	return open_stream(path, O_APPEND, out, NULL);
}

struct store *store__create(const char *path)
{
	struct store *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return NULL;
	err = output_open(path, &s->out, &s->regular);
	if (err) {
		free(s);
		errno = -err;
		return NULL;
	}
	return s;
}

struct store *store__create_on(FILE *out, bool regular)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s)
		*s = (struct store){.out = out, .regular = regular};
	return s;
}

/* Takes the reference, which is NULL if it could not be built. */
static int write_line(struct store *s, json_t *line)
{
	if (s->error == 0 && !line)
		s->error = -ENOMEM;
	if (s->error == 0) {
		errno = 0;
		if (json_dumpf(line, s->out, JSON_COMPACT) != 0 || fputc('\n', s->out) == EOF ||
		    fflush(s->out) == EOF)
			s->error = errno ? -errno : -EIO;
	}
	json_decref(line);
	return s->error;
}

int store__write_run(struct store *s, const struct run *r)
{
	return write_line(s, store_encode_run(r));
}

int store__write_cell(struct store *s, const struct cell *c)
{
	return write_line(s, store_encode_cell(c));
}

int store__write_birth(struct store *s, const struct birth *b)
{
	return write_line(s, store_encode_birth(b));
}

int store__write_calibration(struct store *s, const struct calibration *c)
{
	return write_line(s, store_encode_calibration(c));
}

int store__write_end(struct store *s, const struct run *r)
{
	return write_line(s, store_encode_end(r));
}

int store__close(struct store *s)
{
	int err;

	if (!s)
		return 0;
	err = s->error;
	if (!err && s->regular && fsync(fileno(s->out)) < 0)
		err = -errno;
	if (fclose(s->out) == EOF && !err)
		err = -errno;
	free(s);
	return err;
}
