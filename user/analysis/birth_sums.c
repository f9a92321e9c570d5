// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/birth_sums.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/group_key.h"
#include "user/model/memory.h"

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

static struct birth_series *series_of(const struct birth_sums *s, const struct birth_brief *m)
{
	size_t last = s->series_count - 1;

	/* Groups and series stand in the same order. */
	return &s->series[m->group < last ? m->group : last];
}

/* A call of 10^(row / 5) ns or more. */
static void add_heat(struct birth_sums *s, size_t bin, int64_t call)
{
	int row = call > 0 ? (int)floor(5 * log10((double)call)) : 0;

	if (call != MISSING)
		s->heat[bin][row < HEAT_ROWS ? row : HEAT_ROWS - 1]++;
}

/* The first birth whose time is known, in the order of time; NULL: none is. */
static const struct birth_brief *first_of(const struct birth_sums *s)
{
	size_t i = 0;

	while (i < s->n && s->order[i]->t_ns == MISSING)
		i++;
	return i < s->n ? s->order[i] : NULL;
}

static int fill_series(struct birth_sums *s)
{
	bool all = s->groups.n <= SERIES_MAX && !s->groups.other.label;
	const struct birth_brief *first = first_of(s);
	int64_t span;

	if (!first)
		return 0;
	span = s->order[s->n - 1]->t_ns - first->t_ns;
	s->bin_ns = nice_width(span);
	s->bins = (size_t)(span / s->bin_ns) + 1;
	s->series_count = all ? s->groups.n : SERIES_MAX;
	s->series = calloc(s->series_count, sizeof(*s->series));
	s->heat = calloc(s->bins, sizeof(*s->heat));
	if (!s->series || !s->heat)
		return -ENOMEM;
	for (size_t i = 0; i + !all < s->series_count; i++)
		s->series[i].group = &s->groups.v[i];
	for (size_t i = 0; i < s->n; i++) {
		const struct birth_brief *m = &s->briefs[i];
		struct birth_series *to = series_of(s, m);
		size_t bin;

		if (!m->made || m->t_ns == MISSING)
			continue;
		bin = (size_t)((m->t_ns - first->t_ns) / s->bin_ns);
		to->n[bin]++;
		add_heat(s, bin, m->call_ns);
		to->work_ns[bin] += (double)m->work_ns;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct group_key));
}

/* With those that groups__add() had no room for. */
static void count_groups(struct birth_sums *s)
{
	s->group_count = s->groups.n + (s->other_count > 0);
	if (s->other_count)
		qsort(s->others, s->other_count, sizeof(*s->others), by_key);
	for (size_t i = 1; i < s->other_count; i++)
		s->group_count += by_key(&s->others[i - 1], &s->others[i]) != 0;
}

/* Sorts the groups; the births then have their places. */
static int sort_groups(struct birth_sums *s)
{
	size_t *place = calloc(s->groups.n + 1, sizeof(*place));

	if (!place)
		return -ENOMEM;
	groups__count_received(&s->groups);
	groups__sort(&s->groups);
	for (size_t i = 0; i < s->groups.n; i++)
		place[s->groups.v[i].number] = i;
	for (size_t i = 0; i < s->n; i++)
		if (s->briefs[i].group != GROUP_OTHER)
			s->briefs[i].group = place[s->briefs[i].group];
	free(place);
	count_groups(s);
	return 0;
}
static int by_time(const void *a, const void *b)
{
	const struct birth_brief *x = *(const struct birth_brief *const *)a;
	const struct birth_brief *y = *(const struct birth_brief *const *)b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int put_in_order(struct birth_sums *s)
{
	s->order = calloc(s->n + 1, sizeof(*s->order));
	if (!s->order)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		s->order[i] = &s->briefs[i];
	qsort((void *)s->order, s->n, sizeof(*s->order), by_time);
	return 0;
}

static int add_calls(struct birth_sums *s)
{
	int err = 0;

	for (size_t i = 0; i < s->n && !err; i++) {
		const struct birth_brief *b = s->order[i];

		/* A birth whose call is known began with it. */
		if (b->made && b->call_ns != MISSING)
			err = spans__add(&s->calls, b->t_ns, b->t_ns + b->call_ns);
	}
	return err;
}

static void find_slowest(struct birth_sums *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct birth_brief *b = &s->briefs[i];

		if (b->made && b->call_ns != MISSING &&
		    (!s->slowest || b->call_ns > s->slowest->call_ns))
			s->slowest = b;
	}
}

struct birth_sums *birth_sums__new(void)
{
	struct birth_sums *s = calloc(1, sizeof(*s));

	if (s)
		groups__init(&s->groups, GROUP_BY_COMM);
	return s;
}

/* Whether it failed; without a text there is none to keep. */
static bool keep_name(struct birth_sums *s, const char **to, const char *text)
{
	*to = text ? name_set__keep(&s->names, text) : NULL;
	return text && !*to;
}

static int keep_key(struct birth_sums *s, const struct birth *b)
{
	struct group_key *others = array_grow(s->others, s->other_count, sizeof(*others));

	if (!others)
		return -ENOMEM;
	s->others = others;
	others[s->other_count++] = group_key_of(s->groups.by, b);
	return 0;
}

static int64_t life_ns(const struct birth *b)
{
	uint64_t end = b->life.edge[EDGE_exit];

	return b->life.result > 0 && end ? (int64_t)end - birth_time(b) : MISSING;
}

int birth_sums__add(struct birth_sums *s, const struct birth *b)
{
	struct birth_brief *all = array_grow(s->briefs, s->n, sizeof(*all)), *to;
	/* The kernel's name of what ran /proc/self/exe. */
	const char *parent = !strcmp(b->comm, "exe") && b->exe[0] ? b->exe : b->comm;
	int64_t phases[PHASE_COUNT], work_ns = birth_phases(b, phases);

	if (!all)
		return -ENOMEM;
	s->briefs = all;
	to = &all[s->n++];
	*to = (struct birth_brief){
		.t_ns = birth_time(b),
		.call_ns = birth_call_ns(b),
		.life_ns = life_ns(b),
		.work_ns = work_ns,
		.parent_tgid = b->life.parent_tgid,
		.child_tgid = b->child_tgid,
		.method = (uint8_t)b->life.method,
		.made = b->life.result > 0,
	};
	if (groups__add_phases(&s->groups, b, phases, work_ns, &to->group) ||
	    keep_name(s, &to->comm, b->comm) || keep_name(s, &to->parent, parent) ||
	    keep_name(s, &to->program, birth_program(b)) ||
	    (to->group == GROUP_OTHER && keep_key(s, b)))
		return -ENOMEM;
	if (to->method <= CLONE_METHOD_OTHER)
		s->by_method[to->method] += to->made;
	return 0;
}

int birth_sums__finish(struct birth_sums *s)
{
	int err = sort_groups(s);

	if (!err)
		err = put_in_order(s);
	if (!err)
		err = fill_series(s);
	if (!err)
		err = add_calls(s);
	if (!err)
		err = family__of(&s->family, s->order, s->n);
	find_slowest(s);
	return err;
}

void birth_sums__free(struct birth_sums *s)
{
	if (!s)
		return;
	groups__free(&s->groups);
	family__free(&s->family);
	spans__free(&s->calls);
	name_set__free(&s->names);
	free((void *)s->order);
	free(s->briefs);
	free(s->others);
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
