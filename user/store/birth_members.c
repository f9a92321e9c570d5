// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/birth_members.h"

#define NAME(name)                                                                                 \
	{                                                                                          \
		"\"" name "\":", sizeof(name) + 2                                                  \
	}
#define NAMED(name, ...) NAME(#name),

const struct birth_member birth_members[BIRTH_OBJECTS][BIRTH_MEMBERS_MAX] = {
	[LINE] = {NAME("type"), NAME("t_ns"), NAME("method"), NAME("flags"), NAME("result"),
		  NAME("call_ns"), NAME("stall_ns"), NAME("stall_sum_ns"), NAME("parent"),
		  NAME("child"), NAME("edges"), NAME("phases"), NAME("exec"), NAME("counts"),
		  NAME("stack"), NAME("syscalls")},
	[PARENT] = {NAME("pid"), NAME("tid"), NAME("comm"), NAME("exe"), NAME("uid"),
		    NAME("cgroup"), NAME("rss_bytes"), NAME("vmas"), NAME("threads")},
	[CHILD] = {NAME("pid"), NAME("tid")},
	[EDGE] = {EDGES(NAMED)},
	[PHASE] = {PHASES(NAMED, NAMED)},
	[EXEC] = {NAME("result"), NAME("path"), NAME("argv"), NAME("argv_bytes")},
	[COUNT] = {COUNTS(NAMED)},
	[STACK] = {NAME("frames"), NAME("libc")},
};

_Static_assert((int)EDGE_COUNT < BIRTH_MEMBERS_MAX && (int)PHASE_COUNT < BIRTH_MEMBERS_MAX &&
		       (int)COUNT_COUNT < BIRTH_MEMBERS_MAX,
	       "a search ends at an empty place");
