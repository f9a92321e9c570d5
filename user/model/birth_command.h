/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command that a child ran, for people. */
#pragma once

#include <stddef.h>

#include "user/model/birth.h"

/*
 * The path and the arguments after argv[0], as a person types them; for a script, what its
 * interpreter was given. ".." marks arguments that were cut off; unprintable bytes are escaped.
 * "" if no exec is known.
 */
void birth_command(const struct birth *b, char *text, size_t size);
