// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Below it, pages that are not used would be much of the array. */
#define HUGE_FROM (8 * 1024 * 1024)

/*
 * The first touch of a page costs more than filling it: asks for pages of 2 MiB, where there are.
 * For the whole mapping, as malloc() made it: realloc() cannot move parts that differ.
 */
static void prefer_huge_pages(char *array, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before = (size_t)array % page;

	if (bytes >= HUGE_FROM)
		madvise(array - before, (before + bytes + page - 1) / page * page, MADV_HUGEPAGE);
}

void *array_grow(void *array, size_t count, size_t size)
{
	size_t room = count ? 2 * count : 1;

	if ((count & (count - 1)) != 0)
		return array;
	array = reallocarray(array, room, size);
	if (array)
		prefer_huge_pages(array, room * size);
	return array;
}

int text_copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}
