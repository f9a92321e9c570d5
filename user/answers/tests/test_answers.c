// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/answers/answers.h"
#include "user/tests/sample_run.h"

/* The answers of a bench. */
static void answer(const struct run *r, struct answers *answers)
{
	struct axes axes;
	struct rows rows;

	axes__find(&axes, r);
	assert_int_equal(rows__init(&rows, r, rows_probe_set(r), &axes), 0);
	answers__of(answers, &rows, NULL);
	rows__free(&rows);
}

static const struct answer *find_answer(const struct answers *answers, const char *word)
{
	for (size_t i = 0; i < answers->n; i++) {
		if (strstr(answers->v[i].question, word))
			return &answers->v[i];
	}
	fail_msg("nothing answers '%s'", word);
	return answers->v;
}

/* Medians on lines: the call of 2 us per MiB, the total of 3, and the copy of 0.5 us per PTE. */
TEST(the_slope_is_that_of_the_medians)
{
	struct run r = {.ended = true};
	struct answers answers;
	const struct answer *a;

	r.clock = strdup("monotonic");
	for (size_t i = 0; i < 3; i++) {
		struct cell *c = sample_cell(&r, "fork", (int64_t)(1 << 20) << i, "phases", 0);

		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], 5000 + (2000 << i));
		series__push(&c->samples[SAMPLE_total_ns], 9000 + (3000 << i));
		series__push(&c->phases[PHASE_copy_mm], 700 + 500 * (4 << i));
		series__push(&c->counts[COUNT_ptes_copied], 4 << i);
	}
	answer(&r, &answers);
	a = find_answer(&answers, "memory cost");
	assert_string_equal(a->figure, "3.00 \xc2\xb5s per MiB (fork)");
	assert_string_equal(
		a->detail,
		"fork: call 2.00 \xc2\xb5s, until reaped 3.00 \xc2\xb5s; copy_mm 500 ns per "
		"present PTE copied (per MiB: slopes of the medians, by least squares; no "
		"interval: the file does not say its blocks). No bill: clone_setup was not "
		"measured.");
	run__free(&r);
}

/* A cell of one sample, whose program runs so many us after the call. */
static void add_started(struct run *r, const char *method, const char *trace, int64_t mib,
			int64_t us)
{
	struct cell *c = sample_cell(r, method, mib << 20, trace, 0);

	c->n = 1;
	series__push(&c->samples[SAMPLE_spawn_ns], 1000);
	series__push(&c->samples[SAMPLE_exec_ns], us * 1000);
}

TEST(answers_say_where_fork_overtakes)
{
	struct answers answers;
	struct run r;

	sample_run(&r, 200);
	add_started(&r, "fork-exec", "phases", 1, 40);
	add_started(&r, "fork-exec", "phases", 64, 40000);
	for (size_t i = 0; i < r.cell_count; i++) {
		if (!strcmp(cell__method(&r.cells[i]), "posix_spawn"))
			sample_series(&r.cells[i].samples[SAMPLE_exec_ns], r.cells[i].n, 400000,
				      false);
	}
	answer(&r, &answers);
	/* From a tenth to a hundred times: in a log-log plot a third of the way to 64 MiB, 4 MiB.
	 */
	assert_string_equal(find_answer(&answers, "more expensive")->figure,
			    "beyond about 4.0 MiB");
	assert_string_equal(find_answer(&answers, "lost")->figure, "nothing");
	assert_false(find_answer(&answers, "lost")->warning);
	r.end.lost = 3;
	answer(&r, &answers);
	assert_true(find_answer(&answers, "lost")->warning);
	r.ended = false;
	answer(&r, &answers);
	assert_true(find_answer(&answers, "whole")->warning);
	run__free(&r);
}

/* What is lacking is a warning, though nothing of it is a loss of records. */
TEST(answers_say_what_was_not_measured)
{
	struct answers answers;
	const struct answer *a;
	struct cell *c;
	struct run r;

	sample_run(&r, 20);
	answer(&r, &answers);
	for (size_t i = 0; i < answers.n; i++)
		assert_null(strstr(answers.v[i].question, "everything"));
	c = &r.cells[0];
	for (size_t i = 0; i < c->n; i++)
		series__push(&c->errnos, i < 3 ? 11 : MISSING);
	answer(&r, &answers);
	a = find_answer(&answers, "everything");
	assert_true(a->warning);
	assert_non_null(strstr(a->figure, "no: 3 of "));
	assert_non_null(strstr(a->figure, " calls failed: EAGAIN"));
	c->broken = strdup("a child did not answer within 1 s");
	answer(&r, &answers);
	assert_non_null(strstr(find_answer(&answers, "everything")->figure,
			       " broke off: a child did not answer within 1 s; 3 of "));
	run__free(&r);
	/* A skipped cell has no row anywhere, but is no wrong number. */
	sample_run(&r, 20);
	for (size_t i = 0; i < r.cell_count; i++) {
		if (cell__same_key(&r.cells[0], &r.cells[i], PROBE_SET_AXIS)) {
			r.cells[i].skipped = strdup("no memory");
			r.cells[i].n = 0;
		}
	}
	answer(&r, &answers);
	a = find_answer(&answers, "everything");
	assert_false(a->warning);
	assert_non_null(strstr(a->figure, " cells were skipped: no memory"));
	assert_string_equal(strchr(a->detail, 'S'), "Skipped: fork at 64M (no memory).");
	run__free(&r);
}

/* 2 us per MiB, and no count that says what was copied. */
TEST(an_untraced_fork_has_its_slope)
{
	struct run r = {.ended = true};
	struct answers answers;
	const struct answer *a;

	r.clock = strdup("monotonic");
	r.end.births = MISSING;
	for (size_t i = 0; i < 3; i++) {
		struct cell *c = sample_cell(&r, "fork", (int64_t)(1 << 20) << i, "none", 0);

		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], 5000 + (2000 << i));
	}
	answer(&r, &answers);
	a = find_answer(&answers, "memory cost");
	assert_string_equal(a->figure, "2.00 \xc2\xb5s per MiB (fork)");
	assert_string_equal(a->detail,
			    "fork: call 2.00 \xc2\xb5s (per MiB: slopes of the medians, by least "
			    "squares; no interval: the file does not say its blocks). No bill: "
			    "clone_setup was not measured.");
	run__free(&r);
}

static void add_stall(struct run *r, const char *method, int64_t ns)
{
	struct cell *c = sample_cell(r, method, 256 << 20, "none", 0);

	c->n = 1;
	series__push(&c->samples[SAMPLE_spawn_ns], 5000000);
	series__push(&c->samples[SAMPLE_stall_ns], ns);
	series__push(&c->samples[SAMPLE_stall_base_ns], 3000);
}

TEST(answers_say_who_else_waits)
{
	struct run r = {.ended = true};
	struct answers answers;
	const struct answer *a;

	r.clock = strdup("monotonic");
	r.end.births = MISSING;
	add_stall(&r, "posix_spawn", 9000);
	add_stall(&r, "fork", 4000000);
	answer(&r, &answers);
	a = find_answer(&answers, "other threads wait");
	assert_string_equal(a->figure, "4.00 ms during fork from 256 MiB, 9.00 \xc2\xb5s during "
				       "posix_spawn");
	assert_non_null(strstr(a->detail, "without a call 3.00 \xc2\xb5s"));
	run__free(&r);
}

static void add_limited(struct run *r, const char *method, const char *limit, int64_t number)
{
	struct cell *c = sample_cell(r, method, 1 << 20, "none", 0);

	cell__add_key_text(c, "limit", limit);
	c->n = 2;
	for (int i = 0; i < 2 && number; i++)
		series__push(&c->errnos, number);
}

TEST(answers_say_how_calls_fail_that_were_to_fail)
{
	struct run r = {.ended = true};
	struct answers answers;

	r.clock = strdup("monotonic");
	r.end.births = MISSING;
	add_limited(&r, "posix_spawn", "none", 0);
	answer(&r, &answers);
	for (size_t i = 0; i < answers.n; i++)
		assert_null(strstr(answers.v[i].question, "limit"));
	add_limited(&r, "vfork", "commit", 0);
	add_limited(&r, "fork", "commit", ENOMEM);
	add_limited(&r, "fork", "nproc", 0);
	answer(&r, &answers);
	assert_string_equal(find_answer(&answers, "at the limit")->figure,
			    "2 of 6 calls: ENOMEM; not vfork, fork");
	run__free(&r);
}

/* A cell of one sample with its axes. */
static struct cell *add_on_axes(struct run *r, const char *method, int64_t vmas, int64_t later,
				int64_t call_ns)
{
	struct cell *c = sample_cell(r, method, 1 << 20, "none", 0);

	cell__add_key_number(c, "vmas", vmas);
	cell__add_key_number(c, "later", later);
	c->n = 1;
	series__push(&c->samples[SAMPLE_spawn_ns], call_ns);
	series__push(&c->samples[SAMPLE_total_ns], 2 * call_ns);
	return c;
}

/* 2 ns per VMA of fork, 0.2 of vfork; and 10 per unit of an axis of which only the name is known.
 */
TEST(each_axis_has_its_slope)
{
	struct run r = {.ended = true};
	struct answers answers;
	const struct answer *a;

	r.clock = strdup("monotonic");
	for (int64_t vmas = 0; vmas <= 2000; vmas += 1000) {
		for (int64_t later = 0; later <= 7; later += 7) {
			add_on_axes(&r, "vfork", vmas, later, 1000 + vmas / 5);
			add_on_axes(&r, "fork", vmas, later, 5000 + 2 * vmas + 10 * later);
		}
	}
	answer(&r, &answers);
	a = find_answer(&answers, "a VMA cost");
	assert_string_equal(a->figure, "4 ns per VMA (fork later=0)");
	assert_string_equal(
		a->detail,
		"vfork later=0: call 0.20 ns, until reaped 0.40 ns; fork later=0: call 2 ns, "
		"until reaped 4 ns; vfork later=7: call 0.20 ns, until reaped 0.40 ns; fork "
		"later=7: call 2 ns, until reaped 4 ns (per VMA: slopes of the medians, by "
		"least squares; no interval: the file does not say its blocks).");
	assert_true(a->headline && a->beside);
	a = find_answer(&answers, "does later cost");
	assert_string_equal(a->figure, "20 ns per later (fork vmas=0)");
	for (size_t i = 0; i < answers.n; i++)
		assert_null(strstr(answers.v[i].question, "memory"));
	run__free(&r);
}

/* A file may have more axes than any bench: each has an answer, up to the most. */
TEST(many_axes_have_room)
{
	struct run r = {.ended = true};
	struct answers answers;
	char name[16];

	r.clock = strdup("monotonic");
	for (int k = 0; k < 2; k++) {
		struct cell *c = sample_cell(&r, "fork", 1 << 20, "none", 0);

		for (int i = 0; i < 2 * AXES_MAX; i++) {
			snprintf(name, sizeof(name), "axis%d", i);
			cell__add_key_number(c, name, k);
		}
		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], 1000);
	}
	answer(&r, &answers);
	assert_true(answers.n <= ANSWERS_MAX);
	run__free(&r);
}

/* With names as long as they come: of 52 parents each has a fastest way, and of 26 a line. */
TEST(long_lists_end_with_what_was_left_out)
{
	struct run r = {.ended = true};
	struct answers answers;
	const struct answer *a;
	char pages[80];

	r.clock = strdup("monotonic");
	for (size_t i = 0; i < 52; i++) {
		snprintf(pages, sizeof(pages), "%zu-\xc2\xb5-names-that-go-on-and-on-and-on-and-on",
			 i / 2);
		for (size_t k = 0; k < 2; k++) {
			struct cell *c = run__add_cell(&r);

			cell__add_key_text(c, "method", k ? "fork" : "vfork");
			cell__add_key_number(c, "rss_bytes", i % 2 ? 1 << 20 : 64 << 20);
			cell__add_key_text(c, "pages", pages);
			c->n = 1;
			series__push(&c->samples[SAMPLE_spawn_ns], i / 2 % 2 == k ? 1000 : 2000);
		}
	}
	answer(&r, &answers);
	a = find_answer(&answers, "child");
	assert_non_null(strstr(a->detail, "; and 46 more (median, call to return"));
	a = find_answer(&answers, "memory cost");
	assert_non_null(strstr(a->detail,
			       "; and 20 more (per MiB: slopes of the medians, by least squares"));
	run__free(&r);
}

/* When the program of fork-exec runs, in microseconds, from parents of so many MiB. */
static void check_crossing(size_t n, const int64_t *mib, const int64_t *us, const char *figure,
			   const char *detail)
{
	struct run r = {.ended = true};
	struct answers answers;
	const struct answer *a;

	r.clock = strdup("monotonic");
	for (size_t i = 0; i < n; i++) {
		add_started(&r, "posix_spawn", "none", mib[i], 100);
		add_started(&r, "fork-exec", "none", mib[i], us[i]);
	}
	answer(&r, &answers);
	a = find_answer(&answers, "more expensive");
	assert_string_equal(a->figure, figure);
	assert_non_null(strstr(a->detail, detail));
	run__free(&r);
}

TEST(every_size_counts_for_where_fork_overtakes)
{
	static const int64_t sizes[] = {1, 4, 16, 64}, from_nothing[] = {0, 64};

	check_crossing(2, from_nothing, (const int64_t[]){50, 250}, "beyond about 16 MiB",
		       "From 0 its program runs after 0.5 times as long as that of posix_spawn, "
		       "from 64 MiB 2.5");
	check_crossing(2, from_nothing, (const int64_t[]){50, 60}, "at no size measured", "From 0");
	check_crossing(4, sizes, (const int64_t[]){110, 150, 200, 300}, "at every size measured",
		       "From 1 MiB its program runs after 1.1 times as long as that of "
		       "posix_spawn, from 64 MiB 3");
	check_crossing(4, sizes, (const int64_t[]){200, 50, 40, 30}, "up to about 2.0 MiB",
		       "An estimate");
	check_crossing(
		4, sizes, (const int64_t[]){90, 105, 60, 50}, "at 1 of 4 sizes measured",
		"0.9 times as long as that of posix_spawn, from 4 MiB 1.05 times, from 16 MiB 0.6 "
		"times, from 64 MiB 0.5 times (medians");
}

/* As with --program and without probes. */
TEST(methods_that_exec_have_no_winner_if_nothing_says_when_they_start)
{
	static const char *const methods[] = {"fork", "fork-exec", "vfork-exec", "posix_spawn"};
	struct run r = {.ended = true};
	struct answers answers;

	r.clock = strdup("monotonic");
	for (size_t i = 0; i < 4; i++) {
		struct cell *c = sample_cell(&r, methods[i], 1 << 20, "none", 0);

		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], 1000);
	}
	answer(&r, &answers);
	for (size_t i = 0; i < answers.n; i++)
		assert_null(strstr(answers.v[i].question, "fastest"));
	run__free(&r);
}

/* Two ways that are as good: the first stays the answer until the other is clearly faster. */
TEST(a_near_tie_is_no_victory)
{
	struct answers answers;
	int64_t call[2][2] = {{1000, 1020}, {1030, 1000}};

	for (size_t round = 0; round < 2; round++) {
		struct run r = {.ended = true};
		r.clock = strdup("monotonic");
		for (size_t i = 0; i < 2; i++) {
			for (size_t k = 0; k < 2; k++) {
				struct cell *c = sample_cell(&r, k ? "clone" : "vfork",
							     (int64_t)(1 << 20) << i, "none", 0);

				c->n = 1;
				series__push(&c->samples[SAMPLE_spawn_ns], call[i][k]);
			}
		}
		answer(&r, &answers);
		assert_string_equal(
			find_answer(&answers, "child")->figure,
			round ? "it depends on the parent: vfork from 1 MiB, clone from 2 MiB"
			      : "vfork, 1.00 \xc2\xb5s from 1 MiB; clone takes 1.02 times as long");
		run__free(&r);
		call[0][1] = call[1][0] = 1200;
	}
}

/* Eight blocks of two samples each, around the median by so many percent. */
static void add_noisy(struct run *r, const char *method, const char *trace, int64_t mib, double us,
		      const int *percent)
{
	struct cell *c = sample_cell(r, method, mib << 20, trace, 0);

	for (size_t i = 0; i < 16; i++) {
		int of_block = percent[i / 2];
		int64_t ns = (int64_t)(us * (1000 + 10 * of_block));

		series__push(&c->samples[SAMPLE_spawn_ns], ns);
		series__push(&c->samples[SAMPLE_exec_ns], ns);
		c->n++;
	}
}

static const int quiet[] = {0, 1, -1, 0, 1, -1, 0, 0}, busy[] = {9, -8, 0, 6, -7, 8, -3, 2};

/* A tracing cost of 1 %, once above and once within what blocks differ by. */
TEST(a_difference_within_noise_is_called_so)
{
	for (size_t noisy = 0; noisy < 2; noisy++) {
		struct run r = {.ended = true, .rounds = 8};
		struct answers answers;
		const char *figure;

		r.clock = strdup("monotonic");
		add_noisy(&r, "fork-exec", "none", 1, 100, quiet);
		add_noisy(&r, "fork-exec", "phases", 1, noisy ? 101 : 104, noisy ? busy : quiet);
		answer(&r, &answers);
		figure = find_answer(&answers, "tracing")->figure;
		if (noisy)
			assert_memory_equal(figure, "within the noise of this run (\xc2\xb1 ", 32);
		else
			assert_string_equal(figure, "+4.00 % (+4.00 to +4.00)");
		run__free(&r);
	}
}

/* Where the ratio's interval holds 1, there is no "up to" and no "beyond". */
TEST(a_crossing_within_noise_has_no_number)
{
	static const struct {
		double us[3];
		const int *noise;
		const char *figure;
	} cases[] = {
		{{50, 100, 200}, quiet, "beyond about "},
		{{101, 101, 200}, busy, "at 1 of 3 sizes measured, within noise at 2"},
		{{101, 99, 102}, busy, "within the noise of this run"},
		{{50, 60, 101}, busy, "at no size measured, within noise at 1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run r = {.ended = true, .rounds = 8};
		struct answers answers;
		const char *figure;

		r.clock = strdup("monotonic");
		for (size_t k = 0; k < 3; k++) {
			add_noisy(&r, "posix_spawn", "none", 1 << 2 * k, 100, quiet);
			add_noisy(&r, "fork-exec", "none", 1 << 2 * k, cases[i].us[k],
				  cases[i].noise);
		}
		answer(&r, &answers);
		figure = find_answer(&answers, "more expensive")->figure;
		if (strncmp(figure, cases[i].figure, strlen(cases[i].figure)))
			fail_msg("%s is not %s", figure, cases[i].figure);
		run__free(&r);
	}
}

TEST(a_run_with_too_few_blocks_says_so)
{
	struct run r = {.ended = true, .rounds = 5};
	struct answers answers;
	const struct answer *a;

	r.clock = strdup("monotonic");
	add_noisy(&r, "fork-exec", "none", 1, 100, busy);
	add_noisy(&r, "posix_spawn", "none", 1, 80, busy);
	answer(&r, &answers);
	a = find_answer(&answers, "fastest");
	assert_string_equal(a->figure,
			    "posix_spawn, 80.8 \xc2\xb5s; fork-exec takes 1.25 times as long");
	assert_non_null(strstr(a->detail, "; too few blocks for an interval)."));
	/* In the lab, times are exact. */
	strcpy(r.clock, "icount");
	answer(&r, &answers);
	a = find_answer(&answers, "fastest");
	assert_null(strstr(a->detail, "interval"));
	run__free(&r);
}
