// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as a file of the calibration cache, read as of the machine that it names.
 * What is usable makes the estimates of a profile.
 *
 * Seeds: user/profile/tests/corpus user/store/tests/corpus
 */
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/analysis/groups.h"
#include "user/profile/advice_json.h"
#include "user/profile/calibrate.h"
#include "user/profile/whatif_json.h"
#include "user/store/store.h"
#include "user/tests/sample_birth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *nowhere; /* /dev/null */

static void print_estimates(const struct calibration *c, const char *clock)
{
	struct groups g;

	groups__init(&g, GROUP_BY_COMM);
	for (uint32_t i = 1; i < 5; i++) {
		struct birth b = sample_exec_birth(1, i, i * 100000);

		b.life.method = i % 3;
		b.life.count[COUNT_parent_rss_anon] = INT64_C(1) << (10 * i);
		if (groups__add(&g, &b))
			abort();
	}
	if (whatif_write_json(&g, 20, c, clock, nowhere) ||
	    advice_write_json(&g, 20, c, clock, nowhere))
		abort();
	groups__free(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct calibration *c;
	struct fault why;
	struct run here;

	if (!in)
		return 0;
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!store_read_stream(in, "fuzz", &here, &why)) {
		rewind(in);
		c = calibrate_read(in, &here);
		if (c)
			print_estimates(c, here.clock);
		calibration__free(c);
		run__free(&here);
	}
	fclose(in);
	return 0;
}
