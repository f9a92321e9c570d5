// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Advice whose condition is a count: given from there on, and not below. */
#include <math.h>
#include <string.h>
#include <sys/syscall.h>

#include "bench/tests/unit.h"
#include "user/answers/advice.h"
#include "user/tests/sample_birth.h"

static struct groups g;
static struct advices a;
static struct strbuf text;

static int tear_down(void **state)
{
	advices__free(&a);
	groups__free(&g);
	strbuf__free(&text);
	return 0;
}

static void advise(const struct birth *b, int n)
{
	tear_down(NULL);
	groups__init(&g, GROUP_BY_COMM);
	for (int i = 0; i < n; i++)
		assert_int_equal(groups__add(&g, b), 0);
	assert_int_equal(advices__of(&a, &g, 20, NULL, "monotonic"), 0);
}

/* The advice whose sentence has these words; NULL: none. */
static const struct advice *find(const char *words)
{
	for (size_t i = 0; i < a.n; i++)
		if (strstr(strbuf__text(&a.v[i].what), words))
			return &a.v[i];
	return NULL;
}

TEST_BETWEEN(few_vmas_are_left_alone, NULL, tear_down)
{
	struct birth b = sample_birth(1, 2, 1000);

	/* Of 6 us in copy_mm, 5 are in copy_pages. */
	b.life.count[COUNT_parent_vmas] = 999;
	advise(&b, 100);
	assert_null(find("VMAs"));
	b.life.count[COUNT_parent_vmas] = 1000;
	advise(&b, 100);
	assert_string_equal(find("VMAs")->what.text, "fewer VMAs: there are 1,000 at a fork");
	assert_true(find("VMAs")->saved.low == 0 && find("VMAs")->saved.high == 100000);
	advise(&b, 99);
	assert_null(find("VMAs"));
	b.life.sum[SUM_copy_pages] = MISSING;
	advise(&b, 100);
	assert_true(isnan(find("VMAs")->saved.low));
	advice_add_saving(&text, find("VMAs"), "monotonic");
	assert_non_null(strstr(text.text, "saving not known (--detail full measures copy_pages"));
	b.life.count[COUNT_parent_vmas] = MISSING;
	advise(&b, 100);
	assert_null(find("VMAs"));
}

TEST_BETWEEN(few_descriptors_are_left_alone, NULL, tear_down)
{
	struct birth b = sample_exec_birth(1, 2, 1000);

	/* 0.5 us before the exec. */
	b.life.count[COUNT_parent_fds] = 256;
	advise(&b, 200);
	assert_non_null(find("close_range, if children close 256 descriptors one by one (--sys"));
	assert_true(find("close_range")->saved.low == 0);
	assert_true(find("close_range")->saved.high == 100000);
	advise(&b, 199);
	assert_null(find("close_range"));
	b.life.count[COUNT_parent_fds] = 255;
	advise(&b, 200);
	assert_null(find("close_range"));
	b.life.count[COUNT_parent_fds] = MISSING;
	advise(&b, 200);
	assert_null(find("close_range"));
	/* Counted, it is their closes that say so, not the parent's descriptors. */
	b.life.count[COUNT_child_syscalls] = 300;
	b.life.syscall[0] = (struct syscall_kind){SYS_close, 299};
	advise(&b, 200);
	assert_non_null(find("close_range: a child closes 299 descriptors one by one"));
	advices_add_basis(&text, &a, a.n, NULL, "monotonic");
	assert_non_null(strstr(text.text, "pre_exec, which counting system calls made longer"));
	b.life.syscall[0].nr = SYS_read;
	b.life.count[COUNT_parent_fds] = 256;
	advise(&b, 200);
	assert_null(find("close_range"));
}

/* An exec that drops the copy for 1 ms: with a calibration of posix_spawn that is sure, too. */
TEST_BETWEEN(what_follows_from_the_copy_is_saved_too, NULL, tear_down)
{
	struct calibration c = {.v = {[FIGURE_posix_spawn] = {10000, 20000, 30000, NULL}}};
	struct birth b = sample_exec_birth(1, 2, 1000);

	for (int i = 0; i < FIGURE_COUNT; i++)
		c.v[i].absent = i == FIGURE_posix_spawn ? NULL : (char[]){"not here"};
	b.life.edge[EDGE_exec_load] += 1000000;
	b.life.edge[EDGE_exec_done] += 1000000;
	advise(&b, 1);
	assert_true(find("posix_spawn")->saved.low == 6000);
	assert_true(find("posix_spawn")->saved.high == 6000 + 1000 + 1001000 + 1000 + 1000 + 500);
	advices__free(&a);
	assert_int_equal(advices__of(&a, &g, 20, &c, "monotonic"), 0);
	/* The exec takes 1 us to open its program. */
	assert_true(find("posix_spawn")->saved.low == 6000 + 1000 + 1001000 - 31000);
}

TEST_BETWEEN(threads_are_named_where_there_are_some, NULL, tear_down)
{
	struct birth b = sample_birth(1, 2, 1000);

	b.life.edge[EDGE_mm_end] += 5000000;
	advise(&b, 1);
	assert_non_null(find("before the heap, or"));
	b.life.count[COUNT_parent_threads] = 3;
	advise(&b, 1);
	assert_non_null(find("before the heap and threads, or"));
}

/* A basis is there once, and only if a saving has it. */
TEST_BETWEEN(a_basis_is_there_once, NULL, tear_down)
{
	struct birth b = sample_exec_birth(1, 2, 1000);
	const char *at;

	advise(&b, 20);
	for (int i = 0; i < 100; i++) {
		strcpy(b.comm, i % 2 ? "other" : "third");
		assert_int_equal(groups__add(&g, &b), 0);
	}
	advices__free(&a);
	assert_int_equal(advices__of(&a, &g, 20, NULL, "monotonic"), 0);
	advices_add_basis(&text, &a, a.n, NULL, "monotonic");
	at = strstr(strbuf__text(&text), "posix_spawn: ");
	assert_non_null(at);
	assert_null(strstr(at + 1, "posix_spawn: "));
	assert_null(strstr(text.text, "helper"));
	strbuf__clear(&text);
	advices_add_basis(&text, &a, 0, NULL, "monotonic");
	assert_string_equal(strbuf__text(&text), "");
}
