// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/say.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned int count;

void complain(const char *format, ...)
{
	va_list args;

	count++;
	fputs("spawnscope: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

unsigned int complaints(void)
{
	return count;
}

bool want_colour(FILE *stream)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(stream)) && !(no && *no);
}
