// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/spelling.h"

#include <string.h>

#include "user/text/numbers.h"

/* What sentences have beyond ASCII. */
static const struct {
	const char *utf8, *plain;
} spellings[] = {
	{"\xc2\xb5", "u"},
	{"\xc2\xb1", "+-"},
	{"\xc3\x97", "x"},
};

void spelling_add(struct strbuf *out, const char *text)
{
	bool shows = text_shows(0xb5);

	while (*text) {
		size_t i, count = shows ? 0 : sizeof(spellings) / sizeof(spellings[0]);

		for (i = 0; i < count; i++) {
			if (!strncmp(text, spellings[i].utf8, strlen(spellings[i].utf8)))
				break;
		}
		if (i < count) {
			strbuf__add(out, "%s", spellings[i].plain);
			text += strlen(spellings[i].utf8);
		} else {
			strbuf__add(out, "%c", *text++);
		}
	}
}
