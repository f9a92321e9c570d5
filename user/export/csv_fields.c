// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/csv_fields.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/phase.h"
#include "user/model/run.h"
#include "user/text/markup.h"

int csv_text(FILE *out, const char *text)
{
	char *plain = text_plain_copy(text), *at;
	bool quoted = plain && strpbrk(plain, ",\"") != NULL;

	if (!plain)
		return -ENOMEM;
	if (quoted)
		fputc('"', out);
	for (at = plain; *at != '\0'; at++) {
		if (*at == '"')
			fputc('"', out);
		fputc(*at, out);
	}
	if (quoted)
		fputc('"', out);
	free(plain);
	return 0;
}

void csv_number(FILE *out, int64_t value)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	/* By hand: printf would take most of the time of a large run. */
	if (value != MISSING) {
		do {
			*--at = (char)('0' + rest % 10);
		} while (rest /= 10);
		if (value < 0)
			*--at = '-';
	}
	*--at = ',';
	fwrite_unlocked(at, 1, (size_t)(digits + sizeof(digits) - at), out);
}

void csv_header_end(FILE *out)
{
	for (int k = 0; k < PHASE_COUNT; k++)
		fprintf(out, ",phase_%s_ns", phase_name(k));
	for (int k = 0; k < COUNT_COUNT; k++)
		fprintf(out, ",%s", count_name(k));
	fputc('\n', out);
}
