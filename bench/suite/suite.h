/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Suites: INI text whose sections are grids. Built-in suites are INI text, too. */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "bench/suite/grid.h"

struct builtin_suite {
	const char *name;
	const char *brief;
	const char *text;
};

extern const struct builtin_suite builtin_suites[];
extern const size_t builtin_suite_count;

/*
 * Parses a suite and adds its cells, with `override` (may be NULL) as in cells__expand. Messages
 * begin with `name` and the line number. 0, or -EINVAL or -ENOMEM and the reason.
 */
int suite_parse(const char *text, const char *name, const struct suite_grid *override,
		struct cells *cells, struct fault *why);

/* The same for the built-in suite `name`, or the file of that path. */
int suite_load(const char *name, const struct suite_grid *override, struct cells *cells,
	       struct fault *why);
