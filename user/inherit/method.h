/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to make a child, and what each asks for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Beside the flags of clone(2), which take the lower 34 bits: what expectations depend on. */
#define METHOD_LIBC_FORK  (1ULL << 40) /* the C library's fork, with its handlers */
#define METHOD_EXEC_ALONE (1ULL << 41) /* exec without a birth */
#define METHOD_SIGMASK	  (1ULL << 42) /* posix_spawn's attributes */
#define METHOD_SIGDEF	  (1ULL << 43)
#define METHOD_PGROUP	  (1ULL << 44)
#define METHOD_SETSID	  (1ULL << 45)
#define METHOD_RESETIDS	  (1ULL << 46)
#define METHOD_SCHEDULER  (1ULL << 47)
#define METHOD_ACTIONS	  (1ULL << 48)
#define METHOD_ATTRIBUTES (0x7fULL << 42)

/* Methods of a family stand in one table. Its first one is what the others are compared with. */
enum family { FAMILY_CALLS, FAMILY_CLONE, FAMILY_NAMESPACES, FAMILY_SPAWN, FAMILY_COUNT };

struct cell;

struct method {
	const char *name;
	const char *call; /* as one would write it */
	enum family family;
	uint64_t bits; /* clone flags, and those above */
	bool exec;     /* the child executes this program anew */
	/* Makes a child: its id, in this PID namespace, or -errno. */
	pid_t (*make)(const struct method *m, struct cell *c);
};

extern const struct method inherit_methods[];
extern const size_t inherit_method_count;

/* The clone flags of a method. */
uint64_t method_flags(const struct method *m);

/*
 * Makes a child of this process and waits until it has ended; exec alone does not return. 0 or
 * -errno: there was no child.
 */
int method_run(const struct method *m, struct cell *c);
