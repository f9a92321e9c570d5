// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/watch_sums.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/clock.h"
#include "user/analysis/group_key.h"
#include "user/collect/life.h"
#include "user/text/escape.h"
#include "user/text/hash.h"

#define BUCKETS 1024

struct counts {
	int64_t births, errors;
	double work_ns;
};

struct program {
	struct group_key key;
	char *label;		   /* escaped */
	struct counts now, before; /* before: at the last reading */
	struct sketch call, started, rss;
	uint64_t number;      /* from 1 */
	uint64_t touched;     /* the number of the last birth that came */
	struct program *next; /* in its bucket */
};

struct watch_sums {
	enum group_by by;
	unsigned int cpus;
	int64_t read_ns; /* when the last reading was, CLOCK_MONOTONIC */
	uint64_t births; /* that came */
	uint64_t groups; /* that were seen, those without a row any more, too */
	struct program *v[WATCH_ROWS_MAX];
	size_t n;
	struct program *bucket[BUCKETS];
	struct program other; /* of those that no longer have a row */
	struct program all;
};

struct watch_sums *watch_sums__new(enum group_by by, unsigned int cpus, int64_t now_ns)
{
	struct watch_sums *s = calloc(1, sizeof(*s));

	if (s) {
		s->by = by;
		s->cpus = cpus ? cpus : 1;
		s->read_ns = now_ns;
	}
	return s;
}

static void empty(struct program *p)
{
	free(p->label);
	sketch__free(&p->call);
	sketch__free(&p->started);
	sketch__free(&p->rss);
	*p = (struct program){0};
}

void watch_sums__clear(struct watch_sums *s, int64_t now_ns)
{
	for (size_t i = 0; i < s->n; i++) {
		empty(s->v[i]);
		free(s->v[i]);
	}
	empty(&s->other);
	empty(&s->all);
	*s = (struct watch_sums){.by = s->by, .cpus = s->cpus, .read_ns = now_ns};
}

void watch_sums__free(struct watch_sums *s)
{
	if (s)
		watch_sums__clear(s, 0);
	free(s);
}

static struct program **place_of(struct watch_sums *s, const struct group_key *key)
{
	struct program **p = &s->bucket[hash_bytes(HASH_BEGIN, key, sizeof(*key)) % BUCKETS];

	while (*p && memcmp(&(*p)->key, key, sizeof(*key)) != 0)
		p = &(*p)->next;
	return p;
}

static void add_counts(struct counts *to, const struct counts *from)
{
	to->births += from->births;
	to->errors += from->errors;
	to->work_ns += from->work_ns;
}

/* Takes a row's numbers over to the others; of its times only births that come later are there. */
static struct program *take_oldest(struct watch_sums *s)
{
	struct program *oldest = s->v[0], **place;

	for (size_t i = 1; i < s->n; i++)
		if (s->v[i]->touched < oldest->touched)
			oldest = s->v[i];
	add_counts(&s->other.now, &oldest->now);
	add_counts(&s->other.before, &oldest->before);
	place = place_of(s, &oldest->key);
	*place = oldest->next;
	empty(oldest);
	return oldest;
}

/* NULL: out of memory. */
static struct program *add_row(struct watch_sums *s, const struct group_key *key,
			       const struct birth *b)
{
	char *label = group_key_label(s->by, key, b), *escaped = label ? escape_copy(label) : NULL;
	struct program *p = NULL, **place;

	free(label);
	if (!escaped)
		return NULL;
	if (s->n == WATCH_ROWS_MAX) {
		p = take_oldest(s);
	} else {
		p = calloc(1, sizeof(*p));
		if (p)
			s->v[s->n++] = p;
	}
	if (!p) {
		free(escaped);
		return NULL;
	}
	place = place_of(s, key);
	*p = (struct program){.key = *key, .label = escaped, .number = ++s->groups, .next = *place};
	*place = p;
	return p;
}

/* When a phase is known, so that each is counted once. */
static enum birth_stage stage_of(enum phase p)
{
	const struct phase_model *m = &phase_models[p];

	if (m->group == GROUP_CALL)
		return BIRTH_BEGUN;
	return m->group == GROUP_AFTER || (m->sum < 0 && (int)m->from >= DEATH_EDGE_FIRST)
		       ? BIRTH_OVER
		       : BIRTH_SETTLED;
}

/* The kernel's work in the phases that are known from this stage on, ns. */
static double work_of(const struct life *life, enum birth_stage stage)
{
	double work = 0;

	for (int p = 0; p < PHASE_COUNT; p++) {
		int64_t ns = phase_is_work(p) && stage_of(p) == stage ? phase_ns(life, p) : 0;

		work += ns > 0 ? (double)ns : 0; /* MISSING is below 0 */
	}
	return work;
}

static int add_begun(struct program *p, const struct birth *b, double work_ns)
{
	int64_t call = birth_call_ns(b), rss = birth_rss(b);
	int err = 0;

	if (b->life.result < 0) {
		p->now.errors++;
		return 0;
	}
	p->now.births++;
	p->now.work_ns += work_ns;
	if (call != MISSING)
		err = sketch__add(&p->call, call);
	if (!err && rss != MISSING)
		err = sketch__add(&p->rss, rss);
	return err;
}

static int64_t started_ns(const struct birth *b)
{
	uint64_t from = b->life.edge[EDGE_clone_enter], to = b->life.edge[EDGE_exec_done];

	return b->life.execed && !b->life.exec_result && from && to > from ? (int64_t)(to - from)
									   : MISSING;
}

static int add_stage(struct program *p, const struct birth *b, enum birth_stage stage,
		     double work_ns)
{
	int64_t started;

	if (stage == BIRTH_BEGUN)
		return add_begun(p, b, work_ns);
	p->now.work_ns += work_ns;
	started = stage == BIRTH_SETTLED ? started_ns(b) : MISSING;
	return started == MISSING ? 0 : sketch__add(&p->started, started);
}

int watch_sums__add(struct watch_sums *s, const struct birth *b, enum birth_stage stage)
{
	struct group_key key = group_key_of(s->by, b);
	struct program *to = *place_of(s, &key);
	struct life life = b->life;
	double work_ns;
	int err;

	if (birth_restarts(b) || (b->life.result < 0 && stage != BIRTH_BEGUN))
		return 0;
	life__settle(&life);
	work_ns = work_of(&life, stage);
	/* Its row went since, or all were forgotten: the birth is counted no more. */
	if (!to && stage != BIRTH_BEGUN)
		return 0;
	if (!to)
		to = add_row(s, &key, b);
	if (!to)
		return -ENOMEM;
	to->touched = ++s->births;
	err = add_stage(to, b, stage, work_ns);
	return err ? err : add_stage(&s->all, b, stage, work_ns);
}

static int read_row(const struct watch_sums *s, struct program *p, double interval_ns,
		    struct watch_row *to)
{
	double births = (double)(p->now.births - p->before.births);
	double work_ns = p->now.work_ns - p->before.work_ns;

	*to = (struct watch_row){
		.label = p->label ? strdup(p->label) : NULL,
		.method = p->key.method,
		.number = p->number,
		.value =
			{
				[WATCH_BIRTHS] = (double)p->now.births,
				[WATCH_RATE] =
					interval_ns > 0 ? births / (interval_ns / NS_PER_S) : NAN,
				[WATCH_WORK] = p->now.work_ns > 0 ? p->now.work_ns : NAN,
				[WATCH_CPU] =
					interval_ns > 0 ? work_ns / (interval_ns * s->cpus) : NAN,
				[WATCH_CALL] = p->call.n ? p->call.sum : NAN,
				[WATCH_MEDIAN] = sketch__quantile(&p->call, 0.5),
				[WATCH_MAX] = p->call.n ? (double)p->call.max : NAN,
				[WATCH_STARTED] = sketch__quantile(&p->started, 0.5),
				[WATCH_ERRORS] = (double)p->now.errors,
				[WATCH_RSS] = sketch__quantile(&p->rss, 0.5),
			},
	};
	p->before = p->now;
	return p->label && !to->label ? -ENOMEM : 0;
}

int watch_sums__read(struct watch_sums *s, int64_t now_ns, struct watch_reading *to)
{
	double interval_ns = (double)(now_ns - s->read_ns);
	bool other = s->other.now.births || s->other.now.errors;
	int err = 0;

	watch_reading__free(to);
	s->read_ns = now_ns;
	to->v = calloc(s->n + 1, sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	while (to->n < s->n && !err) {
		err = read_row(s, s->v[to->n], interval_ns, &to->v[to->n]);
		to->n++;
	}
	if (other && !err) {
		err = read_row(s, &s->other, interval_ns, &to->v[to->n]);
		to->v[to->n].label = strdup("(others)");
		err = to->v[to->n++].label ? err : -ENOMEM;
	}
	return err ? err : read_row(s, &s->all, interval_ns, &to->all);
}

void watch_reading__free(struct watch_reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].label);
	free(r->v);
	*r = (struct watch_reading){0};
}
