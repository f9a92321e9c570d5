// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What --watch counts and draws, of births that are made up. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/clock.h"
#include "bench/tests/unit.h"
#include "user/profile/watch_screen.h"
#include "user/tests/harmless.h"
#include "user/tests/sample_birth.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

static struct watch_sums *sums;
static struct strbuf text;

static void add(const struct birth *b)
{
	assert_int_equal(watch_sums__add(sums, b, BIRTH_BEGUN), 0);
	assert_int_equal(watch_sums__add(sums, b, BIRTH_SETTLED), 0);
	assert_int_equal(watch_sums__add(sums, b, BIRTH_OVER), 0);
}

/* `n` forks of a program; each makes the kernel work for longer than the one before. */
static void add_forks(const char *comm, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct birth b = sample_exec_birth(10, 100 + i, 1000000ULL * (i + 1));

		snprintf(b.comm, sizeof(b.comm), "%s", comm);
		add(&b);
	}
}

static int begin(void **state)
{
	sums = watch_sums__new(GROUP_BY_COMM, 2, 0);
	return sums ? 0 : -1;
}

static int end(void **state)
{
	watch_sums__free(sums);
	strbuf__free(&text);
	return 0;
}

/* A screen of all births so far, one second after the start. */
static struct watch_screen screen_of(void)
{
	struct watch_screen w = {.clock = "monotonic",
				 .cpus = 2,
				 .elapsed_ns = 3725 * NS_PER_S,
				 .waited = 0.125,
				 .sort = WATCH_WORK};

	assert_int_equal(watch_sums__read(sums, NS_PER_S, &w.reading), 0);
	return w;
}

/* Draws, checks that it fits, and returns the lines. */
static size_t draw(struct watch_screen *w, size_t columns, size_t lines)
{
	size_t n = 0;

	strbuf__clear(&text);
	watch_screen__draw(w, columns, lines, &text);
	for (const char *at = strbuf__text(&text); *at; at += strcspn(at, "\n") + 1) {
		size_t length = strcspn(at, "\n");

		assert_int_equal(at[length], '\n');
		if (utf8_width_of(at, length) > columns)
			fail_msg("%zu columns: %.*s", columns, (int)length, at);
		n++;
	}
	assert_true(n <= lines);
	return n;
}

static bool shows(const char *words)
{
	return strstr(strbuf__text(&text), words) != NULL;
}

/* The place of a row among the others. */
static size_t place(const char *label)
{
	const char *at = strstr(strbuf__text(&text), label);

	if (!at)
		fail_msg("%s is not in\n%s", label, strbuf__text(&text));
	return (size_t)(at - strbuf__text(&text));
}

TEST_BETWEEN(a_birth_is_counted_when_its_call_is_over_and_its_work_once, begin, end)
{
	struct birth b = sample_exec_birth(10, 11, 1000000);
	struct watch_screen w;
	double begun;

	b.life.dead = true;
	b.life.edge[EDGE_exit_start] = 1050000;
	b.life.edge[EDGE_exit_mm_end] = 1057000;
	assert_int_equal(watch_sums__add(sums, &b, BIRTH_BEGUN), 0);
	w = screen_of();
	assert_int_equal(w.reading.n, 1);
	assert_true(w.reading.v[0].value[WATCH_BIRTHS] == 1);
	assert_true(w.reading.v[0].value[WATCH_RATE] == 1);
	assert_true(w.reading.v[0].value[WATCH_CALL] == 9000);
	assert_true(isnan(w.reading.v[0].value[WATCH_STARTED]));
	begun = w.reading.v[0].value[WATCH_WORK];
	assert_true(w.reading.all.value[WATCH_CPU] == begun / (2.0 * NS_PER_S));

	assert_int_equal(watch_sums__add(sums, &b, BIRTH_SETTLED), 0);
	assert_int_equal(watch_sums__add(sums, &b, BIRTH_OVER), 0);
	assert_int_equal(watch_sums__read(sums, 3 * NS_PER_S, &w.reading), 0);
	assert_true(w.reading.v[0].value[WATCH_BIRTHS] == 1);
	assert_true(w.reading.v[0].value[WATCH_RATE] == 0);
	assert_true(w.reading.v[0].value[WATCH_STARTED] == 13000);
	assert_true(w.reading.v[0].value[WATCH_WORK] > begun + 7000);
	assert_true(w.reading.v[0].value[WATCH_WORK] == (double)birth_work_ns(&b));
	assert_true(w.reading.all.value[WATCH_WORK] == (double)birth_work_ns(&b));
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(calls_that_fail_are_errors_and_those_restarted_are_nothing, begin, end)
{
	struct birth failed = sample_birth(10, 0, 1000000), again = failed;
	struct watch_screen w;

	failed.life.result = -EAGAIN;
	again.life.result = -ERESTARTNOINTR;
	add(&failed);
	add(&again);
	add_forks("other", 2);
	w = screen_of();
	assert_true(w.reading.all.value[WATCH_BIRTHS] == 2);
	assert_true(w.reading.all.value[WATCH_ERRORS] == 1);
	draw(&w, 200, 10);
	assert_true(shows(" ERRORS "));
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(each_line_fits_whatever_the_size_and_the_names, begin, end)
{
	static const char *const names[] = {"plain", SAMPLE_HOSTILE, "\033[2J\033[2J\033[2J\n",
					    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5",
					    "sixteen-letters-"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_forks(names[i], 3 + (uint32_t)i);
	for (size_t columns = 1; columns <= 220; columns++)
		for (size_t lines = 0; lines <= 30; lines++) {
			struct watch_screen w = screen_of();

			w.help = lines % 3 == 2;
			w.paused = lines % 2;
			w.no_call = columns % 2 ? SAMPLE_HOSTILE : NULL;
			w.note = columns % 4 == 1 ? SAMPLE_HOSTILE : NULL;
			w.no_copy = columns % 3 == 1;
			w.lost = columns % 5;
			w.elapsed_ns = INT64_MAX;
			draw(&w, columns, lines);
			layout_set_width(220);
			assert_harmless(text.text ? text.text : (char[]){""});
			watch_reading__free(&w.reading);
		}
	layout_set_width(0);
}

/* At 40 x 10, 80 x 24 and 200 x 50. */
TEST_BETWEEN(a_screen_has_a_headline_names_rows_and_a_last_line, begin, end)
{
	struct watch_screen w;

	for (uint32_t i = 0; i < 60; i++) {
		char name[17];

		snprintf(name, sizeof(name), "program-no.-%04u", i % 100);
		add_forks(name, 1 + i);
	}
	w = screen_of();
	assert_int_equal(draw(&w, 40, 10), 10);
	assert_true(shows("1,830 births  1,830/s  CPU "));
	assert_true(shows(
		"\nPARENT           METHOD  BIRTHS   WORK▼\nprogram-no.-0059 fork        60 "));
	assert_true(shows("\nq quit  h keys  1-7 of 60  by WORK\n"));
	assert_int_equal(draw(&w, 80, 24), 24);
	assert_true(shows(" of 2 CPUs  a parent waits 12 % of the time"));
	assert_true(shows("  METHOD   BIRTHS     RATE    WORK▼     CPU     CALL   MEDIAN\n"));
	assert_int_equal(draw(&w, 200, 50), 50);
	assert_true(shows("  1:02:05  in sum: work "));
	assert_true(shows("  nothing lost\n"));
	assert_true(shows("   MAX   STARTED    RSS\n"));
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(rows_are_sorted_by_the_column_of_the_key, begin, end)
{
	struct birth slow = sample_birth(10, 500, 1000000);
	struct watch_screen w;

	add_forks("many", 9);
	add_forks("few", 2);
	strcpy(slow.comm, "slow");
	slow.life.edge[EDGE_woken] += 500000;
	slow.life.edge[EDGE_clone_return] += 500000;
	slow.life.edge[EDGE_mm_end] -= 4000;
	add(&slow);
	w = screen_of();
	w.sort = (enum watch_column)watch_screen__sort_of('b');
	draw(&w, 80, 24);
	assert_true(shows(" BIRTHS▼ "));
	assert_true(place("\nmany ") < place("\nfew ") && place("\nfew ") < place("\nslow "));
	assert_true(watch_screen__sort(&w, watch_screen__sort_of('c')));
	draw(&w, 40, 24); /* its column is shown, though there is little room */
	assert_true(shows(" CALL▼"));
	assert_true(place("\nslow ") < place("\nmany ") && place("\nmany ") < place("\nfew "));
	w.turned = true;
	draw(&w, 80, 24);
	assert_true(shows(" CALL▲"));
	assert_true(place("\nfew ") < place("\nmany ") && place("\nmany ") < place("\nslow "));
	w.turned = false;
	watch_screen__sort(&w, watch_screen__sort_of('n'));
	draw(&w, 80, 24);
	assert_true(place("\nfew ") < place("\nmany ") && place("\nmany ") < place("\nslow "));
	assert_int_equal(watch_screen__sort_of('Z'), -1);
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(what_is_not_measured_has_no_column_and_a_reason, begin, end)
{
	struct watch_screen w;

	add_forks("program", 3);
	w = screen_of();
	w.no_call = "the reason";
	w.no_copy = w.light = true;
	w.waited = NAN;
	draw(&w, 200, 10);
	assert_false(shows("CALL") || shows("MEDIAN") || shows("STARTED") || shows("waits"));
	assert_true(shows("  work at least "));
	assert_true(shows("WORK lacks copy_mm, calls have no time: --detail calls"));
	assert_false(watch_screen__sort(&w, WATCH_CALL));
	assert_int_equal(w.sort, WATCH_WORK);
	draw(&w, 80, 10);
	assert_true(shows("\ncalls have no time: the reason\n"));
	/* The next column is never one of them. */
	for (int i = 0; i < 2 * WATCH_COLUMNS; i++) {
		watch_screen__sort_next(&w, i < WATCH_COLUMNS ? 1 : -1);
		assert_false(w.sort == WATCH_CALL || w.sort == WATCH_STARTED);
	}
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(losses_stand_in_the_headline_at_any_width, begin, end)
{
	struct watch_screen w;

	add_forks("program", 3);
	w = screen_of();
	w.lost = 1234;
	draw(&w, 40, 10);
	assert_int_equal(place("at least 3 births  LOST 1,234  "), 0);
	draw(&w, 200, 10);
	assert_int_equal(place("at least 3 births  LOST 1,234  "), 0);
	assert_false(shows("nothing lost"));
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(rows_scroll_to_the_last_and_no_further, begin, end)
{
	struct watch_screen w;

	for (char name[] = "a"; *name <= 'z'; ++*name)
		add_forks(name, 1);
	w = screen_of();
	w.sort = WATCH_NAME;
	w.first = 1000;
	draw(&w, 80, 10);
	assert_int_equal(w.first, 26 - 7);
	assert_true(shows("  20-26 of 26  "));
	assert_true(shows("\nz  ") && !shows("\ns  "));
	watch_reading__free(&w.reading);
}

/* A row that is not used makes place; what it had is not lost. */
TEST_BETWEEN(rows_are_bounded, begin, end)
{
	struct watch_screen w;
	char name[17];

	for (uint32_t i = 0; i < WATCH_ROWS_MAX + 10; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		add_forks(name, 1);
		add_forks("p0", 1); /* always in use */
	}
	w = screen_of();
	w.sort = WATCH_BIRTHS;
	assert_int_equal(w.reading.n, WATCH_ROWS_MAX + 1);
	assert_string_equal(w.reading.v[WATCH_ROWS_MAX].label, "(others)");
	assert_true(w.reading.v[WATCH_ROWS_MAX].value[WATCH_BIRTHS] == 10);
	assert_true(w.reading.all.value[WATCH_BIRTHS] == 2 * (WATCH_ROWS_MAX + 10));
	draw(&w, 80, 10);
	assert_true(shows("\np0   "));
	assert_true(shows("\n(others)          -            10 "));
	watch_reading__free(&w.reading);

	/* And all is forgotten on demand. */
	watch_sums__clear(sums, NS_PER_S);
	w = screen_of();
	assert_int_equal(w.reading.n, 0);
	draw(&w, 80, 10);
	assert_int_equal(place("0 births  "), 0);
	watch_reading__free(&w.reading);
}

/* What differs in the middle alone differs by a number, whatever the order. */
TEST_BETWEEN(long_names_that_look_the_same_have_numbers, begin, end)
{
	static const char *const names[] = {"same-start-abc-same-end", "same-start-def-same-end",
					    "short"};
	struct birth b = sample_birth(10, 11, 1000000);
	struct watch_screen w;

	watch_sums__free(sums);
	sums = watch_sums__new(GROUP_BY_EXE, 2, 0);
	for (size_t i = 0; i < 4; i++) {
		strcpy(b.exe, names[i % 3]);
		b.exe_inode = 1 + i % 3;
		b.life.method = i < 3 ? CLONE_METHOD_FORK : CLONE_METHOD_VFORK;
		add(&b);
	}
	w = screen_of();
	w.by = GROUP_BY_EXE;
	for (int turned = 0; turned < 2; turned++) {
		w.turned = turned;
		draw(&w, 40, 10);
		assert_true(shows("\nsame-start-abc..1 fork "));
		assert_true(shows("\nsame-start-abc..4 vfork "));
		assert_true(shows("\nsame-start-def..2 fork "));
		assert_true(shows("\nshort   "));
	}
	draw(&w, 120, 10);
	assert_true(shows("\nsame-start-abc-same-end  fork"));
	watch_reading__free(&w.reading);
}

TEST_BETWEEN(long_names_differ_at_both_ends, begin, end)
{
	struct birth b = sample_birth(10, 11, 1000000);
	struct watch_screen w;

	watch_sums__free(sums);
	sums = watch_sums__new(GROUP_BY_EXE, 2, 0);
	for (int i = 0; i < 3; i++) {
		memset(b.exe, 'x', EXE_NAME_MAX);
		b.exe[EXE_NAME_MAX - 1] = "abc"[i];
		b.exe_inode = 1 + (uint64_t)i;
		add(&b);
	}
	w = screen_of();
	w.by = GROUP_BY_EXE;
	draw(&w, 40, 10);
	assert_true(shows("\nPROGRAM  "));
	assert_true(shows("\nxxxxxxx..xxxxxxxa fork ") && shows("xxxxxxxb fork "));
	draw(&w, 200, 10);
	assert_true(shows("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxa  fork"));
	watch_reading__free(&w.reading);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
