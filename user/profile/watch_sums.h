/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The births of a profile by parent and method while it goes on: each is counted when its call is
 * over, not when its child has ended. Memory is bounded. Pure.
 */
#pragma once

#include "user/analysis/sketch.h"
#include "user/collect/births.h"
#include "user/model/birth.h"

/* When there are more, the row that saw no birth for the longest time joins the others. */
#define WATCH_ROWS_MAX 1024

/* The values of a row, in the order in which they are shown. */
enum watch_column {
	WATCH_BIRTHS,  /* since the start */
	WATCH_RATE,    /* births per second, since the last reading */
	WATCH_WORK,    /* of the kernel for them, as far as it was seen, ns since the start */
	WATCH_CPU,     /* the same as a share of the time of all CPUs, since the last reading */
	WATCH_CALL,    /* the time in calls, ns since the start */
	WATCH_MEDIAN,  /* of a call, ns */
	WATCH_MAX,     /* of a call, ns */
	WATCH_STARTED, /* the median time from the call until the child's program runs, ns */
	WATCH_ERRORS,  /* calls that failed, since the start */
	WATCH_RSS,     /* of the parent, the median, bytes */
	WATCH_COLUMNS,
	WATCH_NAME = WATCH_COLUMNS, /* rows can be sorted by it, too */
};

/* What is shown of a group of births. A value that is not known is NAN. */
struct watch_row {
	char *label;	 /* escaped */
	uint32_t method; /* enum clone_method; 0: of several */
	uint64_t number; /* of its group, always the same; each has another */
	double value[WATCH_COLUMNS];
};

/* A reading: it stays the same while births come. */
struct watch_reading {
	struct watch_row *v; /* in no order; the last is the sum of those without a row, if any */
	size_t n;
	struct watch_row all; /* without a label */
};

struct watch_sums;

/* `cpus`: that are online. NULL: out of memory. */
struct watch_sums *watch_sums__new(enum group_by by, unsigned int cpus, int64_t now_ns);
void watch_sums__free(struct watch_sums *s); /* accepts NULL */

/* Adds what a stage of a birth brings; each birth must come in all. 0 or -ENOMEM. */
int watch_sums__add(struct watch_sums *s, const struct birth *b, enum birth_stage stage);

/* Reads all rows, and begins the next interval. Replaces *to, which is 0 before. 0 or -ENOMEM. */
int watch_sums__read(struct watch_sums *s, int64_t now_ns, struct watch_reading *to);

/* Forgets all births. */
void watch_sums__clear(struct watch_sums *s, int64_t now_ns);

void watch_reading__free(struct watch_reading *r); /* frees what r holds */
