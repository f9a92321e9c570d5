// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/verdict_groups.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/report/verdict.h"

/* As the gate's text has it without -v. */
#define GROUPS_SHOWN 10

static double number_of(const json_t *metric, const char *name)
{
	const json_t *value = json_object_get(metric, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_of(const json_t *metric, const char *name)
{
	const char *text = json_string_value(json_object_get(metric, name));

	return text ? text : "";
}

static bool does_gate(const json_t *metric)
{
	return strcmp(text_of(metric, "verdict"), "none") != 0;
}

static bool is_time(const json_t *metric)
{
	const char *unit = text_of(metric, "unit");

	return !strcmp(unit, "ns") || !strcmp(unit, "instructions");
}

/* What does not gate is news if it moved: by the test of a mean or tail, by 1 % of a count, or by
 * its interval. */
static bool has_moved(const json_t *metric)
{
	double change = number_of(metric, "change");

	if (json_object_get(metric, "p_more"))
		return number_of(metric, "p_more") <= 0.05 || number_of(metric, "p_better") <= 0.05;
	if (!is_time(metric))
		return fabs(change) >= 0.01;
	return number_of(metric, "low") > 0 || number_of(metric, "high") < 0;
}

static bool is_plain(const json_t *metric)
{
	if (!does_gate(metric))
		return !has_moved(metric);
	return !strcmp(text_of(metric, "verdict"), "pass") && number_of(metric, "change") == 0 &&
	       !json_is_true(json_object_get(metric, "improved"));
}

static bool are_alike(const json_t *a, const json_t *b)
{
	static const char *const names[] = {"metric", "trace", "unit", "kind", "verdict"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text_of(a, names[i]), text_of(b, names[i])))
			return false;
	}
	return (number_of(a, "change") < 0) == (number_of(b, "change") < 0) &&
	       json_is_true(json_object_get(a, "improved")) ==
		       json_is_true(json_object_get(b, "improved")) &&
	       is_plain(a) == is_plain(b);
}

static void add(struct verdict_group *all, size_t *count, const json_t *metric)
{
	double change = number_of(metric, "change");
	size_t i = 0;

	while (i < *count && !are_alike(all[i].worst, metric))
		i++;
	if (i == *count)
		all[(*count)++] = (struct verdict_group){
			.worst = metric,
			.least = NAN,
			.most = NAN,
			.gates = does_gate(metric),
			.plain = is_plain(metric),
		};
	all[i].rows++;
	all[i].least = fmin(all[i].least, change);
	all[i].most = fmax(all[i].most, change);
}

int verdict_groups(const json_t *verdict, struct verdict_group **groups)
{
	size_t n = json_array_size(json_object_get(verdict, "metrics")), count = 0;
	const json_t **rows = calloc(n + 1, sizeof(json_t *));
	struct verdict_group *all = calloc(n + 1, sizeof(*all));

	if (!rows || !all) {
		free((void *)rows);
		free(all);
		return -ENOMEM;
	}
	n = verdict_rows(verdict, rows, n);
	/* Each pass takes one kind, in the order of the table. */
	for (int pass = 0; pass < 4; pass++) {
		for (size_t i = 0; i < n; i++) {
			if (is_plain(rows[i]) == (pass >= 2) && does_gate(rows[i]) == !(pass % 2))
				add(all, &count, rows[i]);
		}
	}
	free((void *)rows);
	*groups = all;
	return (int)count;
}

size_t verdict_groups_shown(const struct verdict_group *groups, size_t n)
{
	size_t shown = 0;

	while (shown < n && shown < GROUPS_SHOWN && (groups[shown].gates || !groups[shown].plain))
		shown++;
	return shown;
}
