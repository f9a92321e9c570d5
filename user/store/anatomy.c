// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/anatomy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/store/decode.h"
#include "user/store/encode.h"

/* More are refused. A node takes five times as much memory as its part of the line. */
#define ANATOMIES_MAX 4096
#define NODES_MAX     ((size_t)1 << 20)
#define NAMES_MAX     ((size_t)1 << 16)
#define PHASES_MAX    1024
#define BIRTHS_MAX    1000000000
/* Sums over NODES_MAX do not overflow, nor do they as steps of a trace (user/export/trace_time.h).
 */
#define COUNT_MAX ((int64_t)1 << 41)

/* Writing. */

typedef json_t *value_fn(const struct call_tree *t, const struct call_node *n);

static json_t *encode_parent(const struct call_tree *t, const struct call_node *n)
{
	return n->parent == CALL_NO_PARENT ? json_null() : json_integer((json_int_t)n->parent);
}

static json_t *encode_name(const struct call_tree *t, const struct call_node *n)
{
	return json_integer((json_int_t)call_tree__name_index(t, n->name));
}

static json_t *encode_module(const struct call_tree *t, const struct call_node *n)
{
	return json_integer((json_int_t)call_tree__name_index(t, n->module));
}

static json_t *encode_kind(const struct call_tree *t, const struct call_node *n)
{
	return json_string(call_kind_name(n->kind));
}

static json_t *encode_part(const struct call_tree *t, const struct call_node *n)
{
	return json_string(call_part_name(n->part));
}

static json_t *encode_calls(const struct call_tree *t, const struct call_node *n)
{
	return json_integer(n->calls);
}

static json_t *encode_own(const struct call_tree *t, const struct call_node *n)
{
	return json_integer(n->own);
}

static json_t *encode_total(const struct call_tree *t, const struct call_node *n)
{
	return json_integer(n->total);
}

static json_t *encode_column(const struct call_tree *t, value_fn *value)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < t->node_count && !failed; i++)
		failed = json_array_append_new(array, value(t, &t->nodes[i])) != 0;
	return store_finished(array, failed);
}

static json_t *encode_nodes(const struct call_tree *t)
{
	static const struct {
		const char *name;
		value_fn *value;
	} columns[] = {
		{"parent", encode_parent}, {"name", encode_name},   {"module", encode_module},
		{"kind", encode_kind},	   {"part", encode_part},   {"calls", encode_calls},
		{"own", encode_own},	   {"total", encode_total},
	};
	json_t *nodes = json_object();
	bool failed = false;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) && !failed; i++)
		failed = store_put(nodes, columns[i].name, encode_column(t, columns[i].value));
	return store_finished(nodes, failed);
}

static bool has_metrics(const struct call_tree *t)
{
	for (int m = 0; m < CALL_METRIC_COUNT; m++)
		if (t->has[m])
			return true;
	return false;
}

static json_t *encode_metrics(const struct call_tree *t)
{
	json_t *metrics = json_object();
	bool failed = false;

	for (int m = 0; m < CALL_METRIC_COUNT && !failed; m++) {
		json_t *array;

		if (!t->has[m])
			continue;
		array = json_array();
		for (size_t i = 0; i < t->node_count && !failed; i++)
			failed = json_array_append_new(array,
						       json_integer(t->nodes[i].metrics[m])) != 0;
		failed |= store_put(metrics, call_metric_name(m), array);
	}
	return store_finished(metrics, failed);
}

static json_t *encode_names(const struct call_tree *t)
{
	json_t *names = json_array();
	bool failed = false;

	for (size_t i = 0; i < t->name_count && !failed; i++)
		failed = json_array_append_new(names, store_json_text(t->names[i])) != 0;
	return store_finished(names, failed);
}

static json_t *encode_phase(const struct call_tree *t, const struct call_phase *p)
{
	json_t *phase = json_object(), *functions = json_array();
	bool failed = store_put(phase, "name", store_json_text(p->name));

	for (size_t i = 0; i < p->share_count && !failed; i++) {
		const struct call_share *s = &p->shares[i];

		failed = json_array_append_new(
				 functions,
				 json_pack("[IIII]", (json_int_t)call_tree__name_index(t, s->name),
					   (json_int_t)call_tree__name_index(t, s->module),
					   (json_int_t)s->own, (json_int_t)s->total)) != 0;
	}
	failed |= store_put(phase, "instructions", json_integer(p->instructions));
	failed |= store_put(phase, "functions", functions);
	return store_finished(phase, failed);
}

static json_t *encode_phases(const struct call_tree *t)
{
	json_t *phases = json_array();
	bool failed = false;

	for (size_t i = 0; i < t->phase_count && !failed; i++)
		failed = json_array_append_new(phases, encode_phase(t, &t->phases[i])) != 0;
	return store_finished(phases, failed);
}

json_t *store_encode_anatomy(const struct call_tree *t)
{
	json_t *line = json_object();
	bool failed = store_put(line, "type", json_string("anatomy"));

	failed |= store_put(line, "key", store_encode_facts(t->key, t->key_count));
	failed |= store_put(line, "kernel", store_json_text(t->kernel));
	failed |= store_put(line, "births", json_integer((json_int_t)t->births));
	failed |= store_put(line, "unresolved", json_integer(t->unresolved));
	failed |= store_put(line, "names", encode_names(t));
	failed |= store_put(line, "nodes", encode_nodes(t));
	if (has_metrics(t))
		failed |= store_put(line, "metrics", encode_metrics(t));
	failed |= store_put(line, "phases", encode_phases(t));
	return store_finished(line, failed);
}

/* Reading. A fault is kept in the reason; what is read after it does not matter. */

struct anatomy_reader {
	struct call_tree *t;
	const char **names; /* of the file, by their place there */
	size_t name_count;
	struct reason *why;
};

static void read_names(struct anatomy_reader *rd, const json_t *names)
{
	size_t count = json_array_size(names);

	if (!json_is_array(names))
		store_fault(rd->why, "names is not an array");
	if (count > NAMES_MAX)
		store_fault(rd->why, "more than %zu names", NAMES_MAX);
	if (rd->why->err)
		return;
	rd->names = calloc(count + 1, sizeof(*rd->names));
	if (!rd->names) {
		store_no_memory(rd->why);
		return;
	}
	for (size_t i = 0; i < count && !rd->why->err; i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (!name)
			store_fault(rd->why, "names holds what is no string");
		else if (!(rd->names[i] = call_tree__name(rd->t, name)))
			store_no_memory(rd->why);
	}
	rd->name_count = count;
}

/* "" after a fault. */
static const char *name_at(struct anatomy_reader *rd, int64_t place, const char *what)
{
	if (place < 0 || (uint64_t)place >= rd->name_count)
		store_fault(rd->why, "%s is no place in names", what);
	return rd->why->err ? "" : rd->names[place];
}

static int64_t checked(struct anatomy_reader *rd, int64_t number, const char *what)
{
	if (number < 0 || number > COUNT_MAX)
		store_fault(rd->why, "%s is out of range", what);
	return number;
}

/* What the line needs of a number of a column, by its node. */
typedef void number_fn(struct anatomy_reader *rd, struct call_node *n, int64_t number);

static void set_parent(struct anatomy_reader *rd, struct call_node *n, int64_t number)
{
	size_t place = (size_t)(n - rd->t->nodes);

	n->parent = number == MISSING ? CALL_NO_PARENT : (size_t)number;
	if (number != MISSING && (number < 0 || (uint64_t)number >= place))
		store_fault(rd->why, "parent is no node before its child");
}

static void set_name(struct anatomy_reader *rd, struct call_node *n, int64_t number)
{
	n->name = name_at(rd, number, "name");
}

static void set_module(struct anatomy_reader *rd, struct call_node *n, int64_t number)
{
	n->module = name_at(rd, number, "module");
}

static void set_calls(struct anatomy_reader *rd, struct call_node *n, int64_t number)
{
	n->calls = checked(rd, number, "calls");
}

static void set_own(struct anatomy_reader *rd, struct call_node *n, int64_t number)
{
	n->own = checked(rd, number, "own");
}

static void set_total(struct anatomy_reader *rd, struct call_node *n, int64_t number)
{
	n->total = checked(rd, number, "total");
}

static void read_column(struct anatomy_reader *rd, const json_t *nodes, const char *name,
			number_fn *set)
{
	struct series s = {0};

	store_series(json_object_get(nodes, name), name, rd->t->node_count, &s, rd->why);
	for (size_t i = 0; i < rd->t->node_count && !rd->why->err; i++)
		set(rd, &rd->t->nodes[i], s.v[i]);
	series__free(&s);
}

/* A column of words; `by_name` gives their values. -1 after a fault. */
static int word_at(struct anatomy_reader *rd, const json_t *array, size_t i, const char *name,
		   int (*by_name)(const char *))
{
	const char *word = json_string_value(json_array_get(array, i));
	int value = word ? by_name(word) : -1;

	if (value < 0)
		store_fault(rd->why, "%s holds %s", name,
			    word ? store_quote(word).text : "what is no string");
	return value;
}

static void read_words(struct anatomy_reader *rd, const json_t *nodes)
{
	const json_t *kinds = json_object_get(nodes, "kind");
	const json_t *parts = json_object_get(nodes, "part");

	if (json_array_size(parts) != rd->t->node_count)
		store_fault(rd->why, "part has not as many values as kind");
	for (size_t i = 0; i < rd->t->node_count && !rd->why->err; i++) {
		int kind = word_at(rd, kinds, i, "kind", call_kind_by_name);
		int part = word_at(rd, parts, i, "part", call_part_by_name);

		if (!rd->why->err) {
			rd->t->nodes[i].kind = kind;
			rd->t->nodes[i].part = part;
		}
	}
}

/* What holds of each node and its parent, whatever the numbers are. */
static void check_node(struct anatomy_reader *rd, const struct call_node *n, unsigned int *depth)
{
	const struct call_node *parent;
	size_t i = (size_t)(n - rd->t->nodes);

	if ((n->parent == CALL_NO_PARENT) != (n->kind == CALL_ROOT))
		store_fault(rd->why, "node %zu: a root has no parent, and all others have one", i);
	if (n->own > n->total)
		store_fault(rd->why, "node %zu: own is more than total", i);
	if (n->parent == CALL_NO_PARENT || rd->why->err)
		return;
	parent = &rd->t->nodes[n->parent];
	depth[i] = depth[n->parent] + 1;
	if (depth[i] > CALL_DEPTH_MAX)
		store_fault(rd->why, "node %zu is more than %d calls deep", i, CALL_DEPTH_MAX);
	if (n->part != parent->part)
		store_fault(rd->why, "node %zu is of another part than its parent", i);
	if (n->total > parent->total)
		store_fault(rd->why, "node %zu: total is more than that of its parent", i);
}

static void check_nodes(struct anatomy_reader *rd)
{
	unsigned int *depth = calloc(rd->t->node_count + 1, sizeof(*depth)), roots = 0;

	if (!depth) {
		store_no_memory(rd->why);
		return;
	}
	for (size_t i = 0; i < rd->t->node_count && !rd->why->err; i++) {
		const struct call_node *n = &rd->t->nodes[i];

		check_node(rd, n, depth);
		if (n->kind == CALL_ROOT && roots & 1u << n->part)
			store_fault(rd->why, "a second root of part %s", call_part_name(n->part));
		roots |= n->kind == CALL_ROOT ? 1u << n->part : 0;
	}
	free(depth);
}

static void read_nodes(struct anatomy_reader *rd, const json_t *nodes)
{
	size_t count = json_array_size(json_object_get(nodes, "kind"));

	if (!store_need_object(nodes, "nodes", rd->why))
		return;
	if (!count)
		store_fault(rd->why, "nodes has none");
	if (count > NODES_MAX)
		store_fault(rd->why, "more than %zu nodes", NODES_MAX);
	if (rd->why->err)
		return;
	rd->t->nodes = calloc(count + 1, sizeof(*rd->t->nodes));
	if (!rd->t->nodes) {
		store_no_memory(rd->why);
		return;
	}
	rd->t->node_count = count;
	read_words(rd, nodes);
	read_column(rd, nodes, "parent", set_parent);
	read_column(rd, nodes, "name", set_name);
	read_column(rd, nodes, "module", set_module);
	read_column(rd, nodes, "calls", set_calls);
	read_column(rd, nodes, "own", set_own);
	read_column(rd, nodes, "total", set_total);
	if (!rd->why->err)
		check_nodes(rd);
}

static void read_metrics(struct anatomy_reader *rd, const json_t *metrics)
{
	if (!metrics || !store_need_object(metrics, "metrics", rd->why))
		return;
	for (int m = 0; m < CALL_METRIC_COUNT && !rd->why->err; m++) {
		const json_t *column = json_object_get(metrics, call_metric_name(m));
		struct series s = {0};

		if (!column)
			continue;
		rd->t->has[m] = true;
		store_series(column, call_metric_name(m), rd->t->node_count, &s, rd->why);
		for (size_t i = 0; i < rd->t->node_count && !rd->why->err; i++)
			rd->t->nodes[i].metrics[m] = checked(rd, s.v[i], call_metric_name(m));
		series__free(&s);
	}
}

static void read_share(struct anatomy_reader *rd, const json_t *json, struct call_share *share)
{
	struct series s = {0};

	store_series(json, "functions", 4, &s, rd->why);
	if (!rd->why->err) {
		share->name = name_at(rd, s.v[0], "functions");
		share->module = name_at(rd, s.v[1], "functions");
		share->own = checked(rd, s.v[2], "functions");
		share->total = checked(rd, s.v[3], "functions");
	}
	series__free(&s);
}

static void read_phase(struct anatomy_reader *rd, const json_t *json, struct call_phase *p)
{
	const json_t *functions = json_object_get(json, "functions");
	const char *name = json_string_value(json_object_get(json, "name"));
	size_t count = json_array_size(functions);
	int64_t number;

	if (!name)
		store_fault(rd->why, "a phase has no name");
	if (!json_is_array(functions))
		store_fault(rd->why, "functions is not an array");
	if (count > NODES_MAX)
		store_fault(rd->why, "more than %zu functions", NODES_MAX);
	number = store_number(json_object_get(json, "instructions"), "instructions", rd->why);
	p->instructions = checked(rd, number, "instructions");
	if (rd->why->err)
		return;
	p->name = call_tree__name(rd->t, name);
	p->shares = calloc(count + 1, sizeof(*p->shares));
	if (!p->name || !p->shares) {
		store_no_memory(rd->why);
		return;
	}
	for (size_t i = 0; i < count && !rd->why->err; i++)
		read_share(rd, json_array_get(functions, i), &p->shares[i]);
	p->share_count = rd->why->err ? 0 : count;
}

static void read_phases(struct anatomy_reader *rd, const json_t *phases)
{
	size_t count = json_array_size(phases);

	if (!json_is_array(phases))
		store_fault(rd->why, "phases is not an array");
	if (count > PHASES_MAX)
		store_fault(rd->why, "more than %d phases", PHASES_MAX);
	if (rd->why->err)
		return;
	rd->t->phases = calloc(count + 1, sizeof(*rd->t->phases));
	if (!rd->t->phases) {
		store_no_memory(rd->why);
		return;
	}
	rd->t->phase_count = count;
	for (size_t i = 0; i < count && !rd->why->err; i++)
		read_phase(rd, json_array_get(phases, i), &rd->t->phases[i]);
}

int store_decode_anatomy(const json_t *line, struct run *r, struct reason *why)
{
	struct anatomy_reader rd = {.why = why};
	int64_t unresolved;

	if (r->anatomy_count == ANATOMIES_MAX) {
		store_fault(why, "more than %d anatomies", ANATOMIES_MAX);
		return why->err;
	}
	rd.t = run__add_anatomy(r);
	if (!rd.t)
		return -ENOMEM;
	store_decode_facts(json_object_get(line, "key"), "key", false, &rd.t->key, &rd.t->key_count,
			   why);
	rd.t->kernel = store_text(json_object_get(line, "kernel"), "kernel", why);
	rd.t->births =
		store_decode_size(json_object_get(line, "births"), "births", BIRTHS_MAX, why);
	if (!rd.t->births)
		store_fault(why, "births is 0");
	unresolved = store_number(json_object_get(line, "unresolved"), "unresolved", why);
	rd.t->unresolved = checked(&rd, unresolved, "unresolved");
	if (!why->err)
		read_names(&rd, json_object_get(line, "names"));
	if (!why->err)
		read_nodes(&rd, json_object_get(line, "nodes"));
	if (!why->err)
		read_metrics(&rd, json_object_get(line, "metrics"));
	if (!why->err)
		read_phases(&rd, json_object_get(line, "phases"));
	free(rd.names);
	return why->err;
}
