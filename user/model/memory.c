// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *array_grow(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return array;
	return reallocarray(array, count ? 2 * count : 1, size);
}

int text_copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}
