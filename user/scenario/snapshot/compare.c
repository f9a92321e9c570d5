// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/compare.h"

#include <math.h>

#include "bench/shared/clock.h"
#include "user/analysis/stats.h"
#include "user/scenario/print.h"

#define STOLEN_MOST 0.005
#define OTHERS_MOST 0.01
#define WAITED_MOST 0.1
#define ROUNDS_MOST 100 /* of --rounds */
#define PARTS_MOST  16	/* before a save */
#define ROUNDS_FEW  3
#define PARTS_FEW   5
#define SHARE_FEW   3 /* a third of the parts */

double compare_p99(const struct series *writes)
{
	return stats_tail_known(writes, 0.99) ? stats_quantile(writes, 0.99) : NAN;
}

double compare_most(const struct series *writes)
{
	return stats_quantile(writes, 1);
}

static bool exceeds(int64_t ns, double most_ns)
{
	return ns != MISSING && (double)ns > most_ns;
}

bool compare_is_quiet(double seconds, int64_t stolen_ns, int64_t others_ns,
		      int64_t client_waited_ns)
{
	double ns = seconds * NS_PER_S;

	return !exceeds(stolen_ns, STOLEN_MOST * ns) && !exceeds(others_ns, OTHERS_MOST * ns) &&
	       !exceeds(client_waited_ns, WAITED_MOST * ns);
}

static const struct observation *part_of(const struct run *r, const char *name,
					 const struct snapshot_subject *u, unsigned int round,
					 enum load_when when)
{
	return run__observation(
		r, name,
		conditions_of("%s round=%u when=%s", u->key, round, snapshot_whens[when]).text);
}

/* A part before a save: its writes, and whether the machine was left alone. */
struct part {
	struct series writes;
	bool quiet;
};

static int64_t value_at(const struct observation *m, size_t i)
{
	return m && i < m->values.n ? m->values.v[i] : MISSING;
}

/* How many parts were before the save: as many as have a number of writes, or one of all. */
static size_t parts_before(const struct run *r, const struct snapshot_subject *u,
			   unsigned int round, struct part *parts)
{
	const struct observation *all = part_of(r, "latency", u, round, LOAD_BEFORE),
				 *counts = part_of(r, "writes", u, round, LOAD_BEFORE),
				 *stolen = part_of(r, "stolen", u, round, LOAD_BEFORE),
				 *others = part_of(r, "others", u, round, LOAD_BEFORE),
				 *waited = part_of(r, "client_cpu_wait", u, round, LOAD_BEFORE);
	double rate = (double)print_setting(r, "rate");
	size_t n = 0, at = 0;

	for (; all && n < PARTS_MOST && at < all->values.n; n++) {
		int64_t count = counts ? value_at(counts, n) : (int64_t)all->values.n;

		if (count <= 0 || (size_t)count > all->values.n - at)
			break;
		parts[n].writes = (struct series){.v = all->values.v + at, .n = (size_t)count};
		parts[n].quiet = compare_is_quiet((double)count / rate, value_at(stolen, n),
						  value_at(others, n), value_at(waited, n));
		at += (size_t)count;
	}
	return n;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t compare_window(const struct run *r)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++)
		for (unsigned int round = 1; round <= ROUNDS_MOST; round++) {
			const struct snapshot_subject *u = &snapshot_subjects[i];
			const struct observation *m = part_of(r, "latency", u, round, LOAD_DURING);
			struct part parts[PARTS_MOST];
			size_t n = m ? parts_before(r, u, round, parts) : 0;

			for (size_t k = 0; k < n; k++)
				least = smaller(least, parts[k].writes.n);
			if (m)
				least = smaller(least, m->values.n);
		}
	return least == SIZE_MAX ? 0 : least;
}

/* The statistics of one store: of each save, and of the quiet parts before it. */
struct rounds {
	double during[ROUNDS_MOST], before[ROUNDS_MOST][PARTS_MOST];
	unsigned int quiet[ROUNDS_MOST];
	unsigned int n, parts, quiet_parts;
};

static void read_round(struct rounds *s, const struct run *r, const struct snapshot_subject *u,
		       unsigned int round, size_t window, compare_statistic *of)
{
	const struct observation *m = part_of(r, "latency", u, round, LOAD_DURING);
	struct part parts[PARTS_MOST];
	size_t n = parts_before(r, u, round, parts);
	struct series first = {.v = m->values.v, .n = window};

	if (!window || !n || isnan(of(&first)))
		return;
	s->during[s->n] = of(&first);
	s->quiet[s->n] = 0;
	for (size_t k = 0; k < n; k++) {
		parts[k].writes.n = window;
		if (parts[k].quiet)
			s->before[s->n][s->quiet[s->n]++] = of(&parts[k].writes);
	}
	s->parts += (unsigned int)n;
	s->quiet_parts += s->quiet[s->n];
	s->n++;
}

static void read_rounds(struct rounds *s, const struct run *r, const struct snapshot_subject *u,
			compare_statistic *of)
{
	size_t window = compare_window(r);

	s->n = s->parts = s->quiet_parts = 0;
	for (unsigned int k = 1; k <= ROUNDS_MOST && part_of(r, "latency", u, k, LOAD_DURING); k++)
		read_round(s, r, u, k, window, of);
}

#define NO_ROUND ROUNDS_MOST

/* Medians over the rounds but `without`, which may be NO_ROUND. NAN: there is nothing. */
static double during_without(const struct rounds *s, unsigned int without)
{
	int64_t values[ROUNDS_MOST];
	struct series saves = {.v = values};

	for (unsigned int i = 0; i < s->n; i++)
		if (i != without)
			values[saves.n++] = llround(s->during[i]);
	return stats_median(&saves);
}

static double before_without(const struct rounds *s, unsigned int without)
{
	int64_t values[ROUNDS_MOST * PARTS_MOST];
	struct series parts = {.v = values};

	for (unsigned int i = 0; i < s->n; i++)
		for (unsigned int k = 0; k < s->quiet[i] && i != without; k++)
			values[parts.n++] = llround(s->before[i][k]);
	return stats_median(&parts);
}

static double ratio_without(const struct rounds *s, unsigned int without)
{
	return during_without(s, without) / before_without(s, without);
}

struct growth compare_growth(const struct run *r, const struct snapshot_subject *u,
			     compare_statistic *of)
{
	struct growth g = {NAN, NAN, NAN, 0, 0, 0};
	struct rounds s;
	double before;

	read_rounds(&s, r, u, of);
	before = before_without(&s, NO_ROUND);
	g.rounds = s.n;
	g.parts = s.parts;
	g.quiet_parts = s.quiet_parts;
	g.ratio = ratio_without(&s, NO_ROUND);
	for (unsigned int i = 0; i < s.n; i++) {
		g.low = fmin(g.low, s.during[i] / before);
		g.high = fmax(g.high, s.during[i] / before);
	}
	return g;
}

static bool within_two(double a, double b)
{
	return a <= 2 * b && b <= 2 * a;
}

static bool are_few(const struct rounds *s)
{
	return s->n < ROUNDS_FEW || s->quiet_parts < PARTS_FEW ||
	       SHARE_FEW * s->quiet_parts < s->parts;
}

/* Without any one round of `a` the answer is the same. */
static bool holds_without_one(const struct rounds *a, const struct rounds *b, bool answer)
{
	double other = ratio_without(b, NO_ROUND);

	for (unsigned int i = 0; i < a->n && a->n > 1; i++)
		if (within_two(ratio_without(a, i), other) != answer)
			return false;
	return true;
}

enum agreement compare_within_two(const struct run *r, const struct snapshot_subject *a,
				  const struct snapshot_subject *b, compare_statistic *of)
{
	struct rounds of_a, of_b;
	double ratio_a, ratio_b;
	bool answer;

	read_rounds(&of_a, r, a, of);
	read_rounds(&of_b, r, b, of);
	ratio_a = ratio_without(&of_a, NO_ROUND);
	ratio_b = ratio_without(&of_b, NO_ROUND);
	if (!of_a.n || !of_b.n)
		return AGREEMENT_NONE;
	if (!run__counts_instructions(r) && (are_few(&of_a) || are_few(&of_b)))
		return AGREEMENT_FEW;
	answer = within_two(ratio_a, ratio_b);
	if (!holds_without_one(&of_a, &of_b, answer) || !holds_without_one(&of_b, &of_a, answer))
		return AGREEMENT_UNCLEAR;
	return answer ? AGREEMENT_YES : AGREEMENT_NO;
}
