/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The length of the well-formed character at the start of `text` (1 to 4 bytes, as RFC 3629 has
 * it), with its code point in *code; 0 if it is malformed or `text` is empty.
 */
size_t utf8_decode(const char *text, uint32_t *code);

/*
 * Copies a character and moves *text behind it: of a malformed byte U+FFFD, which has three.
 * Returns the place after the copy. *text is not empty.
 */
char *utf8_copy(char *to, const char **text);

/* How many columns a terminal gives the text: one for each byte that is malformed. */
size_t utf8_width(const char *text);
/* The same for its first `len` bytes, which end with a whole character. */
size_t utf8_width_of(const char *text, size_t len);

/* The bytes of `text` that fit into `width` columns, in whole characters. */
size_t utf8_fit(const char *text, size_t width);

/* Copies at most `width` bytes, in whole characters, and adds "..." if there are more. `buf` has
 * room for `width` + 4 bytes. Returns buf. */
const char *utf8_cut(const char *text, size_t width, char *buf);
