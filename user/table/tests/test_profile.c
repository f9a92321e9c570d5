// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The summary of births that are made up. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/groups.h"
#include "user/table/profile.h"
#include "user/table/table.h"
#include "user/tests/harmless.h"
#include "user/tests/sample_birth.h"

static char text[1 << 20];

static struct run run;

static void summary(struct groups *g)
{
	static char hostile[] = "x " SAMPLE_HOSTILE;
	char *command[] = {"spawnscope", "profile", "--", hostile, NULL};
	struct spans calls = {0};
	struct profile_summary s;
	FILE *out = fmemopen(text, sizeof(text), "w");

	run.clock = "monotonic";
	run.ended = true;
	run.command = command;
	run.end.duration_ns = 2000000000;
	groups__sort(g);
	s = profile_summary__of(&run, g, &calls);
	s.top = 2;
	s.views = TABLE_VIEWS_ALL;
	assert_int_equal(table_profile_print(&s, out, false), 0);
	fclose(out);
	run = (struct run){0};
}

TEST(what_ran_proc_self_exe_has_its_program_s_name)
{
	struct birth b = sample_birth(1, 2, 1000);
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	strcpy(b.comm, "exe");
	strcpy(b.exe, "runc");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(groups__add(&g, &b), 0);
		assert_int_equal(g.n, 1);
		assert_string_equal(g.v[0].label, "exe (runc)");
	}
	strcpy(b.exe, "chrome");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(groups__add(&g, &b), 0);
		assert_string_equal(g.v[0].label, "exe (several)");
	}
	strcpy(b.comm, "exec");
	assert_int_equal(groups__add(&g, &b), 0);
	assert_string_equal(g.v[1].label, "exec");
	groups__free(&g);
}

TEST(the_summary_fits_whatever_the_names)
{
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	for (uint32_t i = 1; i <= 3000; i++) {
		struct birth b = sample_birth(1, i, 1000ULL * i * 100000);

		snprintf(b.comm, sizeof(b.comm), i % 3 ? "\033[3%um\n" : "plain-%u", i % 4);
		b.life.edge[EDGE_clone_return] += (uint64_t)i * i * i;
		if (i % 10 == 0)
			b.life.result = -ENOMEM;
		assert_int_equal(groups__add(&g, &b), 0);
	}
	groups__count_received(&g);
	run.phases[PHASE_reap].absent = "because " SAMPLE_HOSTILE;
	summary(&g);
	assert_ptr_equal(strstr(text, "300 calls failed:\n  fork by "), text);
	assert_non_null(strstr(text, "\n2700 births, "));
	assert_non_null(strstr(text, "more groups with"));
	assert_non_null(strstr(text, "ENOMEM ("));
	assert_non_null(strstr(text, "1.0G"));
	assert_non_null(strstr(text, "\nreap            absent: because"));
	assert_harmless(text);
	groups__free(&g);
}

TEST(births_that_were_missed_come_first)
{
	struct birth b = sample_birth(1, 2, 1000);
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	assert_int_equal(groups__add(&g, &b), 0);
	groups__count_received(&g);
	run.end.births_unseen = 3;
	run.end.untracked = 2;
	summary(&g);
	assert_ptr_equal(strstr(text, "3 births made no record: "), text);
	assert_non_null(strstr(text, "\n2 children could not be followed: "));
	assert_non_null(strstr(text, "\nat least 1 birth, "));
	assert_null(strstr(text, "in the call"));
	summary(&g);
	assert_null(strstr(text, "at least"));
	groups__free(&g);
}

/* A p99 of few is their maximum, and none; loss is what the summary begins with. */
TEST(what_is_not_known_is_not_shown)
{
	struct birth b = sample_birth(1, 2, 1000);
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	assert_int_equal(groups__add(&g, &b), 0);
	groups__count_received(&g);
	summary(&g);
	assert_null(strstr(text, "P99"));
	assert_null(strstr(text, "ERRORS"));
	assert_null(strstr(text, "REAP"));
	g.all.counts.lost = 7;
	summary(&g);
	assert_true(strstr(text, "records were lost") && strstr(text, "were lost") < text + 80);
	groups__free(&g);
}

TEST(nothing_seen_is_said_in_short)
{
	struct groups g;

	groups__init(&g, GROUP_BY_PID);
	summary(&g);
	assert_non_null(strstr(text, "\n0 births in 2.00 s\nCommand: x a"));
	groups__free(&g);
}

/* copy_mm alone, to that with finish, faults, and the drop at exec; held from the wake-up on. */
TEST(what_posix_spawn_would_save_is_estimated)
{
	struct birth b = sample_exec_birth(1, 2, 1000000), stays = sample_birth(1, 3, 1000000);
	struct groups g;

	b.life.sum[SUM_cow_child] = 300;
	b.life.sum[SUM_cow_parent] = 200;
	strcpy(stays.comm, "snapshot");
	stays.life.edge[EDGE_mm_end] += 5000000;
	stays.life.edge[EDGE_newtask] += 5000000;
	groups__init(&g, GROUP_BY_COMM);
	for (int i = 0; i < 100; i++)
		assert_int_equal(groups__add(&g, &b), 0);
	assert_int_equal(groups__add(&g, &stays), 0);
	assert_int_equal(g.v[0].spawnable.n, 100);
	assert_true(g.v[0].spawnable.least_ns == 100 * 6000);
	assert_true(g.v[0].spawnable.most_ns == 100 * (6000 + 1000 + 500 + 1000));
	assert_true(g.v[0].spawnable.held_ns == 100 * 3500);
	assert_true(g.v[0].spawnable.rest_ns == 100 * (1000 + 1000 + 500 - 300));
	assert_int_equal(g.v[1].spawnable.n, 0);
	groups__count_received(&g);
	summary(&g);
	assert_non_null(strstr(text,
			       "saves 600 µs to 1.07 ms: parent: posix_spawn or vfork for 100 "
			       "forks that exec\n"));
	assert_non_null(strstr(text, "saves up to 5.01 ms: snapshot: forking before the heap"));
	assert_harmless(text);
	groups__free(&g);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}

static void add_stack(struct groups *g, struct stack_table *stacks, const char *frames,
		      size_t bytes)
{
	struct birth b = sample_birth(1, 2, 1000);
	size_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += !frames[i];
	b.stack = stack_table__intern(stacks, frames, bytes, count, 1);
	assert_int_equal(groups__add(g, &b), 0);
}

/* Two of a runtime: its source is there once. A program of none has its path alone. */
TEST(forks_by_stack_say_why)
{
	static const char node[] = "fork\0uv_spawn\0main", other[] = "fork\0uv_spawn\0b\0main",
			  own[] = "fork\0" SAMPLE_HOSTILE "\0main";
	struct stack_table stacks = {0};
	struct groups g;

	groups__init(&g, GROUP_BY_STACK);
	add_stack(&g, &stacks, node, sizeof(node));
	add_stack(&g, &stacks, other, sizeof(other));
	groups__count_received(&g);
	summary(&g);
	assert_non_null(strstr(text, "\nWhy is it a fork?\n"
				     "#1 1 fork: fork < uv_spawn < main: libuv:"));
	assert_non_null(strstr(text, "\n#2 1 fork: fork < uv_spawn < b < main: libuv:"));
	assert_non_null(strstr(text, "libuv/commit/40d45efeb (20"));
	assert_null(strstr(strstr(text, "commit/40d45efeb") + 1, "commit/40d45efeb"));
	groups__free(&g);
	groups__init(&g, GROUP_BY_STACK);
	add_stack(&g, &stacks, own, sizeof(own));
	groups__count_received(&g);
	summary(&g);
	assert_non_null(strstr(text, "\nWhy is it a fork?\n#1 1 fork: fork < a"));
	assert_null(strstr(text, "Sources"));
	assert_harmless(text);
	groups__free(&g);
	stack_table__free(&stacks);
}
