// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/driver/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/interrupt.h"
#include "user/model/run.h"

int line_reader_no_answer(unsigned int timeout_s, struct fault *why)
{
	return fault__set(why, -ETIMEDOUT, "the driver gave no answer for %u s", timeout_s);
}

int line_reader_bad_line(struct fault *why)
{
	return fault__set(why, -EPROTO, "the driver wrote an incomplete or overlong line");
}

/* The driver watches its subjects. This time limit is for a driver that hangs. */
static int wait_for_input(const struct line_reader *r, struct fault *why)
{
	int64_t deadline = now_ns() / NS_PER_MS + 1000LL * r->timeout_s;
	struct pollfd p = {.fd = r->fd, .events = POLLIN};

	for (;;) {
		int64_t left = deadline - now_ns() / NS_PER_MS;
		struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
		int n;

		if (left <= 0)
			return line_reader_no_answer(r->timeout_s, why);
		n = ppoll(&p, 1, &t, interrupt_wait_mask());
		if (interrupt_requested())
			return fault__set(why, -EINTR, "interrupted");
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return fault__set(why, -errno, "cannot wait for the driver: %s",
					  strerror(errno));
	}
}

int line_reader__next(struct line_reader *r, struct fault *why)
{
	for (;;) {
		char *start = r->buffer + r->start;
		size_t have = r->end - r->start;
		char *end = memchr(start, '\n', have);
		ssize_t n;
		int err;

		if (end && (size_t)(end - start) < sizeof(r->line) &&
		    !memchr(start, '\0', end - start)) {
			memcpy(r->line, start, end - start);
			r->line[end - start] = '\0';
			r->start += end - start + 1;
			return 0;
		}
		if (end || have >= sizeof(r->line))
			return line_reader_bad_line(why);
		memmove(r->buffer, start, have);
		r->start = 0;
		r->end = have;
		err = wait_for_input(r, why);
		if (err)
			return err;
		n = read(r->fd, r->buffer + have, sizeof(r->buffer) - have);
		if (n <= 0)
			return 1;
		r->end += n;
	}
}

bool line_take_number(char **at, int64_t *value)
{
	char *end;

	while (**at == ' ')
		(*at)++;
	if (**at == '-' && ((*at)[1] == ' ' || !(*at)[1])) {
		*value = MISSING;
		(*at)++;
		return true;
	}
	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*value = strtoll(*at, &end, 10);
	if (errno || (*end && *end != ' '))
		return false;
	*at = end;
	return true;
}

char *line_reason(char *line, const char *word, size_t cell)
{
	int64_t id;
	char *at = line + strlen(word);

	if (strncmp(line, word, strlen(word)) || *at != ' ' || !line_take_number(&at, &id) ||
	    id != (int64_t)cell)
		return NULL;
	return *at == ' ' ? at + 1 : at;
}
