/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers that were measured, one per sample. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/units.h"

/* More than there can be in a file: its lines are shorter. */
#define SERIES_VALUES_MAX (1U << 31)

/* One value per sample, in the order taken. */
struct series {
	int64_t *v;
	uint32_t n;
	uint32_t cap;
};

/* Room for so many values, and no more. 0 or -ENOMEM. */
int series__reserve(struct series *s, size_t n);
/* 0 or -ENOMEM. */
int series__push(struct series *s, int64_t value);
void series__free(struct series *s);
/* Whether any value is present. */
bool series__any(const struct series *s);
