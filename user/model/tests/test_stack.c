// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stacks: each once, as people read them, and in a result file. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/groups.h"
#include "user/model/birth.h"
#include "user/store/birth_reader.h"
#include "user/tests/birth_as_json.h"
#include "user/tests/sample_birth.h"

#define FRAMES(text) text, sizeof(text)

TEST(equal_frames_are_one_stack)
{
	struct stack_table t = {0};
	const struct stack *a = stack_table__intern(&t, FRAMES("fork\0c\0main"), 3, 1);
	const struct stack *b = stack_table__intern(&t, FRAMES("fork\0d\0main"), 3, 1);

	assert_string_equal(a->all, "fork < c < main");
	assert_string_equal(a->own, "c < main");
	assert_int_equal(a->id, 1);
	assert_int_equal(b->id, 2);
	assert_ptr_equal(stack_table__intern(&t, FRAMES("fork\0c\0main"), 3, 1), a);
	/* Of nothing but the C library's frames all are shown. */
	a = stack_table__intern(&t, FRAMES("fork\0clone"), 2, 2);
	assert_string_equal(a->own, "fork < clone");
	assert_int_equal(a->libc, 0);
	/* Other frames that read the same. */
	a = stack_table__intern(&t, FRAMES("x\0y < z"), 2, 1);
	assert_ptr_equal(stack_table__intern(&t, FRAMES("x < y\0z"), 2, 1), a);
	assert_ptr_equal(stack_table__intern(&t, FRAMES("x\0y < z"), 2, 1), a);
	assert_ptr_equal(stack_table__intern(&t, FRAMES("x < y\0z"), 2, 1), a);
	assert_int_equal(t.n, 4);
	a = stack_table__intern_text(&t, "[unknown: gone]");
	assert_string_equal(a->own, "[unknown: gone]");
	assert_int_equal(a->count, 1);
	stack_table__free(&t);
}

TEST(there_is_an_end_to_stacks)
{
	struct stack_table t = {0};
	const struct stack *s = NULL, *first = stack_table__intern_text(&t, "0");
	char text[32];

	for (int i = 1; i < GROUPS_MAX + 10; i++) {
		snprintf(text, sizeof(text), "%d", i);
		s = stack_table__intern_text(&t, text);
		assert_non_null(s);
	}
	assert_int_equal(t.n, GROUPS_MAX);
	assert_string_equal(s->all, "(other stacks)");
	assert_ptr_equal(stack_table__intern_text(&t, "0"), first);
	stack_table__free(&t);
}

static struct birth birth_of(const struct stack *s)
{
	struct birth b = sample_birth(1, 7, 1000);

	b.stack = s;
	return b;
}

TEST(a_stack_comes_back_with_its_birth)
{
	struct stack_table t = {0}, again = {0};
	struct birth a =
		birth_of(stack_table__intern(&t, FRAMES("fork\0a\033\xff < b\0main"), 3, 1));
	struct birth b = {0}, c = {0};
	struct reason why;
	json_t *line = birth_as_json(&a);

	assert_non_null(line);
	assert_int_equal(store_decode_birth(line, &again, &b, &why), 0);
	assert_int_equal(store_decode_birth(line, &again, &c, &why), 0);
	assert_ptr_equal(b.stack, c.stack);
	assert_int_equal(b.stack->count, 3);
	assert_int_equal(b.stack->libc, 1);
	assert_string_equal(b.stack->own, "a\033\xef\xbf\xbd < b < main");
	json_decref(line);
	/* No stack, none taken. */
	a.stack = b.stack = NULL;
	line = birth_as_json(&a);
	assert_null(json_object_get(line, "stack"));
	assert_int_equal(store_decode_birth(line, &again, &b, &why), 0);
	assert_null(b.stack);
	json_decref(line);
	stack_table__free(&t);
	stack_table__free(&again);
}

/* A result file has no inodes: an empty name means a kernel thread. */
TEST(programs_and_kernel_threads_without_a_stack_differ)
{
	struct birth lost = birth_of(NULL), kernel = birth_of(NULL);
	struct groups g;

	kernel.exe[0] = '\0';
	groups__init(&g, GROUP_BY_STACK);
	assert_int_equal(groups__add(&g, &lost), 0);
	assert_int_equal(groups__add(&g, &kernel), 0);
	assert_int_equal(g.n, 2);
	assert_string_equal(g.v[0].label, "[unknown: stack lost]");
	assert_string_equal(g.v[1].label, "(kernel thread)");
	groups__free(&g);
}
