/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds another C library to run the driver with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench/shared/fault.h"
#include "bench/shared/loader.h"

/*
 * Finds the loader and the library path that run `driver`, and `programs` (NULL-terminated, or
 * NULL), with the C library at `path`: a folder (installed, unpacked or a build tree) with ld-linux
 * and libc.so.6, or a loader. Starts the driver with it as a trial, as the invoking user and
 * without privileges. 0, or -errno with one line in `why` that names the fix.
 */
int libc_find(const char *path, const char *driver, const char *const *programs,
	      struct loader *loader, struct fault *why);

/* Whether `file`, the C library that the driver reports, is the one that was found. */
bool libc_is(const struct loader *loader, const char *file);
