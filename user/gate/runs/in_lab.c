// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/runs.h"

#include <errno.h>
#include <stdio.h>

#include "bench/shared/clock.h"
#include "user/analysis/stats.h"
#include "user/gate/compare/compare.h"
#include "user/gate/runs/explain.h"
#include "user/gate/runs/kernel_options.h"
#include "user/gate/runs/pads.h"
#include "user/gate/runs/take.h"
#include "user/text/layout.h"

int gate_lab_run(const struct gate_options *o, int *fd, struct fault *why)
{
	struct gate_take t = {.lab = true, .name = "lab-a"};
	struct run run;
	int err = gate_take(o, &t, &run, fd, why);

	run__free(&run);
	return err;
}

bool gate_reached_limit(int err)
{
	return err == -ETIMEDOUT || err == -ETIME;
}

bool gate_is_late(unsigned int limit_s, int64_t ms_of_a, const struct fault *why,
		  struct gate_report *report)
{
	if (ms_of_a == 0 || ms_of_a > 500 * (int64_t)limit_s)
		return false;
	gate_report__free(report);
	report->verdict = GATE_REGRESSION;
	layout_append(report->headline, sizeof(report->headline),
		      "B did not end: %.300s; the longest of A took %.1f s", why->text,
		      (double)ms_of_a / 1000);
	return true;
}

static int64_t sum_ms(const struct cell *c)
{
	double ns = stats_sum(&c->samples[SAMPLE_total_ns]);

	return ns > 0 ? (int64_t)(ns / NS_PER_MS) + 1 : 1;
}

/* The time that the samples of a cell took at most, by the guest's clock, which counts them all. */
static int64_t longest_ms(const struct run *runs, size_t count)
{
	int64_t longest = 1;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < runs[i].cell_count; k++) {
			int64_t ms = sum_ms(&runs[i].cells[k]);

			longest = ms > longest ? ms : longest;
		}
	}
	return longest;
}

/* Bench's own, which must stay: another one changes the guest's timers. */
#define BLOCK_LIMIT_S 60

/*
 * Takes B. In a guest idle time passes at once, so that a B that sleeps for ever soon reaches the
 * limit of a block; one that computes for ever reaches that of the run. GATE_LATE: it did.
 */
static int take_b(const struct gate_options *o, const struct run *base, size_t base_count,
		  int64_t run_ms_of_a, struct run *of_b, struct gate_report *report,
		  struct fault *why)
{
	int64_t ms_of_a = longest_ms(base, base_count);
	struct gate_take b = {.lab = true, .side = 1, .name = "lab-b"};
	unsigned int limit_s = gate_block_limit_s(o) ? gate_block_limit_s(o) : BLOCK_LIMIT_S;
	int err = gate_take(o, &b, of_b, NULL, why);

	if ((err == -ETIME && gate_is_late(limit_s, ms_of_a, why, report)) ||
	    (err == -ETIMEDOUT && gate_is_late(o->timeout_s, run_ms_of_a, why, report)))
		return GATE_LATE;
	return err;
}

int gate_in_lab(const struct gate_options *o, const struct run *base, size_t base_count,
		struct gate_report *report, struct fault *why)
{
	struct gate_take a = {.lab = true, .name = "lab-a"};
	struct gate_policy policy = o->policy;
	struct run of_a = {0}, of_b = {0};
	struct pads pads = {0};
	int64_t begin = now_ns(), of_a_ms = 0;
	int err = 0;

	*report = (struct gate_report){0};
	policy.in_turn = true;
	/* A stored run may have another grid, in which places mean something else. */
	policy.by_place = !base;
	/* Two kernels are a difference that the user asked for. */
	if (o->kernels[1])
		gate_policy__declare(&policy, "kernel");
	if (!base) {
		err = gate_take(o, &a, &of_a, NULL, why);
		of_a_ms = (now_ns() - begin) / NS_PER_MS;
		base = &of_a;
		base_count = 1;
	}
	if (!err)
		err = take_b(o, base, base_count, of_a_ms, &of_b, report, why);
	if (err == GATE_LATE) {
		run__free(&of_a);
		return 0;
	}
	if (!err)
		err = gate_get_pads(o, &pads, why);
	policy.pads = pads.runs;
	policy.pad_count = pads.count;
	if (!err)
		err = gate_compare(base, base_count, &of_b, 1, &policy, report);
	if (!err)
		err = gate_compare_kernel_options(o, report);
	if (!err)
		err = gate_explain(o, &of_b, report);
	gate_free_pads(&pads);
	run__free(&of_a);
	run__free(&of_b);
	return err;
}
