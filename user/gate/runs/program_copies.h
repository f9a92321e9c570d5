/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies of the two programs that are compared, both made in one way. How a file was written shows
 * in what its pages cost: in pieces of 4 KiB, as a linker writes, the page cache holds it in small
 * folios, and mapping them takes longer than mapping the few large ones of a file that was written
 * at once.
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "bench/shared/fault.h"

struct gate_copies {
	char paths[2][PATH_MAX]; /* "": the program is measured where it is */
	char how[160];		 /* what was done, or why not, for people; "": nothing to do */
	pid_t keeper; /* a process that removes them when this one ends, however; 0: none */
	int keeper_socket;
};

/*
 * Copies both programs into a new folder that only the invoking user can enter, or neither, where
 * one of them cannot be copied: then `how` says why. Two names of one file need no copies. 0, or
 * -errno with a line in `why`.
 */
int gate_copies__make(struct gate_copies *c, const char *const programs[2], struct fault *why);

/* Removes them. */
void gate_copies__remove(struct gate_copies *c);
