/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the program is that a command names. */
#pragma once

/*
 * As a shell finds it: a name without "/" is searched in PATH. A name that is not there, or is a
 * path, comes back as it is. malloc'ed; NULL: out of memory.
 */
char *program_path(const char *name);
