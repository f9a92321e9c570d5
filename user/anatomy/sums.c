// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Runs fn for each segment of a birth. */
static void for_segments(struct sums *s, void (*fn)(struct sums *s, const struct raw_place *at,
						    const struct raw_segment *segment))
{
	for (size_t i = 0; i < s->raw->segment_count && !s->paths.no_memory; i++)
		if (s->births->places[i].birth >= 0)
			fn(s, &s->births->places[i], &s->raw->segments[i]);
}

static void note(struct sums *s, const struct raw_place *at, const struct raw_segment *segment)
{
	for (size_t i = segment->own; i < segment->own_end; i++)
		paths__note(&s->paths, at, s->raw->owns[i].node);
	for (size_t i = segment->calls; i < segment->calls_end; i++)
		paths__note(&s->paths, at, s->raw->calls[i].node);
}

static void find_paths(struct sums *s, const struct raw_place *at,
		       const struct raw_segment *segment)
{
	for (size_t i = segment->own; i < segment->own_end; i++)
		s->of_own[i] =
			paths__of_block(&s->paths, at, s->raw->owns[i].node, s->raw->owns[i].block);
	for (size_t i = segment->calls; i < segment->calls_end; i++)
		paths__of_node(&s->paths, at, s->raw->calls[i].node);
}

static size_t slot(const struct sums *s, uint32_t path, const struct raw_place *at)
{
	return path * s->births->n + (size_t)at->birth;
}

static void add_own(struct sums *s, const struct raw_place *at, size_t i)
{
	const struct raw_own *o = &s->raw->owns[i];
	size_t to = slot(s, s->of_own[i], at), count = s->raw->metric_count;

	s->own[to] += (int64_t)o->instructions;
	for (size_t k = 0; k < count; k++)
		s->metrics[to * count + k] += (int64_t)s->raw->values[i * count + k];
	if (paths__is_jump(&s->paths, at, o->node, o->block))
		s->calls[to] += (int64_t)o->executions;
}

static void add(struct sums *s, const struct raw_place *at, const struct raw_segment *segment)
{
	for (size_t i = segment->own; i < segment->own_end; i++)
		add_own(s, at, i);
	for (size_t i = segment->calls; i < segment->calls_end; i++) {
		uint32_t path = paths__of_node(&s->paths, at, s->raw->calls[i].node);

		if (path != NO_PATH)
			s->calls[slot(s, path, at)] += (int64_t)s->raw->calls[i].count;
	}
}

int sums__make(struct sums *s, const struct raw *raw, const struct raw_births *births,
	       const struct symbols *symbols, struct call_tree *tree)
{
	size_t room;

	*s = (struct sums){.raw = raw, .births = births};
	paths__init(&s->paths, raw, symbols, tree);
	s->of_own = malloc((raw->own_count + 1) * sizeof(*s->of_own));
	if (!s->of_own)
		return -ENOMEM;
	memset(s->of_own, 0xff, (raw->own_count + 1) * sizeof(*s->of_own));
	for_segments(s, note);
	for_segments(s, find_paths);
	room = s->paths.n * births->n + 1;
	s->own = calloc(room, sizeof(*s->own));
	s->calls = calloc(room, sizeof(*s->calls));
	s->metrics = calloc(room * raw->metric_count + 1, sizeof(*s->metrics));
	if (!s->own || !s->calls || !s->metrics)
		return -ENOMEM;
	for_segments(s, add);
	return s->paths.no_memory ? -ENOMEM : 0;
}

void sums__free(struct sums *s)
{
	paths__free(&s->paths);
	free(s->of_own);
	free(s->own);
	free(s->calls);
	free(s->metrics);
	*s = (struct sums){0};
}

static int compare_values(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t sums_median(int64_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_values);
	return values[(n - 1) / 2];
}
