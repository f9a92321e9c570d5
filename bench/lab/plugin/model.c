// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "bench/lab/plugin/model.h"

#define PAGE_SHIFT  12
#define HUGE_SHIFT  21
#define KERNEL_HALF (UINT64_C(1) << 63)
/* Documentation/arch/x86/x86_64/mm.rst, without KASLR: what the kernel maps by huge pages. */
#define DIRECT_MAP	 0xffff888000000000
#define DIRECT_MAP_END	 0xffffc88000000000
#define STRUCT_PAGES	 0xffffea0000000000
#define STRUCT_PAGES_END 0xffffeb0000000000
#define KERNEL_TEXT	 0xffffffff80000000
#define KERNEL_TEXT_END	 0xffffffffa0000000

/* A set-associative cache of keys, the least recently used goes. A set's keys stand by age, and 0
 * is none: keys are stored plus one. */
struct cache {
	uint64_t *keys;
	uint64_t set_mask;
	unsigned int ways;
};

struct model {
	struct cache l1i, l1d, l2, llc, itlb, dtlb, stlb;
	uint64_t last_fetch, last_access;   /* lines; they hit */
	uint64_t last_code_page, last_page; /* keys of the TLBs; likewise */
	uint64_t streams[MODEL_STREAMS];    /* the line that each expects next */
	unsigned int next_stream;
	uint8_t counters[1 << MODEL_PREDICTOR_BITS]; /* two bits each */
	uint64_t targets[1 << MODEL_PREDICTOR_BITS];
	uint64_t history;
	uint64_t returns[MODEL_RETURN_STACK];
	unsigned int depth;
	uint64_t *events;
};

static int cache__init(struct cache *c, uint64_t keys, unsigned int ways)
{
	c->ways = ways;
	c->set_mask = keys / ways - 1;
	c->keys = calloc(keys, sizeof(*c->keys));
	return c->keys ? 0 : -1;
}

/* Whether it was there; it is afterwards. */
static bool cache__touch(struct cache *c, uint64_t key)
{
	uint64_t *set = c->keys + (key & c->set_mask) * c->ways;
	unsigned int i = 0;
	bool hit;

	key++;
	while (i < c->ways - 1 && set[i] != key)
		i++;
	hit = set[i] == key;
	memmove(set + 1, set, i * sizeof(*set));
	set[0] = key;
	return hit;
}

static uint64_t lines(unsigned int kib)
{
	return ((uint64_t)kib << 10) >> MODEL_LINE_SHIFT;
}

struct model *model__new(uint64_t *events)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	if (cache__init(&m->l1i, lines(MODEL_L1I_KIB), MODEL_L1I_WAYS) ||
	    cache__init(&m->l1d, lines(MODEL_L1D_KIB), MODEL_L1D_WAYS) ||
	    cache__init(&m->l2, lines(MODEL_L2_KIB), MODEL_L2_WAYS) ||
	    cache__init(&m->llc, lines(MODEL_LLC_KIB), MODEL_LLC_WAYS) ||
	    cache__init(&m->itlb, MODEL_ITLB_ENTRIES, MODEL_ITLB_WAYS) ||
	    cache__init(&m->dtlb, MODEL_DTLB_ENTRIES, MODEL_DTLB_WAYS) ||
	    cache__init(&m->stlb, MODEL_STLB_ENTRIES, MODEL_STLB_WAYS)) {
		model__free(m);
		return NULL;
	}
	m->events = events;
	memset(m->streams, 0xff, sizeof(m->streams)); /* no line */
	m->last_fetch = m->last_access = m->last_code_page = m->last_page = UINT64_MAX;
	return m;
}

void model__free(struct model *m)
{
	if (!m)
		return;
	free(m->l1i.keys);
	free(m->l1d.keys);
	free(m->l2.keys);
	free(m->llc.keys);
	free(m->itlb.keys);
	free(m->dtlb.keys);
	free(m->stlb.keys);
	free(m);
}

static bool is_huge(uint64_t address)
{
	return (address >= DIRECT_MAP && address < DIRECT_MAP_END) ||
	       (address >= STRUCT_PAGES && address < STRUCT_PAGES_END) ||
	       (address >= KERNEL_TEXT && address < KERNEL_TEXT_END);
}

/*
 * What a TLB holds of an address. Sizes have keys of their own, as pages of both sizes can have the
 * same number. How the user's pages are mapped is not known here: each counts as a small one.
 */
static uint64_t page_key(uint64_t address, uint32_t space)
{
	if (address < KERNEL_HALF)
		return (address >> PAGE_SHIFT) ^ ((uint64_t)(space & 0xffff) << 36);
	if (is_huge(address))
		return (address >> HUGE_SHIFT) | UINT64_C(1) << 62;
	return address >> PAGE_SHIFT;
}

/* One of the two first-level TLBs, then the second. */
static void translate(struct model *m, struct cache *first, uint64_t key, enum model_event miss)
{
	if (!cache__touch(first, key) && !cache__touch(&m->stlb, key))
		m->events[miss]++;
}

static void beyond_l1(struct model *m, uint64_t line)
{
	if (cache__touch(&m->l2, line))
		return;
	m->events[MODEL_L2]++;
	if (!cache__touch(&m->llc, line))
		m->events[MODEL_LLC]++;
}

/* Whether an ascending stream had asked for the line. A miss begins one, or goes on with it. */
static bool is_streamed(struct model *m, uint64_t line)
{
	for (unsigned int i = 0; i < MODEL_STREAMS; i++)
		if (m->streams[i] == line) {
			m->streams[i] = line + 1;
			return true;
		}
	m->streams[m->next_stream++ % MODEL_STREAMS] = line + 1;
	return false;
}

void model__fetch(struct model *m, uint64_t virtual, uint64_t physical, uint32_t space)
{
	uint64_t line = physical >> MODEL_LINE_SHIFT, key = page_key(virtual, space);

	if (key != m->last_code_page)
		translate(m, &m->itlb, key, MODEL_ITLB);
	m->last_code_page = key;
	if (line == m->last_fetch)
		return;
	m->last_fetch = line;
	if (cache__touch(&m->l1i, line))
		return;
	m->events[MODEL_L1I]++;
	beyond_l1(m, line);
}

void model__access(struct model *m, uint64_t virtual, uint64_t physical, uint32_t space)
{
	uint64_t line = physical >> MODEL_LINE_SHIFT, key = page_key(virtual, space);

	if (key != m->last_page)
		translate(m, &m->dtlb, key, MODEL_DTLB);
	m->last_page = key;
	if (line == m->last_access)
		return;
	m->last_access = line;
	if (cache__touch(&m->l1d, line))
		return;
	m->events[MODEL_L1D]++;
	if (is_streamed(m, line)) {
		cache__touch(&m->l2, line);
		cache__touch(&m->llc, line);
		return;
	}
	beyond_l1(m, line);
}

static bool predict_condition(struct model *m, uint64_t from, bool taken)
{
	uint8_t *counter = &m->counters[(from ^ (from >> MODEL_PREDICTOR_BITS) ^ m->history) &
					((1 << MODEL_PREDICTOR_BITS) - 1)];
	bool right = (*counter >= 2) == taken;

	if (taken && *counter < 3)
		(*counter)++;
	if (!taken && *counter > 0)
		(*counter)--;
	m->history = m->history << 1 | taken;
	return right;
}

static bool predict_target(struct model *m, uint64_t from, uint64_t to)
{
	uint64_t *target = &m->targets[(from ^ (from >> MODEL_PREDICTOR_BITS) ^ m->history << 2) &
				       ((1 << MODEL_PREDICTOR_BITS) - 1)];
	bool right = *target == to;

	*target = to;
	m->history = m->history << 2 ^ (to >> 2);
	return right;
}

/* Overflows overwrite the oldest, as in hardware. */
static bool predict_return(struct model *m, uint64_t to)
{
	return m->returns[--m->depth % MODEL_RETURN_STACK] == to;
}

void model__branch(struct model *m, enum model_branch kind, uint64_t from, uint64_t to,
		   uint64_t next)
{
	bool right = true;

	switch (kind) {
	case MODEL_CONDITIONAL:
		right = predict_condition(m, from, to != next);
		break;
	case MODEL_INDIRECT:
	case MODEL_INDIRECT_CALL:
		right = predict_target(m, from, to);
		break;
	case MODEL_RETURN:
		right = predict_return(m, to);
		break;
	case MODEL_DIRECT:
	case MODEL_CALL:
		break;
	}
	if (kind == MODEL_CALL || kind == MODEL_INDIRECT_CALL)
		m->returns[m->depth++ % MODEL_RETURN_STACK] = next;
	m->events[MODEL_BRANCH] += !right;
}
