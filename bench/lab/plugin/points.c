// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A QEMU plugin that records what the guest has done when it reaches given addresses.
 * Nothing runs in the guest for it: the span between two addresses is what the kernel
 * takes without any probe. `outside` runs it.
 *
 *   points=FILE, routines=FILE   what it knows of the kernel (places.h)
 *   out=FILE     lines "INSTRUCTIONS STREAM CLEARED COPIED TASK INSTRUCTIONS STREAM
 *                CLEARED COPIED NAME [return]": four since the machine started, and the
 *                same four of this TASK alone. A task is named by its kernel stack,
 *                which a later task can have again
 *
 * INSTRUCTIONS  as the guest's clock counts them: each step of a repeated string
 *               instruction is one, and so is the end of its repetition
 * STREAM        a string instruction is one, however often it repeats; one more after
 *               an interrupt or a fault inside it
 * CLEARED, COPIED  bytes, as meters.h says
 *
 * What a task executes ends where its registers are stored for another, and contains the
 * interrupts until then. A return is recorded only if the function was called, not jumped to.
 * Instructions are counted by blocks: a block that a fault interrupts counts as a whole.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lab/plugin/code.h"
#include "bench/lab/plugin/meters.h"
#include "bench/lab/plugin/places.h"
#include "bench/lab/plugin/qemu.h"

#define PENDING_MAX 256
#define TASKS_MAX   4096

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;

/* A translated block of guest code. */
struct block {
	uint64_t start, end;
	uint64_t count;		   /* of instructions */
	uint64_t repeated;	   /* where it ends with a repeated string instruction; else 0 */
	const struct point *point; /* at its start, or NULL */
};

/* What was executed. */
struct counts {
	uint64_t instructions;
	uint64_t stream; /* the same without the steps of string instructions */
	uint64_t bytes[METER_COUNT];
};

struct task {
	uint64_t stack; /* its number; 0: a free place */
	struct counts counts;
};

/* A return that is expected. */
struct pending {
	uint64_t address;
	const struct point *point;
};

static struct {
	struct pending pending[PENDING_MAX];
	size_t pending_count;
	const struct block *last;
	struct counts counts;
	struct counts at_switch; /* to the present task */
	struct task tasks[TASKS_MAX];
	struct task *task; /* on the CPU */
	FILE *out;
} plugin;

/* The task with this stack. It stops the guest if there are too many. */
static struct task *find_task(uint64_t stack)
{
	for (size_t i = 0; i < TASKS_MAX; i++) {
		struct task *t = &plugin.tasks[(stack + i) % TASKS_MAX];

		if (!t->stack)
			t->stack = stack;
		if (t->stack == stack)
			return t;
	}
	fprintf(stderr, "points: more than %d kernel stacks\n", TASKS_MAX);
	exit(1);
}

/* Adds what was executed since the last switch to the present task. */
static void settle(void)
{
	struct counts *to = &plugin.task->counts;

	memcpy(plugin.counts.bytes, meters, sizeof(meters));
	to->instructions += plugin.counts.instructions - plugin.at_switch.instructions;
	to->stream += plugin.counts.stream - plugin.at_switch.stream;
	for (int i = 0; i < METER_COUNT; i++)
		to->bytes[i] += plugin.counts.bytes[i] - plugin.at_switch.bytes[i];
	plugin.at_switch = plugin.counts;
}

static void print_counts(const struct counts *c)
{
	fprintf(plugin.out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ", c->instructions,
		c->stream, c->bytes[METER_CLEARED], c->bytes[METER_COPIED]);
}

static void record(const struct point *point, const char *what)
{
	settle();
	print_counts(&plugin.counts);
	fprintf(plugin.out, "%" PRIx64 " ", plugin.task->stack);
	print_counts(&plugin.task->counts);
	fprintf(plugin.out, "%s%s\n", point->name, what);
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
	plugin.counts.instructions += b->count;
	/* Each step ends its block, and the next one is a block of its own. */
	if (!plugin.last || !b->repeated || plugin.last->repeated != b->start)
		plugin.counts.stream += b->count;
	plugin.last = b;
}

/* The routine that switches tasks reads or writes the stack of the last, then of the next. */
static void on_switch(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	uint64_t stack = address >> STACK_SHIFT;

	(void)vcpu;
	(void)info;
	(void)data;
	if (plugin.task->stack == stack)
		return;
	settle();
	plugin.task = find_task(stack);
}

/* Counts what it stores. Returns its address if it is a repeated string instruction, else 0. */
static uint64_t look_at(struct qemu_plugin_insn *insn)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	enum place_role role = address >= CODE_KERNEL ? places_role(address) : PLACE_NONE;
	uint8_t bytes[CODE_BYTES];
	struct code c;

	qemu_code(insn, bytes, sizeof(bytes));
	c = code_decode(bytes);
	if (role == PLACE_SWITCH && code_is_push_or_pop(&c))
		qemu_plugin_register_vcpu_mem_cb(insn, on_switch, 0, QEMU_LOADS_STORES, NULL);
	else
		meters_watch(insn, address, &c, role);
	return c.repeats && code_is_string(&c) ? address : 0;
}

static void on_translation(struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, n - 1);
	struct block *b = calloc(1, sizeof(*b)); /* lives as long as the guest */

	if (!b)
		abort();
	b->start = qemu_plugin_tb_vaddr(tb);
	b->end = qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end);
	b->count = n;
	for (size_t i = 0; i < n; i++)
		b->repeated = look_at(qemu_plugin_tb_get_insn(tb, i));
	b->point = places_point(b->start);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, b);
}

static void on_exit_of_qemu(void)
{
	if (ferror(plugin.out) | fclose(plugin.out))
		fprintf(stderr, "points: the file is not whole\n");
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	const char *points = NULL, *routines = NULL;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "points=", 7))
			points = argv[i] + 7;
		else if (!strncmp(argv[i], "routines=", 9))
			routines = argv[i] + 9;
		else if (!strncmp(argv[i], "out=", 4))
			plugin.out = fopen(argv[i] + 4, "we");
	}
	if (places_read_points(points) || places_read_routines(routines))
		return -1;
	if (!plugin.out) {
		fprintf(stderr, "points: out=FILE is required\n");
		return -1;
	}
	plugin.task = find_task(1); /* no stack: until the first switch */
	qemu_watch(id, on_translation, on_exit_of_qemu);
	return 0;
}
