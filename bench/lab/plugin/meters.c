// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/lab/plugin/meters.h"

#include "bench/lab/plugin/qemu.h"

const char *const meter_names[METER_COUNT] = {
	[METER_CLEARED] = "cleared_bytes",
	[METER_COPIED] = "copied_bytes",
};
uint64_t meters[METER_COUNT];

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

void meters_watch(struct qemu_plugin_insn *insn, uint64_t address, const struct code *c,
		  enum place_role role)
{
	int meter = address >= CODE_KERNEL ? meter_of(c, role) : -1;

	if (meter >= 0)
		qemu_plugin_register_vcpu_mem_cb(insn, on_store, 0, QEMU_STORES, &meters[meter]);
}
