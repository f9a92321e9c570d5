/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A comparison of two sets of runs while it is made. */
#pragma once

#include "user/gate/compare/pairing.h"
#include "user/gate/compare/policy.h"
#include "user/gate/compare/side.h"
#include "user/gate/compare/verdict.h"

#define NOTES_OF_A_KIND 4 /* further ones are only counted */

struct comparison {
	struct side a, b;
	struct side pads; /* other links of A's program; may be none */
	const struct gate_policy *policy;
	struct gate_report *report;
	uint64_t gating; /* metrics, as metric_bit() has them */
	bool lab;
	bool random_layout; /* ASLR was on */
	bool time_ok;
	bool comparable; /* as far as environments go */
	bool in_turn;
	bool one_first;	       /* they were, but for the order within the pairs */
	size_t only_a, only_b; /* cells that only one side has */
	size_t by_place;       /* cells that were paired by place */
	size_t lost;	       /* notes of runs without a cell or a value */
	size_t remarks;	       /* about samples */
	size_t empty;	       /* cells that A did not measure */
};
