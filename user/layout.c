/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "user/layout.h"

#include <stdarg.h>
#include <string.h>

#include "user/utf8.h"

void layout_title(FILE *out, const char *title, bool colour)
{
	fprintf(out, colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

void layout_wrap(FILE *out, size_t column, size_t indent, const char *text)
{
	bool fresh = true; /* no word stands in this line yet */

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t word = strcspn(text, " ");
		size_t gap = fresh ? 0 : 1;
		size_t room = column + gap < LAYOUT_WIDTH ? LAYOUT_WIDTH - column - gap : 0;
		size_t fit = utf8_fit(text, room);

		if (fit < word && !(fresh && column <= indent)) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
			fresh = true;
			continue;
		}
		if (fit > word)
			fit = word;
		fprintf(out, "%*s%.*s", (int)gap, "", (int)fit, text);
		column += gap + utf8_width_of(text, fit);
		fresh = false;
		text += fit;
	}
	fputc('\n', out);
}

void layout_append(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, size - len, format, args);
	va_end(args);
}

void layout_cut(char *text, size_t width)
{
	if (utf8_width(text) > width)
		strcpy(text + utf8_fit(text, width - 2), "..");
}
