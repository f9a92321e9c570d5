// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/function_ids.h"
#include "user/analysis/calls/start.h"

int64_t start_change__more(const struct start_change *c)
{
	return start_figures__sum(&c->b) - start_figures__sum(&c->a);
}

static int compare_rows(const void *a, const void *b)
{
	const struct start_change *x = a, *y = b;
	int64_t of_x = llabs(start_change__more(x)), of_y = llabs(start_change__more(y));

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return (x->stage > y->stage) - (x->stage < y->stage);
}

static int compare_syscalls(const void *a, const void *b)
{
	const struct start_syscall_change *x = a, *y = b;
	int64_t of_x = llabs(x->b.instructions - x->a.instructions);
	int64_t of_y = llabs(y->b.instructions - y->a.instructions);

	return (of_x < of_y) - (of_x > of_y);
}

static void add_rows(struct start_diff *d, const struct start *s, int side)
{
	for (size_t i = 0; i < s->row_count; i++) {
		const struct start_row *row = &s->rows[i];
		size_t k = 0;

		while (k < d->row_count && (d->rows[k].stage != row->stage ||
					    !module_same(d->rows[k].module, row->module)))
			k++;
		if (k == d->row_count)
			d->rows[d->row_count++] = (struct start_change){.stage = row->stage};
		d->rows[k].module = row->module;
		*(side ? &d->rows[k].b : &d->rows[k].a) = row->is;
	}
}

static void add_syscalls(struct start_diff *d, const struct start *s, int side)
{
	for (size_t i = 0; i < s->syscall_count; i++) {
		const struct start_syscall *call = &s->syscalls[i];
		struct start_syscall none = {call->name, call->stage, call->module, 0, 0};
		size_t k = 0;

		while (k < d->syscall_count && !start_syscall__same(&d->syscalls[k].a, call))
			k++;
		if (k == d->syscall_count)
			d->syscalls[d->syscall_count++] = (struct start_syscall_change){none, none};
		*(side ? &d->syscalls[k].b : &d->syscalls[k].a) = *call;
	}
}

/* Those of `b` that `a` lacks. Their number. */
static size_t find_new_modules(const struct start *a, const struct start *b, const char **modules)
{
	size_t count = 0;

	for (size_t i = 0; i < b->module_count; i++) {
		size_t k = 0;

		while (k < a->module_count && !module_same(a->modules[k], b->modules[i]))
			k++;
		if (k == a->module_count)
			modules[count++] = b->modules[i];
	}
	return count;
}

static int make(struct start_diff *d)
{
	size_t rows = d->a.row_count + d->b.row_count;
	size_t calls = d->a.syscall_count + d->b.syscall_count;

	d->rows = calloc(rows + 1, sizeof(*d->rows));
	d->syscalls = calloc(calls + 1, sizeof(*d->syscalls));
	d->new_modules = calloc(d->b.module_count + 1, sizeof(*d->new_modules));
	d->gone_modules = calloc(d->a.module_count + 1, sizeof(*d->gone_modules));
	if (!d->rows || !d->syscalls || !d->new_modules || !d->gone_modules)
		return -ENOMEM;
	add_rows(d, &d->a, 0);
	add_rows(d, &d->b, 1);
	add_syscalls(d, &d->a, 0);
	add_syscalls(d, &d->b, 1);
	d->new_count = find_new_modules(&d->a, &d->b, d->new_modules);
	d->gone_count = find_new_modules(&d->b, &d->a, d->gone_modules);
	qsort(d->rows, d->row_count, sizeof(*d->rows), compare_rows);
	qsort(d->syscalls, d->syscall_count, sizeof(*d->syscalls), compare_syscalls);
	return 0;
}

int start_diff__make(struct start_diff *d, const struct call_tree *a, const struct call_tree *b)
{
	int err;

	*d = (struct start_diff){0};
	err = start__split(&d->a, a);
	if (!err)
		err = start__split(&d->b, b);
	if (!err)
		err = make(d);
	if (err)
		start_diff__free(d);
	return err;
}

void start_diff__free(struct start_diff *d)
{
	start__free(&d->a);
	start__free(&d->b);
	free(d->rows);
	free(d->syscalls);
	free(d->new_modules);
	free(d->gone_modules);
	*d = (struct start_diff){0};
}
