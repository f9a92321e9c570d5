/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What plugins count beside instructions. A meter only grows; who executed what it counts is found
 * by its value before and after a block.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/lab/plugin/code.h"
#include "bench/lab/plugin/model.h"
#include "bench/lab/plugin/places.h"

struct qemu_plugin_insn;
struct qemu_plugin_tb;

/*
 * Bytes written by the kernel's string instructions (stos, movs) and by stores in its routines that
 * clear and copy. What they write twice, where the parts of an odd size overlap, counts twice.
 */
enum meter {
	METER_CLEARED,
	METER_COPIED,
	METER_MODEL, /* from here on, what the model of caches counts */
	METER_COUNT = METER_MODEL + MODEL_EVENT_COUNT
};

extern const char *const meter_names[METER_COUNT]; /* as call_metric_name() has them */
extern uint64_t meters[METER_COUNT];

/* How many there are: all, or those before the model's. */
int meters_count(void);

/* Models caches from now on. 0 or -1: no memory. */
int meters_model(void);
/* The model sees what happens, or does not. */
void meters_see(bool see);

/* While this instruction is translated: sees to it that what it does is counted. */
void meters_watch(struct qemu_plugin_insn *insn, uint64_t address, const struct code *c,
		  enum place_role role);

/* The lines that a block's code lies in, for the model. */
struct code_lines;

/* NULL: there is no model. They live as long as the guest. */
struct code_lines *meters_lines(struct qemu_plugin_tb *tb);
/* `space` keeps address spaces apart. */
void meters_fetch(const struct code_lines *lines, uint32_t space);
void meters_branch(enum model_branch kind, uint64_t from, uint64_t to, uint64_t next);
