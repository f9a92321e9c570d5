/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The family tree of a profile, by program: children of one parent that were made by the same
 * method and run the same program are one member. Threads and failed calls are left out.
 */
#pragma once

#include "user/model/birth.h"

/* What is kept of a birth. Times are ns, or MISSING. */
struct birth_brief {
	int64_t t_ns;	 /* birth_time() */
	int64_t call_ns; /* birth_call_ns() */
	int64_t life_ns; /* to the exit */
	int64_t work_ns; /* birth_work_ns() */
	/* Any bytes but 0. */
	const char *comm, *parent; /* the parent's, and what the tree calls it */
	const char *program;	   /* birth_program() */
	uint32_t parent_tgid, child_tgid;
	uint32_t group; /* its number, then its place; or GROUP_OTHER */
	uint8_t method;
	bool made; /* a child; else the call failed */
};

#define FAMILY_MAX   300
#define FAMILY_DEPTH 12

struct member {
	char *label;	 /* the program, any bytes except 0; NULL: a copy of its parent, no exec */
	uint32_t method; /* 0: unknown, or it was there before */
	size_t depth;
	int64_t n; /* births of it */
	double work_ns;
	/* Members, or FAMILY_NONE. A process from before the profile has no `up`. */
	size_t up, first, last, next;
};

#define FAMILY_NONE SIZE_MAX

struct family {
	struct member *v;
	size_t n;
	size_t root;	  /* the first that was there before the profile */
	int64_t left_out; /* births that found no room among the members */
};

/* Of births in the order in which they began. 0 or -ENOMEM; free it in any case. */
int family__of(struct family *f, const struct birth_brief *const *births, size_t n);
/* The next member, parents before children; FAMILY_NONE: it was the last. */
size_t family__next(const struct family *f, size_t at);
void family__free(struct family *f);
