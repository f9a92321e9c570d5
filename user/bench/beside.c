// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/bench/beside.h"

#include <stdio.h>

const char *beside_name(enum beside beside)
{
	static const char *const names[BESIDE_COUNT] = {
		[BESIDE_FLOOR] = "floor",
		[BESIDE_LIGHT] = "light",
		[BESIDE_LIGHT_FLOOR] = "light-floor",
	};

	return names[beside];
}

int beside__open(struct beside_probes *b, const struct probe_options *own, struct fault *why)
{
	static const struct profile_options light = {.set = PROBE_SET_PHASES, .everything = true};
	int err = 0;

	for (int i = BESIDE_NONE + 1; i < BESIDE_COUNT && !err; i++) {
		const struct probe_options o = {
			.btf = own->btf,
			.best = own->best,
			.ring_bytes = own->ring_bytes,
			.task_slots = BENCH_SLOTS,
			.reattach = true,
			.quiet = own->quiet,
			.empty = i == BESIDE_FLOOR || i == BESIDE_LIGHT_FLOOR,
			.profile = i == BESIDE_FLOOR ? NULL : &light,
		};

		err = probe__open(&o, &b->probe[i], why);
		if (!err)
			err = probe__attach(b->probe[i], PROBE_SET_NONE);
		if (!err && o.profile)
			probe__begin(b->probe[i]);
	}
	return err;
}

int beside__attach(struct beside_probes *b, enum beside wanted, enum probe_set set)
{
	int err = 0;

	for (int i = BESIDE_NONE + 1; i < BESIDE_COUNT && !err; i++)
		if (b->probe[i] && i != (int)wanted)
			err = probe__attach(b->probe[i], PROBE_SET_NONE);
	return err || !wanted ? err : probe__attach(b->probe[wanted], set);
}

int beside__drain(struct beside_probes *b, enum beside beside)
{
	return beside ? probe__consume(b->probe[beside], NULL, NULL) : 0;
}

void beside__close(struct beside_probes *b)
{
	for (int i = BESIDE_NONE; i < BESIDE_COUNT; i++)
		probe__close(b->probe[i]);
	*b = (struct beside_probes){0};
}

void beside__use_long_ids(void)
{
	FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "we");

	if (!last)
		return;
	fprintf(last, "4096");
	fclose(last);
}
