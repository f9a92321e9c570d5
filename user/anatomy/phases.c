// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/phases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/phase.h"

#define NO_SEGMENT SIZE_MAX

/* Points of the kernel, in the order in which a birth reaches them. */
enum point {
	POINT_NONE,
	POINT_clone,
	POINT_mm_init,
	POINT_autogroup,
	POINT_namespaces,
	POINT_newtask,
	POINT_woken,
	POINT_clone_return,
	POINT_first_run,
	POINT_execve,
	POINT_flush,
	POINT_rename,
	POINT_exec_return,
	POINT_exit_mm,
	POINT_exit_mm_return,
	POINT_COUNT
};

/* Which of the calls of a function is the point: the first, by the parent or by its child. */
static const struct {
	const char *word;
	bool of_parent;
	enum point after, before; /* only after that one, and before that one */
} points[POINT_COUNT] = {
	[POINT_clone] = {"clone", true, POINT_NONE, POINT_NONE},
	[POINT_mm_init] = {"mm_init", true, POINT_clone, POINT_namespaces},
	[POINT_autogroup] = {"autogroup", true, POINT_clone, POINT_namespaces},
	[POINT_namespaces] = {"namespaces", true, POINT_clone, POINT_NONE},
	[POINT_newtask] = {"newtask", true, POINT_clone, POINT_NONE},
	[POINT_woken] = {"woken", true, POINT_newtask, POINT_clone_return},
	[POINT_clone_return] = {"clone_return", true, POINT_clone, POINT_NONE},
	[POINT_first_run] = {"first_run", false, POINT_newtask, POINT_NONE},
	[POINT_execve] = {"execve", false, POINT_NONE, POINT_NONE},
	[POINT_flush] = {"flush", false, POINT_execve, POINT_NONE},
	[POINT_rename] = {"rename", false, POINT_flush, POINT_NONE},
	[POINT_exec_return] = {"exec_return", false, POINT_flush, POINT_NONE},
	[POINT_exit_mm] = {"exit_mm", false, POINT_NONE, POINT_NONE},
	[POINT_exit_mm_return] = {"exit_mm_return", false, POINT_exit_mm, POINT_NONE},
};

/* Phases between two points: what the task executed that reached the first one. */
static const struct {
	enum phase phase;
	enum point from, to;
	enum point other_to; /* where the address space is not copied; POINT_NONE: no phase then */
} spans[] = {
	{PHASE_clone_setup, POINT_clone, POINT_autogroup, POINT_newtask},
	{PHASE_copy_mm, POINT_autogroup, POINT_namespaces, POINT_NONE},
	{PHASE_clone_finish, POINT_namespaces, POINT_newtask, POINT_NONE},
	{PHASE_wake, POINT_newtask, POINT_clone_return, POINT_clone_return},
	{PHASE_pre_exec, POINT_first_run, POINT_execve, POINT_execve},
	{PHASE_exec_open, POINT_execve, POINT_flush, POINT_flush},
	{PHASE_exec_flush, POINT_flush, POINT_rename, POINT_rename},
	{PHASE_exec_load, POINT_rename, POINT_exec_return, POINT_exec_return},
	{PHASE_exit_mm, POINT_exit_mm, POINT_exit_mm_return, POINT_exit_mm_return},
};

/* Phases that are the sum over the calls of a function. */
static const struct {
	enum phase phase;
	const char *from, *to;
	bool of_parent;
} calls[] = {
	{PHASE_copy_files, "files", "files_return", true},
	{PHASE_copy_pages, "pages", "pages_return", true},
	{PHASE_cow_parent, "wp", "wp_return", true},
	{PHASE_cow_child, "wp", "wp_return", false},
};

struct tally {
	const struct sums *s;
	uint32_t *function; /* of each path */
	size_t functions;
	const struct path **named; /* a path of each function */
	size_t birth, end;	   /* the one that is looked at, and where its segments end */
	size_t at[POINT_COUNT];	   /* the segments that its points end */
	int64_t *of_path;	   /* what this birth executed in this phase */
	uint32_t *stamp;	   /* by function: the last path that was added to its total */
	/* By phase: of function f in birth b [f * births + b]; of all [b]. */
	int64_t *own, *total, *all, *room;
};

static bool is_of_birth(const struct tally *t, size_t segment, bool of_parent)
{
	const struct raw_place *p = &t->s->births->places[segment];
	bool child = p->part == PART_CHILD || p->part == PART_PROGRAM;

	if (p->birth != (int32_t)t->birth)
		return false;
	return of_parent ? p->part == PART_CALL || p->part == PART_PARENT : child;
}

static bool is_point(const struct tally *t, enum point p, size_t segment)
{
	bool in_exec = t->at[POINT_execve] != NO_SEGMENT && t->at[POINT_exec_return] == NO_SEGMENT;
	enum point after = points[p].after, before = points[p].before;

	/* exec drops the old address space by the same function. */
	if ((p == POINT_exit_mm || p == POINT_exit_mm_return) && in_exec)
		return false;
	return t->at[p] == NO_SEGMENT && is_of_birth(t, segment, points[p].of_parent) &&
	       (after == POINT_NONE || t->at[after] != NO_SEGMENT) &&
	       (before == POINT_NONE || t->at[before] == NO_SEGMENT);
}

static void find_points(struct tally *t)
{
	const struct raw *raw = t->s->raw;

	for (int p = 0; p < POINT_COUNT; p++)
		t->at[p] = NO_SEGMENT;
	for (size_t i = t->s->births->v[t->birth].begin; i < t->end; i++) {
		for (int p = POINT_clone; p < POINT_COUNT; p++)
			if (!strcmp(points[p].word, raw->segments[i].why) && is_point(t, p, i))
				t->at[p] = i;
		/* From 7.0 on exec drops the old address space after the new name is set. */
		if (!strcmp(raw->segments[i].why, "exit_mm_return") &&
		    t->at[POINT_rename] != NO_SEGMENT && t->at[POINT_exec_return] == NO_SEGMENT &&
		    is_of_birth(t, i, false))
			t->at[POINT_rename] = i;
	}
}

static void add_segment(struct tally *t, size_t segment)
{
	const struct raw_segment *s = &t->s->raw->segments[segment];

	for (size_t i = s->own; i < s->own_end; i++) {
		uint32_t path = t->s->of_own[i];

		if (path != NO_PATH && t->s->paths.v[path].part != PART_INTERRUPTS)
			t->of_path[path] += (int64_t)t->s->raw->owns[i].instructions;
	}
}

/* Adds the birth's paths to the functions; a function counts once in a path that has it twice. */
static void settle(struct tally *t)
{
	const struct path *v = t->s->paths.v;
	size_t n = t->s->births->n;

	for (uint32_t i = 0; i < t->s->paths.n; i++) {
		int64_t own = t->of_path[i];

		t->of_path[i] = 0;
		if (!own || v[i].kind == CALL_ROOT)
			continue;
		t->all[t->birth] += own;
		t->own[t->function[i] * n + t->birth] += own;
		for (uint32_t k = i; v[k].kind != CALL_ROOT; k = v[k].parent) {
			if (t->stamp[t->function[k]] == i)
				continue;
			t->stamp[t->function[k]] = i;
			t->total[t->function[k] * n + t->birth] += own;
		}
	}
	memset(t->stamp, 0xff, t->functions * sizeof(*t->stamp));
}

static void add_span(struct tally *t, size_t span)
{
	bool copies = t->at[POINT_mm_init] != NO_SEGMENT;
	enum point end = copies ? spans[span].to : spans[span].other_to;
	size_t from = t->at[spans[span].from], to = end == POINT_NONE ? NO_SEGMENT : t->at[end];
	const struct raw *raw = t->s->raw;

	for (size_t i = from; from != NO_SEGMENT && to != NO_SEGMENT && i < to; i++)
		if (raw->segments[i + 1].task == raw->segments[from].task)
			add_segment(t, i + 1);
}

static void add_calls(struct tally *t, size_t call)
{
	const struct raw *raw = t->s->raw;
	uint32_t inside = 0; /* the task that is in the function */

	for (size_t i = t->s->births->v[t->birth].begin; i < t->end; i++) {
		const struct raw_segment *s = &raw->segments[i];

		if (!is_of_birth(t, i, calls[call].of_parent))
			continue;
		if (inside && s->task == inside)
			add_segment(t, i);
		if (!strcmp(s->why, calls[call].from))
			inside = s->task;
		else if (s->task == inside && !strcmp(s->why, calls[call].to))
			inside = 0;
	}
}

static int compare_shares(const void *a, const void *b)
{
	const struct call_share *x = a, *y = b;
	int order;

	if (x->own != y->own)
		return x->own > y->own ? -1 : 1;
	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	order = strcmp(x->name, y->name);
	return order ? order : strcmp(x->module, y->module);
}

static int64_t median(struct tally *t, const int64_t *values)
{
	size_t n = t->s->births->n;

	memcpy(t->room, values, n * sizeof(*values));
	return sums_median(t->room, n);
}

/* Writes the phase that was added up; nothing if its median is 0. */
static int write_phase(struct call_tree *tree, struct tally *t, enum phase phase)
{
	struct call_phase *p = &tree->phases[tree->phase_count];
	size_t n = t->s->births->n;

	*p = (struct call_phase){.name = call_tree__name(tree, phase_name(phase)),
				 .instructions = median(t, t->all)};
	if (!p->name)
		return -ENOMEM;
	if (!p->instructions)
		return 0;
	p->shares = calloc(t->functions, sizeof(*p->shares));
	if (!p->shares)
		return -ENOMEM;
	tree->phase_count++;
	for (size_t f = 0; f < t->functions; f++) {
		struct call_share share = {t->named[f]->name, t->named[f]->module,
					   median(t, t->own + f * n), median(t, t->total + f * n)};

		if (share.own || share.total)
			p->shares[p->share_count++] = share;
	}
	qsort(p->shares, p->share_count, sizeof(*p->shares), compare_shares);
	return 0;
}

/* Adds up one phase over the births: a span, or calls of a function. */
static int add_phase(struct call_tree *tree, struct tally *t, enum phase phase, size_t which,
		     void (*add)(struct tally *t, size_t which))
{
	const struct raw_births *births = t->s->births;

	memset(t->own, 0, t->functions * births->n * sizeof(*t->own));
	memset(t->total, 0, t->functions * births->n * sizeof(*t->total));
	memset(t->all, 0, births->n * sizeof(*t->all));
	for (t->birth = 0; t->birth < births->n; t->birth++) {
		/* A thread may end in the next birth. */
		t->end = t->birth + 2 < births->n ? births->v[t->birth + 2].begin
						  : t->s->raw->segment_count;
		find_points(t);
		add(t, which);
		settle(t);
	}
	return write_phase(tree, t, phase);
}

static int compare_functions(const void *a, const void *b, void *context)
{
	const struct path *v = context;
	const struct path *x = &v[*(const uint32_t *)a], *y = &v[*(const uint32_t *)b];

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->module == y->module ? 0 : x->module < y->module ? -1 : 1;
}

/* Numbers the functions. 0 or -ENOMEM. */
static int number_functions(struct tally *t)
{
	size_t n = t->s->paths.n;
	uint32_t *order = malloc((n + 1) * sizeof(*order));
	const struct path *v = t->s->paths.v;

	t->function = calloc(n + 1, sizeof(*t->function));
	t->named = calloc(n + 1, sizeof(*t->named));
	for (uint32_t i = 0; order && i < n; i++)
		order[i] = i;
	if (order && t->function && t->named) {
		qsort_r(order, n, sizeof(*order), compare_functions, (void *)v);
		for (size_t i = 0; i < n; i++) {
			if (!i || compare_functions(&order[i - 1], &order[i], (void *)v))
				t->named[t->functions++] = &v[order[i]];
			t->function[order[i]] = (uint32_t)t->functions - 1;
		}
	}
	free(order);
	return t->functions ? 0 : -ENOMEM;
}

static int make_room(struct tally *t)
{
	size_t births = t->s->births->n, cells = t->functions * births;

	t->of_path = calloc(t->s->paths.n + 1, sizeof(*t->of_path));
	t->stamp = malloc((t->functions + 1) * sizeof(*t->stamp));
	t->own = calloc(cells + 1, sizeof(*t->own));
	t->total = calloc(cells + 1, sizeof(*t->total));
	t->all = calloc(births + 1, sizeof(*t->all));
	t->room = calloc(births + 1, sizeof(*t->room));
	if (!t->of_path || !t->stamp || !t->own || !t->total || !t->all || !t->room)
		return -ENOMEM;
	memset(t->stamp, 0xff, t->functions * sizeof(*t->stamp));
	return 0;
}

int anatomy_phases(struct call_tree *tree, const struct sums *s)
{
	const size_t span_count = sizeof(spans) / sizeof(spans[0]);
	const size_t call_count = sizeof(calls) / sizeof(calls[0]);
	struct tally t = {.s = s};
	int err;

	tree->phases = calloc(PHASE_COUNT, sizeof(*tree->phases));
	err = tree->phases ? number_functions(&t) : -ENOMEM;
	if (!err)
		err = make_room(&t);
	/* In the order of the table of phases. */
	for (int p = 0; p < PHASE_COUNT && !err; p++) {
		for (size_t i = 0; i < span_count && !err; i++)
			if (spans[i].phase == (enum phase)p)
				err = add_phase(tree, &t, p, i, add_span);
		for (size_t i = 0; i < call_count && !err; i++)
			if (calls[i].phase == (enum phase)p)
				err = add_phase(tree, &t, p, i, add_calls);
	}
	free(t.function);
	free((void *)t.named);
	free(t.of_path);
	free(t.stamp);
	free(t.own);
	free(t.total);
	free(t.all);
	free(t.room);
	return err;
}
