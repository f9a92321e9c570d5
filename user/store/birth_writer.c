// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/birth_writer.h"

#include <string.h>

#include "user/model/syscalls.h"
#include "user/store/birth_members.h"
#include "user/store/value.h"
#include "user/text/json.h"
#include "user/text/numbers.h"

/* Each of these begins, or appends, a value and a comma after it, in whose place end() writes. */

static void put_name(struct strbuf *s, enum birth_object object, int member)
{
	const struct birth_member *name = &birth_members[object][member];

	strbuf__add_bytes(s, name->text, name->len);
}

static void put_number(struct strbuf *s, enum birth_object object, int member, int64_t number)
{
	const struct birth_member *name = &birth_members[object][member];
	char *at = strbuf__room(s, sizeof(name->text) + DIGITS_ROOM + strlen(","));

	if (!at)
		return;
	memcpy(at, name->text, sizeof(name->text)); /* all of it: the size is constant */
	at = text_digits(at + name->len, number);
	*at++ = ',';
	strbuf__end_at(s, at);
}

static void put_known(struct strbuf *s, enum birth_object object, int member, int64_t number)
{
	if (number != MISSING)
		put_number(s, object, member, number);
}

static void put_text(struct strbuf *s, const char *text)
{
	json__add_text(s, text);
	strbuf__add_bytes(s, ",", 1);
}

static void put_member(struct strbuf *s, enum birth_object object, int member, const char *text)
{
	put_name(s, object, member);
	put_text(s, text);
}

static void begin(struct strbuf *s, enum birth_object object)
{
	put_name(s, LINE, birth_member_of(object));
	strbuf__add_bytes(s, "{", 1);
}

/* Ends an object or an array. */
static void end(struct strbuf *s, const char bracket[2])
{
	if (s->failed)
		return;
	if (s->text[s->length - 1] == ',')
		s->length--;
	strbuf__add_bytes(s, bracket, 2);
}

static void put_head(struct strbuf *s, const struct birth *b)
{
	const struct life *life = &b->life;

	strbuf__add_bytes(s, "{", 1);
	put_member(s, LINE, TYPE, "birth");
	put_known(s, LINE, T_NS, birth_time(b));
	put_member(s, LINE, METHOD, method_name(life->method));
	put_number(s, LINE, FLAGS, (int64_t)life->clone_flags);
	put_number(s, LINE, RESULT, life->result < 0 ? life->result : 0);
	put_known(s, LINE, CALL_NS, birth_call_ns(b));
	put_known(s, LINE, STALL, life->stall_ns);
	put_known(s, LINE, STALL_SUM, life->stall_sum_ns);
}

static void put_parent(struct strbuf *s, const struct birth *b)
{
	begin(s, PARENT);
	put_number(s, PARENT, PARENT_PID, b->life.parent_tgid);
	put_number(s, PARENT, PARENT_TID, b->parent_tid);
	put_member(s, PARENT, COMM, b->comm);
	if (b->exe[0])
		put_member(s, PARENT, EXE, b->exe);
	put_number(s, PARENT, UID, b->uid);
	put_number(s, PARENT, CGROUP, (int64_t)b->cgroup);
	put_known(s, PARENT, RSS_BYTES, birth_rss(b));
	put_known(s, PARENT, VMAS, b->life.count[COUNT_parent_vmas]);
	put_known(s, PARENT, THREADS, b->life.count[COUNT_parent_threads]);
	end(s, "},");
}

static void put_child(struct strbuf *s, const struct birth *b)
{
	begin(s, CHILD);
	put_number(s, CHILD, CHILD_PID, b->child_tgid);
	put_number(s, CHILD, CHILD_TID, b->life.tid);
	end(s, "},");
}

static void put_edges(struct strbuf *s, const struct birth *b)
{
	const uint64_t *edge = b->life.edge;
	int64_t t = birth_time(b);

	begin(s, EDGE);
	for (int e = 0; e < EDGE_COUNT; e++)
		if (edge[e] && (int64_t)edge[e] >= t)
			put_number(s, EDGE, e, (int64_t)edge[e] - t);
	end(s, "},");
}

static void put_phases(struct strbuf *s, const struct life *life)
{
	begin(s, PHASE);
	for (int p = 0; p < PHASE_COUNT; p++) {
		int64_t ns = phase_ns(life, p);

		put_known(s, PHASE, p, ns);
		/* Without it, a reader would take the span between the edges. */
		if (ns == MISSING && phase_exists(p, life->clone_flags) &&
		    phase_off_ns(life, p) > 0) {
			put_name(s, PHASE, p);
			strbuf__add_bytes(s, "null,", 5);
		}
	}
	end(s, "},");
}

static void put_exec(struct strbuf *s, const struct birth *b)
{
	begin(s, EXEC);
	put_number(s, EXEC, EXEC_RESULT, b->life.exec_result);
	if (b->path) {
		put_member(s, EXEC, PATH, b->path);
		put_name(s, EXEC, ARGV);
		strbuf__add_bytes(s, "[", 1);
		for (size_t at = 0; at < b->args_bytes; at += strlen(b->args + at) + 1)
			put_text(s, b->args + at);
		end(s, "],");
		if (b->args_total > b->args_bytes)
			put_number(s, EXEC, ARGV_BYTES, b->args_total);
	}
	end(s, "},");
}

static void put_counts(struct strbuf *s, const struct life *life)
{
	begin(s, COUNT);
	for (int c = 0; c < COUNT_COUNT; c++)
		put_known(s, COUNT, c, life->count[c]);
	end(s, "},");
}

static void put_stack(struct strbuf *s, const struct stack *stack)
{
	const char *frame = stack->frames;

	begin(s, STACK);
	put_name(s, STACK, FRAMES);
	strbuf__add_bytes(s, "[", 1);
	for (size_t i = 0; i < stack->count; i++, frame += strlen(frame) + 1)
		put_text(s, frame);
	end(s, "],");
	put_number(s, STACK, LIBC, (int64_t)stack->libc);
	end(s, "},");
}

static void put_calls(struct strbuf *s, const char *name, int64_t n)
{
	json__add_text(s, name);
	strbuf__add_bytes(s, ":", 1);
	strbuf__add_number(s, n);
	strbuf__add_bytes(s, ",", 1);
}

static void put_syscalls(struct strbuf *s, const struct life *life)
{
	struct syscalls all = {0};
	char name[SYSCALL_NAME_MAX];

	syscalls__add_birth(&all, life);
	if (!all.kinds && !all.others)
		return;
	put_name(s, LINE, SYSCALLS);
	strbuf__add_bytes(s, "{", 1);
	for (size_t i = 0; i < all.kinds; i++)
		put_calls(s, syscall_name(all.kind[i].nr, name), all.kind[i].n);
	if (all.others)
		put_calls(s, STORE_OTHER_SYSCALLS, all.others);
	end(s, "},");
}

void store_write_birth(struct strbuf *line, const struct birth *b)
{
	put_head(line, b);
	put_parent(line, b);
	if (b->life.result > 0)
		put_child(line, b);
	put_edges(line, b);
	put_phases(line, &b->life);
	if (b->life.execed)
		put_exec(line, b);
	put_counts(line, &b->life);
	if (b->stack)
		put_stack(line, b->stack);
	if (b->life.count[COUNT_child_syscalls] != MISSING)
		put_syscalls(line, &b->life);
	end(line, "}\n");
}
