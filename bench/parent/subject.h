/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A subject is the parent process that samples are taken from. The driver executes
 * itself as `spawnscope-bench --subject`, so that a subject has a fresh address
 * space. It has a socket to the driver, on which requests and replies alternate, and
 * a memfd with the slate in its first page and samples after it. It ends when the
 * driver ends or closes the socket.
 */
#pragma once

#include <limits.h>
#include <stdint.h>

#include "bench/axes/axis.h"
#include "bench/parent/parent.h"
#include "bench/shared/fault.h"
#include "bench/shared/loader.h"

#define SUBJECT_OPTION "--subject"

/* The descriptors that it inherits, besides the standard ones. */
enum {
	SUBJECT_SOCKET_FD = 3,
	SUBJECT_SLATE_FD = 4,
};

/* Where samples begin in the memfd: a multiple of the page size of every architecture. */
#define SUBJECT_SAMPLES_OFFSET (64 * 1024)

/*
 * Where the arguments of its program stand there, behind the slate: their number of bytes as a
 * uint32_t, and each with the zero at its end.
 */
#define SUBJECT_WORDS_OFFSET 4096
#define SUBJECT_WORDS_MAX    (SUBJECT_SAMPLES_OFFSET - SUBJECT_WORDS_OFFSET - 4)

#define CPU_NONE (-1) /* not pinned */

enum subject_verb {
	SUBJECT_BUILD,	 /* the first request: take the shape, and a program to exec */
	SUBJECT_PROGRAM, /* take another program; the rest of `build` is as it was */
	SUBJECT_RUN,	 /* take samples */
};

struct subject_request {
	enum subject_verb verb;
	union {
		struct {
			struct shape shape;
			char only[32]; /* the only method that it will serve; "": many */
			int cpu;
			bool silent; /* the program at child_path reports nothing */
			char child_path[PATH_MAX];
			char copy[PATH_MAX];  /* of it, to execute; "": itself */
			struct loader loader; /* for a silent program, too */
		} build;
		struct {
			char method[32];
			uint32_t warmups;
			uint32_t runs;
		} run;
	};
};

struct subject_reply {
	int error; /* 0, or -errno and the reason in `why` */
	struct fault why;
	struct parent_facts facts; /* of SUBJECT_BUILD */
	uint32_t started;	   /* of SUBJECT_RUN: children created, warm-ups included */
	uint32_t failed;	   /* calls that failed, warm-ups included */
};

/* The main function of --subject; returns the exit code. */
int subject_main(void);
