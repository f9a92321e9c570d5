/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The commands and their exit statuses. */
#pragma once

#include <stdbool.h>

#define SPAWNSCOPE_VERSION "0.1.0"

/* EXIT_NOT_OK: the command ran and its answer is "no". EXIT_TROUBLE: it could not run. */
enum { EXIT_OK = 0, EXIT_NOT_OK = 1, EXIT_TROUBLE = 2 };

struct command {
	const char *name;
	const char *brief;
	int (*run)(int argc, char **argv); /* argv[0] is "spawnscope NAME"; returns the status */
	bool as_caller;			   /* needs no root: under sudo it runs as the caller */
};

int command_anatomy(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_profile(int argc, char **argv);
int command_gate(int argc, char **argv);
int command_report(int argc, char **argv);
int command_export(int argc, char **argv);
int command_show(int argc, char **argv);
int command_scenario(int argc, char **argv);
int command_claims(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_inherit(int argc, char **argv);
int command_lab(int argc, char **argv);
