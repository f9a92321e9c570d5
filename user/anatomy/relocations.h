/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdint.h>

/*
 * How many relocations the loader applies to an ELF file of 64 bits, as its sections say; those
 * that are bound at a first call count, too. MISSING: the file cannot be read, or is no such file.
 */
int64_t relocations_of(const char *path);
