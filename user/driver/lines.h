/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside driver: reads lines from a pipe with a time limit, and the fields of a line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "bench/shared/protocol.h"

struct line_reader {
	int fd;
	unsigned int timeout_s; /* for each line */
	size_t start, end;	/* of what is in `buffer` and not yet taken */
	char line[PROTOCOL_LINE_MAX];
	char buffer[16 * PROTOCOL_LINE_MAX];
};

/*
 * Puts the next line, without its newline, into r->line. 0; 1 at the end of the input, where
 * r->start < r->end if the last line is incomplete; or -errno with a line in `why`: -EPROTO for an
 * overlong line or one with a zero byte, -ETIMEDOUT, -EINTR if the user wants to stop.
 */
int line_reader__next(struct line_reader *r, struct fault *why);

/* These set `why` and return -ETIMEDOUT and -EPROTO. */
int line_reader_no_answer(unsigned int timeout_s, struct fault *why);
int line_reader_bad_line(struct fault *why);

/* A decimal field, not negative; `-` is MISSING. Moves *at past it. False if there is none. */
bool line_take_number(char **at, int64_t *value);

/* The reason in a line "WORD CELL REASON", such as "skip 3 no memory"; NULL for other lines. */
char *line_reason(char *line, const char *word, size_t cell);
