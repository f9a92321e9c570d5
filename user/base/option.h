/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values of options: what commands that hand some on to the driver have in common. */
#ifndef SPAWNSCOPE_OPTION_VALUE_H
#define SPAWNSCOPE_OPTION_VALUE_H

#include <argp.h>

/* The name that a key has in a table; "": none. */
const char *option_name(const struct argp_option *table, int key);

/* Says in one line what is wrong with a value, and what it must be. Returns -EINVAL. */
int option_bad(const char *name, const char *value, const char *want);

/* A number from min to max; 0 or -EINVAL after one line. */
int option_number(const char *name, const char *value, unsigned int min, unsigned int max,
		  unsigned int *number);

/* "--NAME=VALUE", malloc'ed; NULL: out of memory. */
char *option_word(const char *name, const char *value);

#endif
