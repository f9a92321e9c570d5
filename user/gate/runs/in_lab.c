// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/runs.h"

#include "user/gate/compare/compare.h"
#include "user/gate/runs/take.h"

int gate_lab_run(const struct gate_options *o, int *fd, struct fault *why)
{
	struct gate_take t = {.lab = true, .name = "lab-a"};
	struct run run;
	int err = gate_take(o, &t, &run, fd, why);

	run__free(&run);
	return err;
}

int gate_in_lab(const struct gate_options *o, const struct run *base, size_t base_count,
		struct gate_report *report, struct fault *why)
{
	struct gate_take a = {.lab = true, .name = "lab-a"};
	struct gate_take b = {.lab = true, .side = 1, .name = "lab-b"};
	struct gate_policy policy = o->policy;
	struct run of_a = {0}, of_b = {0};
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
		base = &of_a;
		base_count = 1;
	}
	if (!err)
		err = gate_take(o, &b, &of_b, NULL, why);
	if (!err)
		err = gate_compare(base, base_count, &of_b, 1, &policy, report);
	run__free(&of_a);
	run__free(&of_b);
	return err;
}
