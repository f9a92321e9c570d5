// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A QEMU plugin that records what the guest has done when it reaches given addresses.
 * Nothing runs in the guest for it: the span between two addresses is what the kernel
 * takes without any probe. `outside` runs it.
 *
 *   points=FILE  lines "ADDRESS NAME [return]". ADDRESS is hexadecimal and the first
 *                instruction of a block, such as a function's entry; with `return`,
 *                the function's return to its caller is recorded, too
 *   routines=FILE
 *                lines "ADDRESS END clear|copy|switch": the kernel's routines that clear
 *                and copy memory, and the one that changes from a task's stack to
 *                another's, from ADDRESS to before END
 *   out=FILE     lines "INSTRUCTIONS STREAM CLEARED COPIED TASK INSTRUCTIONS STREAM
 *                CLEARED COPIED NAME [return]": four since the machine started, and the
 *                same four of this TASK alone. A task is named by its kernel stack,
 *                which a later task can have again
 *
 * INSTRUCTIONS  as the guest's clock counts them: each step of a repeated string
 *               instruction is one, and so is the end of its repetition
 * STREAM        a string instruction is one, however often it repeats; one more after
 *               an interrupt or a fault inside it
 * CLEARED, COPIED  bytes written by the kernel's string instructions (stos, movs) and by
 *               stores in the routines. What they write twice, where the parts of an
 *               odd size overlap, counts twice
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

/* QEMU loads only versions that it supports; this plugin works with all of them. */
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

/* From QEMU's qemu-plugin.h, which Debian does not package. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*translation_fn)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*execution_fn)(unsigned int vcpu, void *data);
typedef void (*memory_fn)(unsigned int vcpu, uint32_t info, uint64_t address, void *data);
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
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, memory_fn fn, int flags,
				      int access, void *data);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
#if PLUGIN_VERSION < 3
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
#else
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
#endif

#define EXPORT __attribute__((visibility("default")))

#define POINTS_MAX   64
#define ROUTINES_MAX 64
#define PENDING_MAX  256
#define TASKS_MAX    4096
#define STORES	     2 /* a kind of access */
#define LOADS_STORES 3
#define KERNEL	     0xffff800000000000
#define STACK_SHIFT  14 /* THREAD_SIZE of x86-64 */

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
	uint64_t repeated;	   /* where it ends with a repeated string instruction; else 0 */
	const struct point *point; /* at its start, or NULL */
};

enum { CLEARED, COPIED, BYTES_COUNT, SWITCH = BYTES_COUNT };

struct routine {
	uint64_t start, end;
	int kind;
};

/* What was executed. */
struct counts {
	uint64_t instructions;
	uint64_t stream; /* the same without the steps of string instructions */
	uint64_t bytes[BYTES_COUNT];
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
	struct point points[POINTS_MAX];
	size_t point_count;
	struct routine routines[ROUTINES_MAX];
	size_t routine_count;
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

	to->instructions += plugin.counts.instructions - plugin.at_switch.instructions;
	to->stream += plugin.counts.stream - plugin.at_switch.stream;
	for (int i = 0; i < BYTES_COUNT; i++)
		to->bytes[i] += plugin.counts.bytes[i] - plugin.at_switch.bytes[i];
	plugin.at_switch = plugin.counts;
}

static void print_counts(const struct counts *c)
{
	fprintf(plugin.out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ", c->instructions,
		c->stream, c->bytes[CLEARED], c->bytes[COPIED]);
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

static void on_store(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	uint64_t *bytes = data;

	(void)vcpu;
	(void)address;
	/* In QEMU 7.2 movs reports its loads, too. */
	if (qemu_plugin_mem_is_store(info))
		*bytes += UINT64_C(1) << qemu_plugin_mem_size_shift(info);
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

static void read_code(const struct qemu_plugin_insn *insn, uint8_t *code, size_t size)
{
	size_t length = qemu_plugin_insn_size(insn);

	memset(code, 0, size);
	length = length < size ? length : size;
#if PLUGIN_VERSION < 3
	memcpy(code, qemu_plugin_insn_data(insn), length);
#else
	qemu_plugin_insn_data(insn, code, length);
#endif
}

/* Its opcode behind legacy prefixes and REX. *repeats: it has a repeat prefix. */
static uint8_t opcode_of(const struct qemu_plugin_insn *insn, bool *repeats)
{
	uint8_t code[8];
	size_t i = 0;

	read_code(insn, code, sizeof(code));
	*repeats = false;
	while (i + 2 < sizeof(code) &&
	       strchr("\xf2\xf3\x66\x67\x2e\x3e\x26\x36\x64\x65", code[i]) && code[i]) {
		*repeats |= code[i] == 0xf2 || code[i] == 0xf3;
		i++;
	}
	if ((code[i] & 0xf0) == 0x40)
		i++;
	return code[i];
}

static bool is_push(uint8_t opcode)
{
	return opcode >= 0x50 && opcode <= 0x57;
}

static bool is_pop(uint8_t opcode)
{
	return opcode >= 0x58 && opcode <= 0x5f;
}

/* What this instruction of the kernel accesses memory for: one of the kinds, or -1. */
static int kind_of(uint64_t address, uint8_t opcode)
{
	int kind = -1;

	if (opcode == 0xaa || opcode == 0xab)
		return CLEARED;
	if (opcode == 0xa4 || opcode == 0xa5)
		return COPIED;
	for (size_t i = 0; i < plugin.routine_count; i++)
		if (address >= plugin.routines[i].start && address < plugin.routines[i].end)
			kind = plugin.routines[i].kind;
	if (kind == SWITCH)
		return is_push(opcode) || is_pop(opcode) ? kind : -1;
	/* push and call write to the stack. */
	return is_push(opcode) || opcode == 0xe8 ? -1 : kind;
}

static bool is_string(uint8_t opcode)
{
	return (opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf);
}

/* Counts what it stores. Returns its address if it is a repeated string instruction, else 0. */
static uint64_t look_at(struct qemu_plugin_insn *insn)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	bool repeats;
	uint8_t opcode = opcode_of(insn, &repeats);
	int kind = address >= KERNEL ? kind_of(address, opcode) : -1;

	if (kind == SWITCH)
		qemu_plugin_register_vcpu_mem_cb(insn, on_switch, 0, LOADS_STORES, NULL);
	else if (kind >= 0)
		qemu_plugin_register_vcpu_mem_cb(insn, on_store, 0, STORES,
						 &plugin.counts.bytes[kind]);
	return repeats && is_string(opcode) ? address : 0;
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
	for (size_t i = 0; i < n; i++)
		b->repeated = look_at(qemu_plugin_tb_get_insn(tb, i));
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

static int read_routines(FILE *in)
{
	char line[256], kind[16];

	while (fgets(line, sizeof(line), in)) {
		struct routine *r = &plugin.routines[plugin.routine_count];

		if (plugin.routine_count == ROUTINES_MAX ||
		    sscanf(line, "%" SCNx64 " %" SCNx64 " %15s", &r->start, &r->end, kind) != 3)
			return -1;
		r->kind = !strcmp(kind, "copy")	    ? COPIED
			  : !strcmp(kind, "switch") ? SWITCH
						    : CLEARED;
		plugin.routine_count++;
	}
	return 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	FILE *in = NULL, *routines = NULL;
	int err;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "points=", 7))
			in = fopen(argv[i] + 7, "re");
		else if (!strncmp(argv[i], "routines=", 9))
			routines = fopen(argv[i] + 9, "re");
		else if (!strncmp(argv[i], "out=", 4))
			plugin.out = fopen(argv[i] + 4, "we");
	}
	if (!in || !routines || !plugin.out) {
		fprintf(stderr, "points: points=FILE, routines=FILE and out=FILE are required\n");
		return -1;
	}
	err = read_points(in) || read_routines(routines) ? -1 : 0;
	fclose(in);
	fclose(routines);
	if (err) {
		fprintf(stderr, "points: bad list of points or routines\n");
		return err;
	}
	plugin.task = find_task(1); /* no stack: until the first switch */
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
