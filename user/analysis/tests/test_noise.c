// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/noise.h"

/* A run of eight blocks that go up by `percent` in all, with so many samples. */
static struct run run_of(int percent)
{
	struct run r = {.ended = true, .rounds = 8};
	struct cell *c = run__add_cell(&r);

	r.clock = strdup("monotonic");
	run__add_env_number(&r, "cpus", 2);
	cell__add_key_text(c, "method", "fork");
	cell__add_key_number(c, "rss_bytes", 1 << 20);
	for (size_t i = 0; i < 16; i++) {
		series__push(&c->samples[SAMPLE_spawn_ns], 100000 + 1000 * percent * (i / 2) / 7);
		c->n++;
	}
	r.end.cpu_ticks = 10000;
	r.end.load_begin_milli = 2000;
	r.end.load_end_milli = 3000;
	return r;
}

/* NULL: quiet; else the words. */
static void check(const struct run *r, const char *words)
{
	struct strbuf text = {0};
	struct axes axes;
	struct rows rows;
	struct noise n;

	axes__find(&axes, r);
	assert_int_equal(rows__init(&rows, r, rows_probe_set(r), &axes), 0);
	noise__of(&n, &rows);
	assert_int_equal(noise__any(&n), words != NULL);
	noise__describe(&n, false, &text);
	if (words && strncmp(strbuf__text(&text), words, strlen(words)))
		fail_msg("%s", strbuf__text(&text));
	strbuf__free(&text);
	rows__free(&rows);
}

TEST(each_threshold_is_one)
{
	struct run r = run_of(10);

	/* At the thresholds it is quiet; our own task adds one to the load at the end. */
	r.end.steal_ticks = 200;
	check(&r, NULL);
	r.end.steal_ticks = 201;
	check(&r, "the hypervisor took 2.0 % of the CPU time. Measure again");
	r.end.steal_ticks = MISSING;
	r.end.load_end_milli = 3100;
	check(&r, "the load was 2.1 on 2 CPUs. Measure");
	r.end.load_end_milli = MISSING;
	check(&r, NULL);
	r.end.load_begin_milli = 2500;
	check(&r, "the load was 2.5 on 2 CPUs");
	r.end.load_begin_milli = MISSING;
	check(&r, NULL);
	run__free(&r);
	r = run_of(12);
	check(&r,
	      "the medians of blocks spread by more than 10 % in 1 of 1 cell (11 % in fork from 1 "
	      "MiB). Measure");
	run__free(&r);
}

/* A file that does not say is not called noisy, nor quiet; the lab is exact. */
TEST(nothing_is_claimed_of_what_is_not_known)
{
	struct run r = run_of(50);

	r.rounds = 0;
	r.end.cpu_ticks = 0;
	r.end.load_begin_milli = 9000;
	check(&r, NULL);
	r.end.cpu_ticks = MISSING;
	check(&r, NULL);
	run__free(&r);
	r = run_of(50);
	r.end.steal_ticks = 5000;
	strcpy(r.clock, "icount");
	check(&r, NULL);
	run__free(&r);
}
