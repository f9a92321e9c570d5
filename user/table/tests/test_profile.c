// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The summary of births that are made up. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/groups.h"
#include "user/table/profile.h"
#include "user/tests/harmless.h"
#include "user/tests/sample_birth.h"

static char text[1 << 20];

static int64_t unseen, untracked;

static void summary(struct groups *g, const struct phase_origin *phases)
{
	const struct profile_summary s = {
		.what = "'x " SAMPLE_HOSTILE "'",
		.clock = "monotonic",
		.groups = g,
		.phases = phases,
		.ns = 2000000000,
		.kernel = MISSING,
		.run_ns = MISSING,
		.unseen = unseen,
		.untracked = untracked,
		.top = 2,
	};
	FILE *out = fmemopen(text, sizeof(text), "w");

	groups__sort(g);
	assert_int_equal(table_profile_print(&s, out, false), 0);
	fclose(out);
}

TEST(the_summary_fits_whatever_the_names)
{
	const struct phase_origin phases[PHASE_COUNT] = {
		[PHASE_reap] = {.absent = "because " SAMPLE_HOSTILE},
	};
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
	summary(&g, phases);
	assert_non_null(strstr(text, "\n2700 births, 300 failed, 0 lost\n"));
	assert_non_null(strstr(text, "more groups with"));
	assert_non_null(strstr(text, "ENOMEM ("));
	assert_non_null(strstr(text, "1.0G"));
	assert_non_null(strstr(text, "Not measured: reap: because"));
	assert_harmless(text);
	groups__free(&g);
}

TEST(births_that_were_missed_come_first)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
	struct birth b = sample_birth(1, 2, 1000);
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	assert_int_equal(groups__add(&g, &b), 0);
	groups__count_received(&g);
	unseen = 3;
	untracked = 2;
	summary(&g, phases);
	unseen = untracked = 0;
	assert_ptr_equal(strstr(text, "3 births made no record: "), text);
	assert_non_null(strstr(text, "\n2 children could not be followed: "));
	assert_non_null(strstr(text, "\nat least 1 births, 0 failed, 0 lost\n"));
	assert_null(strstr(text, "in the call"));
	summary(&g, phases);
	assert_null(strstr(text, "at least"));
	groups__free(&g);
}

/* A p99 of few is their maximum, and none; loss is what the summary begins with. */
TEST(what_is_not_known_is_not_shown)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
	struct birth b = sample_birth(1, 2, 1000);
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	assert_int_equal(groups__add(&g, &b), 0);
	groups__count_received(&g);
	summary(&g, phases);
	assert_null(strstr(text, "P99"));
	assert_null(strstr(text, "ERRORS"));
	assert_null(strstr(text, "REAP"));
	g.all.counts.lost = 7;
	summary(&g, phases);
	assert_true(strstr(text, "records were lost") && strstr(text, "were lost") < text + 80);
	groups__free(&g);
}

TEST(nothing_seen_is_said_in_short)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
	struct groups g;

	groups__init(&g, GROUP_BY_PID);
	summary(&g, phases);
	assert_non_null(strstr(text, "\n0 births, 0 failed, 0 lost\n"));
	groups__free(&g);
}

/* copy_mm alone, to that with finish, faults, and the drop at exec; held from the wake-up on. */
TEST(what_posix_spawn_would_save_is_estimated)
{
	const struct phase_origin phases[PHASE_COUNT] = {0};
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
	assert_int_equal(g.v[1].spawnable.n, 0);
	groups__count_received(&g);
	summary(&g, phases);
	assert_non_null(strstr(text, "parent: 100 forks that exec, as posix_spawn: 600 µs to "
				     "850 µs less work"));
	assert_non_null(strstr(text, "snapshot: 1 forks, none execs: no case for posix_spawn; "
				     "5.01 ms"));
	assert_harmless(text);
	groups__free(&g);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
