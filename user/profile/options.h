/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_PROFILE_OPTIONS_H
#define SPAWNSCOPE_PROFILE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "user/probe/probe.h"

struct profile_command {
	/* Whom: one of the three. */
	char **argv; /* the command, ends with NULL; or NULL */
	pid_t *pids;
	size_t pid_count;
	bool all;

	bool children;	    /* with pids */
	double seconds;	    /* 0: no limit */
	const char *cgroup; /* or NULL */
	int detail;	    /* enum probe_set, or -1: what suits whom */
	struct probe_options probe;
	struct profile_options trace; /* which probe.profile is to point to */
	size_t top;
	const char *output;   /* of the records, or NULL */
	const char *perfetto; /* the same for Perfetto, or NULL */
	const char *input;    /* a result file instead of the kernel, or NULL */
	char **args;	      /* what follows `profile`, ends with NULL; its strings are borrowed */
	bool live, json, tree, records;
	bool no_calibrate;
	bool quiet, verbose;
};

/* 0; on a mistake says so in one line and returns -EINVAL; --help ends the program. */
int profile_options__parse(struct profile_command *c, int argc, char **argv);
/* Whether -o or --perfetto writes to standard output. */
bool profile_options__file_on_stdout(const struct profile_command *c);

void profile_options__free(struct profile_command *c);

#endif
