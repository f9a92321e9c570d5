// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command bench: probes, driver and result file in step. A grid cell is
 * taken under several conditions, each a cell of the run with its own value of
 * the axis `trace`: none (no probe attached), phases, and all (with the probes
 * that cost too much to be there while times are taken); for the suite overhead
 * also each source alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/shared/plan.h"
#include "user/analysis/stats.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/base/progress.h"
#include "user/base/say.h"
#include "user/bench/options.h"
#include "user/collect/environment.h"
#include "user/collect/origin.h"
#include "user/collect/samples.h"
#include "user/driver/driver.h"
#include "user/gate/runs/kept.h"
#include "user/probe/probe.h"
#include "user/store/store.h"
#include "user/table/table.h"
#include "user/text/escape.h"

/* What is attached while samples are taken. */
struct condition {
	char name[64]; /* the value of the axis `trace` */
	enum probe_set set;
	const struct source *only; /* not the set, but this source alone */
};

#define CONDITIONS_MAX (SOURCES_MAX + 3)

/* A parent, its child and theirs: a table this small stays in the cache. */
#define TASK_SLOTS 512

/* What one life writes to the ring, and warm-ups of a block beyond its samples. */
#define LIFE_BYTES                                                                                 \
	(sizeof(struct record_birth) + 2 * sizeof(struct record_exec) +                            \
	 sizeof(struct record_death) + 64)
#define WARMUPS_MAX 1000
#define BLOCK_MAX   16384

struct bench {
	struct bench_options options;
	struct probe *probe; /* NULL: untraced */
	struct driver *driver;
	struct store *store;
	struct run run;
	struct lives lives;
	/* In the order in which the first round takes them: `all` tells what a method shares. */
	struct condition conditions[CONDITIONS_MAX];
	size_t condition_count;
	struct plan_want *wants;
	size_t want_count;
	/* For each grid cell and condition: the cell of the run, and how many samples are due. */
	struct slot_of {
		ssize_t cell; /* -1: none */
		unsigned int due;
		bool written;
	} (*slots)[CONDITIONS_MAX];
	bool started_unknown;
	bool *shares_mm; /* of each grid cell: its births were seen to have CLONE_VM */
	struct fault why;
};

static int cannot_write(struct bench *b, const char *path, int err)
{
	char name[256];

	escape_text(path, name, sizeof(name));
	return fault__set(&b->why, err, "cannot write %s: %s", name, strerror(-err));
}

static int say_why(struct bench *b, int err)
{
	if (interrupt_requested())
		fault__set(&b->why, 0, "interrupted by signal %d; %s", interrupt_requested(),
			   b->store ? "the result file holds the finished cells and no end line"
				    : "nothing was written");
	else if (!b->why.text[0] && err != -ECANCELED)
		fault__set(&b->why, 0, "%s", strerror(-err));
	if (b->why.text[0])
		complain("%s", b->why.text);
	return err;
}

static unsigned int most_runs(const struct bench *b)
{
	unsigned int most = 0;

	for (size_t i = 0; i < driver__cell_count(b->driver); i++)
		if (driver__runs(b->driver, i) > most)
			most = driver__runs(b->driver, i);
	return most;
}

/* As asked, or more, so that no block has more than BLOCK_MAX samples. */
static unsigned int round_count(const struct bench *b)
{
	unsigned int needed = most_runs(b) / BLOCK_MAX + 1;

	return needed > b->options.rounds ? needed : b->options.rounds;
}

/*
 * Room for the largest block, which is read when it is over, and no more: a ring that is larger
 * than the cache makes every record a miss.
 */
static size_t ring_bytes(const struct bench *b)
{
	size_t lives = most_runs(b) / round_count(b) + 1, bytes = 1 << 17;

	lives += lives < WARMUPS_MAX ? lives : WARMUPS_MAX;
	while (bytes < lives * LIFE_BYTES)
		bytes *= 2;
	return bytes;
}

static int open_probes(struct bench *b)
{
	struct probe_options o = {
		.best = b->options.best,
		.ring_bytes = ring_bytes(b),
		.reattach = true,
		.task_slots = TASK_SLOTS,
		.verbose = b->options.verbose,
	};
	int err;

	if (!b->options.trace)
		return 0;
	err = probe__open(&o, &b->probe, &b->why);
	if (!err)
		return 0;
	/* No privileges or no BTF is no reason to measure nothing. */
	complain("%s; running untraced", b->why.text);
	b->why.text[0] = '\0';
	return 0;
}

/* The cells with the smallest parent, or all, or none, are also taken without probes. */
static bool wants_untraced(const struct bench *b, size_t cell)
{
	int64_t size = cell__parent_bytes(driver__cell(b->driver, cell));

	if (!b->probe || b->options.untraced == UNTRACED_ALL)
		return true;
	if (b->options.untraced == UNTRACED_NONE)
		return false;
	for (size_t i = 0; i < driver__cell_count(b->driver); i++)
		if (cell__parent_bytes(driver__cell(b->driver, i)) < size)
			return false;
	return true;
}

static void add_condition(struct bench *b, const char *name, enum probe_set set,
			  const struct source *only)
{
	struct condition *c = &b->conditions[b->condition_count++];

	*c = (struct condition){.set = set, .only = only};
	snprintf(c->name, sizeof(c->name), "%s", name);
}

/* A source that stands for several edges or sums is taken once. */
static bool same_programs(const struct source *a, const struct source *b)
{
	for (size_t i = 0; i < SOURCE_PROGRAMS_MAX; i++)
		if (!a->programs[i] != !b->programs[i] ||
		    (a->programs[i] && strcmp(a->programs[i], b->programs[i])))
			return false;
	return true;
}

static void add_single_sources(struct bench *b)
{
	const struct source_choice *choice = probe__choice(b->probe, PROBE_SET_ALL);

	for (size_t i = 0; i < source_count; i++) {
		const struct source *row = &sources[i];
		char name[64];
		size_t k = 0;

		if (row->kind == SOURCE_DRIVER || (row->edge >= 0 ? choice->edges[row->edge] != row
								  : choice->sums[row->sum] != row))
			continue;
		while (k < b->condition_count &&
		       !(b->conditions[k].only && same_programs(b->conditions[k].only, row)))
			k++;
		if (k < b->condition_count)
			continue;
		snprintf(name, sizeof(name), "%s:%s", source_kind_name(row->kind), row->name);
		/* Entry and return of one function have one name. */
		for (k = 0; k < b->condition_count; k++)
			if (!strcmp(b->conditions[k].name, name))
				snprintf(name, sizeof(name), "%s", row->programs[0]);
		add_condition(b, name, PROBE_SET_NONE, row);
	}
}

static void make_conditions(struct bench *b)
{
	if (b->probe) {
		add_condition(b, probe_set_name(PROBE_SET_ALL), PROBE_SET_ALL, NULL);
		add_condition(b, probe_set_name(PROBE_SET_PHASES), PROBE_SET_PHASES, NULL);
		if (b->options.overhead)
			add_single_sources(b);
	}
	add_condition(b, probe_set_name(PROBE_SET_NONE), PROBE_SET_NONE, NULL);
}

static unsigned int runs_wanted(const struct bench *b, size_t cell, const struct condition *c)
{
	unsigned int runs = driver__runs(b->driver, cell);

	if (driver__cell(b->driver, cell)->skipped)
		return 0;
	if (c->set == PROBE_SET_NONE && !c->only)
		return wants_untraced(b, cell) ? runs : 0;
	if (c->set == PROBE_SET_ALL && !b->options.overhead && runs > b->options.all_runs)
		return b->options.all_runs;
	return runs;
}

static int add_run_cell(struct bench *b, size_t grid_cell, const struct condition *c)
{
	const struct cell *from = driver__cell(b->driver, grid_cell);
	struct cell *to = run__add_cell(&b->run);
	int err = to ? 0 : -ENOMEM;

	for (size_t i = 0; i < from->key_count && !err; i++) {
		const struct key_part *k = &from->key[i];

		err = k->text ? cell__add_key_text(to, k->name, k->text)
			      : cell__add_key_number(to, k->name, k->number);
	}
	if (!err)
		err = cell__add_key_text(to, PROBE_SET_AXIS, c->name);
	if (!err && from->skipped) {
		to->skipped = strdup(from->skipped);
		err = to->skipped ? 0 : -ENOMEM;
	}
	return err;
}

/* The cells of the run, in the order of the grid, and what is to be taken of each. */
static int make_wants(struct bench *b)
{
	size_t n = driver__cell_count(b->driver);
	int err = 0;

	b->slots = calloc(n, sizeof(*b->slots));
	make_conditions(b);
	b->wants = calloc(n * b->condition_count, sizeof(*b->wants));
	b->shares_mm = calloc(n, sizeof(*b->shares_mm));
	if (!b->slots || !b->wants || !b->shares_mm)
		return -ENOMEM;
	for (size_t i = 0; i < n && !err; i++) {
		bool skipped = driver__cell(b->driver, i)->skipped;

		for (size_t c = 0; c < b->condition_count && !err; c++) {
			unsigned int runs = runs_wanted(b, i, &b->conditions[c]);

			b->slots[i][c].cell = -1;
			/* A cell that cannot run stands there once, with the reason. */
			if (!runs && !(skipped && c == (b->probe ? 1 : 0)))
				continue;
			b->slots[i][c].cell = b->run.cell_count;
			b->slots[i][c].due = runs;
			err = add_run_cell(b, i, &b->conditions[c]);
			if (runs)
				b->wants[b->want_count++] = (struct plan_want){i, c, runs};
		}
	}
	return err;
}

/* Probes that a method cannot run into are not attached while its times are taken. */
static enum probe_set wanted_set(const struct bench *b, const struct plan_block *block)
{
	enum probe_set set = b->conditions[block->probe_set].set;

	return set == PROBE_SET_PHASES && b->shares_mm[block->cell] ? PROBE_SET_SHARED : set;
}

static int attach(struct bench *b, const struct plan_block *block)
{
	const struct source *only = b->conditions[block->probe_set].only;
	int err;

	if (!b->probe)
		return 0;
	err = only ? probe__attach_only(b->probe, only)
		   : probe__attach(b->probe, wanted_set(b, block));
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
	/* Out of memory: the sample then lacks its phases, as if the record were lost. */
	if (lives__add(&b->lives, record, size))
		b->run.end.lost++;
}

static int join_block(struct bench *b, const struct plan_block *plan, pid_t parent,
		      const struct driver_block *block)
{
	struct cell *cell = &b->run.cells[b->slots[plan->cell][plan->probe_set].cell];
	const struct source_choice *choice = NULL;
	enum probe_set set = wanted_set(b, plan);
	int err = 0;

	if (set != PROBE_SET_NONE) {
		choice = probe__choice(b->probe, set);
		lives__clear(&b->lives);
		err = probe__consume(b->probe, on_record, b);
		lives__sort(&b->lives);
		b->run.end.started += block->started;
	} else {
		b->run.end.started_untraced += block->started;
	}
	for (size_t i = 0; i < block->n && !err; i++) {
		struct life *life =
			choice ? lives__find(&b->lives, parent, &block->samples[i]) : NULL;

		if (life) {
			err = origin_learn(cell, life, choice);
			if (set == PROBE_SET_ALL && life->result > 0)
				b->shares_mm[plan->cell] = life->clone_flags & PHASE_VM;
		}
		if (!err)
			err = join_sample(cell, &block->samples[i], life, choice);
	}
	return err;
}

static int write_cell(struct bench *b, struct slot_of *slot)
{
	struct cell *cell = &b->run.cells[slot->cell];
	int err = 0;

	if (slot->written)
		return 0;
	slot->written = true;
	if (!cell->skipped)
		err = origin_settle(cell);
	if (!err && b->store)
		err = store__write_cell(b->store, cell);
	if (err)
		cannot_write(b, b->options.output, err);
	return err;
}

/* No more samples of this cell: it is what it is, and b->why says why. */
static int give_up_cell(struct bench *b, struct slot_of *slot, bool skipped)
{
	struct cell *cell = &b->run.cells[slot->cell];
	char **reason = skipped && !cell->n ? &cell->skipped : &cell->broken;

	free(*reason);
	*reason = strdup(b->why.text);
	slot->due = 0;
	return *reason ? write_cell(b, slot) : -ENOMEM;
}

static int run_block(struct bench *b, const struct plan_block *block)
{
	struct slot_of *slot = &b->slots[block->cell][block->probe_set];
	struct driver_block taken = {0};
	pid_t parent;
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
	if (!err && b->probe)
		err = probe__target(b->probe, parent);
	if (!err && interrupt_requested())
		err = -EINTR;
	if (err)
		return err;
	broken = driver__run(b->driver, block->cell, block->runs, &taken, &b->why);
	if (broken && broken != -EIO) { /* the driver itself is gone */
		give_up_cell(b, slot, false);
		return broken;
	}
	err = join_block(b, block, parent, &taken);
	if (err)
		return err;
	if (broken) {
		/* How many children a parent that died had started, nobody knows. */
		if (b->conditions[block->probe_set].set != PROBE_SET_NONE)
			b->started_unknown = true;
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

	err = plan_make(b->wants, b->want_count, round_count(b), driver__seed(b->driver), &blocks,
			&count);
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

static int describe_run(struct bench *b, char **argv)
{
	struct run *r = &b->run;
	int err = run__begin(r, "bench", argv + 1, b->options.clock);

	r->seed = driver__seed(b->driver);
	if (!err)
		err = environment_read(r, driver__libc(b->driver));
	if (!err && b->options.libc)
		err = run__add_env_text(r, "libc_file", driver__libc_file(b->driver));
	if (!err && b->options.taken_for)
		err = run__add_env_text(r, GATE_KEPT_FACT, b->options.taken_for);
	if (!err)
		err = origin_of_run(r, b->probe ? probe__choice(b->probe, PROBE_SET_ALL) : NULL);
	return err;
}

static int start(struct bench *b, char **argv)
{
	const struct driver_options o = {2 * b->options.timeout_s + 5, b->options.libc,
					 b->options.program};
	int err = driver__start(b->options.driver_args, &o, &b->driver, &b->why);

	if (err)
		return err;
	b->why.text[0] = '\0';
	err = open_probes(b);
	if (err)
		return err;
	err = privilege_reduce();
	if (err) {
		return fault__set(&b->why, err, "cannot give up privileges: %s", strerror(-err));
	}
	if (b->options.output) {
		b->store = store__create(b->options.output);
		if (!b->store) {
			err = -errno;
			cannot_write(b, b->options.output, err);
			return err;
		}
	}
	err = describe_run(b, argv);
	if (!err)
		err = make_wants(b);
	if (!err && b->store) {
		err = store__write_run(b->store, &b->run);
		if (err)
			cannot_write(b, b->options.output, err);
	}
	for (size_t i = 0; i < driver__cell_count(b->driver) && !err; i++)
		for (size_t c = 0; c < b->condition_count && !err; c++)
			if (b->slots[i][c].cell >= 0 && !b->slots[i][c].due)
				err = write_cell(b, &b->slots[i][c]);
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
	b->run.ended = true;
	if (b->store) {
		err = store__write_end(b->store, &b->run);
		if (!err)
			err = store__close(b->store);
		b->store = NULL;
		if (err)
			cannot_write(b, b->options.output, err);
	}
	return err;
}

static int print_table(struct bench *b)
{
	int err = table_print(&b->run, stdout, want_colour(stdout));

	if (err)
		say_why(b, cannot_write(b, "standard output", err));
	return err;
}

int command_bench(int argc, char **argv)
{
	struct bench b = {0};
	int err;

	err = bench_options__parse(&b.options, argc, argv);
	if (err)
		goto cleanup;
	interrupt_catch();
	err = start(&b, argv);
	if (!err)
		err = run_plan(&b);
	if (!err)
		err = finish(&b);
	if (err)
		say_why(&b, err);
	else if (!b.options.output || strcmp(b.options.output, "-"))
		err = print_table(&b);
cleanup:
	driver__stop(b.driver);
	probe__close(b.probe);
	store__close(b.store);
	lives__free(&b.lives);
	run__free(&b.run);
	free(b.slots);
	free(b.wants);
	free(b.shares_mm);
	bench_options__free(&b.options);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
