/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The dynamic loader that this program was started by, if its caller chose one: PATH
 * --library-path LIBRARIES PROGRAM. What it starts with the same C library, it starts likewise.
 * ld.so(8)
 */
#ifndef SPAWNSCOPE_LOADER_H
#define SPAWNSCOPE_LOADER_H

#include <limits.h>

struct loader {
	char path[PATH_MAX]; /* "": none, programs start as they are */
	char libraries[PATH_MAX];
};

#define LOADER_LIBRARIES_OPTION "--library-path"

/* What stands before the program: the loader, that option, its value. */
#define LOADER_WORDS 3

#endif
