/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside --watch: names in a column that may be too narrow for them. Pure. */
#pragma once

#include <stddef.h>

#include "user/profile/watch_sums.h"
#include "user/text/strbuf.h"

/* Appends the text and blanks up to `width` columns, or as much of it as fits. */
void watch_label__pad(struct strbuf *line, const char *text, size_t width);

/*
 * The same for a row's label, which is cut in its middle. Of the `n` rows that are shown, those
 * whose labels differ still do: else the number of the group ends the label.
 */
void watch_label__add(struct strbuf *line, const struct watch_row *row,
		      const struct watch_row *shown, size_t n, size_t width);
