/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints the difference of two anatomies. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/model/call_tree.h"

struct difference_options {
	const char *names[2];	 /* what A and B are to the user: a kernel, a program, a file */
	const char *programs[2]; /* their paths, if both sides start one; else NULL */
	bool json;		 /* one object, as in results/README.md */
	bool all;		 /* all functions and paths that changed */
	bool colour;
};

/* 0 or -errno. */
int difference_print(const struct call_tree *a, const struct call_tree *b,
		     const struct difference_options *o, FILE *out);
