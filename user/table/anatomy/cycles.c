// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/anatomy/cycles.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "user/analysis/calls/by_function.h"
#include "user/analysis/calls/cycles.h"
#include "user/text/columns.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

#define FUNCTIONS_SHOWN 10

/* What a part of the birth, or a function, took. */
struct taken {
	const struct call_function *function;
	int64_t instructions;
	struct cycles cycles;
};

static void taken__add(struct taken *k, const struct call_node *n)
{
	k->instructions += n->own;
	cycles__add(&k->cycles, n->own, n->metrics);
}

static const char *const heads[CYCLES_FOR_COUNT] = {
	[CYCLES_INSTRUCTIONS] = "INSTRUCTIONS",
	[CYCLES_CODE] = "CODE",
	[CYCLES_DATA] = "DATA",
	[CYCLES_PAGES] = "PAGES",
	[CYCLES_BRANCHES] = "BRANCHES",
	[CYCLES_BYTES] = "BYTES",
};

static struct columns *begin(const char *label)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, label, NULL);
	columns__head(c, COLUMNS_RIGHT, "CYCLES", "PER INSTRUCTION", NULL);
	for (int f = 0; f < CYCLES_FOR_COUNT; f++)
		columns__head(c, COLUMNS_RIGHT, heads[f], NULL);
	return c;
}

/* The cells behind the label. */
static void add(struct columns *c, const struct taken *k)
{
	double sum = cycles__sum(&k->cycles);

	columns__add(c, "%s", text_count(round(sum)).text);
	columns__add(c, "%.2f", k->instructions ? sum / (double)k->instructions : 0);
	for (int f = 0; f < CYCLES_FOR_COUNT; f++)
		columns__add(c, "%.0f %%", sum > 0 ? 100 * k->cycles.of[f] / sum : 0);
}

static int print_parts(const struct call_tree *t, FILE *out, bool colour)
{
	struct columns *c = begin("PART");
	struct taken parts[PART_COUNT] = {0}, all = {0};

	for (size_t i = 0; i < t->node_count; i++) {
		taken__add(&parts[t->nodes[i].part], &t->nodes[i]);
		if (call_part_of_birth(t->nodes[i].part))
			taken__add(&all, &t->nodes[i]);
	}
	for (int p = 0; call_part_of_birth(p); p++) {
		if (!parts[p].instructions)
			continue;
		columns__add(c, "%s", call_part_name(p));
		add(c, &parts[p]);
	}
	columns__add(c, "all");
	add(c, &all);
	return columns__finish(c, "Cycles of a birth, an estimate, and what for", out, colour);
}

static int compare(const void *a, const void *b)
{
	double x = cycles__sum(&((const struct taken *)a)->cycles);
	double y = cycles__sum(&((const struct taken *)b)->cycles);

	return x < y ? 1 : x > y ? -1 : 0;
}

static int print_functions(const struct call_tree *t, FILE *out, bool colour)
{
	struct call_functions f;
	struct taken *taken;
	struct columns *c;
	int err = call_functions__init(&f, t);

	taken = err ? NULL : calloc(f.n + 1, sizeof(*taken));
	if (!taken) {
		call_functions__free(&f);
		return -ENOMEM;
	}
	for (size_t i = 0; i < f.n; i++)
		taken[i].function = &f.v[i];
	for (size_t i = 0; i < t->node_count; i++)
		if (f.of[i] != CALL_NO_FUNCTION && call_part_of_birth(t->nodes[i].part))
			taken__add(&taken[f.of[i]], &t->nodes[i]);
	qsort(taken, f.n, sizeof(*taken), compare);
	c = begin("FUNCTION");
	for (size_t i = 0; i < f.n && i < FUNCTIONS_SHOWN; i++) {
		columns__add(c, "%s", taken[i].function->name);
		add(c, &taken[i]);
	}
	free(taken);
	call_functions__free(&f);
	return columns__finish(c, "The functions that take most of them", out, colour);
}

int table_cycles(const struct call_tree *t, bool colour, FILE *out)
{
	int err;

	if (!t->has[METRIC_CYCLES])
		return 0;
	err = print_parts(t, out, colour);
	if (!err)
		err = print_functions(t, out, colour);
	layout_print(
		out, 2,
		"CODE, DATA: lines that miss caches. PAGES: walks of page tables. BRANCHES: wrong "
		"predictions. BYTES: cleared and copied. The weights are of one machine (%s): "
		"compare figures with each other, and take none for a time",
		CYCLES_MACHINE);
	return err;
}
