/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The dynamic loader (ld.so(8)) that started this program, if the caller chose one: PATH
 * --library-path LIBRARIES PROGRAM. Programs that are to run with the same C library are started
 * the same way.
 */
#pragma once

#include <limits.h>

struct loader {
	char path[PATH_MAX]; /* "": none, programs are started directly */
	char libraries[PATH_MAX];
};

#define LOADER_LIBRARIES_OPTION "--library-path"

/* The words before the program: the loader, that option, its value. */
#define LOADER_WORDS 3
