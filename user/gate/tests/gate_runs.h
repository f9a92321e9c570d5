/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Made-up runs for the gate's tests, and the report of the last comparison. Include cmocka first.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"

#define VALUES 5 /* samples of a cell */
#define US     INT64_C(1000)
#define MIB    (INT64_C(1) << 20)

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

/* Sets or adds a fact of the environment. */
static inline void set_text(struct run *r, const char *name, const char *text)
{
	for (size_t i = 0; i < r->env_count; i++) {
		if (strcmp(r->env[i].name, name))
			continue;
		free(r->env[i].text);
		r->env[i].text = text ? strdup(text) : NULL;
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

/* Side 0 is A. Runs of A and B are taken in turn. */
static inline struct run *new_runs(int side, size_t count)
{
	struct run *runs = calloc(count, sizeof(*runs));

	assert_non_null(runs);
	for (size_t i = 0; i < count; i++) {
		struct run *r = &runs[i];

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
		set_number(r, "taken_ms", 2000 * (int64_t)i + 1000 * side);
	}
	return runs;
}

static inline void free_runs(struct run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run__free(&runs[i]);
	free(runs);
}

/* Sets or adds an axis of a cell's key. */
static inline void set_key(struct cell *c, const char *axis, const char *text)
{
	for (size_t i = 0; i < c->key_count; i++) {
		if (strcmp(c->key[i].name, axis))
			continue;
		free(c->key[i].text);
		c->key[i].text = strdup(text);
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

/* Runs of one fork of 64 MiB each, with these times of the call in us. */
static inline struct run *timed_runs(int side, const double *us, size_t count)
{
	struct run *runs = new_runs(side, count);

	for (size_t i = 0; i < count; i++)
		add_cell(&runs[i], "fork", 64 * MIB, "none", (int64_t)(1000 * us[i]));
	return runs;
}

/* A pair of runs of one equal fork of 1 MiB. */
static inline void equal_runs(struct run **a, struct run **b, const char *clock)
{
	struct run **sides[] = {a, b};

	for (int side = 0; side < 2; side++) {
		*sides[side] = new_runs(side, 1);
		set_clock(*sides[side], clock);
		add_cell(*sides[side], "fork", MIB, "none", 100 * US);
	}
}

/* Compares as many runs of each side; `policy`: NULL for the default. */
static inline enum gate_verdict compare(const struct run *a, const struct run *b, size_t count,
					const struct gate_policy *policy)
{
	gate_report__free(&report);
	assert_int_equal(
		gate_compare(a, count, b, count, policy ? policy : &gate_policy_default, &report),
		0);
	return report.verdict;
}

/* The same if only these metrics gate. */
static inline enum gate_verdict compare_metrics(const struct run *a, const struct run *b,
						size_t count, const char *set)
{
	struct gate_policy policy = gate_policy_default;

	policy.metrics = gate_metric_set(set);
	return compare(a, b, count, &policy);
}

static inline int forget_report(void **state)
{
	gate_report__free(&report);
	return 0;
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
