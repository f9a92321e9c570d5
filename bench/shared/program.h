/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a method execs. */
#pragma once

#include <stdbool.h>

struct program {
	char *path;		/* absolute, or empty: no method needs one */
	char *const *arguments; /* after argv[0], NULL-terminated; NULL: none */
	const char *copy;	/* of it, to execute in its place; NULL or "": itself */
	bool silent;		/* it reports nothing: another program than spawnscope-child */
};
