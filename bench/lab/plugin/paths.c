// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/lab/plugin/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lab/plugin/code.h"

#define FRAMES_MAX 100000
#define TASKS_MAX  4096
/* Two slots so near are of one stack. */
#define ONE_STACK (UINT64_C(1) << 20)
/* Bits of a filter: most addresses follow no call. */
#define FILTER_BITS (1 << 20)

const char *const path_kind_names[PATH_KIND_COUNT] = {
	[PATH_TASK] = "task",		[PATH_CALL] = "call",		[PATH_SYSCALL] = "syscall",
	[PATH_EXCEPTION] = "exception", [PATH_INTERRUPT] = "interrupt", [PATH_SIGNAL] = "signal",
};

static struct path *paths;
static uint32_t path_count, path_room;
static uint32_t *index_of; /* a hash table of the numbers of paths */
static uint32_t index_room;

static uint8_t returns_to[FILTER_BITS / 8];

static struct task *tasks[TASKS_MAX];
static uint32_t task_count, stack_count;

static void *need(void *memory)
{
	if (memory)
		return memory;
	fprintf(stderr, "plugin: out of memory\n");
	exit(1);
}

static uint32_t hash(uint32_t parent, uint64_t site, uint64_t target)
{
	uint64_t h = (parent + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);

	h = (h ^ (h >> 32) ^ site) * UINT64_C(0xc4ceb9fe1a85ec53);
	h = (h ^ (h >> 29) ^ target) * UINT64_C(0xff51afd7ed558ccd);
	return (uint32_t)(h >> 32);
}

static void index_path(uint32_t id)
{
	const struct path *p = &paths[id];
	uint32_t at = hash(p->parent, p->site, p->target);

	while (index_of[at & (index_room - 1)])
		at++;
	index_of[at & (index_room - 1)] = id;
}

static void grow_paths(void)
{
	path_room = path_room ? 2 * path_room : 1 << 14;
	paths = need(reallocarray(paths, path_room, sizeof(*paths)));
	if (!path_count)
		memset(&paths[path_count++], 0, sizeof(*paths));
	free(index_of);
	index_room = 2 * path_room;
	index_of = need(calloc(index_room, sizeof(*index_of)));
	for (uint32_t id = 1; id < path_count; id++)
		index_path(id);
}

uint32_t paths_find(uint32_t parent, uint64_t site, uint64_t target, enum path_kind kind)
{
	uint32_t at = hash(parent, site, target), id;

	if (path_count == path_room)
		grow_paths();
	for (; (id = index_of[at & (index_room - 1)]); at++) {
		const struct path *p = &paths[id];

		if (p->parent == parent && p->site == site && p->target == target &&
		    p->kind == kind)
			return id;
	}
	paths[path_count] = (struct path){
		.parent = parent,
		.site = site,
		.target = target,
		.kind = kind,
		.sibling = parent ? paths[parent].child : 0,
	};
	if (parent)
		paths[parent].child = path_count;
	index_path(path_count);
	return path_count++;
}

struct path *paths_get(uint32_t id)
{
	return &paths[id];
}

uint32_t paths_count(void)
{
	return path_count ? path_count - 1 : 0;
}

struct task *tasks_create(uint64_t stack, const struct task *creator)
{
	struct task *t = need(calloc(1, sizeof(*t)));
	size_t i;

	t->id = ++task_count;
	t->stack = stack;
	if (creator) {
		t->fresh = true;
		for (i = 0; i < creator->depth && !creator->frames[i].kernel; i++) {
			task__push(t, creator->frames[i]);
			t->frames[i].inherited = true;
		}
	}
	for (i = stack % TASKS_MAX; tasks[i] && tasks[i]->stack != stack; i = (i + 1) % TASKS_MAX)
		;
	if (tasks[i]) { /* the last task on this stack has ended */
		free(tasks[i]->frames);
		free(tasks[i]);
	} else if (++stack_count == TASKS_MAX) { /* a search ends at an empty place */
		fprintf(stderr, "plugin: more than %d stacks of tasks\n", TASKS_MAX - 1);
		exit(1);
	}
	tasks[i] = t;
	return t;
}

struct task *tasks_on(uint64_t stack)
{
	for (size_t i = stack % TASKS_MAX; tasks[i]; i = (i + 1) % TASKS_MAX) {
		if (tasks[i]->stack == stack)
			return tasks[i];
	}
	return tasks_create(stack, NULL);
}

void task__push(struct task *t, struct frame frame)
{
	if (t->depth == FRAMES_MAX)
		return;
	if (t->depth == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->frames = need(reallocarray(t->frames, t->room, sizeof(*t->frames)));
	}
	t->frames[t->depth++] = frame;
	if (frame.kind == PATH_CALL) {
		paths[frame.path].back = frame.back;
		returns_to[frame.back % FILTER_BITS / 8] |= 1 << frame.back % 8;
	}
}

uint32_t task__path(const struct task *t)
{
	return t->depth ? t->frames[t->depth - 1].path : 0;
}

static bool is_entry(const struct frame *f)
{
	return f->kind != PATH_CALL && f->kind != PATH_SIGNAL;
}

size_t task__floor(const struct task *t)
{
	size_t i = t->depth;

	while (i && !is_entry(&t->frames[i - 1]))
		i--;
	return i;
}

bool task__return(struct task *t, uint64_t slot, uint64_t to, struct frame *ended)
{
	size_t found = 0;

	for (size_t i = t->depth; i && !is_entry(&t->frames[i - 1]) && !found; i--) {
		if (t->frames[i - 1].kind == PATH_CALL && t->frames[i - 1].slot == slot)
			found = i;
	}
	/* The kernel's entry code moves some return addresses to another stack. */
	for (size_t i = t->depth; i && !is_entry(&t->frames[i - 1]) && !found; i--) {
		if (t->frames[i - 1].kind == PATH_CALL && t->frames[i - 1].back == to)
			found = i;
	}
	if (!found)
		return false;
	*ended = t->frames[found - 1];
	t->depth = found - 1;
	return true;
}

static bool is_dead(const struct frame *f, uint64_t slot, bool kernel)
{
	if (f->kind != PATH_CALL || f->inherited || f->slot > slot)
		return false;
	return kernel ? f->slot >> STACK_SHIFT == slot >> STACK_SHIFT : slot - f->slot < ONE_STACK;
}

void task__trim(struct task *t, uint64_t slot, bool kernel)
{
	while (t->depth && is_dead(&t->frames[t->depth - 1], slot, kernel))
		t->depth--;
}

/* Whether this path made a call that returns to this address. */
static bool called_before(uint32_t path, uint64_t to)
{
	for (uint32_t id = paths[path].child; id; id = paths[id].sibling) {
		if (paths[id].back == to)
			return true;
	}
	return false;
}

void task__longjmp(struct task *t, uint64_t to)
{
	if (!(returns_to[to % FILTER_BITS / 8] & 1 << to % 8))
		return;
	for (size_t i = t->depth; i; i--) {
		if (called_before(t->frames[i - 1].path, to)) {
			t->depth = i;
			return;
		}
		if (is_entry(&t->frames[i - 1]))
			return;
	}
}
