// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/shared/plan.h"

#include <errno.h>
#include <stdlib.h>

uint64_t plan_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Uniform in [0, bound): rejects values of the last, incomplete run of `bound` values. */
static uint64_t random_below(uint64_t *state, uint64_t bound)
{
	uint64_t incomplete = UINT64_MAX - UINT64_MAX % bound;
	uint64_t value;

	do {
		value = plan_random(state);
	} while (value >= incomplete);
	return value % bound;
}

/* Fisher and Yates, in Durstenfeld's form. */
static void shuffle(struct plan_block *blocks, size_t count, uint64_t *state)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = random_below(state, i);
		struct plan_block swapped = blocks[i - 1];

		blocks[i - 1] = blocks[j];
		blocks[j] = swapped;
	}
}

static int compare_unsigned(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a;
	unsigned int y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

/* The distinct probe sets in ascending order; `probe_sets` has room for one per want. */
static size_t list_probe_sets(const struct plan_want *wants, size_t want_count,
			      unsigned int *probe_sets)
{
	size_t count = 0;

	for (size_t i = 0; i < want_count; i++)
		probe_sets[i] = wants[i].probe_set;
	qsort(probe_sets, want_count, sizeof(*probe_sets), compare_unsigned);
	for (size_t i = 0; i < want_count; i++) {
		if (count == 0 || probe_sets[count - 1] != probe_sets[i])
			probe_sets[count++] = probe_sets[i];
	}
	return count;
}

size_t plan_before(size_t runs, size_t rounds, size_t round)
{
	size_t rest = runs % rounds;

	return runs / rounds * round + (round < rest ? round : rest);
}

static unsigned int round_share(unsigned int runs, unsigned int rounds, unsigned int round)
{
	return (unsigned int)(plan_before(runs, rounds, round + 1) -
			      plan_before(runs, rounds, round));
}

/* Appends the blocks of one probe set in one round, shuffled; returns how many. */
static size_t plan_group(const struct plan_want *wants, size_t want_count, unsigned int probe_set,
			 unsigned int rounds, unsigned int round, uint64_t *state,
			 struct plan_block *blocks)
{
	size_t count = 0;

	for (size_t i = 0; i < want_count; i++) {
		unsigned int share = round_share(wants[i].runs, rounds, round);

		if (wants[i].probe_set == probe_set && share > 0) {
			blocks[count++] = (struct plan_block){
				.cell = wants[i].cell,
				.probe_set = probe_set,
				.runs = share,
			};
		}
	}
	shuffle(blocks, count, state);
	return count;
}

static int count_blocks(const struct plan_want *wants, size_t want_count, unsigned int rounds,
			size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < want_count; i++) {
		unsigned int blocks = wants[i].runs < rounds ? wants[i].runs : rounds;

		if (__builtin_add_overflow(*count, blocks, count))
			return -ENOMEM;
	}
	return 0;
}

int plan_make(const struct plan_want *wants, size_t want_count, unsigned int rounds, uint64_t seed,
	      struct plan_block **blocks, size_t *count)
{
	struct plan_block *planned = NULL;
	unsigned int *probe_sets = NULL;
	size_t probe_set_count, total, used = 0;
	uint64_t state = seed;
	int err;

	if (rounds == 0)
		return -EINVAL;
	err = count_blocks(wants, want_count, rounds, &total);
	if (err)
		return err;

	/* One more than needed, because calloc(0) may return NULL. */
	planned = calloc(total + 1, sizeof(*planned));
	probe_sets = calloc(want_count + 1, sizeof(*probe_sets));
	if (!planned || !probe_sets) {
		free(planned);
		err = -ENOMEM;
		goto cleanup;
	}

	probe_set_count = list_probe_sets(wants, want_count, probe_sets);
	for (unsigned int round = 0; round < rounds && used < total; round++) {
		for (size_t i = 0; i < probe_set_count; i++) {
			size_t turn = round % 2 == 0 ? i : probe_set_count - 1 - i;

			used += plan_group(wants, want_count, probe_sets[turn], rounds, round,
					   &state, planned + used);
		}
	}
	*blocks = planned;
	*count = used;
cleanup:
	free(probe_sets);
	return err;
}
