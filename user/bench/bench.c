// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command bench: the driver takes samples, the probes record them, a result file keeps both. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/analysis/stats.h"
#include "user/analysis/unmeasured.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/output.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"
#include "user/base/progress.h"
#include "user/base/say.h"
#include "user/bench/beside.h"
#include "user/bench/options.h"
#include "user/bench/schedule.h"
#include "user/collect/environment.h"
#include "user/collect/lives.h"
#include "user/collect/origin.h"
#include "user/collect/samples.h"
#include "user/driver/driver.h"
#include "user/model/bill.h"
#include "user/probe/probe.h"
#include "user/store/store.h"
#include "user/table/table.h"

/* Most bytes that one life writes to the ring. */
#define LIFE_BYTES                                                                                 \
	(sizeof(struct record_birth) + 2 * sizeof(struct record_exec) +                            \
	 sizeof(struct record_death) + 64)
/* Warm-ups of a block, which come on top of its samples. */
#define WARMUPS_MAX 1000
#define BLOCK_MAX   16384 /* samples */
/* So do the spawns of each spawning thread that only keep it busy. */
#define SPAWNERS_BESIDE 10

struct bench {
	struct bench_options options;
	struct probe *probe; /* NULL: untraced */
	struct beside_probes beside;
	struct driver *driver;
	struct store *store;
	struct run run;
	struct lives lives;
	struct schedule schedule;
	bool in_pid_namespace; /* whose ids are not those of the records */
	bool started_unknown;  /* a parent died: how many children it started is not known */
	struct fault why;
};

static bool has_samples(const struct run *r)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (r->cells[i].n)
			return true;
	return false;
}

static void say_interrupted(struct bench *b)
{
	const char *name = strsignal(interrupt_requested());

	if (!has_samples(&b->run))
		fault__set(&b->why, 0, "interrupted (%s) before the first block had ended", name);
	else if (!b->store)
		fault__set(&b->why, 0, "interrupted (%s); what was measured is in no file (-o)",
			   name);
	else
		fault__set(&b->why, 0,
			   "interrupted (%s); %s has what was measured: report and gate take it "
			   "with --truncated",
			   name,
			   strcmp(b->options.output, "-") ? b->options.output : "standard output");
}

static int say_why(struct bench *b, int err)
{
	if (interrupt_requested() && b->options.incomplete)
		return err; /* gate ended the run, and says so */
	if (interrupt_requested())
		say_interrupted(b);
	else if (!b->why.text[0] && err != -ECANCELED)
		fault__set(&b->why, 0, "%s", strerror(-err));
	if (b->why.text[0])
		complain("%s", b->why.text);
	return err;
}

static unsigned int most_runs(const struct bench *b)
{
	const struct driver_grid *g = driver__grid(b->driver);
	unsigned int most = 0;

	for (size_t i = 0; i < g->run.cell_count; i++)
		if (g->cell_runs[i] > most)
			most = g->cell_runs[i];
	return most;
}

/* Threads that spawn at the same time; 0: the usual one. */
static int64_t spawners_of(const struct cell *cell)
{
	int64_t n = cell__key_number(cell, "spawners");

	return n > 0 ? n : 0;
}

static size_t most_spawners(const struct bench *b)
{
	const struct driver_grid *g = driver__grid(b->driver);
	int64_t most = 0;

	for (size_t i = 0; i < g->run.cell_count; i++)
		if (spawners_of(&g->run.cells[i]) > most)
			most = spawners_of(&g->run.cells[i]);
	return (size_t)most;
}

/* --rounds, or more to keep every block within BLOCK_MAX samples. */
static unsigned int round_count(const struct bench *b)
{
	unsigned int needed = most_runs(b) / BLOCK_MAX + 1;

	return needed > b->options.rounds ? needed : b->options.rounds;
}

/*
 * The ring is read after each block, so it must hold the largest one. It is no larger than that:
 * in a ring larger than the cache, every record is a cache miss.
 */
static size_t ring_bytes(const struct bench *b)
{
	size_t lives = most_runs(b) / round_count(b) + 1, bytes = 1 << 17;

	lives += lives < WARMUPS_MAX ? lives : WARMUPS_MAX;
	lives += SPAWNERS_BESIDE * most_spawners(b);
	while (bytes < lives * LIFE_BYTES)
		bytes *= 2;
	return bytes;
}

static int open_probes(struct bench *b)
{
	struct probe_options o = {
		.btf = b->options.btf,
		.best = b->options.best,
		.ring_bytes = ring_bytes(b),
		.reattach = true,
		.syscalls = b->options.syscalls,
		.verbose = b->options.verbose,
		.quiet = b->options.quiet,
	};
	int err;

	if (!b->options.trace)
		return 0;
	err = probe__open(&o, &b->probe, &b->why);
	if (!err && b->options.overhead && !strcmp(b->options.clock, "icount"))
		beside__use_long_ids();
	if (!err)
		return b->options.overhead ? beside__open(&b->beside, &o, &b->why) : 0;
	/* Who names a file wants to trace. */
	if (b->options.btf)
		return err;
	/* Without privileges or BTF, the driver's own timings are still worth having. */
	complain("%s; running untraced", b->why.text);
	b->why.text[0] = '\0';
	return 0;
}

static int attach(struct bench *b, const struct plan_block *block)
{
	const struct source *only = b->schedule.sets[block->probe_set].only;
	int err;

	if (!b->probe)
		return 0;
	err = only ? probe__attach_only(b->probe, only)
		   : probe__attach(b->probe, schedule__set_of(&b->schedule, block));
	if (!err)
		err = beside__attach(&b->beside, b->schedule.sets[block->probe_set].beside,
				     schedule__set_beside(&b->schedule, block));
	if (err)
		return fault__set(&b->why, err, "cannot attach the probes: %s", strerror(-err));
	return err;
}

static void on_record(void *context, const struct record_head *record, size_t size)
{
	struct bench *b = context;

	if (record->kind == RECORD_LIFE ||
	    (record->kind == RECORD_BIRTH && ((const struct record_birth *)record)->result > 0))
		b->run.end.births++;
	/* Out of memory counts as a lost record: the sample has no phases. */
	if (lives__add(&b->lives, record, size))
		b->run.end.lost++;
}

/*
 * The life that a sample belongs to. In a pid namespace the sample has an id of the child that no
 * record has: its parent and its time must do.
 */
static struct life *find_life(struct bench *b, pid_t parent, const struct sample *sample)
{
	struct sample of = *sample;

	if (b->in_pid_namespace)
		of.child = 0;
	/* Several threads' calls overlap: the parent and the time are not enough. */
	if (sample->ended != MISSING && !of.child)
		return NULL;
	return lives__find(&b->lives, parent, &of);
}

/* `parent` is the kernel's id. */
static int join_block(struct bench *b, const struct plan_block *plan, pid_t parent,
		      const struct driver_block *block)
{
	struct cell *cell = &b->run.cells[b->schedule.slots[plan->cell][plan->probe_set].cell];
	const struct source_choice *choice = NULL;
	enum probe_set set = schedule__set_of(&b->schedule, plan);
	int err = 0;

	err = beside__drain(&b->beside, b->schedule.sets[plan->probe_set].beside);
	if (set != PROBE_SET_NONE) {
		choice = probe__choice(b->probe, set);
		lives__clear(&b->lives);
		if (!err)
			err = probe__consume(b->probe, on_record, b);
		lives__sort(&b->lives);
		b->run.end.started += block->started;
	} else {
		b->run.end.started_untraced += block->started;
	}
	for (size_t i = 0; i < block->n && !err; i++) {
		struct life *life = choice ? find_life(b, parent, &block->samples[i]) : NULL;

		if (life) {
			err = origin_learn(cell, life, choice);
			if (set == PROBE_SET_ALL && life->result > 0)
				b->schedule.shares_mm[plan->cell] = life->clone_flags & PHASE_VM;
		}
		if (!err)
			err = samples_add(cell, &block->samples[i], life, choice);
	}
	return err;
}

static int write_cell(struct bench *b, struct schedule_slot *slot)
{
	struct cell *cell = &b->run.cells[slot->cell];
	int err = 0;

	if (slot->written)
		return 0;
	slot->written = true;
	if (!cell->skipped)
		err = origin_settle(cell);
	if (!err)
		err = cell__add_up_bill(cell);
	if (!err && b->store)
		err = store__write_cell(b->store, cell);
	if (err)
		output_failed(b->options.output, err, &b->why);
	return err;
}

/* Takes no more samples of this cell; b->why is the reason. */
static int give_up_cell(struct bench *b, struct schedule_slot *slot, bool skipped)
{
	struct cell *cell = &b->run.cells[slot->cell];
	char **reason = skipped && !cell->n ? &cell->skipped : &cell->broken;

	free(*reason);
	*reason = strdup(b->why.text);
	slot->due = 0;
	return *reason ? write_cell(b, slot) : -ENOMEM;
}

static const struct cell *grid_cell(const struct bench *b, size_t i)
{
	return &driver__grid(b->driver)->run.cells[i];
}

static int run_block(struct bench *b, const struct plan_block *block)
{
	struct schedule_slot *slot = &b->schedule.slots[block->cell][block->probe_set];
	struct driver_block taken = {0};
	pid_t parent, global = 0;
	int err, broken;

	if (!slot->due)
		return 0;
	err = driver__prepare(b->driver, block->cell, &parent, &b->why);
	if (err == -ENOTSUP) {
		err = give_up_cell(b, slot, true);
		b->why.text[0] = '\0';
		return err;
	}
	if (!err)
		err = attach(b, block);
	if (!err && b->probe) {
		global = probe__target(b->probe, parent);
		err = global < 0 ? global : 0;
		if (!err && spawners_of(grid_cell(b, block->cell)) > 0)
			err = probe__target_threads(b->probe, parent);
	}
	if (!err && interrupt_requested())
		err = -EINTR;
	if (err)
		return err;
	broken = driver__run(b->driver, block->cell, block->runs, &taken, &b->why);
	if (broken && broken != -EIO) { /* the driver itself is gone */
		give_up_cell(b, slot, false);
		return broken;
	}
	err = join_block(b, block, global, &taken);
	if (err)
		return err;
	if (broken) {
		if (b->schedule.sets[block->probe_set].set != PROBE_SET_NONE)
			b->started_unknown = true;
		b->run.cells[slot->cell].late = taken.late;
		err = give_up_cell(b, slot, false);
		b->why.text[0] = '\0';
		return err;
	}
	slot->due -= block->runs < slot->due ? block->runs : slot->due;
	return slot->due ? 0 : write_cell(b, slot);
}

static int run_plan(struct bench *b)
{
	struct plan_block *blocks = NULL;
	struct progress *progress;
	size_t count = 0;
	int err;

	err = plan_make(b->schedule.wants, b->schedule.want_count, round_count(b),
			driver__grid(b->driver)->seed, &blocks, &count);
	if (err)
		return err;
	progress = progress__new(count, b->options.quiet, "blocks");
	for (size_t i = 0; i < count && !err; i++) {
		err = run_block(b, &blocks[i]);
		if (!err && interrupt_requested())
			err = -EINTR;
		progress__step(progress);
	}
	progress__free(progress);
	free(blocks);
	return err;
}

static bool any_touchers(const struct run *grid)
{
	for (size_t i = 0; i < grid->cell_count; i++)
		if (cell__key_number(&grid->cells[i], "touchers") > 0)
			return true;
	return false;
}

static int describe_run(struct bench *b, char **argv)
{
	const struct driver_grid *g = driver__grid(b->driver);
	struct run *r = &b->run;
	int err = run__begin(r, "bench", argv + 1, b->options.clock);

	r->seed = g->seed;
	r->rounds = round_count(b);
	if (!err)
		err = environment_read(r, g->libc);
	environment_begin(r);
	if (!err && b->options.libc)
		err = run__add_env_text(r, "libc_file", g->libc_file);
	if (!err && b->options.suite)
		err = run__add_env_text(r, RUN_SUITE_FACT, b->options.suite);
	if (!err && b->options.copied_how)
		err = run__add_env_text(r, RUN_PROGRAMS_FACT, b->options.copied_how);
	if (!err && b->options.taken_for)
		err = run__add_env_text(r, RUN_KEPT_FACT, b->options.taken_for);
	if (!err)
		err = origin_of_run(r, b->probe ? probe__choice(b->probe, PROBE_SET_ALL) : NULL);
	if (!err)
		err = origin_of_touches(r, any_touchers(&g->run));
	return err;
}

static int start(struct bench *b, char **argv)
{
	const struct driver_options o = {2 * b->options.timeout_s + 5, b->options.libc,
					 b->options.programs};
	char *none[] = {NULL};
	int err = driver__start(b->options.driver_args ? b->options.driver_args : none, &o,
				&b->driver, &b->why);

	if (err)
		return err;
	b->why.text[0] = '\0';
	err = open_probes(b);
	if (err)
		return err;
	err = privilege_reduce();
	if (err)
		return fault__set(&b->why, err, "cannot give up privileges: %s", strerror(-err));
	if (b->options.output) {
		b->store = store__create(b->options.output);
		if (!b->store)
			return output_failed(b->options.output, -errno, &b->why);
	}
	err = describe_run(b, argv);
	if (!err)
		err = schedule__make(&b->schedule, driver__grid(b->driver), b->probe, &b->options,
				     &b->run);
	if (!err && b->store) {
		err = store__write_run(b->store, &b->run);
		if (err)
			output_failed(b->options.output, err, &b->why);
	}
	/* Skipped cells are complete already. */
	for (size_t i = 0; i < driver__grid(b->driver)->run.cell_count && !err; i++)
		for (size_t c = 0; c < b->schedule.set_count && !err; c++)
			if (b->schedule.slots[i][c].cell >= 0 && !b->schedule.slots[i][c].due)
				err = write_cell(b, &b->schedule.slots[i][c]);
	return err;
}

static int finish(struct bench *b)
{
	struct kernel_totals totals;
	int err = 0;

	if (b->probe) {
		totals = probe__totals(b->probe);
		if (b->started_unknown)
			b->run.end.started = MISSING;
		b->run.end.lost += totals.lost + totals.untracked;
		b->run.end.missed = probe__missed(b->probe);
		privilege_drop();
	} else {
		b->run.end.births = MISSING;
		b->run.end.lost = MISSING;
		b->run.end.missed = MISSING;
	}
	environment_end(&b->run);
	b->run.ended = true;
	if (b->store) {
		err = store__write_end(b->store, &b->run);
		if (!err)
			err = store__close(b->store);
		b->store = NULL;
		if (err)
			output_failed(b->options.output, err, &b->why);
	}
	return err;
}

/* Interrupted: also the cells that are not complete, as ones that broke off. */
static void keep_begun(struct bench *b)
{
	if (!b->schedule.slots)
		return;
	for (size_t i = 0; i < driver__grid(b->driver)->run.cell_count; i++)
		for (size_t c = 0; c < b->schedule.set_count; c++) {
			struct schedule_slot *slot = &b->schedule.slots[i][c];

			if (slot->cell < 0 || slot->written || !b->run.cells[slot->cell].n)
				continue;
			fault__set(&b->why, 0, "interrupted");
			give_up_cell(b, slot, false);
		}
}

static int print_table(struct bench *b)
{
	/* In the lab the file's name here is not the one that was asked for. */
	const char *file = run__counts_instructions(&b->run) ? NULL : b->options.output;
	const struct table_options o = {say_in_colour(stdout), b->options.views, file,
					b->options.sort};
	int err;

	/* Not between the lines of -o -, nor where gate has its own to say. */
	if ((b->options.output && !strcmp(b->options.output, "-")) ||
	    (interrupt_requested() && b->options.incomplete))
		return 0;
	err = table_print(&b->run, &o, stdout);
	if (err)
		say_why(b, output_failed(NULL, err, &b->why));
	return err;
}

/* Whether the run has what it was asked for: 0, or -ENODATA after one line. */
static int judge(const struct bench *b)
{
	struct unmeasured u = unmeasured_of(&b->run);
	char text[320];
	int err = 0;

	/* A skipped cell is said, too, even where it is no error. */
	unmeasured_text(&u, true, text, sizeof(text));
	if (text[0] && !b->options.incomplete) {
		complain("%s", text);
		unmeasured_text(&u, b->options.strict, text, sizeof(text));
		err = text[0] ? -ENODATA : 0;
	}
	if (b->run.end.births == 0 && b->run.end.started > 0) {
		complain("no birth made a record: the probes were attached but marked nothing");
		err = -ENODATA;
	}
	return err;
}

int command_bench(int argc, char **argv)
{
	struct bench b = {.in_pid_namespace = proc_pid_namespace() != FIRST_PID_NAMESPACE};
	int err, unprinted = 0;

	err = bench_options__parse(&b.options, argc, argv);
	if (err)
		goto cleanup;
	interrupt_catch();
	err = start(&b, argv);
	if (!err)
		err = run_plan(&b);
	if (!err)
		err = finish(&b);
	if (err && interrupt_requested())
		keep_begun(&b);
	interrupt_end();
	if (!err || (interrupt_requested() && has_samples(&b.run)))
		unprinted = print_table(&b);
	if (err)
		say_why(&b, err);
	else
		err = unprinted;
	if (!err)
		err = judge(&b);
cleanup:
	driver__stop(b.driver);
	beside__close(&b.beside);
	probe__close(b.probe);
	store__close(b.store);
	lives__free(&b.lives);
	run__free(&b.run);
	schedule__free(&b.schedule);
	bench_options__free(&b.options);
	interrupt_die();
	return err ? EXIT_TROUBLE : EXIT_OK;
}
