// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "bench/tests/unit.h"
#include "user/table/table.h"
#include "user/tests/harmless.h"
#include "user/tests/sample_run.h"

static const struct table_options everything = {.views = TABLE_VIEWS_ALL};
static const struct table_options coloured = {.views = TABLE_VIEWS_ALL, .colour = true};

static char *printed(const struct run *r)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	assert_int_equal(table_print(r, &everything, f), 0);
	fclose(f);
	return out;
}

static char *printed_freed(struct run *r)
{
	char *out = printed(r);

	run__free(r);
	return out;
}

static void assert_has(const char *out, const char *part)
{
	if (!strstr(out, part))
		fail_msg("\"%s\" is not in:\n%s", part, out);
}

static void assert_lacks(const char *out, const char *part)
{
	if (strstr(out, part))
		fail_msg("\"%s\" is in:\n%s", part, out);
}

/* On one CPU a child that ran within the call took it from the parent. */
TEST(a_child_that_ran_first_is_named)
{
	struct run r;
	char *out;

	sample_run(&r, 200);
	for (size_t i = 0; i < r.cell_count; i++) {
		struct series *ran = &r.cells[i].samples[SAMPLE_first_run_ns];
		const char *method = cell__method(&r.cells[i]);

		series__free(ran);
		for (size_t k = 0; k < r.cells[i].n; k++)
			series__push(ran, !strcmp(method, "fork") && k % 4
						  ? r.cells[i].samples[SAMPLE_spawn_ns].v[k] - 300
						  : 1000000);
	}
	out = printed(&r);
	assert_null(strstr(out, "ran first"));
	free(out);
	run__add_env_number(&r, "cpus", 1);
	out = printed_freed(&r);
	assert_has(out, "OFF CPU  UNATTRIB\n");
	assert_has(out, " 300 ns    10");
	assert_has(out,
		   "OFF CPU: the child ran first, on the only CPU: to the call's return (in 300 "
		   "of\n  400 calls)\n");
	free(out);
}

/* A cell of that call for each probe set of the suite overhead; of `varied` the second half
 * differs. */
static void add_overhead(struct run *r, const char *varied)
{
	static const struct {
		const char *set;
		int64_t call;
	} taken[] = {{"floor", 1000},
		     {"phases", 1500},
		     {"light", 2000},
		     {"light-floor", 0},
		     {"none", 0}};

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		struct cell *c = sample_cell(r, "vfork", 1 << 20, taken[i].set, 20);
		struct series *call = &c->samples[SAMPLE_spawn_ns];

		sample_series(call, 20, 100000, false);
		for (size_t k = 0; k < 20; k++)
			call->v[k] += taken[i].call +
				      (k >= 10 && !strcmp(taken[i].set, varied) ? 300 : 0);
	}
}

/* Beside empty programs at the same points: (1,500 - 0) of (1,000 - 0), and no floor at all. */
TEST(the_suite_overhead_has_the_floor)
{
	struct run r;
	char *out;

	sample_run(&r, 20);
	out = printed(&r);
	assert_null(strstr(out, "FLOOR"));
	free(out);
	add_overhead(&r, "");
	out = printed_freed(&r);
	assert_has(out, "FLOOR  RATIO\n");
	assert_has(out, "bench          1.50 µs  1.00 µs   1.50\n");
	assert_has(out, "profile light  2.00 µs     0 ns      -\n");
	assert_lacks(out, "varies");
	free(out);
}

/* By the second half of the samples, the empty programs take 1,300 and not 1,000. */
TEST(a_floor_that_varies_has_no_ratio)
{
	struct run r;
	char *out;

	sample_run(&r, 20);
	add_overhead(&r, "floor");
	out = printed_freed(&r);
	assert_has(out, "bench          1.50 µs  varies      -\n");
	assert_has(out, "varies: the halves of the samples differ by more than a quarter");
	free(out);
}

TEST(the_whole_table)
{
	struct run r;
	char *out;

	sample_run(&r, 200);
	out = printed_freed(&r);
	assert_string_equal(
		out,
		"\n"
		"Spawn latency (medians; P90 and P99 of the call)\n"
		"PARENT  METHOD         N     CALL      P90  P99  STARTED   TOTAL  RATIO  +-%\n"
		"1M      posix_spawn  200   353 µs   354 µs    -   403 µs  554 µs  1.00x  0.0\n"
		"        fork         200  62.4 µs  62.6 µs    -        -  263 µs  1.00x  0.0\n"
		"64M     fork         200   136 µs   137 µs    -        -  337 µs  1.00x  0.0\n"
		"        posix_spawn  200   353 µs   354 µs    -   403 µs  554 µs  1.00x  0.0\n"
		"RATIO: of STARTED to posix_spawn's; without exec, of CALL to fork's\n"
		"+-%: the 95 % interval of STARTED, or without exec of CALL, to either side\n"
		"\n"
		"Where the call's time went (medians)\n"
		"PARENT  METHOD         SETUP  COPY_MM   FINISH     WAKE  VFORK_WAIT  UNATTRIB\n"
		"1M      posix_spawn  9.04 µs        -        -  2.01 µs      301 µs    402 ns\n"
		"        fork         9.04 µs  1.05 µs  1.51 µs  2.01 µs           -    402 ns\n"
		"64M     fork         9.04 µs  67.4 µs  1.51 µs  2.01 µs           -    402 ns\n"
		"        posix_spawn  9.04 µs        -        -  2.01 µs      301 µs    402 ns\n"
		"\n"
		"Inside these phases (medians)\n"
		"PARENT  METHOD  COPY_PAGES OF COPY_MM\n"
		"1M      fork                   957 ns\n"
		"64M     fork                  61.3 µs\n"
		"\n"
		"The child (medians)\n"
		"PARENT  METHOD       FIRST_RUN  EXIT_MM\n"
		"1M      posix_spawn    30.1 µs  20.1 µs\n"
		"        fork           30.1 µs  20.1 µs\n"
		"64M     fork           30.1 µs  20.1 µs\n"
		"        posix_spawn    30.1 µs  20.1 µs\n"
		"\n"
		"Page tables copied (medians per birth)\n"
		"PARENT  METHOD        PTES  PT BYTES  VMAS\n"
		"1M      posix_spawn      0         0    24\n"
		"        fork           257         0    24\n"
		"64M     fork         16465    131724    24\n"
		"        posix_spawn      0    131724    24\n"
		"\n"
		"Copy-on-write faults (medians per birth)\n"
		"PARENT  METHOD  IN      FAULTS  COPIED  REUSED     TIME\n"
		"1M      fork    child       12      11       -  50.2 µs\n"
		"                parent      20       -       7  70.3 µs\n"
		"64M     fork    child       12      11       -  50.2 µs\n"
		"                parent      20       -       7  70.3 µs\n"
		"\n"
		"Tracing cost (medians)\n"
		"PARENT  METHOD          CALL   TRACED  CHANGE   TOTAL  TRACED  CHANGE\n"
		"1M      posix_spawn   352 µs   353 µs  +0.3 %  553 µs  554 µs  +0.2 %\n"
		"        fork         61.5 µs  62.4 µs  +1.5 %  262 µs  263 µs  +0.3 %\n"
		"64M     fork          135 µs   136 µs  +0.7 %  336 µs  337 µs  +0.3 %\n"
		"        posix_spawn   352 µs   353 µs  +0.3 %  553 µs  554 µs  +0.2 %\n"
		"\n"
		"Sources\n"
		"clone_setup     fentry:copy_process\n"
		"copy_files      absent: this kernel inlines dup_fd into copy_files, and no\n"
		"                tracepoint stands in\n"
		"copy_mm         fentry:dup_mmap\n"
		"\n"
		"1600 births recorded, 1600 started, 0 lost, 0 missed, 800 started untraced\n"
		"\n"
		"What does the parent's memory cost? 1.171 µs (1.171 to 1.171) per MiB (fork)\n"
		"Where does the time of the longest call go? vfork_wait, 85 % (85 to 85) of\n"
		"  posix_spawn from 1 MiB\n"
		"\n"
		"Linux 6.1.0-18-amd64, Intel(R) Xeon(R) Platinum 8481C C.., kvm, clock: monotonic\n"
		"PARENT  METHOD          CALL  STARTED   TOTAL  +-%  RATIO  PHASES\n"
		"1M      posix_spawn   353 µs   403 µs  554 µs  0.0  1.00x  ░▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄\n"
		"        fork         62.4 µs        -  263 µs  0.0  1.00x  ░░░░░░░░░░░░░░█▒▒▓▓▓·\n"
		"64M     fork          136 µs        -  337 µs  0.0  1.00x  ░░██████████████████▓\n"
		"        posix_spawn   353 µs   403 µs  554 µs  0.0  1.00x  ░▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄\n"
		"Medians. +-%, and in brackets: 95 % intervals, +-% of TOTAL. RATIO: of STARTED\n"
		"  to posix_spawn's; without exec, of CALL to fork's\n"
		"PHASES: ░ clone_setup █ copy_mm ▒ clone_finish ▓ wake ▄ vfork_wait ·\n"
		"  unattributed\n");
	assert_harmless(out);
	free(out);
}

TEST(intervals_are_shown_where_they_fit)
{
	struct run r;
	char *out;

	sample_run(&r, 200);
	sample_cell(&r, "a-long-name-of-a-method", 64 << 20, "phases", 200);
	out = printed_freed(&r);
	assert_has(out, "1M      posix_spawn           200   353 µs");
	assert_lacks(out, "to either side");
	free(out);
}

TEST(tails_need_samples)
{
	struct run r;
	char *out;

	sample_run(&r, 99);
	out = printed_freed(&r);
	assert_has(out,
		   "64M     fork         99   136 µs    -    -        -  337 µs  1.00x  0.0\n");
	free(out);
	sample_run(&r, 1000);
	out = printed_freed(&r);
	assert_has(
		out,
		"64M     fork         1000   136 µs   137 µs   137 µs        -  337 µs  1.00x\n");
	free(out);
}

TEST(loss_is_said_first)
{
	struct run r;
	char *out;

	sample_run(&r, 3);
	r.end.lost = 12;
	r.end.missed = 3;
	out = printed(&r);
	assert_ptr_equal(strstr(out, "WARNING: 12 records lost, 3 probe runs missed: "), out);
	assert_has(out, ", 12 lost, 3 missed");
	assert_harmless(out);
	free(out);
	r.end.lost = MISSING;
	r.end.missed = 1;
	out = printed_freed(&r);
	assert_ptr_equal(strstr(out, "WARNING: 0 records lost, 1 probe run missed: "), out);
	free(out);
}

TEST(truncation_is_said_first)
{
	struct run r;
	char *out;

	sample_run(&r, 3);
	r.ended = false;
	r.end.births = r.end.lost = r.end.missed = MISSING;
	out = printed_freed(&r);
	assert_ptr_equal(strstr(out, "WARNING: truncated run\n"), out);
	assert_lacks(out, "started");
	free(out);
}

TEST(an_untraced_run_has_times_only)
{
	struct run r = {.clock = strdup("monotonic"), .ended = true};
	char *out;

	sample_cell(&r, "fork", 1 << 20, "none", 3);
	r.end.births = r.end.started = r.end.lost = r.end.missed = MISSING;
	r.end.started_untraced = 5;
	run__add_env_text(&r, "hypervisor", "none");
	for (int i = 0; i < PHASE_COUNT; i++)
		r.phases[i].absent = strdup("untraced");
	out = printed_freed(&r);
	assert_string_equal(out, "\n"
				 "Spawn latency (medians; P90 and P99 of the call)\n"
				 "PARENT  METHOD  N     CALL  P90  P99   TOTAL  RATIO\n"
				 "1M      fork    3  61.4 µs    -    -  262 µs  1.00x\n"
				 "RATIO: of CALL to fork's\n"
				 "\n"
				 "Sources\n"
				 "all phases      absent: untraced\n"
				 "\n"
				 "5 started untraced\n"
				 "\n"
				 "Linux, clock: monotonic\n"
				 "PARENT  METHOD     CALL   TOTAL  RATIO\n"
				 "1M      fork    61.4 µs  262 µs  1.00x\n"
				 "Medians. RATIO: of CALL to fork's\n");
	free(out);
}

TEST(an_empty_run_prints)
{
	struct run r = {.ended = true};
	char *out;

	out = printed_freed(&r);
	assert_string_equal(out, "\n0 births recorded, 0 started, 0 lost, 0 missed, "
				 "0 started untraced\n\nLinux, clock: monotonic\n");
	free(out);
}

TEST(the_lab_counts_instructions)
{
	struct run r = {.clock = strdup("icount"), .ended = true};
	char *out;

	sample_cell(&r, "fork", 1 << 20, "phases", 3);
	out = printed_freed(&r);
	assert_has(out, "clock: instructions\n");
	assert_has(out, "62.3 k");
	assert_lacks(out, " us");
	free(out);
}

TEST(parents_show_what_distinguishes_them)
{
	struct run r = {.ended = true};
	struct cell *c;
	char *out;

	c = sample_cell(&r, "fork", 1 << 20, "none", 3);
	cell__add_key_number(c, "vmas", 1000);
	c = sample_cell(&r, "fork", 1 << 20, "none", 3);
	cell__add_key_number(c, "child_write", 65536);
	c = sample_cell(&r, "fork", 1 << 20, "none", 3);
	c->key[2].text = "thp";
	out = printed(&r);
	assert_has(out, "PARENT  VMAS  CHILD_WRITE  PAGES  METHOD");
	assert_has(out, "1M      1000  -            4k     fork ");
	assert_has(out, "1M      -     64K          4k     fork ");
	assert_has(out, "1M      -     -            thp    fork ");
	assert_harmless(out);
	free(out);
	/* Where a line has no room for that, PARENT has them all. */
	layout_set_width(40);
	out = printed_freed(&r);
	layout_set_width(0);
	assert_has(out, "\n1M 4k vmas=1000        fork\n");
	assert_has(out, "\n1M 4k child_write=64K  fork\n");
	assert_has(out, "\n1M thp                 fork\n");
	free(out);
}

TEST(the_unmeasured_is_listed)
{
	struct run r = {.ended = true};
	struct cell *c;
	char *out;

	sample_cell(&r, "fork", 1 << 30, "none", 0)->skipped = strdup("needs 2G of memory");
	sample_cell(&r, "fork", 1 << 30, "phases", 0)->skipped = strdup("needs 2G of memory");
	sample_cell(&r, "clone", 1 << 20, "none", 0)->broken = strdup("it died");
	c = sample_cell(&r, "vfork", 1 << 20, "phases", 50);
	for (int i = 0; i < 50; i++)
		series__push(&c->errnos, i % 4 == 0 ? ENOMEM : 0);
	c = sample_cell(&r, "spawn", 1 << 20, "phases", 4);
	for (int i = 0; i < 4; i++)
		series__push(&c->errnos, i == 0 ? EAGAIN : i == 1 ? 4095 : 0);
	c->broken = strdup("it hung");
	out = printed_freed(&r);
	assert_has(out,
		   "\nSkipped and failed\n"
		   "fork at 1G (trace=none): skipped: needs 2G of memory\n"
		   "clone at 1M (trace=none): broken off: it died\n"
		   "vfork at 1M: 13 of 50 failed: ENOMEM\n"
		   "spawn at 1M: 2 of 4 failed: EAGAIN (1), error 4095 (1); broken off: it hung\n");
	free(out);
}

/* Everything as long and as large as it gets, and full of what no terminal should be sent. */
TEST(hostile_runs_stay_in_80_columns)
{
	static const char hostile[] = "x\033\xff\n\xc2\x9by\xe6\xbc\xa2 %s";
	char text[3001];
	struct run r;
	char *out;

	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = hostile[i % (sizeof(hostile) - 1)];
	text[sizeof(text) - 1] = '\0';
	sample_run(&r, 1);
	for (size_t i = 0; i < r.env_count; i++)
		r.env[i].text = text;
	for (size_t i = 0; i < PHASE_COUNT; i++) {
		free(r.phases[i].source);
		r.phases[i].source = i % 2 ? strdup(text) : NULL;
		free(r.phases[i].absent);
		r.phases[i].absent = i % 2 ? NULL : strdup(text);
	}
	for (size_t i = 0; i < r.cell_count; i++) {
		struct cell *c = &r.cells[i];

		cell__add_key_number(c, text, (int64_t)i);
		c->key[0].text = text;
		c->key[1].number = INT64_MAX - (int64_t)i;
		for (size_t j = 0; j < SAMPLE_COUNT; j++)
			sample_series(&c->samples[j], 1, INT64_MAX / 3, false);
		for (size_t j = 0; j < PHASE_COUNT; j++)
			sample_series(&c->phases[j], 1, -INT64_MAX / 3, false);
		for (size_t j = 0; j < COUNT_COUNT; j++)
			sample_series(&c->counts[j], 1, INT64_MAX / 3 - 1, false);
		c->broken = strdup(text);
	}
	r.end.births = r.end.started = r.end.lost = r.end.missed = INT64_MAX;
	r.end.started_untraced = INT64_MAX;
	out = printed_freed(&r);
	assert_lacks(out, "\xff");
	assert_lacks(out, "\xc2\x9b");
	assert_harmless(out);
	free(out);
}

TEST(colour_is_for_headings)
{
	char *out = NULL;
	struct run r;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	sample_run(&r, 3);
	r.end.lost = 1;
	assert_int_equal(table_print(&r, &coloured, f), 0);
	fclose(f);
	run__free(&r);
	assert_has(out, "\n\033[1mSpawn latency (medians; P90 and P99 of the call)\033[0m\n");
	assert_ptr_equal(strstr(out, "\033[1;33mWARNING: \033[0m1 record lost"), out);
	free(out);
}

TEST(a_full_disk_is_an_error)
{
	FILE *full = fopen("/dev/full", "w");
	struct run r;

	sample_run(&r, 3);
	assert_int_equal(table_print(&r, &everything, full), -ENOSPC);
	fclose(full);
	run__free(&r);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
