/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of what a run holds. */
#pragma once

#include <stddef.h>

/*
 * Makes room for one more element in an array that only this function grows: its capacity is the
 * power of two at or above `count`, so nobody stores it. NULL: out of memory.
 */
void *array_grow(void *array, size_t count, size_t size);

/* Copies `from`, which may be NULL, to malloc'ed memory. 0 or -ENOMEM. */
int text_copy(char **to, const char *from);
