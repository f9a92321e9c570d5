/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The runs that `gate --ab --keep` left, as the two sides that they were taken for: samples of a
 * side stand one after the other, run by run, and each run is a block.
 */
#pragma once

#include "user/store/inputs.h"

#define SIDES 2

struct sides {
	char name[SIDES][40]; /* "A, 35 runs" */
	char **paths;	      /* of all runs, as they were given; NULL: nothing was joined */
	size_t path_count;
};

/*
 * If all runs are a gate's, of both sides, and have one unit, leaves two in place of them, whose
 * paths are the names of the sides. 0 or -ENOMEM; sides__free() in any case, after the last use of
 * the input.
 */
int sides__join(struct sides *s, struct input *in);
void sides__free(struct sides *s);
