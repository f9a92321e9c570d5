// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * gate-study: judges the same raw runs (from `collect`, on standard input) by the rules of several
 * gates. Prints a Markdown table.
 *
 *   ours         `gate --ab`: looks after 16 and 40 pairs, failures confirmed in as many more pairs
 *   benchstat    Mann-Whitney's U, two-sided, p < 0.05, on ten runs of A and the next ten of B
 *   asv          the same with p < 0.002, and slower by more than the factor 1.1
 *   ratio 200 %, github-action-benchmark: the last run against the one before it, by its default
 *   ratio 110 %  threshold and by one that people set
 *   median 5 %   the median of 40 runs of each side, slower by more than 5 %
 *
 * benchstat and the ratios get one side after the other, as they are used: they do not know pairs.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"
#include "user/gate/compare/paired.h"

#define PAIRS	     80
#define DECIDE	     40
#define FIRST_LOOK   16
#define FEW	     10
#define SCENARIO_MAX 32

struct comparison {
	char scenario[SCENARIO_MAX];
	unsigned int number, cell;
	double ns[2][PAIRS]; /* of A and of B; NAN: missing */
	double ms[2][PAIRS];
};

struct table {
	struct comparison *v;
	size_t n;
};

static struct comparison *find(struct table *t, const char *scenario, unsigned int number,
			       unsigned int cell)
{
	struct comparison *c;

	/* Lines of one comparison are close together. */
	for (size_t i = t->n; i > 0 && t->n - i < 64; i--) {
		c = &t->v[i - 1];
		if (c->number == number && c->cell == cell && !strcmp(c->scenario, scenario))
			return c;
	}
	c = reallocarray(t->v, t->n + 1, sizeof(*c));
	if (!c)
		return NULL;
	t->v = c;
	c += t->n++;
	*c = (struct comparison){.number = number, .cell = cell};
	strcpy(c->scenario, scenario);
	for (size_t i = 0; i < 2 * (size_t)PAIRS; i++)
		c->ns[i / PAIRS][i % PAIRS] = NAN;
	return c;
}

static int read_table(FILE *in, struct table *t)
{
	char line[256], scenario[SCENARIO_MAX], side;
	unsigned int number, pair, place, cell;
	struct comparison *c;
	double ns, ms;
	size_t at = 0;

	while (fgets(line, sizeof(line), in)) {
		at++;
		/* NOLINTNEXTLINE(cert-err34-c): sscanf does not count what it cannot read */
		if (sscanf(line, "%31s %u %u %u %c %u %lf %lf", scenario, &number, &pair, &place,
			   &side, &cell, &ns, &ms) != 8 ||
		    pair >= PAIRS || (side != 'a' && side != 'b')) {
			fprintf(stderr, "gate-study: line %zu is not from collect\n", at);
			return -EINVAL;
		}
		c = find(t, scenario, number, cell);
		if (!c)
			return -ENOMEM;
		c->ns[side == 'b'][pair] = ns;
		c->ms[side == 'b'][pair] = ms;
	}
	return 0;
}

static bool is_whole(const struct comparison *c)
{
	return gate_count(c->ns[0], PAIRS) == PAIRS && gate_count(c->ns[1], PAIRS) == PAIRS;
}

static double median(const double *x, size_t n)
{
	double sorted[2 * PAIRS];

	memcpy(sorted, x, n * sizeof(*x));
	return interval__median(sorted, n);
}

/* The verdict of the gate itself on these pairs, as runs of one cell with one sample. */
static enum gate_verdict gate_on(const double *a, const double *b, size_t n,
				 const struct gate_policy *policy)
{
	struct run runs[2][PAIRS] = {0};
	struct gate_report report;
	enum gate_verdict verdict;

	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < n; i++) {
			struct run *r = &runs[side][i];
			struct cell *c = run__add_cell(r);

			r->clock = strdup("monotonic");
			r->ended = true;
			if (!c || !r->clock || cell__add_key_text(c, "method", "m") ||
			    series__push(&c->samples[SAMPLE_spawn_ns],
					 (int64_t)llround(side ? b[i] : a[i])))
				exit(2);
			c->n = 1;
		}
	}
	if (gate_compare(runs[0], n, runs[1], n, policy, &report) != 0)
		exit(2);
	verdict = report.verdict;
	gate_report__free(&report);
	for (size_t i = 0; i < 2 * n; i++)
		run__free(&runs[i / n][i % n]);
	return verdict;
}

/* The procedure of gate_live(). *pairs: the number that it took. */
static enum gate_verdict ours(const struct comparison *c, size_t *pairs)
{
	struct gate_policy policy = gate_policy_default, confirming;
	enum gate_verdict verdict = GATE_INCONCLUSIVE;

	policy.in_turn = true;
	policy.metrics = gate_metric_set("call");
	confirming = policy;
	confirming.alpha_regression = 0.05;
	policy.looks[0] = FIRST_LOOK;
	policy.looks[1] = DECIDE;
	policy.look_count = 2;
	for (*pairs = 0; policy.look < 2 && verdict == GATE_INCONCLUSIVE; policy.look++) {
		size_t n = policy.looks[policy.look];

		*pairs += policy.look ? n - policy.looks[policy.look - 1] : n;
		verdict = gate_on(c->ns[0], c->ns[1], n, &policy);
		if (verdict != GATE_REGRESSION)
			continue;
		*pairs += n;
		if (gate_on(c->ns[0] + DECIDE, c->ns[1] + DECIDE, n, &confirming) !=
		    GATE_REGRESSION)
			verdict = GATE_INCONCLUSIVE;
	}
	return verdict;
}

/*
 * Mann and Whitney's U of B over A, two-sided. Exact without ties (their recurrence of 1947); a
 * normal approximation with ties.
 */
static double mann_whitney(const double *a, const double *b, size_t n)
{
	double u = 0, ties = 0, mean = (double)(n * n) / 2, counts[FEW + 1][FEW * FEW + 1] = {0};
	double all = 1, below = 0, z;

	for (size_t i = 0; i < n * n; i++) {
		u += b[i / n] > a[i % n] ? 1 : b[i / n] == a[i % n] ? 0.5 : 0;
		ties += b[i / n] == a[i % n];
	}
	u = fmin(u, (double)(n * n) - u);
	if (ties > 0) {
		z = (u + 0.5 - mean) / sqrt((double)(n * n * (2 * n + 1)) / 12);
		return fmin(1, erfc(-z / M_SQRT2));
	}
	/* The number of ways to choose j of the first i ranks, by the sum that makes U. */
	counts[0][0] = 1;
	for (size_t i = 1; i <= 2 * n; i++) {
		for (size_t j = i < n ? i : n; j > 0; j--) {
			for (size_t k = n * n + 1; k > i - j; k--)
				counts[j][k - 1] += counts[j - 1][k - 1 - (i - j)];
		}
	}
	for (size_t i = 1; i <= n; i++)
		all *= (double)(n + i) / (double)i;
	for (size_t k = 0; k <= (size_t)u; k++)
		below += counts[n][k];
	return fmin(1, 2 * below / all);
}

/* The ratio of the medians of n runs; B's begin `later` pairs after A's. */
static double ratio_of(const struct comparison *c, size_t n, size_t later)
{
	return median(c->ns[1] + later, n) / median(c->ns[0], n);
}

enum { BENCHSTAT, ASV, RATIO_200, RATIO_110, MEDIAN_5, RULES };

static const char *const rule_names[RULES] = {
	[BENCHSTAT] = "benchstat",   [ASV] = "asv",
	[RATIO_200] = "ratio 200 %", [RATIO_110] = "ratio 110 %",
	[MEDIAN_5] = "median 5 %",
};

/* The number of pairs that a rule looks at. */
static const size_t rule_pairs[RULES] = {
	[BENCHSTAT] = FEW, [ASV] = FEW, [RATIO_200] = 1, [RATIO_110] = 1, [MEDIAN_5] = DECIDE,
};

static bool flags(int rule, const struct comparison *c)
{
	double p = mann_whitney(c->ns[0], c->ns[1] + FEW, FEW);

	switch (rule) {
	case BENCHSTAT:
		return p < 0.05 && ratio_of(c, FEW, FEW) > 1;
	case ASV:
		return p < 0.002 && ratio_of(c, FEW, FEW) > 1.1;
	case RATIO_200:
		return ratio_of(c, 1, 1) > 2;
	case RATIO_110:
		return ratio_of(c, 1, 1) > 1.1;
	default:
		return ratio_of(c, DECIDE, 0) > 1.05;
	}
}

/* The minutes that this number of pairs took. The six cells of a run share them. */
static double minutes(const struct comparison *c, size_t pairs)
{
	double ms = 0;

	for (size_t i = 0; i < pairs && i < PAIRS; i++)
		ms += c->ms[0][i] + c->ms[1][i];
	return ms / 60000;
}

static void judge_scenario(const struct table *t, const char *scenario)
{
	size_t count = 0, verdicts[GATE_NOT_COMPARABLE + 1] = {0}, flagged[RULES] = {0}, i,
	       pairs = 0;
	double change = 0, spent = 0, spent_by[RULES] = {0};

	for (i = 0; i < t->n; i++) {
		const struct comparison *c = &t->v[i];

		if (strcmp(c->scenario, scenario) || !is_whole(c))
			continue;
		count++;
		change += log(ratio_of(c, PAIRS, 0));
		verdicts[ours(c, &pairs)]++;
		spent += minutes(c, pairs);
		for (int rule = 0; rule < RULES; rule++) {
			flagged[rule] += flags(rule, c);
			spent_by[rule] += minutes(c, rule_pairs[rule]);
		}
	}
	if (count == 0)
		return;
	printf("| %s | %zu | %+.1f %% | ours | %.1f %% | %.1f %% | %.1f %% | %.2f |\n", scenario,
	       count, 100 * expm1(change / (double)count),
	       100 * (double)verdicts[GATE_REGRESSION] / (double)count,
	       100 * (double)verdicts[GATE_INCONCLUSIVE] / (double)count,
	       100 * (double)verdicts[GATE_PASS] / (double)count, spent / (double)count);
	for (int rule = 0; rule < RULES; rule++)
		printf("| | | | %s | %.1f %% | | %.1f %% | %.2f |\n", rule_names[rule],
		       100 * (double)flagged[rule] / (double)count,
		       100 * (double)(count - flagged[rule]) / (double)count,
		       spent_by[rule] / (double)count);
}

int main(void)
{
	struct table t = {0};
	size_t k;

	if (read_table(stdin, &t) != 0)
		return 2;
	printf("| scenario | comparisons | change of the call | rule | regression | inconclusive | "
	       "pass | minutes |\n| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < t.n; i++) {
		for (k = 0; k < i && strcmp(t.v[k].scenario, t.v[i].scenario); k++)
			;
		if (k == i)
			judge_scenario(&t, t.v[i].scenario);
	}
	free(t.v);
	return 0;
}
