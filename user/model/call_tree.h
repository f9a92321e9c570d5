/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The anatomy of a cell: which function executed how many instructions in a birth, by the path of
 * calls that led to it. The emulator counts them from outside the guest, by the lab's rule.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/model/fact.h"

/* How control came to a function. */
enum call_kind {
	CALL_ROOT,	/* no function: one of the parts of a birth, see enum call_part */
	CALL_CALL,	/* called, or jumped to by a function that ends so (a tail call) */
	CALL_SYSCALL,	/* the kernel's entry of a system call; below it its functions */
	CALL_EXCEPTION, /* page faults and other exceptions, below the function they interrupt */
	CALL_INTERRUPT, /* below the root of the interrupts only */
	CALL_SIGNAL,	/* a signal handler */
	CALL_KIND_COUNT
};

/* The parts of a birth, each a root of the tree. */
enum call_part {
	PART_CALL,    /* the parent, from its call until that returns */
	PART_PARENT,  /* the parent after it: what it writes, its wait, the reaping */
	PART_CHILD,   /* the child before exec, or until its exit if it execs nothing */
	PART_PROGRAM, /* the new program, from execve to its exit */
	PART_EXIT,    /* the exit of the child, in the kernel */
	/* Beside the birth: no cost of it. */
	PART_INTERRUPTS,
	PART_OTHERS, /* other tasks that ran meanwhile */
	PART_COUNT
};

/* Whether it is a part of the birth itself. */
static inline bool call_part_of_birth(enum call_part part)
{
	return part < PART_INTERRUPTS;
}

/* What is counted beside instructions, if the run modelled caches (anatomy --cycles). */
enum call_metric {
	METRIC_CYCLES, /* an estimate */
	METRIC_L1I_MISSES,
	METRIC_L1D_MISSES,
	METRIC_L2_MISSES,
	METRIC_LLC_MISSES,
	METRIC_ITLB_MISSES,
	METRIC_DTLB_MISSES,
	METRIC_BRANCH_MISSES,
	METRIC_CLEARED_BYTES,
	METRIC_COPIED_BYTES,
	CALL_METRIC_COUNT
};

#define CALL_NO_PARENT SIZE_MAX

/* No path is longer: whoever reads a tree may recurse. */
#define CALL_DEPTH_MAX 1000

struct call_node {
	const char *name;   /* of the function, any bytes but 0; of an unresolved one its address,
			       "0x7ffff7fc1000"; the tree owns it */
	const char *module; /* "kernel", or the last part of the ELF file's name; "" if unknown */
	size_t parent;	    /* its index, less than this one's; CALL_NO_PARENT for a root */
	enum call_kind kind;
	enum call_part part;
	/* Medians over the births; a birth without this path counts as 0. */
	int64_t calls;			    /* how often it was entered by this path */
	int64_t own;			    /* instructions of its own */
	int64_t total;			    /* with what it called */
	int64_t metrics[CALL_METRIC_COUNT]; /* of its own; those that the tree has */
};

/* What a function executed in a phase, over all paths; medians over the births. */
struct call_share {
	const char *name, *module;
	int64_t own, total;
};

/* A phase of the birth (user/model/phase.h), and the functions in it, the largest first. */
struct call_phase {
	const char *name;
	int64_t instructions; /* median over the births */
	struct call_share *shares;
	size_t share_count;
};

struct call_tree {
	struct fact *key; /* of the cell that was run, as in the same run's cells */
	size_t key_count;
	char *kernel; /* release of the guest's kernel */
	size_t births;
	struct call_node *nodes; /* parents before their children; siblings by total, falling */
	size_t node_count;
	struct call_phase *phases;
	size_t phase_count;
	int64_t unresolved;	     /* instructions of functions without a name; median */
	bool has[CALL_METRIC_COUNT]; /* the metrics that were counted */
	char **names;		     /* owns them; sorted by strcmp() */
	size_t name_count;
};

/* The words of files and outputs: "call", "syscall"; "call", "child"; "cycles". NULL: none. */
const char *call_kind_name(enum call_kind kind);
const char *call_part_name(enum call_part part);
const char *call_metric_name(enum call_metric metric);

/* The value of a word; -1: none has it. */
int call_kind_by_name(const char *name);
int call_part_by_name(const char *name);

/*
 * Keeps a copy of the name in the tree, once: of two names of a tree that are the same, the
 * pointers are, too. NULL: out of memory.
 */
const char *call_tree__name(struct call_tree *t, const char *name);

/* The place of a name of the tree in names. */
size_t call_tree__name_index(const struct call_tree *t, const char *name);

void call_tree__free(struct call_tree *t); /* frees what t holds, not t */
