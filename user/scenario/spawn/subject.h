/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A process of a chosen size that does jobs, in turn, each once a round, and times them. Every job
 * has an observation of each of its times, and of how many of its outputs were not as expected.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "user/scenario/print.h"
#include "user/scenario/spawn/ways.h"
#include "user/scenario/stage.h"

/* What a job is timed for; the names of its observations are in subject.c. */
enum call_time {
	CALL_STALL,  /* the parent cannot go on */
	CALL_FIRST,  /* from the call to the first byte of the output */
	CALL_RESULT, /* to its end */
	CALL_TOTAL,  /* until the child is reaped */
	CALL_TIMES
};

struct call {
	int64_t ns[CALL_TIMES]; /* MISSING: the job has no such time */
	int64_t bytes;
	uint64_t digest; /* of the lines of its output, in any order */
};

struct job {
	struct conditions key; /* of its observations */
	/* 0, or -errno: the job is left out from then on. -ECANCELED: the program failed. */
	int (*run)(const struct job *j, struct call *c);
	const struct way *way;
	struct launch launch;
	unsigned int number; /* as `run` takes it */
	size_t like;	     /* its output is as that of the job of this index */
};

#define SUBJECT_JOBS_MAX 64

struct subject {
	int64_t size_bytes;   /* that it has written */
	unsigned int threads; /* that wait, beside the one that does the jobs */
	unsigned int rounds;
	const struct job *jobs;
	size_t count;
};

/*
 * Does the jobs in a process of its own. 0, or -errno with s->why set. A job that failed has an
 * absent observation of CALL_TOTAL with the reason.
 */
int subject__run(struct stage *s, const struct subject *u);

/* Jobs use these. */

/* Starts the job's program and reads its output to the end. */
int job_launch(const struct job *j, struct call *c);

/* Reads to the end, and sets bytes, digest, and the times from `begin` on. 0 or -errno. */
int call__read(struct call *c, int fd, int64_t begin);

/* Reaps the child. 0, -errno, or -ECANCELED if its status is not 0. */
int call__reap(struct call *c, pid_t pid, int64_t begin);

/* /dev/null; the same for all jobs. */
int call_null(void);
