// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/methods/methods.h"

#include <string.h>

const struct method *const method_table[] = {
#define X(identifier, name) &method_##identifier,
	METHODS(X)
#undef X
};

const size_t method_count = sizeof(method_table) / sizeof(method_table[0]);

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < method_count; i++) {
		if (!strcmp(method_table[i]->name, name))
			return method_table[i];
	}
	return NULL;
}
