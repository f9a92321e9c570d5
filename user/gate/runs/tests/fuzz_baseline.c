// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as a baseline's baseline.json. Its runs are result files, which fuzz_store
 * reads.
 *
 * Seeds: user/gate/runs/tests/corpus
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/paired.h"
#include "user/gate/runs/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct baseline b = {0};
	struct fault why = {""};
	int err;

	if (!in)
		return 0;
	err = baseline_read_about(in, "fuzz/baseline.json", &b, &why);
	fclose(in);
	if (err ? !why.text[0] || strchr(why.text, '\n')
		: !b.count || b.count > GATE_PAIRS_MAX || !isfinite(b.age_days) || !b.saved[0])
		abort();
	return 0;
}
