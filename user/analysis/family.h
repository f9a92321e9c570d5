/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who came from whom, by program: processes that came from the same one by the same method, and run
 * the same, are one member. Threads and calls that failed are left aside.
 */
#ifndef SPAWNSCOPE_FAMILY_H
#define SPAWNSCOPE_FAMILY_H

#include "user/model/birth.h"
#include "user/model/run.h"

#define FAMILY_MAX   300
#define FAMILY_DEPTH 12

struct member {
	char *label;	 /* the program, any bytes but 0; NULL: a copy of its parent, no exec */
	uint32_t method; /* 0: not one that is known here; or it was there before */
	size_t depth;
	int64_t n; /* births of it */
	double work_ns;
	/* Members; FAMILY_NONE: there is none. What was there before the profile has no `up`. */
	size_t up, first, last, next;
};

#define FAMILY_NONE SIZE_MAX

struct family {
	struct member *v;
	size_t n;
	size_t root;	  /* the first that was there before */
	int64_t left_out; /* births that found no room among the members */
};

/* 0 or -ENOMEM; to be freed in any case. */
int family__of(struct family *f, const struct run *r);
/* The member after this one as a tree is written; FAMILY_NONE: it was the last. */
size_t family__next(const struct family *f, size_t at);
void family__free(struct family *f);

#endif
