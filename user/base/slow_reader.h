/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A stream to a reader that may be slow, or not read at all, and must not hold us up for ever. */
#ifndef SPAWNSCOPE_SLOW_READER_H
#define SPAWNSCOPE_SLOW_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Asked while there is no room for what is to be written, each time that `wake` is readable, and
 * every 50 ms. False: no more is to be written.
 */
typedef bool slow_reader_fn(void *context);

struct slow_reader {
	slow_reader_fn *may_wait;
	void *context;
	int wake;      /* a descriptor, or -1 */
	bool fails;    /* what is not written is an error, ECANCELED; else it is only counted */
	bool shut;     /* may_wait said so; may be cleared */
	int fd;	       /* slow_reader__open sets it */
	int64_t lines; /* that were not written, or not whole */
};

/*
 * A stream to the descriptor, which stays the caller's; or, with `owned`, is closed with it. The
 * struct has to live as long. NULL: errno says why.
 */
FILE *slow_reader__open(struct slow_reader *o, int fd, bool owned);

#endif
