/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the lab's scripts are. */
#pragma once

#include <stddef.h>

struct fault;

/*
 * Finds a script of the lab by its name: beside this program in a build tree, or where `make
 * install` put it. Also sets the folder that this program is in. 0 or -errno, described in `why`.
 */
int lab_script(const char *name, char *folder, size_t folder_size, char *script, size_t size,
	       struct fault *why);
