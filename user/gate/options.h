/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_GATE_OPTIONS_H
#define SPAWNSCOPE_GATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "user/gate/compare/policy.h"

#define GATE_FORWARD_MAX 48

enum on_inconclusive { INCONCLUSIVE_FAILS, INCONCLUSIVE_WARNS, INCONCLUSIVE_PASSES };

struct gate_options {
	struct gate_policy policy;
	/* The arguments: those of A and those of B, if `--` or their number tells them apart. */
	char **paths;
	size_t path_count;
	size_t base_count; /* of these, the first so many are A's */
	bool ab;
	bool lab;
	const char *budget;
	const char *save;
	const char *baseline;
	const char *folder;  /* of baselines */
	double max_age_days; /* 0: any */
	enum on_inconclusive on_inconclusive;
	bool truncated; /* runs without an end are welcome */
	/* Runs to be taken now. */
	const char *programs[2], *envs[2], *libcs[2], *kernels[2];
	size_t program_count, env_count, libc_count, kernel_count;
	unsigned int pairs;
	unsigned int timeout_s; /* of one run */
	bool trace;
	bool for_live;			 /* an option was given that only they heed */
	const char *keep;		 /* folder for the raw runs */
	char *forward[GATE_FORWARD_MAX]; /* what `bench` is to be given; NULL-terminated */
	size_t forward_count;
	bool has_method; /* or a suite is among them */
	bool has_shape;	 /* what a suite says of the parent is among them */
	/* Output. */
	bool json;
	const char *output, *junit, *ktap, *markdown;
	bool quiet;
	bool verbose;
};

/* 0; on a mistake says so in one line and returns -EINVAL; --help ends the program. */
int gate_options__parse(struct gate_options *o, int argc, char **argv);
/* The last part of that: whether they go together. `dashes`: `--` stood between A's and B's runs.
 */
int gate_options__check(struct gate_options *o, bool dashes);
void gate_options__free(struct gate_options *o);

/* Whether the name of A or B is a suite, built in or in a file; else it is a method. */
bool gate_is_suite(const char *name);

#endif
