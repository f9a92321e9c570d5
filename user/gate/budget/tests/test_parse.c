// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a file of budgets may say. */
#include <errno.h>

#include "user/gate/budget/tests/rules.h"

static void assert_refused(const char *text, size_t size, const char *want)
{
	assert_int_equal(parse(text, size), -EINVAL);
	assert_string_equal(why.text, want);
	assert_null(budget.rules);
}

int unit_teardown(void **state)
{
	budget_free(&budget);
	return 0;
}

TEST(rules_are_read)
{
	const struct budget_rule *r;

	assert_read("# a comment\n"
		    "\n"
		    "  copy_mm.p99 <= 2ms  # the issue's own\r\n"
		    "fork.births where rss >= 1GiB == 0\n"
		    "cow_parent.count <= 10000\n"
		    "posix_spawn.spawn.mean<1.5us\n"
		    "ptes_copied where rss_bytes < 64M and pages != thp and trace == all > 12\n"
		    "failed == 0");
	assert_int_equal(budget.count, 6);
	r = budget.rules;
	assert_string_equal(r[0].text, "copy_mm.p99 <= 2ms");
	assert_int_equal(r[0].line, 3);
	assert_ptr_equal(r[0].metric, metric_of_phase(PHASE_copy_mm));
	assert_true(r[0].quantile == 0.99 && r[0].limit == 2e6 && r[0].timed);
	assert_int_equal(r[0].op, OP_AT_MOST);
	assert_true(r[1].births);
	assert_string_equal(r[1].method, "fork");
	assert_int_equal(r[1].condition_count, 1);
	assert_string_equal(r[1].conditions[0].axis->name, "rss_bytes");
	assert_true(r[1].conditions[0].number == 0x1p30);
	assert_int_equal(r[1].op, OP_EQUAL);
	assert_ptr_equal(r[2].metric, metric_of_count(COUNT_cow_faults_parent));
	assert_true(r[2].limit == 10000 && !r[2].timed);
	assert_string_equal(r[3].method, "posix_spawn");
	assert_int_equal(r[3].stat, STAT_MEAN);
	assert_true(r[3].limit == 1500);
	assert_int_equal(r[4].condition_count, 3);
	assert_string_equal(r[4].conditions[1].word, "thp");
	assert_string_equal(r[5].metric->name, "failed");
	assert_read("spawn.births where comm == a and exe != b-2.3 <= 1\n"
		    "spawn.spawn.max <= 1s\n"
		    "fork.cow_child.count.max <= 9\n"
		    "spawn_p99 <= 2ms\n"
		    "call.p99 <= 2ms\n");
	r = budget.rules;
	assert_true(r[0].births);
	assert_string_equal(r[0].method, "spawn");
	assert_string_equal(r[0].conditions[1].word, "b-2.3");
	assert_string_equal(r[1].method, "spawn");
	assert_ptr_equal(r[1].metric, metric_of_sample(SAMPLE_spawn_ns));
	assert_ptr_equal(r[2].metric, metric_of_count(COUNT_cow_faults_child));
	assert_true(r[2].quantile == 1);
	/* Other spellings of spawn.p99. */
	for (size_t i = 3; i < 5; i++) {
		assert_ptr_equal(r[i].metric, metric_of_sample(SAMPLE_spawn_ns));
		assert_true(r[i].quantile == 0.99);
	}
}

TEST(names_may_stand_in_quotation_marks)
{
	static const struct {
		const char *condition, *word;
	} cases[] = {
		{"comm == \"redis-server\"", "redis-server"},
		{"comm == \"tmux: server\"", "tmux: server"},
		{"comm == \"a # b\"", "a # b"},
		{"comm == \"<= 1\"", "<= 1"},
		{"comm != \"a \\\"b\\\" \\\\\"", "a \"b\" \\"},
		{"exe == \"Web Content\"", "Web Content"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char rule[128];

		snprintf(rule, sizeof(rule), "births where %s == 0 # why", cases[i].condition);
		assert_read(rule);
		assert_int_equal(budget.count, 1);
		assert_string_equal(budget.rules[0].conditions[0].word, cases[i].word);
	}
}

TEST(numbers_are_exact)
{
	static const struct {
		const char *rule;
		double limit;
	} cases[] = {
		{"spawn <= 1", 1},
		{"spawn <= 0.25us", 250},
		{"spawn <= 0.25\xc2\xb5s", 250},
		{"spawn <= 1.5", 1.5},
		{"spawn <= 10.05ms", 10050000},
		/* 1.003 * 1e6 is less. */
		{"spawn <= 1.003ms", 1003000},
		{"spawn <= 0.000000003s", 3},
		{"spawn <= 0.1us", 100},
		{"spawn <= 3s", 3e9},
		{"page_table_bytes <= 64K", 65536},
		{"page_table_bytes <= 1.5GiB", 1610612736},
		{"page_table_bytes <= 7B", 7},
		{"page_table_bytes <= 1.5M", 1572864},
		{"vmas.mean <= 1.5", 1.5},
		{"spawn <= 12.125", 12.125},
		{"spawn <= 100ns", 100},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_read(cases[i].rule);
		if (budget.rules[0].limit != cases[i].limit)
			fail_msg("%s is read as %.17g", cases[i].rule, budget.rules[0].limit);
		assert_int_equal(budget.rules[0].timed,
				 cases[i].rule[strlen(cases[i].rule) - 1] == 's');
	}
}

#define OPERATOR "one of < <= == != >= >"
#define TIME	 "a time, such as 2ms"
#define TIMELESS "a number without a unit of time"
#define NO_SIZE	 "a number, and no size"
#define VALUE	 "[METHOD.]METRIC[.STAT], such as copy_mm.p99 or fork.births"
#define STAT                                                                                       \
	"after a metric nothing, or one of median p50 p90 p99 mean min max (count of cow_parent "  \
	"and cow_child)"
#define AXIS	 "rss, method, trace, comm, exe or another axis that bench --help lists"
#define METHOD	 "a method, such as fork, posix_spawn or of a profile spawn"
#define QUOTED	 "a name in \"quotation marks\", or without"
#define TOGETHER "conditions that one birth can meet together"
#define COMM	 "a comm of 15 characters at most, as the kernel keeps them"
#define EXE	 "an exe of 31 characters at most, as a profile keeps them"

#define DIGITS_60 "012345678901234567890123456789012345678901234567890123456789"

TEST(mistakes_name_the_line_and_what_was_expected)
{
	static const struct {
		const char *text; /* the mistake is in the last line */
		const char *expected, *found;
	} cases[] = {
		{"copy_mm\n", OPERATOR, NULL},
		{"copy_mm = 2ms", OPERATOR, "="},
		{"spawn <= 1\ncopy_mm <= fast\n", TIME, "fast"},
		{"copy_mm <= -1ms", TIME, "-1ms"},
		{"copy_mm <= nan", TIME, "nan"},
		{"copy_mm <= 1.2.3ms", TIME, "1.2.3ms"},
		{"copy_mm <= 1. ms", TIME, "1."},
		{"copy_mm <= 2 ms", "the end of the rule", "ms"},
		{"vmas <= 2ms", TIMELESS, "2ms"},
		{"births <= 2ms", TIMELESS, "2ms"},
		/* A size is not a time, and 10K is not a number of births. */
		{"spawn <= 1GiB", TIME, "1GiB"},
		{"spawn <= 2m", TIME, "2m"},
		{"spawn <= 1K", TIME, "1K"},
		{"births <= 10K", NO_SIZE, "10K"},
		{"ptes_copied <= 64M", NO_SIZE, "64M"},
		{"speed <= 2", VALUE, "speed"},
		{"\033[2J <= 1", VALUE, "\033[2J"},
		{"copy_mm.p98 <= 2ms", STAT, "copy_mm.p98"},
		{"copy_mm.count <= 2", STAT, "copy_mm.count"},
		{"births where size > 1 == 0", AXIS, "size"},
		{"births where comm == \"a == 0", "a second quotation mark", "a == 0"},
		{"births where comm == \"\" == 0", "a word", NULL},
		{"births where comm == a\"b\" == 0",
		 "quotation marks around all of it, as in \"a \\\"b\\\"\"", "a\"b\""},
		{"births where exe == /bin/sh == 0", "the name of an exe without its folder",
		 "/bin/sh"},
		{"births where rss > 1 and", AXIS, NULL},
		{"births where rss > 1\n", OPERATOR, NULL},
		{"births where rss > big == 0", "a number or a size, such as 1GiB", "big"},
		{"births where method > fork == 0", "== or != before a word", "fork"},
		/* Nothing can match these words. */
		{"births where comm == a-very-long-service-name == 0", COMM,
		 "a-very-long-service-name"},
		{"births where comm != sixteen-letters- == 0", COMM, "sixteen-letters-"},
		{"births where exe == a-program-of-thirty-two-letters- == 0", EXE,
		 "a-program-of-thirty-two-letters-"},
		{"births where pages == 2m == 0", "4k or thp", "2m"},
		{"births where trace == phase == 0", "none, phases or all", "phase"},
		{"births where method == Fork == 0", METHOD, "Fork"},
		{"births where method == frok == 0", METHOD, "frok"},
		{"births where method == fork and method == Foo == 0", METHOD, "Foo"},
		{"Fork.births == 0", METHOD " before the point", "Fork.births"},
		{"births where comm == 'redis-server' == 0", QUOTED, "'redis-server'"},
		{"births where comm == 'tmux: server' == 0", QUOTED, "'tmux:"},
		{"births where exe == `sh` == 0", QUOTED, "`sh`"},
		{"births where comm == \xe2\x80\x9csh\xe2\x80\x9d == 0", QUOTED,
		 "\xe2\x80\x9csh\xe2\x80\x9d"},
		{"spawn.births where method == fork == 0", TOGETHER, "fork"},
		{"fork.births where method != fork == 0", TOGETHER, "fork"},
		{"births where comm == a and comm == b == 0", TOGETHER, "b"},
		{"births where comm == a and rss > 1 and comm != a == 0", TOGETHER, "a"},
		{"births where rss >= 1GiB and rss < 1GiB == 0", TOGETHER, "1GiB"},
		{"births where fds > 3 and fds < 4 == 0", TOGETHER, "4"},
		{"births where fds == 3 and fds != 3 == 0", TOGETHER, "3"},
		{"births where fds < 0 == 0", TOGETHER, "0"},
		{"births where fds == 1.5 == 0", TOGETHER, "1.5"},
		/* Cut off, it could be the name of a method. */
		{"births == 0\nbirths where method == " DIGITS_60 "0123 == 0",
		 "words of 63 characters at most", DIGITS_60 "012"},
	};
	static const char no_rule[] = "b: no rule in it; an example is `copy_mm.p99 <= 2ms`";
	char want[256];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *quote = cases[i].found ? "'" : "", *end = strchr(cases[i].text, '\n');

		snprintf(want, sizeof(want), "b: line %d: expected %s, found %s%s%s",
			 end && end[1] ? 2 : 1, cases[i].expected, quote,
			 cases[i].found ? cases[i].found : "the end of the line", quote);
		assert_refused(cases[i].text, strlen(cases[i].text), want);
	}
	assert_refused("", 0, no_rule);
	assert_refused("# nothing\n\n", 11, no_rule);
	assert_read("births where comm == fifteen-letters == 0\n"
		    "births where exe == a-program-of-thirty-one-letters == 0\n"
		    "births where pages == thp and trace == none == 0\n"
		    "fork.births where method == fork and rss > 1 and rss <= 2 == 0\n"
		    "births where comm == \"it's\" and fds >= 3 and fds <= 3 == 0\n"
		    "births where comm != a and comm != b and fds != 3 == 0");
}

TEST(bytes_that_are_not_text_are_refused)
{
	char line[2000];

	assert_refused("births\0 == 0", 12, "b: line 1: expected text, found '\\0'");
	memset(line, ' ', sizeof(line));
	assert_refused(line, sizeof(line), "b: line 1: expected a shorter line, found '...'");
}
