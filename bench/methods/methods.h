/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ways to start a process or thread. A new one is a file in bench/methods/,
 * a line in methods.c, and its declaration here.
 */
#ifndef SPAWNSCOPE_METHODS_H
#define SPAWNSCOPE_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/methods/stage.h"

#include "bench/shared/fault.h"

struct method {
	const char *name;
	const char *brief;  /* one line */
	bool execs;	    /* spawnscope-child runs in the end, and reports */
	bool writes;	    /* heeds child_write and parent_write */
	bool alters_parent; /* leaves traces in the parent that other methods would pay for */

	/*
	 * 0, or -errno and a line in `why`. NULL: every Linux has it.
	 */
	int (*supported)(struct fault *why);

	/*
	 * Takes one sample: spawns, waits, and collects the timestamps. A call under test that
	 * fails is a sample too: `error` is then set. Returns -errno if it cannot be known what
	 * became of the child, which ends the cell.
	 */
	int (*spawn)(const struct stage *stage, struct sample *sample);
};

extern const struct method method_fork;
extern const struct method method_vfork;
extern const struct method method_clone_vm_vfork;
extern const struct method method_clone3;
extern const struct method method_thread;
extern const struct method method_fork_exec;
extern const struct method method_vfork_exec;
extern const struct method method_posix_spawn;
extern const struct method method_system;
extern const struct method method_popen;

extern const struct method *const method_table[];
extern const size_t method_count;

/* NULL if there is none of that name. */
const struct method *method_find(const char *name);

/* "fork, vfork, ...". Returns buf. */
const char *method_names(char *buf, size_t size);

#endif
