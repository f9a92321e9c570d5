// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Opens the file of accepted changes. */
#include "user/gate/runs/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The usual file may be in a folder of others: root opens no link there, and nobody anything that
 * is not a file. A file that the user names may be a pipe.
 */
static int open_accept(const struct gate_options *o, FILE **in)
{
	int flags = O_RDONLY | O_CLOEXEC, fd;
	struct stat st;

	*in = NULL;
	if (!o->accept)
		flags |= O_NONBLOCK | (geteuid() == 0 ? O_NOFOLLOW : 0);
	fd = open(o->accept ? o->accept : GATE_ACCEPT_FILE, flags);
	if (fd < 0)
		return !o->accept && errno == ENOENT ? 0 : -errno;
	if (!o->accept && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		return -EINVAL;
	}
	*in = fdopen(fd, "r");
	return *in ? 0 : -ENOMEM;
}

int gate_read_accept(const struct gate_options *o, struct gate_accept *a, struct fault *why)
{
	const char *path = o->accept ? o->accept : GATE_ACCEPT_FILE;
	FILE *in;
	int err;

	*a = (struct gate_accept){0};
	if (o->budget || o->save)
		return 0;
	err = open_accept(o, &in);
	if (err)
		return fault__set(why, err, "%s: %s", path, strerror(-err));
	if (!in)
		return 0;
	err = gate_accept__read(in, path, a, why);
	fclose(in);
	return err;
}
