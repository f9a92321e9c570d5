// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Intervals from blocks, and the study of how often they hold the true value: simulated runs with
 * drift, bursts and outliers, of a machine that is quiet and of one that is busy.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/plan.h"
#include "bench/tests/unit.h"
#include "user/analysis/line.h"

#define MIB 1048576.0

static struct run new_run(unsigned int rounds)
{
	struct run r = {.ended = true, .rounds = rounds};

	r.clock = strdup("monotonic");
	return r;
}

static struct rows rows_of(const struct run *r)
{
	struct axes axes;
	struct rows rows;

	axes__find(&axes, r);
	assert_int_equal(rows__init(&rows, r, rows_probe_set(r), &axes), 0);
	return rows;
}

static void assert_close(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

TEST(blocks_are_the_rounds_of_the_plan)
{
	/* 11 samples in 4 rounds: 3, 3, 3 and 2. */
	static const int64_t values[] = {1, 2, 3, 10, 30, 20, 5, 5, MISSING, 7, 8};
	struct run r = new_run(4);
	struct cell *c = run__add_cell(&r);
	struct series *s = &c->samples[SAMPLE_spawn_ns];
	struct blocks b;

	for (size_t i = 0; i < 11; i++)
		series__push(s, values[i]);
	assert_int_equal(blocks__medians(&b, &r, c, s), 0);
	assert_int_equal(b.n, 4);
	assert_close(b.v[0], 2);
	assert_close(b.v[1], 20);
	assert_close(b.v[2], 5);
	assert_close(b.v[3], 7.5);
	/* Rounds beyond the samples have none. */
	r.rounds = 20;
	assert_int_equal(blocks__medians(&b, &r, c, s), 0);
	assert_int_equal(b.n, 20);
	assert_close(b.v[10], 8);
	assert_true(isnan(b.v[11]));
	/* More rounds than blocks are taken together: none is lost, whatever the file says. */
	r.rounds = INT32_MAX;
	assert_int_equal(blocks__medians(&b, &r, c, s), 0);
	assert_int_equal(b.n, BLOCK_COUNT_MAX);
	r.rounds = 0;
	assert_int_equal(blocks__medians(&b, &r, c, s), 0);
	assert_int_equal(b.n, 0);
	r.rounds = 4;
	c->broken = strdup("why");
	assert_int_equal(blocks__medians(&b, &r, c, s), 0);
	assert_int_equal(b.n, 0);
	run__free(&r);
}

/*
 * The interval's ends were computed in Python: least squares, all 2^8 signs, the fourth of the 36
 * averages from either end. An even drift of any size changes nothing.
 */
TEST(an_even_drift_is_taken_out)
{
	static const double values[] = {10.1, 9.8, 10.4, 10, 10.3, 9.9, 10.6, 10.2};
	struct blocks b = {.n = 8}, drifting = {.n = 8};
	struct interval i, d;

	for (size_t k = 0; k < 8; k++) {
		b.v[k] = values[k];
		drifting.v[k] = values[k] + 3 * ((double)k - 3.5);
	}
	i = blocks__interval(&b, 10.15);
	d = blocks__interval(&drifting, 10.15);
	assert_close(i.low, 9.910805042769145);
	assert_close(i.high, 10.405861623897522);
	assert_close(d.low, i.low);
	assert_close(d.high, i.high);
	/* It holds the estimate, wherever that is. */
	assert_close(blocks__interval(&b, 9).low, 9);
	assert_close(blocks__interval(&b, 9).high, i.high);
	b.n = BLOCK_COUNT_LEAST - 1;
	i = blocks__interval(&b, 10.15);
	assert_true(isnan(i.low) && isnan(i.high));
	assert_close(i.estimate, 10.15);
}

TEST(the_interval_of_a_time_does_not_go_below_0)
{
	static const double values[] = {1, 0, 90, 2, 1, 120, 1, 2};
	struct blocks b = {.n = 8};
	struct interval i, time;

	for (size_t k = 0; k < 8; k++)
		b.v[k] = values[k];
	i = blocks__interval(&b, 1.5);
	time = blocks__time_interval(&b, 1.5);
	assert_true(i.low < 0);
	assert_close(time.low, 0);
	assert_close(time.high, i.high);
	b.n = BLOCK_COUNT_LEAST - 1;
	assert_true(isnan(blocks__time_interval(&b, 1.5).low));
}

/* A machine: shares of the medians, but for the probabilities. */
struct machine {
	const char *name;
	double noise;	/* of a sample: the deviation of its logarithm */
	double drift;	/* the most by which the whole run rises or falls, either way */
	double jitter;	/* from round to round, of all cells alike */
	double burst;	/* probability that a round has one */
	double outlier; /* probability that a sample is two to ten times as long */
	double width;	/* the widest that intervals of the slope may be in the mean */
};

#define RUNS	 1000
#define ROUNDS	 8
#define IN_BLOCK 25 /* samples of a cell */
#define TAKEN	 (ROUNDS * IN_BLOCK)
#define CELLS	 8
#define FACTOR	 1.5	/* what a burst multiplies times with */
#define LENGTH	 2.0	/* the longest burst, in blocks */
#define SLOPE	 9000.0 /* ns per MiB */
#define CROSSING 10.0	/* MiB */

static double uniform(uint64_t *state)
{
	return (double)(plan_random(state) >> 11) * 0x1p-53;
}

/* Box and Muller 1958. */
static double normal(uint64_t *state)
{
	double u = 1 - uniform(state), v = uniform(state);

	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static const double sizes[CELLS / 2] = {1, 4, 16, 64};

/*
 * What the cell costs. One line goes up by SLOPE. The other is so that the ratio is a straight line
 * in the log-log plot between 4 and 16 MiB and crosses 1 at CROSSING, as the estimate assumes.
 */
static double cost(size_t cell)
{
	double mib = sizes[cell % 4], steeper = 40000 + SLOPE * mib;

	return cell < 4 ? steeper : steeper * pow(CROSSING / mib, 0.4);
}

static void shuffle(size_t *order, uint64_t *state)
{
	for (size_t i = CELLS; i > 1; i--) {
		size_t j = plan_random(state) % i, swapped = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swapped;
	}
}

static double sample(const struct machine *m, double median, bool burst, uint64_t *state)
{
	double ns = median * exp(m->noise * normal(state)) * (burst ? FACTOR : 1);

	return uniform(state) < m->outlier ? ns * (2 + 8 * uniform(state)) : ns;
}

/* One block of every cell, in a random order. */
static void simulate_round(const struct machine *m, struct run *r, double level, uint64_t *state)
{
	size_t order[CELLS] = {0, 1, 2, 3, 4, 5, 6, 7};
	double from = CELLS, to = CELLS;

	shuffle(order, state);
	if (uniform(state) < m->burst) {
		from = uniform(state) * CELLS;
		to = from + uniform(state) * LENGTH;
	}
	for (size_t k = 0; k < CELLS; k++) {
		struct cell *c = &r->cells[order[k]];

		for (size_t i = 0; i < IN_BLOCK; i++) {
			double at = (double)k + (double)i / (double)IN_BLOCK;
			double ns = sample(m, cost(order[k]) * level, at >= from && at < to, state);

			series__push(&c->samples[SAMPLE_spawn_ns], llround(ns));
			series__push(&c->samples[SAMPLE_exec_ns], llround(ns));
		}
		c->n += TAKEN / ROUNDS;
	}
}

static struct run simulate(const struct machine *m, uint64_t *state)
{
	struct run r = new_run(ROUNDS);
	double drift = m->drift * (2 * uniform(state) - 1);

	for (size_t i = 0; i < CELLS; i++) {
		struct cell *c = run__add_cell(&r);

		cell__add_key_text(c, "method", i < 4 ? "fork-exec" : "posix_spawn");
		cell__add_key_number(c, "rss_bytes", (int64_t)(sizes[i % 4] * MIB));
	}
	for (size_t i = 0; i < ROUNDS; i++)
		simulate_round(m, &r,
			       (1 + drift * (2.0 * (double)i / (ROUNDS - 1) - 1)) *
				       exp(m->jitter * normal(state)),
			       state);
	return r;
}

/* What a sample's median is longer by than that of a machine without bursts and outliers. */
static double excess_of_noise(const struct machine *m, uint64_t *state)
{
	double share = m->burst * LENGTH / 2 / CELLS;
	struct series s = {0};
	struct sorted sorted;
	double median;

	for (size_t i = 0; i < 200000; i++)
		series__push(&s, llround(sample(m, 1e6, uniform(state) < share, state)));
	assert_int_equal(sorted__of(&sorted, &s), 0);
	median = sorted__quantile(&sorted, 0.5) / 1e6;
	sorted__free(&sorted);
	series__free(&s);
	return median;
}

struct tally {
	size_t held, unbounded;
	double width;
};

static void judge(struct tally *t, const struct interval *i, double truth)
{
	if (isnan(i->low)) {
		t->unbounded++;
		return;
	}
	t->held += i->low <= truth && truth <= i->high;
	t->width += (i->high - i->low) / truth / RUNS;
}

static const struct row *const *line_of(const struct rows *rows, const struct row *line[4])
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		if (!strcmp(rows->v[i].method, "fork-exec"))
			line[n++] = &rows->v[i];
	}
	assert_int_equal(n, 4);
	return line;
}

static void study(const struct machine *m)
{
	struct tally slope = {0}, crossing = {0};
	uint64_t state = 1;
	double truth = SLOPE * excess_of_noise(m, &state);

	for (size_t k = 0; k < RUNS; k++) {
		struct run r = simulate(m, &state);
		struct rows rows = rows_of(&r);
		const struct row *line[4];
		struct interval i = line__crossing(line_of(&rows, line), 4);
		struct slopes s;

		judge(&crossing, &i, CROSSING * MIB);
		assert_int_equal(slopes__of(&s, &rows, line[0]->line, "rss_bytes"), 0);
		judge(&slope, &s.call, truth);
		rows__free(&rows);
		run__free(&r);
	}
	print_message("%s machine, %d runs: the slope's interval holds the truth in %.1f %%, mean "
		      "width %.1f %%; the crossing's in %.1f %%, %.1f %%; %zu without a crossing\n",
		      m->name, RUNS, 100.0 * (double)slope.held / RUNS, 100 * slope.width,
		      100.0 * (double)crossing.held / (double)(RUNS - crossing.unbounded),
		      100 * crossing.width, crossing.unbounded);
	assert_in_range(slope.held, 930, 970);
	assert_int_equal(slope.unbounded, 0);
	assert_in_range(1000 * crossing.held / (RUNS - crossing.unbounded), 930, 970);
	assert_true(crossing.unbounded <= RUNS / 10);
	assert_true(slope.width <= m->width);
}

TEST(on_a_quiet_machine_95_percent_hold_the_truth)
{
	study(&(struct machine){"quiet", 0.05, 0.02, 0.01, 0.05, 0.02, 0.05});
}

TEST(on_a_busy_machine_95_percent_hold_the_truth)
{
	study(&(struct machine){"busy", 0.20, 0.20, 0.05, 0.40, 0.05, 0.30});
}
