// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A build: thousands of short jobs from a parent that grows meanwhile, some of them at once. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/clock.h"
#include "user/base/program_path.h"
#include "user/scenario/memory.h"
#include "user/scenario/print.h"
#include "user/scenario/scenario.h"
#include "user/scenario/spawn/rows.h"
#include "user/scenario/spawn/subject.h"
#include "user/text/layout.h"

#define PAGE	     4096
#define AT_ONCE_MOST 64
#define STEPS	     4
#define BATCHES	     3 /* of each way at each size, in turn */
#define JOBS	     (STEPS * BATCHES * WAYS_EXEC_COUNT)

/* Of the process that runs the jobs; set before it is forked. */
static int64_t full_bytes, have_bytes;
static unsigned int batch, at_once;

/* One step more is an eighth, a quarter, a half, all. */
static int64_t size_of(int64_t full, unsigned int step)
{
	return full == MISSING ? MISSING : full >> (STEPS - 1 - step);
}

static int grow(int64_t bytes)
{
	char *memory;

	if (bytes <= have_bytes)
		return 0;
	memory = memory_map(bytes - have_bytes, 0);
	if (!memory)
		return -errno;
	for (int64_t at = 0; at < bytes - have_bytes; at += PAGE)
		memory[at] = 1;
	have_bytes = bytes;
	return 0;
}

static int run_batch(const struct job *j, struct call *c)
{
	pid_t running[AT_ONCE_MOST] = {0};
	unsigned int started = 0, ended = 0;
	struct launch l = j->launch;
	int err = grow(size_of(full_bytes, j->number)), reaped;
	int64_t begin = now_ns(), before;

	l.in = l.out = call_null();
	c->ns[CALL_STALL] = 0;
	while (!err && started < batch) {
		/* The oldest first. */
		if (started - ended == at_once) {
			err = call__reap(c, running[ended++ % AT_ONCE_MOST], begin);
			continue;
		}
		before = now_ns();
		err = j->way->start(&l, &running[started % AT_ONCE_MOST]);
		c->ns[CALL_STALL] += now_ns() - before;
		started += !err;
	}
	while (ended < started) {
		reaped = call__reap(c, running[ended++ % AT_ONCE_MOST], begin);
		err = err ? err : reaped;
	}
	c->bytes = ended;
	return err;
}

static struct conditions key_of(unsigned int step, const struct way *w)
{
	return conditions_of("step=%u way=%s", step + 1, w->name);
}

static int run(struct stage *s)
{
	char *path = program_path("true");
	const char *const argv[] = {path, NULL};
	struct job *jobs = calloc(JOBS, sizeof(*jobs));
	struct subject u = {.rounds = 1, .jobs = jobs};
	int err = 0;

	if (!path || !jobs) {
		free(jobs);
		free(path);
		return stage__fail(s, -ENOMEM, "build");
	}
	full_bytes = s->options->size_bytes;
	at_once = s->options->workers;
	batch = s->options->requests / JOBS;
	if (at_once > AT_ONCE_MOST || !batch)
		err = fault__set(s->why, -EINVAL,
				 "build takes --workers 1 to %d, and --requests %d or more",
				 AT_ONCE_MOST, JOBS);
	for (unsigned int i = 0; i < JOBS && !err; i++) {
		const struct way *w = ways_exec[i % WAYS_EXEC_COUNT];
		unsigned int step = i / WAYS_EXEC_COUNT / BATCHES;

		jobs[u.count++] = (struct job){
			.key = conditions_of("%s round=%u", key_of(step, w).text,
					     i / WAYS_EXEC_COUNT % BATCHES + 1),
			.run = run_batch,
			.way = w,
			.launch.argv = argv,
			.number = step,
		};
	}
	if (!err)
		err = subject__run(s, &u);
	if (!err)
		stage__put(s, "batch", "jobs", "", batch);
	free(jobs);
	free(path);
	return err;
}

/* A job's share of the median batch, ns. */
static double of_job(const struct run *r, const char *name, unsigned int step, const struct way *w)
{
	return print_over_rounds(r, name, key_of(step, w).text, print_median) /
	       print_median(r, "batch", "");
}

static void print_answer(const struct run *r, FILE *out)
{
	int64_t full = print_setting(r, "size_bytes");

	if (isnan(of_job(r, "total", 0, &way_posix_spawn)))
		return;
	layout_print(out, 2,
		     "What does a job take as its parent grows from %s to %s? fork-exec: %s, then "
		     "%s. posix_spawn: %s, then %s",
		     text_bytes(size_of(full, 0)).text, text_bytes(full).text,
		     text_time(of_job(r, "total", 0, &way_fork_exec), false).text,
		     text_time(of_job(r, "total", STEPS - 1, &way_fork_exec), false).text,
		     text_time(of_job(r, "total", 0, &way_posix_spawn), false).text,
		     text_time(of_job(r, "total", STEPS - 1, &way_posix_spawn), false).text);
}

static int print(const struct run *r, FILE *out, bool colour)
{
	int64_t full = print_setting(r, "size_bytes"), workers = print_setting(r, "workers");
	struct columns *c = columns__new();
	double jobs = print_median(r, "batch", "");
	int err;

	print_answer(r, out);
	columns__head(c, COLUMNS_LABEL, "PARENT", "WAY", NULL);
	columns__head(c, COLUMNS_RIGHT, "JOBS", "STALL", "JOB", "JOBS/S", NULL);
	for (unsigned int step = 0; step < STEPS; step++)
		for (size_t w = 0; w < WAYS_EXEC_COUNT; w++) {
			double ns = of_job(r, "total", step, ways_exec[w]);

			if (isnan(ns))
				continue;
			columns__add(c, "%s", text_bytes(size_of(full, step)).text);
			columns__add(c, "%s", ways_exec[w]->name);
			columns__add_number(c, jobs * BATCHES);
			columns__add_time(c, of_job(r, "stall", step, ways_exec[w]), r->clock);
			columns__add_time(c, ns, r->clock);
			columns__add_number(c, round((double)NS_PER_S / ns));
		}
	err = columns__finish(c, "Short jobs from a parent that grows", out, colour);
	layout_print(out, 2,
		     "Per job, of the median of %d batches; %s %s at once. STALL: the parent "
		     "starts it. JOB: the time of all, by their number",
		     BATCHES, print_count(workers).text, text_plural(workers, "job", "jobs"));
	rows_print_absent(r, out);
	return err;
}

const struct scenario scenario_build = {
	.name = "build",
	.brief = "thousands of short jobs from a parent that grows: what does each take?",
	.takes = SCENARIO_SIZE | SCENARIO_WORKERS | SCENARIO_REQUESTS,
	.defaults = {.size_bytes = 256 << 20, .workers = 2, .requests = 2400},
	.copies = 2,
	.run = run,
	.print = print,
};
