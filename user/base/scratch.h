/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A temporary folder that does not stay: a process of its own, the keeper, makes it, and removes it
 * once this process and all programs that it has started have ended, be it by SIGKILL.
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "bench/shared/fault.h"

struct scratch {
	char path[PATH_MAX];
	pid_t keeper;
	int held; /* programs that we execute inherit it; the keeper sees when the last is gone */
};

/* Below TMPDIR, or /tmp. 0, or -errno with one line in `why`, after which nothing is left. */
int scratch__make(struct scratch *s, struct fault *why);

/* Removes it with all that is in it, and waits until that is done. */
void scratch__remove(struct scratch *s);
