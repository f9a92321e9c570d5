// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "bench/shared/text.h"
#include "bench/shared/units.h"
#include "user/scenario/crew.h"
#include "user/scenario/memory.h"
#include "user/scenario/snapshot/database.h"
#include "user/scenario/usage.h"

#define INPUT_BYTES  65536
#define OUTPUT_BYTES 65536
#define ARGS_MAX     4
#define TICK_NS	     (100 * NS_PER_MS)

/* A page that the server shares with its child. */
struct report {
	int64_t cow_bytes, page_table_bytes;
};

struct server {
	int fd;
	struct database *database;
	const struct snapshot_store *store;
	char input[INPUT_BYTES], output[OUTPUT_BYTES];
	size_t have, answered; /* bytes of either */
	pid_t child;	       /* 0: none is saving */
	bool failed;	       /* the last one did */
	int64_t fork_ns;
	int64_t tick_ns;
	int64_t resident_bytes; /* as it has seen last */
	struct report *report;
};

struct word {
	const char *at;
	size_t len;
};

/* Answers of one turn leave together, at its end. */
static void send_answers(struct server *s)
{
	const char *at = s->output;

	while (s->answered > 0) {
		ssize_t n = send(s->fd, at, s->answered, MSG_NOSIGNAL);

		if (n < 0)
			_exit(errno == EPIPE || errno == ECONNRESET ? 0 : 1);
		at += n;
		s->answered -= (size_t)n;
	}
}

static void answer(struct server *s, const char *text)
{
	size_t len = strlen(text);

	if (len > OUTPUT_BYTES - s->answered)
		send_answers(s);
	memcpy(s->output + s->answered, text, len);
	s->answered += len;
}

/* What is private now was copied, by either side, since the fork. */
static void save(const struct server *s)
{
	int fd = open(s->store->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	struct memory_use use;

	if (fd < 0 || database__dump(s->database, fd))
		_exit(1);
	if (!memory_use_of(0, &use)) {
		s->report->cow_bytes = use.private_dirty;
		s->report->page_table_bytes = use.page_table_bytes;
	}
	_exit(0);
}

static void begin_save(struct server *s)
{
	pid_t parent = getpid();
	int64_t start = now_ns();

	s->child = fork();
	if (!s->child) {
		crew_die_with(parent);
		close(s->fd);
		placement_take(s->store->cpus.child);
		save(s);
	}
	s->fork_ns = now_ns() - start;
	if (s->child > 0) {
		answer(s, "+Background saving started\r\n");
		return;
	}
	s->child = 0;
	answer(s, "-ERR fork: ");
	answer(s, strerror(errno));
	answer(s, "\r\n");
}

static void look_at_child(struct server *s)
{
	int status;

	if (s->child && waitpid(s->child, &status, WNOHANG) == s->child) {
		s->child = 0;
		s->failed = status != 0;
	}
}

static void inform(struct server *s)
{
	char text[512], head[32];
	int len;

	len = snprintf(text, sizeof(text),
		       "rdb_bgsave_in_progress:%d\r\nrdb_last_bgsave_status:%s\r\n"
		       "rdb_last_cow_size:%" PRId64 "\r\nlatest_fork_usec:%" PRId64 "\r\n"
		       "page_table_bytes:%" PRId64 "\r\nused_memory_rss:%" PRId64 "\r\n",
		       s->child != 0, s->failed ? "err" : "ok", s->report->cow_bytes,
		       s->fork_ns / 1000, s->report->page_table_bytes, s->resident_bytes);
	snprintf(head, sizeof(head), "$%d\r\n", len);
	answer(s, head);
	answer(s, text);
	answer(s, "\r\n");
}

/* SETRANGE key offset value */
static void set(struct server *s, const struct word *args)
{
	if (database__set(s->database, args[1].at, args[1].len, strtoull(args[2].at, NULL, 10),
			  args[3].at, args[3].len))
		answer(s, "-ERR no such key\r\n");
	else
		answer(s, ":1000\r\n");
}

/* FILL first count */
static void fill(struct server *s, const struct word *args)
{
	answer(s, database__fill(s->database, strtoull(args[1].at, NULL, 10),
				 strtoull(args[2].at, NULL, 10))
			  ? "-ERR no room for that key\r\n"
			  : "+OK\r\n");
}

static void obey(struct server *s, const struct word *args, size_t count)
{
	if (count == 4 && !strncmp(args[0].at, "SETRANGE", args[0].len))
		set(s, args);
	else if (count == 3 && !strncmp(args[0].at, "FILL", args[0].len))
		fill(s, args);
	else if (!strncmp(args[0].at, "BGSAVE", args[0].len))
		begin_save(s);
	else if (!strncmp(args[0].at, "INFO", args[0].len))
		inform(s);
	else
		answer(s, "-ERR unknown command\r\n");
}

/* A line of a number after `sign`. NULL: it is not whole yet. */
static const char *read_number(const char *at, const char *end, char sign, size_t *number)
{
	const char *eol = memchr(at, '\n', end - at);

	if (!eol)
		return NULL;
	if (*at != sign)
		_exit(1);
	*number = strtoul(at + 1, NULL, 10);
	return eol + 1;
}

/* One request: "*2\r\n$4\r\nINFO\r\n$..."; the place after it, or NULL: it is not whole yet. */
static const char *read_request(const char *at, const char *end, struct word *args, size_t *count)
{
	at = read_number(at, end, '*', count);
	if (at && (!*count || *count > ARGS_MAX))
		_exit(1);
	for (size_t i = 0; at && i < *count; i++) {
		at = read_number(at, end, '$', &args[i].len);
		if (!at || (size_t)(end - at) < args[i].len + 2)
			return NULL;
		args[i].at = at;
		at += args[i].len + 2;
	}
	return at;
}

static void serve_input(struct server *s)
{
	const char *at = s->input, *end = s->input + s->have, *next;
	struct word args[ARGS_MAX];
	size_t count;

	while ((next = read_request(at, end, args, &count))) {
		obey(s, args, count);
		at = next;
	}
	s->have = end - at;
	memmove(s->input, at, s->have);
}

/*
 * As redis-server does it each time: a store keeps an eye on what it takes. The longest write of a
 * store that is not saved waits for this.
 */
static void sample_memory(struct server *s)
{
	char text[1024];
	const char *name_end =
		text_read("/proc/self/stat", text, sizeof(text)) > 0 ? strrchr(text, ')') : NULL;

	int64_t pages = usage_number(name_end, 24 - 2); /* fields as in proc(5) */

	s->resident_bytes = pages == MISSING ? 0 : pages * sysconf(_SC_PAGESIZE);
}

/* Ten times a second, as redis-server: the end of a child is not known before. */
static int until_tick(struct server *s)
{
	int64_t now = now_ns();

	if (now >= s->tick_ns) {
		look_at_child(s);
		sample_memory(s);
		s->tick_ns = now + TICK_NS;
	}
	return (int)((s->tick_ns - now) / NS_PER_MS) + 1;
}

static _Noreturn void serve(struct server *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	for (;;) {
		ssize_t n;

		if (poll(&p, 1, until_tick(s)) <= 0)
			continue;
		n = recv(s->fd, s->input + s->have, INPUT_BYTES - s->have, 0);
		if (n <= 0)
			_exit(0);
		s->have += (size_t)n;
		serve_input(s);
		send_answers(s);
	}
}

void snapshot_serve(int fd, const struct snapshot_store *store)
{
	static struct server s;

	placement_take(store->cpus.server);
	s.fd = fd;
	s.store = store;
	s.database = database__new((uint64_t)store->size_bytes / DATABASE_SLOT_BYTES, store->huge);
	s.report = mmap(NULL, sizeof(*s.report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (!s.database || s.report == MAP_FAILED)
		_exit(1);
	/* It is ready. */
	answer(&s, "+OK\r\n");
	send_answers(&s);
	serve(&s);
}
