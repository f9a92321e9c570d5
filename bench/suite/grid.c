// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/suite/grid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/shared/text.h"

static int out_of_memory(struct fault *why)
{
	return fault__set(why, -ENOMEM, "out of memory");
}

static int add_methods(struct suite_grid *grid, const char *text, struct fault *why)
{
	const struct method *one = method_find(text), *const *added = &one;
	struct method_list *list = &grid->methods;
	size_t count = 1;
	const struct method **grown;

	if (!strcmp(text, "all") || !strcmp(text, "standard")) {
		added = method_table;
		count = *text == 'a' ? method_count : method_standard_count;
	} else if (!one) {
		return fault__set(why, -EINVAL, "unknown method '%.100s'; known: %s", text,
				  METHOD_CHOICES);
	}
	grown = reallocarray(list->v, list->n + count, sizeof(*grown));
	if (!grown)
		return out_of_memory(why);
	list->v = grown;
	for (size_t i = 0; i < count; i++)
		grown[list->n++] = added[i];
	return 0;
}

static int add_axis(struct axis_list *list, enum axis axis, const char *text, struct fault *why)
{
	int64_t *grown;
	int64_t value;
	int err;

	err = axis_parse(axis, text, &value, why);
	if (err)
		return err;
	grown = reallocarray(list->v, list->n + 1, sizeof(*grown));
	if (!grown)
		return out_of_memory(why);
	list->v = grown;
	grown[list->n++] = value;
	return 0;
}

static int set_runs(struct suite_grid *grid, const char *text, struct fault *why)
{
	uint64_t runs;

	if (text_number(text, 1, GRID_RUNS_MAX, &runs) != 0)
		return fault__set(why, -EINVAL, "bad runs '%.100s'; must be from 1 to %d", text,
				  GRID_RUNS_MAX);
	if (grid->runs != 0)
		return fault__set(why, -EINVAL, "runs is given twice");
	grid->runs = (unsigned int)runs;
	return 0;
}

static int find_axis(const char *name)
{
	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		if (!strcmp(axis_table[axis].name, name))
			return axis;
	}
	return -1;
}

static int explain_unknown_key(const char *name, struct fault *why)
{
	char known[FAULT_MAX - 128] = "method, runs";

	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, ", %s", axis_table[axis].name);
	}
	return fault__set(why, -EINVAL, "unknown key '%.100s'; known: %s", name, known);
}

int suite_grid__add(struct suite_grid *grid, const char *name, const char *list, struct fault *why)
{
	bool is_method = !strcmp(name, "method");
	bool is_runs = !strcmp(name, "runs");
	int axis = find_axis(name);
	char *copy, *next, *item;
	int err = 0;

	if (!is_method && !is_runs && axis < 0)
		return explain_unknown_key(name, why);
	copy = strdup(list);
	if (!copy)
		return out_of_memory(why);
	next = copy;
	while (!err && (item = strsep(&next, ","))) {
		item = text_trim(item);
		if (!*item)
			err = fault__set(why, -EINVAL,
					 item == copy && !next ? "the list of %s is empty"
							       : "empty item in the list of %s",
					 name);
		else if (is_method)
			err = add_methods(grid, item, why);
		else if (is_runs)
			err = set_runs(grid, item, why);
		else
			err = add_axis(&grid->axes[axis], (enum axis)axis, item, why);
	}
	free(copy);
	return err;
}

void suite_grid__free(struct suite_grid *grid)
{
	free(grid->methods.v);
	for (int axis = 0; axis < AXIS_COUNT; axis++)
		free(grid->axes[axis].v);
	*grid = (struct suite_grid){0};
}

/* Complete lists: from the options, else from the section, else the default. */
struct selection {
	struct method_list methods;
	struct axis_list axes[AXIS_COUNT];
	int64_t defaults[AXIS_COUNT];
	unsigned int runs;
	size_t combinations;
};

static int multiply_checked(size_t *combinations, size_t n, struct fault *why)
{
	if (__builtin_mul_overflow(*combinations, n, combinations) ||
	    *combinations > GRID_CELLS_MAX)
		return fault__set(why, -EINVAL, "more than %d combinations; take fewer",
				  GRID_CELLS_MAX);
	return 0;
}

static int select_lists(struct selection *s, const struct suite_grid *grid,
			const struct suite_grid *override, struct fault *why)
{
	int err;

	s->methods = override->methods.n > 0 ? override->methods : grid->methods;
	if (s->methods.n == 0)
		return fault__set(why, -EINVAL, "no method is named");
	s->combinations = 1;
	err = multiply_checked(&s->combinations, s->methods.n, why);
	for (int axis = 0; axis < AXIS_COUNT && !err; axis++) {
		s->axes[axis] =
			override->axes[axis].n > 0 ? override->axes[axis] : grid->axes[axis];
		if (s->axes[axis].n == 0 && axis_table[axis].does->required)
			return fault__set(why, -EINVAL, "no %s is named", axis_table[axis].name);
		if (s->axes[axis].n == 0) {
			s->defaults[axis] = axis_table[axis].does->always ? 0 : AXIS_ABSENT;
			s->axes[axis] = (struct axis_list){.v = &s->defaults[axis], .n = 1};
		}
		err = multiply_checked(&s->combinations, s->axes[axis].n, why);
	}
	s->runs = override->runs != 0 ? override->runs : grid->runs;
	if (s->runs == 0)
		s->runs = GRID_RUNS_DEFAULT;
	return err;
}

/* Combination n, counted like an odometer: the method changes fastest. */
static void nth_combination(const struct selection *s, size_t n, struct cell *cell)
{
	*cell = (struct cell){.method = s->methods.v[n % s->methods.n], .runs = s->runs};
	n /= s->methods.n;
	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		cell->shape.axis[axis] = s->axes[axis].v[n % s->axes[axis].n];
		n /= s->axes[axis].n;
	}
}

static struct cell *find_cell(struct cells *cells, const struct cell *like)
{
	for (size_t i = 0; i < cells->n; i++) {
		struct cell *cell = &cells->v[i];

		if (cell->method == like->method &&
		    !memcmp(&cell->shape, &like->shape, sizeof(cell->shape)))
			return cell;
	}
	return NULL;
}

int cells__expand(struct cells *cells, const struct suite_grid *grid,
		  const struct suite_grid *override, struct fault *why)
{
	static const struct suite_grid nothing;
	struct selection selection = {0};
	struct cell *grown;
	int err;

	err = select_lists(&selection, grid, override ? override : &nothing, why);
	if (err)
		return err;
	if (cells->n + selection.combinations > GRID_CELLS_MAX)
		return fault__set(why, -EINVAL, "more than %d cells; take fewer", GRID_CELLS_MAX);
	grown = reallocarray(cells->v, cells->n + selection.combinations, sizeof(*grown));
	if (!grown)
		return out_of_memory(why);
	cells->v = grown;
	for (size_t i = 0; i < selection.combinations; i++) {
		struct cell cell, *same;

		nth_combination(&selection, i, &cell);
		same = find_cell(cells, &cell);
		if (!same)
			cells->v[cells->n++] = cell;
		else if (same->runs < cell.runs)
			same->runs = cell.runs;
	}
	return 0;
}

int cells__add_programs(struct cells *cells, char *const *names, size_t n, struct fault *why)
{
	struct cell *grown;
	size_t count = 0, to;

	for (size_t i = 0; i < cells->n; i++)
		count += cells->v[i].method->execs ? n : 1;
	if (count > GRID_CELLS_MAX)
		return fault__set(why, -EINVAL, "more than %d cells; take fewer", GRID_CELLS_MAX);
	grown = reallocarray(cells->v, count, sizeof(*grown));
	if (!grown)
		return out_of_memory(why);
	cells->v = grown;
	/* From the end, so that none is overwritten before it was read. */
	to = count;
	for (size_t i = cells->n; i-- > 0;) {
		struct cell cell = grown[i];

		for (size_t k = cell.method->execs ? n : 1; k-- > 0;) {
			cell.program = k;
			cell.program_name = cell.method->execs ? names[k] : NULL;
			grown[--to] = cell;
		}
	}
	cells->n = count;
	return 0;
}

void cells__free(struct cells *cells)
{
	free(cells->v);
	*cells = (struct cells){0};
}
