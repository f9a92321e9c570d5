/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * QEMU's plugin interface, as far as it is used here, from its qemu-plugin.h, which Debian does not
 * package. QEMU loads only versions that it supports, so each plugin is built for all of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

#define PLUGIN_EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
#if PLUGIN_VERSION < 7
typedef void (*qemu_translation_fn)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_exit_fn)(qemu_plugin_id_t id, void *data);
#else
typedef void (*qemu_translation_fn)(struct qemu_plugin_tb *tb, void *data);
typedef void (*qemu_exit_fn)(void *data);
#endif
typedef void (*qemu_execution_fn)(unsigned int vcpu, void *data);
typedef void (*qemu_memory_fn)(unsigned int vcpu, uint32_t info, uint64_t address, void *data);

/* QEMU 7.2 takes all accesses for stores here; qemu_plugin_mem_is_store() is right. */
enum qemu_access { QEMU_LOADS = 1, QEMU_STORES, QEMU_LOADS_STORES };

#if PLUGIN_VERSION < 7
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_translation_fn fn);
#else
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_translation_fn fn, void *data);
#endif
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_execution_fn fn,
					  int flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_exit_fn fn, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, qemu_memory_fn fn, int flags,
				      int access, void *data);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
struct qemu_plugin_hwaddr;
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *where);
/* Where the code lies in this process: NULL in a device. */
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);

#if PLUGIN_VERSION < 3
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
#else
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
#endif

/* Up to QEMU 8.2 there is the first, since 9.0 there are the others; the one that is missing is
 * NULL. */
#define QEMU_EITHER __attribute__((weak))
struct qemu_plugin_scoreboard;
struct qemu_plugin_u64 {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};
QEMU_EITHER void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
							    int operation, void *counter,
							    uint64_t add);
QEMU_EITHER struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
QEMU_EITHER void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score,
					      unsigned int vcpu);
QEMU_EITHER void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
								     int operation,
								     struct qemu_plugin_u64 counter,
								     uint64_t add);

PLUGIN_EXPORT extern int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

/* Calls fn for each block that is translated, and at_exit, unless NULL, when QEMU ends. */
static void (*qemu_translated)(struct qemu_plugin_tb *tb);
static void (*qemu_ended)(void);

#if PLUGIN_VERSION < 7
static void qemu_on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	qemu_translated(tb);
}

static void qemu_on_exit(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	qemu_ended();
}
#else
static void qemu_on_translation(struct qemu_plugin_tb *tb, void *data)
{
	(void)data;
	qemu_translated(tb);
}

static void qemu_on_exit(void *data)
{
	(void)data;
	qemu_ended();
}
#endif

static inline void qemu_watch(qemu_plugin_id_t id, void (*fn)(struct qemu_plugin_tb *tb),
			      void (*at_exit)(void))
{
	qemu_translated = fn;
	qemu_ended = at_exit;
#if PLUGIN_VERSION < 7
	qemu_plugin_register_vcpu_tb_trans_cb(id, qemu_on_translation);
#else
	qemu_plugin_register_vcpu_tb_trans_cb(id, qemu_on_translation, NULL);
#endif
	if (at_exit)
		qemu_plugin_register_atexit_cb(id, qemu_on_exit, NULL);
}

/* Copies the code of an instruction, and zeroes behind it. */
static inline void qemu_code(const struct qemu_plugin_insn *insn, uint8_t *code, size_t size)
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

/*
 * A counter of executed instructions, by code that QEMU puts before each. An instruction that
 * faults was begun, and counts.
 */
struct qemu_counter {
	uint64_t value;
	struct qemu_plugin_scoreboard *score; /* has the value instead, unless NULL */
};

static inline void qemu_counter__open(struct qemu_counter *c)
{
	if (qemu_plugin_scoreboard_new)
		c->score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

static inline void qemu_counter__count(struct qemu_counter *c, struct qemu_plugin_insn *insn)
{
	struct qemu_plugin_u64 u64 = {c->score, 0};

	if (c->score)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, 0, u64, 1);
	else
		qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, &c->value, 1);
}

/* The lab has one CPU. */
static inline uint64_t qemu_counter__value(const struct qemu_counter *c)
{
	return c->score ? *(const uint64_t *)qemu_plugin_scoreboard_find(c->score, 0) : c->value;
}
