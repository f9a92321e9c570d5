// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/compare.h"

#include <math.h>

#include "bench/shared/clock.h"
#include "user/analysis/stats.h"
#include "user/scenario/print.h"

#define STOLEN_MOST 0.005
#define WAITED_MOST 0.1
#define ROUNDS_MOST 100 /* of --rounds */
#define ROUNDS_FEW  3

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

bool compare_is_quiet(double seconds, int64_t stolen_ns, int64_t client_waited_ns)
{
	double ns = seconds * NS_PER_S;

	return !exceeds(stolen_ns, STOLEN_MOST * ns) &&
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

static int64_t value_before(const struct run *r, const char *name, const struct snapshot_subject *u,
			    unsigned int round)
{
	const struct observation *m = part_of(r, name, u, round, LOAD_BEFORE);

	return m && m->values.n ? m->values.v[0] : MISSING;
}

static bool counts(const struct run *r, const struct snapshot_subject *u, unsigned int round)
{
	const struct observation *m = part_of(r, "latency", u, round, LOAD_BEFORE);
	double rate = (double)print_setting(r, "rate");

	return m &&
	       compare_is_quiet((double)m->values.n / rate, value_before(r, "stolen", u, round),
				value_before(r, "client_cpu_wait", u, round));
}

size_t compare_window(const struct run *r)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++)
		for (unsigned int round = 1; round <= ROUNDS_MOST; round++)
			for (int when = LOAD_BEFORE; when <= LOAD_DURING; when++) {
				const struct observation *m =
					part_of(r, "latency", &snapshot_subjects[i], round, when);

				if (m && m->values.n < least)
					least = m->values.n;
			}
	return least == SIZE_MAX ? 0 : least;
}

/* Of the last writes before the save, or the first ones during it. */
static double statistic(const struct run *r, const struct snapshot_subject *u, unsigned int round,
			enum load_when when, size_t window, compare_statistic *of)
{
	const struct observation *m = part_of(r, "latency", u, round, when);
	struct series part;

	if (!m || !window || m->values.n < window)
		return NAN;
	part = (struct series){.v = m->values.v, .n = window};
	if (when == LOAD_BEFORE)
		part.v += m->values.n - window;
	return of(&part);
}

/* The statistics of one store, by round that counts. */
struct rounds {
	double before[ROUNDS_MOST], during[ROUNDS_MOST];
	unsigned int all, counted;
};

static void read_rounds(struct rounds *s, const struct run *r, const struct snapshot_subject *u,
			compare_statistic *of)
{
	size_t window = compare_window(r);

	s->all = s->counted = 0;
	for (unsigned int k = 1; k <= ROUNDS_MOST && part_of(r, "latency", u, k, LOAD_DURING);
	     k++) {
		double before = statistic(r, u, k, LOAD_BEFORE, window, of);
		double during = statistic(r, u, k, LOAD_DURING, window, of);

		if (isnan(before) || isnan(during))
			continue;
		s->all++;
		if (!counts(r, u, k))
			continue;
		s->before[s->counted] = before;
		s->during[s->counted++] = during;
	}
}

/* The median of `n` values without the one at `without`, which may be none of them. */
static double median_without(const double *values, unsigned int n, unsigned int without)
{
	int64_t rounded[ROUNDS_MOST];
	struct series s = {.v = rounded};

	for (unsigned int i = 0; i < n; i++)
		if (i != without)
			rounded[s.n++] = llround(values[i]);
	return stats_median(&s);
}

static double ratio_without(const struct rounds *s, unsigned int without)
{
	return median_without(s->during, s->counted, without) /
	       median_without(s->before, s->counted, without);
}

struct growth compare_growth(const struct run *r, const struct snapshot_subject *u,
			     compare_statistic *of)
{
	struct growth g = {NAN, NAN, NAN, 0, 0};
	struct rounds s;

	read_rounds(&s, r, u, of);
	g.rounds = s.all;
	g.counted = s.counted;
	g.ratio = ratio_without(&s, ROUNDS_MOST);
	for (unsigned int i = 0; i < s.counted; i++) {
		g.low = fmin(g.low, s.during[i] / s.before[i]);
		g.high = fmax(g.high, s.during[i] / s.before[i]);
	}
	return g;
}

static bool within_two(double a, double b)
{
	return a <= 2 * b && b <= 2 * a;
}

static bool are_few(const struct rounds *s)
{
	return s->counted < ROUNDS_FEW || 2 * s->counted < s->all;
}

/* Without any one round of `a` the answer is the same. */
static bool holds_without_one(const struct rounds *a, const struct rounds *b, bool answer)
{
	double other = ratio_without(b, ROUNDS_MOST);

	for (unsigned int i = 0; i < a->counted && a->counted > 1; i++)
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
	ratio_a = ratio_without(&of_a, ROUNDS_MOST);
	ratio_b = ratio_without(&of_b, ROUNDS_MOST);
	if (!of_a.all || !of_b.all)
		return AGREEMENT_NONE;
	if (!run__counts_instructions(r) && (are_few(&of_a) || are_few(&of_b)))
		return AGREEMENT_FEW;
	answer = within_two(ratio_a, ratio_b);
	if (!holds_without_one(&of_a, &of_b, answer) || !holds_without_one(&of_b, &of_a, answer))
		return AGREEMENT_UNCLEAR;
	return answer ? AGREEMENT_YES : AGREEMENT_NO;
}
