/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libFuzzer: any bytes as a result file; what can be read is written, read again and shown.
 * clang -std=gnu11 -D_GNU_SOURCE -I. -g -O1 -fsanitize=fuzzer,address,undefined ...
 */
#include <stdlib.h>

#include "user/store_line.h"
#include "user/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_line(FILE *out, json_t *line)
{
	if (line == NULL || json_dumpf(line, out, JSON_COMPACT) != 0)
		abort();
	fputc('\n', out);
	json_decref(line);
}

static void check_round_trip(const struct run *r)
{
	char *text = NULL, why[256];
	size_t i, size;
	FILE *f = open_memstream(&text, &size);
	struct run back;

	write_line(f, store_encode_run(r));
	for (i = 0; i < r->cell_count; i++)
		write_line(f, store_encode_cell(&r->cells[i]));
	write_line(f, store_encode_end(r));
	fclose(f);
	f = fmemopen(text, size, "r");
	if (store_read_stream(f, "again", &back, why, sizeof(why)) != 0 ||
	    back.cell_count != r->cell_count)
		abort();
	fclose(f);
	run__free(&back);
	free(text);
}

static void check_table(const struct run *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (table_print(r, f, false) != 0)
		abort();
	fclose(f);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct run r;
	char why[256];

	if (in == NULL)
		return 0;
	if (store_read_stream(in, "fuzz", &r, why, sizeof(why)) == 0) {
		check_round_trip(&r);
		check_table(&r);
		run__free(&r);
	}
	fclose(in);
	return 0;
}
