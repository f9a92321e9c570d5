// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/stack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/record.h"
#include "user/model/memory.h"
#include "user/text/hash.h"

#define BETWEEN " < "

/* A power of two, and so many that most stacks have the place of their hash. */
#define PLACES (4 * GROUPS_MAX)

static void free_stack(struct stack *s)
{
	if (!s)
		return;
	free(s->frames);
	free(s->all);
	free(s);
}

void stack_table__free(struct stack_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free_stack(t->v[i]);
	free(t->v);
	free(t->places);
	*t = (struct stack_table){0};
}

/* "d < c < b", and where in it the frame after the C library's begins. */
static int join(struct stack *s, size_t bytes)
{
	const char *frame = s->frames;
	char *end;

	end = s->all = malloc(bytes + s->count * strlen(BETWEEN) + 1);
	if (!s->all)
		return -1;
	*end = '\0';
	s->own = s->all;
	for (size_t i = 0; i < s->count; i++) {
		if (i)
			end = stpcpy(end, BETWEEN);
		if (i == s->libc)
			s->own = end;
		end = stpcpy(end, frame);
		frame += strlen(frame) + 1;
	}
	return 0;
}

static struct stack *new_stack(const char *frames, size_t bytes, size_t count, size_t libc)
{
	struct stack *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->bytes = bytes;
	s->count = count;
	s->libc = libc < count ? libc : 0;
	s->frames = malloc(bytes ? bytes : 1);
	if (s->frames)
		memcpy(s->frames, frames, bytes);
	if (s->frames && !join(s, bytes))
		return s;
	free_stack(s);
	return NULL;
}

/* The place of the stack with these frames; it holds 0 if there is none. */
static uint16_t *place_of(const struct stack_table *t, const char *frames, size_t bytes,
			  size_t count)
{
	size_t i = hash_bytes(HASH_BEGIN, frames, bytes) % PLACES;
	const struct stack *s;

	for (; t->places[i]; i = (i + 1) % PLACES) {
		s = t->v[t->places[i] - 1];
		if (s->count == count && s->bytes == bytes && !memcmp(s->frames, frames, bytes))
			break;
	}
	return &t->places[i];
}

static const struct stack *find(const struct stack_table *t, const char *all)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->v[i]->all, all))
			return t->v[i];
	return NULL;
}

/* A stack of no known frames; other frames may read the same. */
static const struct stack *intern(struct stack_table *t, const char *frames, size_t bytes,
				  size_t count, size_t libc)
{
	static const char others[] = "(other stacks)";
	bool last = t->n == GROUPS_MAX - 1;
	struct stack *s = new_stack(frames, bytes, count, libc), **v;
	const struct stack *known = s ? find(t, s->all) : NULL;

	if (s && !known && t->n == GROUPS_MAX)
		known = t->v[GROUPS_MAX - 1];
	if (known || last)
		free_stack(s);
	if (known)
		return known;
	if (last)
		s = new_stack(others, sizeof(others), 1, 0);
	v = s ? array_grow(t->v, t->n, sizeof(struct stack *)) : NULL;
	if (!v) {
		free_stack(s);
		return NULL;
	}
	t->v = v;
	v[t->n] = s;
	s->id = ++t->n;
	return s;
}

const struct stack *stack_table__intern(struct stack_table *t, const char *frames, size_t bytes,
					size_t count, size_t libc)
{
	const struct stack *s;
	uint16_t *place;

	if (!t->places)
		t->places = calloc(PLACES, sizeof(*t->places));
	if (!t->places)
		return NULL;
	place = place_of(t, frames, bytes, count);
	if (*place)
		return t->v[*place - 1];
	s = intern(t, frames, bytes, count, libc);
	if (s && s->bytes == bytes && s->count == count && !memcmp(s->frames, frames, bytes))
		*place = (uint16_t)s->id;
	return s;
}

const struct stack *stack_table__intern_text(struct stack_table *t, const char *text)
{
	return stack_table__intern(t, text, strlen(text) + 1, 1, 0);
}
