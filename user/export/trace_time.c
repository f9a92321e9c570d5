// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/trace_time.h"

#include <string.h>

#include "user/text/numbers.h"

#define STEPS	      2048
#define STEP_DECIMALS 11 /* of 1 / 2048 */

int64_t trace_steps(int64_t ns)
{
	int64_t us = ns / 1000, rest = ns % 1000;

	if (rest < 0) {
		us--;
		rest += 1000;
	}
	return us * STEPS + (rest * STEPS + 500) / 1000;
}

void trace_add_steps(struct strbuf *text, int64_t steps)
{
	static const uint64_t power_of_5[] = {1,     5,	    25,	    125,     625,     3125,
					      15625, 78125, 390625, 1953125, 9765625, 48828125};
	uint64_t size = steps < 0 ? -(uint64_t)steps : (uint64_t)steps, part = size % STEPS;
	char *at = strbuf__room(text, strlen("-.") + DIGITS_ROOM + STEP_DECIMALS);
	int zeros, decimals;

	if (!at)
		return;
	if (steps < 0)
		*at++ = '-';
	at = text_digits(at, (int64_t)(size / STEPS));
	if (part) {
		/* part / 2^11 = odd / 2^decimals = odd * 5^decimals / 10^decimals */
		zeros = __builtin_ctzll(part);
		decimals = STEP_DECIMALS - zeros;
		*at++ = '.';
		at = text_fixed_digits(at, (part >> zeros) * power_of_5[decimals], decimals);
	}
	strbuf__end_at(text, at);
}
