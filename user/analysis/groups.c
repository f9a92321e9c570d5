// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/groups.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/group_key.h"
#include "user/model/memory.h"

void groups__init(struct groups *g, enum group_by by)
{
	*g = (struct groups){.by = by, .other.number = GROUP_OTHER};
}

static void free_group(struct group *g)
{
	free(g->label);
	sketch__free(&g->call);
	sketch__free(&g->stall);
	sketch__free(&g->rss);
	spawnable__free(&g->spawnable);
	staying__free(&g->staying);
	for (int i = 0; i < PHASE_COUNT; i++)
		sketch__free(&g->phase[i]);
	for (int i = 0; i < COUNT_COUNT; i++)
		sketch__free(&g->count[i]);
}

void groups__free(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		free_group(&g->v[i]);
	free(g->v);
	free_group(&g->other);
	free_group(&g->all);
	*g = (struct groups){0};
}

/* A result file has no inodes: there programs go by their names. */
static bool is_group_of(const struct groups *g, const struct group *v, const struct group_key *key,
			const struct birth *b)
{
	return !memcmp(&v->key, key, sizeof(*key)) &&
	       (g->by != GROUP_BY_EXE || key->id[0] || !strcmp(v->label, group_key_exe(b)));
}

/* NULL: out of memory. */
static struct group *find(struct groups *g, const struct group_key *key, const struct birth *b)
{
	struct group *v;

	for (size_t i = 0; i < g->n; i++)
		if (is_group_of(g, &g->v[i], key, b))
			return &g->v[i];
	if (g->n == GROUPS_MAX) {
		if (!g->other.label)
			g->other.label = strdup("(others)");
		return &g->other;
	}
	v = array_grow(g->v, g->n, sizeof(*v));
	if (!v)
		return NULL;
	g->v = v;
	v[g->n] = (struct group){.key = *key, .number = (uint32_t)g->n};
	v[g->n].stack = g->by == GROUP_BY_STACK && b ? b->stack : NULL;
	v[g->n].label = group_key_label(g->by, key, b);
	if (!v[g->n].label)
		return NULL;
	return &v[g->n++];
}

static void add_errno(struct group *g, int number)
{
	for (int i = 0; i < GROUP_ERRNOS_MAX; i++) {
		if (g->errnos[i].number && g->errnos[i].number != number)
			continue;
		g->errnos[i].number = number;
		g->errnos[i].n++;
		return;
	}
}

/* `phases` has those of the birth, in ns or MISSING. */
static int add_to(struct group *g, const struct birth *b, const int64_t *phases, int64_t work_ns)
{
	const struct life *life = &b->life;
	int64_t call = birth_call_ns(b);
	int err;

	g->received++;
	if (birth_restarts(b)) {
		g->restarted++;
		return 0;
	}
	if (life->result < 0) {
		g->failed++;
		add_errno(g, -life->result);
		return 0;
	}
	g->execs += life->execed && !life->exec_result;
	g->work_ns += (double)work_ns;
	syscalls__add_birth(&g->syscalls, life);
	err = savings_add(&g->spawnable, &g->staying, b, phases);
	if (!err && call != MISSING)
		err = sketch__add(&g->call, call);
	if (!err && life->stall_ns != MISSING) {
		err = sketch__add(&g->stall, life->stall_ns);
		g->stall_sum_ns += (double)life->stall_sum_ns;
	}
	if (!err && birth_rss(b) != MISSING)
		err = sketch__add(&g->rss, birth_rss(b));
	for (int p = 0; p < PHASE_COUNT && !err; p++)
		if (phases[p] != MISSING)
			err = sketch__add(&g->phase[p], phases[p]);
	for (int c = 0; c < COUNT_COUNT && !err; c++)
		if (life->count[c] != MISSING)
			err = sketch__add(&g->count[c], life->count[c]);
	return err;
}

/*
 * What the kernel calls "exe" ran /proc/self/exe, as container engines and browsers do: the label
 * has its program, as long as all births of the group have the same. 0 or -ENOMEM.
 */
static int name_program(const struct groups *g, struct group *v, const struct birth *b)
{
	static const char plain[] = "exe", several[] = "exe (several)";
	char *label;

	if (g->by != GROUP_BY_COMM || v == &g->other || strcmp(b->comm, plain) != 0 || !b->exe[0] ||
	    !strcmp(v->label, several))
		return 0;
	if (asprintf(&label, "exe (%s)", b->exe) < 0)
		return -ENOMEM;
	if (strcmp(v->label, plain) && strcmp(v->label, label)) {
		free(label);
		label = strdup(several);
		if (!label)
			return -ENOMEM;
	}
	free(v->label);
	v->label = label;
	return 0;
}

int groups__add_phases(struct groups *g, const struct birth *b, const int64_t phases[PHASE_COUNT],
		       int64_t work_ns, uint32_t *number)
{
	struct group_key key = group_key_of(g->by, b);
	struct group *to = find(g, &key, b);
	int err;

	if (!to)
		return -ENOMEM;
	*number = to->number;
	err = name_program(g, to, b);
	if (!err)
		err = add_to(to, b, phases, work_ns);
	return err ? err : add_to(&g->all, b, phases, work_ns);
}

int groups__add(struct groups *g, const struct birth *b)
{
	int64_t phases[PHASE_COUNT], work_ns = birth_phases(b, phases);
	uint32_t number;

	return groups__add_phases(g, b, phases, work_ns, &number);
}

static void add_counts(struct group *g, const struct group_counts *counts)
{
	g->counts.births += counts->births;
	g->counts.failures += counts->failures;
	g->counts.restarts += counts->restarts;
	g->counts.lost += counts->lost;
}

/* Which of them were failures or restarts is not known; as births they are counted. */
static int count_lost(struct groups *g, const struct group_key *key,
		      const struct group_counts *counts)
{
	struct group_key lost = {.id = {0, GROUP_STACK_LOST}, .method = key->method};
	struct group *to = counts->lost ? find(g, &lost, NULL) : NULL;

	add_counts(&g->all, counts);
	if (to)
		add_counts(to,
			   &(struct group_counts){.births = counts->lost, .lost = counts->lost});
	return to || !counts->lost ? 0 : -ENOMEM;
}

int groups__count(struct groups *g, const struct group_key *key, const struct group_counts *counts)
{
	struct group *to;

	if (g->by == GROUP_BY_STACK)
		return count_lost(g, key, counts);
	to = find(g, key, NULL);
	if (!to)
		return -ENOMEM;
	add_counts(to, counts);
	add_counts(&g->all, counts);
	return 0;
}

static void count_received(struct group *g)
{
	g->counts.births = g->received - g->failed - g->restarted;
	g->counts.failures = g->failed;
	g->counts.restarts = g->restarted;
}

void groups__count_received(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		count_received(&g->v[i]);
	count_received(&g->other);
	count_received(&g->all);
}

void groups__count_other(struct groups *g, int64_t n)
{
	struct group_counts counts = {.births = n};

	if (!n)
		return;
	if (!g->other.label)
		g->other.label = strdup("(others)");
	add_counts(&g->other, &counts);
	add_counts(&g->all, &counts);
}

/* NAN sorts as the least: not known. */
static double sort_value(const struct group *g, enum group_sort sort)
{
	switch (sort) {
	case GROUP_SORT_BIRTHS:
		return (double)g->counts.births;
	case GROUP_SORT_ERRORS:
		return (double)g->counts.failures;
	case GROUP_SORT_CALL:
		return g->call.n ? g->call.sum : NAN;
	case GROUP_SORT_MEDIAN:
		return sketch__quantile(&g->call, 0.5);
	case GROUP_SORT_MAX:
		return g->call.n ? (double)g->call.max : NAN;
	case GROUP_SORT_RSS:
		return sketch__quantile(&g->rss, 0.5);
	default:
		return g->work_ns;
	}
}

/* The more first. */
static int compare(double x, double y)
{
	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x < y) - (x > y);
}

static int by_sort(const void *a, const void *b, void *sort)
{
	const enum group_sort *s = sort;
	const struct group *x = a, *y = b;
	int order = *s == GROUP_SORT_NAME ? strcmp(x->label, y->label)
					  : compare(sort_value(x, *s), sort_value(y, *s));

	if (!order)
		order = compare(x->work_ns, y->work_ns);
	if (!order)
		order = compare((double)x->counts.births, (double)y->counts.births);
	if (!order)
		order = memcmp(&x->key, &y->key, sizeof(x->key));
	return order ? order : strcmp(x->label, y->label);
}

void groups__sort(struct groups *g)
{
	if (g->n)
		qsort_r(g->v, g->n, sizeof(*g->v), by_sort, &g->sort);
}

void group_label(const struct groups *g, const struct group *v, char *text, size_t size)
{
	if (v->stack)
		snprintf(text, size, "#%zu %s", (size_t)(v - g->v) + 1, v->label);
	else
		snprintf(text, size, "%s", v->label);
}

int group_biggest(const struct group *g, double *share)
{
	int biggest = -1;

	for (int p = 0; p < PHASE_COUNT; p++)
		if (phase_is_work(p) && g->phase[p].n &&
		    (biggest < 0 || g->phase[p].sum > g->phase[biggest].sum))
			biggest = p;
	if (biggest >= 0)
		*share = g->work_ns > 0 ? g->phase[biggest].sum / g->work_ns : 0;
	return biggest;
}
