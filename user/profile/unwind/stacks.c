// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/unwind/stacks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/base/proc.h"
#include "user/profile/unwind/map_opener.h"
#include "user/profile/unwind/unwind.h"

#define SPACES_MAX 32
/* Spaces that could not be read, which are not tried again. */
#define FAILED_MAX 64
/* Stacks of a space whose names are kept: naming costs more than unwinding. */
#define KNOWN_MAX 256
#define BUCKETS	  4096
/* Stacks whose birth has not asked for them. If its record was lost, it never does. */
#define WAITING_MAX (1 << 20)
#define SYMBOL_MAX  256 /* C++ names can be far longer */

struct known {
	struct frames frames;
	const struct stack *stack;
};

struct place {
	struct space *space; /* NULL: free */
	uint64_t used;
	struct known *known;
	size_t known_count;
};

struct failure {
	enum space_fault fault; /* 0: free */
	struct space_key key;
};

/* A stack that a birth will ask for. */
struct waiting {
	struct waiting *next;
	uint32_t tid;
	uint64_t number;
	const struct stack *stack;
};

struct stacks {
	struct map_opener opener;
	struct place place[SPACES_MAX];
	uint64_t clock;
	struct failure failed[FAILED_MAX]; /* the oldest is replaced */
	size_t failures;
	struct stack_table table;
	struct waiting *bucket[BUCKETS];
	size_t waiting;
};

int stacks__new(struct stacks **stacks, struct fault *why)
{
	struct stacks *s;
	int err;

	*stacks = NULL;
	if (proc_pid_namespace() != FIRST_PID_NAMESPACE) {
		return fault__set(
			why, -ENOTSUP,
			"--by stack: a process inside a pid namespace cannot open the memory maps "
			"of others; run it outside");
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	err = map_opener__start(&s->opener);
	if (err) {
		fault__set(why, 0, "--by stack: cannot start a process: %s", strerror(-err));
		free(s);
		return err;
	}
	*stacks = s;
	return 0;
}

static void clear(struct place *p)
{
	space__free(p->space);
	free(p->known);
	*p = (struct place){0};
}

void stacks__free(struct stacks *s)
{
	if (!s)
		return;
	map_opener__stop(&s->opener);
	for (size_t i = 0; i < SPACES_MAX; i++)
		clear(&s->place[i]);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct waiting *w = s->bucket[i], *next; w; w = next) {
			next = w->next;
			free(w);
		}
	stack_table__free(&s->table);
	free(s);
}

/* Why the space could not be read before; 0: it was not tried, or could be read. */
static enum space_fault fault_of(const struct stacks *s, const struct space_key *key)
{
	for (size_t i = 0; i < FAILED_MAX; i++) {
		const struct failure *f = &s->failed[i];

		if (f->fault && space_key_equal(&f->key, key))
			return f->fault;
	}
	return 0;
}

/* The space of the record, read now if it was not before. NULL: out of memory, or a fault. */
static struct place *place_of(struct stacks *s, const struct record_stack *r,
			      enum space_fault *fault)
{
	const struct space_key key = space_key_of(r);
	struct place *oldest = &s->place[0];

	for (size_t i = 0; i < SPACES_MAX; i++) {
		struct place *p = &s->place[i];

		if (p->space && space_key_equal(&p->space->key, &key)) {
			*fault = 0;
			p->used = ++s->clock;
			return p;
		}
		if (p->used < oldest->used)
			oldest = p;
	}
	*fault = fault_of(s, &key);
	if (*fault)
		return NULL;
	clear(oldest);
	oldest->space = space__new(&s->opener, r, fault);
	if (!oldest->space) {
		if (*fault)
			s->failed[s->failures++ % FAILED_MAX] = (struct failure){*fault, key};
		return NULL;
	}
	oldest->used = ++s->clock;
	return oldest;
}

/* In a static program, only the names show which functions are the C library's. */
static bool is_libc_name(const char *name)
{
	static const char *const names[] = {
		"fork",		"vfork",  "clone",     "clone3", "posix_spawn",
		"posix_spawnp", "system", "do_system", "popen",	 "spawn_process",
	};

	if (!strncmp(name, "__", 2) || !strcmp(name, "_Fork"))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static const struct stack *name_frames(struct stacks *s, const struct space *space,
				       const struct frames *f)
{
	char name[SYMBOL_MAX], *names = NULL;
	const struct stack *stack = NULL;
	size_t bytes, libc = 0;
	bool of_libc, in_libc = true;
	FILE *out = open_memstream(&names, &bytes);

	if (!out)
		return NULL;
	for (size_t i = 0; i < f->n; i++) {
		unwind_name(space, f->pc[i], name, sizeof(name), &of_libc);
		if (in_libc && !of_libc && !is_libc_name(name)) {
			libc = i;
			in_libc = false;
		}
		fprintf(out, "%s%c", name, '\0');
	}
	if (f->cut)
		fprintf(out, "[cut: %s]%c", f->cut, '\0');
	if (!fclose(out))
		stack = stack_table__intern(&s->table, names, bytes, f->n + (f->cut != NULL), libc);
	free(names);
	return stack;
}

static bool same_frames(const struct frames *a, const struct frames *b)
{
	return a->n == b->n && a->cut == b->cut && !memcmp(a->pc, b->pc, a->n * sizeof(a->pc[0]));
}

static const struct stack *stack_of(struct stacks *s, const struct record_stack *r)
{
	static const char *const faults[] = {
		[SPACE_GONE] = "[unknown: gone]",
		[SPACE_FORBIDDEN] = "[unknown: no right to read its memory map]",
		[SPACE_FOREIGN] = "[unknown: not a 64-bit x86 program]",
	};
	enum space_fault fault;
	struct place *p = place_of(s, r, &fault);
	const struct stack *stack;
	struct frames f;

	if (!p)
		return fault ? stack_table__intern_text(&s->table, faults[fault]) : NULL;
	unwind(p->space, r, &f);
	for (size_t i = 0; i < p->known_count; i++)
		if (same_frames(&p->known[i].frames, &f))
			return p->known[i].stack;
	stack = name_frames(s, p->space, &f);
	if (!stack || p->known_count == KNOWN_MAX)
		return stack;
	if (!p->known)
		p->known = calloc(KNOWN_MAX, sizeof(*p->known));
	if (!p->known)
		return NULL;
	p->known[p->known_count++] = (struct known){f, stack};
	return stack;
}

static struct waiting **find(struct stacks *s, uint32_t tid, uint64_t number)
{
	struct waiting **at = &s->bucket[(number ^ tid) % BUCKETS];

	while (*at && ((*at)->tid != tid || (*at)->number != number))
		at = &(*at)->next;
	return at;
}

int stacks__add(struct stacks *s, const struct record_head *record, size_t size)
{
	const struct record_stack *r = (const struct record_stack *)record;
	struct waiting **at, *w;

	if (size < sizeof(*r) || r->head.kind != RECORD_STACK || r->bytes > STACK_BYTES)
		return -EINVAL;
	if (s->waiting == WAITING_MAX)
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->tid = r->head.tid;
	w->number = r->number;
	w->stack = stack_of(s, r);
	if (!w->stack) {
		free(w);
		return -ENOMEM;
	}
	at = find(s, w->tid, w->number);
	w->next = *at;
	*at = w;
	s->waiting++;
	return 0;
}

bool stacks__has(const struct stacks *s, uint32_t tid, uint64_t number)
{
	return *find((struct stacks *)s, tid, number);
}

const struct stack *stacks__find(const struct stacks *s, uint32_t tid, uint64_t number)
{
	const struct waiting *w = *find((struct stacks *)s, tid, number);

	return w ? w->stack : NULL;
}

const struct stack *stacks__take(struct stacks *s, uint32_t tid, uint64_t number)
{
	struct waiting **at = find(s, tid, number), *w = *at;
	const struct stack *stack = w ? w->stack : NULL;

	if (w) {
		*at = w->next;
		free(w);
		s->waiting--;
	}
	return stack;
}
