// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/gate/budget/budget.h"
#include "user/model/birth.h"
#include "user/tests/sample_run.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The budget that was read last, and the report of the last check. */
static struct budget budget;
static struct fault why;
static struct gate_report report;

static int parse(const char *text, size_t size)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int err;

	budget_free(&budget);
	err = budget_read(in, "b", &budget, &why);
	fclose(in);
	return err;
}

static void assert_read(const char *text)
{
	if (parse(text, strlen(text)))
		fail_msg("%s", why.text);
}

static void assert_refused(const char *text, size_t size, const char *want)
{
	assert_int_equal(parse(text, size), -EINVAL);
	assert_string_equal(why.text, want);
	assert_null(budget.rules);
}

int unit_teardown(void **state)
{
	budget_free(&budget);
	gate_report__free(&report);
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
		if (fabs(budget.rules[0].limit - cases[i].limit) > 1e-9 * cases[i].limit)
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
#define AXIS "one of rss vmas fds threads child_write parent_write method pages trace comm exe"
#define COMM "a comm of 15 characters at most, as the kernel keeps them"
#define EXE  "an exe of 31 characters at most, as a profile keeps them"

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
		    "births where pages == thp and trace == none == 0");
}

TEST(bytes_that_are_not_text_are_refused)
{
	char line[2000];

	assert_refused("births\0 == 0", 12, "b: line 1: expected text, found '\\0'");
	memset(line, ' ', sizeof(line));
	assert_refused(line, sizeof(line), "b: line 1: expected a shorter line, found '...'");
}

/* The verdict of one rule, and the report. */
static enum gate_verdict check(struct run *r, const char *rule)
{
	assert_read(rule);
	gate_report__free(&report);
	assert_int_equal(budget_check(&budget, r, &report), 0);
	return report.verdict;
}

struct rule_case {
	const char *rule;
	enum gate_verdict verdict;
};

static void check_cases(struct run *r, const struct rule_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (check(r, cases[i].rule) != cases[i].verdict)
			fail_msg("%s: not %s", cases[i].rule, gate_verdict_name(cases[i].verdict));
	}
}

/* The sample run has forks and spawns from 1 MiB and 64 MiB. */
TEST(rules_are_checked_in_each_cell)
{
	static const struct rule_case cases[] = {
		/* 67108 ns in the larger parent, 1048 in the smaller one. */
		{"copy_mm <= 68us", GATE_PASS},
		{"copy_mm <= 67us", GATE_REGRESSION},
		{"copy_mm where rss < 64M <= 1.1us", GATE_PASS},
		{"fork.copy_mm.max <= 68us", GATE_PASS},
		{"cow_parent.count <= 20", GATE_PASS},
		{"cow_parent.count < 20", GATE_REGRESSION},
		{"vmas == 24", GATE_PASS},
		{"failed == 0", GATE_PASS},
		/* Two parents, three probe sets, ten samples. */
		{"fork.births == 60", GATE_PASS},
		{"births where method == fork and trace == none == 20", GATE_PASS},
		{"fork.births where rss >= 1GiB == 0", GATE_PASS},
		{"fork.births where rss >= 64MiB == 0", GATE_REGRESSION},
		/* What was not measured never passes. */
		{"exec_load <= 1s", GATE_INCONCLUSIVE},
		{"copy_mm.p99 <= 1s", GATE_INCONCLUSIVE},
		{"vfork.spawn <= 1s", GATE_INCONCLUSIVE},
		{"vfork.births == 0", GATE_INCONCLUSIVE},
		{"births where comm == sh == 0", GATE_INCONCLUSIVE},
		{"copy_files <= 1s", GATE_INCONCLUSIVE},
	};
	struct run r;

	sample_run(&r, 10);
	check_cases(&r, cases, COUNT_OF(cases));
	assert_non_null(strstr(report.headline, "this kernel inlines dup_fd"));
	/* Lost records could hide births, but not make fewer of them. */
	r.end.lost = 1;
	assert_int_equal(check(&r, "fork.births where rss > 64M == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.births == 0"), GATE_REGRESSION);
	strcpy(r.clock, "icount");
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "spawn <= 1000000000"), GATE_PASS);
	run__free(&r);
}

static struct cell *fork_cell(struct run *r, int64_t rss, const char *probe_set)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (!strcmp(cell__method(&r->cells[i]), "fork") &&
		    cell__key_number(&r->cells[i], "rss_bytes") == rss &&
		    !strcmp(cell__probe_set(&r->cells[i]), probe_set))
			return &r->cells[i];
	fail_msg("no such cell");
	return NULL;
}

static void empty(struct cell *c)
{
	for (int k = 0; k < SAMPLE_COUNT; k++)
		series__free(&c->samples[k]);
	for (int k = 0; k < PHASE_COUNT; k++)
		series__free(&c->phases[k]);
	for (int k = 0; k < COUNT_COUNT; k++)
		series__free(&c->counts[k]);
	series__free(&c->bill);
	series__free(&c->errnos);
	c->n = 0;
}

/* Whatever other cells say. */
TEST(a_cell_that_was_skipped_passes_no_budget)
{
	static const char *const probe_sets[] = {"none", "phases", "all"};
	struct run r;

	sample_run(&r, 10);
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_PASS);
	for (size_t i = 0; i < COUNT_OF(probe_sets); i++) {
		struct cell *c = fork_cell(&r, INT64_C(64) << 20, probe_sets[i]);

		empty(c);
		c->skipped = strdup("no memory");
	}
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: spawn <= 1s: line 1: not measured: no memory");
	/* One row, whatever the number of its probe sets. */
	assert_int_equal(report.row_count, 4);
	assert_int_equal(check(&r, "fork.births <= 60"), GATE_INCONCLUSIVE);
	/* What is not about it passes; what no further sample could change fails. */
	assert_int_equal(check(&r, "spawn where rss < 64M <= 1s"), GATE_PASS);
	assert_int_equal(check(&r, "spawn <= 1ns"), GATE_REGRESSION);
	assert_int_equal(check(&r, "fork.births <= 1"), GATE_REGRESSION);
	run__free(&r);
}

TEST(a_cell_that_broke_off_passes_no_budget)
{
	struct cell *c;
	struct run r;

	sample_run(&r, 10);
	c = fork_cell(&r, INT64_C(64) << 20, "none");
	c->broken = strdup("the parent died");
	assert_int_equal(check(&r, "spawn.max <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: spawn.max <= 1s: line 1: broken off (the parent died), "
			    "which could change this");
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "failed == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.births == 60"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "spawn.max <= 1ns"), GATE_REGRESSION);
	/* Another probe set has the phase. */
	assert_int_equal(check(&r, "copy_mm <= 1s"), GATE_PASS);
	/* Nothing was measured before it broke off. */
	empty(c);
	empty(fork_cell(&r, INT64_C(64) << 20, "phases"));
	empty(fork_cell(&r, INT64_C(64) << 20, "all"));
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	run__free(&r);
}

TEST(a_tail_takes_samples_and_a_budget_a_measurement)
{
	struct run r;

	sample_run(&r, 1000);
	assert_int_equal(check(&r, "copy_mm.p99 <= 1s"), GATE_PASS);
	assert_int_equal(check(&r, "copy_mm.p99 <= 1us"), GATE_REGRESSION);
	run__free(&r);
	sample_run(&r, 0);
	assert_int_equal(check(&r, "births == 0"), GATE_NOT_COMPARABLE);
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

TEST(rules_are_checked_for_the_births_of_a_profile)
{
	static const struct rule_case cases[] = {
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

	struct run r;

	sample_profile(&r, 101);
	check_cases(&r, cases, COUNT_OF(cases));
	/* A broken rule names the birth. */
	check(&r, "fork.births where rss >= 1GiB == 0");
	assert_string_equal(report.rows[0].note, "line 1: the first of server, process 0, RSS 2G");
	check(&r, "fork.copy_mm.max <= 1us");
	assert_string_equal(report.rows[0].note,
			    "line 1: the largest is of server, process 0, RSS 2G");
	run__free(&r);
}

/* A verdict must hold whatever the lost records were. */
TEST(lost_records_make_a_rule_inconclusive)
{
	static const struct rule_case cases[] = {
		{"vfork.births == 0", GATE_INCONCLUSIVE},
		{"fork.births <= 100", GATE_INCONCLUSIVE},
		{"fork.births <= 101", GATE_PASS},
		{"fork.births <= 99", GATE_REGRESSION},
		{"fork.births >= 100", GATE_PASS},
		{"fork.births >= 101", GATE_INCONCLUSIVE},
		{"fork.births >= 102", GATE_REGRESSION},
		{"fork.births == 99", GATE_REGRESSION},
		{"fork.births != 99", GATE_PASS},
		{"fork.births != 101", GATE_INCONCLUSIVE},
		/* One among 101 moves the median by half a rank, and may be the largest. */
		{"fork.copy_mm.max <= 1s", GATE_INCONCLUSIVE},
		{"fork.copy_mm.max <= 1us", GATE_REGRESSION},
		{"fork.copy_mm.median <= 1051ns", GATE_PASS},
		{"fork.copy_mm.median <= 1050.5ns", GATE_INCONCLUSIVE},
		{"fork.copy_mm.median <= 1049ns", GATE_REGRESSION},
		{"fork.copy_mm.mean <= 1s", GATE_INCONCLUSIVE},
		{"fork.copy_mm.mean <= 1us", GATE_REGRESSION},
		{"fork.failed <= 19", GATE_INCONCLUSIVE},
		{"fork.failed <= 20", GATE_PASS},
	};
	struct run r;

	sample_profile(&r, 101);
	r.end.lost = 1; /* the end of a child */
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_PASS);
	r.end.births_lost = 1;
	check_cases(&r, cases, COUNT_OF(cases));
	check(&r, "vfork.births == 0");
	assert_string_equal(report.rows[0].note, "line 1: 1 births lost, which could change this");
	r.end.lost = r.end.births_lost = 0;
	r.end.births_unseen = 1;
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_INCONCLUSIVE);
	r.end.births_unseen = 0;
	r.end.missed = 1;
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_INCONCLUSIVE);
	r.end.missed = 0;
	r.end.untracked = 1;
	assert_int_equal(check(&r, "fork.births <= 100000"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.births <= 99"), GATE_REGRESSION);
	r.end.untracked = 0;
	r.ended = false;
	assert_int_equal(check(&r, "fork.births <= 100000"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.copy_mm <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.copy_mm.max <= 1us"), GATE_REGRESSION);
	check(&r, "vfork.births == 0");
	assert_string_equal(report.rows[0].note,
			    "line 1: the run is truncated, which could change this");
	run__free(&r);
}

/* A child that still shares its parent's pages may make the parent copy many later. */
TEST(a_birth_without_the_value_makes_a_rule_inconclusive)
{
	struct run r;

	sample_profile(&r, 11);
	r.births[10].life.count[COUNT_cow_copied_parent] = MISSING;
	assert_int_equal(check(&r, "fork.cow_copied_parent.max <= 100"), GATE_INCONCLUSIVE);
	assert_string_equal(report.rows[0].note,
			    "line 1: 1 births lack it, which could change this");
	assert_int_equal(check(&r, "fork.cow_copied_parent.median <= 100"), GATE_PASS);
	/* A parent of unknown memory may be too large. */
	r.births[10].life.count[COUNT_parent_rss_anon] = MISSING;
	assert_int_equal(check(&r, "births where rss >= 4GiB == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "births where rss >= 4GiB <= 1"), GATE_PASS);
	run__free(&r);
}

TEST(a_profile_without_births_is_a_measurement)
{
	struct run r;

	sample_profile(&r, 0);
	assert_int_equal(check(&r, "fork.births == 0"), GATE_PASS);
	assert_int_equal(check(&r, "copy_mm <= 1s"), GATE_INCONCLUSIVE);
	run__free(&r);
}
