/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * About how many cycles a processor takes for what was executed: a weight for each instruction, for
 * each event of the model of caches (bench/lab/plugin/model.h), and for each byte that was cleared
 * or copied. The weights are of one machine, fitted once; bench/lab/cycles fits them and prints how
 * far the estimate is off.
 */
#pragma once

#include "user/model/call_tree.h"

/* The machine that the weights are of. */
#define CYCLES_MACHINE "Intel Sapphire Rapids, in a virtual machine"

/* What the cycles go to. */
enum cycles_for {
	CYCLES_INSTRUCTIONS, /* with all caches warm */
	CYCLES_CODE,	     /* fetching code that is in no first cache */
	CYCLES_DATA,
	CYCLES_PAGES, /* the walks of page tables that TLBs miss */
	CYCLES_BRANCHES,
	CYCLES_BYTES, /* that string instructions and the kernel's routines clear and copy */
	CYCLES_FOR_COUNT
};

struct cycles {
	double of[CYCLES_FOR_COUNT];
};

/* Adds what so many instructions take with these events (by enum call_metric). */
void cycles__add(struct cycles *c, int64_t instructions, const int64_t *metrics);
double cycles__sum(const struct cycles *c);

/* Estimates METRIC_CYCLES of each node, rounded, if the tree has all that it needs. */
void call_tree__estimate_cycles(struct call_tree *t);
