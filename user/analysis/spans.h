/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How long at least one of many spans of time lasted: those that overlap count once. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run;
struct birth;

/* spans that are kept apart at most: so memory is bounded, 1 MiB. */
#define SPANS_MAX 65536

struct spans {
	struct span {
		int64_t from, to;
	} * v; /* sorted, and with time between each two */
	size_t n, cap;
	int64_t before; /* the time covered by the oldest, which are no longer kept */
	int64_t closed; /* these end here: nothing before is added any more */
	bool least;	/* a span began before that, so the time is a lower bound */
};

/* Adds a span, ns. Spans should come about in the order of their ends. 0 or -ENOMEM. */
int spans__add(struct spans *s, int64_t from, int64_t to);

/* Adds the call of a birth, from its entry to its return, if both are known and it succeeded. */
int spans__add_call(struct spans *s, const struct birth *b);

/* Adds the calls of all births of a run, in whatever order they are. */
int spans__add_calls(struct spans *s, const struct run *r);

/* The time that is covered, ns. */
int64_t spans__ns(const struct spans *s);

void spans__free(struct spans *s); /* frees what s holds */
