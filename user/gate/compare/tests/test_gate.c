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
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"
#include "user/gate/compare/environment.h"
#include "user/gate/compare/paired.h"
#include "user/gate/print/ci.h"
#include "user/gate/print/json.h"
#include "user/gate/print/text.h"
#include "user/tests/sample_run.h"

#define RUNS_MAX 40

/* Runs of one fork cell with these medians of the call, in us. */
struct runs {
	struct run v[RUNS_MAX];
	size_t count;
};

static void set_series(struct series *s, size_t n, int64_t value)
{
	series__free(s);
	while (s->n < n)
		assert_int_equal(series__push(s, value), 0);
}

static void begin_run(struct run *r, const char *clock, int64_t taken_ms)
{
	*r = (struct run){.schema = RUN_SCHEMA, .ended = true};
	r->tool = strdup("spawnscope 0.1.0");
	r->clock = strdup(clock);
	r->command = calloc(1, sizeof(*r->command));
	r->end.births = r->end.started = 5;
	run__add_env_text(r, "kernel_release", "6.1.0-18-amd64");
	run__add_env_text(r, "cpu_model", "Intel");
	run__add_env_text(r, "thp", "madvise");
	run__add_env_number(r, "page_bytes", 4096);
	run__add_env_number(r, "memory_bytes", INT64_C(8) << 30);
	run__add_env_number(r, "aslr", 2);
	run__add_env_text(r, "aslr_personality", "off");
	run__add_env_number(r, "taken_ms", taken_ms);
}

static struct cell *add_cell(struct run *r, const char *method, int64_t bytes, const char *trace,
			     int64_t call_ns)
{
	struct cell *c = run__add_cell(r);

	cell__add_key_text(c, "method", method);
	cell__add_key_number(c, "rss_bytes", bytes);
	cell__add_key_text(c, "trace", trace);
	c->n = 5;
	set_series(&c->samples[SAMPLE_spawn_ns], 5, call_ns);
	set_series(&c->samples[SAMPLE_total_ns], 5, 2 * call_ns);
	return c;
}

/* A and B are taken in turn: A's run k at 2k, B's at 2k + 1. */
static void make_runs(struct runs *s, int side, const double *us, size_t count)
{
	s->count = count;
	for (size_t i = 0; i < count; i++) {
		begin_run(&s->v[i], "monotonic", 1000 * (int64_t)(2 * i) + 1000 * side);
		add_cell(&s->v[i], "fork", 64 << 20, "none", (int64_t)(1000 * us[i]));
	}
}

static void free_runs(struct runs *s)
{
	for (size_t i = 0; i < s->count; i++)
		run__free(&s->v[i]);
	s->count = 0;
}

/* `count` values about `centre`, from a fixed stream; spread is a share. */
static void noise(uint64_t *stream, double *us, size_t count, double centre, double spread)
{
	for (size_t i = 0; i < count; i++) {
		double u = ((double)(gate_random(stream) >> 11) + 0.5) / 0x1p53;

		us[i] = centre * exp(spread * gate_normal_quantile(u));
	}
}

static void compare(struct runs *a, struct runs *b, const struct gate_policy *policy,
		    struct gate_report *report)
{
	assert_int_equal(gate_compare(a->v, a->count, b->v, b->count,
				      policy ? policy : &gate_policy_default, report),
			 0);
}

static const struct gate_row *find_row(const struct gate_report *r, const char *metric)
{
	for (size_t i = 0; i < r->row_count; i++) {
		if (!strcmp(r->rows[i].metric, metric))
			return &r->rows[i];
	}
	fail_msg("no row %s", metric);
	return NULL;
}

static bool has_note(const struct gate_report *r, const char *part)
{
	for (size_t i = 0; i < r->note_count; i++) {
		if (strstr(r->notes[i], part))
			return true;
	}
	return false;
}

static enum gate_verdict verdict_at(uint64_t seed, size_t pairs, double change, double spread)
{
	struct runs a, b;
	struct gate_report report;
	enum gate_verdict verdict;
	double us[RUNS_MAX];

	noise(&seed, us, pairs, 100, spread);
	make_runs(&a, 0, us, pairs);
	noise(&seed, us, pairs, 100 * (1 + change), spread);
	make_runs(&b, 1, us, pairs);
	compare(&a, &b, NULL, &report);
	verdict = report.verdict;
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
	return verdict;
}

static void times_are_decided_by_pairs(void **state)
{
	(void)state;
	assert_int_equal(verdict_at(1, 16, 0, 0.01), GATE_PASS);
	assert_int_equal(verdict_at(1, 16, 0.10, 0.01), GATE_REGRESSION);
	assert_int_equal(verdict_at(1, 16, -0.20, 0.01), GATE_PASS);
	assert_int_equal(verdict_at(1, 16, 0, 0.5), GATE_INCONCLUSIVE);
	assert_int_equal(verdict_at(1, 4, 0, 0.0001), GATE_INCONCLUSIVE);
	assert_int_equal(verdict_at(1, 4, 10, 0.0001), GATE_INCONCLUSIVE);
	assert_int_equal(verdict_at(1, 5, 0, 0.0001), GATE_PASS);
	assert_int_equal(verdict_at(1, 8, 10, 0.0001), GATE_REGRESSION);
}

/* 400 comparisons of the same with the same; then at the margin itself. */
static void it_does_not_cry_wolf(void **state)
{
	size_t alarms = 0, passes = 0;

	(void)state;
	for (size_t i = 0; i < 400; i++)
		alarms += verdict_at(1000 + i, 16, 0, 0.05) == GATE_REGRESSION;
	assert_int_equal(alarms, 0);
	for (size_t i = 0; i < 400; i++) {
		enum gate_verdict v = verdict_at(5000 + i, 16, 0.03, 0.02);

		alarms += v == GATE_REGRESSION;
		passes += v == GATE_PASS;
	}
	/* 1 % and 5 % are allowed, and four standard deviations. */
	assert_in_range(alarms, 0, 12);
	assert_in_range(passes, 0, 37);
}

static void what_could_not_be_seen_is_told(void **state)
{
	struct runs a, b;
	struct gate_report report;
	const struct gate_row *row;
	double us[RUNS_MAX];
	uint64_t stream = 9;

	(void)state;
	noise(&stream, us, 16, 100, 0.2);
	make_runs(&a, 0, us, 16);
	noise(&stream, us, 16, 100, 0.2);
	make_runs(&b, 1, us, 16);
	compare(&a, &b, NULL, &report);
	row = find_row(&report, "spawn");
	assert_int_equal(row->verdict, GATE_INCONCLUSIVE);
	assert_int_equal(row->pairs, 16);
	assert_true(row->smallest > 0.1 && row->smallest < 1);
	assert_true(row->needed > 16);
	assert_true(row->low < row->change && row->change < row->high);
	assert_non_null(strstr(report.headline, "16 pairs would show +"));
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void runs_that_were_not_taken_in_turn_decide_nothing(void **state)
{
	const double us[8] = {100, 100, 100, 100, 100, 100, 100, 100};
	struct gate_policy policy = gate_policy_default;
	struct runs a, b;
	struct gate_report report;

	(void)state;
	make_runs(&a, 0, us, 8);
	make_runs(&b, 1, us, 8);
	for (size_t i = 0; i < 8; i++) /* B after all of A */
		b.v[i].env[7].number += 1000000;
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	assert_true(has_note(&report, "not taken in turn"));
	gate_report__free(&report);
	policy.in_turn = true;
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	gate_report__free(&report);
	/* Nobody knows when. */
	for (size_t i = 0; i < 8; i++)
		b.v[i].env[7].number = MISSING;
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

/* One run a side with these PTEs, the layout random or not; the verdict on the counts. */
static enum gate_verdict count_verdict(int64_t of_a, int64_t of_b, bool random, double tolerance,
				       bool *improved)
{
	struct gate_policy policy = gate_policy_default;
	const double us[1] = {100};
	struct runs a, b;
	struct gate_report report;
	enum gate_verdict verdict;
	const struct gate_row *row;

	make_runs(&a, 0, us, 1);
	make_runs(&b, 1, us, 1);
	set_series(&a.v[0].cells[0].counts[COUNT_ptes_copied], 5, of_a);
	set_series(&b.v[0].cells[0].counts[COUNT_ptes_copied], 5, of_b);
	if (random)
		strcpy(a.v[0].env[6].text, "on");
	if (random)
		strcpy(b.v[0].env[6].text, "on");
	policy.metrics = gate_metric_set("counts");
	policy.tolerance = tolerance;
	compare(&a, &b, &policy, &report);
	verdict = report.verdict;
	row = find_row(&report, "ptes_copied");
	assert_int_equal(row->kind, GATE_EXACT);
	*improved = row->improved;
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
	return verdict;
}

static void counts_are_compared_as_they_are(void **state)
{
	bool improved;

	(void)state;
	assert_int_equal(count_verdict(16417, 16417, false, 0, &improved), GATE_PASS);
	assert_int_equal(count_verdict(16417, 16418, false, 0, &improved), GATE_REGRESSION);
	assert_int_equal(count_verdict(16417, 16416, false, 0, &improved), GATE_PASS);
	assert_true(improved);
	assert_int_equal(count_verdict(16417, 16499, false, 0.005, &improved), GATE_PASS);
	assert_int_equal(count_verdict(16417, 16500, false, 0.005, &improved), GATE_REGRESSION);
	assert_int_equal(count_verdict(0, 1, false, 0, &improved), GATE_REGRESSION);
	assert_int_equal(count_verdict(0, 0, false, 0, &improved), GATE_PASS);
	/* A random layout moves a few pages, and no more. */
	assert_int_equal(count_verdict(16417, 16425, true, 0, &improved), GATE_PASS);
	assert_int_equal(count_verdict(16417, 16426, true, 0, &improved), GATE_REGRESSION);
	assert_int_equal(count_verdict(16425, 16417, true, 0, &improved), GATE_PASS);
	assert_false(improved);
}

static void a_count_that_varies_is_demoted_and_said_so(void **state)
{
	const int64_t of_a[] = {500, 510, 505, 520, 500, 507},
		      of_b[] = {700, 690, 720, 705, 688, 731};
	const double us[6] = {100, 100, 100, 100, 100, 100};
	struct gate_policy policy = gate_policy_default;
	struct runs a, b;
	struct gate_report report;
	const struct gate_row *row;

	(void)state;
	make_runs(&a, 0, us, 6);
	make_runs(&b, 1, us, 6);
	for (size_t i = 0; i < 6; i++) {
		set_series(&a.v[i].cells[0].counts[COUNT_cow_faults_child], 5, of_a[i]);
		set_series(&b.v[i].cells[0].counts[COUNT_cow_faults_child], 5, of_b[i]);
	}
	policy.metrics = gate_metric_set("cow_faults_child");
	compare(&a, &b, &policy, &report);
	row = find_row(&report, "cow_faults_child");
	assert_int_equal(row->kind, GATE_STATISTICAL);
	assert_true(row->demoted);
	assert_non_null(strstr(row->note, "varies"));
	assert_true(row->change > 0.35 && row->change < 0.45);
	/* Six pairs: 2^-6 is above the 0.01 that a regression takes. */
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	policy.alpha_regression = 0.05;
	gate_report__free(&report);
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void one_run_each(struct runs *a, struct runs *b, const char *clock)
{
	a->count = b->count = 1;
	begin_run(&a->v[0], clock, 0);
	begin_run(&b->v[0], clock, 1000);
	add_cell(&a->v[0], "fork", 1 << 20, "none", 100000);
	add_cell(&b->v[0], "fork", 1 << 20, "none", 100000);
}

static void the_lab_is_exact_to_the_instruction(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct runs a, b;
	struct gate_report report;

	(void)state;
	one_run_each(&a, &b, "icount");
	set_series(&a.v[0].cells[0].phases[PHASE_copy_mm], 5, 60000);
	set_series(&b.v[0].cells[0].phases[PHASE_copy_mm], 5, 60000);
	cell__add_key_text(&a.v[0].cells[0], "x", "y"); /* other axes are part of the key */
	cell__add_key_text(&b.v[0].cells[0], "x", "y");
	free(a.v[0].cells[0].key[2].text);
	a.v[0].cells[0].key[2].text = strdup("phases");
	free(b.v[0].cells[0].key[2].text);
	b.v[0].cells[0].key[2].text = strdup("phases");
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	gate_report__free(&report);

	b.v[0].cells[0].phases[PHASE_copy_mm].v[1]++; /* not the median */
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	gate_report__free(&report);

	set_series(&b.v[0].cells[0].phases[PHASE_copy_mm], 5, 60060);
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 1M x=y: copy_mm +60 instructions a spawn, +0.1 % "
			    "(60000 -> 60060)");
	gate_report__free(&report);
	policy.tolerance_absolute = 60;
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void environments_must_match(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct runs a, b;
	struct gate_report report;

	(void)state;
	one_run_each(&a, &b, "monotonic");
	set_series(&a.v[0].cells[0].counts[COUNT_ptes_copied], 5, 7);
	set_series(&b.v[0].cells[0].counts[COUNT_ptes_copied], 5, 7);
	free(b.v[0].env[1].text); /* cpu_model */
	b.v[0].env[1].text = strdup("AMD");
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	assert_int_equal(report.difference_count, 1);
	assert_string_equal(report.differences[0].name, "cpu_model");
	assert_non_null(strstr(report.headline, "cpu_model (Intel | AMD) differs"));
	gate_report__free(&report);

	/* Counts cross machines with the same kernel, if they are all that is asked for. */
	policy.metrics = gate_metric_set("counts");
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	gate_report__free(&report);
	free(b.v[0].env[0].text); /* kernel_release */
	b.v[0].env[0].text = NULL;
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	gate_report__free(&report);
	policy.factors[policy.factor_count++] = "kernel";
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	assert_int_equal(report.difference_count, 2);
	gate_report__free(&report);

	/* Instructions and nanoseconds, never. */
	free(b.v[0].clock);
	b.v[0].clock = strdup("icount");
	policy.factors[policy.factor_count++] = "hardware";
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	assert_non_null(strstr(report.headline, "clock (monotonic | icount) differs"));
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void memory_may_differ_by_what_the_kernel_takes(void **state)
{
	struct runs a, b;
	struct gate_report report;

	(void)state;
	one_run_each(&a, &b, "monotonic");
	b.v[0].env[4].number += 100 << 20;
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	gate_report__free(&report);
	b.v[0].env[4].number += 100 << 20;
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void nothing_in_common_is_no_pass(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct runs a, b;
	struct gate_report report;

	(void)state;
	one_run_each(&a, &b, "icount");
	b.v[0].cells[0].key[1].number = 2 << 20;
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	assert_int_equal(report.row_count, 0);
	assert_true(has_note(&report, "1 cell only in A"));
	assert_true(has_note(&report, "1 cell only in B"));
	gate_report__free(&report);
	/* By their place they belong together. */
	policy.by_place = true;
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	gate_report__free(&report);
	/* Without a value there is no pass, either. */
	b.v[0].cells[0].key[1].number = 1 << 20;
	series__free(&b.v[0].cells[0].samples[SAMPLE_spawn_ns]);
	series__free(&b.v[0].cells[0].samples[SAMPLE_total_ns]);
	policy.metrics = gate_metric_set("times");
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	assert_string_equal(find_row(&report, "spawn")->note, "only A has it");
	gate_report__free(&report);
	compare(&b, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void a_cell_that_broke_is_no_pass(void **state)
{
	struct runs a, b;
	struct gate_report report;
	struct cell *c;

	(void)state;
	one_run_each(&a, &b, "icount");
	add_cell(&a.v[0], "vfork", 1 << 20, "none", 5000);
	c = add_cell(&b.v[0], "vfork", 1 << 20, "none", 5000);
	c->n = 0;
	series__free(&c->samples[SAMPLE_spawn_ns]);
	series__free(&c->samples[SAMPLE_total_ns]);
	c->broken = strdup("the parent died");
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "vfork at 1M: samples: only A has it; B: the parent died");
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

/* Twelve pairs; of B all is larger, and the few faults by the largest share. */
static void what_a_maintainer_would_name_comes_first(void **state)
{
	static const char *const order[] = {"ptes_copied", "vmas",  "cow_faults_child",
					    "spawn",	   "total", "copy_mm"};
	static const struct {
		enum count count;
		int64_t a, b;
	} counts[] = {
		{COUNT_cow_faults_child, 3, 4}, /* +33 % */
		{COUNT_vmas, 32, 38},		/* +19 % */
		{COUNT_ptes_copied, 16417, 20513},
		{COUNT_page_table_bytes, 1 << 20, 1 << 20},
	};
	const double us[] = {100, 101, 99, 100, 102, 100, 101, 99, 100, 98, 100, 101};
	struct gate_policy policy = gate_policy_default;
	struct gate_report report;
	struct runs a, b;

	(void)state;
	make_runs(&a, 0, us, 12);
	make_runs(&b, 1, us, 12);
	for (size_t i = 0; i < 24; i++) {
		struct cell *c = i < 12 ? &a.v[i].cells[0] : &b.v[i - 12].cells[0];

		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			set_series(&c->counts[counts[k].count], 5,
				   i < 12 ? counts[k].a : counts[k].b);
		for (size_t k = 0; k < 5 && i >= 12; k++) {
			c->samples[SAMPLE_spawn_ns].v[k] = c->samples[SAMPLE_spawn_ns].v[k] * 6 / 5;
			c->samples[SAMPLE_total_ns].v[k] = c->samples[SAMPLE_total_ns].v[k] * 3 / 2;
		}
		c = add_cell(i < 12 ? &a.v[i] : &b.v[i - 12], "fork", 64 << 20, "phases", 1000);
		set_series(&c->phases[PHASE_copy_mm], 5, (i < 12 ? 1 : 4) * (1000 + (int64_t)i));
	}
	policy.metrics = gate_metric_set("all");
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 64M: ptes_copied +24.9 % (16417 -> 20513 pages); and 5 more");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_string_equal(report.rows[i].metric, order[i]);
		assert_int_equal(report.rows[i].verdict, GATE_REGRESSION);
	}
	gate_report__free(&report);
	/* Without counts the call comes before its parts, whatever grew by more. */
	policy.metrics = gate_metric_set("times") | gate_metric_set("phases");
	compare(&a, &b, &policy, &report);
	assert_non_null(strstr(report.headline, "fork at 64M: spawn +20.0 % ["));
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void calls_that_fail_now_are_a_regression(void **state)
{
	struct runs a, b;
	struct gate_report report;

	(void)state;
	one_run_each(&a, &b, "icount");
	set_series(&b.v[0].cells[0].errnos, 5, 0);
	b.v[0].cells[0].errnos.v[3] = 11;
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);
	assert_int_equal(find_row(&report, "failed")->verdict, GATE_REGRESSION);
	assert_true(find_row(&report, "failed")->b == 200);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void the_families_error_is_kept(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct runs a, b;
	struct gate_report report;
	const double us[8] = {100, 100, 100, 100, 100, 100, 100, 100};
	const double slow[8] = {110, 111, 112, 113, 114, 115, 116, 117};

	(void)state;
	make_runs(&a, 0, us, 8);
	make_runs(&b, 1, slow, 8);
	/* 2^-8 = 0.0039: enough for two metrics at 0.01, not for the six of three cells. */
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);
	gate_report__free(&report);
	for (size_t i = 0; i < 8; i++) {
		add_cell(&a.v[i], "vfork", 1, "none", 100);
		add_cell(&b.v[i], "vfork", 1, "none", 100);
		add_cell(&a.v[i], "spawn", 1, "none", 100);
		add_cell(&b.v[i], "spawn", 1, "none", 100);
	}
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	gate_report__free(&report);
	/* And a look that may spend but a part of it rejects nothing, either. */
	policy.looks[0] = 8;
	policy.looks[1] = 40;
	policy.look_count = 2;
	policy.metrics = gate_metric_set("spawn");
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	assert_true(fabs(report.alpha_regression - 0.002) < 1e-12);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void loss_and_truncation_are_told(void **state)
{
	struct runs a, b;
	struct gate_report report;

	(void)state;
	one_run_each(&a, &b, "icount");
	b.v[0].end.lost = 3;
	b.v[0].end.missed = MISSING;
	a.v[0].ended = false;
	compare(&a, &b, NULL, &report);
	assert_true(has_note(&report, "A: a truncated run"));
	assert_true(has_note(&report, "B: 3 records lost, 0 probe runs missed"));
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

/* What an output prints; good until the next call. */
static const char *printed(int (*print)(const struct gate_report *, FILE *, bool),
			   const struct gate_report *r, bool strict)
{
	static char text[1 << 16];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_int_equal(print(r, out, strict), 0);
	fclose(out);
	return text;
}

static int print_text(const struct gate_report *r, FILE *out, bool strict)
{
	return gate_print_text(r, out, false, strict);
}

static int print_json(const struct gate_report *r, FILE *out, bool strict)
{
	(void)strict;
	return gate_print_json(r, out);
}

static void assert_narrow(const char *text)
{
	const char *line = strchr(text, '\n'); /* the first line may be as long as it must */

	while (line && line[1]) {
		const char *end = strchr(line + 1, '\n');

		assert_non_null(end);
		assert_in_range(end - line - 1, 0, 80);
		line = end;
	}
}

/* Names that mean something to a terminal, to XML, TAP or Markdown stay text. */
static void hostile_names_stay_text(void **state)
{
	static const char evil[] = "a\033[2J<b>&\"|`#\n]]>*_ok 1";
	struct runs a, b;
	struct gate_report report;
	const char *text;

	(void)state;
	one_run_each(&a, &b, "icount");
	free(a.v[0].cells[0].key[0].text);
	a.v[0].cells[0].key[0].text = strdup(evil);
	free(b.v[0].cells[0].key[0].text);
	b.v[0].cells[0].key[0].text = strdup(evil);
	set_series(&b.v[0].cells[0].samples[SAMPLE_spawn_ns], 5, 200000);
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);

	text = printed(print_text, &report, true);
	assert_null(strchr(text, '\033'));
	assert_narrow(text);
	text = printed(gate_print_junit, &report, true);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "a\\x1b[2J&lt;b&gt;&amp;&quot;|`#\\x0a]]&gt;"));
	assert_null(strstr(text, "<b>"));
	text = printed(gate_print_ktap, &report, true);
	assert_null(strstr(text, "\nok 1 at"));
	assert_non_null(strstr(text, "|`_\\x0a"));
	text = printed(gate_print_markdown, &report, true);
	assert_null(strstr(text, "<b>"));
	assert_non_null(strstr(text, "&#60;b&#62;"));
	assert_non_null(strstr(text, "\\|\\`&#35;"));
	text = printed(print_json, &report, true);
	assert_null(strchr(text, '\033'));
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void inconclusive_is_skipped_or_failed_as_asked(void **state)
{
	const double us[1] = {100};
	struct runs a, b;
	struct gate_report report;
	const char *text;

	(void)state;
	make_runs(&a, 0, us, 1);
	make_runs(&b, 1, us, 1);
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	text = printed(gate_print_junit, &report, true);
	assert_non_null(strstr(text, "failures=\"2\" errors=\"0\" skipped=\"0\""));
	text = printed(gate_print_junit, &report, false);
	assert_non_null(strstr(text, "failures=\"0\" errors=\"0\" skipped=\"2\""));
	text = printed(gate_print_ktap, &report, false);
	assert_non_null(strstr(text, "ok 1 fork at 64M spawn # SKIP inconclusive\n"));
	text = printed(gate_print_ktap, &report, true);
	assert_non_null(strstr(text, "not ok 1 fork at 64M spawn\n"));
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void make_tailed(struct runs *s, int side, size_t samples, int64_t tail_ns)
{
	static const double us[8] = {100, 101, 100, 99, 100, 101, 99, 100};

	make_runs(s, side, us, 8);
	for (size_t i = 0; i < s->count; i++) {
		struct series *spawn = &s->v[i].cells[0].samples[SAMPLE_spawn_ns];

		set_series(spawn, samples, (int64_t)(1000 * us[i]));
		for (size_t k = 0; k < 15; k++)
			spawn->v[k] = tail_ns + (int64_t)i;
		s->v[i].cells[0].n = samples;
	}
}

/* A tail says nothing of few samples; of many it is told, and gates if it is named. */
static void tails_are_shown_and_gate_if_named(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct gate_report report;
	struct runs a, b;

	(void)state;
	make_tailed(&a, 0, 1000, 1000000);
	make_tailed(&b, 1, 1000, 3000000);
	compare(&a, &b, NULL, &report);
	assert_int_equal(report.verdict, GATE_PASS);
	assert_int_equal(find_row(&report, "spawn_p99")->kind, GATE_SHOWN);
	assert_float_equal(find_row(&report, "spawn_p99")->change, 2, 0.001);
	gate_report__free(&report);
	policy.metrics = gate_metric_set("spawn_p99");
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_REGRESSION);
	gate_report__free(&report);
	free_runs(&b);

	make_tailed(&b, 1, 999, 3000000);
	compare(&a, &b, NULL, &report);
	for (size_t i = 0; i < report.row_count; i++)
		assert_string_not_equal(report.rows[i].metric, "spawn_p99");
	gate_report__free(&report);
	compare(&a, &b, &policy, &report);
	assert_int_equal(report.verdict, GATE_INCONCLUSIVE);
	gate_report__free(&report);
	free_runs(&a);
	free_runs(&b);
}

static void metrics_have_names(void **state)
{
	(void)state;
	for (const struct metric *m = metrics; m->name; m++) {
		assert_ptr_equal(metric_by_name(m->name), m);
		assert_non_null(metric_unit(m, "icount"));
		assert_true(gate_metric_set(m->name) == metric_bit(m));
	}
	assert_ptr_equal(metric_by_name("spawn_ns"), metric_of_sample(SAMPLE_spawn_ns));
	assert_null(metric_by_name("nonsense"));
	assert_true(gate_metric_set("nonsense") == 0);
	assert_true(gate_metric_set("counts") & metric_bit(metric_of_count(COUNT_ptes_copied)));
	assert_false(gate_metric_set("counts") &
		     metric_bit(metric_of_count(COUNT_parent_rss_anon)));
	assert_false(gate_metric_set("times") & gate_metric_set("phases"));
	assert_false(gate_metric_set("all") & gate_metric_set("spawn_p99"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_decided_by_pairs),
		cmocka_unit_test(it_does_not_cry_wolf),
		cmocka_unit_test(what_could_not_be_seen_is_told),
		cmocka_unit_test(runs_that_were_not_taken_in_turn_decide_nothing),
		cmocka_unit_test(counts_are_compared_as_they_are),
		cmocka_unit_test(a_count_that_varies_is_demoted_and_said_so),
		cmocka_unit_test(the_lab_is_exact_to_the_instruction),
		cmocka_unit_test(environments_must_match),
		cmocka_unit_test(memory_may_differ_by_what_the_kernel_takes),
		cmocka_unit_test(nothing_in_common_is_no_pass),
		cmocka_unit_test(a_cell_that_broke_is_no_pass),
		cmocka_unit_test(what_a_maintainer_would_name_comes_first),
		cmocka_unit_test(calls_that_fail_now_are_a_regression),
		cmocka_unit_test(the_families_error_is_kept),
		cmocka_unit_test(loss_and_truncation_are_told),
		cmocka_unit_test(hostile_names_stay_text),
		cmocka_unit_test(inconclusive_is_skipped_or_failed_as_asked),
		cmocka_unit_test(tails_are_shown_and_gate_if_named),
		cmocka_unit_test(metrics_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
