/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of the command scenario. */
#pragma once

#include <stdbool.h>

#include "user/scenario/scenario.h"

struct scenario_command {
	const struct scenario *scenario; /* NULL: list them, or print a file */
	struct scenario_options options;
	unsigned int given; /* of enum scenario_option */
	const char *output; /* -o */
	const char *input;  /* --input */
	bool json, quiet;
};

/* The i-th scenario; NULL: there are no more. */
const struct scenario *scenario_at(size_t i);

/* NULL if none has the name. */
const struct scenario *scenario_find(const char *name);

/* 0, or -EINVAL after a complaint. */
int scenario_options__parse(struct scenario_command *c, int argc, char **argv);

/* Prints the names, what they are, and which options they take. */
void scenario_list(FILE *out);
