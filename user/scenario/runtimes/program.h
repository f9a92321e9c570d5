/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs the script of a runtime, and takes down what it prints. */
#pragma once

#include <stdint.h>

#include "user/model/series.h"
#include "user/scenario/runtimes/cases.h"
#include "user/scenario/stage.h"

struct program_result {
	struct series stall, total; /* ns; no stall where the call itself waits */
	int64_t rss;		    /* bytes, with its heap filled */
	char path[64];		    /* of the last call, if traced: "fork", "clone3:VM+VFORK" */
	const char *why;	    /* there is no result */
};

struct program {
	const struct runtime_case *what;
	const char *path;   /* of the runtime */
	const char *strace; /* of strace; NULL: not traced */
	const char *true_path;
	int64_t mib;
	unsigned int calls;
};

/*
 * 0, or -errno: nothing that any program could do. A script that failed, or did not print what it
 * should, sets result->why. Free the series.
 */
int program_run(struct stage *s, const struct program *p, struct program_result *result);
