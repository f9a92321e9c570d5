// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/probe/toll.h"

/* What bench/peers/price measured in the lab. */
#define MEASURED "results/peers/price.tsv"

TEST(tolls_are_one_phrase)
{
	char text[256];

	toll_text(0, text, sizeof(text));
	assert_string_equal(text, "");
	toll_text(1U << TOLL_fault, text, sizeof(text));
	assert_string_equal(text,
			    "a page fault takes some " TOLL_TEXT(TOLL_FAULT) " instructions more");
}

/* What is paid at one place by two tolls is one sum. */
TEST(tolls_of_one_place_add_up)
{
	char text[256], want[256];

	toll_text(1U << TOLL_counted | 1U << TOLL_syscall | 1U << TOLL_lock, text, sizeof(text));
	snprintf(want, sizeof(want),
		 "a system call takes some %d instructions more, an mmap with its munmap %d",
		 TOLL_SYSCALL + TOLL_COUNTED, TOLL_LOCK);
	assert_string_equal(text, want);
}

struct row {
	char kernel[64], kind[16], level[16], work[16];
	double without, with;
};

static struct row rows[1000];
static size_t row_count;

int unit_setup(void **state)
{
	FILE *f = fopen(MEASURED, "re");
	struct row *r = rows;
	char line[256];

	while (f && r < rows + sizeof(rows) / sizeof(rows[0]) && fgets(line, sizeof(line), f))
		r += sscanf(line, "%63s %15s %15s %15s %lf %lf", r->kernel, r->kind, r->level,
			    r->work, &r->without, &r->with) == 6;
	if (f)
		fclose(f);
	row_count = r - rows;
	return row_count < 100;
}

/* What the work takes more in the same place at another level; NAN: not measured. */
static double more(const struct row *like, const char *level, const char *work)
{
	for (const struct row *r = rows; r < rows + row_count; r++)
		if (!strcmp(r->kernel, like->kernel) && !strcmp(r->kind, like->kind) &&
		    !strcmp(r->level, level) && !strcmp(r->work, work))
			return r->with - r->without;
	return NAN;
}

static double syscall_more(const struct row *r)
{
	return more(r, "calls", "getppid");
}

static double counted_more(const struct row *r)
{
	return more(r, "syscalls", "getppid");
}

/* Two of them, and four system calls. */
static double switch_more(const struct row *r)
{
	return (more(r, "calls", "ping-pong") - 4 * syscall_more(r)) / 2;
}

static double map_more(const struct row *r)
{
	return more(r, "calls", "mmap+munmap");
}

static double lock_more(const struct row *r)
{
	return more(r, "stalls", "mmap+munmap") - map_more(r);
}

static double fault_map_more(const struct row *r)
{
	return more(r, "calls", "page-fault");
}

static double fault_lock_more(const struct row *r)
{
	return more(r, "stalls", "page-fault") - fault_map_more(r);
}

static double fault_more(const struct row *r)
{
	return more(r, "full", "page-fault") - fault_map_more(r);
}

static double cow_more(const struct row *r)
{
	return strcmp(r->kind, "tracepoint") ? more(r, "full", "cow-fault") : 0;
}

static double thread_more(const struct row *r)
{
	return more(r, "light", "thread");
}

/* The most of all kernels and kinds of probes, and the figure that we print: within a tenth. */
static void check(double (*of)(const struct row *), int ours)
{
	double most = 0;

	for (const struct row *r = rows; r < rows + row_count; r++)
		most = fmax(most, of(r));
	if (fabs(ours - most) > 0.1 * most)
		fail_msg("%s has %.0f, user/probe/toll.h %d", MEASURED, most, ours);
}

TEST(tolls_are_the_measured_ones)
{
	check(syscall_more, TOLL_SYSCALL);
	check(counted_more, TOLL_COUNTED);
	check(switch_more, TOLL_SWITCH);
	check(map_more, TOLL_MAP);
	check(lock_more, TOLL_LOCK);
	check(fault_map_more, TOLL_FAULT_MAP);
	check(fault_lock_more, TOLL_FAULT_LOCK);
	check(fault_more, TOLL_FAULT);
	check(cow_more, TOLL_COW);
	check(thread_more, TOLL_THREAD);
}

TEST(the_man_page_has_the_same)
{
	static const char *const phrases[] = {
		"takes up to " TOLL_TEXT(TOLL_THREAD) " instructions more",
		"takes some " TOLL_TEXT(TOLL_COUNTED) " instructions more meanwhile",
		"munmap takes some " TOLL_TEXT(TOLL_LOCK) " instructions more then",
		"a page fault " TOLL_TEXT(TOLL_FAULT_LOCK) ",",
		"takes some " TOLL_TEXT(TOLL_COW) " instructions more.",
		"some " TOLL_TEXT(TOLL_SYSCALL) " instructions to every system call",
		", " TOLL_TEXT(TOLL_SWITCH) " to a context switch",
		"and " TOLL_TEXT(TOLL_MAP) " to an mmap",
		"same lock, " TOLL_TEXT(TOLL_FAULT_MAP) " to a page fault",
		"another " TOLL_TEXT(TOLL_FAULT) " to a page fault",
	};
	static char text[200000];
	FILE *f = fopen("user/spawnscope.1", "re");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	for (char *at = text; (at = strchr(at, '\n'));)
		*at = ' ';
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (!strstr(text, phrases[i]))
			fail_msg("user/spawnscope.1 lacks \"%s\"", phrases[i]);
}

/*
 * A thread is a birth, which light records. What an mmap with its munmap takes depends on when the
 * kernel frees the memory of earlier ones: it differs by up to 2 % with nothing attached, too.
 */
TEST(light_costs_others_at_most_one_percent)
{
	for (const struct row *r = rows; r < rows + row_count; r++) {
		double most = strcmp(r->work, "mmap+munmap") ? 1.01 : 1.02;

		if (!strcmp(r->level, "light") && strcmp(r->work, "thread") &&
		    r->with > most * r->without)
			fail_msg("%s, %s: %s %.0f -> %.0f", r->kernel, r->kind, r->work, r->without,
				 r->with);
	}
}
