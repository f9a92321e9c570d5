// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A shell's chains of programs: each reads what the one before it writes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/program_path.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/scenario/spawn/subject.h"
#include "user/text/layout.h"

#define LINES	     4096 /* that pass through, of 16 bytes: a pipe is full once */
#define PROGRAMS_MAX 8

static const unsigned int lengths[] = {2, 4, PROGRAMS_MAX};

#define LENGTH_COUNT (sizeof(lengths) / sizeof(lengths[0]))

static struct conditions key_of(unsigned int programs, const struct way *w)
{
	return conditions_of("programs=%u way=%s", programs, w->name);
}

/* The input, at its beginning. -errno. */
static int input(void)
{
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("input", MFD_CLOEXEC);
		for (int i = 0; fd >= 0 && i < LINES; i++)
			if (dprintf(fd, "%015d\n", i) != 16)
				return -EIO;
	}
	return fd < 0 || lseek(fd, 0, SEEK_SET) ? -errno : fd;
}

/* Starts all, and returns the end of the last one's output, or -errno. */
static int start_all(const struct job *j, pid_t *pids, unsigned int *started)
{
	int in = input(), ends[2];

	for (*started = 0; *started < j->number && in >= 0; (*started)++) {
		struct launch l = j->launch;
		int err;

		if (pipe2(ends, O_CLOEXEC)) {
			err = -errno;
			if (*started)
				close(in);
			return err;
		}
		l.in = in;
		l.out = ends[1];
		err = j->way->start(&l, &pids[*started]);
		close(ends[1]);
		if (*started)
			close(in);
		in = ends[0];
		if (err) {
			close(in);
			return err;
		}
	}
	return in;
}

static int run_chain(const struct job *j, struct call *c)
{
	int64_t begin = now_ns();
	pid_t pids[PROGRAMS_MAX];
	unsigned int started;
	int out = start_all(j, pids, &started), err = out < 0 ? out : 0;

	c->ns[CALL_STALL] = now_ns() - begin;
	if (!err) {
		err = call__read(c, out, begin);
		close(out);
	}
	for (unsigned int i = 0; i < started; i++) {
		int reaped = call__reap(c, pids[i], begin);

		err = err ? err : reaped;
	}
	return err;
}

static int run(struct stage *s)
{
	char *path = program_path("cat");
	const char *const argv[] = {path, NULL};
	struct job jobs[LENGTH_COUNT * WAYS_EXEC_COUNT] = {0};
	struct subject u = {
		.size_bytes = s->options->size_bytes,
		.rounds = s->options->rounds,
		.jobs = jobs,
	};
	int err;

	if (!path)
		return stage__fail(s, -ENOMEM, "cat");
	for (size_t i = 0; i < LENGTH_COUNT; i++)
		for (size_t w = 0; w < WAYS_EXEC_COUNT; w++)
			jobs[u.count++] = (struct job){
				.key = key_of(lengths[i], ways_exec[w]),
				.run = run_chain,
				.way = ways_exec[w],
				.launch.argv = argv,
				.number = lengths[i],
			};
	err = subject__run(s, &u);
	free(path);
	return err;
}

static void print_answer(const struct run *r, FILE *out)
{
	struct conditions all[WAYS_EXEC_COUNT];
	const char *keys[WAYS_EXEC_COUNT];
	char question[128];

	for (size_t w = 0; w < WAYS_EXEC_COUNT; w++) {
		all[w] = key_of(PROGRAMS_MAX, ways_exec[w]);
		keys[w] = all[w].text;
	}
	snprintf(question, sizeof(question), "How long does a shell of %s take for a chain of %d?",
		 text_bytes(print_setting(r, "size_bytes")).text, PROGRAMS_MAX);
	rows_print_extremes(r, out, question, "total", keys, WAYS_EXEC_COUNT);
	rows_print_extremes(r, out, "How long to start them all?", "stall", keys, WAYS_EXEC_COUNT);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();
	int err;

	print_answer(r, out);
	columns__head(c, COLUMNS_LABEL, "PROGRAMS", "WAY", NULL);
	rows_head_calls(c, "CHAINS");
	for (size_t i = 0; i < LENGTH_COUNT; i++)
		for (size_t w = 0; w < WAYS_EXEC_COUNT; w++) {
			struct conditions key = key_of(lengths[i], ways_exec[w]);

			if (!rows_has(r, key.text))
				continue;
			columns__add(c, "%u", lengths[i]);
			columns__add(c, "%s", ways_exec[w]->name);
			rows_add_calls(c, r, key.text);
		}
	err = columns__finish(c, "A chain of cat, 64 KiB pass through", out, colour);
	layout_print(
		out, 2,
		"Medians; +-%%: 95 %% intervals. STALL: until all are started. FIRST: the first "
		"byte comes out of the last. TOTAL: all came out, and all are reaped");
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_pipeline = {
	.name = "pipeline",
	.brief = "a shell's chains of 2, 4 and 8 programs: what does starting them take?",
	.takes = SCENARIO_SIZE | SCENARIO_ROUNDS,
	.defaults = {.size_bytes = 64 << 20, .rounds = 20},
	.copies = 2,
	.run = run,
	.print = print,
};
