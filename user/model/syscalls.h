/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System calls of children until their exec, by kind. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "user/model/phase.h"

/* Kinds that are counted apart in a sum of many births. */
#define SYSCALL_KINDS_MAX 48

/* The longest name that is kept, with its zero byte. */
#define SYSCALL_NAME_MAX 32

struct syscalls {
	struct syscalls_kind {
		uint32_t nr; /* of the system call */
		int64_t n;
	} kind[SYSCALL_KINDS_MAX];
	size_t kinds;
	int64_t others; /* of further kinds */
};

/* Adds `n` calls of a kind. */
void syscalls__add(struct syscalls *c, uint32_t nr, int64_t n);
/* Adds those of a birth; nothing where they were not counted. */
void syscalls__add_birth(struct syscalls *c, const struct life *life);

/* The most frequent first, then by number. */
void syscalls__sort(struct syscalls *c);

/* How many of this name; 0: none. */
int64_t syscalls__of(const struct syscalls *c, const char *name);

/*
 * "rt_sigaction"; "syscall_999" for a number without a name; "(32-bit)" for SYSCALL_COMPAT.
 * Returns `name`.
 */
const char *syscall_name(uint32_t nr, char name[SYSCALL_NAME_MAX]);

/* The number on this machine. 0, or -ENOENT. */
int syscall_by_name(const char *name, uint32_t *nr);
