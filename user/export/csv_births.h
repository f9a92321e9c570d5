/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdio.h>

#include "user/model/run.h"

/* The births of a profile in CSV: a header, and one row per birth. 0 or -ENOMEM. */
int csv_births(const struct run *r, FILE *out);
