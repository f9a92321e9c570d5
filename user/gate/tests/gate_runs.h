/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Made-up runs of A and B for the gate's tests, as many of each, and the report of the last
 * comparison. Include bench/tests/unit.h first.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"

#define VALUES 5 /* samples of a cell */
#define US     INT64_C(1000)
#define MIB    (INT64_C(1) << 20)

static struct run *a, *b;
static size_t run_count; /* of each side */
static struct gate_policy policy;
static struct gate_report report;

static inline void fill(struct series *s, size_t n, int64_t value)
{
	series__free(s);
	while (s->n < n)
		assert_int_equal(series__push(s, value), 0);
}

static inline void fill_count(struct cell *c, enum count count, int64_t value)
{
	fill(&c->counts[count], VALUES, value);
}

/* Sets or adds a fact of the environment. The text must stay. */
static inline void set_text(struct run *r, const char *name, const char *text)
{
	for (size_t i = 0; i < r->env_count; i++) {
		if (strcmp(r->env[i].name, name))
			continue;
		r->env[i].text = text;
		r->env[i].number = MISSING;
		return;
	}
	assert_int_equal(run__add_env_text(r, name, text), 0);
}

static inline void set_number(struct run *r, const char *name, int64_t number)
{
	set_text(r, name, NULL);
	for (size_t i = 0; i < r->env_count; i++) {
		if (!strcmp(r->env[i].name, name))
			r->env[i].number = number;
	}
}

static inline void set_clock(struct run *r, const char *clock)
{
	free(r->clock);
	r->clock = strdup(clock);
}

static inline void set_clocks(const char *clock)
{
	for (size_t i = 0; i < run_count; i++) {
		set_clock(&a[i], clock);
		set_clock(&b[i], clock);
	}
}

/* A run taken at this time. */
static inline void make_run(struct run *r, int64_t taken_ms)
{
	*r = (struct run){.schema = RUN_SCHEMA, .ended = true};
	r->tool = strdup("spawnscope 0.1.0");
	r->clock = strdup("monotonic");
	r->command = calloc(1, sizeof(*r->command));
	set_text(r, "kernel_release", "6.1.0-18-amd64");
	set_text(r, "cpu_model", "Intel");
	set_text(r, "thp", "madvise");
	set_number(r, "page_bytes", 4096);
	set_number(r, "memory_bytes", 8192 * MIB);
	set_number(r, "aslr", 2);
	set_text(r, "aslr_personality", "off");
	set_number(r, "taken_ms", taken_ms);
}

static inline void free_runs(void)
{
	for (size_t i = 0; i < run_count; i++) {
		run__free(&a[i]);
		run__free(&b[i]);
	}
	free(a);
	free(b);
	run_count = 0;
}

/* Begins anew: runs without cells, of A and B in turn (ABBA), and the default policy. */
static inline void make_runs(size_t count)
{
	free_runs();
	policy = gate_policy_default;
	run_count = count;
	a = calloc(count, sizeof(*a));
	b = calloc(count, sizeof(*b));
	assert_true(a && b);
	for (size_t i = 0; i < count; i++) {
		make_run(&a[i], 2000 * (int64_t)i + 1000 * (int64_t)(i % 2));
		make_run(&b[i], 2000 * (int64_t)i + 1000 * (int64_t)(1 - i % 2));
	}
}

int unit_teardown(void **state)
{
	free_runs();
	gate_report__free(&report);
	return 0;
}

/* Sets or adds an axis of a cell's key. The text must stay. */
static inline void set_key(struct cell *c, const char *axis, const char *text)
{
	for (size_t i = 0; i < c->key_count; i++) {
		if (strcmp(c->key[i].name, axis))
			continue;
		c->key[i].text = text;
		return;
	}
	assert_int_equal(cell__add_key_text(c, axis, text), 0);
}

/* A cell with these times of the call; they end twice as late. Valid until the next one is added.
 */
static inline struct cell *add_cell(struct run *r, const char *method, int64_t bytes,
				    const char *probe_set, int64_t call_ns)
{
	struct cell *c = run__add_cell(r);

	assert_non_null(c);
	cell__add_key_text(c, "method", method);
	cell__add_key_number(c, "rss_bytes", bytes);
	cell__add_key_text(c, PROBE_SET_AXIS, probe_set);
	c->n = VALUES;
	fill(&c->samples[SAMPLE_spawn_ns], VALUES, call_ns);
	fill(&c->samples[SAMPLE_total_ns], VALUES, 2 * call_ns);
	return c;
}

static inline void drop_values(struct cell *c)
{
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		series__free(&c->samples[i]);
	for (size_t i = 0; i < COUNT_COUNT; i++)
		series__free(&c->counts[i]);
	c->n = 0;
}

static inline void skip_cell(struct cell *c, const char *why)
{
	drop_values(c);
	free(c->skipped);
	c->skipped = strdup(why);
}

/* Adds a cell without probes to each run, with these times of the call in A and in B. */
static inline void add_cells(const char *method, int64_t bytes, int64_t ns_of_a, int64_t ns_of_b)
{
	for (size_t i = 0; i < run_count; i++) {
		add_cell(&a[i], method, bytes, "none", ns_of_a);
		add_cell(&b[i], method, bytes, "none", ns_of_b);
	}
}

/* Sets a count in the first cell of each run. */
static inline void fill_counts(enum count count, int64_t of_a, int64_t of_b)
{
	for (size_t i = 0; i < run_count; i++) {
		fill_count(&a[i].cells[0], count, of_a);
		fill_count(&b[i].cells[0], count, of_b);
	}
}

/* Runs of one fork of 64 MiB each, with these times of the call in us. */
static inline void make_timed_runs(const double *us_of_a, const double *us_of_b, size_t count)
{
	make_runs(count);
	for (size_t i = 0; i < count; i++) {
		add_cell(&a[i], "fork", 64 * MIB, "none", (int64_t)(1000 * us_of_a[i]));
		add_cell(&b[i], "fork", 64 * MIB, "none", (int64_t)(1000 * us_of_b[i]));
	}
}

/* A pair of runs of one equal fork of 1 MiB. */
static inline void make_equal_runs(const char *clock)
{
	make_runs(1);
	set_clocks(clock);
	add_cells("fork", MIB, 100 * US, 100 * US);
}

static inline enum gate_verdict compare(void)
{
	gate_report__free(&report);
	assert_int_equal(gate_compare(a, run_count, b, run_count, &policy, &report), 0);
	return report.verdict;
}

/* The same if only these metrics gate. */
static inline enum gate_verdict compare_metrics(const char *set)
{
	policy.metrics = gate_metric_set(set);
	return compare();
}

static inline const struct gate_row *find_row(const char *metric)
{
	for (size_t i = 0; i < report.row_count; i++) {
		if (!strcmp(report.rows[i].metric, metric))
			return &report.rows[i];
	}
	return NULL;
}

static inline size_t rows_of(const char *cell)
{
	size_t n = 0;

	for (size_t i = 0; i < report.row_count; i++)
		n += !strcmp(report.rows[i].cell, cell);
	return n;
}

static inline bool has_note(const char *part)
{
	for (size_t i = 0; i < report.note_count; i++) {
		if (strstr(report.notes[i], part))
			return true;
	}
	for (size_t i = 0; i < report.note_count; i++)
		print_message("note: %s\n", report.notes[i]);
	return false;
}
