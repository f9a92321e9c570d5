// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/snapshot/database.h"

#define WRITTEN_BYTES 64 /* of a value */
#define PATIENCE_NS   (60 * NS_PER_S)
#define INFO_NS	      (50 * NS_PER_MS) /* few: a write waits behind each */

int load__init(struct load *l, int fd, const struct scenario_options *o, uint64_t keys,
	       struct fault *why)
{
	*l = (struct load){
		.fd = fd,
		.skew = o->skew,
		.keys = zipf__of(keys),
		.period_ns = NS_PER_S / o->rate,
		.random = 1,
		.out_room = 1 << 20,
		.why = why,
	};
	l->out = malloc(l->out_room);
	l->behind = calloc(LOAD_BEHIND_MAX, sizeof(*l->behind));
	/* Its own timer must not be late by the usual 50 us. */
	prctl(PR_SET_TIMERSLACK, 1);
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return fault__set(why, -errno, "socket: %s", strerror(errno));
	return l->out && l->behind ? 0 : fault__set(why, -ENOMEM, "%s", strerror(ENOMEM));
}

void load__free(struct load *l)
{
	free(l->out);
	free(l->behind);
	for (int w = 0; w < LOAD_WHEN_COUNT; w++)
		series__free(&l->latency[w]);
}

static int lost(struct load *l, const char *what)
{
	return fault__set(l->why, -EPIPE, "the server %s", what);
}

static bool has_room(const struct load *l)
{
	return l->last - l->first < LOAD_BEHIND_MAX && l->out_room - l->out_have >= 1024;
}

/* A request without its answer; its text is added by the caller. */
static void expect(struct load *l, bool is_write, int64_t due_ns)
{
	size_t at = l->last++ % LOAD_BEHIND_MAX;

	l->behind[at].due_ns = due_ns;
	l->behind[at].when = l->when;
	l->behind[at].is_write = is_write;
}

static void add(struct load *l, const char *text, size_t len)
{
	memcpy(l->out + l->out_have, text, len);
	l->out_have += len;
}

static void ask_write(struct load *l)
{
	uint64_t key = l->skew == SKEW_ZIPF ? zipf__next(&l->keys, &l->random)
					    : random_next(&l->random) % l->keys.n;
	char text[256];
	int len;

	len = snprintf(text, sizeof(text),
		       "*4\r\n$8\r\nSETRANGE\r\n$14\r\n" DATABASE_KEY_FORMAT
		       "\r\n$1\r\n0\r\n$%d\r\n%064u\r\n",
		       (unsigned int)key, WRITTEN_BYTES, (unsigned int)l->random);
	expect(l, true, l->next_ns);
	add(l, text, len);
}

static void ask_info(struct load *l)
{
	static const char text[] = "*2\r\n$4\r\nINFO\r\n$11\r\npersistence\r\n";

	expect(l, false, now_ns());
	add(l, text, sizeof(text) - 1);
}

/* "NAME:123" in the text of INFO; `otherwise` if it is not there. */
static int64_t field(const char *text, const char *name, int64_t otherwise)
{
	const char *at = strstr(text, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : otherwise;
}

static void note_info(struct load *l, const char *text)
{
	l->info = (struct load_info){
		.saving = field(text, "rdb_bgsave_in_progress:", 0) != 0,
		.failed = strstr(text, "rdb_last_bgsave_status:err"),
		.cow_bytes = field(text, "rdb_last_cow_size:", MISSING),
		.fork_ns = field(text, "latest_fork_usec:", 0) * 1000,
		.page_table_bytes = field(text, "page_table_bytes:", MISSING),
	};
}

/* Takes the answer to the oldest request. */
static int take(struct load *l, const char *text)
{
	size_t at = l->first++ % LOAD_BEHIND_MAX;

	if (l->first > l->last)
		return lost(l, "answers what was not asked");
	if (*text == '-')
		return fault__set(l->why, -EPROTO, "the server says: %.*s",
				  (int)strcspn(text, "\r"), text + 1);
	if (*text == '$')
		note_info(l, text);
	if (l->behind[at].is_write &&
	    series__push(&l->latency[l->behind[at].when], now_ns() - l->behind[at].due_ns))
		return fault__set(l->why, -ENOMEM, "%s", strerror(ENOMEM));
	return 0;
}

/* The length of the answer at `at`, with its line ends; 0: it is not whole yet. */
static size_t answer_length(const char *at, size_t have)
{
	const char *eol = memchr(at, '\n', have);
	size_t length;

	if (!eol)
		return 0;
	length = eol + 1 - at;
	if (*at == '$')
		length += strtoul(at + 1, NULL, 10) + 2;
	return length <= have ? length : 0;
}

static int take_all(struct load *l)
{
	size_t at = 0, length;
	int err = 0;

	while (!err && (length = answer_length(l->in + at, l->in_have - at))) {
		char *end = l->in + at + length - 1;

		/* Its last line end. */
		*end = '\0';
		err = take(l, l->in + at);
		at += length;
	}
	l->in_have -= at;
	memmove(l->in, l->in + at, l->in_have);
	return err;
}

static int send_out(struct load *l)
{
	ssize_t n = l->out_have ? send(l->fd, l->out, l->out_have, MSG_NOSIGNAL) : 0;

	if (n < 0)
		return errno == EAGAIN ? 0 : lost(l, "has ended");
	l->out_have -= n;
	memmove(l->out, l->out + n, l->out_have);
	return 0;
}

static int receive(struct load *l)
{
	ssize_t n = recv(l->fd, l->in + l->in_have, sizeof(l->in) - l->in_have, 0);

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return lost(l, "has ended");
	l->in_have += n;
	return take_all(l);
}

/* Sends, receives, and waits for that until a time. */
static int exchange(struct load *l, int64_t until_ns)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};
	int64_t wait_ns;
	struct timespec ts;
	int err = send_out(l);

	if (err)
		return err;
	if (l->out_have)
		p.events |= POLLOUT;
	wait_ns = until_ns - now_ns();
	if (wait_ns < 0)
		wait_ns = 0;
	ts = (struct timespec){wait_ns / NS_PER_S, wait_ns % NS_PER_S};
	if (ppoll(&p, 1, &ts, NULL) < 0 && errno != EINTR)
		return fault__set(l->why, -errno, "poll: %s", strerror(errno));
	return p.revents & (POLLIN | POLLHUP) ? receive(l) : 0;
}

/* Waits until all requests have their answers; 0: as long as that takes. */
static int settle(struct load *l, int64_t patience_ns)
{
	int64_t end_ns = patience_ns ? now_ns() + patience_ns : INT64_MAX;
	int err = 0;

	while (!err && (l->first < l->last || l->out_have)) {
		if (now_ns() > end_ns)
			return lost(l, "does not answer for a minute");
		err = exchange(l, end_ns);
	}
	return err;
}

int load__await(struct load *l)
{
	expect(l, false, now_ns());
	return settle(l, 0);
}

int load__command(struct load *l, const char *const *words)
{
	char text[1024];
	size_t count = 0;

	while (words[count])
		count++;
	expect(l, false, now_ns());
	add(l, text, snprintf(text, sizeof(text), "*%zu\r\n", count));
	for (size_t i = 0; i < count; i++)
		add(l, text,
		    snprintf(text, sizeof(text), "$%zu\r\n%s\r\n", strlen(words[i]), words[i]));
	return settle(l, PATIENCE_NS);
}

/* Asks for what is due. */
static void ask(struct load *l)
{
	int64_t now = now_ns();

	for (; l->next_ns <= now && has_room(l); l->next_ns += l->period_ns)
		ask_write(l);
	if (l->info_ns <= now && has_room(l)) {
		ask_info(l);
		l->info_ns = now + INFO_NS;
	}
}

static int begin_save(struct load *l)
{
	static const char text[] = "*1\r\n$6\r\nBGSAVE\r\n";

	l->info.saving = true;
	expect(l, false, now_ns());
	add(l, text, sizeof(text) - 1);
	/* What INFO says next was asked after it. */
	l->info_ns = now_ns() + INFO_NS;
	return send_out(l);
}

int load__write(struct load *l, enum load_when when, double seconds)
{
	int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9);
	int err = 0;

	l->when = when;
	l->next_ns = start;
	l->info_ns = start;
	if (when == LOAD_DURING)
		err = begin_save(l);
	while (!err && (seconds > 0 ? now_ns() < end : l->info.saving)) {
		ask(l);
		err = exchange(l, l->next_ns < l->info_ns ? l->next_ns : l->info_ns);
	}
	/* The last answers may be of INFO. */
	if (!err)
		err = settle(l, PATIENCE_NS);
	if (!err && when == LOAD_DURING)
		err = load__command(l, (const char *const[]){"INFO", NULL});
	if (!err && when == LOAD_DURING && l->info.failed)
		err = fault__set(l->why, -EIO,
				 "the snapshot could not be written; --folder names another place");
	return err;
}
