/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libFuzzer: any bytes as a budget; what can be read is held against a run, and the report is
 * printed in every format.
 */
#include <stdlib.h>

#include "user/gate_budget.h"
#include "user/tests/sample_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct run run;

static void check_outputs(const struct gate_report *report)
{
	FILE *out = fopen("/dev/null", "w");

	if (out == NULL || gate_print_text(report, out, false, true) != 0 ||
	    gate_print_json(report, out) != 0 || gate_print_junit(report, out, true) != 0 ||
	    gate_print_ktap(report, out, false) != 0 || gate_print_markdown(report, out, true) != 0)
		abort();
	fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct gate_report report;
	struct budget budget;
	char why[512] = "";
	int err;

	if (in == NULL)
		return 0;
	if (run.cells == NULL)
		sample_run(&run, 10);
	err = budget_read(in, "fuzz", &budget, why, sizeof(why));
	fclose(in);
	/* A refusal says why, in one line. */
	if (err != 0 && (why[0] == '\0' || strpbrk(why, "\n\033") != NULL))
		abort();
	if (err != 0)
		return 0;
	if (budget_check(&budget, &run, &report) != 0)
		abort();
	check_outputs(&report);
	gate_report__free(&report);
	budget_free(&budget);
	return 0;
}
