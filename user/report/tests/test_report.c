// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <math.h>
#include <stdio.h>

#include "user/analysis/quantiles.h"
#include "user/analysis/stats.h"
#include "user/answers/answer.h"
#include "user/report/html.h"
#include "user/report/views/views.h"
#include "user/tests/sample_run.h"
#include "user/text/json.h"

/* Against stats.c, which finds the same by bisection. */
static void quantiles_agree_with_stats(void **state)
{
	static const double at[] = {0, 0.01, 0.1, 0.5, 0.777, 0.99, 1};
	struct series series = {0};
	struct sorted s;
	uint64_t x = 88172645463325252u;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		series__push(&series, i % 97 == 0 ? MISSING : (int64_t)(x >> (i % 60)) - 1000);
	}
	series__push(&series, INT64_MAX);
	series__push(&series, INT64_MIN + 1);
	assert_int_equal(sorted__of(&s, &series), 0);
	assert_int_equal(s.n, stats_count(&series));
	for (size_t k = 0; k < sizeof(at) / sizeof(at[0]); k++)
		assert_true(sorted__quantile(&s, at[k]) == stats_quantile(&series, at[k]));
	sorted__free(&s);
	series__free(&series);
	assert_int_equal(sorted__of(&s, &series), 0);
	assert_true(isnan(sorted__quantile(&s, 0.5)));
}

static struct report report_of(struct run *r, const char *path)
{
	char *paths[] = {(char *)path};
	struct report p;

	assert_int_equal(report__init(&p, r, paths, 1), 0);
	return p;
}

static void rows_join_the_passes(void **state)
{
	struct report p;
	struct run r;

	(void)state;
	sample_run(&r, 200);
	p = report_of(&r, "some/where/first.jsonl");
	assert_string_equal(p.runs[0].name, "first");
	assert_int_equal(p.runs[0].count, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct row *row = &p.runs[0].rows[i];

		assert_string_equal(cell__key_text(row->cell, "trace"), "phases");
		assert_string_equal(cell__key_text(row->full, "trace"), "all");
		assert_string_equal(cell__key_text(row->bare, "trace"), "none");
		assert_string_equal(row->reference->method, "posix_spawn");
		assert_int_equal(row->reference->rss, row->rss);
	}
	assert_string_equal(p.runs[0].rows[0].parent, "1 MiB");
	assert_int_equal(p.runs[0].rows[0].rss, 1 << 20);
	report__free(&p);
	run__free(&r);
}

static void no_two_runs_have_one_name(void **state)
{
	char *paths[] = {"a 2.jsonl", "a.jsonl", "d/a.jsonl", "a", "-", "a 2"};
	static const char *const names[] = {"a 2", "a", "a 3", "a 4", "standard input", "a 2 2"};
	struct run r[6];
	struct report p;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		sample_run(&r[i], 1);
	assert_int_equal(report__init(&p, r, paths, 6), 0);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(p.runs[i].name, names[i]);
	report__free(&p);
	for (size_t i = 0; i < 6; i++)
		run__free(&r[i]);
}

/* Medians that lie on a line of 2 us per MiB and 0.5 us per PTE are told so. */
static void slope_is_that_of_the_medians(void **state)
{
	struct run r = {.ended = true};
	double per_mib, per_pte;
	struct report p;

	(void)state;
	r.clock = strdup("monotonic");
	for (size_t i = 0; i < 3; i++) {
		struct cell *c = sample_cell(&r, "fork", (int64_t)(1 << 20) << i, "phases", 0);

		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], 5000 + (2000 << i));
		series__push(&c->counts[COUNT_ptes_copied], 4 << i);
	}
	p = report_of(&r, "-");
	assert_string_equal(p.runs[0].name, "standard input");
	assert_true(line_slope(&p.runs[0], 0, &per_mib, &per_pte));
	assert_float_equal(per_mib, 2000, 1e-6);
	assert_float_equal(per_pte, 500, 1e-6);
	report__free(&p);
	run__free(&r);
}

static const struct answer *find_answer(const struct answer *answers, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (strstr(answers[i].question, word))
			return &answers[i];
	}
	fail_msg("nothing answers '%s'", word);
	return answers;
}

/* posix_spawn takes 350.9 us from any parent. */
static void answers_say_where_fork_overtakes(void **state)
{
	struct answer answers[ANSWERS_MAX];
	struct report p;
	struct run r;
	size_t n;

	(void)state;
	sample_run(&r, 200);
	for (size_t i = 0; i < r.cell_count; i++) {
		if (cell__parent_bytes(&r.cells[i]) == 64 << 20 &&
		    !strcmp(cell__method(&r.cells[i]), "fork"))
			sample_series(&r.cells[i].samples[SAMPLE_spawn_ns], r.cells[i].n, 35090000,
				      false);
		if (cell__parent_bytes(&r.cells[i]) == 1 << 20 &&
		    !strcmp(cell__method(&r.cells[i]), "fork"))
			sample_series(&r.cells[i].samples[SAMPLE_spawn_ns], r.cells[i].n, 35090,
				      false);
	}
	p = report_of(&r, "x.jsonl");
	n = answers_of(&p.runs[0], answers);
	/* From a tenth to a hundred times: in a log-log plot a third of the way to 64 MiB, 4 MiB.
	 */
	assert_string_equal(find_answer(answers, n, "dearer")->figure, "beyond about 4.0 MiB");
	assert_string_equal(find_answer(answers, n, "lost")->figure, "nothing");
	assert_false(find_answer(answers, n, "lost")->warning);
	r.end.lost = 3;
	n = answers_of(&p.runs[0], answers);
	assert_true(find_answer(answers, n, "lost")->warning);
	r.ended = false;
	n = answers_of(&p.runs[0], answers);
	assert_true(find_answer(answers, n, "whole")->warning);
	report__free(&p);
	run__free(&r);
}

/* 2 us per MiB, and no count that says what was copied. */
static void an_untraced_fork_has_its_slope(void **state)
{
	struct run r = {.ended = true};
	struct answer answers[ANSWERS_MAX];
	const struct answer *a;
	struct report p;

	(void)state;
	r.clock = strdup("monotonic");
	r.end.births = MISSING;
	for (size_t i = 0; i < 3; i++) {
		struct cell *c = sample_cell(&r, "fork", (int64_t)(1 << 20) << i, "none", 0);

		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], 5000 + (2000 << i));
	}
	p = report_of(&r, "x.jsonl");
	a = find_answer(answers, answers_of(&p.runs[0], answers), "memory cost");
	assert_string_equal(a->figure, "2.00 \xc2\xb5s per MiB");
	assert_string_equal(a->detail,
			    "fork: 2.00 \xc2\xb5s per MiB (slope of the medians, by least "
			    "squares).");
	report__free(&p);
	run__free(&r);
}

/* With names as long as they come: of 52 parents each has a fastest way, and of 26 a line. */
static void long_lists_end_with_what_was_left_out(void **state)
{
	struct run r = {.ended = true};
	struct answer answers[ANSWERS_MAX];
	const struct answer *a;
	char pages[80];
	struct report p;
	size_t n;

	(void)state;
	r.clock = strdup("monotonic");
	for (size_t i = 0; i < 52; i++) {
		snprintf(pages, sizeof(pages), "%zu-\xc2\xb5-names-that-go-on-and-on-and-on-and-on",
			 i / 2);
		for (size_t k = 0; k < 2; k++) {
			struct cell *c = run__add_cell(&r);

			cell__add_key_text(c, "method", k ? "fork" : "vfork");
			cell__add_key_number(c, "rss_bytes", i % 2 ? 1 << 20 : 64 << 20);
			cell__add_key_text(c, "pages", pages);
			c->n = 1;
			series__push(&c->samples[SAMPLE_spawn_ns], i / 2 % 2 == k ? 1000 : 2000);
		}
	}
	p = report_of(&r, "x.jsonl");
	n = answers_of(&p.runs[0], answers);
	a = find_answer(answers, n, "child");
	assert_non_null(strstr(a->detail, "; and 46 more (median, call to return)."));
	a = find_answer(answers, n, "memory cost");
	assert_non_null(
		strstr(a->detail, "; and 20 more (slope of the medians, by least squares)."));
	report__free(&p);
	run__free(&r);
}

/* Fork in microseconds from parents of so many MiB, where posix_spawn takes 100. */
static void check_crossing(size_t n, const int64_t *mib, const int64_t *us, const char *figure,
			   const char *detail)
{
	struct run r = {.ended = true};
	struct answer answers[ANSWERS_MAX];
	const struct answer *a;
	struct report p;

	r.clock = strdup("monotonic");
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < 2; k++) {
			struct cell *c = sample_cell(&r, k ? "fork" : "posix_spawn", mib[i] << 20,
						     "none", 0);

			c->n = 1;
			series__push(&c->samples[SAMPLE_spawn_ns], k ? us[i] * 1000 : 100000);
		}
	}
	p = report_of(&r, "x.jsonl");
	a = find_answer(answers, answers_of(&p.runs[0], answers), "dearer");
	assert_string_equal(a->figure, figure);
	assert_non_null(strstr(a->detail, detail));
	report__free(&p);
	run__free(&r);
}

static void every_size_counts_for_where_fork_overtakes(void **state)
{
	static const int64_t sizes[] = {1, 4, 16, 64}, from_nothing[] = {0, 64};

	(void)state;
	check_crossing(2, from_nothing, (const int64_t[]){50, 250}, "beyond about 16 MiB",
		       "From 0 its call takes 0.5 times that of posix_spawn, from 64 MiB 2.5");
	check_crossing(2, from_nothing, (const int64_t[]){50, 60}, "at no size measured", "From 0");
	check_crossing(4, sizes, (const int64_t[]){110, 150, 200, 300}, "at every size measured",
		       "From 1 MiB its call takes 1.1 times that of posix_spawn, from 64 MiB 3");
	check_crossing(4, sizes, (const int64_t[]){200, 50, 40, 30}, "up to about 2.0 MiB",
		       "An estimate");
	check_crossing(4, sizes, (const int64_t[]){90, 105, 60, 50}, "at 1 of 4 sizes measured",
		       "0.9 times that of posix_spawn, from 4 MiB 1.05 times, from 16 MiB 0.6 "
		       "times, from 64 MiB 0.5 times.");
}

/* Two ways that are as good: the first stays the answer until the other is clearly faster. */
static void a_near_tie_is_no_victory(void **state)
{
	struct answer answers[ANSWERS_MAX];
	int64_t call[2][2] = {{1000, 1020}, {1030, 1000}};
	size_t n;

	(void)state;
	for (size_t round = 0; round < 2; round++) {
		struct run r = {.ended = true};
		struct report p;

		r.clock = strdup("monotonic");
		for (size_t i = 0; i < 2; i++) {
			for (size_t k = 0; k < 2; k++) {
				struct cell *c = sample_cell(&r, k ? "clone" : "vfork",
							     (int64_t)(1 << 20) << i, "none", 0);

				c->n = 1;
				series__push(&c->samples[SAMPLE_spawn_ns], call[i][k]);
			}
		}
		p = report_of(&r, "x.jsonl");
		n = answers_of(&p.runs[0], answers);
		assert_string_equal(find_answer(answers, n, "child")->figure,
				    round ? "it depends on the parent" : "vfork, 1.00 \xc2\xb5s");
		report__free(&p);
		run__free(&r);
		call[0][1] = call[1][0] = 1200;
	}
}

static void a_view_without_data_is_not_there(void **state)
{
	struct report p;
	struct run r;
	json_t *data;

	(void)state;
	sample_run(&r, 20);
	p = report_of(&r, "x.jsonl");
	data = view_compare.data(&p);
	assert_true(json_is_null(data));
	json_decref(data);
	data = view_kernels.data(&p);
	assert_true(json_is_null(data));
	json_decref(data);
	data = view_phases.data(&p);
	assert_true(json_is_object(data));
	json_decref(data);
	report__free(&p);
	run__free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_agree_with_stats),
		cmocka_unit_test(rows_join_the_passes),
		cmocka_unit_test(no_two_runs_have_one_name),
		cmocka_unit_test(slope_is_that_of_the_medians),
		cmocka_unit_test(answers_say_where_fork_overtakes),
		cmocka_unit_test(every_size_counts_for_where_fork_overtakes),
		cmocka_unit_test(an_untraced_fork_has_its_slope),
		cmocka_unit_test(long_lists_end_with_what_was_left_out),
		cmocka_unit_test(a_near_tie_is_no_victory),
		cmocka_unit_test(a_view_without_data_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
