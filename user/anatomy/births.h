/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The births in what the plugin wrote: which segment belongs to which, and to which part of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/anatomy/raw.h"
#include "user/model/call_tree.h"

/* Numbers of segments. The call is from `begin` to `back`, the birth until `end`, each included. */
struct raw_birth {
	size_t begin; /* the first after the parent has read the clock */
	size_t clone; /* ends where the kernel's function is entered */
	size_t back;  /* ends where the parent reads the clock, after the call */
	size_t end;   /* ends where it does so after the reaping */
};

/* What a segment is of. */
struct raw_place {
	int32_t birth; /* -1: none */
	enum call_part part;
	unsigned int program; /* what the task executes in user mode: SYMBOLS_DRIVER .. ANOTHER */
};

struct raw_births {
	uint32_t parent; /* the task that makes the calls */
	struct raw_birth *v;
	size_t n;
	struct raw_place *places; /* of each segment */
};

/*
 * Finds the last `most` births. 0, -ENOMEM, or -ENODATA with one line in `why`: there is none whose
 * caller has read the clock before and after.
 */
int raw_births__find(struct raw_births *b, const struct raw *raw, size_t most, struct fault *why);
void raw_births__free(struct raw_births *b);

/* What the machine executed during the call: what its caller's clock sees. */
uint64_t raw_birth__call(const struct raw *raw, const struct raw_birth *b);
