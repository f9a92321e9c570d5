/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether text may be sent to a terminal. */
#pragma once

#include <string.h>

#include "bench/tests/unit.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

/* Nothing that a terminal obeys, no line too wide, no blanks at its end. Takes the text apart. */
static inline void assert_harmless(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		for (const char *c = line; *c; c++)
			assert_true((unsigned char)*c >= 0x20);
		assert_null(strstr(line, "\xe2\x80\xae"));
		if (utf8_width(line) > layout_width())
			fail_msg("%zu columns: %s", utf8_width(line), line);
		if (line[strlen(line) - 1] == ' ')
			fail_msg("blanks at the end: %s|", line);
	}
}
