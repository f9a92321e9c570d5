/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Foreign text (from a run or a command line) in HTML, Markdown and other formats. It shows as what
 * it is: markup is escaped; control characters, malformed UTF-8 and characters that hide or reorder
 * text become \xHH, byte by byte. The same in every locale.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* Writes the text into an HTML (or XML) element or a quoted attribute. */
void html_text(FILE *out, const char *text);

/* Writes the text into one line of Markdown: at most `width` bytes of it, then "...". */
void markdown_text(FILE *out, const char *text, size_t width);

/*
 * Writes the text with `before` before each character that `special` has. What is not plain becomes
 * \xNN, or \\xNN if `before` is a backslash.
 */
void text_plain(FILE *out, const char *text, const char *special, char before);
