/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Another C library than the machine's, to run the driver with. */
#ifndef SPAWNSCOPE_LIBC_H
#define SPAWNSCOPE_LIBC_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/shared/fault.h"
#include "bench/shared/loader.h"

/*
 * The loader and the library path that run `driver`, and `program` if it is not NULL, with the C
 * library at `path`: a folder with ld-linux and libc.so.6, installed, unpacked or built, or a
 * loader. The driver is tried with it, as the invoking user and without privileges. 0, or -errno
 * and one line in `why`, with the mend.
 */
int libc_find(const char *path, const char *driver, const char *program, struct loader *loader,
	      struct fault *why);

/* Whether `file`, which the driver says that it runs with, is the one that was found. */
bool libc_is(const struct loader *loader, const char *file);

#endif
