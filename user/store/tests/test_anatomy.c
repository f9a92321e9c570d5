// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/model/memory.h"
#include "user/store/store.h"
#include "user/tests/result_file.h"

int unit_setup(void **state)
{
	return make_folder(state);
}

int unit_teardown(void **state)
{
	return remove_folder(state);
}

/* A run line, and one more. */
static int read_line(const char *line, struct run *r, struct fault *why)
{
	static const char head[] =
		"{\"type\":\"run\",\"schema\":1,\"tool\":\"t\",\"command\":[],\"clock\":"
		"\"icount\",\"seed\":\"1\",\"environment\":{},\"phases\":{}}\n";
	char text[4096];

	snprintf(text, sizeof(text), "%s%s\n", head, line);
	return store_read(file_with(text, strlen(text)), r, why);
}

static void assert_same_share(const struct call_share *a, const struct call_share *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->module, b->module);
	assert_int_equal(a->own, b->own);
	assert_int_equal(a->total, b->total);
}

static void assert_same_node(const struct call_node *a, const struct call_node *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->module, b->module);
	assert_true(a->parent == b->parent);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->part, b->part);
	assert_int_equal(a->calls, b->calls);
	assert_int_equal(a->own, b->own);
	assert_int_equal(a->total, b->total);
	assert_memory_equal(a->metrics, b->metrics, sizeof(a->metrics));
}

static void assert_same(const struct call_tree *a, const struct call_tree *b)
{
	assert_int_equal(a->key_count, b->key_count);
	for (size_t i = 0; i < a->key_count; i++)
		assert_true(fact_same(&a->key[i], &b->key[i]));
	assert_string_equal(a->kernel, b->kernel);
	assert_int_equal(a->births, b->births);
	assert_int_equal(a->unresolved, b->unresolved);
	assert_memory_equal(a->has, b->has, sizeof(a->has));
	assert_int_equal(a->node_count, b->node_count);
	for (size_t i = 0; i < a->node_count; i++)
		assert_same_node(&a->nodes[i], &b->nodes[i]);
	assert_int_equal(a->phase_count, b->phase_count);
	for (size_t i = 0; i < a->phase_count; i++) {
		assert_string_equal(a->phases[i].name, b->phases[i].name);
		assert_int_equal(a->phases[i].instructions, b->phases[i].instructions);
		assert_int_equal(a->phases[i].share_count, b->phases[i].share_count);
		for (size_t k = 0; k < a->phases[i].share_count; k++)
			assert_same_share(&a->phases[i].shares[k], &b->phases[i].shares[k]);
	}
}

/* Writes the anatomies of a run, and reads them. */
static void write_and_read(const struct run *r, struct run *again)
{
	struct store *s = store__create(in_folder("run.jsonl"));
	struct fault why;

	assert_non_null(s);
	assert_int_equal(store__write_run(s, r), 0);
	for (size_t i = 0; i < r->anatomy_count; i++)
		assert_int_equal(store__write_anatomy(s, &r->anatomies[i]), 0);
	assert_int_equal(store__write_end(s, r), 0);
	assert_int_equal(store__close(s), 0);
	assert_int_equal(store_read(in_folder("run.jsonl"), again, &why), 0);
}

TEST(an_anatomy_is_read_as_it_was_written)
{
	struct run r, again;
	struct call_tree *t;
	struct fault why;

	assert_int_equal(store_read("user/tests/anatomies/program.jsonl", &r, &why), 0);
	assert_int_equal(r.anatomy_count, 1);
	assert_int_equal(r.cell_count, 1);
	t = &r.anatomies[0];
	assert_string_equal(t->kernel, "6.1.0-57-cloud-amd64");
	assert_int_equal(t->births, 3);
	assert_int_equal(t->unresolved, 31000);
	assert_string_equal(t->nodes[0].name, "call");
	assert_int_equal(t->nodes[0].kind, CALL_ROOT);
	assert_string_equal(t->nodes[1].name, "posix_spawn");
	assert_string_equal(t->nodes[1].module, "libc.so.6");
	assert_int_equal(t->nodes[1].own, 310);
	assert_int_equal(t->nodes[1].parent, 0);
	assert_string_equal(t->phases[0].name, "exec_load");
	for (size_t i = 0; i < t->node_count; i++)
		for (int m = 0; m < CALL_METRIC_COUNT; m++)
			t->nodes[i].metrics[m] = (int64_t)(100 * i) + m;
	memset(t->has, true, sizeof(t->has));
	write_and_read(&r, &again);
	assert_int_equal(again.anatomy_count, 1);
	assert_same(t, &again.anatomies[0]);
	run__free(&r);
	run__free(&again);
}

TEST(equal_names_of_a_tree_are_one)
{
	static const char *const given[] = {"m", "b", "z", "m", "a", "z", "n", ""};
	struct call_tree t = {0};
	const char *m = call_tree__name(&t, "m");

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		assert_string_equal(call_tree__name(&t, given[i]), given[i]);
	assert_ptr_equal(call_tree__name(&t, "m"), m);
	assert_int_equal(t.name_count, 6);
	for (size_t i = 0; i < t.name_count; i++) {
		assert_int_equal(call_tree__name_index(&t, t.names[i]), i);
		if (i)
			assert_true(strcmp(t.names[i - 1], t.names[i]) < 0);
	}
	call_tree__free(&t);
}

TEST(each_kind_and_part_has_a_word)
{
	for (int k = 0; k < CALL_KIND_COUNT; k++)
		assert_int_equal(call_kind_by_name(call_kind_name(k)), k);
	for (int p = 0; p < PART_COUNT; p++)
		assert_int_equal(call_part_by_name(call_part_name(p)), p);
	for (int m = 0; m < CALL_METRIC_COUNT; m++)
		assert_non_null(call_metric_name(m));
	assert_null(call_kind_name(CALL_KIND_COUNT));
	assert_null(call_part_name(PART_COUNT));
	assert_null(call_metric_name(CALL_METRIC_COUNT));
	assert_int_equal(call_kind_by_name("tail"), -1);
	assert_int_equal(call_part_by_name(""), -1);
}

#define HEAD                                                                                       \
	"{\"type\":\"anatomy\",\"key\":{\"method\":\"fork\"},\"kernel\":\"6.1\",\"births\":2,"     \
	"\"unresolved\":0,\"names\":[\"call\",\"\",\"fork\"],"
#define NODES(parent, name, kind, part, calls, own, total)                                         \
	"\"nodes\":{\"parent\":[" parent "],\"name\":[" name "],\"module\":[1,1],\"kind\":[" kind  \
	"],\"part\":[" part "],\"calls\":[" calls "],\"own\":[" own "],\"total\":[" total "]}"
#define KINDS "\"root\",\"call\""
#define PARTS "\"call\",\"call\""
#define GOOD  NODES("null,0", "0,2", KINDS, PARTS, "1,1", "1,4", "5,4")
#define TAIL  ",\"phases\":[]}"

TEST(the_smallest_anatomy_is_read)
{
	struct fault why;
	struct run r;

	assert_int_equal(read_line(HEAD GOOD TAIL, &r, &why), 0);
	assert_int_equal(r.anatomies[0].node_count, 2);
	assert_true(r.anatomies[0].nodes[0].parent == CALL_NO_PARENT);
	for (int m = 0; m < CALL_METRIC_COUNT; m++)
		assert_false(r.anatomies[0].has[m]);
	run__free(&r);
}

TEST(an_anatomy_that_is_not_as_described_is_refused_with_one_line)
{
	static const struct {
		const char *line, *fault;
	} bad[] = {
		{HEAD GOOD "}", "phases is not an array"},
		{HEAD "\"nodes\":[]" TAIL, "nodes is not an object"},
		{HEAD "\"nodes\":{}" TAIL, "nodes has none"},
		{HEAD NODES("null,1", "0,2", KINDS, PARTS, "1,1", "1,4", "5,4") TAIL,
		 "parent is no node before its child"},
		{HEAD NODES("null,-1", "0,2", KINDS, PARTS, "1,1", "1,4", "5,4") TAIL,
		 "parent is no node before its child"},
		{HEAD NODES("null,9223372036854775807", "0,2", KINDS, PARTS, "1,1", "1,4", "5,4")
			 TAIL,
		 "parent is no node before its child"},
		{HEAD NODES("null,null", "0,2", KINDS, PARTS, "1,1", "1,4", "5,4") TAIL,
		 "node 1: a root has no parent"},
		{HEAD NODES("null", "0,2", KINDS, PARTS, "1,1", "1,4", "5,4") TAIL,
		 "parent has 1 value where n is 2"},
		{HEAD NODES("null,0", "0,3", KINDS, PARTS, "1,1", "1,4", "5,4") TAIL,
		 "name is no place in names"},
		{HEAD NODES("null,0", "0,-2", KINDS, PARTS, "1,1", "1,4", "5,4") TAIL,
		 "name is no place in names"},
		{HEAD NODES("null,0", "0,2", "\"root\",\"jump\"", PARTS, "1,1", "1,4", "5,4") TAIL,
		 "kind holds jump"},
		{HEAD NODES("null,0", "0,2", "\"root\",1", PARTS, "1,1", "1,4", "5,4") TAIL,
		 "kind holds what is no string"},
		{HEAD NODES("null,0", "0,2", "\"root\",\"root\"", PARTS, "1,1", "1,4", "5,4") TAIL,
		 "node 1: a root has no parent"},
		{HEAD NODES("null,null", "0,2", "\"root\",\"root\"", PARTS, "1,1", "1,4", "5,4")
			 TAIL,
		 "a second root of part call"},
		{HEAD NODES("null,0", "0,2", KINDS, "\"call\"", "1,1", "1,4", "5,4") TAIL,
		 "part has not as many values"},
		{HEAD NODES("null,0", "0,2", KINDS, "\"call\",\"child\"", "1,1", "1,4", "5,4") TAIL,
		 "of another part than its parent"},
		{HEAD NODES("null,0", "0,2", KINDS, PARTS, "1,-1", "1,4", "5,4") TAIL,
		 "calls is out of range"},
		{HEAD NODES("null,0", "0,2", KINDS, PARTS, "1,null", "1,4", "5,4") TAIL,
		 "calls is out of range"},
		{HEAD NODES("null,0", "0,2", KINDS, PARTS, "1,1", "1,9223372036854775807", "5,4")
			 TAIL,
		 "own is out of range"},
		/* 2^41 + 1: a sum over all nodes could overflow. */
		{HEAD NODES("null,0", "0,2", KINDS, PARTS, "1,1", "1,4", "2199023255553,4") TAIL,
		 "total is out of range"},
		{HEAD GOOD ",\"metrics\":{\"cycles\":[1,2199023255553]}" TAIL,
		 "cycles is out of range"},
		{HEAD NODES("null,0", "0,2", KINDS, PARTS, "1,1", "1,5", "5,4") TAIL,
		 "node 1: own is more than total"},
		{HEAD NODES("null,0", "0,2", KINDS, PARTS, "1,1", "1,6", "5,6") TAIL,
		 "node 1: total is more than that of its parent"},
		{HEAD GOOD ",\"metrics\":{\"cycles\":1}" TAIL, "cycles is not an array"},
		{HEAD GOOD ",\"metrics\":{\"cycles\":[1]}" TAIL, "cycles has 1 value"},
		{HEAD GOOD ",\"phases\":[{\"name\":\"wake\",\"instructions\":1}]}",
		 "functions is not an array"},
		{HEAD GOOD ",\"phases\":[{\"name\":\"wake\",\"instructions\":1,\"functions\":"
			   "[[2,1,1]]}]}",
		 "functions has 3 values"},
		{HEAD GOOD ",\"phases\":[{\"name\":\"wake\",\"instructions\":1,\"functions\":"
			   "[[9,1,1,1]]}]}",
		 "functions is no place in names"},
		{"{\"type\":\"anatomy\",\"key\":{},\"kernel\":\"6.1\",\"births\":0}",
		 "births is 0"},
		{"{\"type\":\"anatomy\",\"key\":{},\"births\":1}", "kernel is not a string"},
	};
	struct fault why;
	struct run r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_line(bad[i].line, &r, &why), -EINVAL);
		if (!strstr(why.text, bad[i].fault))
			fail_msg("'%s' is not in '%s'", bad[i].fault, why.text);
		assert_non_null(strstr(why.text, "line 2"));
		assert_null(strchr(why.text, '\n'));
	}
}

/* A path of 1,001 calls below a root. */
TEST(a_tree_that_is_too_deep_is_refused)
{
	static const size_t count = CALL_DEPTH_MAX + 2;
	struct run r = {0}, again;
	static char *const args[] = {NULL};
	struct call_tree *t;
	struct fault why;
	struct store *s;

	assert_int_equal(run__begin(&r, "anatomy", args, CLOCK_OF_LAB), 0);
	t = run__add_anatomy(&r);
	assert_non_null(t);
	t->births = 1;
	assert_int_equal(text_copy(&t->kernel, "6.1"), 0);
	t->nodes = calloc(count, sizeof(*t->nodes));
	t->node_count = count;
	for (size_t i = 0; i < count; i++)
		t->nodes[i] = (struct call_node){.name = call_tree__name(t, "f"),
						 .module = call_tree__name(t, ""),
						 .parent = i ? i - 1 : CALL_NO_PARENT,
						 .kind = i ? CALL_CALL : CALL_ROOT};
	t->node_count--;
	write_and_read(&r, &again);
	run__free(&again);
	t->node_count++;
	s = store__create(in_folder("run.jsonl"));
	assert_int_equal(store__write_run(s, &r), 0);
	assert_int_equal(store__write_anatomy(s, t), 0);
	assert_int_equal(store__close(s), 0);
	assert_int_equal(store_read(in_folder("run.jsonl"), &again, &why), -EINVAL);
	assert_non_null(strstr(why.text, "more than 1000 calls deep"));
	run__free(&r);
}
