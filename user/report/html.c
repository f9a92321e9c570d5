// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/text/utf8.h"

/*
 * What is not seen, breaks lines or lets a name show as another: controls, the Unicode line
 * separators, characters without width, bidirectional marks, the tags of plane 14.
 */
static bool is_hidden(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xe0000 && code <= 0xe007f) || (code & 0xfffe) == 0xfffe;
}

/* The length of the plain character at `text`; 0 if its first byte is to be shown as \xHH. */
static size_t plain_length(const char *text)
{
	uint32_t code;
	size_t len = utf8_decode(text, &code);

	return len && !is_hidden(code) ? len : 0;
}

static void html_character(FILE *out, const char *text, size_t len)
{
	switch (*text) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		fwrite(text, 1, len, out);
	}
}

void html_text(FILE *out, const char *text)
{
	while (*text) {
		size_t len = plain_length(text);

		if (len == 0)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			html_character(out, text, len);
		text += len ? len : 1;
	}
}

/*
 * CommonMark: a backslash before punctuation makes it literal. As entities what sites look for in
 * the HTML that comes of it: tags, people to call (@), issues (#), links (http:, www.). What means
 * something at the start of a line only is left: no text of others stands there.
 */
static void markdown_character(FILE *out, const char *text, size_t len, char before)
{
	bool link = (*text == ':' && text[1] == '/') ||
		    (*text == '.' && (before == 'w' || before == 'W'));

	if (link || strchr("<>&@#\"'", *text) != NULL)
		fprintf(out, "&#%d;", *text);
	else if (strchr("\\`*_[]~|$", *text))
		fprintf(out, "\\%c", *text);
	else
		fwrite(text, 1, len, out);
}

void markdown_text(FILE *out, const char *text, size_t width)
{
	const char *start = text;

	while (*text) {
		size_t len = plain_length(text);

		if ((size_t)(text - start) + (len ? len : 1) > width) {
			fputs("...", out);
			return;
		}
		if (len == 0)
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
		else
			markdown_character(out, text, len, text > start ? text[-1] : ' ');
		text += len ? len : 1;
	}
}

char *plain_copy(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 1), *end = copy;

	if (!copy)
		return NULL;
	while (*text) {
		size_t len = plain_length(text);

		if (len)
			end = mempcpy(end, text, len);
		else
			end += sprintf(end, "\\x%02x", (unsigned char)*text);
		text += len ? len : 1;
	}
	*end = '\0';
	return copy;
}

const char *text_cut(const char *text, size_t width, char *buf)
{
	size_t at = 0, len;
	uint32_t code;

	for (; text[at] != '\0'; at += len) {
		len = utf8_decode(text + at, &code);
		len = len ? len : 1;
		if (at + len > width)
			break;
	}
	memcpy(buf, text, at);
	strcpy(buf + at, text[at] ? "..." : "");
	return buf;
}

const char *time_text(double ns, bool instructions, char buf[NUMBER_MAX])
{
	char text[NUMBER_MAX / 2];
	char *unit;

	time_format(ns, instructions ? CLOCK_OF_LAB : CLOCK_OF_MACHINE, text, sizeof(text));
	unit = strchr(text, ' ');
	if (unit)
		*unit++ = '\0';
	if (!unit || !strcmp(unit, "in"))
		snprintf(buf, NUMBER_MAX, "%s", text);
	else if (instructions) /* "Ki" */
		snprintf(buf, NUMBER_MAX, "%s %c", text, *unit == 'K' ? 'k' : *unit);
	else if (!strcmp(unit, "us"))
		snprintf(buf, NUMBER_MAX, "%s \xc2\xb5s", text);
	else
		snprintf(buf, NUMBER_MAX, "%s %s", text, unit);
	return buf;
}

const char *time_words(double ns, bool instructions, char buf[NUMBER_MAX])
{
	char text[NUMBER_MAX];

	snprintf(buf, NUMBER_MAX, "%.20s%s", time_text(ns, instructions, text),
		 instructions ? " instructions" : "");
	return buf;
}

const char *bytes_text(int64_t bytes, char buf[NUMBER_MAX])
{
	size_t len;

	size_format(bytes, buf, NUMBER_MAX);
	len = strlen(buf);
	if (len > 1 && strchr("KMGT", buf[len - 1])) {
		char prefix = buf[len - 1];

		snprintf(buf + len - 1, NUMBER_MAX - len, " %ciB", prefix);
	}
	return buf;
}

const char *count_text(double number, char buf[NUMBER_MAX])
{
	char digits[NUMBER_MAX];
	char *end = buf;
	size_t whole;

	if (!isfinite(number) || fabs(number) >= 1e15) {
		snprintf(buf, NUMBER_MAX, isfinite(number) ? "%.4g" : "-", number);
		return buf;
	}
	snprintf(digits, sizeof(digits), "%.*f", number == floor(number) ? 0 : 1, fabs(number));
	whole = strcspn(digits, ".");
	if (number < 0)
		*end++ = '-';
	for (size_t i = 0; digits[i] != '\0'; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = '\0';
	return buf;
}

const char *change_text(double a, double b, char buf[NUMBER_MAX])
{
	double change = 100 * (b - a) / fabs(a);

	if (a == b && isfinite(a))
		snprintf(buf, NUMBER_MAX, "0 %%");
	else if (!isfinite(change))
		snprintf(buf, NUMBER_MAX, "-");
	else if (change >= 900)
		snprintf(buf, NUMBER_MAX, "\xc3\x97%.3g", b / a);
	else
		snprintf(buf, NUMBER_MAX, fabs(change) < 0.1 ? "%+.2f %%" : "%+.1f %%", change);
	return buf;
}

void html_table(FILE *out, const char *caption)
{
	fputs("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"", out);
	html_text(out, caption);
	fputs("\"><table><caption>", out);
	html_text(out, caption);
	fputs("</caption>\n", out);
}

void html_head(FILE *out, const char *const *names, size_t count, size_t words)
{
	fputs("<thead><tr>", out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "<th scope=\"col\"%s>", i < words ? " class=\"words\"" : "");
		html_text(out, names[i]);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>", out);
}

void html_row(FILE *out)
{
	fputs("\n<tr>", out);
}

/* The end tags of cells may be left out (HTML, 13.1.2.4): they would be a tenth of a large page. */

void html_label(FILE *out, const char *text)
{
	fputs("<th scope=row>", out);
	html_text(out, text);
}

void html_words(FILE *out, const char *text)
{
	fputs("<td class=words>", out);
	html_text(out, text);
}

void html_number(FILE *out, const char *text)
{
	fputs("<td>", out);
	html_text(out, text);
}

void html_table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

void html_chart(FILE *out, const char *id)
{
	fprintf(out, "<div class=\"chart\" id=\"chart-%s\"></div>\n", id);
}

void html_data(FILE *out, const struct report *p, size_t run, const char *what)
{
	fputs("<details><summary>", out);
	html_text(out, what);
	if (p->count > 1) {
		fputs(": ", out);
		html_text(out, p->runs[run].name);
	}
	fputs("</summary>\n", out);
}

void html_data_end(FILE *out)
{
	fputs("</details>\n", out);
}
