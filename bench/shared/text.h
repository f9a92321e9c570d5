/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text from users and from procfs. Pure, except text_read. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Copies text that may hold control characters, so that it can be printed in one line and has no
 * effect on the terminal: C0, DEL, and C1 in UTF-8 become \xNN. Returns buf.
 */
const char *text_escape(const char *text, char *buf, size_t size);

/* Removes white space at both ends, in place. */
char *text_trim(char *text);

/* Digits only. 0, -EINVAL (not a number) or -ERANGE (below min or above max). */
int text_number(const char *text, uint64_t min, uint64_t max, uint64_t *number);

/* Reads a file of less than `size` bytes and adds a NUL. The length, -EFBIG or -errno. */
ssize_t text_read(const char *path, char *buf, size_t size);

/* The value in bytes of a procfs line "NAME:  123 kB". 0 or -ENOENT. */
int text_field_kb(const char *text, const char *name, int64_t *bytes);

/* The value of a line "NAME 123" or "NAME:  123". 0 or -ENOENT. */
int text_field(const char *text, const char *name, int64_t *value);

/* Quotes text for a POSIX shell: 'TEXT'. 0 or -ENAMETOOLONG. */
int text_shell_quote(const char *text, char *buf, size_t size);
