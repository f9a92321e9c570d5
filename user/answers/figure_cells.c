// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/figure_cells.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "user/analysis/stats.h"

#define MEMORY "rss_bytes"

static const char *const values[] = {
	[FIGURE_CALL] = "@call",       [FIGURE_STARTED] = "@started",
	[FIGURE_TOTAL] = "@total",     [FIGURE_FIRST_RUN] = "@first_run",
	[FIGURE_CHILD] = "@child",     [FIGURE_PARENT] = "@parent",
	[FIGURE_STALLED] = "@stalled", [FIGURE_PAGE_TABLES] = "@page_tables",
	[FIGURE_EACH] = "@each",       [FIGURE_SLOPE_OF_CALL] = "@slope",
};

static void add_word(struct figure_cells *c, const char *word)
{
	char name[FIGURE_NAME_MAX], value[FIGURE_NAME_MAX];

	if (word[0] == '@') {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			if (!strcmp(values[i], word))
				c->value = (enum figure_value)i;
		}
		return;
	}
	if (sscanf(word, "%23[^=]=%23s", name, value) != 2) {
		sscanf(word, "%23s", c->method);
		return;
	}
	c->smallest |= !strcmp(value, "min");
	c->largest |= !strcmp(value, "max");
	if (c->n == FIGURE_AXES_MAX || !strcmp(value, "min") || !strcmp(value, "max"))
		return;
	strcpy(c->axes[c->n].name, name);
	strcpy(c->axes[c->n++].value, value);
}

void figure_cells__add(struct figure_cells *c, const char *text)
{
	char word[2 * FIGURE_NAME_MAX];
	int length;

	while (sscanf(text, " %47s%n", word, &length) == 1) {
		add_word(c, word);
		text += length;
	}
}

/* "64M", or "rss/64K": a part of the parent's memory. */
static bool is_number(const struct row *row, int64_t number, const char *value)
{
	bool part = !strncmp(value, "rss/", 4);
	int64_t wanted;

	if (size_parse(part ? value + 4 : value, &wanted) || (part && !wanted))
		return false;
	return number == (part ? row->rss / wanted : wanted);
}

/* What the cells say of an axis; NULL: nothing. */
static const char *wanted_on(const struct figure_cells *c, const char *axis)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->axes[i].name, axis))
			return c->axes[i].value;
	}
	return NULL;
}

static bool is_usual(const struct fact *key)
{
	return key->text ? !strcmp(key->name, "pages") && !strcmp(key->text, "4k")
			 : key->number == 0;
}

static bool holds_key(const struct figure_cells *c, const struct row *row, const struct fact *key,
		      const char *along)
{
	const char *wanted = wanted_on(c, key->name);

	if (wanted)
		return key->text ? !strcmp(key->text, wanted) : is_number(row, key->number, wanted);
	return !strcmp(key->name, "method") || !strcmp(key->name, "trace") ||
	       !strcmp(key->name, MEMORY) || (along && !strcmp(key->name, along)) || is_usual(key);
}

bool figure_cells__hold(const struct figure_cells *c, const struct row *row, const char *along)
{
	const struct cell *cell = row->cell;

	if (strcmp(row->method, c->method))
		return false;
	for (size_t i = 0; i < cell->key_count; i++) {
		if (!holds_key(c, row, &cell->key[i], along))
			return false;
	}
	for (size_t i = 0; i < c->n; i++) {
		const char *value = c->axes[i].value;

		if (!fact_find(cell->key, cell->key_count, c->axes[i].name) &&
		    strcmp(value, "0") != 0)
			return false;
	}
	return true;
}

const struct row *figure_cells__find(const struct figure_cells *c, const struct rows *rows,
				     const char *along)
{
	const struct row *found = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (figure_cells__hold(c, row, along) &&
		    (!found || (c->largest && row->rss > found->rss) ||
		     (c->smallest && row->rss < found->rss)))
			found = row;
	}
	return found;
}

/* Adds `times` a series to another one, sample by sample. */
static int64_t plus(int64_t sum, const struct series *s, size_t i, int times)
{
	int64_t value = i < s->n ? s->v[i] : MISSING;

	return sum == MISSING || value == MISSING ? MISSING : sum + times * value;
}

/* The times between those that the driver takes. */
static int64_t between(const struct cell *c, size_t i, enum figure_value value)
{
	const struct series *s = c->samples;
	int64_t call = plus(0, &s[SAMPLE_spawn_ns], i, 1);
	int64_t run = plus(0, &s[SAMPLE_first_run_ns], i, 1);
	int64_t ns = plus(plus(0, &s[SAMPLE_total_ns], i, 1), &s[SAMPLE_exit_ns], i, -1);

	if (value == FIGURE_CALL)
		return run != MISSING && run < call ? run : call;
	if (value == FIGURE_CHILD)
		return plus(ns, &s[SAMPLE_first_run_ns], i, -1);
	return value == FIGURE_PARENT ? plus(ns, &s[SAMPLE_spawn_ns], i, -1) : ns;
}

static int median_of(struct figure_median *m, const struct rows *rows, const struct cell *c,
		     const struct series *s)
{
	m->all = stats_median(s);
	return blocks__medians(&m->blocks, rows->run, c, s);
}

static int median_between(struct figure_median *m, const struct rows *rows, const struct cell *c,
			  enum figure_value value)
{
	struct series s = {0};
	int err = 0;

	for (size_t i = 0; i < c->n && !err; i++)
		err = series__push(&s, between(c, i, value));
	if (!err)
		err = median_of(m, rows, c, &s);
	series__free(&s);
	return err;
}

/* In the lab, with its one CPU: where the call does not wait, what the child does then is no part
 * of it. */
static bool child_may_run_first(const struct rows *rows, const struct row *row)
{
	return rows->instructions && !strncmp(row->method, "fork", strlen("fork"));
}

int figure_median__of(struct figure_median *m, const struct rows *rows, const struct row *row,
		      enum figure_value value)
{
	const struct cell *counted;

	*m = (struct figure_median){.all = NAN};
	switch (value) {
	case FIGURE_CALL:
		if (child_may_run_first(rows, row))
			return median_between(m, rows, row->cell, value);
		*m = (struct figure_median){row->call.median, row->call_blocks};
		return 0;
	case FIGURE_STARTED:
		*m = (struct figure_median){row->started.median, row->started_blocks};
		return 0;
	case FIGURE_TOTAL:
		*m = (struct figure_median){row->total.median, row->total_blocks};
		return 0;
	case FIGURE_FIRST_RUN:
		return median_of(m, rows, row->cell, &row->cell->samples[SAMPLE_first_run_ns]);
	case FIGURE_EACH:
		return median_of(m, rows, row->cell, &row->cell->samples[SAMPLE_each_ns]);
	case FIGURE_PAGE_TABLES:
		counted = row__count(row, COUNT_page_table_bytes);
		return counted ? median_of(m, rows, counted,
					   &counted->counts[COUNT_page_table_bytes])
			       : 0;
	default:
		return median_between(m, rows, row->cell, value);
	}
}
