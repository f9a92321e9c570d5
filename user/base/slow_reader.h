/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A stream to a reader that may be slow, or not read at all, and must not hold us up for ever. */
#ifndef SPAWNSCOPE_OUTLET_H
#define SPAWNSCOPE_OUTLET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Asked while there is no room for what is to be written, each time that `wake` is readable, and
 * every 50 ms. False: no more is to be written.
 */
typedef bool outlet_fn(void *context);

struct outlet {
	outlet_fn *may_wait;
	void *context;
	int wake;      /* a descriptor, or -1 */
	bool fails;    /* what is not written is an error, ECANCELED; else it is only counted */
	bool shut;     /* may_wait said so; may be cleared */
	int fd;	       /* outlet__open sets it */
	int64_t lines; /* that were not written, or not whole */
};

/*
 * A stream to the descriptor, which stays the caller's; or, with `owned`, is closed with it. The
 * outlet has to live as long. NULL: errno says why.
 */
FILE *outlet__open(struct outlet *o, int fd, bool owned);

#endif
