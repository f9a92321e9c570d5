// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/birth_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/group_key.h"

static int64_t nice_width(int64_t span)
{
	static const int64_t steps[] = {1, 2, 5};
	int64_t width = 1;

	/* Times in a file are below 2^55: no step overflows. */
	for (int64_t ten = 1;; ten *= 10) {
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			width = ten * steps[i];
			if (span / width < BINS_MAX)
				return width;
		}
	}
}

static void find_span(const struct run *r, int64_t *first, int64_t *last)
{
	*first = *last = MISSING;
	for (size_t i = 0; i < r->birth_count; i++) {
		int64_t t = birth_time(&r->births[i]);

		if (t == MISSING)
			continue;
		if (*first == MISSING || t < *first)
			*first = t;
		if (*last == MISSING || t > *last)
			*last = t;
	}
}

static struct birth_series *series_of(struct birth_sums *s, const struct birth *b)
{
	const struct group *group = groups__of(&s->groups, b);
	size_t i;

	for (i = 0; i + 1 < s->series_count && s->series[i].group; i++) {
		if (s->series[i].group == group)
			break;
	}
	return &s->series[i];
}

/* A call of 10^(row / 5) ns or more. */
static void add_heat(struct birth_sums *s, size_t bin, int64_t call)
{
	int row = call > 0 ? (int)floor(5 * log10((double)call)) : 0;

	if (call != MISSING)
		s->heat[bin][row < HEAT_ROWS ? row : HEAT_ROWS - 1]++;
}

static int fill_series(struct birth_sums *s, const struct run *r, const int64_t *work_ns)
{
	bool all = s->groups.n <= SERIES_MAX && !s->groups.other.label;
	int64_t first, last;

	find_span(r, &first, &last);
	if (first == MISSING)
		return 0;
	s->bin_ns = nice_width(last - first);
	s->bins = (size_t)((last - first) / s->bin_ns) + 1;
	s->series_count = all ? s->groups.n : SERIES_MAX;
	s->series = calloc(s->series_count, sizeof(*s->series));
	s->heat = calloc(s->bins, sizeof(*s->heat));
	if (!s->series || !s->heat)
		return -1;
	for (size_t i = 0; i + !all < s->series_count; i++)
		s->series[i].group = &s->groups.v[i];
	for (size_t i = 0; i < r->birth_count; i++) {
		const struct birth *b = &r->births[i];
		struct birth_series *to;
		size_t bin;

		if (b->life.result <= 0 || birth_time(b) == MISSING)
			continue;
		to = series_of(s, b);
		bin = (size_t)((birth_time(b) - first) / s->bin_ns);
		to->n[bin]++;
		add_heat(s, bin, birth_call_ns(b));
		to->work_ns[bin] += (double)work_ns[i];
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct group_key));
}

/* How many there are, with those that groups__add() had no room for. */
static int count_groups(struct birth_sums *s, const struct run *r)
{
	struct group_key *keys;

	s->group_count = s->groups.n;
	if (!s->groups.other.label)
		return 0;
	keys = calloc(r->birth_count + 1, sizeof(*keys));
	if (!keys)
		return -1;
	for (size_t i = 0; i < r->birth_count; i++)
		keys[i] = group_key_of(s->groups.by, &r->births[i]);
	qsort(keys, r->birth_count, sizeof(*keys), by_key);
	s->group_count = 1;
	for (size_t i = 1; i < r->birth_count; i++)
		s->group_count += by_key(&keys[i - 1], &keys[i]) != 0;
	free(keys);
	return 0;
}

/* Also fills in the kernel's work for each birth, ns. */
static int fill_groups(struct birth_sums *s, const struct run *r, int64_t *work_ns)
{
	int64_t phases[PHASE_COUNT];

	groups__init(&s->groups, GROUP_BY_COMM);
	for (size_t i = 0; i < r->birth_count; i++) {
		const struct birth *b = &r->births[i];
		int64_t call = birth_call_ns(b);

		work_ns[i] = birth_phases(b, phases);
		if (groups__add_phases(&s->groups, b, phases, work_ns[i]))
			return -1;
		if (b->life.result > 0 && call != MISSING &&
		    (!s->slowest || call > birth_call_ns(s->slowest)))
			s->slowest = b;
	}
	groups__count_received(&s->groups);
	groups__sort(&s->groups);
	return count_groups(s, r);
}

struct birth_sums *birth_sums__of(const struct run *r)
{
	struct birth_sums *s = calloc(1, sizeof(*s));
	int64_t *work_ns = calloc(r->birth_count + 1, sizeof(*work_ns));

	if (s && (!work_ns || fill_groups(s, r, work_ns) || fill_series(s, r, work_ns) ||
		  family__of(&s->family, r, work_ns))) {
		birth_sums__free(s);
		s = NULL;
	}
	free(work_ns);
	return s;
}

void birth_sums__free(struct birth_sums *s)
{
	if (!s)
		return;
	groups__free(&s->groups);
	family__free(&s->family);
	free(s->series);
	free(s->heat);
	free(s);
}

struct birth_sums_rest birth_sums__rest(const struct birth_sums *s, size_t shown)
{
	const struct groups *g = &s->groups;
	struct birth_sums_rest rest = {0, (int64_t)g->other.counts.births, g->other.work_ns};

	shown = g->n < shown ? g->n : shown;
	rest.groups = s->group_count - shown;
	for (size_t i = shown; i < g->n; i++) {
		rest.births += (int64_t)g->v[i].counts.births;
		rest.work_ns += g->v[i].work_ns;
	}
	return rest;
}
