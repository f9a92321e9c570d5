/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The result file: JSON Lines, written in whole lines, each as soon as it is known; births, of
 * which there may be 100,000 a second, in batches. This module alone knows the format;
 * results/README.md documents it.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"

struct store;
struct birth;
struct calibration;

/*
 * Opens `path` for writing ("-": standard output). Refuses what is not a regular file, a pipe or a
 * character device; truncates a file that is there. NULL and errno set on failure.
 */
struct store *store__create(const char *path);

/* The same on a stream, which it closes, of a `regular` file or not. NULL: out of memory. */
struct store *store__create_on(FILE *out, bool regular);

/*
 * Each writes one line and flushes it. 0 or -errno (-ENOSPC on a full disk). Births may come fast:
 * they are kept until the next of the other lines, or store__flush().
 */
int store__write_run(struct store *s, const struct run *r);
int store__write_cell(struct store *s, const struct cell *c);
int store__write_birth(struct store *s, const struct birth *b);
int store__write_calibration(struct store *s, const struct calibration *c);
int store__write_observation(struct store *s, const struct observation *m);
int store__write_anatomy(struct store *s, const struct call_tree *t);
int store__write_end(struct store *s, const struct run *r);
int store__flush(struct store *s);

/* Writes all lines of a run that is over and has no births. 0 or -errno. */
int store__write_all(struct store *s, const struct run *r);

/* Closes; 0 or -errno if what was written may not have reached the disk. Accepts NULL. */
int store__close(struct store *s);

/* Longer lines are refused: it holds several 100,000 samples with every phase and count. */
#define STORE_LINE_MAX ((size_t)256 << 20)

/*
 * Reads a file ("-": standard input) into *r (which is zeroed first). A file without its `end`
 * line gives 0 with r->ended false: the caller decides. Line types it does not know are skipped
 * within a known schema. On a fault returns -EINVAL (not ours, or damaged), -ENOTSUP (newer
 * schema) or -errno, with one line for the user in `why`, naming file and line number; *r is
 * then empty. Hostile input must not crash it: sizes, nesting and numbers are checked.
 */
int store_read(const char *path, struct run *r, struct fault *why);

/* Takes a birth, which it may not keep. 0 or -ENOMEM. */
typedef int birth_fn(void *context, const struct birth *b);

/* The same, but each birth goes to the function, in the order of the file; the run only counts it.
 */
int store_read_births(const char *path, struct run *r, birth_fn *birth, void *context,
		      struct fault *why);

/* As store_read(), from an open stream, which faults call `name`. */
int store_read_stream(FILE *in, const char *name, struct run *r, struct fault *why);
