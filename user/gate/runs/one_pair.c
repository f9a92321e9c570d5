// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One stored run a side: what everybody tries first. Counts may decide it, times never do. */
#include "user/gate/runs/one_pair.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/axis_names.h"
#include "user/gate/compare/format.h"
#include "user/text/layout.h"

/* Options of bench that `gate --ab` takes: once for each side, or once for both. */
static const struct shared_option {
	const char *name;
	enum { OF_SIDES, NAMES_SIDES, OF_BOTH } use;
} options[] = {{"program", OF_SIDES},
	       {"libc", OF_SIDES},
	       {"method", NAMES_SIDES},
	       {"suite", NAMES_SIDES},
#define X(axis, option, ...) {option, OF_BOTH},
	       AXES(X)
#undef X
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

/*
 * Whether the word is this option, perhaps abbreviated. Bench took it: of several that begin so, it
 * is the one of this name, or else the one that was there when bench took it, the first.
 */
static bool is_option(const char *word, size_t length, const char *name)
{
	const char *first = NULL;

	if (length <= 2 || strncmp(word, "--", 2))
		return false;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (strncmp(word + 2, options[i].name, length - 2))
			continue;
		if (strlen(options[i].name) == length - 2)
			return !strcmp(name, options[i].name);
		if (!first)
			first = options[i].name;
	}
	return first && !strcmp(name, first);
}

/* The option's value in the run's command; NULL: not given. */
static const char *value_of(const struct run *r, const char *name)
{
	const char *found = NULL;

	for (char **word = r->command; *word; word++) {
		size_t length = strcspn(*word, "=");

		if (is_option(*word, length, name))
			found = (*word)[length] ? *word + length + 1 : word[1];
	}
	return found;
}

/* Whether a shell takes it as one word and as it is. */
static bool is_plain(const char *word)
{
	for (; *word; word++) {
		if (!isalnum((unsigned char)*word) && !strchr("_./,:+=-@%", *word))
			return false;
	}
	return true;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/*
 * Appends what this option makes of the command. False: no command can be given, as where a side
 * lacks it. *differ counts the options that make the sides differ.
 */
static bool add_option(const struct shared_option *o, const struct run *a, const struct run *b,
		       char *text, size_t size, int *differ)
{
	const char *of_a = value_of(a, o->name), *of_b = value_of(b, o->name);
	const char *begin = o->use == NAMES_SIDES ? " " : " --", *name = o->name;
	const char *equals = "=";

	if (!of_a && !of_b)
		return true;
	if (!of_a || !of_b || !is_plain(of_a) || !is_plain(of_b))
		return false;
	if (same(of_a, of_b)) {
		layout_append(text, size, " --%s=%s", name, of_a);
		return true;
	}
	if (o->use == OF_BOTH)
		return false;
	if (o->use == NAMES_SIDES)
		name = equals = "";
	layout_append(text, size, "%s%s%s%s%s%s%s%s", begin, name, equals, of_a, begin, name,
		      equals, of_b);
	(*differ)++;
	return true;
}

/* Whether it measured a program with arguments, or several: gate can name neither. */
static bool has_more_programs(const struct run *r)
{
	int programs = 0;

	for (char **word = r->command; *word; word++) {
		if (!strcmp(*word, "--"))
			return true;
		programs += is_option(*word, strcspn(*word, "="), "program");
	}
	return programs > 1;
}

/* The command that takes pairs of what makes the two runs differ, if their own commands say it. */
static bool ab_command(const struct run *a, const struct run *b, char *text, size_t size)
{
	int differ = 0;

	text[0] = '\0';
	if (has_more_programs(a) || has_more_programs(b))
		return false;
	layout_append(text, size, "spawnscope gate --ab");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!add_option(&options[i], a, b, text, size, &differ))
			return false;
	}
	return differ == 1 && strlen(text) + 4 < size;
}

static const struct gate_row *first_timed(const struct gate_report *r)
{
	for (size_t i = 0; i < r->row_count; i++) {
		if (r->rows[i].kind == GATE_STATISTICAL && !r->rows[i].demoted)
			return &r->rows[i];
	}
	return NULL;
}

/* The pairs of which the smallest p reaches a level: of sign flips it is 1/2 for each. */
static size_t pairs_for(double level)
{
	return (size_t)ceil(-log2(level));
}

/*
 * How many pairs decide: a pass, and a regression, for which Holm's procedure shares the level
 * among all rows with times.
 */
static void count_needed(const struct gate_report *r, size_t *pass, size_t *regression)
{
	size_t family = 0;

	for (size_t i = 0; i < r->row_count; i++)
		family += r->rows[i].kind == GATE_STATISTICAL;
	*pass = pairs_for(r->alpha_pass);
	*regression = pairs_for(r->alpha_regression / (double)family);
}

void gate_say_one_pair(struct gate_report *r, const struct run *a, const struct run *b)
{
	const struct gate_row *row = first_timed(r);
	char command[sizeof(r->headline) / 2], change[32], of_a[32], of_b[32];
	size_t exact = 0, size = sizeof(r->headline), pass, regression;

	if (r->verdict != GATE_INCONCLUSIVE || !row || r->rows[0].kind != GATE_STATISTICAL)
		return;
	count_needed(r, &pass, &regression);
	for (size_t i = 0; i < r->row_count; i++) {
		exact += r->rows[i].kind == GATE_EXACT;
		if (r->rows[i].kind == GATE_STATISTICAL && r->rows[i].few_pairs)
			gate_row__note(&r->rows[i],
				       "1 pair of runs cannot decide: a pass takes %zu, a "
				       "regression %zu",
				       pass, regression);
	}
	r->headline[0] = '\0';
	layout_append(r->headline, size, "one run a side decides counts");
	if (exact > 0)
		layout_append(r->headline, size, " (%zu not worse)", exact);
	layout_append(r->headline, size, " and never times: %s: %s %s (%s -> %s) may be chance; ",
		      row->cell, row->metric, gate_percent(row->change, change, sizeof(change)),
		      gate_value(row->a, row->unit, of_a, sizeof(of_a)),
		      gate_value(row->b, row->unit, of_b, sizeof(of_b)));
	if (ab_command(a, b, command, sizeof(command)))
		layout_append(r->headline, size, "`%s` decides", command);
	else
		layout_append(r->headline, size,
			      "%zu or more runs of each, taken in turn, decide: `spawnscope gate "
			      "BASE... -- NEW...`",
			      pass > regression ? pass : regression);
	if (r->samples[0])
		layout_append(r->headline, size, "; but %s", r->samples);
}
