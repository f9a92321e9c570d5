/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A verdict in the formats of CI systems. */
#pragma once

#include <stdio.h>

#include "user/gate/compare/verdict.h"

/* 0 or -errno. `strict`: an inconclusive verdict is a failure. */
int gate_print_junit(const struct gate_report *r, FILE *out, bool strict);
int gate_print_ktap(const struct gate_report *r, FILE *out, bool strict);
int gate_print_markdown(const struct gate_report *r, FILE *out, bool strict);
