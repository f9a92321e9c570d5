/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate_budget.h"
#include "user/tests/sample_run.h"

static int parse_bytes(const char *text, size_t size, struct budget *b, char why[512])
{
	FILE *in = fmemopen((void *)text, size, "r");
	int err = budget_read(in, "b", b, why, 512);

	fclose(in);
	return err;
}

static int parse(const char *text, struct budget *b, char why[512])
{
	return parse_bytes(text, strlen(text), b, why);
}

static void assert_refused(const char *text, const char *want)
{
	struct budget b;
	char why[512];

	assert_int_equal(parse(text, &b, why), -EINVAL);
	assert_string_equal(why, want);
	assert_null(b.rules);
}

static void rules_are_read(void **state)
{
	struct budget b;
	char why[512];

	(void)state;
	assert_int_equal(
		parse("# a comment\n"
		      "\n"
		      "  copy_mm.p99 <= 2ms  # the issue's own\r\n"
		      "fork.births where rss >= 1GiB == 0\n"
		      "cow_parent.count <= 10000\n"
		      "posix_spawn.spawn.mean<1.5us\n"
		      "ptes_copied where rss_bytes < 64M and pages != thp and trace == all > 12\n"
		      "failed == 0",
		      &b, why),
		0);
	assert_int_equal(b.count, 6);
	assert_string_equal(b.rules[0].text, "copy_mm.p99 <= 2ms");
	assert_int_equal(b.rules[0].line, 3);
	assert_int_equal(b.rules[0].metric, GATE_METRIC_PHASE + PHASE_copy_mm);
	assert_true(b.rules[0].quantile == 0.99 && b.rules[0].limit == 2e6 && b.rules[0].timed);
	assert_int_equal(b.rules[0].op, OP_AT_MOST);
	assert_true(b.rules[1].births);
	assert_string_equal(b.rules[1].method, "fork");
	assert_int_equal(b.rules[1].condition_count, 1);
	assert_string_equal(b.rules[1].conditions[0].axis, "rss_bytes");
	assert_true(b.rules[1].conditions[0].number == 0x1p30);
	assert_int_equal(b.rules[1].op, OP_EQUAL);
	assert_int_equal(b.rules[2].metric, GATE_METRIC_COUNT + COUNT_cow_faults_parent);
	assert_true(b.rules[2].limit == 10000 && !b.rules[2].timed);
	assert_string_equal(b.rules[3].method, "posix_spawn");
	assert_int_equal(b.rules[3].stat, STAT_MEAN);
	assert_true(b.rules[3].limit == 1500);
	assert_int_equal(b.rules[4].condition_count, 3);
	assert_string_equal(b.rules[4].conditions[1].word, "thp");
	assert_int_equal(b.rules[5].metric, GATE_METRIC_FAILED);
	budget_free(&b);
}

static void numbers_are_exact(void **state)
{
	static const struct {
		const char *text;
		double limit;
	} cases[] = {
		{"1", 1},	    {"0.25us", 250}, {"1.5", 1.5},	     {"10.05ms", 10050000},
		{"3s", 3e9},	    {"64K", 65536},  {"1.5GiB", 1610612736}, {"7B", 7},
		{"12.125", 12.125}, {"100ns", 100}};
	char text[64], why[512];
	struct budget b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "spawn <= %s", cases[i].text);
		assert_int_equal(parse(text, &b, why), 0);
		if (fabs(b.rules[0].limit - cases[i].limit) > 1e-9 * cases[i].limit)
			fail_msg("%s is read as %.17g", cases[i].text, b.rules[0].limit);
		budget_free(&b);
	}
}

static void mistakes_name_the_line_and_what_was_expected(void **state)
{
	(void)state;
	assert_refused("", "b: no rule in it; one is `copy_mm.p99 <= 2ms`");
	assert_refused("# nothing\n\n", "b: no rule in it; one is `copy_mm.p99 <= 2ms`");
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
		       "method pages trace, found 'size'");
	assert_refused("births where rss > big == 0",
		       "b: line 1: expected a number or a size, such as 1GiB, found 'big'");
	assert_refused("births where method > fork == 0",
		       "b: line 1: expected == or != before a word, found 'fork'");
	assert_refused("births where rss > 1 and",
		       "b: line 1: expected one of rss vmas fds threads child_write parent_write "
		       "method pages trace, found the end of the line");
	assert_refused("births where rss > 1\n",
		       "b: line 1: expected one of < <= == != >= >, found the end of the line");
	assert_refused("\033[2J <= 1", "b: line 1: expected [METHOD.]METRIC[.STAT], such as "
				       "copy_mm.p99 or fork.births, found '\\x1b[2J'");
}

static void what_is_no_text_is_refused(void **state)
{
	char line[2000], why[512];
	struct budget b;

	(void)state;
	assert_int_equal(parse_bytes("births\0 == 0", 12, &b, why), -EINVAL);
	assert_string_equal(why, "b: line 1: expected text, found '\\0'");
	memset(line, ' ', sizeof(line));
	assert_int_equal(parse_bytes(line, sizeof(line), &b, why), -EINVAL);
	assert_string_equal(why, "b: line 1: expected a shorter line, found '...'");
}

/* The verdict of one rule over the sample run: forks and spawns from 1 MiB and 64 MiB. */
static enum gate_verdict check_in(struct run *r, const char *rule, struct gate_report *report)
{
	struct budget b;
	char why[512];

	assert_int_equal(parse(rule, &b, why), 0);
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

static void rules_hold_or_not(void **state)
{
	(void)state;
	/* 67108 ns in the larger parent, 1048 in the smaller one. */
	assert_int_equal(check(10, "copy_mm <= 68us"), GATE_PASS);
	assert_int_equal(check(10, "copy_mm <= 67us"), GATE_REGRESSION);
	assert_int_equal(check(10, "copy_mm where rss < 64M <= 1.1us"), GATE_PASS);
	assert_int_equal(check(10, "fork.copy_mm.max <= 68us"), GATE_PASS);
	assert_int_equal(check(10, "cow_parent.count <= 20"), GATE_PASS);
	assert_int_equal(check(10, "cow_parent.count < 20"), GATE_REGRESSION);
	assert_int_equal(check(10, "vmas == 24"), GATE_PASS);
	assert_int_equal(check(10, "failed == 0"), GATE_PASS);
	/* Two parents, three passes, ten samples. */
	assert_int_equal(check(10, "fork.births == 60"), GATE_PASS);
	assert_int_equal(check(10, "births where method == fork and trace == none == 20"),
			 GATE_PASS);
	assert_int_equal(check(10, "fork.births where rss >= 1GiB == 0"), GATE_PASS);
	assert_int_equal(check(10, "fork.births where rss >= 64MiB == 0"), GATE_REGRESSION);
}

static void what_was_not_measured_is_no_pass(void **state)
{
	struct gate_report report;
	struct run r;

	(void)state;
	assert_int_equal(check(10, "exec_load <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(10, "copy_mm.p99 <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(1000, "copy_mm.p99 <= 1s"), GATE_PASS);
	assert_int_equal(check(1000, "copy_mm.p99 <= 1us"), GATE_REGRESSION);
	assert_int_equal(check(10, "vfork.spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(0, "births == 0"), GATE_NOT_COMPARABLE);

	sample_run(&r, 10);
	assert_int_equal(check_in(&r, "copy_files <= 1s", &report), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "this kernel inlines dup_fd"));
	gate_report__free(&report);
	/* Lost records could hide births, but not make fewer of them. */
	r.end.lost = 1;
	assert_int_equal(check_in(&r, "vfork.births == 0", &report), GATE_INCONCLUSIVE);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read),
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(mistakes_name_the_line_and_what_was_expected),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(rules_hold_or_not),
		cmocka_unit_test(what_was_not_measured_is_no_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
