// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/slow_reader.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#define PERIOD_MS 50

/* Whether there is room for a piece. A reader that is gone is for write to tell. */
static bool has_room(struct slow_reader *o)
{
	struct pollfd fds[] = {
		{.fd = o->fd, .events = POLLOUT},
		{.fd = o->wake, .events = POLLIN},
	};

	if (!o->shut && poll(fds, 1, 0) > 0)
		return true;
	while (!o->shut) {
		o->shut = !o->may_wait(o->context);
		if (!o->shut && poll(fds, 2, PERIOD_MS) > 0 && fds[0].revents)
			return true;
	}
	return false;
}

/*
 * A pipe with room takes PIPE_BUF bytes without waiting, and whole (pipe(7)). Its descriptor may be
 * shared with other programs, so O_NONBLOCK is not ours to set.
 */
static ssize_t write_some(void *reader, const char *data, size_t size)
{
	struct slow_reader *o = reader;
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		size_t piece = size - done < PIPE_BUF ? size - done : PIPE_BUF;

		if (!has_room(o)) {
			errno = ECANCELED;
			break;
		}
		n = write(o->fd, data + done, piece);
		if (n < 0 && errno != EINTR)
			return 0; /* fopencookie(3): an error, with errno */
		if (n > 0)
			done += (size_t)n;
	}
	if (done < size && o->fails)
		return 0;
	for (; done < size; done++)
		o->lines += data[done] == '\n';
	return (ssize_t)size;
}

static int close_owned(void *reader)
{
	const struct slow_reader *o = reader;

	return close(o->fd);
}

FILE *slow_reader__open(struct slow_reader *o, int fd, bool owned)
{
	const cookie_io_functions_t io = {.write = write_some, .close = owned ? close_owned : NULL};

	o->fd = fd;
	return fopencookie(o, "w", io);
}
