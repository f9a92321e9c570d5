// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void args__add(struct args *a, const char *format, ...)
{
	va_list list;

	if (a->failed || a->n == ARGS_MAX) {
		a->failed = true;
		return;
	}
	va_start(list, format);
	if (vasprintf(&a->v[a->n], format, list) < 0) {
		a->v[a->n] = NULL;
		a->failed = true;
	} else {
		a->n++;
	}
	va_end(list);
}

void args__free(struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
}
