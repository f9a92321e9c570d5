// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a report is made from: the runs' cells, joined over the passes, with names. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/quantiles.h"
#include "user/report/birth_sums.h"
#include "user/report/report.h"
#include "user/text/numbers.h"

#define PAGE_BYTES 4096

static bool is_told(const struct table *t, const char *axis)
{
	for (size_t i = 0; i < t->axis_count; i++) {
		if (!strcmp(t->axes[i], axis))
			return true;
	}
	return false;
}

/* As in the text tables, but not cut, and not escaped: " thp", " vmas=1000", " child_write=64K". */
static void write_axes(FILE *out, const struct table *t, const struct cell *c)
{
	char size[32];

	for (size_t i = 0; i < c->key_count; i++) {
		const struct key_part *part = &c->key[i];

		if (!is_told(t, part->name))
			continue;
		if (part->text)
			fprintf(out, " %s", part->text);
		else if (part->number != 0 && part->number % PAGE_BYTES == 0)
			fprintf(out, " %s=%s", part->name,
				size_format(part->number, size, sizeof(size)));
		else
			fprintf(out, " %s=%" PRId64, part->name, part->number);
	}
}

/* Its parts in one text: what there is of `first`, and the axes. NULL if out of memory. */
static char *named(const char *first, const struct table *t, const struct cell *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(first, out);
	write_axes(out, t, c);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int name_row(struct row *row, const struct table *t)
{
	const char *method = cell__method(row->cell);
	char size[NUMBER_MAX];

	row->rss = cell__parent_bytes(row->cell);
	text_bytes(row->rss, size);
	row->method = strdup(method ? method : "-");
	row->parent = named(size, t, row->cell);
	row->label = row->method ? named(row->method, t, row->cell) : NULL;
	return row->method && row->parent && row->label ? 0 : -ENOMEM;
}

static int fill_row(struct row *row, const struct report_run *r, const struct table_row *from)
{
	int err;

	row->cell = from->cell;
	row->group = from->group;
	row->full = run__with_probe_set(r->run, row->cell, PROBE_SET_ALL);
	row->bare = run__with_probe_set(r->run, row->cell, PROBE_SET_NONE);
	if (row->bare == row->cell)
		row->bare = NULL;
	err = name_row(row, &r->t);
	if (!err)
		err = spread_of(&row->cell->samples[SAMPLE_spawn_ns], &row->call);
	if (!err)
		err = spread_of(&row->cell->samples[SAMPLE_total_ns], &row->total);
	return err;
}

/* Which rows are a line over the parent's size, and what each is set against. */
static void relate(struct report_run *r)
{
	size_t j;

	for (size_t i = 0; i < r->count; i++) {
		struct row *row = &r->rows[i];

		for (j = 0; j < i; j++) {
			if (cell__same_key(r->rows[j].cell, row->cell, "rss_bytes"))
				break;
		}
		row->line = j < i ? r->rows[j].line : i;
		for (j = 0; j < r->count && !row->reference; j++) {
			const char *method = cell__method(r->rows[j].cell);

			if (r->rows[j].group == row->group && method &&
			    !strcmp(method, REPORT_REFERENCE))
				row->reference = &r->rows[j];
		}
	}
}

static int fill_run(struct report *p, size_t run)
{
	struct report_run *r = &p->runs[run];
	struct table_rows rows;
	int err = table_rows_select(&r->t, r->t.time_pass, &rows);

	if (err)
		return err;
	r->rows = calloc(rows.n + 1, sizeof(*r->rows));
	if (!r->rows)
		err = -ENOMEM;
	for (size_t i = 0; i < rows.n && !err; i++) {
		r->count++;
		r->rows[i].run = run;
		r->rows[i].index = i;
		err = fill_row(&r->rows[i], r, &rows.v[i]);
	}
	table_rows_free(&rows);
	if (!err)
		relate(r);
	return err;
}

/* A parent has the same name in every run: an axis that one of them varies is told in all. */
static void share_axes(struct report *p)
{
	for (size_t i = 1; i < p->count; i++) {
		struct table *first = &p->runs[0].t, *t = &p->runs[i].t;

		for (size_t k = 0; k < t->axis_count && first->axis_count < AXES_MAX; k++) {
			if (!is_told(first, t->axes[k]))
				first->axes[first->axis_count++] = t->axes[k];
		}
	}
	for (size_t i = 1; i < p->count; i++) {
		memcpy(p->runs[i].t.axes, p->runs[0].t.axes, sizeof(p->runs[0].t.axes));
		p->runs[i].t.axis_count = p->runs[0].t.axis_count;
	}
}

static bool is_taken(const struct report *p, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(p->runs[i].name, name))
			return true;
	}
	return false;
}

/* The file's name without folder and ending; with a number if a run before has it as well. */
static char *run_name(const struct report *p, size_t index)
{
	const char *path = p->runs[index].path, *slash = strrchr(path, '/');
	const char *base = slash && slash[1] ? slash + 1 : path;
	size_t len = strlen(base), ending = strlen(".jsonl"), number;
	char *name, *plain;

	if (!strcmp(path, "-"))
		base = "standard input", len = strlen(base);
	if (len > ending && !strcmp(base + len - ending, ".jsonl"))
		len -= ending;
	name = plain = strndup(base, len);
	for (number = 2; name && is_taken(p, index, name); number++) {
		if (name != plain)
			free(name);
		if (asprintf(&name, "%s %zu", plain, number) < 0)
			name = NULL;
	}
	if (name != plain)
		free(plain);
	return name;
}

int report__init(struct report *p, const struct run *runs, char *const *paths, size_t count)
{
	int err = 0;

	*p = (struct report){.count = count};
	p->runs = calloc(count, sizeof(*p->runs));
	if (!p->runs) {
		p->count = 0;
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		struct report_run *r = &p->runs[i];

		r->run = r->t.r = &runs[i];
		r->path = paths[i];
		r->instructions = run__counts_instructions(&runs[i]);
		table_prepare(&r->t);
	}
	share_axes(p);
	for (size_t i = 0; i < count && !err; i++) {
		p->runs[i].name = run_name(p, i);
		err = p->runs[i].name ? fill_run(p, i) : -ENOMEM;
		if (!err && runs[i].birth_count > 0) {
			p->runs[i].births = birth_sums__of(&runs[i]);
			err = p->runs[i].births ? 0 : -ENOMEM;
		}
	}
	return err;
}

void report__free(struct report *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct report_run *r = &p->runs[i];

		for (size_t k = 0; k < r->count; k++) {
			free(r->rows[k].method);
			free(r->rows[k].parent);
			free(r->rows[k].label);
		}
		birth_sums__free(r->births);
		free(r->rows);
		free(r->name);
	}
	free(p->runs);
	*p = (struct report){0};
}

bool report__same_clock(const struct report *p)
{
	for (size_t i = 1; i < p->count; i++) {
		if (p->runs[i].instructions != p->runs[0].instructions)
			return false;
	}
	return true;
}

const struct row *report_run__find(const struct report_run *r, const struct cell *like)
{
	for (size_t i = 0; i < r->count; i++) {
		if (cell__same_key(r->rows[i].cell, like, "trace"))
			return &r->rows[i];
	}
	return NULL;
}

bool row__execs(const struct row *row)
{
	return series__any(&row->cell->samples[SAMPLE_exec_ns]) ||
	       series__any(&row->cell->phases[PHASE_exec_load]);
}

const struct cell *row__phase(const struct row *row, enum phase p, bool *starred)
{
	*starred = false;
	if (series__any(&row->cell->phases[p]))
		return row->cell;
	*starred = row->full && row->full != row->cell && series__any(&row->full->phases[p]);
	return *starred ? row->full : NULL;
}

const struct cell *row__count(const struct row *row, enum count c)
{
	if (series__any(&row->cell->counts[c]))
		return row->cell;
	return row->full && series__any(&row->full->counts[c]) ? row->full : NULL;
}

const char *phase_source(const struct run *r, const struct cell *c, enum phase p)
{
	return c->phase_origin[p].source ? c->phase_origin[p].source : r->phases[p].source;
}
