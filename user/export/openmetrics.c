// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The format openmetrics: OpenMetrics 1.0 that is also Prometheus' text format 0.0.4, for
 * node_exporter's textfile collector. A family per kind of time and count, a series per cell; only
 * summaries, no samples and no timestamps.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/metric.h"
#include "user/analysis/quantiles.h"
#include "user/analysis/rows.h"
#include "user/analysis/stats.h"
#include "user/export/format.h"
#include "user/model/phase.h"
#include "user/text/markup.h"

#define NAME_SIZE 128

/* The head of a family. */
struct family {
	char name[NAME_SIZE];
	const char *unit; /* the suffix of the name, or NULL */
	const char *help;
	double scale; /* from the stored value to the unit */
};

/* Escaped as the value of a label, where \\, \" and \n are the only escapes. */
static void write_value(FILE *out, const char *text)
{
	text_plain(out, text, "\\\"", '\\');
}

static bool is_taken(const struct cell *c, size_t axis, const char *name);

/* The axis as a label's name: only letters, digits and "_", and unique in the series. */
static void label_name(const struct cell *c, size_t axis, char name[NAME_SIZE])
{
	size_t i;

	snprintf(name, NAME_SIZE - 16, "%s%s",
		 isalpha((unsigned char)c->key[axis].name[0]) ? "" : "_", c->key[axis].name);
	for (i = 0; name[i] != '\0'; i++) {
		if (!isalnum((unsigned char)name[i]))
			name[i] = '_';
	}
	while (is_taken(c, axis, name) && i + 1 < NAME_SIZE) {
		name[i++] = '_';
		name[i] = '\0';
	}
}

static bool is_taken(const struct cell *c, size_t axis, const char *name)
{
	char other[NAME_SIZE];

	if (!strcmp(name, "quantile") || !strcmp(name, "phase") || !strcmp(name, "source"))
		return true;
	for (size_t i = 0; i < axis; i++) {
		label_name(c, i, other);
		if (!strcmp(name, other))
			return true;
	}
	return false;
}

/* name="value",... of the cell's axes, then phase and source unless NULL. NULL: out of memory. */
static char *labels_of(const struct cell *c, const char *phase, const char *source)
{
	char *text = NULL, name[NAME_SIZE];
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (i = 0; i < c->key_count; i++) {
		label_name(c, i, name);
		fprintf(out, "%s%s=\"", i ? "," : "", name);
		if (c->key[i].text)
			write_value(out, c->key[i].text);
		else
			fprintf(out, "%" PRId64, c->key[i].number);
		fputc('"', out);
	}
	if (phase)
		fprintf(out, "%sphase=\"%s\"", i ? "," : "", phase);
	if (source) {
		fputs(",source=\"", out);
		write_value(out, source);
		fputc('"', out);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void write_head(FILE *out, const struct family *f, const char *type)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, type);
	if (f->unit)
		fprintf(out, "# UNIT %s %s\n", f->name, f->unit);
}

/* High quantiles only where ten values lie beyond them, as in the tables. */
static int write_summary(FILE *out, const struct family *f, const struct series *series,
			 const char *labels)
{
	static const double shown[] = {0.5, 0.9, 0.99, 0.999};
	const char *comma = labels[0] ? "," : "";
	struct sorted s;
	int err = sorted__of(&s, series);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (i == 0 || stats_tail_known(series, shown[i]))
			fprintf(out, "%s{%s%squantile=\"%g\"} %.12g\n", f->name, labels, comma,
				shown[i], sorted__quantile(&s, shown[i]) * f->scale);
	}
	fprintf(out, "%s_sum{%s} %.12g\n", f->name, labels, stats_sum(series) * f->scale);
	fprintf(out, "%s_count{%s} %zu\n", f->name, labels, s.n);
	sorted__free(&s);
	return 0;
}

/* A family of summaries: one per cell that has values. */
static int write_family(FILE *out, const struct run *r, const struct family *f,
			const struct metric *m)
{
	bool any = false;
	int err = 0;

	for (size_t i = 0; i < r->cell_count && !err; i++) {
		const struct series *s = metric_series(m, &r->cells[i]);
		char *labels;

		if (!series__any(s))
			continue;
		if (!any)
			write_head(out, f, "summary");
		any = true;
		labels = labels_of(&r->cells[i], NULL, NULL);
		err = labels ? write_summary(out, f, s, labels) : -ENOMEM;
		free(labels);
	}
	return err;
}

/* Prometheus' base unit of time is the second. */
static struct family time_family(const struct run *r, const char *name, const char *help)
{
	bool instructions = run__counts_instructions(r);
	struct family f = {
		.unit = instructions ? "instructions" : "seconds",
		.help = help,
		.scale = instructions ? 1 : 1e-9,
	};

	snprintf(f.name, sizeof(f.name), "spawnscope_%s_%s", name, f.unit);
	return f;
}

static int write_samples(FILE *out, const struct run *r)
{
	char name[NAME_SIZE / 2], *end;
	int err = 0;

	for (const struct metric *m = metrics; m->name && !err; m++) {
		struct family f;

		if (m->kind != METRIC_TIME && m->kind != METRIC_BILL)
			continue;
		snprintf(name, sizeof(name), "%s", m->name);
		if ((end = strstr(name, "_ns")))
			*end = '\0';
		f = time_family(r, name, m->brief);
		err = write_family(out, r, &f, m);
	}
	return err;
}

static int write_phases(FILE *out, const struct run *r)
{
	struct family f = time_family(r, "phase", "Time in each phase of a birth.");
	bool any = false;
	int err = 0;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];

		for (int p = 0; p < PHASE_COUNT && !err; p++) {
			char *labels;

			if (!series__any(&c->phases[p]))
				continue;
			if (!any)
				write_head(out, &f, "summary");
			any = true;
			labels = labels_of(c, phase_name(p), run__phase_source(r, c, p));
			err = labels ? write_summary(out, &f, &c->phases[p], labels) : -ENOMEM;
			free(labels);
		}
	}
	return err;
}

static int write_counts(FILE *out, const struct run *r)
{
	int err = 0;

	for (const struct metric *m = metrics; m->name && !err; m++) {
		bool bytes = m->kind == METRIC_COUNT && !strcmp(m->unit, "bytes");
		struct family f = {
			.unit = bytes ? "bytes" : NULL,
			.help = m->brief,
			.scale = 1,
		};

		if (m->kind != METRIC_COUNT)
			continue;
		snprintf(f.name, sizeof(f.name), "spawnscope_%s%s", m->name,
			 bytes && !strstr(m->name, "_bytes") ? "_bytes" : "");
		err = write_family(out, r, &f, m);
	}
	return err;
}

/* Can be below 0 where clock reads overlap, which a summary must not be: write its median as a
 * gauge. */
static int write_unattributed(FILE *out, const struct run *r)
{
	struct family f = time_family(r, "unattributed_median",
				      "Median of the call's time that no phase explains.");
	bool any = false;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];
		char *labels;

		if (!series__any(&c->unattributed))
			continue;
		if (!any)
			write_head(out, &f, "gauge");
		any = true;
		labels = labels_of(c, NULL, NULL);
		if (!labels)
			return -ENOMEM;
		fprintf(out, "%s{%s} %.12g\n", f.name, labels,
			stats_median(&c->unattributed) * f.scale);
		free(labels);
	}
	return 0;
}

static void write_total(FILE *out, const char *name, const char *help, int64_t value)
{
	if (value != MISSING)
		fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", name, help, name,
			name, value);
}

static void write_run(FILE *out, const struct run *r)
{
	static const char *const facts[] = {"kernel_release", "cpu_model", "hypervisor", "libc"};

	fputs("# HELP spawnscope_run_info What was measured, and where.\n"
	      "# TYPE spawnscope_run_info gauge\n"
	      "spawnscope_run_info{tool=\"",
	      out);
	write_value(out, r->tool);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		const struct fact *fact = run__env(r, facts[i]);

		if (!fact || !fact->text)
			continue;
		fprintf(out, "\",%s=\"", facts[i]);
		write_value(out, fact->text);
	}
	fputs("\"} 1\n", out);
	write_total(out, "spawnscope_run_whole", "1 if the run has its end, 0 if it broke off.",
		    r->ended);
	write_total(out, "spawnscope_births", "Births recorded in the run.", r->end.births);
	write_total(out, "spawnscope_lost_records", "Records that found no room.", r->end.lost);
	write_total(out, "spawnscope_missed_probe_runs", "Runs of a probe that the kernel skipped.",
		    r->end.missed);
}

static int write_cells(const struct run *r, FILE *out)
{
	int err;

	write_run(out, r);
	err = write_samples(out, r);
	if (!err)
		err = write_phases(out, r);
	if (!err)
		err = write_unattributed(out, r);
	if (!err)
		err = write_counts(out, r);
	fputs("# EOF\n", out);
	return err;
}

const struct export_format export_openmetrics = {
	.value = {"openmetrics", "summaries of a bench, for node_exporter's textfile collector"},
	.cells = write_cells,
};
