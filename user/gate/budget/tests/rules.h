/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the rules of a test. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/tests/unit.h"
#include "user/gate/budget/budget.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The budget that was read last, or why it was not. */
static struct budget budget;
static struct fault why;

static inline int parse(const char *text, size_t size)
{
	FILE *in = fmemopen((void *)text, size, "r");
	int err;

	budget_free(&budget);
	err = budget_read(in, "b", &budget, &why);
	fclose(in);
	return err;
}

static inline void assert_read(const char *text)
{
	if (parse(text, strlen(text)))
		fail_msg("%s", why.text);
}
