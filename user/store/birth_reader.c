// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/birth_reader.h"

/*
 * A profile may hold 100,000 births. jansson allocates each of a line's fifty values, which takes
 * ten times as long as reading the text here. So only a line that is not spelled as the store
 * writes it goes through jansson, which writes it in our spelling; then it is read here, too.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/birth.h"
#include "user/model/syscalls.h"
#include "user/store/birth_members.h"
#include "user/store/scan.h"

enum kind {
	ABSENT,
	NUMBER,
	TEXT,
	TEXTS,	 /* an array of strings */
	NUMBERS, /* an object of integers */
	MEMBERS,
	ARRAY,	 /* of anything else */
	NOTHING, /* null */
	OTHER
};

union value {
	int64_t number;
	struct scan_span text;
};

struct line {
	uint8_t kind[BIRTH_OBJECTS][BIRTH_MEMBERS_MAX]; /* enum kind */
	union value v[BIRTH_OBJECTS]
		     [BIRTH_MEMBERS_MAX]; /* set for a NUMBER, a TEXT, TEXTS and NUMBERS */
	const char *end;
	bool valid; /* jansson wrote it: values and members that we do not know can be skipped */
	struct reason *why;
};

/* In words, the last of which may overlap: a call of memcmp() takes longer than that. */
static inline bool is_name(const char *at, size_t left, const struct birth_member *name)
{
	const char *text = name->text;
	size_t len = name->len, i = 0;

	if (memcmp(at, text, 4) || left <= len)
		return false;
	if (len < 8)
		return !memcmp(at + len - 4, text + len - 4, 4);
	while (i + 8 < len && !memcmp(at + i, text + i, 8))
		i += 8;
	return i + 8 >= len && !memcmp(at + len - 8, text + len - 8, 8);
}

/* Which of these names is here; most likely it is `next`. -1: another name. */
static int find_name(const char *at, const char *end, const struct birth_member *of, int next)
{
	size_t left = (size_t)(end - at);
	int i = next;

	if (left <= 4 || *at != '"')
		return -1;
	do {
		if (is_name(at, left, &of[i]))
			return i;
		i = of[i].len ? i + 1 : 0;
	} while (i != next);
	return -1;
}

/* Reads a value of a type that we use. */
static const char *scan_known(const char *at, const char *end, uint8_t *kind, union value *v)
{
	switch (*at) {
	case '"':
		*kind = TEXT;
		return scan_text(at, end, &v->text);
	case '[':
		*kind = TEXTS;
		return scan_texts(at, end, &v->text);
	case '{':
		*kind = NUMBERS;
		return scan_numbers(at, end, &v->text);
	case 'n':
		*kind = NOTHING;
		return end - at >= 4 && !memcmp(at, "null", 4) ? at + 4 : NULL;
	default:
		*kind = NUMBER;
		return scan_integer(at, &v->number);
	}
}

static const char *scan_members(const char *at, struct line *l, enum birth_object object);

/* Reads the value of a member, which may be an object of the line. */
static const char *scan_value(const char *at, struct line *l, enum birth_object object, int i)
{
	uint8_t *kind = &l->kind[object][i];
	const char *next;

	if (object == LINE && i >= FIRST_OBJECT && i < SYSCALLS && *at == '{') {
		*kind = MEMBERS;
		return scan_members(at, l, PARENT + i - FIRST_OBJECT);
	}
	next = scan_known(at, l->end, kind, &l->v[object][i]);
	if (!l->valid || (next && scan_ends_value(*next)))
		return next;
	*kind = *at == '[' ? ARRAY : OTHER;
	return scan_past_value(at, l->end);
}

/* Reads an object. In valid JSON, it skips a member whose name we do not know. */
static const char *scan_members(const char *at, struct line *l, enum birth_object object)
{
	int i, next = 0;

	if (*at != '{')
		return NULL;
	at = scan_past_spaces(at + 1);
	if (*at == '}')
		return at + 1;
	for (;;) {
		i = find_name(at, l->end, birth_members[object], next);
		if (i >= 0 && l->kind[object][i] == ABSENT) {
			at = scan_past_spaces(at + birth_members[object][i].len);
			at = scan_value(at, l, object, i);
			next = i + 1;
		} else if (i < 0 && l->valid) {
			at = scan_past_value(scan_past_string(at, l->end) + 1, l->end);
		} else {
			return NULL;
		}
		if (!at)
			return NULL;
		at = scan_past_spaces(at);
		if (*at != ',')
			break;
		at = scan_past_spaces(at + 1);
	}
	return *at == '}' ? at + 1 : NULL;
}

/* From here on: the values become a birth. */

static void fault(struct line *l, enum birth_object object, int member, const char *what)
{
	const struct birth_member *name = &birth_members[object][member];

	store_fault(l->why, "%.*s %s", (int)name->len - 3, name->text + 1, what);
}

static bool has(const struct line *l, enum birth_object object, int member)
{
	return l->kind[object][member] != ABSENT;
}

static inline int64_t take_number(struct line *l, enum birth_object object, int member,
				  int64_t least, int64_t most)
{
	bool number = l->kind[object][member] == NUMBER;
	int64_t value = number ? l->v[object][member].number : 0;

	if (number && value >= least && value <= most)
		return value;
	fault(l, object, member, number ? "is out of range" : "is not an integer");
	return 0;
}

static uint32_t take_u32(struct line *l, enum birth_object object, int member)
{
	return (uint32_t)take_number(l, object, member, 0, UINT32_MAX);
}

/* An unsigned number, which JSON has as a signed one. */
static uint64_t take_u64(struct line *l, enum birth_object object, int member)
{
	return (uint64_t)take_number(l, object, member, MISSING + 1, INT64_MAX);
}

/* Cuts to `size`: a name whose bytes were no UTF-8 is longer now. */
static void take_text(struct line *l, enum birth_object object, int member, char *to, size_t size)
{
	if (l->kind[object][member] == TEXT)
		scan_write(to, size, l->v[object][member].text);
	else
		fault(l, object, member, "is not a string");
}

static int32_t take_result(struct line *l, enum birth_object object, int member)
{
	int64_t result = take_number(l, object, member, INT64_MIN, INT64_MAX);

	if (result > 0 || result < -STORE_ERRNO_MAX)
		fault(l, object, member, "is neither 0 nor an error");
	return (int32_t)result;
}

static void need_object(struct line *l, enum birth_object object)
{
	if (l->kind[LINE][birth_member_of(object)] != MEMBERS)
		fault(l, LINE, birth_member_of(object), "is not an object");
}

static void take_head(struct line *l, struct birth *b)
{
	char method[16] = "";

	take_text(l, LINE, METHOD, method, sizeof(method));
	b->life.method = method_by_name(method);
	if (has(l, LINE, T_NS))
		take_number(l, LINE, T_NS, 0, STORE_NUMBER_MAX);
	b->life.clone_flags = take_u64(l, LINE, FLAGS);
	if (has(l, LINE, STALL))
		b->life.stall_ns = take_number(l, LINE, STALL, 0, STORE_NUMBER_MAX);
	if (has(l, LINE, STALL_SUM))
		b->life.stall_sum_ns = take_number(l, LINE, STALL_SUM, 0, STORE_NUMBER_MAX);
}

static void take_child(struct line *l, struct birth *b)
{
	b->life.result = take_result(l, LINE, RESULT);
	if (b->life.result)
		return;
	need_object(l, CHILD);
	b->child_tgid = take_u32(l, CHILD, CHILD_PID);
	b->life.result = (int32_t)take_number(l, CHILD, CHILD_TID, 1, INT32_MAX);
	b->life.tid = (uint32_t)b->life.result;
}

static void take_parent(struct line *l, struct birth *b)
{
	need_object(l, PARENT);
	b->life.parent_tgid = take_u32(l, PARENT, PARENT_PID);
	b->parent_tid = take_u32(l, PARENT, PARENT_TID);
	b->uid = take_u32(l, PARENT, UID);
	take_text(l, PARENT, COMM, b->comm, sizeof(b->comm));
	if (has(l, PARENT, EXE))
		take_text(l, PARENT, EXE, b->exe, sizeof(b->exe));
	b->cgroup = take_u64(l, PARENT, CGROUP);
}

/*
 * What a phase of work is shorter than its span: one after the other, each ends where the next
 * begins.
 */
static void take_off_cpu(struct line *l, struct birth *b)
{
	const uint64_t *edge = b->life.edge;

	for (int p = 0; p < PHASE_COUNT && !l->why->err; p++) {
		enum edge from = phase_models[p].from, to;
		int64_t ns;

		if (!has(l, PHASE, p) || phase_models[p].sum >= 0 ||
		    phase_models[p].kind != PHASE_WORK)
			continue;
		to = phase_end(p, b->life.clone_flags);
		if (!edge[from] || !edge[to])
			continue;
		/* null: the time off the CPU left nothing. */
		ns = l->kind[PHASE][p] == NOTHING
			     ? 0
			     : take_number(l, PHASE, p, -STORE_NUMBER_MAX, STORE_NUMBER_MAX);
		b->life.off[to] = b->life.off[from] + edge[to] - edge[from] - (uint64_t)ns;
	}
}

static void take_times(struct line *l, struct birth *b)
{
	int64_t t = l->kind[LINE][T_NS] == NUMBER ? l->v[LINE][T_NS].number : 0;

	need_object(l, EDGE);
	for (int e = 0; e < EDGE_COUNT && !l->why->err; e++)
		if (has(l, EDGE, e))
			b->life.edge[e] = (uint64_t)t + (uint64_t)take_number(l, EDGE, e, 0,
									      STORE_NUMBER_MAX - t);
	need_object(l, PHASE);
	for (int p = 0; p < PHASE_COUNT; p++)
		if (has(l, PHASE, p) && phase_models[p].sum >= 0)
			b->life.sum[phase_models[p].sum] =
				take_number(l, PHASE, p, -STORE_NUMBER_MAX, STORE_NUMBER_MAX);
	take_off_cpu(l, b);
}

static void take_counts(struct line *l, struct birth *b)
{
	need_object(l, COUNT);
	for (int c = 0; c < COUNT_COUNT; c++)
		if (has(l, COUNT, c))
			b->life.count[c] =
				take_number(l, COUNT, c, -STORE_NUMBER_MAX, STORE_NUMBER_MAX);
}

/* The strings of an array, each with its zero byte, and one more; malloc'ed. NULL: a fault. */
static char *take_texts(struct line *l, enum birth_object object, int member, size_t *bytes,
			size_t *count)
{
	enum kind kind = l->kind[object][member];
	struct scan_span texts, one;
	const char *at;
	char *all, *to;
	size_t size;

	*count = 0;
	if (kind != TEXTS)
		fault(l, object, member,
		      kind == ARRAY ? "holds what is no string" : "is not an array");
	if (l->why->err)
		return NULL;
	texts = l->v[object][member].text;
	/* Two quotes become a zero byte; and one more ends them all. */
	size = (size_t)(texts.end - texts.at) + 1;
	to = all = malloc(size);
	if (!all) {
		store_no_memory(l->why);
		return NULL;
	}
	for (at = texts.at; at < texts.end; at = scan_past_comma(one.end + 1)) {
		scan_text(at, l->end, &one);
		to = scan_write(to, size, one) + 1;
		++*count;
	}
	*to = '\0';
	*bytes = (size_t)(to - all);
	return all;
}

/* malloc'ed. NULL: a fault. */
static char *take_long_text(struct line *l, enum birth_object object, int member)
{
	const struct scan_span *text = &l->v[object][member].text;
	size_t size;
	char *to;

	if (l->kind[object][member] != TEXT) {
		fault(l, object, member, "is not a string");
		return NULL;
	}
	size = (size_t)(text->end - text->at) + 1;
	to = malloc(size);
	if (to)
		scan_write(to, size, *text);
	else
		store_no_memory(l->why);
	return to;
}

static void take_exec(struct line *l, struct birth *b)
{
	size_t count;

	need_object(l, EXEC);
	b->life.execed = true;
	b->life.exec_result = take_result(l, EXEC, EXEC_RESULT);
	if (!has(l, EXEC, PATH) || l->why->err)
		return;
	b->path = take_long_text(l, EXEC, PATH);
	b->args = take_texts(l, EXEC, ARGV, &b->args_bytes, &count);
	b->args_total = (uint32_t)b->args_bytes;
	if (has(l, EXEC, ARGV_BYTES))
		b->args_total = take_u32(l, EXEC, ARGV_BYTES);
	if (b->args_total < b->args_bytes)
		b->args_total = (uint32_t)b->args_bytes + 1;
}

static void take_stack(struct line *l, struct stack_table *t, struct birth *b)
{
	uint32_t libc;
	size_t bytes = 0, count;
	char *names;

	need_object(l, STACK);
	libc = take_u32(l, STACK, LIBC);
	names = take_texts(l, STACK, FRAMES, &bytes, &count);
	if (names && (!count || count > STACK_FRAMES_MAX))
		store_fault(l->why, "frames is not an array of 1 to %d strings", STACK_FRAMES_MAX);
	else if (names && libc && libc >= count)
		fault(l, STACK, LIBC, "is not less than the number of frames");
	if (!l->why->err) {
		b->stack = stack_table__intern(t, names, bytes, count, libc);
		if (!b->stack)
			store_no_memory(l->why);
	}
	free(names);
}

/* Of names that are too many, or unknown here, only the sum is kept. */
static void take_syscall(struct life *life, struct scan_span name, int64_t n)
{
	char text[SYSCALL_NAME_MAX];
	size_t i = 0;
	uint32_t nr;

	scan_write(text, sizeof(text), name);
	while (i < SYSCALL_KINDS && life->syscall[i].n)
		i++;
	if (i < SYSCALL_KINDS && !syscall_by_name(text, &nr))
		life->syscall[i] = (struct syscall_kind){nr, (uint32_t)n};
	else
		life->other_syscalls += (uint32_t)n;
}

static void take_syscalls(struct line *l, struct birth *b)
{
	struct scan_span all = l->v[LINE][SYSCALLS].text, name;
	const char *at = all.at;
	int64_t n;

	if (l->kind[LINE][SYSCALLS] != NUMBERS) {
		fault(l, LINE, SYSCALLS, "is not an object of integers");
		return;
	}
	for (; at < all.end && !l->why->err; at = scan_past_comma(at)) {
		at = scan_text(at, l->end, &name);
		at = scan_integer(scan_past_spaces(at + 1), &n);
		if (n < 0 || n > UINT32_MAX)
			fault(l, LINE, SYSCALLS, "is out of range");
		else
			take_syscall(&b->life, name, n);
	}
}

static int take_birth(struct line *l, struct stack_table *t, struct birth *b)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < SUM_COUNT; i++)
		b->life.sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		b->life.count[i] = MISSING;
	b->life.stall_ns = b->life.stall_sum_ns = MISSING;
	b->life.born = true;
	take_head(l, b);
	take_child(l, b);
	take_parent(l, b);
	take_times(l, b);
	if (has(l, LINE, birth_member_of(EXEC)))
		take_exec(l, b);
	take_counts(l, b);
	if (has(l, LINE, SYSCALLS))
		take_syscalls(l, b);
	/* The last: the table keeps it. */
	if (has(l, LINE, birth_member_of(STACK)))
		take_stack(l, t, b);
	if (l->why->err)
		birth__free(b);
	return l->why->err;
}

static bool is_birth(const struct line *l)
{
	char text[8];

	if (l->kind[LINE][TYPE] != TEXT)
		return false;
	scan_write(text, sizeof(text), l->v[LINE][TYPE].text);
	return !strcmp(text, "birth");
}

static void line__init(struct line *l, const char *end, bool valid, struct reason *why)
{
	memset(l->kind, ABSENT, sizeof(l->kind));
	l->end = end;
	l->valid = valid;
	l->why = why;
	why->err = 0;
}

int store_scan_birth(const char *text, size_t len, struct stack_table *t, struct birth *b,
		     struct reason *why)
{
	struct line l;

	line__init(&l, text + len, false, why);
	text = scan_members(text, &l, LINE);
	if (!text || scan_past_spaces(text) != l.end || !is_birth(&l))
		return -EAGAIN;
	return take_birth(&l, t, b);
}

int store_decode_birth(const json_t *line, struct stack_table *t, struct birth *b,
		       struct reason *why)
{
	char *text = json_dumps(line, JSON_COMPACT);
	struct line l;

	line__init(&l, text ? text + strlen(text) : NULL, true, why);
	if (!text)
		store_no_memory(why);
	else if (!scan_members(text, &l, LINE))
		store_fault(why, "damaged");
	else
		take_birth(&l, t, b);
	free(text);
	return why->err;
}
