// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/gate/budget/check.h"
#include "user/model/birth.h"
#include "user/tests/sample_run.h"

static int parse_bytes(const char *text, size_t size, struct budget *b, struct fault *why)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int err = budget_read(in, "b", b, why);

	fclose(in);
	return err;
}

static int parse(const char *text, struct budget *b, struct fault *why)
{
	return parse_bytes(text, strlen(text), b, why);
}

static void assert_refused(const char *text, const char *want)
{
	struct budget b;
	struct fault why;

	assert_int_equal(parse(text, &b, &why), -EINVAL);
	assert_string_equal(why.text, want);
	assert_null(b.rules);
}

TEST(rules_are_read)
{
	struct budget b;
	struct fault why;

	assert_int_equal(
		parse("# a comment\n"
		      "\n"
		      "  copy_mm.p99 <= 2ms  # the issue's own\r\n"
		      "fork.births where rss >= 1GiB == 0\n"
		      "cow_parent.count <= 10000\n"
		      "posix_spawn.spawn.mean<1.5us\n"
		      "ptes_copied where rss_bytes < 64M and pages != thp and trace == all > 12\n"
		      "failed == 0",
		      &b, &why),
		0);
	assert_int_equal(b.count, 6);
	assert_string_equal(b.rules[0].text, "copy_mm.p99 <= 2ms");
	assert_int_equal(b.rules[0].line, 3);
	assert_ptr_equal(b.rules[0].metric, metric_of_phase(PHASE_copy_mm));
	assert_true(b.rules[0].quantile == 0.99 && b.rules[0].limit == 2e6 && b.rules[0].timed);
	assert_int_equal(b.rules[0].op, OP_AT_MOST);
	assert_true(b.rules[1].births);
	assert_string_equal(b.rules[1].method, "fork");
	assert_int_equal(b.rules[1].condition_count, 1);
	assert_string_equal(b.rules[1].conditions[0].axis->name, "rss_bytes");
	assert_true(b.rules[1].conditions[0].number == 0x1p30);
	assert_int_equal(b.rules[1].op, OP_EQUAL);
	assert_ptr_equal(b.rules[2].metric, metric_of_count(COUNT_cow_faults_parent));
	assert_true(b.rules[2].limit == 10000 && !b.rules[2].timed);
	assert_string_equal(b.rules[3].method, "posix_spawn");
	assert_int_equal(b.rules[3].stat, STAT_MEAN);
	assert_true(b.rules[3].limit == 1500);
	assert_int_equal(b.rules[4].condition_count, 3);
	assert_string_equal(b.rules[4].conditions[1].word, "thp");
	assert_string_equal(b.rules[5].metric->name, "failed");
	budget_free(&b);
	assert_int_equal(parse("spawn.births where comm == a and exe != b-2.3 <= 1\n"
			       "spawn.spawn.max <= 1s\n"
			       "fork.cow_child.count.max <= 9\n"
			       "spawn_p99 <= 2ms\n"
			       "call.p99 <= 2ms\n",
			       &b, &why),
			 0);
	assert_true(b.rules[0].births);
	assert_string_equal(b.rules[0].method, "spawn");
	assert_string_equal(b.rules[0].conditions[1].word, "b-2.3");
	assert_string_equal(b.rules[1].method, "spawn");
	assert_ptr_equal(b.rules[1].metric, metric_of_sample(SAMPLE_spawn_ns));
	assert_ptr_equal(b.rules[2].metric, metric_of_count(COUNT_cow_faults_child));
	assert_true(b.rules[2].quantile == 1);
	/* Other spellings of spawn.p99. */
	for (size_t i = 3; i < 5; i++) {
		assert_ptr_equal(b.rules[i].metric, metric_of_sample(SAMPLE_spawn_ns));
		assert_true(b.rules[i].quantile == 0.99);
	}
	budget_free(&b);
}

TEST(numbers_are_exact)
{
	static const struct {
		const char *text;
		double limit;
	} cases[] = {
		{"1", 1},	    {"0.25us", 250}, {"1.5", 1.5},	     {"10.05ms", 10050000},
		{"3s", 3e9},	    {"64K", 65536},  {"1.5GiB", 1610612736}, {"7B", 7},
		{"12.125", 12.125}, {"100ns", 100}};
	char text[64];
	struct fault why;
	struct budget b;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%s <= %s",
			 strpbrk(cases[i].text, "KGB") ? "page_table_bytes" : "spawn",
			 cases[i].text);
		assert_int_equal(parse(text, &b, &why), 0);
		if (fabs(b.rules[0].limit - cases[i].limit) > 1e-9 * cases[i].limit)
			fail_msg("%s is read as %.17g", cases[i].text, b.rules[0].limit);
		budget_free(&b);
	}
}

TEST(mistakes_name_the_line_and_what_was_expected)
{
	assert_refused("", "b: no rule in it; an example is `copy_mm.p99 <= 2ms`");
	assert_refused("# nothing\n\n", "b: no rule in it; an example is `copy_mm.p99 <= 2ms`");
	assert_refused("copy_mm\n",
		       "b: line 1: expected one of < <= == != >= >, found the end of the line");
	assert_refused("copy_mm = 2ms", "b: line 1: expected one of < <= == != >= >, found '='");
	assert_refused("spawn <= 1\ncopy_mm <= fast\n",
		       "b: line 2: expected a time, such as 2ms, found 'fast'");
	assert_refused("copy_mm <= -1ms", "b: line 1: expected a time, such as 2ms, found '-1ms'");
	assert_refused("copy_mm <= nan", "b: line 1: expected a time, such as 2ms, found 'nan'");
	assert_refused("copy_mm <= 1.2.3ms",
		       "b: line 1: expected a time, such as 2ms, found '1.2.3ms'");
	assert_refused("copy_mm <= 1. ms", "b: line 1: expected a time, such as 2ms, found '1.'");
	assert_refused("copy_mm <= 2 ms", "b: line 1: expected the end of the rule, found 'ms'");
	assert_refused("vmas <= 2ms",
		       "b: line 1: expected a number without a unit of time, found '2ms'");
	assert_refused("births <= 2ms",
		       "b: line 1: expected a number without a unit of time, found '2ms'");
	/* A size is not a time, and 10K is not a number of births. */
	assert_refused("spawn <= 1GiB", "b: line 1: expected a time, such as 2ms, found '1GiB'");
	assert_refused("spawn <= 2m", "b: line 1: expected a time, such as 2ms, found '2m'");
	assert_refused("spawn <= 1K", "b: line 1: expected a time, such as 2ms, found '1K'");
	assert_refused("births <= 10K", "b: line 1: expected a number, and no size, found '10K'");
	assert_refused("ptes_copied <= 64M", "b: line 1: expected a number, and no size, found "
					     "'64M'");
	assert_refused("speed <= 2", "b: line 1: expected [METHOD.]METRIC[.STAT], such as "
				     "copy_mm.p99 or fork.births, found 'speed'");
	assert_refused("copy_mm.p98 <= 2ms",
		       "b: line 1: expected after a metric nothing, or one of median p50 p90 p99 "
		       "mean min max (count of cow_parent and cow_child), found 'copy_mm.p98'");
	assert_refused("copy_mm.count <= 2",
		       "b: line 1: expected after a metric nothing, or one of median p50 p90 p99 "
		       "mean min max (count of cow_parent and cow_child), found 'copy_mm.count'");
	assert_refused("births where size > 1 == 0",
		       "b: line 1: expected one of rss vmas fds threads child_write parent_write "
		       "method pages trace comm exe, found 'size'");
	assert_refused("births where rss > big == 0",
		       "b: line 1: expected a number or a size, such as 1GiB, found 'big'");
	assert_refused("births where method > fork == 0",
		       "b: line 1: expected == or != before a word, found 'fork'");
	assert_refused("births where rss > 1 and",
		       "b: line 1: expected one of rss vmas fds threads child_write parent_write "
		       "method pages trace comm exe, found the end of the line");
	assert_refused("births where rss > 1\n",
		       "b: line 1: expected one of < <= == != >= >, found the end of the line");
	assert_refused("\033[2J <= 1", "b: line 1: expected [METHOD.]METRIC[.STAT], such as "
				       "copy_mm.p99 or fork.births, found '\033[2J'");
}

TEST(limits_have_the_unit_of_their_metric)
{
	struct budget b;
	struct fault why;

	assert_int_equal(
		parse("page_table_bytes <= 1.5M\nvmas.mean <= 1.5\nspawn <= 1500", &b, &why), 0);
	assert_true(b.rules[0].limit == 1.5 * (1 << 20) && b.rules[1].limit == 1.5 &&
		    b.rules[2].limit == 1500 && !b.rules[2].timed);
	budget_free(&b);
}

TEST(words_that_nothing_can_match_are_refused)
{
	struct budget b;
	struct fault why;

	assert_int_equal(parse("births where comm == fifteen-letters == 0\n"
			       "births where exe == a-program-of-thirty-one-letters == 0\n"
			       "births where pages == thp and trace == none == 0",
			       &b, &why),
			 0);
	budget_free(&b);
	assert_refused("fork.births where comm == a-very-long-service-name == 0",
		       "b: line 1: expected a comm of 15 characters at most, as the kernel keeps "
		       "them, found 'a-very-long-service-name'");
	assert_refused("births where comm != sixteen-letters- == 0",
		       "b: line 1: expected a comm of 15 characters at most, as the kernel keeps "
		       "them, found 'sixteen-letters-'");
	assert_refused("births where exe == a-program-of-thirty-two-letters- == 0",
		       "b: line 1: expected an exe of 31 characters at most, as a profile keeps "
		       "them, found 'a-program-of-thirty-two-letters-'");
	assert_refused("births where pages == 2m == 0",
		       "b: line 1: expected 4k or thp, found '2m'");
	assert_refused("births where trace == phase == 0",
		       "b: line 1: expected none, phases or all, found 'phase'");
	/* Cut off, it could be the name of a method. */
	assert_refused("births == 0\nbirths where method == "
		       "0123456789012345678901234567890123456789012345678901234567890123 == 0",
		       "b: line 2: expected words of 63 characters at most, found "
		       "'012345678901234567890123456789012345678901234567890123456789012'");
}

TEST(bytes_that_are_not_text_are_refused)
{
	char line[2000];
	struct fault why;
	struct budget b;

	assert_int_equal(parse_bytes("births\0 == 0", 12, &b, &why), -EINVAL);
	assert_string_equal(why.text, "b: line 1: expected text, found '\\0'");
	memset(line, ' ', sizeof(line));
	assert_int_equal(parse_bytes(line, sizeof(line), &b, &why), -EINVAL);
	assert_string_equal(why.text, "b: line 1: expected a shorter line, found '...'");
}

/* The verdict of one rule over the sample run: forks and spawns from 1 MiB and 64 MiB. */
static enum gate_verdict check_in(struct run *r, const char *rule, struct gate_report *report)
{
	struct budget b;
	struct fault why;

	assert_int_equal(parse(rule, &b, &why), 0);
	assert_int_equal(budget_check(&b, r, report), 0);
	budget_free(&b);
	return report->verdict;
}

static enum gate_verdict check(size_t n, const char *rule)
{
	struct gate_report report;
	struct run r;
	enum gate_verdict v;

	sample_run(&r, n);
	v = check_in(&r, rule, &report);
	gate_report__free(&report);
	run__free(&r);
	return v;
}

TEST(rules_are_checked_in_each_cell)
{
	/* 67108 ns in the larger parent, 1048 in the smaller one. */
	assert_int_equal(check(10, "copy_mm <= 68us"), GATE_PASS);
	assert_int_equal(check(10, "copy_mm <= 67us"), GATE_REGRESSION);
	assert_int_equal(check(10, "copy_mm where rss < 64M <= 1.1us"), GATE_PASS);
	assert_int_equal(check(10, "fork.copy_mm.max <= 68us"), GATE_PASS);
	assert_int_equal(check(10, "cow_parent.count <= 20"), GATE_PASS);
	assert_int_equal(check(10, "cow_parent.count < 20"), GATE_REGRESSION);
	assert_int_equal(check(10, "vmas == 24"), GATE_PASS);
	assert_int_equal(check(10, "failed == 0"), GATE_PASS);
	/* Two parents, three probe sets, ten samples. */
	assert_int_equal(check(10, "fork.births == 60"), GATE_PASS);
	assert_int_equal(check(10, "births where method == fork and trace == none == 20"),
			 GATE_PASS);
	assert_int_equal(check(10, "fork.births where rss >= 1GiB == 0"), GATE_PASS);
	assert_int_equal(check(10, "fork.births where rss >= 64MiB == 0"), GATE_REGRESSION);
}

TEST(what_was_not_measured_never_passes)
{
	struct gate_report report;
	struct run r;

	assert_int_equal(check(10, "exec_load <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(10, "copy_mm.p99 <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(1000, "copy_mm.p99 <= 1s"), GATE_PASS);
	assert_int_equal(check(1000, "copy_mm.p99 <= 1us"), GATE_REGRESSION);
	assert_int_equal(check(10, "vfork.spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(10, "vfork.births == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(10, "births where comm == sh == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(0, "births == 0"), GATE_NOT_COMPARABLE);

	sample_run(&r, 10);
	assert_int_equal(check_in(&r, "copy_files <= 1s", &report), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "this kernel inlines dup_fd"));
	gate_report__free(&report);
	/* Lost records could hide births, but not make fewer of them. */
	r.end.lost = 1;
	assert_int_equal(check_in(&r, "fork.births where rss > 64M == 0", &report),
			 GATE_INCONCLUSIVE);
	gate_report__free(&report);
	assert_int_equal(check_in(&r, "fork.births == 0", &report), GATE_REGRESSION);
	gate_report__free(&report);
	strcpy(r.clock, "icount");
	assert_int_equal(check_in(&r, "spawn <= 1s", &report), GATE_INCONCLUSIVE);
	gate_report__free(&report);
	assert_int_equal(check_in(&r, "spawn <= 1000000000", &report), GATE_PASS);
	gate_report__free(&report);
	run__free(&r);
}

/* A profile of `n` forks from a parent of 2 GiB, of which one failed, and `n` threads. */
static void sample_profile(struct run *r, size_t n)
{
	struct birth b = {.life = {.clone_flags = 17, .method = CLONE_METHOD_FORK, .born = true}};

	*r = (struct run){.schema = RUN_SCHEMA, .ended = true, .end.duration_ns = 1000};
	r->clock = strdup("monotonic");
	for (int k = 0; k < SUM_COUNT; k++)
		b.life.sum[k] = MISSING;
	for (int k = 0; k < COUNT_COUNT; k++)
		b.life.count[k] = 0;
	b.life.count[COUNT_parent_rss_anon] = INT64_C(2) << 30;
	strcpy(b.comm, "server");
	for (size_t i = 0; i < n; i++) {
		b.life.method = CLONE_METHOD_FORK;
		b.life.result = i == 0 ? -ENOMEM : 1000 + (int32_t)i;
		b.life.edge[EDGE_clone_enter] = 1000;
		b.life.edge[EDGE_mm_start] = 2000;
		b.life.edge[EDGE_mm_end] = 3000 + i;
		b.life.edge[EDGE_clone_return] = 6000;
		b.life.count[COUNT_cow_copied_parent] = (int64_t)i;
		assert_int_equal(run__add_birth(r, &b), 0);
		b.life.method = CLONE_METHOD_THREAD;
		b.life.result = 2000 + (int32_t)i;
		assert_int_equal(run__add_birth(r, &b), 0);
	}
}

struct loss {
	int64_t lost, births_lost, unseen, untracked, missed;
	bool truncated;
};

static const struct loss whole = {0};

static enum gate_verdict check_profile(const struct loss *loss, const char *rule, char note[160])
{
	struct gate_report report;
	struct run r;
	enum gate_verdict v;

	sample_profile(&r, 101);
	r.ended = !loss->truncated;
	r.end.lost = loss->lost;
	r.end.births_lost = loss->births_lost;
	r.end.births_unseen = loss->unseen;
	r.end.untracked = loss->untracked;
	r.end.missed = loss->missed;
	v = check_in(&r, rule, &report);
	if (note)
		strcpy(note, report.rows[0].note);
	gate_report__free(&report);
	run__free(&r);
	return v;
}

TEST(rules_are_checked_for_the_births_of_a_profile)
{
	static const struct {
		const char *rule;
		enum gate_verdict verdict;
	} cases[] = {
		{"fork.births where rss >= 1GiB == 0", GATE_REGRESSION},
		{"fork.births where rss > 2GiB == 0", GATE_PASS},
		{"fork.births == 100", GATE_PASS}, /* one call failed */
		{"births where method != thread == 100", GATE_PASS},
		{"vfork.births == 0", GATE_PASS},
		{"spawn.births == 0", GATE_PASS},
		{"births where comm == server == 201", GATE_PASS},
		{"births where comm != server == 0", GATE_PASS},
		/* 1001 to 1100 ns, without the call that failed. */
		{"fork.copy_mm.max <= 1100ns", GATE_PASS},
		{"fork.copy_mm.max <= 1099ns", GATE_REGRESSION},
		{"fork.copy_mm.min >= 1001ns", GATE_PASS},
		{"fork.copy_mm.p90 <= 1091ns", GATE_PASS},
		{"fork.copy_mm.p90 <= 1090ns", GATE_REGRESSION},
		{"fork.copy_mm.mean <= 1050.5ns", GATE_PASS},
		{"fork.copy_mm.p99 <= 1s", GATE_INCONCLUSIVE}, /* of 100 */
		{"fork.spawn.max <= 5us", GATE_PASS},
		{"fork.cow_copied_parent.max <= 100", GATE_PASS},
		{"fork.cow_copied_parent.max <= 99", GATE_REGRESSION},
		{"failed <= 4.96", GATE_PASS}, /* 1 of 202 */
		{"fork.failed <= 9", GATE_REGRESSION},
		/* What the run does not show. */
		{"vfork.copy_mm <= 1s", GATE_INCONCLUSIVE},
		{"fork.total <= 1s", GATE_INCONCLUSIVE},
		{"copy_pages <= 1s", GATE_INCONCLUSIVE},
		{"posix_spawn.births == 0", GATE_INCONCLUSIVE},
		{"births where method == frok == 0", GATE_INCONCLUSIVE},
		{"births where pages == 4k == 0", GATE_INCONCLUSIVE},
		{"births where child_write > 0 == 0", GATE_INCONCLUSIVE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (check_profile(&whole, cases[i].rule, NULL) != cases[i].verdict)
			fail_msg("%s: not %s", cases[i].rule, gate_verdict_name(cases[i].verdict));
}

TEST(a_broken_rule_names_the_birth)
{
	char note[160];

	check_profile(&whole, "fork.births where rss >= 1GiB == 0", note);
	assert_string_equal(note, "line 1: the first of server, process 0, RSS 2G");
	check_profile(&whole, "fork.copy_mm.max <= 1us", note);
	assert_string_equal(note, "line 1: the largest is of server, process 0, RSS 2G");
}

/* A verdict must hold whatever the lost records were. */
TEST(lost_records_make_a_rule_inconclusive)
{
	static const struct loss one = {.lost = 1, .births_lost = 1}, unseen = {.unseen = 1},
				 untracked = {.untracked = 1}, missed = {.missed = 1},
				 death = {.lost = 1}, cut = {.truncated = true};
	static const struct {
		const struct loss *loss;
		const char *rule;
		enum gate_verdict verdict;
	} cases[] = {
		{&one, "vfork.births == 0", GATE_INCONCLUSIVE},
		{&one, "fork.births <= 100", GATE_INCONCLUSIVE},
		{&one, "fork.births <= 101", GATE_PASS},
		{&one, "fork.births <= 99", GATE_REGRESSION},
		{&one, "fork.births >= 100", GATE_PASS},
		{&one, "fork.births >= 101", GATE_INCONCLUSIVE},
		{&one, "fork.births >= 102", GATE_REGRESSION},
		{&one, "fork.births == 99", GATE_REGRESSION},
		{&one, "fork.births != 99", GATE_PASS},
		{&one, "fork.births != 101", GATE_INCONCLUSIVE},
		{&death, "fork.births <= 100", GATE_PASS},
		{&unseen, "fork.births <= 100", GATE_INCONCLUSIVE},
		{&missed, "fork.births <= 100", GATE_INCONCLUSIVE},
		{&untracked, "fork.births <= 100000", GATE_INCONCLUSIVE},
		{&untracked, "fork.births <= 99", GATE_REGRESSION},
		{&cut, "fork.births <= 100000", GATE_INCONCLUSIVE},
		{&cut, "fork.copy_mm <= 1s", GATE_INCONCLUSIVE},
		{&cut, "fork.copy_mm.max <= 1us", GATE_REGRESSION},
		/* One among 101 moves the median by half a rank, and may be the largest. */
		{&one, "fork.copy_mm.max <= 1s", GATE_INCONCLUSIVE},
		{&one, "fork.copy_mm.max <= 1us", GATE_REGRESSION},
		{&one, "fork.copy_mm.median <= 1051ns", GATE_PASS},
		{&one, "fork.copy_mm.median <= 1050.5ns", GATE_INCONCLUSIVE},
		{&one, "fork.copy_mm.median <= 1049ns", GATE_REGRESSION},
		{&one, "fork.copy_mm.mean <= 1s", GATE_INCONCLUSIVE},
		{&one, "fork.copy_mm.mean <= 1us", GATE_REGRESSION},
		{&one, "fork.failed <= 19", GATE_INCONCLUSIVE},
		{&one, "fork.failed <= 20", GATE_PASS},
	};
	char note[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (check_profile(cases[i].loss, cases[i].rule, NULL) != cases[i].verdict)
			fail_msg("%s: not %s (%zu)", cases[i].rule,
				 gate_verdict_name(cases[i].verdict), i);
	check_profile(&one, "vfork.births == 0", note);
	assert_string_equal(note, "line 1: 1 births lost, which could change this");
	check_profile(&cut, "vfork.births == 0", note);
	assert_string_equal(note, "line 1: the run is truncated, which could change this");
}

/* A child that still shares its parent's pages may make the parent copy many later. */
TEST(a_birth_without_the_value_makes_a_rule_inconclusive)
{
	struct gate_report report;
	struct run r;

	sample_profile(&r, 11);
	r.births[10].life.count[COUNT_cow_copied_parent] = MISSING;
	assert_int_equal(check_in(&r, "fork.cow_copied_parent.max <= 100", &report),
			 GATE_INCONCLUSIVE);
	assert_string_equal(report.rows[0].note,
			    "line 1: 1 births lack it, which could change this");
	gate_report__free(&report);
	assert_int_equal(check_in(&r, "fork.cow_copied_parent.median <= 100", &report), GATE_PASS);
	gate_report__free(&report);
	/* A parent of unknown memory may be too large. */
	r.births[10].life.count[COUNT_parent_rss_anon] = MISSING;
	assert_int_equal(check_in(&r, "births where rss >= 4GiB == 0", &report), GATE_INCONCLUSIVE);
	gate_report__free(&report);
	assert_int_equal(check_in(&r, "births where rss >= 4GiB <= 1", &report), GATE_PASS);
	gate_report__free(&report);
	run__free(&r);
}

TEST(a_profile_without_births_is_a_measurement)
{
	struct gate_report report;
	struct run r;

	sample_profile(&r, 0);
	assert_int_equal(check_in(&r, "fork.births == 0", &report), GATE_PASS);
	gate_report__free(&report);
	assert_int_equal(check_in(&r, "copy_mm <= 1s", &report), GATE_INCONCLUSIVE);
	gate_report__free(&report);
	run__free(&r);
}
