/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The terminal on standard input and output, for a view that redraws: keys without Enter, no echo,
 * the alternate screen, no cursor. There is one. ANSI sequences alone: the lab's programs have no
 * terminfo.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is no character. */
enum {
	KEY_NONE = -1, /* none has come */
	KEY_GONE = -2, /* and none will: the terminal is gone */
	KEY_UP = 256,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_OTHER, /* one that has no name here */
};

/* Whether standard input and output are a terminal that can redraw (TERM is not "dumb"). */
bool terminal_is_there(void);

/*
 * Takes the terminal, and again after this program was stopped. Signals by keys (Ctrl-C) stay. If
 * the program dies of a fault, the terminal becomes as it was. 0 or -errno.
 */
int terminal_take(void);

/* Makes the terminal as it was before; nothing if it was not taken. */
void terminal_leave(void);

/* False if it is not known: then 80 x 24. */
bool terminal_size(size_t *columns, size_t *lines);

/* The next key; see above. Never waits. */
int terminal_key(void);

/*
 * Begins to draw: lines, each ended by a newline and no wider than the terminal. `reversed`: the
 * number of a line, from 0, that stands out; -1: none.
 */
void terminal_draw(const char *lines, int reversed);

/* Writes what the terminal takes without making us wait. True if all is written. */
bool terminal_flush(void);
