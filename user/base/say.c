// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/say.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "user/text/escape.h"

/* Longer lines are cut. A path of PATH_MAX fits, with words around it. */
#define LINE_MAX_BYTES 5120

static unsigned int count;

void complain(const char *format, ...)
{
	char line[LINE_MAX_BYTES], escaped[4 * LINE_MAX_BYTES];
	va_list args;

	count++;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	escape_text(line, escaped, sizeof(escaped));
	fprintf(stderr, "spawnscope: %s\n", escaped);
}

unsigned int complain_count(void)
{
	return count;
}

bool say_in_colour(FILE *stream)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(stream)) && !(no && *no);
}

size_t say_width(FILE *stream)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	char *end;
	unsigned long n;

	if (columns && *columns >= '0' && *columns <= '9') {
		n = strtoul(columns, &end, 10);
		if (!*end && n > 0)
			return n;
	}
	return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
