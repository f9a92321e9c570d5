/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A command's options as lines, for shell completions: user/completions reads them. */
#pragma once

#include <argp.h>
#include <stdbool.h>

/* Whether they are asked for: `COMMAND --list-options`, which no help mentions. */
bool option_list_wanted(int argc, char **argv);

/*
 * Prints them, a line each, fields separated by tabs: the short name or -, the long name, the
 * argument's name, its words if they are a closed list, separated by blanks, and the help. To find
 * the words, hands the parser a word that no option knows.
 */
void option_list_print(const struct argp *argp, void *input);

/* A word that the option being parsed can have; remembered only within option_list_print(). */
void option_list_note(const char *word);
