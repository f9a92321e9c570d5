// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/slow_reader.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#define PERIOD_MS 50

/* Whether the reader has room for a piece. If it is gone, write reports that. */
static bool has_room(struct slow_reader *r)
{
	struct pollfd fds[] = {
		{.fd = r->fd, .events = POLLOUT},
		{.fd = r->wake, .events = POLLIN},
	};

	if (!r->shut && poll(fds, 1, 0) > 0)
		return true;
	while (!r->shut) {
		r->shut = !r->may_wait(r->context);
		if (!r->shut && poll(fds, 2, PERIOD_MS) > 0 && fds[0].revents)
			return true;
	}
	return false;
}

/*
 * A writable pipe takes PIPE_BUF bytes at once without blocking (pipe(7)). We cannot set O_NONBLOCK
 * instead: other programs may share the open file description.
 */
static ssize_t write_some(void *cookie, const char *data, size_t size)
{
	struct slow_reader *r = cookie;
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		size_t piece = size - done < PIPE_BUF ? size - done : PIPE_BUF;

		if (!has_room(r)) {
			errno = ECANCELED;
			break;
		}
		n = write(r->fd, data + done, piece);
		if (n < 0 && errno != EINTR)
			return 0; /* fopencookie(3): an error, with errno */
		if (n > 0)
			done += (size_t)n;
	}
	if (done < size && r->fails)
		return 0;
	for (; done < size; done++)
		r->lines += data[done] == '\n';
	return (ssize_t)size;
}

static int close_owned(void *cookie)
{
	const struct slow_reader *r = cookie;

	return close(r->fd);
}

FILE *slow_reader__open(struct slow_reader *r, int fd, bool owned)
{
	const cookie_io_functions_t io = {.write = write_some, .close = owned ? close_owned : NULL};

	r->fd = fd;
	return fopencookie(r, "w", io);
}
