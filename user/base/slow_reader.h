/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A stream whose reader may be slow or stuck, and must not block us forever. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Called while the reader has no room for more data: every 50 ms, and whenever `wake` is readable.
 * Returns false to give the reader up.
 */
typedef bool slow_reader_fn(void *context);

struct slow_reader {
	slow_reader_fn *may_wait;
	void *context;
	int wake;      /* a descriptor, or -1 */
	bool fails;    /* data that was not written is an error (ECANCELED); else only counted */
	bool shut;     /* may_wait returned false; the owner may clear it */
	int fd;	       /* set by slow_reader__open */
	int64_t lines; /* not written, or only in part */
};

/*
 * Opens a stream to the descriptor. With `owned`, fclose closes the descriptor. *r must outlive the
 * stream. NULL and errno on failure.
 */
FILE *slow_reader__open(struct slow_reader *r, int fd, bool owned);

/*
 * A stream to the descriptor, which fclose closes, for a program that blocks signals (interrupt.h).
 * It waits for its reader for ever, but for a second only once a signal asks to stop: then the
 * program dies of that. NULL and errno on failure.
 */
FILE *slow_reader_until_stopped(int fd);
