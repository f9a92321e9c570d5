// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/lab/plugin/meters.h"

#include <stdlib.h>

#include "bench/lab/plugin/qemu.h"

const char *const meter_names[METER_COUNT] = {
	[METER_CLEARED] = "cleared_bytes",
	[METER_COPIED] = "copied_bytes",
	[METER_MODEL + MODEL_L1I] = "l1i_misses",
	[METER_MODEL + MODEL_L1D] = "l1d_misses",
	[METER_MODEL + MODEL_L2] = "l2_misses",
	[METER_MODEL + MODEL_LLC] = "llc_misses",
	[METER_MODEL + MODEL_ITLB] = "itlb_misses",
	[METER_MODEL + MODEL_DTLB] = "dtlb_misses",
	[METER_MODEL + MODEL_BRANCH] = "branch_misses",
};
uint64_t meters[METER_COUNT];

static struct {
	struct model *model; /* NULL: none */
	bool sees;
	uint32_t space; /* of the last fetch */
} cpu;

struct code_lines {
	size_t count;
	struct {
		uint64_t virtual, physical;
	} at[];
};

int meters_count(void)
{
	return cpu.model ? METER_COUNT : METER_MODEL;
}

int meters_model(void)
{
	cpu.model = model__new(&meters[METER_MODEL]);
	return cpu.model ? 0 : -1;
}

void meters_see(bool see)
{
	cpu.sees = see;
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

/* The meter that this instruction of the kernel counts for, or -1. */
static int meter_of(const struct code *c, enum place_role role)
{
	bool pushes =
		!c->extended && ((c->opcode >= 0x50 && c->opcode <= 0x57) || c->opcode == 0xe8);

	if (!c->extended && (c->opcode == 0xaa || c->opcode == 0xab))
		return METER_CLEARED;
	if (!c->extended && (c->opcode == 0xa4 || c->opcode == 0xa5))
		return METER_COPIED;
	if (pushes) /* to the stack */
		return -1;
	return role == PLACE_CLEAR ? METER_CLEARED : role == PLACE_COPY ? METER_COPIED : -1;
}

static void on_access(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	const struct qemu_plugin_hwaddr *where;

	(void)vcpu;
	(void)data;
	if (!cpu.sees)
		return;
	where = qemu_plugin_get_hwaddr(info, address);
	if (where)
		model__access(cpu.model, address, qemu_plugin_hwaddr_phys_addr(where), cpu.space);
}

void meters_watch(struct qemu_plugin_insn *insn, uint64_t address, const struct code *c,
		  enum place_role role)
{
	int meter = address >= CODE_KERNEL ? meter_of(c, role) : -1;

	if (cpu.model)
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, 0, QEMU_LOADS_STORES, NULL);
	if (meter >= 0)
		qemu_plugin_register_vcpu_mem_cb(insn, on_store, 0, QEMU_STORES, &meters[meter]);
}

/* A line is known by where it lies in QEMU's memory, of which the guest's pages keep their low
 * bits. */
struct code_lines *meters_lines(struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct code_lines *l;

	if (!cpu.model)
		return NULL;
	l = calloc(1, sizeof(*l) + n * sizeof(l->at[0]));
	if (!l)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t virtual = qemu_plugin_insn_vaddr(insn);

		if (l->count && (l->at[l->count - 1].virtual ^ virtual) >> MODEL_LINE_SHIFT == 0)
			continue;
		l->at[l->count].virtual = virtual;
		l->at[l->count++].physical = (uint64_t)(uintptr_t)qemu_plugin_insn_haddr(insn);
	}
	return l;
}

void meters_fetch(const struct code_lines *lines, uint32_t space)
{
	if (!lines)
		return;
	cpu.space = space;
	for (size_t i = 0; i < lines->count; i++)
		model__fetch(cpu.model, lines->at[i].virtual, lines->at[i].physical, space);
}

void meters_branch(enum model_branch kind, uint64_t from, uint64_t to, uint64_t next)
{
	if (cpu.model)
		model__branch(cpu.model, kind, from, to, next);
}
