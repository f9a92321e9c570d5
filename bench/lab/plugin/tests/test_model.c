// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The model against a second one, written another way: lists of lines with the time of their last
 * use. */
#include "bench/tests/unit.h"

#include <stdlib.h>
#include <string.h>

#include "bench/lab/plugin/model.h"

#define ACCESSES 20000

/* A cache as a list of all its lines. */
struct plain {
	unsigned int sets, ways;
	struct {
		uint64_t key;
		unsigned int used; /* when; 0: never */
	} lines[65536];
};

static unsigned int now;

static bool plain__touch(struct plain *p, uint64_t key)
{
	unsigned int oldest = 0, set = key % p->sets;

	now++;
	for (unsigned int i = 0; i < p->ways; i++) {
		unsigned int at = set * p->ways + i;

		if (p->lines[at].used && p->lines[at].key == key) {
			p->lines[at].used = now;
			return true;
		}
		if (!i || p->lines[at].used < p->lines[oldest].used)
			oldest = at;
	}
	p->lines[oldest].key = key;
	p->lines[oldest].used = now;
	return false;
}

static struct plain *plain__new(unsigned int keys, unsigned int ways)
{
	struct plain *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	assert_true(keys <= 65536);
	p->ways = ways;
	p->sets = keys / ways;
	return p;
}

static uint64_t seed = 1;

static uint64_t any(uint64_t below)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (seed >> 33) % below;
}

/* Fetches: no streams. Lines of 4 MiB at random, near the last one most of the time. */
TEST(fetches_miss_where_a_plain_model_misses)
{
	uint64_t e[MODEL_EVENT_COUNT] = {0};
	struct model *m = model__new(e);
	struct plain *l1 = plain__new(512, 8), *l2 = plain__new(32768, 16);
	struct plain *tlb = plain__new(256, 8), *second = plain__new(2048, 16);
	uint64_t expected[MODEL_EVENT_COUNT] = {0}, at = 0;

	assert_non_null(m);
	for (int i = 0; i < ACCESSES; i++) {
		at = any(4) ? (at + any(512)) % (4 << 20) : any(4 << 20);
		model__fetch(m, at, at + (1 << 30), 0);
		if (!plain__touch(tlb, at >> 12))
			expected[MODEL_ITLB] += !plain__touch(second, at >> 12);
		if (!plain__touch(l1, (at + (1 << 30)) >> 6)) {
			expected[MODEL_L1I]++;
			expected[MODEL_L2] += !plain__touch(l2, (at + (1 << 30)) >> 6);
		}
	}
	assert_int_equal(e[MODEL_L1I], expected[MODEL_L1I]);
	assert_int_equal(e[MODEL_L2], expected[MODEL_L2]);
	assert_int_equal(e[MODEL_ITLB], expected[MODEL_ITLB]);
	assert_true(expected[MODEL_L1I] > 1000 && expected[MODEL_ITLB] > 100);
	/* All of the 4 MiB are in the LLC after the first time. */
	assert_true(e[MODEL_LLC] <= (4 << 20) >> 6);
	model__free(m);
	free(l1);
	free(l2);
	free(tlb);
	free(second);
}

/* Data that never ascends by a line: no streams. */
TEST(accesses_miss_where_a_plain_model_misses)
{
	uint64_t e[MODEL_EVENT_COUNT] = {0};
	struct model *m = model__new(e);
	struct plain *l1 = plain__new(768, 12);
	struct plain *tlb = plain__new(96, 6), *second = plain__new(2048, 16);
	uint64_t misses = 0, pages = 0;

	assert_non_null(m);
	for (int i = 0; i < ACCESSES; i++) {
		uint64_t at = any(1 << 18) * 128; /* every second line */

		model__access(m, at, at, 0);
		if (!plain__touch(tlb, at >> 12))
			pages += !plain__touch(second, at >> 12);
		misses += !plain__touch(l1, at >> 6);
	}
	assert_int_equal(e[MODEL_L1D], misses);
	assert_int_equal(e[MODEL_DTLB], pages);
	assert_true(e[MODEL_L2] >= 4096);
	assert_true(misses > 1000 && pages > 1000);
	model__free(m);
	free(l1);
	free(tlb);
	free(second);
}

/* Of a page that is read from its start, the first line is a miss of all levels. */
TEST(an_ascending_stream_is_asked_for_ahead)
{
	uint64_t e[MODEL_EVENT_COUNT] = {0};
	struct model *m = model__new(e);

	for (uint64_t at = 0; at < 4096; at += 8)
		model__access(m, at, at, 0);
	assert_int_equal(e[MODEL_L1D], 64);
	assert_int_equal(e[MODEL_L2], 1);
	assert_int_equal(e[MODEL_LLC], 1);
	assert_int_equal(e[MODEL_DTLB], 1);
	model__free(m);
}

TEST(spaces_share_the_kernels_pages)
{
	uint64_t e[MODEL_EVENT_COUNT] = {0};
	struct model *m = model__new(e);

	model__access(m, 0x1000, 0x1000, 1);
	model__access(m, 0x1000, 0x1000, 2);
	assert_int_equal(e[MODEL_DTLB], 2);
	/* A stack of the kernel, by small pages. */
	model__access(m, 0xffffc90000001000, 0x5000, 1);
	model__access(m, 0xffffc90000001000, 0x5000, 2);
	assert_int_equal(e[MODEL_DTLB], 3);
	/* The direct map, by huge ones. */
	model__access(m, 0xffff888000200000, 0x200000, 1);
	model__access(m, 0xffff8880003ff000, 0x3ff000, 2);
	assert_int_equal(e[MODEL_DTLB], 4);
	model__free(m);
}

TEST(loops_and_returns_are_predicted)
{
	uint64_t e[MODEL_EVENT_COUNT] = {0};
	struct model *m = model__new(e);
	uint64_t before;

	/* A loop of four, always: its pattern is learnt. */
	for (int i = 0; i < 4000; i++)
		model__branch(m, MODEL_CONDITIONAL, 0x1000, i % 4 == 3 ? 0x1002 : 0xf00, 0x1002);
	before = e[MODEL_BRANCH];
	for (int i = 0; i < 4000; i++)
		model__branch(m, MODEL_CONDITIONAL, 0x1000, i % 4 == 3 ? 0x1002 : 0xf00, 0x1002);
	assert_int_equal(e[MODEL_BRANCH], before);
	/* Returns to their calls, sixteen deep, are known; one more was overwritten. */
	for (int i = 0; i < 16; i++)
		model__branch(m, MODEL_CALL, 0x2000 + i * 16, 0x9000, 0x2005 + i * 16);
	for (int i = 15; i >= 0; i--)
		model__branch(m, MODEL_RETURN, 0x9010, 0x2005 + i * 16, 0x9011);
	assert_int_equal(e[MODEL_BRANCH], before);
	for (int i = 0; i < 17; i++)
		model__branch(m, MODEL_CALL, 0x2000 + i * 16, 0x9000, 0x2005 + i * 16);
	for (int i = 16; i >= 0; i--)
		model__branch(m, MODEL_RETURN, 0x9010, 0x2005 + i * 16, 0x9011);
	assert_int_equal(e[MODEL_BRANCH], before + 1);
	model__free(m);
}
