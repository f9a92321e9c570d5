// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An application is loaded once, and workers are forked from it; beside it workers that load it
 * themselves. When are they ready, and what memory do they have for themselves, as they write?
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/scenario/memory.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/zipf.h"
#include "user/text/layout.h"

#define PAGE	     4096
#define WORKERS_MOST 64

/* Percent of its pages that each worker has written, in this order. */
static const unsigned int parts[] = {0, 10, 50, 100};

#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

static const char *const hows[] = {"forked", "fresh"};

/* From a worker, once it is ready and after each part. */
struct word {
	pid_t pid;
	int64_t at_ns;	 /* when */
	int64_t load_ns; /* of the application, by whoever loaded it */
	int64_t runs_ns; /* after the call of fork; 0: it loaded the application itself */
	int64_t ns;	 /* of the part */
	uint64_t sum;	 /* of what it has read: the same in all */
};

/* The tool's ends and the workers' ends of sockets. */
struct team {
	struct stage *stage;
	bool fresh;
	int ours[WORKERS_MOST], theirs[WORKERS_MOST];
	unsigned int count;
	pid_t pids[WORKERS_MOST];
	pid_t master; /* of forked ones */
};

/* An application is here what it takes to compute its memory. */
static void load_application(uint64_t *memory, int64_t bytes)
{
	uint64_t random = 1;

	for (int64_t i = 0; i < bytes / (int64_t)sizeof(*memory); i++)
		memory[i] = random_next(&random);
}

/* A word of each page. */
static uint64_t read_application(const uint64_t *memory, int64_t bytes)
{
	uint64_t sum = 0;

	for (int64_t at = 0; at < bytes; at += PAGE)
		sum += memory[at / (int64_t)sizeof(*memory)];
	return sum;
}

/* Writes the pages up to a part, from where the last one ended; not the word that is read. */
static void write_part(char *memory, int64_t bytes, unsigned int from, unsigned int to)
{
	int64_t pages = bytes / PAGE;

	for (int64_t page = pages * from / 100; page < pages * to / 100; page++)
		memory[page * PAGE + 64]++;
}

static _Noreturn void work(int fd, char *memory, int64_t bytes, struct word w)
{
	unsigned char percent;
	unsigned int done = 0;

	w.pid = getpid();
	w.at_ns = now_ns();
	while (send(fd, &w, sizeof(w), MSG_NOSIGNAL) == sizeof(w) &&
	       recv(fd, &percent, 1, 0) == 1) {
		int64_t start = now_ns();

		write_part(memory, bytes, done, percent);
		done = percent;
		w.at_ns = now_ns();
		w.ns = w.at_ns - start;
		w.sum = read_application((uint64_t *)memory, bytes);
	}
	_exit(0);
}

/* In a process of its own: maps and loads. */
static char *load_here(int64_t bytes, int64_t *load_ns)
{
	int64_t start = now_ns();
	char *memory = memory_map(bytes, 0);

	if (!memory)
		_exit(1);
	load_application((uint64_t *)memory, bytes);
	*load_ns = now_ns() - start;
	return memory;
}

/* Only what the process uses stays open: else no end of a socket would be seen. */
static void close_theirs(const struct team *t, unsigned int mine)
{
	for (unsigned int i = 0; i < t->count; i++)
		if (i != mine)
			close(t->theirs[i]);
}

/* Loads, and forks the workers. */
static _Noreturn void run_master(const struct team *t)
{
	int64_t bytes = t->stage->options->size_bytes;
	struct word w = {0};
	char *memory = load_here(bytes, &w.load_ns);
	pid_t self = getpid();

	for (unsigned int i = 0; i < t->count; i++) {
		int64_t start = now_ns();
		pid_t pid = fork();

		if (pid < 0)
			_exit(1);
		/* Only the worker's copy of it is used. */
		w.runs_ns = now_ns() - start;
		if (!pid) {
			crew_die_with(self);
			close_theirs(t, i);
			work(t->theirs[i], memory, bytes, w);
		}
	}
	for (unsigned int i = 0; i < t->count; i++)
		close(t->theirs[i]);
	/* It lives as long as they do. */
	for (;;)
		pause();
}

static _Noreturn void run_fresh(const struct team *t, unsigned int i)
{
	int64_t bytes = t->stage->options->size_bytes;
	struct word w = {0};
	char *memory = load_here(bytes, &w.load_ns);

	work(t->theirs[i], memory, bytes, w);
}

static void close_others(const struct team *t, unsigned int mine)
{
	for (unsigned int i = 0; i < t->count; i++)
		close(t->ours[i]);
	if (t->fresh)
		close_theirs(t, mine);
}

static int start_team(struct team *t)
{
	struct crew *crew = &t->stage->crew;

	for (unsigned int i = 0; i < (t->fresh ? t->count : 1); i++) {
		pid_t pid = crew__fork(crew);

		if (pid < 0)
			return stage__fail(t->stage, pid, "fork");
		if (!pid) {
			close_others(t, i);
			if (t->fresh)
				run_fresh(t, i);
			run_master(t);
		}
		t->pids[i] = pid;
	}
	if (!t->fresh)
		t->master = t->pids[0];
	for (unsigned int i = 0; i < t->count; i++)
		close(t->theirs[i]);
	return 0;
}

static int receive(struct team *t, unsigned int i, struct word *w)
{
	if (recv(t->ours[i], w, sizeof(*w), 0) == sizeof(*w))
		return 0;
	return fault__set(t->stage->why, -ENOMEM, "a worker ended: is there too little memory?");
}

/* All are ready; of forked ones it counts from when the application was loaded. */
static int wait_until_ready(struct team *t, int64_t start)
{
	const char *how = hows[t->fresh];
	struct series runs = {0}, loads = {0};
	struct word w = {0};
	int64_t last = 0;
	int err = 0;

	for (unsigned int i = 0; i < t->count && !err; i++) {
		err = receive(t, i, &w);
		if (err)
			break;
		t->pids[i] = w.pid;
		last = w.at_ns > last ? w.at_ns : last;
		if (!t->fresh)
			err = series__push(&runs, w.runs_ns);
		if (!err && (t->fresh || !i))
			err = series__push(&loads, w.load_ns);
	}
	if (!err) {
		struct conditions key = conditions_of("how=%s", how);

		stage__put(t->stage, "ready", "ns", key.text,
			   last - start - (t->fresh ? 0 : w.load_ns));
		stage__put_series(t->stage, "load", "ns", key.text, &loads);
		if (!t->fresh)
			stage__put_series(t->stage, "until_runs", "ns", key.text, &runs);
	}
	series__free(&runs);
	series__free(&loads);
	return err;
}

/* What each has now, and all of them together. */
static int put_memory(struct team *t, const char *key)
{
	struct series private = {0}, shared = {0}, tables = {0};
	struct memory_use use;
	int64_t all = 0;
	int err = 0;

	for (unsigned int i = 0; i < t->count && !err; i++) {
		err = memory_use_of(t->pids[i], &use);
		if (!err)
			err = series__push(&private, use.private_bytes);
		if (!err)
			err = series__push(&shared, use.shared_bytes);
		if (!err)
			err = series__push(&tables, use.page_table_bytes);
		all += use.pss;
	}
	if (!err && t->master) {
		err = memory_use_of(t->master, &use);
		all += use.pss;
	}
	if (err) {
		series__free(&private);
		series__free(&shared);
		series__free(&tables);
		return stage__fail(t->stage, err, "smaps_rollup");
	}
	stage__put_series(t->stage, "private", "bytes", key, &private);
	stage__put_series(t->stage, "shared", "bytes", key, &shared);
	stage__put_series(t->stage, "page_tables", "bytes", key, &tables);
	stage__put(t->stage, "all", "bytes", key, all);
	return 0;
}

static int run_part(struct team *t, unsigned int percent, uint64_t *sum)
{
	struct conditions key = conditions_of("how=%s written=%u", hows[t->fresh], percent);
	unsigned char byte = (unsigned char)percent;
	struct series times = {0};
	struct word w;
	int err = 0;

	for (unsigned int i = 0; i < t->count; i++)
		send(t->ours[i], &byte, 1, MSG_NOSIGNAL);
	for (unsigned int i = 0; i < t->count && !err; i++) {
		err = receive(t, i, &w);
		if (!err && *sum && w.sum != *sum)
			err = fault__set(t->stage->why, -EPROTO,
					 "a worker reads other memory than another");
		*sum = w.sum;
		if (!err)
			err = series__push(&times, w.ns);
	}
	if (percent)
		stage__put_series(t->stage, "write", "ns", key.text, &times);
	series__free(&times);
	stage__step(t->stage);
	return err ? err : put_memory(t, key.text);
}

static int open_sockets(struct team *t)
{
	for (t->count = 0; t->count < t->stage->options->workers; t->count++) {
		int ends[2];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
			return stage__fail(t->stage, -errno, "socketpair");
		t->ours[t->count] = ends[0];
		t->theirs[t->count] = ends[1];
	}
	return 0;
}

/* Ends with the team: two do not fit into memory. */
static int run_team(struct stage *s, bool fresh, uint64_t *sum)
{
	struct team t = {.stage = s, .fresh = fresh};
	int64_t start;
	int err = open_sockets(&t);

	start = now_ns();
	if (!err)
		err = start_team(&t);
	if (!err)
		err = wait_until_ready(&t, start);
	for (size_t i = 0; i < PART_COUNT && !err; i++)
		err = run_part(&t, parts[i], sum);
	for (unsigned int i = 0; i < t.count; i++)
		close(t.ours[i]);
	if (!err)
		crew__end(&s->crew);
	return err;
}

static int run(struct stage *s)
{
	const struct scenario_options *o = s->options;
	int64_t available = memory_available(), needs = o->size_bytes * (o->workers + 1);
	uint64_t sum = 0;
	int err;

	if (o->workers > WORKERS_MOST || o->size_bytes < 1 << 20)
		return fault__set(s->why, -EINVAL, "--workers: %d at most; --size: 1M at least",
				  WORKERS_MOST);
	if (available != MISSING && (o->size_bytes > available || needs > available))
		return fault__set(
			s->why, -ENOMEM,
			"%u workers and what they are forked from need %s in the end; %s are "
			"available: try --size %" PRId64 "M",
			o->workers, text_bytes(needs).text, text_bytes(available).text,
			available / (o->workers + 2) >> 20);
	stage__steps(s, 2 * PART_COUNT);
	err = run_team(s, false, &sum);
	return err ? err : run_team(s, true, &sum);
}

static double of(const struct run *r, const char *name, bool fresh)
{
	return print_median(r, name, conditions_of("how=%s", hows[fresh]).text);
}

static double at(const struct run *r, const char *name, bool fresh, unsigned int percent)
{
	return print_median(r, name, conditions_of("how=%s written=%u", hows[fresh], percent).text);
}

static void print_answers(const struct run *r, FILE *out)
{
	int64_t size = print_setting(r, "size_bytes"), workers = print_setting(r, "workers");

	if (workers == MISSING || isnan(of(r, "ready", false)) || isnan(of(r, "ready", true)))
		return;
	layout_print(out, 2,
		     "How soon are %" PRId64
		     " %s of an application of %s ready? %s after it is loaded "
		     "if they are forked, %s if each loads it",
		     workers, text_plural(workers, "worker", "workers"), text_bytes(size).text,
		     text_time(of(r, "ready", false), false).text,
		     text_time(of(r, "ready", true), false).text);
	layout_print(out, 2,
		     "What memory has each for itself? %s at first, %s once it has written half of "
		     "its pages; %s if it loaded them itself",
		     print_bytes(at(r, "private", false, 0)).text,
		     print_bytes(at(r, "private", false, 50)).text,
		     print_bytes(at(r, "private", true, 0)).text);
	if (!isnan(at(r, "all", false, 50) - at(r, "all", false, 0)))
		layout_print(out, 2,
			     "What does it give back to fork them anew then? %s of the %s that all "
			     "have together",
			     print_bytes(at(r, "all", false, 50) - at(r, "all", false, 0)).text,
			     print_bytes(at(r, "all", false, 50)).text);
}

static int print_ready(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "WORKERS", NULL);
	columns__head(c, COLUMNS_RIGHT, "LOAD", "UNTIL IT RUNS", "READY", NULL);
	for (int fresh = 0; fresh < 2; fresh++) {
		columns__add(c, "%s", hows[fresh]);
		columns__add_time(c, of(r, "load", fresh), r->clock);
		columns__add_time(c, of(r, "until_runs", fresh), r->clock);
		columns__add_time(c, of(r, "ready", fresh), r->clock);
	}
	return columns__finish(c, "Until all are ready", out, colour);
}

static int print_memory(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "WORKERS", "WRITTEN", NULL);
	columns__head(c, COLUMNS_RIGHT, "PRIVATE", "SHARED", "TABLES", "ALL", "WRITE", NULL);
	for (int fresh = 0; fresh < 2; fresh++)
		for (size_t i = 0; i < PART_COUNT; i++) {
			columns__add(c, "%s", i ? "" : hows[fresh]);
			columns__add(c, "%u %%", parts[i]);
			print_bytes_cell(c, at(r, "private", fresh, parts[i]));
			print_bytes_cell(c, at(r, "shared", fresh, parts[i]));
			print_bytes_cell(c, at(r, "page_tables", fresh, parts[i]));
			print_bytes_cell(c, at(r, "all", fresh, parts[i]));
			columns__add_time(c, at(r, "write", fresh, parts[i]), r->clock);
		}
	return columns__finish(c, "Memory of a worker as it writes", out, colour);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	int err;

	print_answers(r, out);
	err = print_ready(r, out, colour);
	if (!err)
		err = print_memory(r, out, colour);
	layout_print(
		out, 2,
		"UNTIL IT RUNS: from the call of fork to the worker's first step. READY: from the "
		"load on if forked, else with it. Medians of the workers; ALL: "
		"of all together, with what they were forked from, each page once. WRITE: of the "
		"pages since the line above");
	return err;
}

const struct scenario scenario_prefork = {
	.name = "prefork",
	.brief =
		"an application loaded once, workers forked from it: ready when, with what memory?",
	.takes = SCENARIO_SIZE | SCENARIO_WORKERS,
	.defaults = {.size_bytes = 500 << 20, .workers = 4},
	.copies = 5,
	.run = run,
	.print = print,
};
