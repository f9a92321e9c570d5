/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of the command anatomy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Room for every axis of bench, and more than once. */
#define ANATOMY_FORWARD_MAX 64

struct anatomy_options {
	const char *kernel;  /* NULL: the newest in the cache */
	const char *program; /* NULL: none was named */
	const char *size;    /* NULL: the default */
	const char *method;  /* likewise */
	const char *against; /* NULL: no difference */
	const char *input;   /* a result file to print; NULL: run the lab */
	const char *output;  /* NULL: no result file */
	unsigned int births; /* 0: the default */
	bool all, cycles, json, quiet;
	char *forward[ANATOMY_FORWARD_MAX]; /* further options of bench: "--vmas=1000" */
	size_t forward_count;
};

/* 0 or -EINVAL after a complaint. Free *o in either case. */
int anatomy_options__parse(struct anatomy_options *o, int argc, char **argv);
void anatomy_options__free(struct anatomy_options *o);
