// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/slow_reader.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/interrupt.h"
#include "user/base/say.h"

#define PERIOD_MS   50
#define PATIENCE_NS NS_PER_S /* after a signal */

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

/* One that waits until a signal asks to stop. */
struct until_stopped {
	struct slow_reader reader;
	int64_t since; /* ns, when the signal was seen; 0: none was */
};

static bool may_wait(void *context)
{
	struct until_stopped *u = context;

	if (!interrupt_sent())
		return true;
	if (!u->since)
		u->since = now_ns();
	if (now_ns() - u->since < PATIENCE_NS)
		return true;
	complain("nobody reads what is written");
	/* Dying flushes all streams. */
	u->reader.shut = true;
	interrupt_die_by(interrupt_sent());
	return false;
}

static ssize_t write_until_stopped(void *cookie, const char *data, size_t size)
{
	struct until_stopped *u = cookie;

	u->since = 0;
	return write_some(&u->reader, data, size);
}

static int close_until_stopped(void *cookie)
{
	struct until_stopped *u = cookie;
	int closed = close(u->reader.fd), err = errno;

	free(u);
	errno = err;
	return closed;
}

FILE *slow_reader_until_stopped(int fd)
{
	const cookie_io_functions_t io = {.write = write_until_stopped,
					  .close = close_until_stopped};
	struct until_stopped *u = calloc(1, sizeof(*u));
	FILE *out;

	if (!u)
		return NULL;
	u->reader = (struct slow_reader){
		.may_wait = may_wait,
		.context = u,
		.wake = -1,
		.fails = true,
		.fd = fd,
	};
	out = fopencookie(u, "w", io);
	if (!out)
		free(u);
	return out;
}
