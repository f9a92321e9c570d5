/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths of calls, and the stack of calls of each task. A call is known by the address at which it
 * pushed its return address (its slot): so a return finds the frame that it ends, whatever came in
 * between.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum path_kind {
	PATH_TASK,
	PATH_CALL,
	PATH_SYSCALL,
	PATH_EXCEPTION,
	PATH_INTERRUPT,
	PATH_SIGNAL,
	PATH_KIND_COUNT,
};

extern const char *const path_kind_names[PATH_KIND_COUNT];

struct path {
	uint32_t parent; /* 0: none */
	uint64_t site;	 /* address of the instruction that called or was interrupted; 0: unknown */
	uint64_t target; /* first address */
	enum path_kind kind;
	uint64_t back;	  /* return address of a call; 0: none yet */
	uint32_t child;	  /* the last one found; 0: none */
	uint32_t sibling; /* the one found before; 0: none */
	uint64_t used;	  /* for tally.c: where it was last written of */
};

/* The number of a path, from 1; a new one if it has none yet. Ends the program without memory. */
uint32_t paths_find(uint32_t parent, uint64_t site, uint64_t target, enum path_kind kind);
struct path *paths_get(uint32_t id);
uint32_t paths_count(void); /* the greatest number */

struct block;

struct frame {
	uint32_t path;
	enum path_kind kind;
	bool kernel;
	bool inherited;		   /* of the creator's stack of calls */
	uint64_t slot;		   /* where the return address is; of entries: that of `resume` */
	uint64_t back;		   /* return address; 0: unknown */
	const struct point *point; /* its return is a point */
	const struct block
		*resume; /* of entries and signals: the block that was executed whole before */
};

struct task {
	uint32_t id; /* from 1 */
	uint64_t stack;
	struct frame *frames;
	size_t depth, room;
	bool fresh;  /* has not run yet */
	bool execed; /* the user's part is new when it returns to it */
	bool signal; /* goes on in a handler */
	bool sigreturn;
	bool calls;	/* has made a process since it read the clock */
	uint64_t begun; /* where the text of that call begins */
};

/* The task on this kernel stack, or a new one with no creator. */
struct task *tasks_on(uint64_t stack);
/* A new task on this stack; it has the user's part of its creator's calls. */
struct task *tasks_create(uint64_t stack, const struct task *creator);

void task__push(struct task *t, struct frame frame);
/* The path of the frame on top; 0: none. */
uint32_t task__path(const struct task *t);
/* The depth above which a return cannot reach: behind the last entry. */
size_t task__floor(const struct task *t);

/*
 * Ends the call that returns by this slot to this address, with all that it called. The frame, as
 * it was, goes to *ended. False: no such call is known.
 */
bool task__return(struct task *t, uint64_t slot, uint64_t to, struct frame *ended);
/* Before a call pushes to this slot: drops calls of the user's that a longjmp has left. */
void task__trim(struct task *t, uint64_t slot, bool kernel);
/* After a jump to an address that follows a call: ends the calls that a longjmp has left. */
void task__longjmp(struct task *t, uint64_t to);
