/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "user/probe/probe.h"

struct profile_command {
	/* Whose children: one of these, or `input`. */
	char **argv; /* a command, NULL-terminated; or NULL */
	pid_t *pids;
	size_t pid_count;
	bool all;

	bool children;	    /* with pids */
	double seconds;	    /* 0: no limit */
	const char *cgroup; /* or NULL */
	int detail;	    /* enum probe_set; -1: not given */
	struct probe_options probe;
	struct profile_options trace; /* probe.profile points to it once the trace starts */
	size_t top;
	unsigned int views;   /* see user/table/table.h */
	int sort;	      /* enum group_sort */
	const char *output;   /* the result file, or NULL */
	const char *perfetto; /* the trace for Perfetto, or NULL */
	const char *folded;   /* the folded stacks, or NULL */
	int weight;	      /* enum folded_weight, of these */
	const char *input;    /* a result file instead of the kernel, or NULL */
	char **args;	      /* after `profile`, NULL-terminated; the strings are borrowed */
	bool live, json, tree, records, watch;
	double interval; /* seconds between two pictures of --watch; 0: not given */
	bool no_calibrate;
	bool by_given;
	bool quiet, verbose;
};

/* 0, or -EINVAL after one line; --help ends the program. */
int profile_options__parse(struct profile_command *c, int argc, char **argv);
/* Whether -o or --perfetto writes to standard output. */
bool profile_options__file_on_stdout(const struct profile_command *c);

void profile_options__free(struct profile_command *c);
