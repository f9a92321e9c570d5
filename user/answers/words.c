// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/words.h"

void words_rest(struct answer *a, size_t n)
{
	if (n > WORDS_LISTED_MAX)
		answer__detail(a, "; and %zu more", n - WORDS_LISTED_MAX);
}

void words_end(struct answer *a, const struct rows *rows, const struct interval *i,
	       const char *what)
{
	answer__detail(a, " (%s%s).", what,
		       rows->instructions  ? ""
		       : words_known(i)	   ? "; in brackets the 95 % interval"
		       : rows->run->rounds ? "; too few blocks for an interval"
					   : "; no interval: the file does not say its blocks");
}
