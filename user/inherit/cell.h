/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One trial: a process, the parent, sets a property, and makes a child by one method; the child
 * looks. What they find stands in memory that all of them share, also across exec.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VALUE_MAX 96

struct method;
struct property;

struct cell {
	/* A value is text: what a property is in a process. "none": it has no such thing. */
	char fresh[VALUE_MAX];	 /* in the parent, before it sets the property */
	char before[VALUE_MAX];	 /* in the parent, before the birth */
	char child[VALUE_MAX];	 /* in the child */
	char changed[VALUE_MAX]; /* in the child, after it has changed it */
	char after[VALUE_MAX];	 /* in the parent, after the child has changed it and ended */
	char absent[VALUE_MAX];	 /* why there is no finding; "": there is one */
	int error;		 /* errno of a birth or exec that failed */
	bool looked;		 /* the child has looked */
	bool execed;		 /* the child is a new program */
	bool alone;		 /* that has no parent here: exec without a birth */
	int64_t startup_ns;	 /* CPU time that a new program takes to start, about */
	int memory;		 /* the descriptor of this memory */
	size_t property;	 /* its index, for a new program */
	pid_t parent, born;	 /* born: while it may run */

	/* The property's own. */
	int fd, other_fd;	      /* -1 */
	int keep_fd, close_fd;	      /* for posix_spawn's file actions; -1 */
	void *at;		      /* an address */
	int64_t number;		      /* 0 */
	int child_tid;		      /* not 0 while a thread runs */
	volatile int step, next_step; /* 0; between threads */
};
