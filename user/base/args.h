/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The arguments of a program that is about to be started. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ARGS_MAX 160

/* Begins as {0}. The vector for execv(3): the last entry is NULL. */
struct args {
	char *v[ARGS_MAX + 1];
	size_t n;
	bool failed; /* no memory, or more than ARGS_MAX */
};

/* Adds one argument, unless an earlier one failed. */
__attribute__((format(printf, 2, 3))) void args__add(struct args *a, const char *format, ...);
void args__free(struct args *a);
