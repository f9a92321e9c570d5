/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files that a command reads: runs and, beside them, verdicts of the gate. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"

struct input {
	struct run *runs;
	char **paths;
	size_t count;
	json_t **verdicts;
	char **verdict_paths;
	size_t verdict_count;
};

/*
 * Reads a verdict: 0, with one for json_decref(); -ENOENT if the file holds none; or -errno with a
 * reason.
 */
typedef int verdict_reader(const char *path, json_t **verdict, const char **why);

/* Takes a birth of the run with this number, and may not keep it. 0 or -ENOMEM. */
typedef int input_birth_fn(void *context, size_t run, const struct birth *b);

struct input_wish {
	bool truncated;		/* also runs that broke off */
	verdict_reader *reader; /* NULL: no verdicts */
	input_birth_fn *birth;	/* NULL: the runs keep their births */
	void *context;		/* for that */
};

/* Reads the files. 0 or -errno. Call input_free() in either case. */
int input_read(struct input *in, char *const *paths, size_t count, const struct input_wish *wish,
	       struct fault *why);

/* Runs that are wanted although they have neither a sample nor a birth. */
enum input_also { INPUT_PROFILES = 1, INPUT_SCENARIOS = 2 };

/*
 * -EINVAL, with one line in `why`, if one of the runs has neither a sample nor a birth, and is not
 * of `also`; or 0.
 */
int input_need_values(const struct input *in, unsigned int also, struct fault *why);

void input_free(struct input *in);
