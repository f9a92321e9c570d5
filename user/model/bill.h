/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bill of a birth: the work that it caused, on whatever CPU.
 *
 *  - the phases of work of the call: without waits, and without what no phase explains, where the
 *    parent runs its own code or is off the CPU;
 *  - the child before it execs: pre_exec, whose time on a CPU is all there because of the birth, in
 *    the kernel and outside. The child's COW faults are inside it;
 *  - the teardown of what was copied: exec_flush of a child that execs, exit_mm of one that does
 *    not;
 *  - COW faults of the parent, and of a child that does not exec.
 *
 * The rest of an exec (open the file, map the image) is the new program's, not the birth's.
 */
#pragma once

#include "user/model/cell.h"
#include "user/model/phase.h"

/* Whether the bill of some births has the phase in it. */
bool bill_has(enum phase p);

/*
 * The bill of one birth, in the unit of its edges; MISSING if the call failed, or a part of it was
 * not measured. Time off the CPU is not in it, where that is known.
 */
int64_t bill_of_life(const struct life *life);

/*
 * The same of each sample of a cell, from its other series: fills `c->bill`, which stays empty if
 * no sample has all parts. pre_exec has time off the CPU in it there. 0 or -ENOMEM.
 */
int cell__add_up_bill(struct cell *c);

/* Why the cell has no bill: the phase that it lacks. PHASE_none: the call failed each time. */
enum phase bill_lacks(const struct cell *c);
