// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/parse.h"

#include <errno.h>
#include <unistd.h>

#include "bench/shared/text.h"
#include "bench/shared/units.h"

/* A typing mistake must not ask for millions of threads; the kernel's own limits are lower. */
#define COUNT_MAX 1000000
#define BYTES_MAX (INT64_C(1) << 30)

int axis_parse_size(const char *text, int64_t *bytes, struct fault *why)
{
	long page_bytes = sysconf(_SC_PAGESIZE);
	int64_t parsed;

	if (size_parse(text, &parsed) != 0)
		return fault__set(why, -EINVAL, "bad size '%s'; write it like 64M or 1G", text);
	if (parsed % page_bytes != 0)
		return fault__set(why, -EINVAL,
				  "bad size '%s'; it must be a multiple of the page size, %ld",
				  text, page_bytes);
	*bytes = parsed;
	return 0;
}

int axis_parse_bytes(const char *text, int64_t *bytes, struct fault *why)
{
	int64_t parsed;

	if (size_parse(text, &parsed) != 0 || parsed > BYTES_MAX)
		return fault__set(why, -EINVAL, "bad size '%s'; write it like 100 or 64K", text);
	*bytes = parsed;
	return 0;
}

int axis_parse_count(const char *text, int64_t *count, struct fault *why)
{
	uint64_t number;

	if (text_number(text, 0, COUNT_MAX, &number) != 0)
		return fault__set(why, -EINVAL, "bad number '%s'; must be from 0 to %d", text,
				  COUNT_MAX);
	*count = (int64_t)number;
	return 0;
}
