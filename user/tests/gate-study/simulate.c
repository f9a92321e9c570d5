// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * gate-simulate: how often the gate is wrong, on made-up runs whose truth is known. Each comparison
 * is what `gate --ab` does with 30 samples a run: looks after 16 and 40 pairs, and a regression
 * confirmed by as many fresh pairs. Prints a Markdown table, a line per model, order and change.
 *
 * Samples are lognormal around 100 us, whose medians vary from run to run. Models change that.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"
#include "user/gate/compare/decide.h"
#include "user/gate/compare/paired.h"

#define PAIRS	   40
#define FIRST_LOOK 16
#define IN_RUN	   30
#define CENTRE_NS  1e5
#define TAKEN_MS   INT64_C(1700000000000)

/* A series of runs while it is made. */
struct noise {
	uint64_t stream;
	double walk;	/* of a model with memory */
	size_t elapsed; /* runs so far */
};

static double uniform(struct noise *n)
{
	return ((double)(gate_random(&n->stream) >> 11) + 0.5) / 0x1p53;
}

static double normal(struct noise *n)
{
	return gate_normal_quantile(uniform(n));
}

/* The logarithm of what a run is slower by. */
typedef double run_fn(struct noise *n, bool b, bool second);

static double quiet_run(struct noise *n, bool b, bool second)
{
	return 0.01 * normal(n);
}

static double even_run(struct noise *n, bool b, bool second)
{
	return 0.03 * normal(n);
}

static double noisy_run(struct noise *n, bool b, bool second)
{
	return 0.1 * normal(n);
}

/* The machine becomes 30 % slower from the first pair to the last. */
static double drifting_run(struct noise *n, bool b, bool second)
{
	return 0.3 * (double)n->elapsed / (2 * PAIRS) + 0.02 * normal(n);
}

/* A neighbour makes some ten runs half as slow again, an eighth of the time. */
static double bursting_run(struct noise *n, bool b, bool second)
{
	if (uniform(n) < (n->walk > 0 ? 0.1 : 0.014))
		n->walk = n->walk > 0 ? 0 : 1;
	return log1p(0.5 * n->walk) + 0.02 * normal(n);
}

/* Either of two layouts of memory, by chance. */
static double bimodal_run(struct noise *n, bool b, bool second)
{
	return (uniform(n) < 0.5 ? log(1.3) : 0) + 0.01 * normal(n);
}

/* Each run is much like the one before. */
static double autocorrelated_run(struct noise *n, bool b, bool second)
{
	n->walk = 0.9 * n->walk + 0.02 * normal(n);
	return n->walk;
}

/* Most runs are near the fastest, few are far above. */
static double skewed_run(struct noise *n, bool b, bool second)
{
	return -0.05 * log(uniform(n));
}

static double wild_run(struct noise *n, bool b, bool second)
{
	return uniform(n) < 0.05 ? 2 * uniform(n) : 0.02 * normal(n);
}

/* B varies three times as much as A. */
static double uneven_run(struct noise *n, bool b, bool second)
{
	return (b ? 0.045 : 0.015) * normal(n);
}

/* The second run of each pair pays 5 %. */
static double second_run(struct noise *n, bool b, bool second)
{
	return (second ? log(1.05) : 0) + 0.02 * normal(n);
}

static double sometimes_slow_run(struct noise *n, bool b, bool second)
{
	return (b && uniform(n) < 0.15 ? log(3) : 0) + 0.02 * normal(n);
}

static const struct model {
	const char *name;
	run_fn *run;
	double spread; /* of samples within a run */
	double share;  /* of samples that are slower by the factor */
	double factor;
	bool only_b;	/* in B alone: a tail */
	double pareto;	/* its exponent; 0: samples are lognormal */
	double step_ns; /* of the clock; 0: 1 ns */
} models[] = {
	{"quiet", quiet_run, 0.03, 0, 1, false, 0, 0},
	{"lognormal", even_run, 0.1, 0, 1, false, 0, 0},
	{"noisy", noisy_run, 0.2, 0, 1, false, 0, 0},
	{"drift", drifting_run, 0.05, 0, 1, false, 0, 0},
	{"bursts", bursting_run, 0.05, 0, 1, false, 0, 0},
	{"outliers", even_run, 0.05, 0.01, 10, false, 0, 0},
	{"bimodal", bimodal_run, 0.05, 0, 1, false, 0, 0},
	{"autocorrelated", autocorrelated_run, 0.05, 0, 1, false, 0, 0},
	{"heavy tail", even_run, 0, 0, 1, false, 2, 0},
	{"uneven sides", uneven_run, 0.05, 0, 1, false, 0, 0},
	{"skewed", skewed_run, 0.05, 0, 1, false, 0, 0},
	{"wild runs", wild_run, 0.05, 0, 1, false, 0, 0},
	{"coarse clock", even_run, 0.05, 0, 1, false, 0, 5000},
	{"second run +5 %", second_run, 0.05, 0, 1, false, 0, 0},
	{"tail: 1 % of spawns x 10", even_run, 0.05, 0.01, 10, true, 0, 0},
	{"tail: 5 % of spawns x 100", even_run, 0.05, 0.05, 100, true, 0, 0},
	{"tail: 35 % of spawns x 100", even_run, 0.05, 0.35, 100, true, 0, 0},
	{"tail: 15 % of runs x 3", sometimes_slow_run, 0.05, 0, 1, true, 0, 0},
};

#define MODELS (sizeof(models) / sizeof(models[0]))

enum order { MIXED, A_FIRST, B_FIRST, ORDERS };

static const char *const orders[ORDERS] = {"mixed", "A first", "B first"};
static const double changes[] = {0, 0.03, 0.05, 0.1};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static double sample_of(const struct model *m, struct noise *n, bool b, double run)
{
	double log_ns = run + (m->pareto > 0 ? 0.1 * (pow(uniform(n), -1 / m->pareto) - 1)
					     : m->spread * normal(n));
	double ns = CENTRE_NS * exp(fmin(log_ns, 10));

	if (m->share > 0 && (b || !m->only_b) && uniform(n) < m->share)
		ns *= m->factor;
	return m->step_ns > 0 ? m->step_ns * ceil(ns / m->step_ns) : ns;
}

static void check(int err)
{
	if (!err)
		return;
	fputs("gate-simulate: out of memory\n", stderr);
	exit(2);
}

static void make_run(const struct model *m, struct noise *n, bool b, bool second, double change,
		     struct run *r)
{
	struct cell *c = run__add_cell(r);
	double slower = m->run(n, b, second) + (b ? log1p(change) : 0);

	r->clock = strdup("monotonic");
	r->ended = true;
	check(!c || !r->clock);
	check(run__add_env_number(r, "taken_ms", TAKEN_MS + (int64_t)n->elapsed++));
	check(cell__add_key_text(c, "method", "fork"));
	for (c->n = 0; c->n < IN_RUN; c->n++)
		check(series__push(&c->samples[SAMPLE_spawn_ns],
				   llround(sample_of(m, n, b, slower))));
}

struct sides {
	struct run a[PAIRS], b[PAIRS];
};

/* Every other pair of a mixed order has the opposite order, as with --ab. */
static void make_sides(const struct model *m, struct noise *n, enum order order, double change,
		       struct sides *s)
{
	bool b_first = order == B_FIRST;

	n->elapsed = 0;
	for (size_t i = 0; i < PAIRS; i++) {
		if (order == MIXED)
			b_first = i % 2 ? !b_first : uniform(n) < 0.5;
		make_run(m, n, b_first, false, change, b_first ? &s->b[i] : &s->a[i]);
		make_run(m, n, !b_first, true, change, b_first ? &s->a[i] : &s->b[i]);
	}
}

static void free_sides(struct sides *s)
{
	for (size_t i = 0; i < PAIRS; i++) {
		run__free(&s->a[i]);
		run__free(&s->b[i]);
	}
	memset(s, 0, sizeof(*s));
}

struct outcomes {
	size_t of[GATE_NOT_COMPARABLE + 1];
	size_t words;  /* passes whose first line says what rose */
	size_t better; /* claims of a row */
};

/* What a comparison is made of. */
struct truth {
	const struct model *model;
	enum order order;
	double change;
};

/* Confirms a regression in n fresh pairs. */
static void confirm(const struct truth *t, struct noise *n, size_t pairs,
		    const struct gate_policy *usual, struct gate_report *report)
{
	struct gate_policy policy = *usual;
	struct sides *fresh = calloc(1, sizeof(*fresh));
	struct gate_report again;

	check(!fresh);
	policy.alpha_regression = GATE_CONFIRM_ALPHA;
	make_sides(t->model, n, t->order, t->change, fresh);
	check(gate_compare(fresh->a, pairs, fresh->b, pairs, &policy, &again));
	gate_keep_confirmed(report, &again, pairs);
	gate_report__free(&again);
	gate_report__conclude(report);
	free_sides(fresh);
	free(fresh);
}

/* As gate_live() decides. */
static void decide(const struct truth *t, struct noise *n, const struct sides *s,
		   const struct gate_policy *usual, struct outcomes *o)
{
	struct gate_policy policy = *usual;
	struct gate_report report = {0};
	bool better = false;

	policy.looks[0] = FIRST_LOOK;
	policy.looks[1] = PAIRS;
	policy.look_count = 2;
	for (policy.look = 0; policy.look < 2; policy.look++) {
		size_t pairs = policy.looks[policy.look];

		gate_report__free(&report);
		check(gate_compare(s->a, pairs, s->b, pairs, &policy, &report));
		if (report.verdict == GATE_REGRESSION)
			confirm(t, n, pairs, usual, &report);
		if (report.verdict == GATE_REGRESSION ||
		    (report.verdict == GATE_PASS && !report.waits))
			break;
	}
	for (size_t i = 0; i < report.row_count; i++)
		better |= report.rows[i].improved;
	o->of[report.verdict]++;
	o->better += better;
	o->words += report.verdict == GATE_PASS && strstr(report.headline, "; but ");
	gate_report__free(&report);
}

static double percent(size_t part, size_t count)
{
	return 100 * (double)part / (double)count;
}

static void simulate(const struct truth *t, size_t count, const struct gate_policy *policy)
{
	struct noise n = {.stream = policy->seed + (uint64_t)(t->model - models) * 1000 +
				    (uint64_t)t->order * 100 + (uint64_t)llround(100 * t->change)};
	struct outcomes o = {0};
	struct sides *s = calloc(1, sizeof(*s));

	check(!s);
	for (size_t i = 0; i < count; i++) {
		n.walk = 0;
		make_sides(t->model, &n, t->order, t->change, s);
		decide(t, &n, s, policy, &o);
		free_sides(s);
	}
	free(s);
	printf("| %s | %s | %+.0f %% | %.2f %% | %.2f %% | %.2f %% | %.2f %% | %.2f %% |\n",
	       t->model->name, orders[t->order], 100 * t->change,
	       percent(o.of[GATE_REGRESSION], count), percent(o.of[GATE_INCONCLUSIVE], count),
	       percent(o.of[GATE_PASS] - o.words, count), percent(o.words, count),
	       percent(o.better, count));
	fflush(stdout);
}

static size_t number_of(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value == 0 || value > 10000000) {
		fprintf(stderr, "gate-simulate: '%s' is no number from 1 up\n", text);
		exit(2);
	}
	return value;
}

static void usage(FILE *out)
{
	fputs("Usage: gate-simulate [-n COUNT] [-s SEED] [-m WORD] [-w SWAPS]\n\n"
	      "Prints how often the gate says what, on made-up runs.\n\n"
	      "  -n COUNT  comparisons per line (default 200)\n"
	      "  -s SEED   of all random numbers (default 1): the same seed, the same table\n"
	      "  -m WORD   only models whose name has this in it\n"
	      "  -w SWAPS  at most for a test of a mean or a tail (default 2000; the gate: "
	      "100000)\n\n"
	      "Models:",
	      out);
	for (size_t i = 0; i < MODELS; i++)
		fprintf(out, "%s %s", i ? "," : "", models[i].name);
	fputc('\n', out);
}

int main(int argc, char **argv)
{
	struct gate_policy policy = gate_policy_default;
	size_t count = 200;
	const char *word = "";
	int option;

	policy.swaps = 2000;
	policy.metrics = gate_metric_set("call") | gate_metric_set("call_mean") |
			 gate_metric_set("call_tail");
	while ((option = getopt(argc, argv, "n:s:m:w:h")) != -1) {
		switch (option) {
		case 'n':
			count = number_of(optarg);
			break;
		case 's':
			policy.seed = number_of(optarg);
			break;
		case 'm':
			word = optarg;
			break;
		case 'w':
			policy.swaps = number_of(optarg);
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	puts("| model | order | change | regression | inconclusive | pass | pass that says what "
	     "rose | better |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
	for (size_t i = 0; i < MODELS; i++) {
		struct truth t = {.model = &models[i]};

		if (!strstr(t.model->name, word))
			continue;
		for (size_t k = 0; k < CHANGES; k++) {
			t.change = changes[k];
			simulate(&t, count, &policy);
		}
		/* Whatever differs, these decide nothing. */
		t.change = 0;
		for (t.order = A_FIRST; t.order < ORDERS; t.order++)
			simulate(&t, count, &policy);
	}
	return 0;
}
