// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/call_tree.h"

#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"

static const char *const kind_names[] = {
	[CALL_ROOT] = "root",		[CALL_CALL] = "call",		[CALL_SYSCALL] = "syscall",
	[CALL_EXCEPTION] = "exception", [CALL_INTERRUPT] = "interrupt", [CALL_SIGNAL] = "signal",
};

static const char *const part_names[] = {
	[PART_CALL] = "call",	    [PART_PARENT] = "parent", [PART_CHILD] = "child",
	[PART_PROGRAM] = "program", [PART_EXIT] = "exit",     [PART_INTERRUPTS] = "interrupts",
	[PART_OTHERS] = "others",
};

static const char *const metric_names[] = {
	[METRIC_CYCLES] = "cycles",
	[METRIC_L1I_MISSES] = "l1i_misses",
	[METRIC_L1D_MISSES] = "l1d_misses",
	[METRIC_L2_MISSES] = "l2_misses",
	[METRIC_LLC_MISSES] = "llc_misses",
	[METRIC_ITLB_MISSES] = "itlb_misses",
	[METRIC_DTLB_MISSES] = "dtlb_misses",
	[METRIC_BRANCH_MISSES] = "branch_misses",
	[METRIC_CLEARED_BYTES] = "cleared_bytes",
	[METRIC_COPIED_BYTES] = "copied_bytes",
};

const char *call_kind_name(enum call_kind kind)
{
	return kind < CALL_KIND_COUNT ? kind_names[kind] : NULL;
}

const char *call_part_name(enum call_part part)
{
	return part < PART_COUNT ? part_names[part] : NULL;
}

const char *call_metric_name(enum call_metric metric)
{
	return metric < CALL_METRIC_COUNT ? metric_names[metric] : NULL;
}

int call_kind_by_name(const char *name)
{
	for (int k = 0; k < CALL_KIND_COUNT; k++)
		if (!strcmp(kind_names[k], name))
			return k;
	return -1;
}

int call_part_by_name(const char *name)
{
	for (int p = 0; p < PART_COUNT; p++)
		if (!strcmp(part_names[p], name))
			return p;
	return -1;
}

/* The place of the first name that is not less; the last name is tried first, for sorted input. */
static size_t place_of(const struct call_tree *t, const char *name)
{
	size_t low = 0, high = t->name_count;

	if (high && strcmp(t->names[high - 1], name) < 0)
		return high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(t->names[mid], name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const char *call_tree__name(struct call_tree *t, const char *name)
{
	size_t at = place_of(t, name);
	char **grown, *copy;

	if (at < t->name_count && !strcmp(t->names[at], name))
		return t->names[at];
	grown = array_grow(t->names, t->name_count, sizeof(*grown));
	if (!grown)
		return NULL;
	t->names = grown;
	copy = strdup(name);
	if (!copy)
		return NULL;
	memmove(grown + at + 1, grown + at, (t->name_count - at) * sizeof(*grown));
	grown[at] = copy;
	t->name_count++;
	return copy;
}

size_t call_tree__name_index(const struct call_tree *t, const char *name)
{
	return place_of(t, name);
}

void call_tree__free(struct call_tree *t)
{
	free(t->key);
	free(t->kernel);
	free(t->nodes);
	for (size_t i = 0; i < t->phase_count; i++)
		free(t->phases[i].shares);
	free(t->phases);
	for (size_t i = 0; i < t->name_count; i++)
		free(t->names[i]);
	free(t->names);
	*t = (struct call_tree){0};
}
