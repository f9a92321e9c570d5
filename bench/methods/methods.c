// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/methods.h"

#include <string.h>

const struct method *const method_table[] = {
#define X(identifier, name, kind) &method_##identifier,
	METHODS(X)
#undef X
};

const size_t method_count = sizeof(method_table) / sizeof(method_table[0]);

/* They stand first. */
#define ONE(...) +1
const size_t method_standard_count = STANDARD_METHODS(ONE);

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < method_count; i++) {
		if (!strcmp(method_table[i]->name, name))
			return method_table[i];
	}
	return NULL;
}
