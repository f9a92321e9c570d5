/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What plugins know of the kernel: addresses with a role, from files that points.bash makes of its
 * list of symbols.
 *
 *   points     lines "ADDRESS NAME [return]": the first instruction of a block, such as a
 *              function's entry; with `return`, its return to its caller is a point, too
 *   routines   lines "ADDRESS END ROLE": from ADDRESS to before END; of what begins or is entered
 *              only ADDRESS counts
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum place_role {
	PLACE_NONE,
	PLACE_CLEAR,  /* clears memory */
	PLACE_COPY,   /* copies memory */
	PLACE_SWITCH, /* changes from a task's kernel stack to another's */
	PLACE_FORK,   /* writes to the kernel stack of a new task */
	/* Where something begins. */
	PLACE_START,	 /* where a new task begins */
	PLACE_EXEC,	 /* makes a new user's part of the task */
	PLACE_SIGNAL,	 /* the task goes on in a handler of a signal */
	PLACE_SIGRETURN, /* the handler has ended */
	PLACE_FAULT,	 /* entry of an exception that repeats the instruction */
	PLACE_EXCEPTION, /* of another */
	PLACE_INTERRUPT, /* of an interrupt */
	PLACE_STUBS,	 /* of many interrupts */
	PLACE_ROLE_COUNT,
};

struct point {
	uint64_t address;
	char name[64];
	char name_return[80];
	bool returns;
};

/* Reads a file. 0, or -1 if it cannot be read or is bad; then a line on standard error says so. */
int places_read_points(const char *path);
int places_read_routines(const char *path);

const struct point *places_point(uint64_t address); /* NULL: none */
enum place_role places_role(uint64_t address);
uint64_t places_start(enum place_role role); /* the first place of this role; 0: none */
