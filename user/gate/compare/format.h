/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the gate writes cells, values and changes. */
#pragma once

#include <stddef.h>

#include "user/model/run.h"

/* Appends ", untraced" to such a name. */
void gate_append_probe_set(char *name, size_t size, const char *probe_set);

/* "+25.0 %", "-1.3 %", "-" for NAN. Returns buf. */
const char *gate_percent(double change, char *buf, size_t size);

/* A value with its unit, as short as a table needs it. Returns buf. */
const char *gate_value(double value, const char *unit, char *buf, size_t size);

/* The same, with all its digits where it is not `other` but would look like it. */
const char *gate_value_beside(double value, double other, const char *unit, char *buf, size_t size);

/* "4.1 %", as a share of A; of an A of 0 as a value; "-" for NAN. Returns buf. */
const char *gate_tolerance(double tolerance, double a, const char *unit, char *buf, size_t size);
