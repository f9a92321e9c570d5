/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Phases as a bar of characters: each phase's letter in proportion to its time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/analysis/rows.h"

#define BAR_MAX	    40
#define BAR_OFF_CPU '~' /* no phase has these two */
#define BAR_REST    '.'

/*
 * "sMMMMMMMMMMfw~~..": `width` letters, at most BAR_MAX; then what no phase has. Times in ns; those
 * that are not above 0 count as 0. "" if no phase has a time.
 */
void bar__draw(const double ns[PHASE_COUNT], const struct off_cpu *off, size_t width,
	       char bar[BAR_MAX + 1]);

/* The same of the row's call: the medians of its phases. */
void bar__of_call(const struct rows *rows, const struct row *row, size_t width,
		  char bar[BAR_MAX + 1]);

/* Whether the bar of a call can have the phase: it is part of the call, and of no other phase. */
bool bar__has(enum phase p);

/*
 * Appends what a terminal shows for a letter of a call's bar: a block character, or the letter if
 * the locale has none.
 */
void bar__add(struct strbuf *text, char letter);

/* Appends the whole bar like that. */
void bar__add_all(struct strbuf *text, const char *bar);

/* Appends " [block] copy_mm [block] wake": the phases whose letters are in `used`. */
void bar__add_key(struct strbuf *text, const char *used);
