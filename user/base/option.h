/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parsing a command's options and their values. */
#ifndef SPAWNSCOPE_OPTION_H
#define SPAWNSCOPE_OPTION_H

#include "user/base/option.h"
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

/*
 * Parses a command's options. 0, or -EINVAL after one line on standard error; --help prints the
 * help and ends the program.
 */
int command_options(const struct argp *argp, int argc, char **argv, void *input);

#endif
