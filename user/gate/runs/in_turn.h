/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes runs of A and B in turn, each by a fresh `spawnscope bench`, and decides look by look. */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/*
 * Every two pairs are in ABBA or BAAB order, at random. A regression must reproduce in as many
 * fresh pairs. If this process may trace, counts are compared first, from traced runs without ASLR.
 * 0 and a report, or -errno with one line in `why`; the line is empty if it was already printed.
 */
int gate_live(const struct gate_options *o, struct gate_report *report, struct fault *why);

/* Runs that `gate --ab --keep` kept, of `planned` pairs at most. Those that are used become empty.
 */
struct gate_stored {
	struct run *a, *b;
	size_t count_a, count_b;
	unsigned int planned;
};

/* Decides again from kept runs, look by look, as far as they go. */
int gate_replay(const struct gate_options *o, struct gate_stored *stored,
		struct gate_report *report, struct fault *why);
