// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as a file of anatomies; each is printed, exported in every format that has
 * trees, and compared with the one before.
 *
 * Seeds: user/tests/anatomies
 */
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/anatomy/difference.h"
#include "user/export/format.h"
#include "user/store/store.h"
#include "user/table/anatomy/cycles.h"
#include "user/table/anatomy/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct export_format *const formats[] = {
#define X(name) &export_##name,
	EXPORT_FORMATS(X)
#undef X
};

static void check_run(const struct run *r, FILE *nowhere)
{
	struct difference_options o = {.names = {"a", "b"}, .all = true};

	if (table_anatomies(r, &(struct anatomy_table){.all = true}, nowhere))
		abort();
	for (size_t i = 0; r->anatomy_count && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i]->trees && formats[i]->trees(r, nowhere))
			abort();
	}
	for (size_t i = 0; i < r->anatomy_count; i++) {
		const struct call_tree *a = &r->anatomies[i ? i - 1 : 0], *b = &r->anatomies[i];

		o.json = i % 2;
		if (table_cycles(b, false, nowhere) || difference_print(a, b, &o, nowhere))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere; /* /dev/null */
	FILE *in = fmemopen((void *)data, size, "r");
	struct fault why;
	struct run r;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!in)
		return 0;
	if (!store_read_stream(in, "fuzz", &r, &why)) {
		check_run(&r, nowhere);
		run__free(&r);
	}
	fclose(in);
	return 0;
}
