/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The commands, and what they share. */
#ifndef SPAWNSCOPE_COMMAND_H
#define SPAWNSCOPE_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#define SPAWNSCOPE_VERSION "0.1.0"

/* Exit statuses, as in DESIGN: a command's own meanings begin at EXIT_NOT_OK. */
enum { EXIT_OK = 0, EXIT_NOT_OK = 1, EXIT_TROUBLE = 2 };

struct command {
	const char *name;
	const char *brief;
	int (*run)(int argc, char **argv); /* argv[0] is "spawnscope NAME"; the exit status */
};

int command_bench(int argc, char **argv);
int command_profile(int argc, char **argv);
int command_gate(int argc, char **argv);
int command_report(int argc, char **argv);
int command_export(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_lab(int argc, char **argv);

/* One line on standard error, after "spawnscope: ". */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct argp;

/*
 * Parses a command's options. 0, or -EINVAL after one line on standard error; --help prints the
 * help and ends the program.
 */
int command_options(const struct argp *argp, int argc, char **argv, void *input);

/* Whether to use colour on the stream: a terminal, and no NO_COLOR (no-color.org). */
bool want_colour(FILE *stream);

#endif
