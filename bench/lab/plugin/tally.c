// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/lab/plugin/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lab/plugin/meters.h"

#define RULE	   "quadword-steps"
#define BIRTHS_MAX 10000

/* What a path executed of a block in this segment. */
struct own {
	uint32_t path, block;
	uint64_t executions, instructions;
	uint64_t meters[METER_COUNT];
};

struct entered {
	uint32_t path;
	uint32_t count;
};

struct code_block {
	uint64_t start;
	uint32_t count;
	uint64_t used;
};

/* A growing array of `item`s, and which of them has a key, in a hash table of numbers from 1. */
struct table {
	uint32_t *index;
	uint32_t count, room;
};

static struct {
	struct own *owns;
	struct table own_table;
	struct own *last;
	struct entered *entered;
	struct table entered_table;
	struct code_block *blocks; /* from 1 */
	struct table block_table;
	uint64_t seen[METER_COUNT]; /* the meters after the last block */
	uint64_t from;
	FILE *text; /* of segments */
	char *memory;
	size_t size;
	uint64_t dropped;	     /* text before the memory */
	uint64_t after_clock;	     /* where the segment after the clock begins */
	uint64_t births[BIRTHS_MAX]; /* where each birth begins: a ring */
	uint64_t birth_count;
	unsigned int births_kept;
	FILE *tasks;
	char *tasks_memory;
	size_t tasks_size;
} tally;

static void *need(void *memory)
{
	if (memory)
		return memory;
	fprintf(stderr, "plugin: out of memory\n");
	exit(1);
}

static uint32_t mix(uint64_t key)
{
	key *= UINT64_C(0x9e3779b97f4a7c15);
	key ^= key >> 29;
	return (uint32_t)((key * UINT64_C(0xff51afd7ed558ccd)) >> 32);
}

static uint64_t key_of_own(const struct own *o)
{
	return (uint64_t)o->path << 32 | o->block;
}

static uint64_t key_of_block(const struct code_block *b)
{
	return b->start << 12 ^ b->count;
}

uint32_t tally_block(uint64_t start, uint32_t count)
{
	struct code_block b = {.start = start, .count = count};
	struct table *t = &tally.block_table;
	uint32_t at, id;

	if (t->count + 1 >= t->room) {
		t->room = t->room ? 2 * t->room : 1 << 14;
		tally.blocks = need(reallocarray(tally.blocks, t->room, sizeof(b)));
		free(t->index);
		t->index = need(calloc(2 * (size_t)t->room, sizeof(*t->index)));
		for (id = 1; id <= t->count; id++) {
			at = mix(key_of_block(&tally.blocks[id]));
			while (t->index[at & (2 * t->room - 1)])
				at++;
			t->index[at & (2 * t->room - 1)] = id;
		}
	}
	for (at = mix(key_of_block(&b)); (id = t->index[at & (2 * t->room - 1)]); at++) {
		if (tally.blocks[id].start == start && tally.blocks[id].count == count)
			return id;
	}
	id = ++t->count;
	t->index[at & (2 * t->room - 1)] = id;
	tally.blocks[id] = b;
	return id;
}

static void grow_owns(void)
{
	struct table *t = &tally.own_table;

	t->room = t->room ? 2 * t->room : 1 << 12;
	tally.owns = need(reallocarray(tally.owns, t->room, sizeof(*tally.owns)));
	free(t->index);
	t->index = need(calloc(2 * (size_t)t->room, sizeof(*t->index)));
	for (uint32_t i = 0; i < t->count; i++) {
		uint32_t at = mix(key_of_own(&tally.owns[i]));

		while (t->index[at & (2 * t->room - 1)])
			at++;
		t->index[at & (2 * t->room - 1)] = i + 1;
	}
}

static struct own *own_of(uint32_t path, uint32_t block)
{
	struct own o = {.path = path, .block = block};
	struct table *t = &tally.own_table;
	uint32_t at = mix(key_of_own(&o)), i;

	if (t->count == t->room)
		grow_owns();
	for (; (i = t->index[at & (2 * t->room - 1)]); at++) {
		if (tally.owns[i - 1].path == path && tally.owns[i - 1].block == block)
			return &tally.owns[i - 1];
	}
	tally.owns[t->count] = o;
	t->index[at & (2 * t->room - 1)] = ++t->count;
	return &tally.owns[t->count - 1];
}

void tally_own(uint32_t path, uint32_t block, uint64_t instructions)
{
	struct own *o = tally.last;

	if (!o || o->path != path || o->block != block)
		o = tally.last = own_of(path, block);
	o->executions++;
	o->instructions += instructions;
	for (int i = 0; i < meters_count(); i++) {
		o->meters[i] += meters[i] - tally.seen[i];
		tally.seen[i] = meters[i];
	}
}

void tally_entered(uint32_t path)
{
	struct table *t = &tally.entered_table;
	uint32_t at, i;

	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 1 << 12;
		tally.entered = need(reallocarray(tally.entered, t->room, sizeof(*tally.entered)));
		free(t->index);
		t->index = need(calloc(2 * (size_t)t->room, sizeof(*t->index)));
		for (i = 0; i < t->count; i++) {
			at = mix(tally.entered[i].path);
			while (t->index[at & (2 * t->room - 1)])
				at++;
			t->index[at & (2 * t->room - 1)] = i + 1;
		}
	}
	for (at = mix(path); (i = t->index[at & (2 * t->room - 1)]); at++) {
		if (tally.entered[i - 1].path == path) {
			tally.entered[i - 1].count++;
			return;
		}
	}
	tally.entered[t->count] = (struct entered){.path = path, .count = 1};
	t->index[at & (2 * t->room - 1)] = ++t->count;
}

void tally_task(uint32_t id, uint32_t creator)
{
	if (!tally.tasks)
		tally.tasks = need(open_memstream(&tally.tasks_memory, &tally.tasks_size));
	fprintf(tally.tasks, "task %" PRIu32 " %" PRIu32 "\n", id, creator);
}

void tally_begin(uint64_t now)
{
	memcpy(tally.seen, meters, sizeof(tally.seen));
	tally.from = now;
	if (!tally.text)
		tally.text = need(open_memstream(&tally.memory, &tally.size));
}

/* How much text there was, with what was dropped. */
static uint64_t position(void)
{
	return tally.dropped + (uint64_t)ftello(tally.text);
}

static void write_own(const struct own *o, uint64_t here)
{
	uint64_t any = 0;

	tally.blocks[o->block].used = here;
	paths_get(o->path)->used = here;
	fprintf(tally.text, "own %" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRIu64, o->path, o->block,
		o->executions, o->instructions);
	for (int i = 0; i < meters_count(); i++)
		any |= o->meters[i];
	for (int i = 0; i < meters_count() && any; i++)
		fprintf(tally.text, " %" PRIu64, o->meters[i]);
	putc('\n', tally.text);
}

/* Forgets the entries, without walking through the whole of a large index. */
static void clear(struct table *t)
{
	if (t->count)
		memset(t->index, 0, 2 * (size_t)t->room * sizeof(*t->index));
	t->count = 0;
}

void tally_cut(uint32_t task, uint64_t now, const char *why)
{
	uint64_t here = position() + 1; /* 0: never */

	fprintf(tally.text, "segment %" PRIu32 " %" PRIu64 " %" PRIu64 " %s\n", task, tally.from,
		now, why);
	for (uint32_t i = 0; i < tally.own_table.count; i++)
		write_own(&tally.owns[i], here);
	for (uint32_t i = 0; i < tally.entered_table.count; i++) {
		paths_get(tally.entered[i].path)->used = here;
		fprintf(tally.text, "calls %" PRIu32 " %" PRIu32 "\n", tally.entered[i].path,
			tally.entered[i].count);
	}
	clear(&tally.own_table);
	clear(&tally.entered_table);
	tally.last = NULL;
	tally.from = now;
	if (!strcmp(why, "clock"))
		tally.after_clock = position();
}

uint64_t tally_after_clock(void)
{
	return tally.after_clock;
}

/* Drops the text before the births that are kept. */
static void drop(uint64_t before)
{
	char *old;
	size_t skip = (size_t)(before - tally.dropped), left;

	fflush(tally.text);
	left = tally.size - skip;
	if (skip < left) /* move it rarely */
		return;
	fclose(tally.text);
	old = tally.memory;
	tally.text = need(open_memstream(&tally.memory, &tally.size));
	fwrite(old + skip, 1, left, tally.text);
	free(old);
	tally.dropped = before;
}

void tally_birth(unsigned int births, uint64_t begin)
{
	if (births >= BIRTHS_MAX)
		births = BIRTHS_MAX - 1;
	tally.births_kept = births;
	tally.births[tally.birth_count++ % BIRTHS_MAX] = begin;
	if (tally.birth_count > births)
		drop(tally.births[(tally.birth_count - births) % BIRTHS_MAX]);
}

static uint64_t first_kept(void)
{
	if (tally.birth_count <= tally.births_kept || !tally.birth_count)
		return tally.dropped;
	return tally.births[(tally.birth_count - tally.births_kept) % BIRTHS_MAX];
}

/* The paths that are written of, and those that led there. */
static void write_paths(FILE *out, uint64_t first)
{
	uint32_t n = paths_count();

	/* Parents have smaller numbers. */
	for (uint32_t id = n; id > 0; id--) {
		const struct path *p = paths_get(id);

		if (p->used > first && p->parent && paths_get(p->parent)->used < p->used)
			paths_get(p->parent)->used = p->used;
	}
	for (uint32_t id = 1; id <= n; id++) {
		const struct path *p = paths_get(id);

		if (p->used > first)
			fprintf(out, "node %" PRIu32 " %" PRIu32 " %" PRIx64 " %" PRIx64 " %s\n",
				id, p->parent, p->site, p->target, path_kind_names[p->kind]);
	}
}

int tally_write(const char *file)
{
	FILE *out = fopen(file, "we");
	uint64_t first;
	int failed;

	if (!out)
		return -1;
	fprintf(out, "anatomy 1 %s\nmetrics", RULE);
	for (int i = 0; i < meters_count(); i++)
		fprintf(out, " %s", meter_names[i]);
	putc('\n', out);
	if (tally.text) {
		fflush(tally.text);
		first = first_kept();
		for (uint32_t id = 1; id <= tally.block_table.count; id++) {
			if (tally.blocks[id].used > first)
				fprintf(out, "block %" PRIu32 " %" PRIx64 " %" PRIu32 "\n", id,
					tally.blocks[id].start, tally.blocks[id].count);
		}
		write_paths(out, first);
		if (tally.tasks && !fflush(tally.tasks))
			fwrite(tally.tasks_memory, 1, tally.tasks_size, out);
		fwrite(tally.memory + (first - tally.dropped), 1,
		       tally.size - (size_t)(first - tally.dropped), out);
	}
	failed = fflush(out) || ferror(out);
	/* Without it, nobody takes the file for whole. */
	if (!failed)
		fprintf(out, "end\n");
	return fclose(out) || failed ? -1 : 0;
}
