/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* No output is written over a file that the command reads, or that another output is. */
#pragma once

#include <stddef.h>

/* An output as it was given: the option ("-o", "--junit") and its value; NULL: not given. */
struct output_name {
	const char *option, *path;
};

/*
 * Compares the outputs with one another, and with the names of files that are read; some may be
 * NULL. Only regular files count: two outputs may go to one pipe. 0, or -EINVAL after one line.
 */
int overwrite_refuse(const struct output_name *outputs, size_t count, const char *const *read,
		     size_t read_count);
