// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "bench/tests/unit.h"
#include "user/analysis/quantiles.h"
#include "user/analysis/rows.h"
#include "user/analysis/stats.h"
#include "user/tests/mutate.h"
#include "user/tests/sample_run.h"

/* Against stats.c, which finds the same by bisection. */
static void check_quantiles(size_t n)
{
	static const double at[] = {0, 0.01, 0.1, 0.5, 0.777, 0.99, 1};
	struct series series = {0};
	struct sorted s;

	for (size_t i = 0; i < n; i++)
		series__push(&series,
			     i % 97 == 0 ? MISSING : (int64_t)(random_next() >> (i % 60)) - 1000);
	series__push(&series, INT64_MAX);
	series__push(&series, INT64_MIN + 1);
	assert_int_equal(sorted__of(&s, &series), 0);
	assert_int_equal(s.n, stats_count(&series));
	for (size_t k = 0; k < sizeof(at) / sizeof(at[0]); k++)
		assert_true(sorted__quantile(&s, at[k]) == stats_quantile(&series, at[k]));
	sorted__free(&s);
	series__free(&series);
}

TEST(quantiles_agree_with_stats)
{
	struct series series = {0};
	struct sorted s;

	for (size_t n = 1; n < 5000; n = 3 * n + 5)
		check_quantiles(n);
	assert_int_equal(sorted__of(&s, &series), 0);
	assert_true(isnan(sorted__quantile(&s, 0.5)));
}

TEST(rows_join_the_probe_sets)
{
	struct axes axes;
	struct rows rows;
	struct run r;

	sample_run(&r, 200);
	axes__find(&axes, &r);
	assert_int_equal(rows__init(&rows, &r, rows_probe_set(&r), &axes), 0);
	assert_int_equal(rows.n, 4);
	for (size_t i = 0; i < rows.n; i++) {
		const struct row *row = &rows.v[i];

		assert_string_equal(cell__key_text(row->cell, "trace"), "phases");
		assert_string_equal(cell__key_text(row->full, "trace"), "all");
		assert_string_equal(cell__key_text(row->bare, "trace"), "none");
		/* Each has its own kind's: what execs, and what does not. */
		assert_true(row->reference == row);
		assert_true(row__judged(row) ==
			    (strcmp(row->method, "fork") ? &row->started : &row->call));
	}
	assert_string_equal(rows.v[0].parent, "1 MiB");
	assert_int_equal(rows.v[0].rss, 1 << 20);
	rows__free(&rows);
	run__free(&r);
}
