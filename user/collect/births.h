/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The records of a profile become births. Memory is bounded by the number of processes and threads
 * that live. Pure.
 */
#pragma once

#include "user/model/birth.h"
#include "user/probe/sources.h"

enum birth_stage {
	BIRTH_BEGUN,   /* the call is over */
	BIRTH_SETTLED, /* all that makes a birth is known: the call is over, and the child execed,
			  ended, or is a thread */
	BIRTH_OVER,    /* nothing more comes: the child has ended, or the profile */
};

/* Each birth comes once in each stage, in this order. */
typedef void births_fn(void *context, struct birth *b, enum birth_stage stage);

struct births;

/* `choice` says which sums were measured. NULL: out of memory. */
struct births *births__new(const struct source_choice *choice, births_fn *fn, void *context);
/* 0, -ENOMEM, or -EINVAL: no record. */
int births__add(struct births *t, const struct record_head *record, size_t size);
/* Call it now and then: drops lives whose birth record was lost or filtered out. */
void births__tick(struct births *t, uint64_t now_ns);
/* At the end of the profile: reports the births that are not over. */
void births__finish(struct births *t);
/* Births, failures and restarts that were received. */
int64_t births__received(const struct births *t);
/* Waits of others that ended so late that their birth had been shown without them. */
int64_t births__waits_late(const struct births *t);
/* Processes, not threads, that have not ended. Call it before births__finish(). */
int64_t births__alive(const struct births *t);
void births__free(struct births *t); /* accepts NULL */
