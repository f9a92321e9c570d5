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

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts texts and moves one of each to the front. Returns how many these are. */
static size_t unique(char **v, size_t n)
{
	size_t kept = 0;

	qsort(v, n, sizeof(*v), compare_texts);
	for (size_t i = 0; i < n; i++) {
		char *text = v[i];

		if (!kept || strcmp(text, v[kept - 1]) != 0) {
			v[i] = v[kept];
			v[kept++] = text;
		}
	}
	return kept;
}

static void free_texts(char **v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		free(v[i]);
	free(v);
}

/* Whether programs that differ also do when they are cut. */
static bool are_distinct(const struct axes *shown, char *const *programs, size_t n)
{
	char **cut = calloc(n + 1, sizeof(*cut));
	bool distinct = cut != NULL;

	for (size_t i = 0; i < n && distinct; i++) {
		struct strbuf text = {0};

		add_program(shown, programs[i], &text);
		cut[i] = strbuf__take(&text);
		distinct = cut[i] != NULL;
	}
	distinct = distinct && unique(cut, n) == n;
	free_texts(cut, n);
	return distinct;
}

/* Finds the fewest words that keep the programs, each of which is another one, apart. */
static void shorten_programs(struct axes *a, char *const *programs, size_t n)
{
	for (a->program_parts = 1; a->program_parts <= PROGRAM_PARTS; a->program_parts++) {
		a->programs_cut = true;
		if (are_distinct(a, programs, n))
			return;
		a->programs_cut = false;
		if (are_distinct(a, programs, n))
			return;
	}
	a->program_parts = 0;
}

static void shorten_programs_of(struct axes *a, const struct run *r)
{
	char **programs = calloc(r->cell_count + 1, sizeof(*programs));
	size_t n = 0;

	for (size_t i = 0; programs && i < r->cell_count; i++) {
		const char *program = cell__program(&r->cells[i]);

		if (program)
			programs[n++] = (char *)program;
	}
	shorten_programs(a, programs, programs ? unique(programs, n) : 0);
	free(programs);
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
		shorten_programs_of(a, r);
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

static const struct cell *cell_at(const void *v, size_t place)
{
	return ((const struct row *)v)[place].cell;
}

int rows__index(const struct rows *rows, const char *except, struct cell_index *x)
{
	*x = cell_index__of(cell_at, rows->v, except);
	return cell_index__fill(x, rows->n);
}

/* Cells of one parent, whatever the method, get the number of the first of them. */
static int group_rows(struct rows *rows)
{
	struct cell_index parents;
	int err = rows__index(rows, "method", &parents);

	for (size_t i = 0; i < rows->n && !err; i++)
		rows->v[i].group = cell_index__first(&parents, rows->v[i].cell);
	cell_index__free(&parents);
	return err;
}

static int select_cells(struct rows *rows, enum probe_set set)
{
	int err;

	for (size_t i = 0; i < rows->run->cell_count; i++) {
		const struct cell *c = &rows->run->cells[i];

		if (!strcmp(cell__probe_set(c), probe_set_name(set)) && cell__has_data(c))
			rows->v[rows->n++] = (struct row){.cell = c, .rss = cell__parent_bytes(c)};
	}
	qsort(rows->v, rows->n, sizeof(*rows->v), by_order);
	err = group_rows(rows);
	if (!err)
		qsort(rows->v, rows->n, sizeof(*rows->v), by_parent);
	return err;
}

/* The first program is that of the first cell of the grid. */
static int relate_programs(struct rows *rows)
{
	struct cell_index x;
	int err = rows__index(rows, PROGRAM_AXIS, &x);

	for (size_t i = 0; i < rows->n && !err; i++) {
		const struct row *first = &rows->v[i];
		size_t k = cell_index__first(&x, first->cell);

		/* All with the same key at once, and only if there are several. */
		if (k != i || cell_index__next(&x, k) == CELL_NONE)
			continue;
		for (; k != CELL_NONE; k = cell_index__next(&x, k))
			if (rows->v[k].cell->order < first->cell->order)
				first = &rows->v[k];
		for (k = i; k != CELL_NONE; k = cell_index__next(&x, k))
			if (cell__program(rows->v[k].cell))
				rows->v[k].first_program = first;
	}
	cell_index__free(&x);
	return err;
}

/* Rows of a parent stand together. */
static void find_reference(struct rows *rows, size_t i)
{
	struct row *row = &rows->v[i];
	const char *method = row__execs(row) ? ROW_REFERENCE : ROW_REFERENCE_NO_EXEC;

	while (i > 0 && rows->v[i - 1].group == row->group)
		i--;
	for (; i < rows->n && rows->v[i].group == row->group && !row->reference; i++) {
		const struct row *other = &rows->v[i];

		if (!strcmp(other->method, method) && row__execs(other) == row__execs(row))
			row->reference = other;
	}
}

static int relate(struct rows *rows)
{
	struct cell_index lines;
	int err = rows__index(rows, "rss_bytes", &lines);

	for (size_t i = 0; i < rows->n && !err; i++) {
		rows->v[i].line = cell_index__first(&lines, rows->v[i].cell);
		find_reference(rows, i);
	}
	cell_index__free(&lines);
	return err ? err : relate_programs(rows);
}

/* "64 MiB thp"; NULL: out of memory. */
static char *name_of(const char *first, const struct axes *axes, const struct cell *c)
{
	struct strbuf text = {0};

	strbuf__add(&text, "%s", first);
	axes__describe(axes, c, &text);
	return strbuf__take(&text);
}

/* The same with the other probe sets. */
static void find_siblings(struct row *row, const struct run *r, const struct cell_index *x)
{
	size_t i = cell_index__first(x, row->cell);

	for (; i != CELL_NONE; i = cell_index__next(x, i)) {
		const struct cell *c = &r->cells[i];
		const char *set = cell__key_text(c, PROBE_SET_AXIS);

		if (!row->full && set && !strcmp(set, probe_set_name(PROBE_SET_ALL)))
			row->full = c;
		if (!row->bare && set && !strcmp(set, probe_set_name(PROBE_SET_NONE)))
			row->bare = c;
	}
	if (row->bare == row->cell)
		row->bare = NULL;
}

static int fill_row(struct row *row, const struct run *r, const struct axes *axes)
{
	const struct series *samples = row->cell->samples;
	int err;

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
	struct cell_index siblings;
	int err;

	*rows = (struct rows){.run = r, .instructions = run__counts_instructions(r)};
	rows->v = calloc(r->cell_count + 1, sizeof(*rows->v));
	if (!rows->v)
		return -ENOMEM;
	err = run__index(r, PROBE_SET_AXIS, &siblings);
	if (!err)
		err = select_cells(rows, set);
	for (size_t i = 0; i < rows->n && !err; i++) {
		find_siblings(&rows->v[i], r, &siblings);
		err = fill_row(&rows->v[i], r, axes);
	}
	cell_index__free(&siblings);
	if (!err)
		err = rows__index(rows, PROBE_SET_AXIS, &rows->index);
	return err ? err : relate(rows);
}

void rows__free(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->v[i].parent);
		free(rows->v[i].label);
	}
	free(rows->v);
	cell_index__free(&rows->index);
	*rows = (struct rows){0};
}

const struct row *rows__find(const struct rows *rows, const struct cell *like)
{
	size_t i = cell_index__first(&rows->index, like);

	return i == CELL_NONE ? NULL : &rows->v[i];
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
