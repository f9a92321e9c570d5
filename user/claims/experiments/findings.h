/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an experiment is, what it may use, and where it puts what it sees. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPERIMENT_OBSERVES 6
#define FINDING_VALUES	    512

/* In memory that the process of the experiment shares with ours. */
struct findings {
	bool named; /* the user named the claims: what may disturb others runs only then */
	size_t n;
	struct finding {
		char name[64];
		char absent[256];
		size_t n;
		int64_t v[FINDING_VALUES];
	} v[EXPERIMENT_OBSERVES];
};

struct experiment {
	const char *name;
	/* The names of what it observes. Those of which it finds nothing become absent. */
	const char *observes[EXPERIMENT_OBSERVES];
	void (*run)(struct findings *f);
};

/* Adds a value to an observation, or says why there are none. */
void findings__add(struct findings *f, const char *name, int64_t value);
__attribute__((format(printf, 3, 4))) void findings__absent(struct findings *f, const char *name,
							    const char *why, ...);

/* Says of all why there are none: whichever a judge reads, it has the reason. */
__attribute__((format(printf, 2, 3))) void findings__absent_all(struct findings *f, const char *why,
								...);

/* fork() of a child that dies with its parent. It must end by _exit(). */
int experiment_fork(void);

/* The errno of a fork() of a child that ends at once; 0: it works. */
int experiment_try_fork(void);

/* How many CPUs this process may use; 1 if that is not known. */
int experiment_cpus(void);

/* Private memory of 4 KiB pages, all written. NULL: there is too little. */
char *experiment_memory(size_t bytes);

/* A page that children share. NULL: out of memory. */
void *experiment_page(void);
