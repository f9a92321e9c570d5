// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/driver.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/axes/pages.h"
#include "bench/driver/hugepages.h"
#include "bench/driver/lines.h"
#include "bench/parent/memory.h"
#include "bench/shared/fault.h"
#include "bench/shared/plan.h"
#include "bench/suite/suite.h"

/* Each cell is visited this often, which spreads a drift of the machine over all cells. */
#define ROUNDS 10

/* Masks for more CPUs than a cpu_set_t has. */
#define CPU_SETS 8

static uint64_t random_seed(void)
{
	uint64_t seed;

	/* Do not wait for entropy, which the lab lacks: any seed will do. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)now_ns() ^ (uint64_t)getpid() << 32;
	return seed;
}

static int last_cpu(void)
{
	cpu_set_t sets[CPU_SETS];
	int cpu;

	if (sched_getaffinity(0, sizeof(sets), sets) != 0)
		return CPU_NONE;
	for (cpu = CPU_SETS * CPU_SETSIZE - 1; cpu > 0; cpu--) {
		if (CPU_ISSET_S(cpu, sizeof(sets), sets))
			break;
	}
	return cpu;
}

static void skip_cell(struct cell *cell, const struct fault *why)
{
	cell->skipped = true;
	cell->reason = *why;
}

static void check_cell(struct cell *cell, const struct memory_facts *memory)
{
	struct fault why;
	int err = 0;

	if (cell->method->supported)
		err = cell->method->supported(&why);
	if (!err)
		err = parent_check(&cell->shape, cell->method, &why);
	if (!err)
		err = memory_check(&cell->shape, memory, &why);
	if (err)
		skip_cell(cell, &why);
}

/*
 * Huge pages for the parent that needs most of them, if there is memory for it. Where there are
 * none, its check says how to get them.
 */
static void reserve_hugepages(const struct cells *cells, const struct memory_facts *memory)
{
	const char *limit;
	int64_t most = 0;
	struct fault why;

	for (size_t i = 0; i < cells->n; i++) {
		int64_t pages = pages_hugetlb_needed(&cells->v[i].shape);

		if (pages > most && pages * THP_BYTES <= memory_room(memory, &limit))
			most = pages;
	}
	hugepages_undo_left();
	if (most > 0)
		hugepages_reserve(most, &why);
}

/* Programs take long: fewer samples, and only calls that start one. */
static const char *suite_name(const struct bench_driver_options *options)
{
	if (options->suite)
		return options->suite;
	return options->program_count || options->command ? "program" : "quick";
}

static void write_busy(void *out)
{
	lines_busy(out);
	fflush(out);
}

int bench_driver__open(struct bench_driver *driver, const struct bench_driver_options *options,
		       FILE *out, struct fault *why)
{
	struct memory_facts memory;
	bool execs = false;
	int err;

	*driver = (struct bench_driver){
		.out = out,
		.seed = options->has_seed ? options->seed : random_seed(),
		.pool.config =
			{
				.cpu = options->cpu == CPU_LAST ? last_cpu() : options->cpu,
				.warmups = options->warmups,
				.timeout_s = options->timeout_s,
				.loader = options->loader,
				.pass = options->pass,
				.watcher = {write_busy, out},
			},
	};
	err = suite_load(suite_name(options), &options->override, &driver->cells, why);
	if (err)
		return err;
	memory_read(&memory);
	reserve_hugepages(&driver->cells, &memory);
	memory_read(&memory);
	for (size_t i = 0; i < driver->cells.n; i++) {
		check_cell(&driver->cells.v[i], &memory);
		execs |= driver->cells.v[i].method->execs;
	}
	err = programs__find(&driver->programs, options, execs, why);
	driver->pool.config.programs = driver->programs.v;
	if (!err && driver->programs.n > 1)
		err = cells__add_programs(&driver->cells, driver->programs.names,
					  driver->programs.n, why);
	return err;
}

void bench_driver__close(struct bench_driver *driver)
{
	pool__free(&driver->pool);
	/* If what keeps them was killed. */
	hugepages_undo_left();
	cells__free(&driver->cells);
	programs__free(&driver->programs);
}

static int flush(struct bench_driver *driver, struct fault *why)
{
	/* If an earlier write failed, its errno is lost and fflush does not set it. */
	errno = EIO;
	if (fflush(driver->out) == 0 && !ferror(driver->out))
		return 0;
	return fault__set(why, -errno, "standard output: %s", strerror(errno));
}

int bench_driver__announce(struct bench_driver *driver, struct fault *why)
{
	lines_grid(driver->out, &driver->cells, driver->seed);
	return flush(driver, why);
}

/* The parent that the cell spawns from. NULL if the cell is skipped, now or before. */
static const struct pool_subject *get_parent(struct bench_driver *driver, struct cell *cell)
{
	const struct pool_subject *subject;
	struct fault why;

	if (cell->skipped || cell->broken)
		return NULL;
	if (pool__get(&driver->pool, cell, &subject, &why) == 0)
		return subject;
	skip_cell(cell, &why);
	return NULL;
}

int bench_driver__prepare(struct bench_driver *driver, size_t id, struct fault *why)
{
	struct cell *cell = &driver->cells.v[id];
	const struct pool_subject *subject = get_parent(driver, cell);

	if (subject)
		lines_parent(driver->out, id, subject->launch.pid, &subject->facts);
	else
		lines_skip(driver->out, id, cell);
	return flush(driver, why);
}

int bench_driver__run(struct bench_driver *driver, size_t id, unsigned int runs, struct fault *why)
{
	struct cell *cell = &driver->cells.v[id];
	struct pool_block block = {0};

	if (!cell->skipped && !cell->broken) {
		int err = pool__run(&driver->pool, cell, runs, &block, &cell->reason);

		cell->broken = err != 0;
		cell->late = err == -ETIMEDOUT;
	}
	for (size_t i = 0; i < block.taken; i++)
		lines_sample(driver->out, id, &block.samples[i]);
	if (cell->skipped || cell->broken)
		lines_broken(driver->out, id, cell);
	else
		lines_done(driver->out, id, block.started, block.failed);
	pool_block__free(&block);
	return flush(driver, why);
}

/*
 * `announced`: for each cell, the parent of its last `parent` line, or 0. The pool may have ended
 * it and started another since.
 */
static int run_block(struct bench_driver *driver, const struct plan_block *block, pid_t *announced,
		     struct fault *why)
{
	size_t id = block->cell;
	struct cell *cell = &driver->cells.v[id];
	const struct pool_subject *subject;

	if (cell->skipped || cell->broken)
		return 0;
	subject = get_parent(driver, cell);
	if (!subject && announced[id] == 0)
		lines_skip(driver->out, id, cell);
	else if (!subject) /* the cell has samples already */
		lines_broken(driver->out, id, cell);
	if (!subject)
		return flush(driver, why);
	if (announced[id] != subject->launch.pid)
		lines_parent(driver->out, id, subject->launch.pid, &subject->facts);
	announced[id] = subject->launch.pid;
	return bench_driver__run(driver, id, block->runs, why);
}

int bench_driver__run_all(struct bench_driver *driver, struct fault *why)
{
	size_t n = driver->cells.n;
	struct plan_want *wants = calloc(n + 1, sizeof(*wants));
	pid_t *announced = calloc(n + 1, sizeof(*announced));
	struct plan_block *blocks = NULL;
	size_t count = 0;
	int err = -ENOMEM;

	if (!wants || !announced)
		goto cleanup;
	for (size_t i = 0; i < n; i++)
		wants[i] = (struct plan_want){
			.cell = (unsigned int)i,
			.runs = driver->cells.v[i].runs,
		};
	err = plan_make(wants, n, ROUNDS, driver->seed, &blocks, &count);
	for (size_t i = 0; i < count && !err; i++)
		err = run_block(driver, &blocks[i], announced, why);
cleanup:
	if (err == -ENOMEM)
		fault__set(why, err, "out of memory");
	free(blocks);
	free(announced);
	free(wants);
	return err;
}
