/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The only place that opens files which users name for output. Root follows no link that others
 * could have placed (place.h), and writes into no file that they could have linked there. "-" is
 * standard output; devices and pipes are written to directly.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "bench/shared/fault.h"

/* Makes a stream of a descriptor, which it then owns; NULL and errno. */
typedef FILE *output_stream_fn(int fd, void *context);

/*
 * Opens what is written line by line. A file that exists becomes empty. *regular: whether it is a
 * regular file; `stream` makes the stream of what is none. 0, -EBUSY if another process writes the
 * file, or -errno.
 */
int output_open_with(const char *path, output_stream_fn *stream, void *context, FILE **out,
		     bool *regular);

/*
 * The same with a stream whose reader a program that blocks signals does not wait for once one asks
 * it to stop (slow_reader.h).
 */
int output_open(const char *path, FILE **out, bool *regular);

/*
 * The line of `why` for a file, or standard output ("-" or NULL), that could not be opened or
 * written. Returns err.
 */
int output_failed(const char *path, int err, struct fault *why);

/* Writes all of an output. Errors of the stream need not be checked. 0 or -errno. */
typedef int output_fn(void *context, FILE *out);

/*
 * Writes a file as a whole, or leaves what was there: the new file takes the old one's place once
 * it is complete. `path` may be NULL: standard output. 0, or -errno with one line in `why`.
 */
int output_replace(const char *path, output_fn *write, void *context, struct fault *why);

/* The same, but adds to the end of what is there; all of it or nothing. */
int output_append(const char *path, output_fn *write, void *context, struct fault *why);

/*
 * Opens a folder in which to create files (by openat with O_EXCL); creates it and those above it if
 * they do not exist. A descriptor or -errno.
 */
int output_folder(const char *path);
