/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to start a process or thread; bench/shared/method_names.h lists them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench/methods/stage.h"
#include "bench/shared/fault.h"
#include "bench/shared/method_names.h"

struct method {
	const char *name;  /* as in METHODS */
	const char *brief; /* one line of --list */
	bool execs;  /* ends in an exec of spawnscope-child, which reports: of kind PROGRAM or SHELL
		      */
	bool writes; /* supports child_write and parent_write */
	bool closes; /* runs stage__exec(), which closes descriptors if the stage says so */
	bool clones; /* takes the flags of the stage */
	bool acts;   /* supports file actions */
	bool moves;  /* runs stage__child() or stage__exec(), which change the CPU */
	bool reentrant;	    /* several threads may call spawn() at the same time */
	bool alters_parent; /* leaves the parent changed, so other methods need another parent */

	/* 0, or -errno and the reason. NULL: every Linux supports it. Leaves nothing behind. */
	int (*supported)(struct fault *why);

	/*
	 * Runs in the parent before it takes its shape; NULL: nothing. Only for methods that alter
	 * their parent. 0, or -errno and the reason.
	 */
	int (*early)(struct fault *why);

	/*
	 * Takes one sample: spawns, waits, and collects the timestamps. If the call under test
	 * fails, that is a sample with its `error` set. Returns -errno only if the child's fate is
	 * unknown, which ends the cell.
	 */
	int (*spawn)(const struct stage *stage, struct sample *sample);
};

#define X(identifier, name, kind) extern const struct method method_##identifier;
METHODS(X)
#undef X

extern const struct method *const method_table[];
extern const size_t method_count, method_standard_count;

/* NULL if no method has that name. */
const struct method *method_find(const char *name);
