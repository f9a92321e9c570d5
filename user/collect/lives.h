/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lives that a bench's probes see, found by the driver's samples. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/record.h"
#include "user/model/phase.h"
#include "user/model/sample.h"

/* Lives since the last lives__clear(), in no order. */
struct lives {
	struct life *v;
	size_t n;
	size_t cap; /* a power of two */
	uint32_t
		*newest; /* hash table by tid, 2 * cap places: 1 + index of its newest life, or 0 */
};

/* Adds a record to its life. 0, -ENOMEM, or -EINVAL: life__takes() refuses it. */
int lives__add(struct lives *l, const struct record_head *record, size_t size);
void lives__clear(struct lives *l); /* keeps the memory */
void lives__free(struct lives *l);

/* After the last record of these lives: settles and sorts them. */
void lives__sort(struct lives *l);

/*
 * The life that a sample saw begin: a child of `parent` born between call and return, with the
 * child's id if the driver knows it; for a failed call, the failed birth in that time. NULL: none.
 * Call lives__sort() first.
 */
struct life *lives__find(struct lives *l, pid_t parent, const struct sample *s);
