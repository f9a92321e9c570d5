// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as a suite file, with and without options that replace its lists. A refusal
 * says why, in one line; what is accepted has cells, each with a method and with runs.
 *
 * Seeds: bench/suite/tests/corpus
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "bench/suite/suite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, const struct suite_grid *override)
{
	struct cells cells = {0};
	struct fault why = {""};
	int err = suite_parse(text, "fuzz.ini", override, &cells, &why);

	if (err ? !why.text[0] || strchr(why.text, '\n') : !cells.n)
		abort();
	for (size_t i = 0; i < cells.n; i++) {
		if (!cells.v[i].method || !cells.v[i].runs || cells.v[i].runs > GRID_RUNS_MAX)
			abort();
	}
	cells__free(&cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct suite_grid override;
	char *text = malloc(size + 1);
	struct fault why;

	if (!text)
		return 0;
	if (!override.runs && (suite_grid__add(&override, "size", "1M,2M", &why) ||
			       suite_grid__add(&override, "runs", "7", &why)))
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	check(text, NULL);
	check(text, &override);
	free(text);
	return 0;
}
