// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the script brings back, as the run of bench with its anatomy. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/anatomy/build.h"
#include "user/anatomy/take.h"
#include "user/model/memory.h"
#include "user/store/store.h"

#define DRIVER	  "spawnscope-bench"
#define TOLERANCE 1000 /* a thousandth of a call */

struct brought {
	const char *folder, *program;
	size_t births;
	struct raw raw;
	struct raw_births found;
	struct symbols *symbols;
};

static FILE *open_in(const char *folder, const char *name, struct fault *why)
{
	char path[PATH_MAX];
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "re");
	if (!in)
		fault__set(why, -errno, "the lab brought back no file %s: %s", name,
			   strerror(errno));
	return in;
}

static int read_raw(struct brought *b, struct fault *why)
{
	FILE *in = open_in(b->folder, "raw", why);
	int err = in ? raw__read(&b->raw, in, "what the plugin wrote", why) : -ENOENT;

	if (in)
		fclose(in);
	return err ? err : raw_births__find(&b->found, &b->raw, b->births, why);
}

static int read_symbols(struct brought *b, struct fault *why)
{
	FILE *kernel = open_in(b->folder, "kallsyms", why);
	FILE *modules = kernel ? open_in(b->folder, "modules", why) : NULL;
	int err = modules ? 0 : -ENOENT;

	b->symbols = symbols__new();
	if (!err && !b->symbols)
		err = fault__set(why, -ENOMEM, "%s", strerror(ENOMEM));
	if (!err)
		err = symbols__read_kernel(b->symbols, kernel, why);
	if (!err)
		err = symbols__read_modules(b->symbols, modules, DRIVER, b->program, why);
	if (kernel)
		fclose(kernel);
	if (modules)
		fclose(modules);
	return err;
}

/* The run of bench, which must have one cell with samples. */
static int read_bench(const struct brought *b, struct run *r, struct fault *why)
{
	FILE *in = open_in(b->folder, "bench.jsonl", why);
	int err = in ? store_read_stream(in, "the run of bench in the lab", r, why) : -ENOENT;

	if (in)
		fclose(in);
	if (err)
		return err;
	if (r->cell_count == 1 && cell__has_data(&r->cells[0]))
		return 0;
	if (r->cell_count == 1 && (r->cells[0].skipped || r->cells[0].broken))
		err = fault__set(why, -ENODATA, "nothing was measured in the guest: %s",
				 r->cells[0].skipped ? r->cells[0].skipped : r->cells[0].broken);
	else
		err = fault__set(why, -ENODATA,
				 "anatomy is of one cell, and bench has measured %zu",
				 r->cell_count);
	run__free(r);
	return err;
}

static int copy_key(struct call_tree *t, const struct cell *c)
{
	int err = 0;

	for (size_t i = 0; i < c->key_count && !err; i++)
		err = fact_add(&t->key, &t->key_count, c->key[i].name, c->key[i].text,
			       c->key[i].number);
	return err;
}

/*
 * The instructions between the readings of the clock are those that bench's samples say, or else
 * the tree is of other births. A tick in between rounds the guest's clock, by 2 ns on 6.12.
 */
static int check_calls(const struct brought *b, const struct cell *c, struct fault *why)
{
	const struct series *calls = &c->samples[SAMPLE_spawn_ns];

	if (b->found.n > calls->n)
		return fault__set(why, -EINVAL, "births found: %zu, samples of bench: %u",
				  b->found.n, calls->n);
	for (size_t i = 0; i < b->found.n; i++) {
		int64_t is = (int64_t)raw_birth__call(&b->raw, &b->found.v[i]);
		int64_t says = calls->v[calls->n - b->found.n + i];

		if (says != MISSING && llabs(is - says) > says / TOLERANCE)
			return fault__set(why, -EINVAL,
					  "in birth %zu the emulator counted %" PRId64
					  " instructions where the guest's clock has %" PRId64,
					  i + 1, is, says);
	}
	return 0;
}

static int add_anatomy(struct brought *b, struct run *r, struct fault *why)
{
	const struct fact *kernel = run__env(r, "kernel_release");
	struct call_tree *t = run__add_anatomy(r);
	int err = check_calls(b, &r->cells[0], why);

	if (err)
		return err;
	if (!t || copy_key(t, &r->cells[0]) ||
	    text_copy(&t->kernel, kernel && kernel->text ? kernel->text : "(unknown)"))
		return fault__set(why, -ENOMEM, "%s", strerror(ENOMEM));
	return anatomy_build(t, &b->raw, &b->found, b->symbols, why);
}

int anatomy_read_folder(const char *folder, const char *program, size_t births, struct run *r,
			struct fault *why)
{
	struct brought b = {.folder = folder, .program = program, .births = births};
	int err = read_bench(&b, r, why);

	if (err)
		return err;
	err = read_raw(&b, why);
	if (!err)
		err = read_symbols(&b, why);
	if (!err)
		err = add_anatomy(&b, r, why);
	if (err)
		run__free(r);
	raw_births__free(&b.found);
	raw__free(&b.raw);
	symbols__free(b.symbols);
	return err;
}
