/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_ESCAPE_H
#define SPAWNSCOPE_ESCAPE_H

#include <stddef.h>

/*
 * Copies text that others chose (names, paths, reasons) so that it can be shown in one line and do
 * nothing to the terminal: control characters, malformed UTF-8, what reorders text, and what the
 * locale cannot show become \xHH, a byte each; a backslash stays. At most `size` bytes, always
 * terminated, cut between characters. Returns the length that the whole has, like snprintf.
 */
size_t escape_text(const char *in, char *out, size_t size);

#endif
