// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The format csv: RFC 4180 with newlines as line ends. A header, and one row per sample: its axes,
 * then all times and counts in a fixed order. A profile has one row per birth instead.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/export/csv_births.h"
#include "user/export/csv_fields.h"
#include "user/export/format.h"

/* The axes of all cells, in the order in which they first appear. */
struct axes {
	const char **names;
	size_t count;
};

static bool is_known(const struct axes *axes, const char *name)
{
	for (size_t i = 0; i < axes->count; i++) {
		if (!strcmp(axes->names[i], name))
			return true;
	}
	return false;
}

static int find_axes(const struct run *r, struct axes *axes)
{
	for (size_t i = 0; i < r->cell_count; i++) {
		for (size_t k = 0; k < r->cells[i].key_count; k++) {
			const char *name = r->cells[i].key[k].name;
			const char **names;

			if (is_known(axes, name))
				continue;
			names = reallocarray((void *)axes->names, axes->count + 1, sizeof(*names));
			if (!names)
				return -ENOMEM;
			axes->names = names;
			names[axes->count++] = name;
		}
	}
	return 0;
}

static int write_header(const struct axes *axes, FILE *out)
{
	int err;

	fputs("clock", out);
	for (size_t i = 0; i < axes->count; i++) {
		fputc(',', out);
		err = csv_text(out, axes->names[i]);
		if (err)
			return err;
	}
	fputs(",sample,errno", out);
	for (int k = 0; k < SAMPLE_COUNT; k++)
		fprintf(out, ",%s", sample_name(k));
	fputs(",unattributed_ns", out);
	csv_header_end(out);
	return 0;
}

/* What all rows of a cell begin with. NULL: out of memory. */
static char *lead_of(const struct run *r, const struct axes *axes, const struct cell *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err = out ? csv_text(out, r->clock) : -ENOMEM;

	for (size_t i = 0; i < axes->count && !err; i++) {
		const char *value = cell__key_text(c, axes->names[i]);
		int64_t number = cell__key_number(c, axes->names[i]);

		fputc(',', out);
		if (value)
			err = csv_text(out, value);
		else if (number != MISSING)
			fprintf(out, "%" PRId64, number);
	}
	if (out && fclose(out) != 0)
		err = -ENOMEM;
	if (err) {
		free(text);
		return NULL;
	}
	return text;
}

static void write_value(FILE *out, const struct series *s, size_t i)
{
	csv_number(out, i < s->n ? s->v[i] : MISSING);
}

static void write_sample(FILE *out, const struct cell *c, const char *lead, size_t i)
{
	fprintf(out, "%s,%zu", lead, i);
	write_value(out, &c->errnos, i);
	for (int k = 0; k < SAMPLE_COUNT; k++)
		write_value(out, &c->samples[k], i);
	write_value(out, &c->unattributed, i);
	for (int k = 0; k < PHASE_COUNT; k++)
		write_value(out, &c->phases[k], i);
	for (int k = 0; k < COUNT_COUNT; k++)
		write_value(out, &c->counts[k], i);
	fputc('\n', out);
}

static int write_cells(const struct run *r, FILE *out)
{
	struct axes axes = {0};
	int err = find_axes(r, &axes);

	if (!err)
		err = write_header(&axes, out);
	for (size_t i = 0; i < r->cell_count && !err; i++) {
		char *lead = lead_of(r, &axes, &r->cells[i]);

		if (!lead)
			err = -ENOMEM;
		for (size_t k = 0; lead && k < r->cells[i].n; k++)
			write_sample(out, &r->cells[i], lead, k);
		free(lead);
	}
	free((void *)axes.names);
	return err;
}

const struct export_format export_csv = {
	.value = {"csv", "one row per sample: axes, times, phases, counts; of a profile, one row "
			 "per birth; missing values are empty"},
	.cells = write_cells,
	.births = csv_births,
};
