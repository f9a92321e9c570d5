/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stddef.h>

/*
 * Copies foreign text (names, paths, reasons) so that it fits in one line and cannot control the
 * terminal: control characters, malformed UTF-8, characters that reorder text, and characters that
 * the locale cannot show become \xHH, byte by byte. A backslash stays, so escaping twice changes
 * nothing. Writes at most `size` bytes, always terminated, cut between characters. Returns the
 * length of the whole result, like snprintf.
 */
size_t escape_text(const char *in, char *out, size_t size);

/* The whole text escaped, malloc'ed. NULL: out of memory. */
char *escape_copy(const char *in);
