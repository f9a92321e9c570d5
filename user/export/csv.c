// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The format csv: RFC 4180 with newlines as line ends. A header, and one row per sample: its axes,
 * then all times and counts in a fixed order. A profile has one row per birth instead.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/export/format.h"
#include "user/model/bill.h"
#include "user/model/birth.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

/*
 * The text, in quotes if it needs them; hidden characters become \xHH. Spreadsheets evaluate a cell
 * that begins with one of these, and names are others' to choose: they get a ' in front. So does a
 * text that begins with ', so that one ' less is the name again.
 */
static void write_text(FILE *out, const char *text)
{
	const char *quote = strpbrk(text, ",\"") ? "\"" : "";

	fputs(quote, out);
	if (*text && strchr("=+-@'", *text))
		fputc('\'', out);
	text_plain(out, text, "\"", '"');
	fputs(quote, out);
}

/* A comma and the value; nothing after the comma if it is MISSING. */
static void write_number(FILE *out, int64_t value)
{
	char text[1 + DIGITS_ROOM] = ",", *end = text + 1;

	if (value != MISSING)
		end = text_digits(end, value);
	fwrite_unlocked(text, 1, (size_t)(end - text), out);
}

/* Ends a header: the bill, the names of all phases and counts, which are the last columns. */
static void end_header(FILE *out)
{
	fputs(",bill_ns", out);
	for (int k = 0; k < PHASE_COUNT; k++)
		fprintf(out, ",phase_%s_ns", phase_name(k));
	for (int k = 0; k < COUNT_COUNT; k++)
		fprintf(out, ",%s", count_name(k));
	fputc('\n', out);
}

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

static void write_header(const struct axes *axes, FILE *out)
{
	fputs("clock", out);
	for (size_t i = 0; i < axes->count; i++) {
		fputc(',', out);
		write_text(out, axes->names[i]);
	}
	fputs(",sample,errno", out);
	for (int k = 0; k < SAMPLE_COUNT; k++)
		fprintf(out, ",%s", sample_name(k));
	fputs(",unattributed_ns", out);
	end_header(out);
}

/* What all rows of a cell begin with. NULL: out of memory. */
static char *lead_of(const struct run *r, const struct axes *axes, const struct cell *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	write_text(out, r->clock);
	for (size_t i = 0; i < axes->count; i++) {
		const char *value = cell__key_text(c, axes->names[i]);

		if (value) {
			fputc(',', out);
			write_text(out, value);
		} else {
			write_number(out, cell__key_number(c, axes->names[i]));
		}
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void write_value(FILE *out, const struct series *s, size_t i)
{
	write_number(out, i < s->n ? s->v[i] : MISSING);
}

static void write_sample(FILE *out, const struct cell *c, const char *lead, size_t i)
{
	fprintf(out, "%s,%zu", lead, i);
	write_value(out, &c->errnos, i);
	for (int k = 0; k < SAMPLE_COUNT; k++)
		write_value(out, &c->samples[k], i);
	write_value(out, &c->unattributed, i);
	write_value(out, &c->bill, i);
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
		write_header(&axes, out);
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

static void write_name(FILE *out, const char *name)
{
	fputc(',', out);
	if (name)
		write_text(out, name);
}

/* The arguments separated by blanks; " .." at the end if they were cut. */
static int write_arguments(FILE *out, const struct birth *b)
{
	char *text;

	if (!b->args) {
		write_name(out, NULL);
		return 0;
	}
	text = calloc(1, b->args_bytes + sizeof(" .."));
	if (!text)
		return -ENOMEM;
	memcpy(text, b->args, b->args_bytes);
	for (size_t i = 0; i + 1 < b->args_bytes; i++) {
		if (!text[i])
			text[i] = ' ';
	}
	if (b->args_total > b->args_bytes)
		strcat(text, " ..");
	write_name(out, text);
	free(text);
	return 0;
}

static int write_birth(FILE *out, const struct run *r, const struct birth *b)
{
	const struct life *life = &b->life;
	bool born = life->result > 0;
	int err;

	write_text(out, r->clock);
	write_number(out, birth_time(b));
	fprintf(out, ",%s", method_name(life->method));
	write_number(out, (int64_t)life->clone_flags);
	write_number(out, born ? 0 : -life->result);
	write_number(out, birth_call_ns(b));
	write_number(out, life->parent_tgid);
	write_number(out, b->parent_tid);
	write_name(out, b->comm);
	write_name(out, b->exe[0] ? b->exe : NULL);
	write_number(out, b->uid);
	write_number(out, (int64_t)b->cgroup);
	write_number(out, born ? (int64_t)b->child_tgid : MISSING);
	write_number(out, born ? (int64_t)life->tid : MISSING);
	write_number(out, life->execed ? -life->exec_result : MISSING);
	write_name(out, b->path);
	err = write_arguments(out, b);
	write_number(out, bill_of_life(life));
	for (int i = 0; i < PHASE_COUNT; i++)
		write_number(out, phase_ns(life, i));
	for (int i = 0; i < COUNT_COUNT; i++)
		write_number(out, life->count[i]);
	fputc('\n', out);
	return err;
}

static int write_births(const struct run *r, FILE *out)
{
	int err = 0;

	fputs("clock,t_ns,method,flags,errno,call_ns,parent_pid,parent_tid,parent_comm,parent_exe,"
	      "uid,cgroup,child_pid,child_tid,exec_errno,exec_path,exec_argv",
	      out);
	end_header(out);
	for (size_t i = 0; i < r->birth_count && !err; i++)
		err = write_birth(out, r, &r->births[i]);
	return err;
}

const struct export_format export_csv = {
	.value = {"csv", "one row per sample: axes, times, phases, counts; of a profile, one row "
			 "per birth; missing values are empty"},
	.cells = write_cells,
	.births = write_births,
};
