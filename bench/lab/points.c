// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A QEMU plugin that records at which instruction the guest reaches given addresses.
 * Nothing runs in the guest for it: the span between two addresses is what the kernel
 * takes without any probe. cross-check compares probes with that.
 *
 *   points=FILE  lines "ADDRESS NAME [return]". ADDRESS is hexadecimal and the first
 *                instruction of a block, such as a function's entry; with `return`,
 *                the function's return to its caller is recorded, too
 *   out=FILE     lines "INSTRUCTIONS NAME [return]"
 *
 * A return is recorded only if the function was called, not jumped to. Instructions are
 * counted by blocks: a block that a fault interrupts counts as a whole.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From QEMU's qemu-plugin.h, which Debian does not package. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*translation_fn)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*execution_fn)(unsigned int vcpu, void *data);
typedef void (*exit_fn)(qemu_plugin_id_t id, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translation_fn fn);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, execution_fn fn, int flags,
					  void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_fn fn, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

/* QEMU loads only versions that it supports; this plugin works with all of them. */
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

#define EXPORT __attribute__((visibility("default")))

#define POINTS_MAX  64
#define PENDING_MAX 256

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_version = PLUGIN_VERSION;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

struct point {
	uint64_t address;
	char name[64];
	bool returns;
};

/* A translated block of guest code. */
struct block {
	uint64_t start, end;
	uint64_t count;		   /* of instructions */
	const struct point *point; /* at its start, or NULL */
};

/* A return that is expected. */
struct pending {
	uint64_t address;
	const struct point *point;
};

static struct {
	struct point points[POINTS_MAX];
	size_t point_count;
	struct pending pending[PENDING_MAX];
	size_t pending_count;
	const struct block *last;
	uint64_t count;
	FILE *out;
} plugin;

static void record(const struct point *point, const char *what)
{
	fprintf(plugin.out, "%" PRIu64 " %s%s\n", plugin.count, point->name, what);
}

static void on_block(unsigned int vcpu, void *data)
{
	const struct block *b = data;

	(void)vcpu;
	for (size_t i = plugin.pending_count; i-- > 0;) {
		if (plugin.pending[i].address != b->start)
			continue;
		record(plugin.pending[i].point, " return");
		plugin.pending[i] = plugin.pending[--plugin.pending_count];
		break;
	}
	if (b->point) {
		record(b->point, "");
		/* The call ended the last block and returns to the instruction after it. */
		if (b->point->returns && plugin.last && plugin.pending_count < PENDING_MAX)
			plugin.pending[plugin.pending_count++] =
				(struct pending){plugin.last->end, b->point};
	}
	plugin.count += b->count;
	plugin.last = b;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, n - 1);
	struct block *b = calloc(1, sizeof(*b)); /* lives as long as the guest */

	(void)id;
	if (!b)
		abort();
	b->start = qemu_plugin_tb_vaddr(tb);
	b->end = qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end);
	b->count = n;
	for (size_t i = 0; i < plugin.point_count; i++)
		if (plugin.points[i].address == b->start)
			b->point = &plugin.points[i];
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, b);
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	fclose(plugin.out);
}

static int read_points(FILE *in)
{
	char line[256], mark[16];

	while (fgets(line, sizeof(line), in)) {
		struct point *p = &plugin.points[plugin.point_count];

		mark[0] = '\0';
		if (plugin.point_count == POINTS_MAX ||
		    sscanf(line, "%" SCNx64 " %63s %15s", &p->address, p->name, mark) < 2)
			return -1;
		p->returns = !strcmp(mark, "return");
		plugin.point_count++;
	}
	return 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	FILE *in = NULL;
	int err;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "points=", 7))
			in = fopen(argv[i] + 7, "re");
		else if (!strncmp(argv[i], "out=", 4))
			plugin.out = fopen(argv[i] + 4, "we");
	}
	if (!in || !plugin.out) {
		fprintf(stderr, "points: points=FILE and out=FILE are required\n");
		return -1;
	}
	err = read_points(in);
	fclose(in);
	if (err) {
		fprintf(stderr, "points: bad list of points\n");
		return err;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
