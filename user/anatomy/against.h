/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --against names. */
#pragma once

#include <stdbool.h>

#include "bench/shared/fault.h"

enum against {
	AGAINST_FILE,	 /* a stored anatomy */
	AGAINST_SIZE,	 /* another parent's memory */
	AGAINST_PROGRAM, /* another program to start */
	AGAINST_KERNEL,	 /* another kernel: its name, or an image */
};

/*
 * A file is what it holds; else a size is one, and the rest names a kernel. `has_program`: the
 * other side names a program, too. The kind, or -errno with one line in `why`.
 */
int against_of(const char *text, bool has_program, struct fault *why);
