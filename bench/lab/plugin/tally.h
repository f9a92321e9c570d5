/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The raw file of an anatomy: what each task executed between two edges, by path and block. Text,
 * one record a line, fields separated by a space, addresses in hexadecimal, other numbers decimal:
 *
 *   anatomy 1 RULE             the first line; RULE: how instructions are counted
 *   metrics NAME...            what `own` has behind the instructions
 *   block ID ADDRESS COUNT     a block of code and how many instructions it has
 *   node ID PARENT SITE TARGET KIND
 *                              a path of calls: the node that called (0: none), the address of the
 *                              instruction that called or was interrupted (0: unknown), the first
 *                              address; KIND: task, call, syscall, exception, interrupt, signal
 *   task ID CREATOR            CREATOR is 0 if it was there before
 *   segment TASK FROM TO WHY   what the task executed between two edges. FROM and TO are the
 *                              machine's instruction counter. WHY ended it: clock (the task read
 *                              it, in user mode), a point's name, exec (it returned to a new
 *                              program), switch (to another task), mark
 *   own NODE BLOCK EXECUTIONS INSTRUCTIONS [METRIC...]
 *                              of the segment above. Metrics stand only where one is not 0
 *   calls NODE COUNT           how often the node was entered in the segment above
 *   end                        the last line: without it the file is incomplete
 *
 * The file has the last births only, with what happened between them.
 */
#pragma once

#include <stdint.h>

#include "bench/lab/plugin/paths.h"

/* The number of a block with this start and count of instructions, from 1. */
uint32_t tally_block(uint64_t start, uint32_t count);

void tally_begin(uint64_t now);
/* Adds one execution of a block, which took so many instructions, and what the meters counted. */
void tally_own(uint32_t path, uint32_t block, uint64_t instructions);
void tally_entered(uint32_t path);
void tally_task(uint32_t id, uint32_t creator);

/* Ends the segment. */
void tally_cut(uint32_t task, uint64_t now, const char *why);
/* Where the text after the last segment begins that the clock ended. */
uint64_t tally_after_clock(void);
/* A birth is over whose text begins there. Keeps the last `births`. */
void tally_birth(unsigned int births, uint64_t begin);
/* Writes all to a file. 0 or -1. */
int tally_write(const char *file);
