// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <string.h>

#include "bench/shared/axis_names.h"
#include "bench/shared/method_names.h"
#include "bench/tests/unit.h"
#include "user/answers/figure.h"
#include "user/answers/figure_cells.h"
#include "user/model/run.h"

static struct run run;
static struct rows rows;
static struct answers answers;

static void begin(const char *suite, const char *clock)
{
	run = (struct run){.ended = true, .clock = strdup(clock)};
	run__add_env_text(&run, "suite", suite);
	run__add_env_text(&run, "hypervisor", "KVM");
}

/* A cell of this method and parent, whose total has these values, or n times the one. */
static struct cell *add(const char *method, int64_t bytes, const int64_t *total, size_t n)
{
	struct cell *c = run__add_cell(&run);

	cell__add_key_text(c, "method", method);
	cell__add_key_number(c, "rss_bytes", bytes);
	cell__add_key_text(c, "pages", "4k");
	cell__add_key_text(c, "trace", "none");
	c->n = n;
	for (size_t i = 0; i < n; i++) {
		series__push(&c->samples[SAMPLE_spawn_ns], 100);
		series__push(&c->samples[SAMPLE_total_ns], total[i]);
	}
	return c;
}

static void add_one(const char *method, int64_t bytes, int64_t total)
{
	add(method, bytes, &total, 1);
}

static void end(void)
{
	struct axes axes;

	axes__find(&axes, &run);
	assert_int_equal(rows__init(&rows, &run, rows_probe_set(&run), &axes), 0);
	answers.n = 0;
	answers__add_figure(&answers, &rows);
}

static void free_all(void)
{
	rows__free(&rows);
	run__free(&run);
}

static const char *figure_at(size_t i)
{
	assert_true(i < answers.n);
	return answers.v[i].figure;
}

/* Forks from parents with VMAs, which take so many ns each. */
static void vmas(const char *clock, int64_t ns)
{
	static const int64_t counts[] = {0, 800, 6400};

	begin("f4", clock);
	for (size_t i = 0; i < 3; i++) {
		int64_t total = 50000 + ns * counts[i];
		struct cell *c = add("fork", 1 << 20, &total, 1);

		cell__add_key_number(c, "vmas", counts[i]);
		cell__add_key_text(c, "mapping", "untouched");
	}
	end();
}

TEST(each_figure_is_there_and_names_methods_and_axes_that_exist)
{
	static const char *const methods[] = {
#define X(identifier, name, kind) name,
		METHODS(X)
#undef X
	};
	static const char *const axes[] = {
#define X(name, ...) #name,
		AXES_BESIDE_SIZE(X)
#undef X
			SIZE_KEY,
	};

	for (size_t i = 1; i <= 15; i++) {
		char suite[8];
		const struct figure *f;

		snprintf(suite, sizeof(suite), "f%zu", i);
		f = published_figure(suite);
		assert_non_null(f);
		assert_true(strlen(f->source) > 20 && f->ours[0].label && f->claims[0].question);
		for (size_t k = 0; k < FIGURE_CLAIMS_MAX && f->claims[k].question; k++) {
			struct figure_cells c = {0};
			bool method = false;

			figure_cells__add(&c, f->claims[k].over);
			for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++)
				method |= !strcmp(c.method, methods[m]);
			assert_true(method);
			for (size_t a = 0; a < c.n; a++) {
				bool axis = false;

				for (size_t m = 0; m < sizeof(axes) / sizeof(axes[0]); m++)
					axis |= !strcmp(c.axes[a].name, axes[m]);
				assert_true(axis);
			}
			assert_true(isnan(f->claims[k].low) ? f->claims[k].words != NULL
							    : f->claims[k].low > 0);
			/* What is of another quantity has words for it. */
			assert_true(!f->claims[k].unlike || f->claims[k].words);
		}
	}
	assert_int_equal(published_figure_count, 15);
	assert_null(published_figure("f16"));
}

TEST(a_slope_beside_the_published_one)
{
	vmas("monotonic", 400);
	assert_int_equal(answers.n, 3);
	assert_string_equal(answers.v[0].question, "F4: what does one more empty VMA cost?");
	assert_string_equal(figure_at(0), "400 ns; published: 325 ns to 495 ns: agrees");
	/* There are no VMAs with pages in this run. */
	assert_string_equal(figure_at(1), "-; published: 325 ns to 495 ns: not measured");
	/* Of (800, 370 us) and (6400, 2610 us): log(2610 / 370) / log(8) is 0.939. */
	assert_non_null(strstr(figure_at(2), "0.94; published: 0.93 to 0.95"));
	free_all();
	vmas("monotonic", 1000);
	assert_string_equal(figure_at(0), "1.00 \xc2\xb5s; published: 325 ns to 495 ns: differs");
	free_all();
}

TEST(instructions_are_no_time_but_have_powers)
{
	vmas("icount", 1000);
	assert_non_null(strstr(figure_at(0), "instructions are no time"));
	assert_non_null(strstr(figure_at(2), "agrees"));
	free_all();
}

/* Table 28-3 of TLPI: 764 and 435 a second, 1.756 times as long. */
TEST(a_ratio_of_two_parents)
{
	begin("f3", "monotonic");
	add_one("fork-exec", 2 << 20, 100000);
	add_one("fork-exec", 12 << 20, 170000);
	add_one("vfork-exec", 2 << 20, 60000);
	add_one("vfork-exec", 12 << 20, 120000);
	end();
	assert_string_equal(figure_at(1), "1.70; published: 1.76: agrees");
	assert_string_equal(figure_at(2), "2.00; published: 1.01: differs");
	assert_string_equal(figure_at(4), "1.70; published: grows: differs");
	free_all();
}

TEST(an_interval_with_values_of_both_decides_nothing)
{
	int64_t small[32], large[32];

	for (size_t i = 0; i < 32; i++) {
		small[i] = 100000;
		/* From 2.2 to 3.2 times: published 1.76 within 1.5 ends at 2.63. */
		large[i] = 220000 + (int64_t)(i * 7 % 8) * 14000;
	}
	begin("f3", "monotonic");
	run.rounds = 32;
	add("fork-exec", 2 << 20, small, 32);
	add("fork-exec", 12 << 20, large, 32);
	end();
	assert_non_null(strstr(figure_at(1), ": within noise of both"));
	free_all();
}

TEST(a_platform_has_its_own_number)
{
	begin("f2", "monotonic");
	for (int64_t i = 1; i <= 4; i++) {
		struct cell *c = run__add_cell(&run);

		cell__add_key_text(c, "method", "fork");
		cell__add_key_number(c, "rss_bytes", i << 30);
		cell__add_key_text(c, "trace", "none");
		c->n = 1;
		series__push(&c->samples[SAMPLE_spawn_ns], i * 20000000);
		series__push(&c->samples[SAMPLE_total_ns], i * 40000000);
	}
	end();
	assert_int_equal(answers.n, 2);
	assert_string_equal(answers.v[0].question, "F2: what does a GB cost under KVM?");
	assert_string_equal(figure_at(0), "20.0 ms; published: 23.0 ms: agrees");
	free_all();
}

/* Of fork, whose child may run before it returns; vfork waits for its own. */
TEST(in_the_lab_a_call_ends_where_the_child_runs_first)
{
	struct figure_cells cells = {0};
	struct figure_median m;
	int64_t total = 500;

	begin("f1", "icount");
	add("fork", 1 << 20, &total, 1);
	series__push(&run.cells[0].samples[SAMPLE_first_run_ns], 60);
	add("vfork", 1 << 20, &total, 1);
	series__push(&run.cells[1].samples[SAMPLE_first_run_ns], 60);
	end();
	figure_cells__add(&cells, "fork");
	assert_int_equal(
		figure_median__of(&m, &rows, figure_cells__find(&cells, &rows, NULL), FIGURE_CALL),
		0);
	assert_true(m.all == 60);
	cells = (struct figure_cells){0};
	figure_cells__add(&cells, "vfork @call");
	assert_int_equal(
		figure_median__of(&m, &rows, figure_cells__find(&cells, &rows, NULL), cells.value),
		0);
	assert_true(m.all == 100);
	free_all();
}

TEST(a_run_of_another_suite_has_no_figure)
{
	begin("standard", "monotonic");
	add_one("fork", 1 << 20, 100000);
	end();
	assert_int_equal(answers.n, 0);
	assert_null(figure_of(&run));
	free_all();
}

TEST(points_stand_by_their_places)
{
	struct figure_point points[8];

	vmas("monotonic", 400);
	assert_int_equal(figure_line__points(figure_of(&run), 1, &rows, points, 8), 3);
	assert_true(points[0].x == 0 && points[1].x == 800 && points[2].x == 6400);
	assert_true(points[2].y.estimate == 50000 + 400 * 6400);
	assert_int_equal(figure_line__points(figure_of(&run), 0, &rows, points, 8), 0);
	free_all();
}

TEST(another_quantity_stands_beside_ours_without_a_verdict)
{
	static const struct figure_claim c = {
		.question = "the one, in times of the other?",
		.over = "fork rss_bytes=max @total",
		.under = "fork rss_bytes=min @total",
		.low = 4,
		.high = 4,
		.factor = 2,
		.words = "of something else",
		.unlike = true,
	};
	struct figure_reading r;
	char published[64];

	begin("f1", "monotonic");
	add_one("fork", 1 << 20, 100);
	add_one("fork", 64 << 20, 500);
	end();
	assert_int_equal(figure_claim__read(&c, &rows, &r), 0);
	assert_true(r.ours.estimate == 5);
	assert_int_equal(r.verdict, FIGURE_UNLIKE);
	assert_true(isnan(figure_times(&c, &r)));
	figure_text_published(&c, &r, published, sizeof(published));
	assert_string_equal(published, "4.00, of something else");
	free_all();
}
