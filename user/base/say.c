// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/say.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/strbuf.h"

/* Longer lines are cut. A path of PATH_MAX fits, with words around it. */
#define LINE_MAX_BYTES 5120

/* Complaints that are held are no more than this: who complains for hours is heard. */
#define HELD_MAX_BYTES 65536

static unsigned int count;
static struct strbuf held;
static bool holding;

/* One line, which wraps on a terminal only. */
static void print_complaint(const char *escaped)
{
	static const char name[] = "spawnscope: ";
	size_t of_output = layout_width();

	if (!isatty(STDERR_FILENO)) {
		fprintf(stderr, "%s%s\n", name, escaped);
		return;
	}
	fputs(name, stderr);
	layout_set_width(say_width(stderr));
	layout_wrap(stderr, strlen(name), 2, escaped);
	layout_set_width(of_output);
}

void complain(const char *format, ...)
{
	char line[LINE_MAX_BYTES], escaped[4 * LINE_MAX_BYTES];
	va_list args;

	count++;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	escape_text(line, escaped, sizeof(escaped));
	if (!holding)
		print_complaint(escaped);
	else if (held.length < HELD_MAX_BYTES)
		strbuf__add(&held, "%s\n", escaped);
}

void complain_hold(bool hold)
{
	char *rest = held.text, *line;

	holding = hold;
	if (hold)
		return;
	while ((line = strsep(&rest, "\n")) && *line)
		print_complaint(line);
	strbuf__free(&held);
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
