// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which cells a table shows, in which order, under which names. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/table/part.h"
#include "user/text/escape.h"

#define PAGE_BYTES 4096

static bool has_own_place(const char *axis)
{
	return !strcmp(axis, "method") || !strcmp(axis, "trace") || !strcmp(axis, "rss_bytes");
}

static bool same_axis(const struct cell *a, const struct cell *b, const char *axis)
{
	const char *text = cell__key_text(a, axis), *other = cell__key_text(b, axis);

	if (!text || !other)
		return text == other && cell__key_number(a, axis) == cell__key_number(b, axis);
	return !strcmp(text, other);
}

/* Whether labels tell the axis. */
static bool is_told(const struct table *t, const char *axis)
{
	for (size_t i = 0; i < t->axis_count; i++) {
		if (!strcmp(t->axes[i], axis))
			return true;
	}
	return false;
}

/* Notes which axes of `named` the two cells differ in. */
static void note_differences(struct table *t, const struct cell *named, const struct cell *other)
{
	for (size_t i = 0; i < named->key_count && t->axis_count < AXES_MAX; i++) {
		const char *axis = named->key[i].name;

		if (!has_own_place(axis) && !is_told(t, axis) && !same_axis(named, other, axis))
			t->axes[t->axis_count++] = axis;
	}
}

void table_prepare(struct table *t)
{
	const struct cell *cells = t->r->cells;

	t->time_pass = probe_set_name(PROBE_SET_NONE);
	for (size_t i = 0; i < t->r->cell_count; i++) {
		/* An axis varies if and only if some cell differs in it from the first one. */
		note_differences(t, &cells[0], &cells[i]);
		note_differences(t, &cells[i], &cells[0]);
		if (!strcmp(cell__probe_set(&cells[i]), probe_set_name(PROBE_SET_PHASES)) &&
		    cell__has_data(&cells[i]))
			t->time_pass = probe_set_name(PROBE_SET_PHASES);
	}
}

static int by_parent(const void *left, const void *right)
{
	const struct table_row *a = left, *b = right;
	int64_t a_bytes = cell__parent_bytes(a->cell);
	int64_t b_bytes = cell__parent_bytes(b->cell);

	if (a_bytes != b_bytes)
		return a_bytes < b_bytes ? -1 : 1;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->cell->order < b->cell->order ? -1 : a->cell->order > b->cell->order;
}

static int by_order(const void *left, const void *right)
{
	const struct table_row *a = left, *b = right;

	return a->cell->order < b->cell->order ? -1 : a->cell->order > b->cell->order;
}

int table_rows_select(const struct table *t, const char *pass, struct table_rows *rows)
{
	size_t j;

	rows->n = 0;
	rows->v = calloc(t->r->cell_count + 1, sizeof(*rows->v));
	if (!rows->v)
		return -ENOMEM;
	for (size_t i = 0; i < t->r->cell_count; i++) {
		const struct cell *c = &t->r->cells[i];

		if (!strcmp(cell__probe_set(c), pass) && cell__has_data(c))
			rows->v[rows->n++].cell = c;
	}
	qsort(rows->v, rows->n, sizeof(*rows->v), by_order);
	for (size_t i = 0; i < rows->n; i++) {
		for (j = 0; j < i; j++) {
			if (cell__same_key(rows->v[j].cell, rows->v[i].cell, "method"))
				break;
		}
		rows->v[i].group = j < i ? rows->v[j].group : i;
	}
	qsort(rows->v, rows->n, sizeof(*rows->v), by_parent);
	return 0;
}

void table_rows_free(struct table_rows *rows)
{
	free(rows->v);
	*rows = (struct table_rows){0};
}

/* "thp" of pages, which speaks for itself; "vmas=1000"; "child_write=64K". */
static void append_axis(char label[LABEL_MAX], const struct key_part *part)
{
	char size[32];

	if (part->text)
		layout_append(label, LABEL_MAX, " %s", part->text);
	else if (part->number != 0 && part->number % PAGE_BYTES == 0) /* bytes */
		layout_append(label, LABEL_MAX, " %s=%s", part->name,
			      size_format(part->number, size, sizeof(size)));
	else
		layout_append(label, LABEL_MAX, " %s=%" PRId64, part->name, part->number);
}

const char *table_parent(const struct table *t, const struct cell *c, char buf[LABEL_MAX])
{
	char label[LABEL_MAX];

	size_format(cell__parent_bytes(c), label, sizeof(label));
	for (size_t i = 0; i < c->key_count; i++) {
		if (is_told(t, c->key[i].name))
			append_axis(label, &c->key[i]);
	}
	escape_text(label, buf, LABEL_MAX);
	return buf;
}

const char *table_method(const struct cell *c, char buf[LABEL_MAX])
{
	const char *method = cell__method(c);

	escape_text(method ? method : "-", buf, LABEL_MAX);
	return buf;
}

struct sheet *table_sheet(void)
{
	struct sheet *s = sheet__new(2);

	if (s) {
		sheet__column(s, "PARENT", 0);
		sheet__column(s, "METHOD", 0);
	}
	return s;
}

void table_add_labels(const struct table *t, struct sheet *s, const struct table_row *row,
		      size_t *group)
{
	char label[LABEL_MAX];

	sheet__add(s, "%s", row->group == *group ? "" : table_parent(t, row->cell, label));
	sheet__add(s, "%s", table_method(row->cell, label));
	*group = row->group;
}

void table_add_time(const struct table *t, struct sheet *s, double ns)
{
	char text[32];

	sheet__add(s, "%s", time_format(ns, t->r->clock, text, sizeof(text)));
}

void table_add_starred_time(const struct table *t, struct sheet *s, double ns)
{
	char text[32];

	sheet__add(s, "*%s", time_format(ns, t->r->clock, text, sizeof(text)));
}

void table_add_number(struct sheet *s, double number)
{
	if (!isfinite(number))
		sheet__add(s, "-");
	else if (fabs(number) >= 1e9)
		sheet__add(s, "%.3g", number);
	else
		sheet__add(s, "%.*f", number == floor(number) ? 0 : 1, number);
}
