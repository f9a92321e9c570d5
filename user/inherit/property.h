/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a child may have of its parent: how each is tested, and what the man pages say. */
#pragma once

#include <linux/sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/inherit/cell.h"
#include "user/inherit/method.h"

enum mark {
	MARK_ABSENT, /* not tested */
	MARK_SAME,   /* as the parent has it */
	MARK_COPY,   /* the same at birth; a change by the child is its own */
	MARK_SHARED, /* a change by the child is the parent's, too */
	MARK_RESET,  /* as if the parent had not set it */
	MARK_NEW,    /* another value */
	MARK_LOST,   /* the child has none */
	MARK_STUCK,  /* a lock that nobody can release */
	MARK_RUN,    /* handlers: they ran */
	MARK_NOT,    /* they did not */
	MARK_KEPT,   /* as expectation across exec: exec changes nothing */
	MARK_UNSAID, /* as expectation: no page says */
};

const char *mark_name(enum mark mark);
const char *mark_meaning(enum mark mark);

/* What a page says of a method that has these bits. */
struct expectation {
	uint64_t bits;
	enum mark mark;
	const char *page; /* "fork(2)"; NULL: none says */
};

#define BUT_MAX 6

struct property {
	const char *name;
	const char *test;	 /* how it is tested */
	struct expectation born; /* of a child, but ... */
	struct expectation but[BUT_MAX];
	struct expectation exec; /* across exec; a birth's attributes count first */
	/* What get() finds where nothing is set; NULL: call it before set(). */
	const char *fresh;
	enum mark fresh_mark; /* what that means in a child; MARK_RESET if 0 */
	const char *note;     /* why what is found is not what the pages say, where that is known */
	bool by_exit;	      /* the child ends by exit(), not by _exit() */
	/* In the parent. NULL, or why it cannot be set here. */
	const char *(*set)(struct cell *c);
	/* In parent and child. */
	void (*get)(struct cell *c, char *value);
	/* In the child; get() in the parent then shows whether they share it. */
	void (*change)(struct cell *c);
	/* In both, in place of get(), after the change. */
	void (*again)(struct cell *c, char *value);
	/* In place of comparing the values. */
	enum mark (*judge)(const struct cell *c);
	/* Why the method is not tested; NULL: it is. */
	const char *(*skip)(const struct method *m);
};

struct property_group {
	const char *name, *title;
	const struct property *properties;
	size_t count;
};

extern const struct property_group property_ids, property_files, property_signals,
	property_descriptors, property_locks, property_memory, property_program,
	property_scheduling, property_limits, property_time, property_security, property_attributes,
	property_namespaces;

/* The properties of all groups are numbered from 0. NULL: no more. */
const struct property *property_at(size_t index);
const struct property_group *property_group_at(size_t index);

/* What the pages say of it. */
struct expectation property_expected(const struct property *p, const struct method *m);

/* What a trial found; MARK_ABSENT if nothing. */
enum mark property_found(const struct property *p, const struct method *m, const struct cell *c);
