/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A verdict as JSON, as results/README.md documents it. */
#pragma once

#include <stdio.h>

#include "user/gate/compare/verdict.h"

/* 0 or -errno. */
int gate_print_json(const struct gate_report *r, FILE *out);
