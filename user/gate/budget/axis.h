/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The axes that conditions of a budget may name. */
#pragma once

#include <stdbool.h>

struct budget_axis {
	const char *name; /* as in a cell's key */
	bool is_word;	  /* its values are words, not numbers */
	bool in_bench, in_profile;
};

/* NULL: unknown. */
const struct budget_axis *budget_axis(const char *name);
