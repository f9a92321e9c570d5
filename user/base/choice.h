/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An option whose value is one of a few words. */
#pragma once

#include <stddef.h>

struct choice {
	const char *name;
	int value;
};

/* Finds the value of --OPTION. 0, or -EINVAL after one line that lists the choices. */
int choice_parse(const char *option, const char *value, const struct choice *choices, size_t count,
		 int *chosen);
