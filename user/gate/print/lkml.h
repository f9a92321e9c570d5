/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdio.h>

#include "user/gate/compare/verdict.h"

/* What a reader elsewhere must know to repeat it. */
struct gate_about {
	const char *names[2]; /* of A, the base, and of B; NULL: not known */
	int argc;
	char **argv; /* the command line: the words after the first are options */
};

/*
 * Prints the report as plain text for a mail: no line has more than 72 columns. Differences are
 * relative to the base, which is named, and the last lines are the command that reproduces them,
 * without the options for output.
 */
void gate_print_lkml(const struct gate_report *r, const struct gate_about *about, FILE *out);
