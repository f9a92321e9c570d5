// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the gate makes of sets of runs that do not have the same cells, or not all of them. */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"
#include "user/gate/print/ci.h"
#include "user/gate/print/json.h"
#include "user/gate/print/text.h"
#include "user/text/utf8.h"

#define VALUES 5
#define US     INT64_C(1000)

static struct gate_report report;

static void fill(struct series *s, int64_t value)
{
	series__free(s);
	while (s->n < VALUES)
		assert_int_equal(series__push(s, value), 0);
}

/* Of A the runs are taken at even times, of B at odd ones: in turn. */
static struct run *new_runs(int side, size_t count)
{
	struct run *runs = calloc(count, sizeof(*runs));

	assert_non_null(runs);
	for (size_t i = 0; i < count; i++) {
		runs[i] = (struct run){.schema = RUN_SCHEMA, .ended = true};
		runs[i].tool = strdup("spawnscope 0.1.0");
		runs[i].clock = strdup("monotonic");
		runs[i].command = calloc(1, sizeof(*runs[i].command));
		run__add_env_text(&runs[i], "kernel_release", "6.1.0-18-amd64");
		run__add_env_number(&runs[i], "page_bytes", 4096);
		run__add_env_text(&runs[i], "aslr_personality", "off");
		run__add_env_number(&runs[i], "taken_ms", 2000 * (int64_t)i + 1000 * side);
	}
	return runs;
}

static void free_runs(struct run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run__free(&runs[i]);
	free(runs);
}

/* A cell whose calls take so long, and copy as many PTEs; the next one of its run's grid. */
static struct cell *add(struct run *r, const char *method, int64_t bytes, int64_t call_ns)
{
	struct cell *c = run__add_cell(r);

	assert_non_null(c);
	cell__add_key_text(c, "method", method);
	cell__add_key_number(c, "rss_bytes", bytes);
	cell__add_key_text(c, "trace", "none");
	c->n = VALUES;
	fill(&c->samples[SAMPLE_spawn_ns], call_ns);
	fill(&c->samples[SAMPLE_total_ns], 2 * call_ns);
	fill(&c->counts[COUNT_ptes_copied], bytes >> 12);
	return c;
}

static enum gate_verdict compare(const struct run *a, const struct run *b, size_t count,
				 const struct gate_policy *policy)
{
	gate_report__free(&report);
	assert_int_equal(
		gate_compare(a, count, b, count, policy ? policy : &gate_policy_default, &report),
		0);
	return report.verdict;
}

static int forget_report(void **state)
{
	(void)state;
	gate_report__free(&report);
	return 0;
}

static size_t rows_of(const char *cell)
{
	size_t n = 0;

	for (size_t i = 0; i < report.row_count; i++)
		n += !strcmp(report.rows[i].cell, cell);
	return n;
}

static bool has_note(const char *text)
{
	for (size_t i = 0; i < report.note_count; i++) {
		if (!strcmp(report.notes[i], text))
			return true;
	}
	for (size_t i = 0; i < report.note_count; i++)
		print_message("note: %s\n", report.notes[i]);
	return false;
}

/* Grids of two cells each. */
static void compare_by_place(const char *const methods[4], const int64_t sizes[4])
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);

	for (size_t i = 0; i < 4; i++)
		add(i < 2 ? a : b, methods[i], sizes[i], 100 * US);
	policy.by_place = true;
	compare(a, b, 1, &policy);
	free_runs(a, 1);
	free_runs(b, 1);
}

static void cells_are_paired_by_key_first_and_each_once(void **state)
{
	(void)state;
	/* 1M is in both, in other places: neither 64M nor 256M has a partner. */
	compare_by_place((const char *[]){"fork", "fork", "fork", "fork"},
			 (int64_t[]){64 << 20, 1 << 20, 1 << 20, 256 << 20});
	assert_true(rows_of("fork at 1M") > 1);
	assert_true(has_note("1 cell only in A"));
	assert_true(has_note("1 cell only in B"));
	/* In one place, and of a size of its own on either side. */
	compare_by_place((const char *[]){"fork", "fork", "fork", "fork"},
			 (int64_t[]){64 << 20, 1 << 20, 256 << 20, 1 << 20});
	assert_true(rows_of("fork at 64M") > 1);
	assert_true(has_note("fork at 64M is compared with fork at 256M of B"));
	assert_int_equal(report.note_count, 1);
	/* As of --ab fork vfork: all by their place. */
	compare_by_place((const char *[]){"fork", "fork", "vfork", "vfork"},
			 (int64_t[]){1 << 20, 2 << 20, 1 << 20, 2 << 20});
	assert_true(has_note("fork at 1M is compared with vfork at 1M of B"));
	assert_true(has_note("fork at 2M is compared with vfork at 2M of B"));
	assert_int_equal(rows_of("vfork at 1M") + rows_of("vfork at 2M"), 0);
	/* Both have both sizes: nobody asked for 1M against 2M. */
	compare_by_place((const char *[]){"fork", "fork", "vfork", "vfork"},
			 (int64_t[]){1 << 20, 2 << 20, 2 << 20, 1 << 20});
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	assert_true(has_note("2 cells only in A"));
	assert_true(has_note("2 cells only in B"));
}

#define SET 12

/* So many runs a side, and of B each vfork takes 3.5 times as long; `spoil` has the first of A's.
 */
static enum gate_verdict compare_sets(void (*spoil)(struct run *r, struct cell *vfork))
{
	struct run *a = new_runs(0, SET), *b = new_runs(1, SET);
	enum gate_verdict verdict;

	for (size_t i = 0; i < SET; i++) {
		add(&a[i], "fork", 1 << 20, 100 * US);
		add(&a[i], "vfork", 1 << 20, 20 * US + (int64_t)i);
		add(&b[i], "fork", 1 << 20, 100 * US);
		add(&b[i], "vfork", 1 << 20, 70 * US);
	}
	if (spoil)
		spoil(&a[0], &a[0].cells[1]);
	verdict = compare(a, b, SET, NULL);
	free_runs(a, SET);
	free_runs(b, SET);
	return verdict;
}

static void drop_values(struct cell *c)
{
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		series__free(&c->samples[i]);
	for (size_t i = 0; i < COUNT_COUNT; i++)
		series__free(&c->counts[i]);
	c->n = 0;
}

static void skip_cell(struct run *r, struct cell *c)
{
	(void)r;
	drop_values(c);
	c->skipped = strdup("no memory");
}

static void leave_out(struct run *r, struct cell *c)
{
	cell__free(c);
	r->cell_count--;
}

static void leave_all_out(struct run *r, struct cell *c)
{
	leave_out(r, c);
	leave_out(r, &r->cells[0]);
}

static void the_grid_of_a_side_is_that_of_all_its_runs(void **state)
{
	void (*const spoils[])(struct run *, struct cell *) = {skip_cell, leave_out, leave_all_out};

	(void)state;
	assert_int_equal(compare_sets(NULL), GATE_REGRESSION);
	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		assert_int_equal(compare_sets(spoils[i]), GATE_REGRESSION);
		assert_string_equal(report.rows[0].cell, "vfork at 1M");
		assert_string_equal(report.rows[0].metric, "spawn");
		assert_int_equal(report.rows[0].pairs, SET - 1);
		assert_true(rows_of("fork at 1M") > 1);
	}
}

/* One run of fork a side, in which they are the same, and of vfork what `spoil` leaves in B's. */
static enum gate_verdict compare_two(void (*spoil)(struct run *r, struct cell *vfork),
				     const char *metrics)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);
	enum gate_verdict verdict;
	struct cell *c;

	add(a, "fork", 1 << 20, 100 * US);
	add(a, "vfork", 1 << 20, 20 * US);
	add(b, "fork", 1 << 20, 100 * US);
	c = add(b, "vfork", 1 << 20, 20 * US);
	if (spoil)
		spoil(b, c);
	policy.metrics = gate_metric_set(metrics);
	verdict = compare(a, b, 1, &policy);
	free_runs(a, 1);
	free_runs(b, 1);
	return verdict;
}

static void empty_cell(struct run *r, struct cell *c)
{
	(void)r;
	drop_values(c);
}

static void what_only_a_has_is_no_pass(void **state)
{
	(void)state;
	assert_int_equal(compare_two(NULL, "counts"), GATE_PASS);
	assert_int_equal(compare_two(leave_out, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: only A has it");
	assert_true(has_note("1 cell only in A"));
	assert_int_equal(compare_two(empty_cell, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: only A has it; B: no samples");
	assert_int_equal(compare_two(skip_cell, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: only A has it; B: no memory");
	/* Nothing that was asked for is missing. */
	assert_int_equal(compare_two(leave_out, "vmas"), GATE_NOT_COMPARABLE);
}

/* What only B has is new, and told. */
static void what_only_b_has_is_told(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);

	(void)state;
	policy.metrics = gate_metric_set("counts");
	add(a, "fork", 1 << 20, 100 * US);
	add(b, "fork", 1 << 20, 100 * US);
	add(b, "vfork", 1 << 20, 100 * US);
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	assert_true(has_note("1 cell only in B"));
	free_runs(a, 1);
	free_runs(b, 1);
}

static void each_pass_of_a_must_be_in_b(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);
	struct cell *c;

	(void)state;
	policy.metrics = gate_metric_set("counts");
	add(a, "fork", 1 << 20, 100 * US);
	c = add(a, "fork", 1 << 20, 100 * US);
	memcpy(c->key[2].text, "all", 4); /* in place of none */
	add(b, "fork", 1 << 20, 100 * US);
	/* For a metric one pass that both have will do, */
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	/* unless all are asked for, */
	policy.every_probe_set = true;
	assert_int_equal(compare(a, b, 1, &policy), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "fork at 1M, all probes: samples: only A has it");
	assert_int_equal(rows_of("fork at 1M, all probes"), 1);
	/* with each metric in them, */
	c = add(b, "fork", 1 << 20, 100 * US);
	memcpy(c->key[2].text, "all", 4);
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	series__free(&c->counts[COUNT_ptes_copied]);
	assert_int_equal(compare(a, b, 1, &policy), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "fork at 1M, all probes: ptes_copied: only A has it");
	/* or B began one and it broke. */
	policy.every_probe_set = false;
	drop_values(c);
	c->broken = strdup("the parent died");
	assert_int_equal(compare(a, b, 1, &policy), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 1M, all probes: samples: only A has it; B: the parent died");
	free_runs(a, 1);
	free_runs(b, 1);
}

/* Of B half the runs have no vfork, and a third no total of a fork. */
static void only_pairs_that_were_measured_are_claimed(void **state)
{
	struct run *a = new_runs(0, SET), *b = new_runs(1, SET);

	(void)state;
	for (size_t i = 0; i < SET; i++) {
		add(&a[i], "fork", 1 << 20, 100 * US);
		add(&a[i], "vfork", 1 << 20, 20 * US);
		add(&b[i], "fork", 1 << 20, 100 * US);
		add(&b[i], "vfork", 1 << 20, 20 * US);
		if (i % 2)
			skip_cell(&b[i], &b[i].cells[1]);
		for (size_t k = 0; k < VALUES && i % 3 == 0; k++)
			b[i].cells[0].samples[SAMPLE_total_ns].v[k] = MISSING;
	}
	assert_int_equal(compare(a, b, SET, NULL), GATE_PASS);
	assert_string_equal(report.headline,
			    "4 exact metrics not worse, 4 timed metrics less than 3 % slower "
			    "(6 to 12 pairs of runs)");
	assert_true(has_note("vfork at 1M: missing in 6 of 12 runs of B: no memory"));
	assert_true(has_note("fork at 1M: total: 4 of 12 runs of B have no value"));
	assert_int_equal(report.note_count, 2);
	/* Four pairs of vforks could show nothing. */
	skip_cell(&b[0], &b[0].cells[1]);
	skip_cell(&b[2], &b[2].cells[1]);
	assert_int_equal(compare(a, b, SET, NULL), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "4 pairs of runs cannot decide times"));
	free_runs(a, SET);
	free_runs(b, SET);
}

static void the_first_line_names_what_forbids_it(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);

	(void)state;
	add(a, "fork", 1 << 20, 100 * US);
	add(b, "vfork", 1 << 20, 100 * US);
	run__add_env_text(a, "cpu_model", "Intel");
	run__add_env_text(b, "cpu_model", "AMD");
	assert_int_equal(compare(a, b, 1, &policy), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline,
			    "cpu_model (Intel | AMD) differs; --factor declares what may");
	/* Counts may cross CPUs, but these have no cell in common. */
	policy.metrics = gate_metric_set("counts");
	assert_int_equal(compare(a, b, 1, &policy), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline,
			    "no cell in common: A has fork at 1M, B has vfork at 1M");
	gate_report__conclude(&report); /* as --ab does, which may have changed rows */
	assert_non_null(strstr(report.headline, "no cell in common"));
	/* They have one, but nothing that was asked for. */
	policy.metrics = gate_metric_set("vmas");
	add(b, "fork", 1 << 20, 100 * US);
	assert_int_equal(compare(a, b, 1, &policy), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline, "no cell and metric that both have was measured");
	free_runs(a, 1);
	free_runs(b, 1);
}

static void why_a_cell_was_skipped_is_told(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);
	struct cell *c;

	(void)state;
	policy.by_place = true;
	skip_cell(a, add(a, "fork", INT64_C(900) << 30, US));
	skip_cell(b, add(b, "vfork", INT64_C(900) << 30, US));
	assert_int_equal(compare(a, b, 1, &policy), GATE_NOT_COMPARABLE);
	assert_true(has_note("fork at 900G: neither side has it: no memory"));
	assert_int_equal(report.note_count, 1);
	skip_cell(a, add(a, "clone", 1 << 30, US));
	c = add(b, "clone", 1 << 30, US);
	skip_cell(b, c);
	free(c->skipped);
	c->skipped = strdup("no such method");
	add(a, "fork", 1 << 20, 100 * US);
	add(b, "fork", 1 << 20, 100 * US);
	skip_cell(a, add(a, "vfork", 1 << 20, US));
	add(b, "vfork", 1 << 20, 100 * US);
	policy.metrics = gate_metric_set("counts");
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	assert_true(has_note("clone at 1G: neither side has it; A: no memory; B: no such method"));
	assert_true(has_note("vfork at 1M: only B has it; A: no memory"));
	/* Of many not each one is. */
	for (size_t i = 0; i < 5; i++) {
		skip_cell(a, add(a, "clone", (int64_t)(2 + i) << 20, US));
		c = add(b, "clone", (int64_t)(2 + i) << 20, US);
		skip_cell(b, c);
	}
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	assert_true(has_note("A did not measure 7 cells in all"));
	free_runs(a, 1);
	free_runs(b, 1);
}

static const struct gate_row *failed_row(void)
{
	for (size_t i = 0; i < report.row_count; i++) {
		if (report.rows[i].of && report.rows[i].of->kind == METRIC_FAILED)
			return &report.rows[i];
	}
	fail_msg("no row of failed calls");
	return NULL;
}

/* Of VALUES calls so many fail, in each run. */
static enum gate_verdict compare_failed(const size_t *of_a, const size_t *of_b, size_t count)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, count), *b = new_runs(1, count);
	enum gate_verdict verdict;

	for (size_t i = 0; i < 2 * count; i++) {
		struct cell *c = add(i < count ? &a[i] : &b[i - count], "fork", 1 << 20, 100 * US);

		fill(&c->errnos, 0);
		for (size_t k = 0; k < (i < count ? of_a[i] : of_b[i - count]); k++)
			c->errnos.v[k] = 11;
	}
	policy.metrics = gate_metric_set("counts");
	verdict = compare(a, b, count, &policy);
	free_runs(a, count);
	free_runs(b, count);
	return verdict;
}

static void calls_that_fail_in_part_are_counted(void **state)
{
	const size_t none[8] = {0}, one[8] = {1, 1, 1, 1, 1, 1, 1, 1};
	const size_t some[8] = {0, 2, 1, 0, 0, 3, 0, 1}, most[8] = {4, 3, 4, 4, 5, 4, 3, 4};
	const size_t all[8] = {5, 5, 5, 5, 5, 5, 5, 5};

	(void)state;
	assert_int_equal(compare_failed(none, none, 1), GATE_PASS);
	assert_int_equal(compare_failed(none, most, 1), GATE_REGRESSION);
	assert_string_equal(report.headline, "fork at 1M: failed (0 -> 800 of 1000 calls)");
	assert_false(isfinite(failed_row()->change));
	assert_int_equal(compare_failed(one, most, 1), GATE_REGRESSION);
	assert_int_equal(compare_failed(none, all, 1), GATE_REGRESSION);
	assert_int_equal(compare_failed(most, one, 1), GATE_PASS);
	assert_true(failed_row()->improved);
	assert_int_equal(compare_failed(one, one, 1), GATE_PASS);
	/* Of several runs each must be worse than any before, or pairs decide. */
	assert_int_equal(compare_failed(none, most, 8), GATE_REGRESSION);
	assert_int_equal(compare_failed(one, most, 3), GATE_REGRESSION);
	assert_int_equal(failed_row()->kind, GATE_EXACT);
	assert_int_equal(compare_failed(none, some, 8), GATE_INCONCLUSIVE);
	assert_string_equal(failed_row()->note,
			    "calls fail in 0 of 8 runs of A, 4 of 8 of B: compared by pairs");
	assert_false(isfinite(failed_row()->change));
}

static void what_cannot_be_is_no_improvement(void **state)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a = new_runs(0, SET), *b = new_runs(1, SET);

	(void)state;
	for (size_t i = 0; i < SET; i++) {
		add(&a[i], "fork", 1 << 20, 100 * US);
		fill(&add(&b[i], "fork", 1 << 20, 100 * US)->counts[COUNT_ptes_copied], -5);
	}
	assert_int_equal(compare(a, b, SET, NULL), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 1M: ptes_copied: B has a value below 0, which cannot be");
	policy.metrics = gate_metric_set("times");
	assert_int_equal(compare(a, b, SET, &policy), GATE_PASS);
	/* One call in one run of A. */
	a[3].cells[0].samples[SAMPLE_total_ns].v[2] = -7;
	assert_int_equal(compare(a, b, SET, &policy), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 1M: total: A has a value below 0, which cannot be");
	/* Each is exact in the lab, where -7 would be less than 200000. */
	for (size_t i = 0; i < SET; i++) {
		memcpy(a[i].clock, "icount", 7);
		memcpy(b[i].clock, "icount", 7);
	}
	assert_int_equal(compare(a, b, SET, &policy), GATE_INCONCLUSIVE);
	free_runs(a, SET);
	free_runs(b, SET);
}

/* Five pairs: of fork all are 8 % slower, of vfork 50 %; no interval has a bound. */
static void few_pairs_leave_no_bound(void **state)
{
	struct run *a = new_runs(0, 5), *b = new_runs(1, 5);
	char *text = NULL;
	size_t size;
	FILE *out;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		add(&a[i], "fork", 1 << 20, 100 * US);
		add(&a[i], "vfork", 1 << 20, 100 * US);
		add(&b[i], "fork", 1 << 20, 108 * US);
		add(&b[i], "vfork", 1 << 20, 150 * US + (int64_t)i);
	}
	assert_int_equal(compare(a, b, 5, NULL), GATE_INCONCLUSIVE);
	assert_string_equal(report.rows[0].cell, "vfork at 1M");
	for (size_t i = 0; i < report.row_count; i++)
		assert_false(isfinite(report.rows[i].low) || isfinite(report.rows[i].high));
	out = open_memstream(&text, &size);
	assert_int_equal(gate_print_json(&report, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "\"change\""));
	assert_null(strstr(text, "\"low\""));
	assert_null(strstr(text, "\"high\""));
	free(text);
	free_runs(a, 5);
	free_runs(b, 5);
}

static void assert_whole(const char *text)
{
	uint32_t code;
	size_t len;

	for (; *text != '\0'; text += len) {
		len = utf8_decode(text, &code);
		assert_true(len > 0);
	}
}

/* Each output of the report, in whole characters. */
static void assert_printable(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(gate_print_json(&report, out), 0);
	assert_int_equal(gate_print_text(&report, out, false, true), 0);
	assert_int_equal(gate_print_ktap(&report, out, false), 0);
	assert_int_equal(gate_print_junit(&report, out, false), 0);
	assert_int_equal(gate_print_markdown(&report, out, false), 0);
	fclose(out);
	assert_whole(text);
	assert_whole(report.headline);
	free(text);
}

/* Wherever a name is cut, there may be a character of two bytes, three or four. */
static void names_are_cut_between_characters(void **state)
{
	static const char *const characters[] = {"\u00e9", "\u20ac", "\U0001f600"};
	size_t shift;

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		struct run *a = new_runs(0, 1), *b = new_runs(1, 1);
		char name[500] = "";

		shift = i / 3;
		for (size_t k = 0; k < shift; k++)
			strcat(name, "x");
		for (size_t k = 0; k < 100; k++)
			strcat(name, characters[i % 3]);
		add(a, name, 1 << 20, 100 * US);
		add(b, name, 1 << 20, 110 * US);
		cell__add_key_text(&a->cells[0], name, name);
		cell__add_key_text(&b->cells[0], name, name);
		compare(a, b, 1, NULL);
		assert_printable();
		run__add_env_text(a, "cpu_model", name);
		run__add_env_text(a, "mitigations", name);
		run__add_env_text(b, "mitigations", name + shift);
		assert_int_equal(compare(a, b, 1, NULL), GATE_NOT_COMPARABLE);
		assert_printable();
		free_runs(a, 1);
		free_runs(b, 1);
	}
}

int main(void)
{
	/* Else what is not ASCII is escaped before it is cut. */
	char *locale = setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(cells_are_paired_by_key_first_and_each_once,
					  forget_report),
		cmocka_unit_test_teardown(the_grid_of_a_side_is_that_of_all_its_runs,
					  forget_report),
		cmocka_unit_test_teardown(what_only_a_has_is_no_pass, forget_report),
		cmocka_unit_test_teardown(what_only_b_has_is_told, forget_report),
		cmocka_unit_test_teardown(each_pass_of_a_must_be_in_b, forget_report),
		cmocka_unit_test_teardown(calls_that_fail_in_part_are_counted, forget_report),
		cmocka_unit_test_teardown(what_cannot_be_is_no_improvement, forget_report),
		cmocka_unit_test_teardown(few_pairs_leave_no_bound, forget_report),
		cmocka_unit_test_teardown(names_are_cut_between_characters, forget_report),
		cmocka_unit_test_teardown(only_pairs_that_were_measured_are_claimed, forget_report),
		cmocka_unit_test_teardown(the_first_line_names_what_forbids_it, forget_report),
		cmocka_unit_test_teardown(why_a_cell_was_skipped_is_told, forget_report),
	};

	assert_non_null(locale);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
