/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parsing a command's options and their values. */
#pragma once

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

/* The option's name in the table; "" if it has none. */
const char *option_name(const struct argp_option *table, int key);

/* Complains about a value: `want` says what it must be. Returns -EINVAL. */
int option_bad(const char *name, const char *value, const char *want);

/* Parses a number from min to max. 0, or -EINVAL after a complaint. */
int option_number(const char *name, const char *value, unsigned int min, unsigned int max,
		  unsigned int *number);

/*
 * A time as 500us, 2ms or 1s, in nanoseconds; `alone_ns` is the unit of a number alone, 0: it needs
 * one. 0, or -EINVAL: not a time above 0 and below 31 years.
 */
int option_time(const char *text, double alone_ns, double *ns);

/* A named value that an option can have, and what it means; no parentheses in `brief`. */
struct option_value {
	const char *name, *brief;
};

/* The i-th value of an option; NULL: there are no more. */
typedef const struct option_value *option_values_fn(size_t i);

/* "csv (a table), json (lines) or xml (a tree)", for --help; malloc'ed. NULL: out of memory. */
char *option_values_help(option_values_fn *values);

/* The number of the value that has this name, or -EINVAL after one line that lists the names. */
int option_value(const char *option, const char *name, option_values_fn *values);

/* One of the few words that an option can have, and what it stands for. */
struct option_choice {
	const char *name;
	int value;
};

/* Finds what the word stands for. 0, or -EINVAL after one line that lists the words. */
int option_choice(const char *option, const char *word, const struct option_choice *choices,
		  size_t count, int *chosen);

/* Where an option is stored as it is given: the text in a const char *, or that it is there. */
struct option_place {
	int key;
	bool has_text;
	size_t offset;
};

#define OPTION_TEXT(key, type, field)                                                              \
	{                                                                                          \
		key, true, offsetof(type, field)                                                   \
	}
#define OPTION_FLAG(key, type, field)                                                              \
	{                                                                                          \
		key, false, offsetof(type, field)                                                  \
	}

/* Stores an option that has a place in `to`; the last place has the key 0. False: it has none. */
bool option_store(const struct option_place *places, int key, const char *text, void *to);

/* "--NAME=VALUE", malloc'ed; NULL: out of memory. */
char *option_word(const char *name, const char *value);

/*
 * Parses a command's options. 0, or -EINVAL after a complaint. --help prints the help and exits.
 */
int option_parse(const struct argp *argp, int argc, char **argv, void *input);
