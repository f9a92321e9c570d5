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
#include "user/store/scan.h"
#include "user/text/utf8.h"

/* The objects of a line: the line itself, then those in it, in the order of their names there. */
enum object { LINE, PARENT, CHILD, EDGE, PHASE, EXEC, COUNT, STACK, OBJECTS };

/* The members that are read, in the order in which the store writes them. */
enum { TYPE, T_NS, METHOD, FLAGS, RESULT, CALL_NS, FIRST_OBJECT };
enum { PARENT_PID, PARENT_TID, COMM, EXE, UID, CGROUP };
enum { CHILD_PID, CHILD_TID };
enum { EXEC_RESULT, PATH, ARGV, ARGV_BYTES };
enum { FRAMES, LIBC };

#define MEMBERS_MAX 20

struct name {
	const char *text; /* with its quotes and colon; NULL after the last */
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

enum kind {
	ABSENT,
	NUMBER,
	TEXT,
	TEXTS, /* an array of strings */
	MEMBERS,
	ARRAY, /* of anything else */
	OTHER
};

struct value {
	enum kind kind;
	int64_t number;
	struct scan text; /* a string between its quotes, or an array between its brackets */
};

struct line {
	struct value v[OBJECTS][MEMBERS_MAX];
	const char *end;
	bool valid; /* jansson wrote it: values and members that we do not know can be skipped */
	struct reason *why;
};

/* Whether a character of a string stands for itself. */
static bool is_plain(char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && (unsigned char)c < 0x80;
}

/* The character that a backslash and `c` stand for; 0 if none, or for \u. */
static char unescaped(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

/* The length of the escape sequence here; 0 if the store writes no such sequence. */
static size_t escape_length(const struct scan *s)
{
	static const char digits[] = "123456789ABCDEF0";
	const char *at = s->at;

	if (unescaped(at[1]))
		return 2;
	/* A control character: \u0001 to \u001F. */
	if (s->end - at <= 6 || memcmp(at, "\\u00", 4) || !at[5] || !strchr(digits, at[5]))
		return 0;
	return at[4] == '1' || (at[4] == '0' && at[5] != '0') ? 6 : 0;
}

/* Reads a string with its quotes. False also for bad UTF-8. */
static bool scan_text(struct scan *s, struct scan *text)
{
	uint32_t code;
	size_t len;

	if (!scan_char(s, '"'))
		return false;
	text->at = s->at;
	while (s->at < s->end) {
		if (is_plain(*s->at)) {
			s->at++;
			continue;
		}
		if (*s->at == '"') {
			text->end = s->at++;
			return true;
		}
		/* Any other character has two bytes, and a quote and a brace come after it. */
		if (s->end - s->at < 4)
			return false;
		if (*s->at == '\\')
			len = escape_length(s);
		else
			len = (unsigned char)*s->at < 0x80 ? 0 : utf8_decode(s->at, &code);
		if (!len)
			return false;
		s->at += len;
	}
	return false;
}

/* Takes an escaped byte out of a string. */
static char take_escaped(struct scan *text)
{
	const char *at = text->at;

	text->at += at[1] == 'u' ? 6 : 2;
	if (at[1] != 'u')
		return unescaped(at[1]);
	return (char)(16 * (at[4] - '0') + (at[5] <= '9' ? at[5] - '0' : at[5] - 'A' + 10));
}

/* Writes a string and a zero byte, `size` bytes at most. Returns the place of the zero byte. */
static char *write_text(char *to, size_t size, struct scan text)
{
	for (; text.at < text.end && size > 1; size--)
		*to++ = *text.at == '\\' ? take_escaped(&text) : *text.at++;
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

/* Reads the name of a member and its colon; most likely it is `next`. -1: another name. */
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

/* Reads a value of a type that we use. */
static bool scan_known(struct scan *s, struct value *v)
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

static bool at_end_of_value(const struct scan *s)
{
	return scan_is(s, ',') || scan_is(s, '}') || scan_is(s, ']');
}

/* Skips a value of valid JSON without spaces. */
static void skip_value(struct scan *s)
{
	size_t depth = 0;

	while (s->at < s->end && (depth || !at_end_of_value(s))) {
		if (scan_is(s, '"')) {
			scan_past_string(s);
			continue;
		}
		depth += scan_is(s, '{') || scan_is(s, '[');
		depth -= scan_is(s, '}') || scan_is(s, ']');
		s->at++;
	}
}

static bool scan_value(struct scan *s, const struct line *l, struct value *v)
{
	const char *start = s->at;

	if (scan_known(s, v) && (!l->valid || at_end_of_value(s)))
		return true;
	s->at = start;
	v->kind = scan_is(s, '[') ? ARRAY : OTHER;
	if (l->valid)
		skip_value(s);
	return l->valid;
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
		if (i < 0) {
			if (!l->valid)
				return false;
			scan_past_string(s);
			scan_char(s, ':');
			skip_value(s);
			continue;
		}
		v = &l->v[object][i];
		if (v->kind != ABSENT)
			return false;
		if (object == LINE && i >= FIRST_OBJECT && scan_is(s, '{')) {
			v->kind = MEMBERS;
			if (!scan_members(s, l, PARENT + i - FIRST_OBJECT))
				return false;
		} else if (!scan_value(s, l, v)) {
			return false;
		}
		next = i + 1;
	} while (scan_char(s, ','));
	return scan_char(s, '}');
}

/* From here on: the values become a birth. */

static void fault(struct line *l, enum object object, int member, const char *what)
{
	const struct name *name = &names[object][member];

	store_fault(l->why, "%.*s %s", (int)name->len - 3, name->text + 1, what);
}

static bool has(const struct line *l, enum object object, int member)
{
	return l->v[object][member].kind != ABSENT;
}

static inline int64_t take_number(struct line *l, enum object object, int member, int64_t least,
				  int64_t most)
{
	const struct value *v = &l->v[object][member];

	if (v->kind != NUMBER || v->number < least || v->number > most)
		fault(l, object, member,
		      v->kind == NUMBER ? "is out of range" : "is not an integer");
	return v->number;
}

static uint32_t take_u32(struct line *l, enum object object, int member)
{
	return (uint32_t)take_number(l, object, member, 0, UINT32_MAX);
}

/* An unsigned number, which JSON has as a signed one. */
static uint64_t take_u64(struct line *l, enum object object, int member)
{
	return (uint64_t)take_number(l, object, member, MISSING + 1, INT64_MAX);
}

/* Cuts to `size`: a name whose bytes were no UTF-8 is longer now. */
static void take_text(struct line *l, enum object object, int member, char *to, size_t size)
{
	const struct value *v = &l->v[object][member];

	if (v->kind == TEXT)
		write_text(to, size, v->text);
	else
		fault(l, object, member, "is not a string");
}

static int32_t take_result(struct line *l, enum object object, int member)
{
	int64_t result = take_number(l, object, member, INT64_MIN, INT64_MAX);

	if (result > 0 || result < -STORE_ERRNO_MAX)
		fault(l, object, member, "is neither 0 nor an error");
	return (int32_t)result;
}

static int member_of(enum object object)
{
	return FIRST_OBJECT + object - PARENT;
}

static void need_object(struct line *l, enum object object)
{
	if (l->v[LINE][member_of(object)].kind != MEMBERS)
		fault(l, LINE, member_of(object), "is not an object");
}

static void take_head(struct line *l, struct birth *b)
{
	char method[16] = "";

	take_text(l, LINE, METHOD, method, sizeof(method));
	b->life.method = method_by_name(method);
	if (has(l, LINE, T_NS))
		take_number(l, LINE, T_NS, 0, STORE_NUMBER_MAX);
	b->life.clone_flags = take_u64(l, LINE, FLAGS);
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
		ns = take_number(l, PHASE, p, -STORE_NUMBER_MAX, STORE_NUMBER_MAX);
		b->life.off[to] = b->life.off[from] + edge[to] - edge[from] - (uint64_t)ns;
	}
}

static void take_times(struct line *l, struct birth *b)
{
	int64_t t = l->v[LINE][T_NS].number; /* 0 if absent */

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
static char *take_texts(struct line *l, enum object object, int member, size_t *bytes,
			size_t *count)
{
	const struct value *v = &l->v[object][member];
	/* Two quotes become a zero byte; and one more ends them all. */
	size_t size = (size_t)(v->text.end - v->text.at) + 1;
	struct scan left = {v->text.at, l->end}, one;
	char *all = NULL, *to;

	*count = 0;
	if (v->kind != TEXTS)
		fault(l, object, member,
		      v->kind == ARRAY ? "holds what is no string" : "is not an array");
	if (l->why->err)
		return NULL;
	to = all = malloc(size);
	if (!all) {
		store_no_memory(l->why);
		return NULL;
	}
	while (left.at < v->text.end && scan_text(&left, &one)) {
		to = write_text(to, size, one) + 1;
		++*count;
		scan_char(&left, ',');
	}
	*to = '\0';
	*bytes = (size_t)(to - all);
	return all;
}

static void take_exec(struct line *l, struct birth *b)
{
	const struct scan *path = &l->v[EXEC][PATH].text;
	size_t size = (size_t)(path->end - path->at) + 1, count;

	need_object(l, EXEC);
	b->life.execed = true;
	b->life.exec_result = take_result(l, EXEC, EXEC_RESULT);
	if (!has(l, EXEC, PATH) || l->why->err)
		return;
	b->path = malloc(size);
	if (!b->path) {
		store_no_memory(l->why);
		return;
	}
	take_text(l, EXEC, PATH, b->path, size);
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

static int take_birth(struct line *l, struct stack_table *t, struct birth *b)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < SUM_COUNT; i++)
		b->life.sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		b->life.count[i] = MISSING;
	b->life.born = true;
	take_head(l, b);
	take_child(l, b);
	take_parent(l, b);
	take_times(l, b);
	if (has(l, LINE, member_of(EXEC)))
		take_exec(l, b);
	take_counts(l, b);
	if (has(l, LINE, member_of(STACK)))
		take_stack(l, t, b);
	if (l->why->err)
		birth__free(b);
	return l->why->err;
}

static bool is_birth(const struct value *type)
{
	char text[8];

	if (type->kind != TEXT)
		return false;
	write_text(text, sizeof(text), type->text);
	return !strcmp(text, "birth");
}

int store_scan_birth(const char *text, size_t len, struct stack_table *t, struct birth *b,
		     struct reason *why)
{
	struct scan s = {text, text + len};
	struct line l = {.end = s.end, .why = why};

	why->err = 0;
	if (!scan_members(&s, &l, LINE) || s.at != s.end || !is_birth(&l.v[LINE][TYPE]))
		return -EAGAIN;
	return take_birth(&l, t, b);
}

int store_decode_birth(const json_t *line, struct stack_table *t, struct birth *b,
		       struct reason *why)
{
	char *text = json_dumps(line, JSON_COMPACT);
	struct scan s = {text, text ? text + strlen(text) : NULL};
	struct line l = {.end = s.end, .valid = true, .why = why};

	why->err = 0;
	if (!text)
		store_no_memory(why);
	else if (!scan_members(&s, &l, LINE))
		store_fault(why, "damaged");
	else
		take_birth(&l, t, b);
	free(text);
	return why->err;
}
