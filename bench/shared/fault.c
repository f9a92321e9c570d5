// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/shared/fault.h"

#include <stdarg.h>
#include <stdio.h>

int fault__set(struct fault *f, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
	return error;
}
