// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as what the emulator's plugin and the guest bring back: the raw counts, the
 * kernel's symbols and the mappings, each after a line "--" behind an empty one. What can be read
 * becomes a tree, which is printed.
 *
 * Seeds: user/anatomy/tests/corpus
 */
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/anatomy/build.h"
#include "user/table/anatomy/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char mark[] = "\n--\n";

/* The bytes until the mark, or all; *data and *size become what follows it. NULL: none. */
static FILE *next_part(const uint8_t **data, size_t *size)
{
	const uint8_t *at = memmem(*data, *size, mark, sizeof(mark) - 1);
	size_t length = at ? (size_t)(at - *data) : *size;
	FILE *in = length ? fmemopen((void *)*data, length, "r") : NULL;

	*data += at ? length + sizeof(mark) - 1 : length;
	*size -= at ? length + sizeof(mark) - 1 : length;
	return in;
}

static void close_part(FILE *in)
{
	if (in)
		fclose(in);
}

static void check_tree(const struct raw *raw, const struct symbols *symbols)
{
	static FILE *nowhere;
	struct raw_births births = {0};
	struct call_tree t = {0};
	struct fault why = {""};

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!raw_births__find(&births, raw, 20, &why)) {
		t.kernel = strdup("6.1");
		if (anatomy_build(&t, raw, &births, symbols, &why) ||
		    table_anatomy(&t, NULL, &(struct anatomy_table){.all = true}, nowhere))
			abort();
	} else if (!why.text[0]) {
		abort();
	}
	call_tree__free(&t);
	raw_births__free(&births);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = next_part(&data, &size), *kernel = next_part(&data, &size);
	FILE *modules = next_part(&data, &size);
	struct symbols *symbols = symbols__new();
	struct raw raw = {0};
	struct fault why = {""};

	if (!symbols)
		return 0;
	if (kernel)
		symbols__read_kernel(symbols, kernel, &why);
	if (modules)
		symbols__read_modules(symbols, modules, "spawnscope-bench", "true", &why);
	why.text[0] = '\0';
	if (in && !raw__read(&raw, in, "fuzz", &why))
		check_tree(&raw, symbols);
	else if (in && (!why.text[0] || strchr(why.text, '\n')))
		abort();
	raw__free(&raw);
	symbols__free(symbols);
	close_part(in);
	close_part(kernel);
	close_part(modules);
	return 0;
}
