/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The matrix as JSON. */
#pragma once

#include <stdio.h>

#include "user/inherit/matrix.h"

/* One line. 0 or -errno. */
int inherit_print_json(const struct matrix *x, FILE *out);
