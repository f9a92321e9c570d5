/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each kind of machine says of itself in its own way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The processor's name; false: it has none. */
bool machine_cpu(char *name, size_t size);

/* The hypervisor's name, "yes" if it has none, "none" without one; false: not known. */
bool machine_hypervisor(char *name, size_t size);

/* The first line of a small file, without white space at its ends; false if it cannot be read. */
bool machine_file(const char *path, char *text, size_t size);

/* The value of "KEY : value" or "KEY: value kB" in a file of such lines. */
bool machine_field(const char *path, const char *key, char *value, size_t size);
