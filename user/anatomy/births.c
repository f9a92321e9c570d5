// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/births.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/anatomy/symbols.h"
#include "user/model/memory.h"

#define NO_SEGMENT SIZE_MAX

/*
 * *parent: the task that made the most calls and read the clock after each; 0 if none did. A
 * program that it starts may make more processes and threads, of which nobody takes the time. 0 or
 * -ENOMEM.
 */
static int find_parent(const struct raw *raw, uint32_t *parent)
{
	const char *clone = raw__word(raw, "clone"), *clock = raw__word(raw, "clock");
	struct {
		size_t calls;
		bool open;
	} *counts = calloc(raw->task_count + 1, sizeof(*counts));

	*parent = 0;
	if (!counts)
		return -ENOMEM;
	for (size_t i = 0; i < raw->segment_count; i++) {
		uint32_t task = raw->segments[i].task;

		if (raw->segments[i].why == clone)
			counts[task].open = true;
		if (raw->segments[i].why != clock || !counts[task].open)
			continue;
		counts[task].open = false;
		if (++counts[task].calls > counts[*parent].calls)
			*parent = task;
	}
	free(counts);
	return 0;
}

static int keep_birth(struct raw_births *b, const struct raw_birth *birth)
{
	struct raw_birth *grown = array_grow(b->v, b->n, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	b->v = grown;
	grown[b->n++] = *birth;
	return 0;
}

/*
 * Calls of the parent, each between two readings of the clock. A call may make more than one
 * process. The end is the call's for now.
 */
static int find_calls(struct raw_births *b, const struct raw *raw)
{
	const char *clone = raw__word(raw, "clone"), *clock = raw__word(raw, "clock");
	struct raw_birth birth = {.clone = NO_SEGMENT};
	size_t begin = 0; /* the file begins where the clock was read */

	for (size_t i = 0; i < raw->segment_count; i++) {
		const struct raw_segment *s = &raw->segments[i];

		if (s->task != b->parent)
			continue;
		if (s->why == clone && birth.clone == NO_SEGMENT)
			birth = (struct raw_birth){.begin = begin, .clone = i};
		if (s->why != clock)
			continue;
		if (birth.clone != NO_SEGMENT) {
			birth.back = birth.end = i;
			if (keep_birth(b, &birth))
				return -ENOMEM;
			birth.clone = NO_SEGMENT;
		}
		begin = i + 1;
	}
	return 0;
}

/*
 * The parent's first reading of the clock after somebody was reaped, or else after the call; that
 * of the limit, which begins the next call, at the latest.
 */
static size_t find_end(const struct raw *raw, const struct raw_births *b,
		       const struct raw_birth *of, size_t limit)
{
	const char *clock = raw__word(raw, "clock"), *reap = raw__word(raw, "reap");
	size_t first = NO_SEGMENT;
	bool reaped = false;

	for (size_t i = of->back + 1; i <= limit && i < raw->segment_count; i++) {
		reaped |= raw->segments[i].why == reap;
		if (raw->segments[i].task != b->parent || raw->segments[i].why != clock)
			continue;
		if (reaped)
			return i;
		if (first == NO_SEGMENT)
			first = i;
	}
	return first == NO_SEGMENT ? of->back : first;
}

/* The birth in which a task that this birth's parent created begins to run; -1: none. */
static int32_t birth_at(const struct raw_births *b, size_t segment)
{
	for (size_t k = b->n; k-- > 0;)
		if (b->v[k].clone < segment)
			return (int32_t)k;
	return -1;
}

struct task_state {
	int32_t birth; /* -1: of none */
	bool seen;
	bool execs;
	unsigned int program;
};

static void begin_task(const struct raw_births *b, const struct raw *raw, struct task_state *tasks,
		       size_t segment)
{
	uint32_t id = raw->segments[segment].task, creator = raw->creators[id];
	struct task_state *t = &tasks[id];

	if (t->seen)
		return;
	*t = (struct task_state){.birth = -1, .seen = true};
	if (!creator || id == b->parent)
		return;
	t->program = tasks[creator].program;
	t->execs = tasks[creator].execs;
	t->birth = creator == b->parent ? birth_at(b, segment) : tasks[creator].birth;
	if (creator != b->parent && !tasks[creator].seen)
		t->birth = -1;
}

/* Places a segment of the parent, or of a task that has nothing to do with it. */
static struct raw_place place_other(const struct raw_births *b, uint32_t task, size_t segment,
				    size_t *birth)
{
	struct raw_place p = {.birth = -1, .part = PART_OTHERS, .program = SYMBOLS_ANOTHER};

	while (*birth < b->n && b->v[*birth].end < segment)
		(*birth)++;
	if (*birth == b->n || segment < b->v[*birth].begin)
		return p;
	p.birth = (int32_t)*birth;
	if (task != b->parent)
		return p;
	p.part = segment <= b->v[*birth].back ? PART_CALL : PART_PARENT;
	p.program = SYMBOLS_DRIVER;
	return p;
}

static int place_segments(struct raw_births *b, const struct raw *raw)
{
	const char *execve = raw__word(raw, "execve"), *exec = raw__word(raw, "exec");
	struct task_state *tasks = calloc(raw->task_count + 1, sizeof(*tasks));
	size_t birth = 0;

	b->places = calloc(raw->segment_count + 1, sizeof(*b->places));
	for (size_t i = 0; tasks && b->places && i < raw->segment_count; i++) {
		const struct raw_segment *s = &raw->segments[i];
		struct task_state *t = &tasks[s->task];

		begin_task(b, raw, tasks, i);
		b->places[i] = place_other(b, s->task, i, &birth);
		if (t->birth >= 0)
			b->places[i] = (struct raw_place){
				t->birth, t->execs ? PART_PROGRAM : PART_CHILD, t->program};
		t->execs |= execve && s->why == execve;
		if (exec && s->why == exec)
			t->program = SYMBOLS_PROGRAM;
	}
	free(tasks);
	return tasks && b->places ? 0 : -ENOMEM;
}

int raw_births__find(struct raw_births *b, const struct raw *raw, size_t most, struct fault *why)
{
	int err;

	*b = (struct raw_births){0};
	err = find_parent(raw, &b->parent);
	if (!err)
		err = find_calls(b, raw);
	if (!err && !b->n)
		return fault__set(why, -ENODATA,
				  "the parent made no process itself: with zygote and forkserver a "
				  "helper does, whose calls are not timed; choose another method");
	if (!err && b->n > most) {
		memmove(b->v, b->v + b->n - most, most * sizeof(*b->v));
		b->n = most;
	}
	for (size_t k = 0; k < b->n; k++)
		b->v[k].end = find_end(raw, b, &b->v[k],
				       k + 1 < b->n ? b->v[k + 1].begin - 1 : raw->segment_count);
	if (!err)
		err = place_segments(b, raw);
	if (err) {
		raw_births__free(b);
		return fault__set(why, err, "%s", strerror(-err));
	}
	return 0;
}

void raw_births__free(struct raw_births *b)
{
	free(b->v);
	free(b->places);
	*b = (struct raw_births){0};
}

uint64_t raw_birth__call(const struct raw *raw, const struct raw_birth *b)
{
	return raw->segments[b->back].to - raw->segments[b->begin].from;
}
