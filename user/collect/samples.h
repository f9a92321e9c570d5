/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The driver's samples and the kernel's records become one: values of a cell.
 * Pure: arrays in, series out.
 */
#ifndef SPAWNSCOPE_JOIN_H
#define SPAWNSCOPE_JOIN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/record.h"
#include "user/model/phase.h"
#include "user/model/run.h"
#include "user/model/sample.h"
#include "user/probe/sources.h"

void life__init(struct life *life, uint32_t tid);

/* Whether the record tells of this life, and not of another that had the tid before or after it. */
bool life__owns(const struct life *life, const struct record_head *record);

/* Adds what a record tells. 0, or -EINVAL: it is none that lives are made of. */
int life__add(struct life *life, const struct record_head *record, size_t size);

/* Once all its records have come: drops edges that are not its own. */
void life__settle(struct life *life);

/* Lives seen by the probes since the last lives__clear, in no order. */
struct lives {
	struct life *v;
	size_t n;
	size_t cap;	  /* a power of two */
	uint32_t *newest; /* hashed by tid, 2 * cap places: 1 + its newest life, or 0 */
};

/* Adds what a record tells to the life that it belongs to. 0, -ENOMEM, or -EINVAL: no record. */
int lives__add(struct lives *l, const struct record_head *record, size_t size);
void lives__clear(struct lives *l); /* keeps the memory */
void lives__free(struct lives *l);

/*
 * The life that a sample saw begin: born of `parent` between call and return, with the child's id
 * where the driver knows it; for a failed call the failed birth in that time. NULL: none.
 * lives__sort must have been called since the last record.
 */
struct life *lives__find(struct lives *l, pid_t parent, const struct sample *s);

/* Once all records of these lives have come: drops edges that are not theirs, and sorts. */
void lives__sort(struct lives *l);

/*
 * Appends one sample to the cell, and what its life tells; `life` may be NULL (untraced, or
 * lost), `choice` NULL if nothing is attached. 0 or -ENOMEM.
 */
int join_sample(struct cell *cell, const struct sample *s, struct life *life,
		const struct source_choice *choice);

#endif
