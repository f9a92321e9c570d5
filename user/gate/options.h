/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of the command gate. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/gate/compare/policy.h"

#define GATE_FORWARD_MAX 48

enum gate_format { GATE_FORMAT_TEXT, GATE_FORMAT_JSON, GATE_FORMAT_LKML };

enum on_inconclusive { INCONCLUSIVE_FAILS, INCONCLUSIVE_WARNS, INCONCLUSIVE_PASSES };

struct gate_options {
	struct gate_policy policy;
	/* The arguments, A's before B's. */
	char **paths;
	size_t path_count;
	size_t base_count; /* the number of A's */
	bool ab;
	bool lab;
	const char *budget;
	const char *save;
	const char *baseline;
	const char *accept;  /* file of accepted changes; NULL: the usual one */
	const char *folder;  /* of baselines */
	double max_age_days; /* 0: any */
	bool bisect;	     /* exit statuses of `git bisect run` */
	int on_inconclusive; /* enum on_inconclusive */
	bool truncated;	     /* accept runs without an end */
	/* Runs to take now. */
	const char *possible_cpus;				   /* of the lab; NULL: not given */
	const char *programs[2], *envs[2], *libcs[2], *kernels[2]; /* NULL: not given */
	const char *pads; /* other links of A: in the lab a folder, else a file of runs */
	unsigned int pairs;
	unsigned int timeout_s; /* of one run */
	bool no_trace;
	bool in_place;			 /* programs are not copied */
	const char *copies[2];		 /* of the programs, to execute; NULL: these themselves */
	const char *copied_how;		 /* what was done about copies; NULL: nothing to say */
	const char *keep;		 /* folder for the raw runs */
	char *forward[GATE_FORWARD_MAX]; /* options of bench; ends with NULL */
	size_t forward_count;
	bool has_method; /* these choose a method or a suite */
	bool has_shape;	 /* these describe the parent, as a suite does */
	/* Output. */
	bool json;
	int format; /* enum gate_format: of standard output */
	const char *output, *junit, *ktap, *markdown;
	bool explain, no_explain; /* always name the cause by function, or never */
	bool quiet;
	bool verbose;
};

/*
 * 0, or -EINVAL after a complaint; o->bisect is set in either case if it is among them. --help ends
 * the program.
 */
int gate_options__parse(struct gate_options *o, int argc, char **argv);
void gate_options__free(struct gate_options *o);

/*
 * The last part of parsing: whether the options go together. 0, or -EINVAL after a complaint.
 * `dashes`: `--` separates A and B; else base_count is set here.
 */
int gate_options__check(struct gate_options *o, bool dashes);

/* Whether the name of A or B is a suite, built in or in a file; else it is a method. */
bool gate_is_suite(const char *name);
