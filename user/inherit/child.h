/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The child of a trial, as a copy of its parent or as a new program. */
#pragma once

#include "user/inherit/cell.h"

/* Looks and changes. Does not return. */
__attribute__((noreturn)) void child_run(struct cell *c);

/* Ends the child if it could not execute. */
__attribute__((noreturn)) void child_fail(struct cell *c);

/* The words to execute this program with, so that it looks; valid until the next call. */
char *const *child_words(const struct cell *c);

/* In the new program: looks, and does not return if the words are child_words(); else returns. */
void child_look(int argc, char **argv);
