// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/html.h"

#include <stdarg.h>

void html_table_begin(FILE *out, const char *caption)
{
	fputs("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"", out);
	html_text(out, caption);
	fputs("\"><table><caption>", out);
	html_text(out, caption);
	fputs("</caption>\n<thead><tr>", out);
}

void html_column(FILE *out, bool words, const char *name)
{
	fprintf(out, "<th scope=col%s>", words ? " class=w" : "");
	html_text(out, name);
	fputs("</th>", out);
}

void html_head_end(FILE *out)
{
	fputs("</tr></thead>\n<tbody>", out);
}

void html_table(FILE *out, const char *caption, size_t words, ...)
{
	const char *name;
	va_list names;

	html_table_begin(out, caption);
	va_start(names, words);
	for (size_t i = 0; (name = va_arg(names, const char *)); i++)
		html_column(out, i < words, name);
	va_end(names);
	html_head_end(out);
}

/* The end tags of cells may be left out (HTML, 13.1.2.4): they would be a tenth of a large page.
 * The class w is that of words. */

void html_label(FILE *out, const char *text)
{
	fputs("<th scope=row>", out);
	html_text(out, text);
}

void html_words(FILE *out, const char *text)
{
	fputs("<td class=w>", out);
	html_text(out, text);
}

void html_row(FILE *out, const char *label, ...)
{
	const char *text;
	va_list words;

	fputs("\n<tr>", out);
	html_label(out, label);
	va_start(words, label);
	while ((text = va_arg(words, const char *)))
		html_words(out, text);
	va_end(words);
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
