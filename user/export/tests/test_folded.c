// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "bench/tests/unit.h"
#include "user/export/folded.h"
#include "user/export/format.h"
#include "user/tests/sample_birth.h"

static char text[1 << 16];

static void write_folded(struct groups *g, enum folded_weight weight)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	text[0] = '\0';
	groups__sort(g);
	assert_int_equal(folded_write(g, weight, out), 0);
	fclose(out);
}

static void add(struct groups *g, const struct stack *s, int64_t call_ns)
{
	struct birth b = sample_birth(1, 2, 1000000);

	b.stack = s;
	snprintf(b.exe, sizeof(b.exe), "program");
	b.life.edge[EDGE_clone_return] = b.life.edge[EDGE_clone_enter] + (uint64_t)call_ns;
	assert_int_equal(groups__add(g, &b), 0);
}

/* Each line is what the readers of the format take it for, whatever the names are. */
static void check_grammar(size_t lines)
{
	char *rest = text, *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		char *blank = strchr(line, ' ');

		assert_non_null(blank);
		assert_int_equal(strspn(blank + 1, "0123456789"), strlen(blank + 1));
		*blank = '\0';
		assert_non_null(strrchr(line, ';'));
		assert_null(strstr(line, ";;"));
		for (const char *c = line; *c; c++)
			assert_true((unsigned char)*c > ' ' && *c != 0x7f);
		n++;
	}
	assert_int_equal(n, lines);
}

TEST(a_line_has_the_outermost_function_first_and_the_weight_last)
{
	static const char a[] = "fork\0c\0a\0main", b[] = "fork\0c\0b;x y\0main";
	struct stack_table stacks = {0};
	struct groups g;

	groups__init(&g, GROUP_BY_STACK);
	for (int i = 0; i < 3; i++)
		add(&g, stack_table__intern(&stacks, a, sizeof(a), 4, 1), 1500000);
	add(&g, stack_table__intern(&stacks, b, sizeof(b), 4, 1), 700499);
	add(&g, NULL, 1000);
	groups__count_received(&g);
	g.sort = GROUP_SORT_CALL;
	write_folded(&g, FOLDED_BIRTHS);
	assert_string_equal(text, "main;a;c;fork;[fork] 3\n"
				  "main;b\\x3bx\\x20y;c;fork;[fork] 1\n"
				  "[unknown:\\x20stack\\x20lost];[fork] 1\n");
	write_folded(&g, FOLDED_CALL);
	assert_string_equal(text, "main;a;c;fork;[fork] 4500\n"
				  "main;b\\x3bx\\x20y;c;fork;[fork] 700\n"
				  "[unknown:\\x20stack\\x20lost];[fork] 1\n");
	check_grammar(3);
	groups__free(&g);
	stack_table__free(&stacks);
}

TEST(any_byte_in_a_name_stays_in_its_frame)
{
	struct stack_table stacks = {0};
	struct groups g;

	groups__init(&g, GROUP_BY_STACK);
	for (int i = 1; i < 256; i++) {
		char frames[] = {'f', (char)i, 'g', '\0', 'm', '\0'};

		add(&g, stack_table__intern(&stacks, frames, sizeof(frames), 2, 0), 2000);
	}
	groups__count_received(&g);
	write_folded(&g, FOLDED_BIRTHS);
	check_grammar(255);
	groups__free(&g);
	stack_table__free(&stacks);
}

TEST(stacks_without_a_weight_have_no_line)
{
	struct stack_table stacks = {0};
	struct birth b = sample_birth(1, 2, 1000000);
	struct groups g;

	groups__init(&g, GROUP_BY_STACK);
	b.stack = stack_table__intern_text(&stacks, "[unknown: gone]");
	b.life.edge[EDGE_clone_return] = 0;
	assert_int_equal(groups__add(&g, &b), 0);
	groups__count_received(&g);
	write_folded(&g, FOLDED_CALL);
	assert_string_equal(text, "");
	groups__free(&g);
	stack_table__free(&stacks);
}

TEST(groups_are_sorted_by_what_was_asked_for)
{
	static const struct {
		enum group_sort sort;
		const char *first;
	} cases[] = {
		{GROUP_SORT_NAME, "a-few-long"}, {GROUP_SORT_BIRTHS, "many-short"},
		{GROUP_SORT_MAX, "a-few-long"},	 {GROUP_SORT_MEDIAN, "a-few-long"},
		{GROUP_SORT_ERRORS, "z-fails"},
	};
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	for (int i = 0; i < 30; i++) {
		struct birth b = sample_birth(1, 2, 1000000);
		const char *comm = i < 20 ? "many-short" : i < 22 ? "a-few-long" : "z-fails";

		memset(b.comm, 0, sizeof(b.comm));
		snprintf(b.comm, sizeof(b.comm), "%s", comm);
		b.life.edge[EDGE_clone_return] =
			b.life.edge[EDGE_clone_enter] + (i < 20 ? 1000 : 50000);
		if (i > 25)
			b.life.result = -ENOMEM;
		if (i >= 22)
			b.life.edge[EDGE_clone_return] = b.life.edge[EDGE_clone_enter] + 10;
		assert_int_equal(groups__add(&g, &b), 0);
	}
	groups__count_received(&g);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		g.sort = cases[i].sort;
		groups__sort(&g);
		assert_string_equal(g.v[0].label, cases[i].first);
	}
	groups__free(&g);
}
