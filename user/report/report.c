// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The axes that vary in any of the runs: a parent has the same name in all of them. */
static void find_axes(struct report *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct axes own;

		axes__find(&own, p->runs[i].run);
		axes__add(&p->axes, &own);
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

/* The file's name without folder and suffix; with a number if a run before it has the same. */
static char *run_name(const struct report *p, size_t index)
{
	const char *path = p->runs[index].path, *slash = strrchr(path, '/');
	const char *base = slash && slash[1] ? slash + 1 : path;
	size_t len = strlen(base), ending = strlen(".jsonl"), number = 2;
	char *plain, *numbered = NULL;

	if (!strcmp(path, "-"))
		base = "standard input", len = strlen(base);
	if (len > ending && !strcmp(base + len - ending, ".jsonl"))
		len -= ending;
	plain = strndup(base, len);
	while (plain && is_taken(p, index, numbered ? numbered : plain)) {
		free(numbered);
		if (asprintf(&numbered, "%s %zu", plain, number++) < 0) {
			free(plain);
			return NULL;
		}
	}
	if (!numbered)
		return plain;
	free(plain);
	return numbered;
}

static int sum_births(struct report_run *r)
{
	if (!r->births)
		r->births = birth_sums__new();
	if (!r->births || birth_sums__finish(r->births))
		return -ENOMEM;
	r->summary = profile_summary__stored(r->run, &r->births->groups, &r->births->calls);
	return 0;
}

static int fill_run(struct report *p, size_t index)
{
	struct report_run *r = &p->runs[index];

	r->name = run_name(p, index);
	if (!r->name)
		return -ENOMEM;
	if (run__is_profile(r->run) && sum_births(r))
		return -ENOMEM;
	return rows__init(&r->rows, r->run, rows_probe_set(r->run), &p->axes);
}

static int compare_ends(struct report *p)
{
	struct report_pair *pair = &p->pair;

	for (size_t i = 0; i < p->count; i++) {
		if (!p->runs[i].rows.n)
			continue;
		if (!pair->from)
			pair->from = &p->runs[i];
		pair->to = &p->runs[i];
	}
	if (pair->from == pair->to || !run__same_unit(pair->from->run, pair->to->run))
		return 0;
	return changes__of(&pair->changes, &pair->from->rows, &pair->to->rows);
}

int report__init(struct report *p, const struct run *runs, char *const *paths, size_t count,
		 struct birth_sums **births)
{
	int err = 0;

	*p = (struct report){.runs = calloc(count + 1, sizeof(*p->runs))};
	if (!p->runs)
		return -ENOMEM;
	p->count = count;
	for (size_t i = 0; i < count; i++) {
		p->runs[i].run = &runs[i];
		p->runs[i].path = paths[i];
		if (births) {
			p->runs[i].births = births[i];
			births[i] = NULL;
		}
		p->runs[i].instructions = run__counts_instructions(&runs[i]);
	}
	find_axes(p);
	for (size_t i = 0; i < count && !err; i++)
		err = fill_run(p, i);
	if (!err)
		err = compare_ends(p);
	return err;
}

void report__free(struct report *p)
{
	for (size_t i = 0; i < p->count; i++) {
		birth_sums__free(p->runs[i].births);
		rows__free(&p->runs[i].rows);
		free(p->runs[i].name);
	}
	changes__free(&p->pair.changes);
	free(p->runs);
	*p = (struct report){0};
}

bool report__same_unit(const struct report *p)
{
	for (size_t i = 1; i < p->count; i++) {
		if (!run__same_unit(p->runs[i].run, p->runs[0].run))
			return false;
	}
	return true;
}

size_t report__run_of(const struct report *p, const struct row *row)
{
	size_t i = 0;

	while (row < p->runs[i].rows.v || row >= p->runs[i].rows.v + p->runs[i].rows.n)
		i++;
	return i;
}
