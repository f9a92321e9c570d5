/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the members of the line `birth`, for the reader and the writer. */
#pragma once

#include <stdint.h>

#include "user/model/birth.h"

/* The objects of a line: the line itself, then those in it, in the order of their names there. */
enum birth_object { LINE, PARENT, CHILD, EDGE, PHASE, EXEC, COUNT, STACK, BIRTH_OBJECTS };

/* Their members, in the order in which they are written; those of others are enums of the model. */
enum {
	TYPE,
	T_NS,
	METHOD,
	FLAGS,
	RESULT,
	CALL_NS,
	STALL,
	STALL_SUM,
	FIRST_OBJECT,
	SYSCALLS = FIRST_OBJECT + STACK
};
enum { PARENT_PID, PARENT_TID, COMM, EXE, UID, CGROUP, RSS_BYTES, VMAS, THREADS };
enum { CHILD_PID, CHILD_TID };
enum { EXEC_RESULT, PATH, ARGV, ARGV_BYTES };
enum { FRAMES, LIBC };

#define BIRTH_MEMBERS_MAX 20

struct birth_member {
	char text[31]; /* its name with quotes and colon */
	uint8_t len;   /* 0 after the last */
};

extern const struct birth_member birth_members[BIRTH_OBJECTS][BIRTH_MEMBERS_MAX];

/* The member of a line that is this object. */
static inline int birth_member_of(enum birth_object object)
{
	return FIRST_OBJECT + (int)object - PARENT;
}
