// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The option --sort of the commands that print a bench: the order of its rows. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/axis_names.h"
#include "user/table/part.h"
#include "user/table/table.h"

static double call_of(const struct row *row)
{
	return row->call.median;
}

static double started_of(const struct row *row)
{
	return row->started.median;
}

static double total_of(const struct row *row)
{
	return row->total.median;
}

/* A column that --sort names: a number of the row, or an axis, whose name the column has. */
struct order {
	struct option_value value;
	double (*number)(const struct row *row);
	bool method; /* by its name */
};

/* What the values of an axis are, by its kind in bench/shared/axis_names.h. */
#define NUMBER_VALUES "number"
#define BYTES_VALUES  "bytes"
#define KIBS_VALUES   "bytes"
#define WORD_VALUES   "kind"

/* A new one is a line. The first is the order that the rows have without it. */
static const struct order orders[] = {
	{{"parent", "default"}, NULL, false},
	{{"method", "by name"}, NULL, true},
	{{"call", "median"}, call_of, false},
	{{"started", "median"}, started_of, false},
	{{"total", "median"}, total_of, false},
	{{"interval", "+-%"}, table_total_share, false},
	{{"ratio", "as printed"}, table_ratio, false},
#define X(axis, option, kind, ...) {{#axis, kind##_VALUES}, NULL, false},
	AXES_BESIDE_SIZE(X)
#undef X
		{{PROGRAM_AXIS, "path"}, NULL, false},
};

#define ORDER_COUNT (sizeof(orders) / sizeof(orders[0]))

static const struct option_value *value_at(size_t i)
{
	return i < ORDER_COUNT ? &orders[i].value : NULL;
}

char *table_sort_help(void)
{
	char *values = option_values_help(value_at), *help = NULL;

	if (values && asprintf(&help,
			       "order of the rows by a column, the smallest first and what was not "
			       "measured last: %s",
			       values) < 0)
		help = NULL;
	free(values);
	return help;
}

int table_sort_option(const char *name, size_t *chosen)
{
	char plain[32]; /* the table has headings in capitals */
	size_t n = 0;
	int which;

	for (; name[n] && n + 1 < sizeof(plain); n++)
		plain[n] = (char)tolower((unsigned char)name[n]);
	plain[n] = '\0';
	which = option_value("sort", name[n] ? name : plain, value_at);

	if (which < 0)
		return which;
	*chosen = (size_t)which;
	return 0;
}

/* What is not known stands last. */
static int by_number(double a, double b)
{
	if (!isfinite(a) || !isfinite(b))
		return isfinite(b) - isfinite(a);
	return a < b ? -1 : a > b;
}

static int by_axis(const struct cell *a, const struct cell *b, const char *axis)
{
	const struct fact *of_a = fact_find(a->key, a->key_count, axis);
	const struct fact *of_b = fact_find(b->key, b->key_count, axis);

	if (!of_a || !of_b)
		return !of_a - !of_b;
	if (of_a->text && of_b->text)
		return strcmp(of_a->text, of_b->text);
	return of_a->number < of_b->number ? -1 : of_a->number > of_b->number;
}

static int compare(const void *left, const void *right, void *context)
{
	const struct row *a = *(const struct row *const *)left;
	const struct row *b = *(const struct row *const *)right;
	const struct order *o = context;
	int order;

	if (o->number)
		order = by_number(o->number(a), o->number(b));
	else if (o->method)
		order = strcmp(a->method, b->method);
	else
		order = by_axis(a->cell, b->cell, o->value.name);
	/* Equal ones stay as they were. */
	return order ? order : a < b ? -1 : a > b;
}

const struct row **table_order(const struct rows *rows, size_t column)
{
	const struct row **v = calloc(rows->n + 1, sizeof(*v));
	struct order by = orders[column];

	for (size_t i = 0; v && i < rows->n; i++)
		v[i] = &rows->v[i];
	if (v && column)
		qsort_r(v, rows->n, sizeof(*v), compare, &by);
	return v;
}
