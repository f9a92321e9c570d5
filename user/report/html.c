// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/html.h"

#include <stdarg.h>

void html_table_begin(FILE *out, const char *caption, size_t words)
{
	fputs("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"", out);
	html_text(out, caption);
	fprintf(out, "\"><table class=w%zu><caption>", words);
	html_text(out, caption);
	fputs("</caption>\n<thead><tr>", out);
}

void html_column(FILE *out, bool words, const char *name)
{
	fputs(words ? "<th class=w>" : "<th>", out);
	html_text(out, name);
}

void html_head_end(FILE *out)
{
	fputs("</tr></thead>\n<tbody>", out);
}

void html_table(FILE *out, const char *caption, size_t words, ...)
{
	const char *name;
	va_list names;

	html_table_begin(out, caption, words);
	va_start(names, words);
	for (size_t i = 0; (name = va_arg(names, const char *)); i++)
		html_column(out, i < words, name);
	va_end(names);
	html_head_end(out);
}

/* What a large page has not in each cell, which would be a tenth of it: end tags (HTML, 13.1.2.4),
 * the scope of a head, which its place gives (HTML, 4.9.12.2), and a class for a row's first words,
 * which the table has. Others have the class w. */

void html_label(FILE *out, const char *text)
{
	fputs("<th>", out);
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
		html_number(out, text);
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

void html_fold(FILE *out, const char *what, const char *of)
{
	fputs("<details><summary>", out);
	html_text(out, what);
	if (of) {
		fputs(": ", out);
		html_text(out, of);
	}
	fputs("</summary><noscript>\n", out);
}

void html_fold_end(FILE *out)
{
	fputs("</noscript></details>\n", out);
}

void html_data(FILE *out, const struct report *p, size_t run, const char *what)
{
	html_fold(out, what, p->count > 1 ? p->runs[run].name : NULL);
}
