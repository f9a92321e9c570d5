/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Draws what --watch shows, as lines of text that fit on the terminal. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/profile/watch_sums.h"
#include "user/text/strbuf.h"

struct watch_screen {
	struct watch_reading reading;
	enum group_by by;
	const char *clock;	 /* the unit of times, as in struct run */
	const char *no_call;	 /* why no call has a time; NULL: calls have one */
	bool no_copy;		 /* the work lacks copy_mm, most of that of a fork */
	bool light;		 /* --detail calls would have both */
	unsigned int cpus;	 /* that are online */
	int64_t elapsed_ns;	 /* since the start, or since all were forgotten */
	double waited;		 /* of the time since the last reading: a parent was in its call;
				    NAN: not known */
	int64_t lost;		 /* records without room, and children that were not followed */
	unsigned int complaints; /* that are shown after the end */
	enum watch_column sort;
	bool turned; /* the other order: the least first */
	bool paused, help;
	size_t first;	  /* rows above the first that is shown */
	const char *note; /* no_call, after a key that asked for such a time; else NULL */
};

/*
 * Appends at most `lines` lines, each with a newline and at most `columns` wide: a headline, the
 * names of the columns, the rows, and last the state and the main keys. Sorts the rows; lowers
 * `first` to what can be shown. Returns whether the second line is the names of columns.
 */
bool watch_screen__draw(struct watch_screen *w, size_t columns, size_t lines, struct strbuf *out);

/* What a key sorts by; -1: it is no such key. */
int watch_screen__sort_of(int key);

/*
 * Sorts by another column, from the top. False if it has no values: then `note` says why, and the
 * order stays.
 */
bool watch_screen__sort(struct watch_screen *w, enum watch_column sort);

/* By the next column that has values, or with -1 by the one before. */
void watch_screen__sort_next(struct watch_screen *w, int step);
