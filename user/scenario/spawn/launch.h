/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is started, and what its child does before. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct launch {
	const char *const *argv; /* argv[0] is a path with "/" */
	const char *folder;	 /* its working directory; NULL: the caller's */
	int in, out;		 /* its standard input, and its standard output and error */
	bool session;		 /* a session of its own */
	/* Of ways without exec: what the child does in place of the program. NULL: there is a
	 * program.
	 */
	void (*inner)(void);
};

/* In a child: the standard descriptors, the folder, the session. Ends the child if that fails. */
void launch__prepare(const struct launch *l);

/* The same, and executes the program. */
_Noreturn void launch__exec(const struct launch *l);
