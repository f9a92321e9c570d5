// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: reads any bytes as a budget, checks a bench and a profile against it, and prints the
 * report in every format.
 *
 * Seeds: user/gate/budget/tests/corpus
 */
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/gate/budget/budget.h"
#include "user/gate/print/print.h"
#include "user/model/birth.h"
#include "user/tests/sample_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct run run, profile;

static void check_outputs(const struct gate_report *report)
{
	FILE *out = fopen("/dev/null", "w");

	if (!out || gate_print_text(report, out, false, true) != 0 ||
	    gate_print_json(report, out, true) != 0 || gate_print_junit(report, out, true) != 0 ||
	    gate_print_ktap(report, out, false) != 0 || gate_print_markdown(report, out, true) != 0)
		abort();
	fclose(out);
}

/* Births of every method; some lack values, and some were lost. */
static void make_profile(struct run *r)
{
	struct birth b = {.life = {.clone_flags = 17, .born = true}, .comm = "a", .exe = "b-2"};

	*r = (struct run){
		.schema = RUN_SCHEMA, .ended = true, .end = {.lost = 2, .births_lost = 1}};
	r->clock = strdup("monotonic");
	for (int i = 0; i < 40; i++) {
		b.life.method = (uint32_t)i % 6;
		b.life.result = i % 9 == 0 ? -12 : i;
		for (int k = 0; k < COUNT_COUNT; k++)
			b.life.count[k] = (i + k) % 7 == 0 ? MISSING : i * k;
		for (int k = 0; k < SUM_COUNT; k++)
			b.life.sum[k] = i % 5 == 0 ? MISSING : i;
		for (int k = 0; k < EDGE_COUNT; k++)
			b.life.edge[k] = (i + k) % 11 == 0 ? 0 : (uint64_t)(1000 * k + i);
		run__add_birth(r, &b);
	}
}

static void check(const struct budget *budget, const struct run *r)
{
	struct gate_report report;

	if (budget_check(budget, r, &report) != 0)
		abort();
	check_outputs(&report);
	gate_report__free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct budget budget;
	struct fault why = {""};
	int err;

	if (!in)
		return 0;
	if (!run.cells) {
		sample_run(&run, 10);
		make_profile(&profile);
	}
	err = budget_read(in, "fuzz", &budget, &why);
	fclose(in);
	/* A refusal says why, in one line. */
	if (err && (!why.text[0] || strchr(why.text, '\n')))
		abort();
	if (err)
		return 0;
	check(&budget, &run);
	check(&budget, &profile);
	budget_free(&budget);
	return 0;
}
