/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/base/option.h"
#include "user/model/run.h"

#define TABLE_VIEWS_ALL (~0u)

struct table_options {
	bool colour;	    /* headings and warnings stand out */
	unsigned int views; /* a bit for each view that is printed, too */
	const char *file;   /* the result file, to be named; or NULL */
	size_t sort;	    /* the column by which rows are sorted; 0: as they stand */
};

/*
 * Prints a run, no line wider than layout_width(): loss, failures and noise; the views; sentences;
 * a table with a row per method and parent; the file's name. 0 or -errno.
 */
int table_print(const struct run *r, const struct table_options *o, FILE *out);

/* The names of the views, then "all". */
const struct option_value *table_view_value(size_t i);

/* The help of an option --show, malloc'ed. NULL: out of memory. */
char *table_views_help(void);

/* Adds the views of a list, "phases,cow", to *chosen. 0, or -EINVAL after one line. */
int table_views_option(const char *list, unsigned int *chosen);

/* Whether these are not all and the system calls are one of them, which only --syscalls counts. */
bool table_views_name_syscalls(unsigned int chosen);

/* The help of an option --sort, malloc'ed. NULL: out of memory. */
char *table_sort_help(void);

/* The column of that name, in *chosen. 0, or -EINVAL after one line that lists the names. */
int table_sort_option(const char *name, size_t *chosen);
