// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/layout.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/escape.h"
#include "user/text/utf8.h"

/* One for the program: it has one terminal. */
static size_t width = LAYOUT_WIDTH_DEFAULT;

size_t layout_width(void)
{
	return width;
}

void layout_set_width(size_t columns)
{
	width = columns == 0		       ? LAYOUT_WIDTH_DEFAULT
		: columns < LAYOUT_WIDTH_LEAST ? LAYOUT_WIDTH_LEAST
		: columns > LAYOUT_WIDTH_MOST  ? LAYOUT_WIDTH_MOST
					       : columns;
}

void layout_title(FILE *out, const char *title, bool colour)
{
	if (utf8_width(title) > width) {
		fputc('\n', out);
		layout_wrap(out, 0, 2, title);
		return;
	}
	fprintf(out, colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

/* The length of a unit after a blank, with that; 0 if no unit stands there. */
static size_t unit(const char *text)
{
	static const char *const units[] = {"ns", "us", "\xc2\xb5s", "ms",  "s",   "%",
					    "k",  "M",	"G",	     "KiB", "MiB", "GiB"};
	size_t word = *text == ' ' ? strcspn(text + 1, " ") : 0;
	size_t bare = word;

	while (bare && strchr(".,;:)", text[bare]))
		bare--;
	for (size_t i = 0; bare && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i]) == bare && !strncmp(text + 1, units[i], bare))
			return 1 + word;
	}
	return 0;
}

/* The length of the first word; a number and its unit are one. */
static size_t first_word(const char *text)
{
	size_t word = strcspn(text, " ");

	return word && isdigit((unsigned char)text[word - 1]) ? word + unit(text + word) : word;
}

/* Where to break a word of which `fit` bytes have room: behind a sign, if it has one. */
static size_t break_of(const char *word, size_t fit)
{
	for (size_t i = fit; i > 1; i--) {
		if (strchr("/:,=|", word[i - 1]) || !strncmp(word + i - 2, "..", 2))
			return i;
	}
	return fit;
}

void layout_wrap(FILE *out, size_t column, size_t indent, const char *unsafe)
{
	char *copy = escape_copy(unsafe);
	const char *text = copy ? copy : "out of memory";
	bool fresh = true; /* the line has no word yet */

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t word = first_word(text);
		size_t gap = fresh ? 0 : 1;
		size_t room = column + gap < width ? width - column - gap : 0;
		size_t fit = utf8_fit(text, room);

		if (fit < word && !(fresh && column <= indent)) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
			fresh = true;
			continue;
		}
		fit = fit < word ? break_of(text, fit) : word;
		fprintf(out, "%*s%.*s", (int)gap, "", (int)fit, text);
		column += gap + utf8_width_of(text, fit);
		fresh = false;
		text += fit;
	}
	fputc('\n', out);
	free(copy);
}

void layout_print(FILE *out, size_t indent, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	layout_wrap(out, 0, indent, text ? text : "out of memory");
	free(text);
}

void layout_field(FILE *out, const char *name, size_t column, const char *unsafe)
{
	size_t used = utf8_width(name);

	if (used + 2 > column || column > width / 3) {
		fprintf(out, "%s\n  ", name);
		layout_wrap(out, 2, 4, unsafe);
	} else {
		fprintf(out, "%s%*s", name, (int)(column - used), "");
		layout_wrap(out, column, column, unsafe);
	}
}

#define ELLIPSIS "..."

static bool was_cut(const char *text, size_t len, size_t size)
{
	size_t dots = strlen(ELLIPSIS);

	/* Cutting at a character leaves up to 3 unused bytes before the dots. */
	return len >= dots && len + 4 >= size && !strcmp(text + len - dots, ELLIPSIS);
}

/* The length of the first character; 1 for a malformed byte. */
static size_t character(const char *text)
{
	uint32_t code;
	size_t n = utf8_decode(text, &code);

	return n ? n : 1;
}

void layout_append(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text), whole = 0, n;
	va_list args;
	int more;

	if (was_cut(text, len, size))
		return;
	va_start(args, format);
	more = vsnprintf(text + len, size - len, format, args);
	va_end(args);
	if (more < 0 || (size_t)more < size - len || size <= strlen(ELLIPSIS))
		return;
	while ((n = character(text + whole)) + whole < size - strlen(ELLIPSIS))
		whole += n;
	strcpy(text + whole, ELLIPSIS);
}

void layout_cut(char *text, size_t width)
{
	if (utf8_width(text) > width)
		strcpy(text + utf8_fit(text, width - 2), "..");
}
