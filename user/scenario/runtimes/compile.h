/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes a program of a script in Go, in a folder that is removed with the stage's guard. */
#pragma once

#include "user/scenario/stage.h"

/*
 * The program's path, malloc'ed; NULL: it could not be made; `why` is set if it had no folder. `go`
 * is the compiler's path. End the folder with crew__end_folder() after use.
 */
char *compile_go(struct stage *s, const char *go, const char *script, struct fault *why);
