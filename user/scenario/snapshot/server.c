// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/crew.h"
#include "user/scenario/memory.h"
#include "user/text/hash.h"

#define INPUT_BYTES 65536
#define ARGS_MAX    4

/* A page that the server shares with its child. */
struct report {
	int64_t cow_bytes, page_table_bytes;
};

struct server {
	int fd;
	char *memory;
	int64_t size_bytes;
	const char *folder;
	char input[INPUT_BYTES];
	size_t have;
	pid_t child; /* 0: none is saving */
	bool failed; /* the last one did */
	int64_t fork_ns;
	int64_t pace_ns; /* of writing a MiB; 0: as fast as it can */
	struct report *report;
};

struct word {
	const char *at;
	size_t len;
};

static void answer(const struct server *s, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(s->fd, text, len, MSG_NOSIGNAL);

		if (n < 0)
			_exit(errno == EPIPE || errno == ECONNRESET ? 0 : 1);
		text += n;
		len -= (size_t)n;
	}
}

static void answer_text(const struct server *s, const char *text)
{
	answer(s, text, strlen(text));
}

static void wait_until(int64_t ns)
{
	struct timespec ts = {ns / NS_PER_S, ns % NS_PER_S};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* Writes all, 1 MiB at a time, with a checksum; sends every 4 MiB to the disk, as redis does. */
static int write_out(const struct server *s, int fd)
{
	const int64_t step = 1 << 20, flush = 4 << 20;
	uint64_t hash = HASH_BEGIN;
	int64_t due = now_ns();

	for (int64_t at = 0; at < s->size_bytes; at += step) {
		int64_t len = s->size_bytes - at < step ? s->size_bytes - at : step;

		hash = hash_bytes(hash, s->memory + at, len);
		if (write(fd, s->memory + at, len) != len)
			return -1;
		if ((at + len) % flush == 0)
			sync_file_range(fd, at + len - flush, flush, SYNC_FILE_RANGE_WRITE);
		due += s->pace_ns;
		wait_until(due);
	}
	return write(fd, &hash, sizeof(hash)) == sizeof(hash) && !fsync(fd) ? 0 : -1;
}

/* What is private now was copied, by either side, since the fork. */
static void save(const struct server *s)
{
	int fd = open(s->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	struct memory_use use;

	if (fd < 0 || write_out(s, fd))
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
		save(s);
	}
	s->fork_ns = now_ns() - start;
	if (s->child > 0) {
		answer_text(s, "+Background saving started\r\n");
		return;
	}
	s->child = 0;
	answer_text(s, "-ERR fork: ");
	answer_text(s, strerror(errno));
	answer_text(s, "\r\n");
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

	look_at_child(s);
	len = snprintf(text, sizeof(text),
		       "rdb_bgsave_in_progress:%d\r\nrdb_last_bgsave_status:%s\r\n"
		       "rdb_last_cow_size:%" PRId64 "\r\nlatest_fork_usec:%" PRId64 "\r\n"
		       "page_table_bytes:%" PRId64 "\r\n",
		       s->child != 0, s->failed ? "err" : "ok", s->report->cow_bytes,
		       s->fork_ns / 1000, s->report->page_table_bytes);
	snprintf(head, sizeof(head), "$%d\r\n", len);
	answer_text(s, head);
	answer(s, text, len);
	answer_text(s, "\r\n");
}

/* SETRANGE key offset value */
static void set(const struct server *s, const struct word *args)
{
	uint64_t key = strtoull(args[1].at + strlen("key:"), NULL, 10);
	uint64_t offset = strtoull(args[2].at, NULL, 10);
	uint64_t at = key * SNAPSHOT_SLOT_BYTES + offset;

	if (args[3].len + offset > SNAPSHOT_VALUE_BYTES ||
	    at + args[3].len > (uint64_t)s->size_bytes) {
		answer_text(s, "-ERR no such key\r\n");
		return;
	}
	memcpy(s->memory + at, args[3].at, args[3].len);
	answer_text(s, ":1000\r\n");
}

static void set_pace(struct server *s, const struct word *ns)
{
	s->pace_ns = strtoll(ns->at, NULL, 10);
	answer_text(s, "+OK\r\n");
}

static void obey(struct server *s, const struct word *args, size_t count)
{
	if (count == 4 && !strncmp(args[0].at, "SETRANGE", args[0].len))
		set(s, args);
	else if (!strncmp(args[0].at, "BGSAVE", args[0].len))
		begin_save(s);
	else if (!strncmp(args[0].at, "INFO", args[0].len))
		inform(s);
	else if (count == 2 && !strncmp(args[0].at, "PACE", args[0].len))
		set_pace(s, &args[1]);
	else
		answer_text(s, "-ERR unknown command\r\n");
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

void snapshot_serve(int fd, int64_t size_bytes, int huge, const char *folder)
{
	static struct server s;
	ssize_t n;

	s.fd = fd;
	s.size_bytes = size_bytes;
	s.folder = folder;
	s.memory = memory_map(size_bytes, huge);
	s.report = mmap(NULL, sizeof(*s.report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (!s.memory || s.report == MAP_FAILED)
		_exit(1);
	memset(s.memory, 'x', size_bytes);
	/* It is ready. */
	answer_text(&s, "+OK\r\n");
	while ((n = recv(fd, s.input + s.have, INPUT_BYTES - s.have, 0)) > 0) {
		s.have += n;
		serve_input(&s);
	}
	_exit(0);
}
