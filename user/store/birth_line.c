// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/birth_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/birth.h"
#include "user/store/encode.h"
#include "user/store/value.h"

static const char *const edge_names[] = {
#define X(name, record, brief) [EDGE_##name] = #name,
	EDGES(X)
#undef X
};

static bool put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) != 0;
}

static bool put_known(json_t *object, const char *name, int64_t number)
{
	return number != MISSING && put(object, name, json_integer(number));
}

static json_t *finished(json_t *object, bool failed)
{
	if (failed) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *encode_parent(const struct birth *b)
{
	json_t *parent = json_object();
	bool failed = put(parent, "pid", json_integer(b->life.parent_tgid));

	failed |= put(parent, "tid", json_integer(b->parent_tid));
	failed |= put(parent, "comm", store_json_text(b->comm));
	if (b->exe[0])
		failed |= put(parent, "exe", store_json_text(b->exe));
	failed |= put(parent, "uid", json_integer(b->uid));
	failed |= put(parent, "cgroup", json_integer((json_int_t)b->cgroup));
	failed |= put_known(parent, "rss_bytes", birth_rss(b));
	failed |= put_known(parent, "vmas", b->life.count[COUNT_parent_vmas]);
	failed |= put_known(parent, "threads", b->life.count[COUNT_parent_threads]);
	return finished(parent, failed);
}

static json_t *encode_edges(const struct birth *b)
{
	json_t *edges = json_object();
	bool failed = false;

	for (int e = 0; e < EDGE_COUNT && !failed; e++)
		if (b->life.edge[e] && (int64_t)b->life.edge[e] >= birth_time(b))
			failed = put(edges, edge_names[e],
				     json_integer((json_int_t)b->life.edge[e] - birth_time(b)));
	return finished(edges, failed);
}

static json_t *encode_phases(const struct birth *b)
{
	json_t *phases = json_object();
	bool failed = false;

	for (int p = 0; p < PHASE_COUNT && !failed; p++)
		failed = put_known(phases, phase_name(p), phase_ns(&b->life, p));
	return finished(phases, failed);
}

static json_t *encode_counts(const struct birth *b)
{
	json_t *counts = json_object();
	bool failed = false;

	for (int c = 0; c < COUNT_COUNT && !failed; c++)
		failed = put_known(counts, count_name(c), b->life.count[c]);
	return finished(counts, failed);
}

static json_t *encode_exec(const struct birth *b)
{
	json_t *exec = json_object(), *argv;
	bool failed = put(exec, "result", json_integer(b->life.exec_result));

	if (!failed && b->path) {
		failed = put(exec, "path", store_json_text(b->path));
		argv = json_array();
		for (size_t at = 0; at < b->args_bytes && !failed; at += strlen(b->args + at) + 1)
			failed = json_array_append_new(argv, store_json_text(b->args + at)) != 0;
		failed |= put(exec, "argv", argv);
		if (b->args_total > b->args_bytes)
			failed |= put(exec, "argv_bytes", json_integer(b->args_total));
	}
	return finished(exec, failed);
}

static json_t *encode_stack(const struct stack *s)
{
	json_t *stack = json_object(), *frames = json_array();
	const char *frame = s->frames;
	bool failed = false;

	for (size_t i = 0; i < s->count && !failed; i++, frame += strlen(frame) + 1)
		failed = json_array_append_new(frames, store_json_text(frame)) != 0;
	failed |= put(stack, "frames", frames);
	failed |= put(stack, "libc", json_integer((json_int_t)s->libc));
	return finished(stack, failed);
}

json_t *store_encode_birth(const struct birth *b)
{
	const struct life *life = &b->life;
	json_t *line = json_object(), *child;
	bool failed = put(line, "type", json_string("birth"));

	failed |= put_known(line, "t_ns", birth_time(b));
	failed |= put(line, "method", json_string(method_name(life->method)));
	failed |= put(line, "flags", json_integer((json_int_t)life->clone_flags));
	failed |= put(line, "result", json_integer(life->result < 0 ? life->result : 0));
	failed |= put_known(line, "call_ns", birth_call_ns(b));
	failed |= put(line, "parent", encode_parent(b));
	if (life->result > 0) {
		child = json_object();
		failed |= put(child, "pid", json_integer(b->child_tgid));
		failed |= put(child, "tid", json_integer(life->tid));
		failed |= put(line, "child", child);
	}
	failed |= put(line, "edges", encode_edges(b));
	failed |= put(line, "phases", encode_phases(b));
	if (life->execed)
		failed |= put(line, "exec", encode_exec(b));
	failed |= put(line, "counts", encode_counts(b));
	if (b->stack)
		failed |= put(line, "stack", encode_stack(b->stack));
	return finished(line, failed);
}

/* An unsigned number of 32 bits. */
static int take_u32(const json_t *object, const char *name, uint32_t *to, struct reason *why)
{
	int64_t number = 0;
	int err = store_number(json_object_get(object, name), name, &number, why);

	if (!err && (number < 0 || number > UINT32_MAX))
		err = store_fault(why, "%s is out of range", name);
	*to = (uint32_t)number;
	return err;
}

static int take_name(const json_t *object, const char *name, char *to, size_t size,
		     struct reason *why)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text)
		return store_fault(why, "%s is not a string", name);
	/* In place of a byte that was not UTF-8 stand three. */
	snprintf(to, size, "%s", text);
	return 0;
}

static int take_parent(const json_t *parent, struct birth *b, struct reason *why)
{
	int64_t cgroup = 0;
	int err;

	if (!json_is_object(parent))
		return store_fault(why, "parent is not an object");
	err = take_u32(parent, "pid", &b->life.parent_tgid, why);
	if (!err)
		err = take_u32(parent, "tid", &b->parent_tid, why);
	if (!err)
		err = take_u32(parent, "uid", &b->uid, why);
	if (!err)
		err = take_name(parent, "comm", b->comm, sizeof(b->comm), why);
	if (!err && json_object_get(parent, "exe"))
		err = take_name(parent, "exe", b->exe, sizeof(b->exe), why);
	if (!err)
		err = store_number(json_object_get(parent, "cgroup"), "cgroup", &cgroup, why);
	b->cgroup = (uint64_t)cgroup;
	return err;
}

static int take_number(const json_t *json, const char *name, int64_t *to, struct reason *why)
{
	int err = store_number(json, name, to, why);

	return err || (*to >= -STORE_NUMBER_MAX && *to <= STORE_NUMBER_MAX)
		       ? err
		       : store_fault(why, "%s is out of range", name);
}

/* Times after t_ns; the first of a birth is at 0. */
static int take_edges(const json_t *edges, int64_t t, struct birth *b, struct reason *why)
{
	int err = 0;

	if (!json_is_object(edges))
		return store_fault(why, "edges is not an object");
	for (int e = 0; e < EDGE_COUNT && !err; e++) {
		const json_t *edge = json_object_get(edges, edge_names[e]);
		int64_t after = 0;

		if (!edge)
			continue;
		err = store_number(edge, edge_names[e], &after, why);
		if (!err && (after < 0 || after > STORE_NUMBER_MAX - t))
			err = store_fault(why, "%s is out of range", edge_names[e]);
		else if (!err)
			b->life.edge[e] = (uint64_t)(t + after);
	}
	return err;
}

static int take_sums(const json_t *phases, struct birth *b, struct reason *why)
{
	int err = 0;

	if (!json_is_object(phases))
		return store_fault(why, "phases is not an object");
	for (int p = 0; p < PHASE_COUNT && !err; p++) {
		const json_t *ns = json_object_get(phases, phase_name(p));

		if (ns && phase_models[p].sum >= 0)
			err = take_number(ns, phase_name(p), &b->life.sum[phase_models[p].sum],
					  why);
	}
	return err;
}

static int take_counts(const json_t *counts, struct birth *b, struct reason *why)
{
	int err = 0;

	if (!json_is_object(counts))
		return store_fault(why, "counts is not an object");
	for (int c = 0; c < COUNT_COUNT && !err; c++) {
		const json_t *count = json_object_get(counts, count_name(c));

		if (count)
			err = take_number(count, count_name(c), &b->life.count[c], why);
	}
	return err;
}

static int take_argv(const json_t *argv, struct birth *b, struct reason *why)
{
	size_t bytes = 0;
	char *end;

	if (!json_is_array(argv))
		return store_fault(why, "argv is not an array");
	for (size_t i = 0; i < json_array_size(argv); i++) {
		const char *text = json_string_value(json_array_get(argv, i));

		if (!text)
			return store_fault(why, "argv holds what is no string");
		bytes += strlen(text) + 1;
	}
	if (bytes > UINT32_MAX)
		return store_fault(why, "argv is too long");
	b->args = calloc(1, bytes + 1);
	if (!b->args)
		return -ENOMEM;
	end = b->args;
	for (size_t i = 0; i < json_array_size(argv); i++)
		end = stpcpy(end, json_string_value(json_array_get(argv, i))) + 1;
	b->args_bytes = bytes;
	b->args_total = bytes;
	return 0;
}

static int take_result(const json_t *object, int32_t *result, struct reason *why)
{
	int64_t number = 0;
	int err = store_number(json_object_get(object, "result"), "result", &number, why);

	if (!err && (number > 0 || number < -STORE_ERRNO_MAX))
		err = store_fault(why, "result is neither 0 nor an error");
	*result = (int32_t)number;
	return err;
}

static int take_exec(const json_t *exec, struct birth *b, struct reason *why)
{
	int err;

	if (!json_is_object(exec))
		return store_fault(why, "exec is not an object");
	b->life.execed = true;
	err = take_result(exec, &b->life.exec_result, why);
	if (err || !json_object_get(exec, "path"))
		return err;
	err = store_text(json_object_get(exec, "path"), "path", &b->path, why);
	if (!err)
		err = take_argv(json_object_get(exec, "argv"), b, why);
	if (!err && json_object_get(exec, "argv_bytes")) {
		err = take_u32(exec, "argv_bytes", &b->args_total, why);
		if (!err && b->args_total < b->args_bytes)
			b->args_total = (uint32_t)b->args_bytes + 1;
	}
	return err;
}

static int take_child(const json_t *line, struct birth *b, struct reason *why)
{
	const json_t *child = json_object_get(line, "child");
	int err = take_result(line, &b->life.result, why);

	if (err || b->life.result)
		return err;
	if (!json_is_object(child))
		return store_fault(why, "child is not an object");
	err = take_u32(child, "pid", &b->child_tgid, why);
	if (!err)
		err = take_u32(child, "tid", &b->life.tid, why);
	if (!err && (!b->life.tid || b->life.tid > INT32_MAX))
		err = store_fault(why, "tid is out of range");
	b->life.result = (int32_t)b->life.tid;
	return err;
}

static int take_head(const json_t *line, struct birth *b, int64_t *t, struct reason *why)
{
	const char *method = json_string_value(json_object_get(line, "method"));
	int64_t flags = 0;
	int err = 0;

	if (!method)
		return store_fault(why, "method is not a string");
	b->life.method = method_by_name(method);
	if (json_object_get(line, "t_ns"))
		err = store_number(json_object_get(line, "t_ns"), "t_ns", t, why);
	if (!err && (*t < 0 || *t > STORE_NUMBER_MAX))
		err = store_fault(why, "t_ns is out of range");
	if (!err)
		err = store_number(json_object_get(line, "flags"), "flags", &flags, why);
	b->life.clone_flags = (uint64_t)flags;
	return err;
}

/* The names, each with its zero byte, malloc'ed. */
static int take_frames(const json_t *frames, char **names, size_t *bytes, struct reason *why)
{
	size_t n = json_array_size(frames);
	char *end;

	*bytes = 0;
	if (!json_is_array(frames) || !n || n > STACK_FRAMES_MAX)
		return store_fault(why, "frames is not an array of 1 to %d strings",
				   STACK_FRAMES_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(frames, i));

		if (!name)
			return store_fault(why, "frames holds what is no string");
		*bytes += strlen(name) + 1;
	}
	end = *names = malloc(*bytes);
	if (!end)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		end = stpcpy(end, json_string_value(json_array_get(frames, i))) + 1;
	return 0;
}

int store_decode_stack(const json_t *line, struct stack_table *t, struct birth *b,
		       struct reason *why)
{
	const json_t *stack = json_object_get(line, "stack"), *frames;
	uint32_t libc;
	char *names = NULL;
	size_t bytes;
	int err;

	if (!stack)
		return 0;
	if (!json_is_object(stack))
		return store_fault(why, "stack is not an object");
	frames = json_object_get(stack, "frames");
	err = take_u32(stack, "libc", &libc, why);
	if (!err && libc && libc >= json_array_size(frames))
		err = store_fault(why, "libc is not less than the number of frames");
	if (!err)
		err = take_frames(frames, &names, &bytes, why);
	if (err)
		return err;
	b->stack = stack_table__intern(t, names, bytes, json_array_size(frames), libc);
	free(names);
	return b->stack ? 0 : -ENOMEM;
}

int store_decode_birth(const json_t *line, struct birth *b, struct reason *why)
{
	const json_t *exec = json_object_get(line, "exec");
	int64_t t = 0;
	int err;

	memset(b, 0, sizeof(*b));
	for (int i = 0; i < SUM_COUNT; i++)
		b->life.sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		b->life.count[i] = MISSING;
	b->life.born = true;
	err = take_head(line, b, &t, why);
	if (!err)
		err = take_child(line, b, why);
	if (!err)
		err = take_parent(json_object_get(line, "parent"), b, why);
	if (!err)
		err = take_edges(json_object_get(line, "edges"), t, b, why);
	if (!err)
		err = take_sums(json_object_get(line, "phases"), b, why);
	if (!err && exec)
		err = take_exec(exec, b, why);
	if (!err)
		err = take_counts(json_object_get(line, "counts"), b, why);
	if (err)
		birth__free(b);
	return err;
}
