/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shares of phases as a bar of letters, for Markdown. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/model/phase.h"

#define BAR_COLUMNS 40

/*
 * "sMMMMMMMMMMfw..": each phase's letter in proportion to its time, then dots for `rest`. Times
 * that are not above 0 count as 0. "" if no phase has a time.
 */
void bar_write(const double ns[PHASE_COUNT], double rest, char bar[BAR_COLUMNS + 1]);

/* "WHAT: `s` clone_setup, `M` copy_mmLAST.": the letters of the phases that `has` names. */
void bar_write_key(const char *what, bool (*has)(enum phase p), const char *last, FILE *out);
