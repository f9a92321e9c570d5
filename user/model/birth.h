/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One birth of a profile: what happened, and who was in it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "user/model/phase.h"
#include "user/model/stack.h"

struct birth {
	struct life life;
	uint32_t child_tgid;
	uint32_t parent_tid;
	uint32_t uid;	 /* of the parent, in the first user namespace */
	uint64_t cgroup; /* id */
	uint64_t exe_inode;
	uint32_t exe_device;
	char comm[17];		    /* the parent's; these two are any bytes but 0 */
	char exe[EXE_NAME_MAX + 1]; /* last part of the program it runs; "" for a kernel thread */
	/* What an exec that succeeded was given; NULL: not known. */
	char *path;
	char *args;	       /* argv, each with its zero byte; the last may lack it, being cut */
	size_t args_bytes;     /* of args; a further zero byte follows */
	uint32_t args_total;   /* that there were */
	bool settled;	       /* was shown already */
	uint64_t stack_number; /* of its RECORD_STACK; 0: none */
	const struct stack *stack; /* borrowed; NULL: not known */
};

void birth__free(struct birth *b); /* frees what b holds, not b */

/* "fork", "vfork", "spawn", "thread", "other"; "?" for a number that is none. */
const char *method_name(uint32_t method);
/* 0 if there is none of the name. */
uint32_t method_by_name(const char *name);

/* No failure: the kernel makes the call anew, since a signal was pending. */
bool birth_restarts(const struct birth *b);

/* "ENOMEM"; NULL if the number has no name. Also "ERESTARTNOINTR". */
const char *errno_name(int number);

/* When it began, CLOCK_MONOTONIC ns: the call's entry, or the first that was seen of it. */
int64_t birth_time(const struct birth *b);

/* The call's entry to its return, ns; MISSING if either was not seen. */
int64_t birth_call_ns(const struct birth *b);

/* The kernel's work for this birth, ns: the sum of the known phases that phase_is_work() names. */
int64_t birth_work_ns(const struct birth *b);

/* The same, and phase_ns() of all phases. */
int64_t birth_phases(const struct birth *b, int64_t ns[PHASE_COUNT]);

/* The parent's RSS of all kinds, bytes; MISSING if it was not read. */
int64_t birth_rss(const struct birth *b);

/*
 * The last part of the name of the program that the child ran; of /proc/self/exe, the parent's.
 * NULL: no exec is known. Any bytes but 0.
 */
const char *birth_program(const struct birth *b);

/*
 * The command that the child ran: the path and the arguments after argv[0], as a person types them;
 * for a script, what its interpreter was given. ".." marks arguments that were cut off;
 * unprintable bytes are escaped. "" if no exec is known.
 */
void birth_command(const struct birth *b, char *text, size_t size);
