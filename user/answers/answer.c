// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/answer.h"

#include <stdarg.h>
#include <stdio.h>

struct answer *answers__add(struct answers *answers, const char *question, ...)
{
	struct answer *a = &answers->v[answers->n++];
	va_list args;

	*a = (struct answer){0};
	va_start(args, question);
	vsnprintf(a->question, sizeof(a->question), question, args);
	va_end(args);
	return a;
}
