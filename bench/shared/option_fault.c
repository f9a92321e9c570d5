// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/shared/option_fault.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_end(const struct argp_option *o)
{
	return !o->key && !o->name && !o->doc && !o->group;
}

/* The option called `name`, or the only one whose name starts so; else NULL. */
static const struct argp_option *find_long(const struct argp_option *table, const char *name,
					   size_t length)
{
	const struct argp_option *found = NULL;
	size_t matches = 0;

	for (; !is_end(table); table++) {
		if (!table->name || strncmp(table->name, name, length))
			continue;
		if (strlen(table->name) == length)
			return table;
		found = table;
		matches++;
	}
	return matches == 1 ? found : NULL;
}

static const struct argp_option *find_short(const struct argp_option *table, char letter)
{
	for (; !is_end(table); table++) {
		if (table->name && table->key == letter)
			return table;
	}
	return NULL;
}

void option_fault(const struct argp_option *table, int argc, char **argv, struct fault *why)
{
	for (int i = 1; i < argc; i++) {
		bool is_long = !strncmp(argv[i], "--", 2);
		const char *name = argv[i] + (is_long ? 2 : 1);
		const char *value = is_long ? strchr(name, '=') : name[0] ? name + 1 : name;
		const struct argp_option *o;

		if (argv[i][0] != '-')
			continue;
		o = is_long ? find_long(table, name, strcspn(name, "="))
			    : find_short(table, name[0]);
		if (!o) {
			fault__set(why, 0, "unknown option '%.100s'; --help lists them", argv[i]);
			return;
		}
		if (!o->arg && is_long && value) {
			fault__set(why, 0, "--%s takes no value", o->name);
			return;
		}
		if (o->arg && !(value && *value) && ++i == argc) {
			fault__set(why, 0, "--%s needs a value: %s", o->name, o->arg);
			return;
		}
	}
	fault__set(why, 0, "bad options; --help lists them");
}
