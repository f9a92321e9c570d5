// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/stats.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define PAGE_BYTES 4096

/* Columns and parts of the path that a program is shown with. */
#define PROGRAM_WIDTH 20
#define PROGRAM_PARTS 6

static bool has_own_place(const char *axis)
{
	return !strcmp(axis, "method") || !strcmp(axis, PROBE_SET_AXIS) ||
	       !strcmp(axis, "rss_bytes");
}

static bool has_axis(const struct axes *a, const char *axis)
{
	for (size_t i = 0; i < a->n; i++) {
		if (!strcmp(a->name[i], axis))
			return true;
	}
	return false;
}

/* Adds the axes of `named` in which the two cells differ. */
static void add_differences(struct axes *a, const struct cell *named, const struct cell *other)
{
	for (size_t i = 0; i < named->key_count && a->n < AXES_MAX; i++) {
		const char *axis = named->key[i].name;

		if (!has_own_place(axis) && !has_axis(a, axis) &&
		    !fact_same(&named->key[i], fact_find(other->key, other->key_count, axis)))
			a->name[a->n++] = axis;
	}
}

static void add_program(const struct axes *a, const char *command, struct strbuf *out)
{
	char text[4 * PROGRAM_WIDTH + 4];
	size_t at = strcspn(command, " "), parts = a->program_parts;

	/* In quotes it stays whole. */
	if (!parts || *command == '\'')
		at = 0;
	while (at && (command[at - 1] != '/' || --parts))
		at--;
	strbuf__add(out, "%s",
		    a->programs_cut ? utf8_cut(command + at, PROGRAM_WIDTH, text) : command + at);
}

/* Whether programs that differ also do when they are cut. */
static bool are_distinct(const struct axes *shown, const struct run *r)
{
	const char *first = NULL, *program;
	struct strbuf a = {0}, b = {0};
	bool distinct = true;

	for (size_t i = 0; i < r->cell_count && distinct; i++) {
		first = cell__program(&r->cells[i]);
		if (first)
			add_program(shown, first, &a);
		for (size_t k = 0; k < i && first && distinct; k++) {
			program = cell__program(&r->cells[k]);
			if (!program || !strcmp(program, first))
				continue;
			add_program(shown, program, &b);
			distinct = strcmp(strbuf__text(&a), strbuf__text(&b)) != 0;
			strbuf__free(&b);
		}
		strbuf__free(&a);
	}
	return distinct;
}

static void shorten_programs(struct axes *a, const struct run *r)
{
	for (a->program_parts = 1; a->program_parts <= PROGRAM_PARTS; a->program_parts++) {
		a->programs_cut = true;
		if (are_distinct(a, r))
			return;
		a->programs_cut = false;
		if (are_distinct(a, r))
			return;
	}
	a->program_parts = 0;
}

void axes__find(struct axes *a, const struct run *r)
{
	*a = (struct axes){.n = 0};
	/* An axis varies if and only if some cell differs in it from the first one. */
	for (size_t i = 0; i < r->cell_count; i++) {
		add_differences(a, &r->cells[0], &r->cells[i]);
		add_differences(a, &r->cells[i], &r->cells[0]);
	}
	if (has_axis(a, PROGRAM_AXIS))
		shorten_programs(a, r);
}

void axes__add(struct axes *a, const struct axes *more)
{
	for (size_t i = 0; i < more->n && a->n < AXES_MAX; i++) {
		if (!has_axis(a, more->name[i]))
			a->name[a->n++] = more->name[i];
	}
}

static void add_value(const struct axes *a, const struct fact *part, struct strbuf *out)
{
	char size[32];

	if (part->text && !strcmp(part->name, PROGRAM_AXIS))
		add_program(a, part->text, out);
	else if (part->text)
		strbuf__add(out, "%s", part->text);
	else if (part->number != 0 && part->number % PAGE_BYTES == 0) /* bytes */
		strbuf__add(out, "%s", size_format(part->number, size, sizeof(size)));
	else
		strbuf__add(out, "%" PRId64, part->number);
}

void axes__value(const struct axes *a, const struct cell *c, const char *axis, struct strbuf *out)
{
	const struct fact *part = fact_find(c->key, c->key_count, axis);

	if (part)
		add_value(a, part, out);
	else
		strbuf__add(out, "-");
}

void axes__describe(const struct axes *a, const struct cell *c, struct strbuf *out)
{
	for (size_t i = 0; i < c->key_count; i++) {
		const struct fact *part = &c->key[i];

		if (!has_axis(a, part->name))
			continue;
		strbuf__add(out, " ");
		if (!part->text)
			strbuf__add(out, "%s=", part->name);
		add_value(a, part, out);
	}
}

enum probe_set rows_probe_set(const struct run *r)
{
	for (size_t i = 0; i < r->cell_count; i++) {
		if (!strcmp(cell__probe_set(&r->cells[i]), probe_set_name(PROBE_SET_PHASES)) &&
		    cell__has_data(&r->cells[i]))
			return PROBE_SET_PHASES;
	}
	return PROBE_SET_NONE;
}

static int by_order(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	return a->cell->order < b->cell->order ? -1 : a->cell->order > b->cell->order;
}

static int by_parent(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->rss != b->rss)
		return a->rss < b->rss ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return by_order(left, right);
}

/* The first row of the first `n` that differs from `row` in this axis alone; `n` if none does. */
static size_t find_alike(const struct rows *rows, size_t n, const struct row *row, const char *axis)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (cell__same_key(rows->v[i].cell, row->cell, axis))
			break;
	}
	return i;
}

static void select_cells(struct rows *rows, enum probe_set set)
{
	for (size_t i = 0; i < rows->run->cell_count; i++) {
		const struct cell *c = &rows->run->cells[i];

		if (!strcmp(cell__probe_set(c), probe_set_name(set)) && cell__has_data(c))
			rows->v[rows->n++] = (struct row){.cell = c, .rss = cell__parent_bytes(c)};
	}
	qsort(rows->v, rows->n, sizeof(*rows->v), by_order);
	for (size_t i = 0; i < rows->n; i++) {
		size_t first = find_alike(rows, i, &rows->v[i], "method");

		rows->v[i].group = first < i ? rows->v[first].group : i;
	}
	qsort(rows->v, rows->n, sizeof(*rows->v), by_parent);
}

/* The first program is that of the first cell of the grid. */
static void relate_programs(struct rows *rows, struct row *row)
{
	for (size_t i = 0; i < rows->n && cell__program(row->cell); i++) {
		const struct row *other = &rows->v[i];

		if (other == row || !cell__same_key(other->cell, row->cell, PROGRAM_AXIS))
			continue;
		if (!row->first_program)
			row->first_program = row;
		if (other->cell->order < row->first_program->cell->order)
			row->first_program = other;
	}
}

static void relate(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct row *row = &rows->v[i];
		size_t first = find_alike(rows, i, row, "rss_bytes");

		row->line = first < i ? rows->v[first].line : i;
		relate_programs(rows, row);
		for (size_t k = 0; k < rows->n && !row->reference; k++) {
			const struct row *other = &rows->v[k];

			if (other->group == row->group && row__execs(other) == row__execs(row) &&
			    !strcmp(other->method,
				    row__execs(row) ? ROW_REFERENCE : ROW_REFERENCE_NO_EXEC))
				row->reference = other;
		}
	}
}

/* "64 MiB thp"; NULL: out of memory. */
static char *name_of(const char *first, const struct axes *axes, const struct cell *c)
{
	struct strbuf text = {0};

	strbuf__add(&text, "%s", first);
	axes__describe(axes, c, &text);
	return strbuf__take(&text);
}

static int fill_row(struct row *row, const struct run *r, const struct axes *axes)
{
	const struct series *samples = row->cell->samples;
	int err;

	row->full = run__with_probe_set(r, row->cell, PROBE_SET_ALL);
	row->bare = run__with_probe_set(r, row->cell, PROBE_SET_NONE);
	if (row->bare == row->cell)
		row->bare = NULL;
	row->method = cell__method(row->cell);
	if (!row->method)
		row->method = "-";
	row->parent = name_of(text_bytes(row->rss).text, axes, row->cell);
	row->label = name_of(row->method, axes, row->cell);
	err = row->parent && row->label ? 0 : -ENOMEM;
	if (!err)
		err = spread_of(&samples[SAMPLE_spawn_ns], &row->call);
	if (!err)
		err = spread_of(&samples[SAMPLE_exec_ns], &row->started);
	if (!err)
		err = spread_of(&samples[SAMPLE_total_ns], &row->total);
	if (!err)
		err = blocks__medians(&row->call_blocks, r, row->cell, &samples[SAMPLE_spawn_ns]);
	if (!err)
		err = blocks__medians(&row->started_blocks, r, row->cell, &samples[SAMPLE_exec_ns]);
	if (!err)
		err = blocks__medians(&row->total_blocks, r, row->cell, &samples[SAMPLE_total_ns]);
	return err;
}

int rows__init(struct rows *rows, const struct run *r, enum probe_set set, const struct axes *axes)
{
	int err = 0;

	*rows = (struct rows){.run = r, .instructions = run__counts_instructions(r)};
	rows->v = calloc(r->cell_count + 1, sizeof(*rows->v));
	if (!rows->v)
		return -ENOMEM;
	select_cells(rows, set);
	for (size_t i = 0; i < rows->n && !err; i++)
		err = fill_row(&rows->v[i], r, axes);
	if (!err)
		relate(rows);
	return err;
}

void rows__free(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->v[i].parent);
		free(rows->v[i].label);
	}
	free(rows->v);
	*rows = (struct rows){0};
}

const struct row *rows__find(const struct rows *rows, const struct cell *like)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (cell__same_key(rows->v[i].cell, like, PROBE_SET_AXIS))
			return &rows->v[i];
	}
	return NULL;
}

/* Of one call; MISSING: not known. */
static int64_t off_cpu_of(const struct cell *c, size_t i)
{
	const struct series *ran = &c->samples[SAMPLE_first_run_ns];
	const struct series *call = &c->samples[SAMPLE_spawn_ns];
	int64_t off;

	if (i >= ran->n || i >= call->n || i >= c->unattributed.n || ran->v[i] == MISSING ||
	    call->v[i] == MISSING || c->unattributed.v[i] == MISSING)
		return MISSING;
	off = call->v[i] - ran->v[i];
	/* More than is unattributed: some of it is in a phase. */
	return off > c->unattributed.v[i] ? MISSING : off < 0 ? 0 : off;
}

int row__off_cpu(const struct rows *rows, const struct row *row, struct off_cpu *off)
{
	const struct fact *cpus = run__env(rows->run, "cpus");
	const struct cell *c = row->cell;
	struct series without = {0}, with = {0};
	int err = 0;

	*off = (struct off_cpu){.ns = NAN, .rest = stats_median(&c->unattributed)};
	if (!cpus || cpus->number != 1 || series__any(&c->phases[PHASE_vfork_wait]))
		return 0;
	for (size_t i = 0; i < c->unattributed.n && !err; i++) {
		int64_t ns = off_cpu_of(c, i);

		if (ns == MISSING)
			continue;
		off->first += ns > 0;
		err = series__push(&with, ns);
		if (!err)
			err = series__push(&without, c->unattributed.v[i] - ns);
	}
	if (!err && off->first) {
		off->calls = with.n;
		off->ns = stats_median(&with);
		off->rest = stats_median(&without);
	}
	series__free(&with);
	series__free(&without);
	return err;
}

bool row__execs(const struct row *row)
{
	return cell__execs(row->cell);
}

const struct spread *row__judged(const struct row *row)
{
	return row__execs(row) ? &row->started : &row->call;
}

double row__ratio(const struct row *row)
{
	return row->reference ? row__judged(row)->median / row__judged(row->reference)->median
			      : NAN;
}

double row__program_ratio(const struct row *row)
{
	return row->first_program ? row->total.median / row->first_program->total.median : NAN;
}

const struct blocks *row__judged_blocks(const struct row *row)
{
	return row__execs(row) ? &row->started_blocks : &row->call_blocks;
}

struct interval row__judged_interval(const struct row *row)
{
	return blocks__log_interval(row__judged_blocks(row), row__judged(row)->median);
}

struct interval row__against(const struct row *row, const struct row *other)
{
	struct blocks b = *row__judged_blocks(row);
	const struct blocks *below = row__judged_blocks(other);

	if (below->n != b.n)
		b.n = 0;
	for (size_t i = 0; i < b.n; i++)
		b.v[i] /= below->v[i];
	return blocks__log_interval(&b, row__judged(row)->median / row__judged(other)->median);
}

struct interval row__ratio_interval(const struct row *row)
{
	return row->reference ? row__against(row, row->reference)
			      : (struct interval){NAN, NAN, NAN};
}

const struct cell *row__phase(const struct row *row, enum phase p, bool *starred)
{
	*starred = false;
	if (series__any(&row->cell->phases[p]))
		return row->cell;
	*starred = row->full && row->full != row->cell && series__any(&row->full->phases[p]);
	return *starred ? row->full : NULL;
}

const struct cell *row__bill(const struct row *row)
{
	if (row->full && series__any(&row->full->bill))
		return row->full;
	return series__any(&row->cell->bill) ? row->cell : NULL;
}

const struct cell *row__count(const struct row *row, enum count c)
{
	if (series__any(&row->cell->counts[c]))
		return row->cell;
	return row->full && series__any(&row->full->counts[c]) ? row->full : NULL;
}
