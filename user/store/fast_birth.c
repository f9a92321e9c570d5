// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/fast_birth.h"

/*
 * jansson allocates each of a line's fifty values, which takes ten times as long. Lines that differ
 * from what store_encode_birth() writes are left to store_decode_birth(), which also reports what
 * is wrong. Where both read a line, the birth is the same.
 */

#include <stdlib.h>
#include <string.h>

#include "user/model/birth.h"
#include "user/store/scan.h"
#include "user/store/value.h"
#include "user/text/utf8.h"

/* The objects of a line, the outermost first, the others in the order of their members there. */
enum object { LINE, PARENT, CHILD, EDGE, PHASE, EXEC, COUNT, STACK, OBJECTS };

/* Of each the members that count here, in the order in which they are written. */
enum { TYPE, T_NS, METHOD, FLAGS, RESULT, CALL_NS, FIRST_OBJECT };
enum { PARENT_PID, PARENT_TID, COMM, EXE, UID, CGROUP };
enum { CHILD_PID, CHILD_TID };
enum { EXEC_RESULT, PATH, ARGV, ARGV_BYTES };
enum { FRAMES, LIBC };

#define MEMBERS_MAX 20

struct name {
	const char *text; /* with its quotes and colon; NULL: there are no more */
	size_t len;
};

#define NAME(name)                                                                                 \
	{                                                                                          \
		"\"" name "\":", sizeof(name) + 2                                                  \
	}
#define NAMED(name, ...) NAME(#name),

static const struct name names[OBJECTS][MEMBERS_MAX] = {
	[LINE] = {NAME("type"), NAME("t_ns"), NAME("method"), NAME("flags"), NAME("result"),
		  NAME("call_ns"), NAME("parent"), NAME("child"), NAME("edges"), NAME("phases"),
		  NAME("exec"), NAME("counts"), NAME("stack")},
	[PARENT] = {NAME("pid"), NAME("tid"), NAME("comm"), NAME("exe"), NAME("uid"),
		    NAME("cgroup"), NAME("rss_bytes"), NAME("vmas"), NAME("threads")},
	[CHILD] = {NAME("pid"), NAME("tid")},
	[EDGE] = {EDGES(NAMED)},
	[PHASE] = {PHASES(NAMED, NAMED)},
	[EXEC] = {NAME("result"), NAME("path"), NAME("argv"), NAME("argv_bytes")},
	[COUNT] = {COUNTS(NAMED)},
	[STACK] = {NAME("frames"), NAME("libc")},
};

_Static_assert((int)EDGE_COUNT < MEMBERS_MAX && (int)PHASE_COUNT < MEMBERS_MAX &&
		       (int)COUNT_COUNT < MEMBERS_MAX,
	       "a search ends at an empty place");

enum kind { ABSENT, NUMBER, TEXT, TEXTS, MEMBERS };

struct value {
	enum kind kind;
	int64_t number;
	struct scan text; /* a string between its quotes, or an array between its brackets */
};

struct line {
	struct value v[OBJECTS][MEMBERS_MAX];
};

/* What a character of a string needs of its reader. */
static bool is_plain(char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && (unsigned char)c < 0x80;
}

/* What stands for a character behind a backslash; 0: none that is read here. */
static char unescaped(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

/* From a quote to behind the one that ends the string. False also for \u, and for bad UTF-8. */
static bool scan_text(struct scan *s, struct scan *text)
{
	uint32_t code;
	size_t len;

	if (!scan_char(s, '"'))
		return false;
	text->at = s->at;
	/* The line goes on behind a string for longer than a character may be. */
	while (s->end - s->at >= 4) {
		if (is_plain(*s->at)) {
			s->at++;
		} else if (*s->at == '"') {
			text->end = s->at++;
			return true;
		} else if (*s->at == '\\' && unescaped(s->at[1])) {
			s->at += 2;
		} else {
			len = (unsigned char)*s->at < 0x80 ? 0 : utf8_decode(s->at, &code);
			if (len == 0)
				return false;
			s->at += len;
		}
	}
	return false;
}

/* What a string says, cut to `size`, with a zero byte. Returns where that stands. */
static char *write_text(char *to, size_t size, struct scan text)
{
	while (text.at < text.end && size > 1) {
		bool escaped = *text.at == '\\';

		*to++ = escaped ? unescaped(text.at[1]) : *text.at;
		text.at += 1 + escaped;
		size--;
	}
	*to = '\0';
	return to;
}

static bool scan_texts(struct scan *s, struct scan *texts)
{
	struct scan one;

	texts->at = ++s->at;
	texts->end = s->at;
	if (scan_char(s, ']'))
		return true;
	do {
		if (!scan_text(s, &one))
			return false;
	} while (scan_char(s, ','));
	texts->end = s->at;
	return scan_char(s, ']');
}

/* Which member's name is here, most likely the `next`; behind its colon then. -1: none of these. */
static int scan_name(struct scan *s, const struct name *of, int next)
{
	size_t left = (size_t)(s->end - s->at);

	for (int pass = 0; pass < 2; pass++) {
		for (int i = pass ? 0 : next; of[i].text; i++) {
			if (left > of[i].len && !memcmp(s->at, of[i].text, of[i].len)) {
				s->at += of[i].len;
				return i;
			}
		}
	}
	return -1;
}

static bool scan_value(struct scan *s, struct value *v)
{
	if (scan_is(s, '"')) {
		v->kind = TEXT;
		return scan_text(s, &v->text);
	}
	if (scan_is(s, '[')) {
		v->kind = TEXTS;
		return scan_texts(s, &v->text);
	}
	v->kind = NUMBER;
	return scan_integer(s, &v->number);
}

static bool scan_members(struct scan *s, struct line *l, enum object object)
{
	int i, next = 0;

	if (!scan_char(s, '{'))
		return false;
	if (scan_char(s, '}'))
		return true;
	do {
		struct value *v;

		i = scan_name(s, names[object], next);
		if (i < 0)
			return false;
		v = &l->v[object][i];
		if (v->kind != ABSENT)
			return false;
		if (object == LINE && i >= FIRST_OBJECT) {
			v->kind = MEMBERS;
			if (!scan_members(s, l, PARENT + i - FIRST_OBJECT))
				return false;
		} else if (!scan_value(s, v)) {
			return false;
		}
		next = i + 1;
	} while (scan_char(s, ','));
	return scan_char(s, '}');
}

/* From here on as store_decode_birth() has it, in what is taken and in what is out of range. */

static bool has(const struct line *l, enum object object)
{
	return l->v[LINE][FIRST_OBJECT + object - PARENT].kind == MEMBERS;
}

static bool is_number(const struct value *v, int64_t least, int64_t most)
{
	return v->kind == NUMBER && v->number >= least && v->number <= most;
}

static bool is_result(const struct value *v)
{
	return is_number(v, -STORE_ERRNO_MAX, 0);
}

static bool take_u32(const struct value *v, uint32_t *to)
{
	*to = (uint32_t)v->number;
	return is_number(v, 0, UINT32_MAX);
}

static bool take_head(const struct value *line, struct birth *b)
{
	char method[16];

	if (line[TYPE].kind != TEXT || line[METHOD].kind != TEXT || line[FLAGS].kind != NUMBER)
		return false;
	write_text(method, sizeof(method), line[TYPE].text);
	if (strcmp(method, "birth"))
		return false;
	write_text(method, sizeof(method), line[METHOD].text);
	b->life.method = method_by_name(method);
	b->life.clone_flags = (uint64_t)line[FLAGS].number;
	return line[T_NS].kind == ABSENT || is_number(&line[T_NS], 0, STORE_NUMBER_MAX);
}

static bool take_child(const struct line *l, struct birth *b)
{
	const struct value *child = l->v[CHILD];

	if (!is_result(&l->v[LINE][RESULT]))
		return false;
	b->life.result = (int32_t)l->v[LINE][RESULT].number;
	if (b->life.result)
		return true;
	if (!take_u32(&child[CHILD_PID], &b->child_tgid) ||
	    !is_number(&child[CHILD_TID], 1, INT32_MAX))
		return false;
	b->life.tid = (uint32_t)child[CHILD_TID].number;
	b->life.result = (int32_t)b->life.tid;
	return true;
}

static bool take_parent(const struct value *parent, struct birth *b)
{
	if (!take_u32(&parent[PARENT_PID], &b->life.parent_tgid) ||
	    !take_u32(&parent[PARENT_TID], &b->parent_tid) || !take_u32(&parent[UID], &b->uid) ||
	    parent[COMM].kind != TEXT || parent[CGROUP].kind != NUMBER)
		return false;
	write_text(b->comm, sizeof(b->comm), parent[COMM].text);
	if (parent[EXE].kind == TEXT)
		write_text(b->exe, sizeof(b->exe), parent[EXE].text);
	b->cgroup = (uint64_t)parent[CGROUP].number;
	return parent[EXE].kind == TEXT || parent[EXE].kind == ABSENT;
}

static bool take_times(const struct line *l, struct birth *b)
{
	int64_t t = l->v[LINE][T_NS].number; /* 0 if it is not there */

	for (int i = 0; i < EDGE_COUNT; i++) {
		const struct value *edge = &l->v[EDGE][i];

		if (edge->kind == ABSENT)
			continue;
		if (!is_number(edge, 0, STORE_NUMBER_MAX - t))
			return false;
		b->life.edge[i] = (uint64_t)(t + edge->number);
	}
	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct value *phase = &l->v[PHASE][i];

		if (phase->kind == ABSENT || phase_models[i].sum < 0)
			continue;
		if (!is_number(phase, -STORE_NUMBER_MAX, STORE_NUMBER_MAX))
			return false;
		b->life.sum[phase_models[i].sum] = phase->number;
	}
	return true;
}

static bool take_counts(const struct value *counts, struct birth *b)
{
	for (int i = 0; i < COUNT_COUNT; i++) {
		if (counts[i].kind == ABSENT)
			continue;
		if (!is_number(&counts[i], -STORE_NUMBER_MAX, STORE_NUMBER_MAX))
			return false;
		b->life.count[i] = counts[i].number;
	}
	return true;
}

/*
 * The strings of an array, each with its zero byte, and one more; malloc'ed. `end` is the line's.
 * NULL: out of memory.
 */
static char *write_texts(struct scan texts, const char *end, size_t *bytes, size_t *count)
{
	/* In the line each has two quotes, here one zero byte; another one ends them all. */
	size_t size = (size_t)(texts.end - texts.at) + 1;
	struct scan left = {texts.at, end}, one;
	char *all = malloc(size), *to = all;

	*count = 0;
	if (!all)
		return NULL;
	while (left.at < texts.end && scan_text(&left, &one)) {
		to = write_text(to, size, one) + 1;
		++*count;
		scan_char(&left, ',');
	}
	*to = '\0';
	*bytes = (size_t)(to - all);
	return all;
}

static bool take_arguments(struct scan argv, const char *end, struct birth *b)
{
	size_t count;

	b->args = write_texts(argv, end, &b->args_bytes, &count);
	b->args_total = (uint32_t)b->args_bytes;
	return b->args;
}

static bool take_exec(const struct value *exec, const char *end, struct birth *b)
{
	struct scan path = exec[PATH].text;

	b->life.execed = true;
	if (!is_result(&exec[EXEC_RESULT]))
		return false;
	b->life.exec_result = (int32_t)exec[EXEC_RESULT].number;
	if (exec[PATH].kind == ABSENT)
		return true;
	if (exec[PATH].kind != TEXT || exec[ARGV].kind != TEXTS)
		return false;
	b->path = malloc((size_t)(path.end - path.at) + 1);
	if (!b->path)
		return false;
	write_text(b->path, (size_t)(path.end - path.at) + 1, path);
	if (!take_arguments(exec[ARGV].text, end, b))
		return false;
	if (exec[ARGV_BYTES].kind == ABSENT)
		return true;
	if (!take_u32(&exec[ARGV_BYTES], &b->args_total))
		return false;
	if (b->args_total < b->args_bytes)
		b->args_total = (uint32_t)b->args_bytes + 1;
	return true;
}

static bool take_stack(const struct value *stack, const char *end, struct stack_table *t,
		       struct birth *b)
{
	size_t bytes, count;
	uint32_t libc;
	char *names;

	if (stack[FRAMES].kind != TEXTS || !take_u32(&stack[LIBC], &libc))
		return false;
	names = write_texts(stack[FRAMES].text, end, &bytes, &count);
	if (names && count && count <= STACK_FRAMES_MAX && (!libc || libc < count))
		b->stack = stack_table__intern(t, names, bytes, count, libc);
	free(names);
	return b->stack;
}

static bool take_birth(const struct line *l, const char *end, struct stack_table *t,
		       struct birth *b)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < SUM_COUNT; i++)
		b->life.sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		b->life.count[i] = MISSING;
	b->life.born = true;
	return take_head(l->v[LINE], b) && take_child(l, b) && has(l, PARENT) &&
	       take_parent(l->v[PARENT], b) && has(l, EDGE) && has(l, PHASE) && take_times(l, b) &&
	       (!has(l, EXEC) || take_exec(l->v[EXEC], end, b)) && has(l, COUNT) &&
	       take_counts(l->v[COUNT], b) &&
	       (!has(l, STACK) || take_stack(l->v[STACK], end, t, b));
}

bool store_scan_birth(const char *text, size_t len, struct stack_table *t, struct birth *b)
{
	struct scan s = {text, text + len};
	struct line l = {0};

	if (!scan_members(&s, &l, LINE) || s.at != s.end)
		return false;
	if (take_birth(&l, s.end, t, b))
		return true;
	birth__free(b);
	return false;
}
