/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A model of a processor's caches, TLBs and branch predictor, fed with what the guest fetches,
 * loads, stores and jumps to. It counts events and knows no time: what an event costs is fitted
 * elsewhere (user/analysis/calls/cycles.c), so that another machine needs no other run. The same
 * input gives the same counts on any host.
 *
 * What it leaves out: other processors, prefetching but for ascending lines, speculative fetches,
 * the walk of page tables itself (a TLB miss is an event), PCIDs beyond the address space it is
 * given.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What it counts; each is a counter of the caller that only grows. */
enum model_event {
	MODEL_L1I, /* lines that missed the cache of instructions */
	MODEL_L1D, /* of data; also those that a stream had asked for */
	MODEL_L2,  /* lines of either that missed here too, and that no stream had asked for */
	MODEL_LLC,
	MODEL_ITLB, /* pages that missed both levels of TLBs */
	MODEL_DTLB,
	MODEL_BRANCH, /* wrong predictions */
	MODEL_EVENT_COUNT
};

/* Of Intel's Sapphire Rapids, one core (Optimization Reference Manual, 2.4; LLC: a share of it). */
enum {
	MODEL_LINE_SHIFT = 6,
	MODEL_L1I_KIB = 32,
	MODEL_L1I_WAYS = 8,
	MODEL_L1D_KIB = 48,
	MODEL_L1D_WAYS = 12,
	MODEL_L2_KIB = 2048,
	MODEL_L2_WAYS = 16,
	MODEL_LLC_KIB = 32768,
	MODEL_LLC_WAYS = 16,
	MODEL_ITLB_ENTRIES = 256,
	MODEL_ITLB_WAYS = 8,
	MODEL_DTLB_ENTRIES = 96,
	MODEL_DTLB_WAYS = 6,
	MODEL_STLB_ENTRIES = 2048,
	MODEL_STLB_WAYS = 16,
	MODEL_STREAMS = 32,
	MODEL_PREDICTOR_BITS = 14,
	MODEL_RETURN_STACK = 16,
};

enum model_branch {
	MODEL_CONDITIONAL,
	MODEL_DIRECT,
	MODEL_INDIRECT,
	MODEL_CALL, /* direct; an indirect one is MODEL_INDIRECT_CALL */
	MODEL_INDIRECT_CALL,
	MODEL_RETURN,
};

struct model;

/* `events` has MODEL_EVENT_COUNT counters and stays the caller's. NULL: out of memory. */
struct model *model__new(uint64_t *events);
void model__free(struct model *m);

/*
 * Code of one line, or data of at most a line's size: a guest-virtual address and a physical one.
 * `space` keeps user address spaces apart; the kernel's pages are the same in all.
 */
void model__fetch(struct model *m, uint64_t virtual, uint64_t physical, uint32_t space);
void model__access(struct model *m, uint64_t virtual, uint64_t physical, uint32_t space);

/* A branch at `from` that led to `to`; `next` is the address behind it. */
void model__branch(struct model *m, enum model_branch kind, uint64_t from, uint64_t to,
		   uint64_t next);
