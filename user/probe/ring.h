/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: a ring of records, and who receives them. */
#pragma once

#include <stddef.h>

#include "user/probe/probe.h"

struct bpf_map;
struct ring_buffer;

struct record_ring {
	struct ring_buffer *buffer; /* NULL: not open */
	size_t left;		    /* records that this call may still pass on */
	probe_record_fn *fn;
	void *context;
};

/* 0 or -errno. The ring must stay where it is until it is closed. */
int record_ring__open(struct record_ring *r, const struct bpf_map *map);
void record_ring__close(struct record_ring *r); /* accepts one that is not open */

/* Passes `max` records at most to fn. 1 if there may be more, else 0, or -errno. */
int record_ring__consume(struct record_ring *r, size_t max, probe_record_fn *fn, void *context);

/* A descriptor that polls readable when records have come; -1: not open. */
int record_ring__fd(const struct record_ring *r);
