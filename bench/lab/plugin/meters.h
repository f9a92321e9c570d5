/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What plugins count beside instructions. A meter only grows; who executed what it counts is found
 * by its value before and after a block. A model of caches is a source of more meters: it adds
 * their names, and in meters_watch() it registers the callbacks that make them grow.
 */
#pragma once

#include <stdint.h>

#include "bench/lab/plugin/code.h"
#include "bench/lab/plugin/places.h"

struct qemu_plugin_insn;

/*
 * Bytes written by the kernel's string instructions (stos, movs) and by stores in its routines that
 * clear and copy. What they write twice, where the parts of an odd size overlap, counts twice.
 */
enum meter { METER_CLEARED, METER_COPIED, METER_COUNT };

extern const char *const meter_names[METER_COUNT]; /* as call_metric_name() has them */
extern uint64_t meters[METER_COUNT];

/* While this instruction is translated: sees to it that what it does is counted. */
void meters_watch(struct qemu_plugin_insn *insn, uint64_t address, const struct code *c,
		  enum place_role role);
