/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_EXPORT_CSV_BIRTHS_H
#define SPAWNSCOPE_EXPORT_CSV_BIRTHS_H

#include <stdio.h>

#include "user/model/run.h"

/* The births of a profile in CSV: a header, and one row per birth. 0 or -ENOMEM. */
int csv_births(const struct run *r, FILE *out);

#endif
