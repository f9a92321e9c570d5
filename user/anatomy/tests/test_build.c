// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A raw file written by hand, and its tree, computed by hand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/anatomy/build.h"
#include "user/anatomy/sums.h"

static const char kallsyms[] = "ffffffff81000000 T entry_SYSCALL_64\n"
			       "ffffffff81000008 T entry_SYSCALL_64_after_hwframe\n"
			       "ffffffff81000100 t __do_syscall_64_alias\n"
			       "ffffffff81000100 T do_syscall_64\n"
			       "ffffffff81000200 T kernel_clone\n"
			       "ffffffff81000300 t copy_page_range\n"
			       "ffffffff81000400 t copy_page_range.cold\n"
			       "ffffffff81000500 t helper.isra.0\n"
			       "ffffffff810005f0 t __pfx_tail_target\n"
			       "ffffffff81000600 T tail_target\n"
			       "ffffffff81000700 T do_exit\n"
			       "ffffffff81000800 T asm_sysvec_apic_timer_interrupt\n"
			       "ffffffff81000900 T ret_from_fork\n"
			       "ffffffff81000a00 D data_is_no_function\n"
			       "ffffffffa0000000 t module_function\t[ext4]\n";

/*
 * The user's main (node 1) calls spawn (2), which makes a system call (3). The kernel's function 5
 * calls copy_page_range (6), which calls itself (8), and from its cold part helper (7). It jumps to
 * tail_target, which calls helper (12).
 */
#define HEAD                                                                                       \
	"anatomy 1 quadword-steps\n"                                                               \
	"metrics cleared_bytes unheard_of\n"                                                       \
	"block 1 401000 10\n"                                                                      \
	"block 2 401100 8\n"                                                                       \
	"block 3 ffffffff81000000 12\n"                                                            \
	"block 4 ffffffff81000100 20\n"                                                            \
	"block 5 ffffffff81000200 30\n"                                                            \
	"block 6 ffffffff81000300 25\n"                                                            \
	"block 7 ffffffff81000400 5\n"                                                             \
	"block 8 ffffffff81000500 5\n"                                                             \
	"block 9 ffffffff81000600 2\n"                                                             \
	"block 10 ffffffff81000800 47\n"                                                           \
	"block 11 401118 5\n"                                                                      \
	"block 12 ffffffff81000900 20\n"                                                           \
	"block 13 ffffffff81000700 40\n"                                                           \
	"node 1 0 0 401000 task\n"                                                                 \
	"node 2 1 401010 401100 call\n"                                                            \
	"node 3 2 401110 ffffffff81000000 syscall\n"                                               \
	"node 4 3 ffffffff81000010 ffffffff81000100 call\n"                                        \
	"node 5 4 ffffffff81000110 ffffffff81000200 call\n"                                        \
	"node 6 5 ffffffff81000210 ffffffff81000300 call\n"                                        \
	"node 7 6 ffffffff81000404 ffffffff81000500 call\n"                                        \
	"node 8 6 ffffffff81000310 ffffffff81000300 call\n"                                        \
	"node 9 0 0 ffffffff81000800 interrupt\n"                                                  \
	"node 10 0 0 ffffffff81000900 task\n"                                                      \
	"node 11 10 ffffffff81000910 ffffffff81000700 call\n"                                      \
	"node 12 5 ffffffff81000602 ffffffff81000500 call\n"                                       \
	"task 1 0\n"                                                                               \
	"task 2 1\n"                                                                               \
	"task 3 1\n"

/* 40 instructions before the call's function; then 145. */
#define BIRTH_A                                                                                    \
	"segment 1 1000 1010 clock\nown 1 1 1 10\n"                                                \
	"segment 1 1010 1050 clone\nown 2 2 1 8\nown 3 3 1 12\nown 4 4 1 20\n"                     \
	"calls 3 1\ncalls 4 1\n"                                                                   \
	"segment 1 1050 1195 newtask\nown 5 5 1 30\nown 6 6 2 50 64 1\nown 6 7 1 5\n"              \
	"own 7 8 3 15\nown 8 6 2 40\nown 12 8 1 5\n"                                               \
	"calls 5 1\ncalls 6 2\ncalls 7 3\ncalls 8 2\ncalls 12 1\n"                                 \
	"segment 1 1195 1250 clone_return\nown 5 9 4 8\nown 9 10 1 47\ncalls 9 1\n"                \
	"segment 1 1250 1270 clock\nown 4 4 1 15\nown 2 11 1 5\n"                                  \
	"segment 1 1270 1280 switch\nown 3 3 1 10\n"                                               \
	"segment 2 1280 1300 first_run\nown 10 12 1 20\ncalls 10 1\n"                              \
	"segment 2 1300 1340 switch\nown 11 13 1 40\ncalls 11 1\n"                                 \
	"segment 1 1340 1345 reap\nown 4 4 1 5\n"                                                  \
	"segment 1 1345 1350 clock\nown 2 11 1 5\n"                                                \
	"segment 1 1350 1360 clock\nown 1 1 1 10\n"

/* The same without the recursion, and 20 more in copy_page_range. */
#define BIRTH_B                                                                                    \
	"segment 1 1360 1400 clone\nown 2 2 1 8\nown 3 3 1 12\nown 4 4 1 20\n"                     \
	"calls 3 1\ncalls 4 1\n"                                                                   \
	"segment 1 1400 1525 newtask\nown 5 5 1 30\nown 6 6 2 70 64 1\nown 6 7 1 5\n"              \
	"own 7 8 3 15\nown 12 8 1 5\n"                                                             \
	"calls 5 1\ncalls 6 2\ncalls 7 3\ncalls 12 1\n"                                            \
	"segment 1 1525 1580 clone_return\nown 5 9 4 8\nown 9 10 1 47\ncalls 9 1\n"                \
	"segment 1 1580 1600 clock\nown 4 4 1 15\nown 2 11 1 5\n"                                  \
	"segment 1 1600 1610 switch\nown 3 3 1 10\n"                                               \
	"segment 3 1610 1630 first_run\nown 10 12 1 20\ncalls 10 1\n"                              \
	"segment 3 1630 1670 switch\nown 11 13 1 40\ncalls 11 1\n"                                 \
	"segment 1 1670 1675 reap\nown 4 4 1 5\n"                                                  \
	"segment 1 1675 1680 clock\nown 2 11 1 5\n"                                                \
	"segment 1 1680 1690 mark\nown 1 1 1 10\nend\n"

static const char whole[] = HEAD BIRTH_A BIRTH_B;

static int read_text(struct raw *raw, const char *text, struct fault *why)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err = raw__read(raw, in, "raw", why);

	fclose(in);
	return err;
}

static struct symbols *read_symbols(const char *text)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	struct symbols *s = symbols__new();
	struct fault why;

	assert_int_equal(symbols__read_kernel(s, in, &why), 0);
	fclose(in);
	return s;
}

struct made {
	struct raw raw;
	struct raw_births births;
	struct symbols *symbols;
	struct call_tree tree;
};

static void make(struct made *m, const char *text, size_t most)
{
	struct fault why;

	*m = (struct made){.symbols = read_symbols(kallsyms)};
	assert_int_equal(read_text(&m->raw, text, &why), 0);
	assert_int_equal(raw_births__find(&m->births, &m->raw, most, &why), 0);
	assert_int_equal(anatomy_build(&m->tree, &m->raw, &m->births, m->symbols, &why), 0);
}

static void drop(struct made *m)
{
	call_tree__free(&m->tree);
	raw_births__free(&m->births);
	raw__free(&m->raw);
	symbols__free(m->symbols);
}

/* The node at a path of names, from its root on; fails if there is none. */
static const struct call_node *node_at(const struct call_tree *t, const char *path)
{
	char *copy = strdup(path), *rest = copy, *word;
	size_t parent = CALL_NO_PARENT, i = 0;

	while ((word = strsep(&rest, " "))) {
		for (i = 0; i < t->node_count; i++)
			if (t->nodes[i].parent == parent && !strcmp(t->nodes[i].name, word))
				break;
		if (i == t->node_count)
			fail_msg("no '%s' of '%s'", word, path);
		parent = i;
	}
	free(copy);
	return &t->nodes[i];
}

static void assert_node(const struct call_tree *t, const char *path, int64_t calls, int64_t own,
			int64_t total)
{
	const struct call_node *n = node_at(t, path);

	if (n->calls != calls || n->own != own || n->total != total)
		fail_msg("%s has %d calls, %d own, %d total", path, (int)n->calls, (int)n->own,
			 (int)n->total);
}

TEST(paths_of_addresses_become_a_tree_of_functions)
{
	static const char clone[] = "call 0x401100 entry_SYSCALL_64 do_syscall_64 kernel_clone";
	struct made m;
	char path[256];

	make(&m, whole, 1);
	assert_int_equal(m.births.n, 1);
	/* Of the last birth alone. */
	assert_node(&m.tree, "call", 1, 0, 193);
	drop(&m);

	make(&m, whole, 20);
	assert_int_equal(m.tree.births, 2);
	/* Medians of two are the lesser ones: of A 213 without the interrupt, of B 193. */
	assert_node(&m.tree, "call", 1, 0, 193);
	/* main executes nothing of the call: it is no part of the path. */
	assert_node(&m.tree, "call 0x401100", 0, 13, 193);
	assert_node(&m.tree, "call 0x401100 entry_SYSCALL_64", 1, 12, 180);
	assert_node(&m.tree, clone, 1, 30, 133);
	/* Its cold part and, in A, a call of itself are its own. */
	snprintf(path, sizeof(path), "%s copy_page_range", clone);
	assert_node(&m.tree, path, 2, 75, 90);
	snprintf(path, sizeof(path), "%s copy_page_range helper", clone);
	assert_node(&m.tree, path, 3, 15, 15);
	/* A function jumped to is below the one that jumps, and so is what it calls. */
	snprintf(path, sizeof(path), "%s tail_target", clone);
	assert_node(&m.tree, path, 4, 8, 13);
	snprintf(path, sizeof(path), "%s tail_target helper", clone);
	assert_node(&m.tree, path, 1, 5, 5);
	drop(&m);
}

TEST(the_parts_of_a_birth_are_apart)
{
	struct made m;

	make(&m, whole, 20);
	assert_node(&m.tree, "parent", 1, 0, 20);
	assert_node(&m.tree, "child", 1, 0, 20);
	assert_node(&m.tree, "child ret_from_fork", 1, 20, 20);
	assert_node(&m.tree, "exit", 1, 0, 40);
	assert_node(&m.tree, "exit do_exit", 1, 40, 40);
	assert_node(&m.tree, "interrupts asm_sysvec_apic_timer_interrupt", 1, 47, 47);
	assert_int_equal(node_at(&m.tree, "interrupts asm_sysvec_apic_timer_interrupt")->kind,
			 CALL_INTERRUPT);
	assert_int_equal(node_at(&m.tree, "call 0x401100 entry_SYSCALL_64")->kind, CALL_SYSCALL);
	assert_string_equal(node_at(&m.tree, "exit do_exit")->module, "kernel");
	/* The user's code has no file: 8 + 5 + 5. */
	assert_int_equal(m.tree.unresolved, 18);
	assert_string_equal(node_at(&m.tree, "call 0x401100")->module, "");
	drop(&m);
}

TEST(the_call_is_what_its_caller_s_clock_sees)
{
	struct made m;

	make(&m, whole, 20);
	assert_int_equal(raw_birth__call(&m.raw, &m.births.v[0]), 260);
	assert_int_equal(raw_birth__call(&m.raw, &m.births.v[1]), 240);
	assert_int_equal(m.births.parent, 1);
	drop(&m);
}

static const struct call_share *share_of(const struct call_phase *p, const char *name)
{
	for (size_t i = 0; i < p->share_count; i++)
		if (!strcmp(p->shares[i].name, name))
			return &p->shares[i];
	fail_msg("%s is not in %s", name, p->name);
	return NULL;
}

TEST(phases_have_the_functions_between_their_points)
{
	const struct call_phase *p;
	struct made m;

	make(&m, whole, 20);
	assert_int_equal(m.tree.phase_count, 2);
	/* No address space is copied, so the first one lasts until the child is visible. */
	p = &m.tree.phases[0];
	assert_string_equal(p->name, "clone_setup");
	assert_int_equal(p->instructions, 125);
	assert_string_equal(p->shares[0].name, "copy_page_range");
	assert_int_equal(p->shares[0].own, 75);
	assert_int_equal(p->shares[0].total, 90);
	assert_int_equal(share_of(p, "kernel_clone")->own, 30);
	/* With what it calls, and not the interrupt or what came before. */
	assert_int_equal(share_of(p, "kernel_clone")->total, 125);
	/* On both of its paths. */
	assert_int_equal(share_of(p, "helper")->own, 20);
	p = &m.tree.phases[1];
	assert_string_equal(p->name, "wake");
	assert_int_equal(p->instructions, 8);
	drop(&m);
}

TEST(a_file_without_a_call_between_clocks_has_no_birth)
{
	static const char text[] = HEAD "segment 1 1000 1010 clone\nown 2 2 1 8\nend\n";
	struct raw_births b;
	struct fault why;
	struct raw raw;

	assert_int_equal(read_text(&raw, text, &why), 0);
	assert_int_equal(raw_births__find(&b, &raw, 20, &why), -ENODATA);
	assert_non_null(strstr(why.text, "the parent made no process itself"));
	raw__free(&raw);
}

TEST(medians_are_the_lower_ones)
{
	int64_t odd[] = {9, 1, 5}, even[] = {4, 1, 3, 2}, one[] = {7};

	assert_int_equal(sums_median(odd, 3), 5);
	assert_int_equal(sums_median(even, 4), 2);
	assert_int_equal(sums_median(one, 1), 7);
}

TEST(metrics_are_read_and_those_without_a_name_are_skipped)
{
	struct made m;

	make(&m, whole, 20);
	assert_int_equal(m.raw.metric_count, 2);
	assert_int_equal(m.raw.metrics[0], METRIC_CLEARED_BYTES);
	assert_int_equal(m.raw.metrics[1], -1);
	assert_true(m.tree.has[METRIC_CLEARED_BYTES]);
	/* Without the model's events there is no estimate. */
	assert_false(m.tree.has[METRIC_CYCLES]);
	drop(&m);
}

TEST(what_the_plugin_does_not_write_is_refused_with_its_line)
{
	static const struct {
		const char *text, *fault;
	} bad[] = {
		{"", "breaks off"},
		{"anatomy 2 rule\nend\n", "line 1"},
		{HEAD, "breaks off"},
		{HEAD "segment 1 10 20 clock\nown 2 2 1", "line 32"},
		{HEAD "segment 1 10 20 clock\nown 2 2 1\nend\n", "line 32"},
		{HEAD "segment 1 10 20 clock\nown 13 2 1 1\nend\n", "line 32"},
		{HEAD "segment 1 10 20 clock\nown 2 14 1 1\nend\n", "line 32"},
		{HEAD "segment 1 10 20 clock\nown 2 2 -1 1\nend\n", "line 32"},
		{HEAD "segment 1 10 20 clock\nown 2 2 1 99999999999999999999\nend\n", "line 32"},
		/* 2^34 + 1: a sum over all records could overflow. */
		{HEAD "segment 1 10 20 clock\nown 2 2 1 17179869185\nend\n", "line 32"},
		{HEAD "segment 1 10 20 clock\ncalls 2 17179869185\nend\n", "line 32"},
		{HEAD "segment 1 10 20 clock\nown 2 2 1 1 2 3 4\nend\n", "line 32"},
		{HEAD "own 2 2 1 1\nend\n", "line 31"},
		{HEAD "segment 1 20 10 clock\nend\n", "line 31"},
		{HEAD "segment 1 10 20 clock\nsegment 1 15 30 clock\nend\n", "line 32"},
		{HEAD "segment 99999999 10 20 clock\nend\n", "line 31"},
		{HEAD "node 13 13 0 1 call\nend\n", "line 31"},
		{HEAD "node 13 14 0 1 call\nend\n", "line 31"},
		{HEAD "node 13 1 0 1 jump\nend\n", "line 31"},
		{HEAD "node 4294967297 1 0 1 call\nend\n", "line 31"},
		{HEAD "task 2 2\nend\n", "line 31"},
		{HEAD "block 1 zz 4\nend\n", "line 31"},
		{HEAD "nothing\nend\n", "line 31"},
		{HEAD "end\nend\n", "line 32"},
	};
	struct fault why;
	struct raw raw;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *text = *bad[i].text ? bad[i].text : "anatomy 1 r\n";

		assert_int_equal(read_text(&raw, text, &why), -EINVAL);
		if (!strstr(why.text, bad[i].fault))
			fail_msg("%zu: '%s' is not in '%s'", i, bad[i].fault, why.text);
	}
}

/* Whatever stands in a line, it is read or refused. */
TEST(a_file_with_random_faults_is_read_or_refused)
{
	static const char bytes[] = "0123456789abcdef \nox-";
	struct symbols *symbols = read_symbols(kallsyms);
	uint64_t x = 88172645463325252u;
	size_t refused = 0;

	for (int round = 0; round < 3000; round++) {
		char *text = strdup(whole);
		struct call_tree tree = {0};
		struct raw_births births;
		struct fault why;
		struct raw raw;

		for (int edit = 0; edit < 1 + round % 4; edit++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			text[x % strlen(text)] = bytes[(x >> 32) % (sizeof(bytes) - 1)];
		}
		if (read_text(&raw, text, &why)) {
			refused++;
		} else if (!raw_births__find(&births, &raw, 20, &why)) {
			assert_int_equal(anatomy_build(&tree, &raw, &births, symbols, &why), 0);
			call_tree__free(&tree);
			raw_births__free(&births);
			raw__free(&raw);
		} else {
			raw__free(&raw);
		}
		free(text);
	}
	assert_true(refused > 100 && refused < 3000);
	symbols__free(symbols);
}
