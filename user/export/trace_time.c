// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/trace_time.h"

#define STEPS	      2048
#define STEP_DECIMALS 11
#define STEP_DIGIT    48828125 /* 10^11 / 2048 */

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
	int64_t size = steps < 0 ? -steps : steps, decimals = size % STEPS * STEP_DIGIT;
	char digits[1 + STEP_DECIMALS] = ".";
	size_t end = sizeof(digits);

	strbuf__add_bytes(text, "-", steps < 0);
	strbuf__add_number(text, size / STEPS);
	if (!decimals)
		return;
	for (size_t i = end; i-- > 1; decimals /= 10)
		digits[i] = (char)('0' + decimals % 10);
	while (digits[end - 1] == '0')
		end--;
	strbuf__add_bytes(text, digits, end);
}
