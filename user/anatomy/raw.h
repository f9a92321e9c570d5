/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the emulator's plugin wrote (bench/lab/plugin/tally.h has the format): what each task
 * executed between two edges, by path of calls and block of code.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/model/call_tree.h"

/* How control came to a path's first instruction. */
enum raw_kind {
	RAW_NONE, /* there is no such path */
	RAW_TASK,
	RAW_CALL,
	RAW_SYSCALL,
	RAW_EXCEPTION,
	RAW_INTERRUPT,
	RAW_SIGNAL,
};

struct raw_block {
	uint64_t address;
	uint32_t count; /* instructions; 0: there is no such block */
};

/* A path of calls: its last call, and the path before. */
struct raw_node {
	uint32_t parent; /* less than its own number; 0: none */
	enum raw_kind kind;
	uint64_t site;	 /* of the instruction that called; 0: unknown */
	uint64_t target; /* first address */
};

struct raw_own {
	uint32_t node, block;
	uint64_t executions, instructions;
};

struct raw_calls {
	uint32_t node;
	uint64_t count;
};

/* What a task executed between two edges: own and calls from their first to before end. */
struct raw_segment {
	uint32_t task;
	uint64_t from, to; /* of the machine's counter of instructions */
	const char *why;   /* what ended it; equal words are one pointer */
	size_t own, own_end, calls, calls_end;
};

struct raw {
	char *rule;		  /* how instructions are counted */
	struct raw_block *blocks; /* by number */
	size_t block_count;
	struct raw_node *nodes; /* by number */
	size_t node_count;
	uint32_t *creators; /* of tasks, by number; 0: not known */
	size_t task_count;
	struct raw_segment *segments;
	size_t segment_count;
	struct raw_own *owns;
	size_t own_count;
	struct raw_calls *calls;
	size_t calls_count;
	/* Beside instructions: for each own metric_count values. */
	int metrics[CALL_METRIC_COUNT]; /* enum call_metric, or -1: one that we do not know */
	size_t metric_count;
	uint64_t *values;
	char **words;
	size_t word_count;
};

/*
 * Reads all of it. 0, or -errno with one line in `why`, which calls it `name`; *raw is then empty.
 * What is torn, or contradicts itself, is refused with -EINVAL.
 */
int raw__read(struct raw *raw, FILE *in, const char *name, struct fault *why);
void raw__free(struct raw *raw);

/* The word as it stands in segments, or NULL: no segment ends by it. */
const char *raw__word(const struct raw *raw, const char *word);
