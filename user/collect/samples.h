/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Samples of the driver, joined with the lives that probes saw, become values of a cell. Pure. */
#pragma once

#include "user/model/phase.h"
#include "user/model/run.h"
#include "user/model/sample.h"
#include "user/probe/sources.h"

/*
 * Appends a sample and the phases and counts of its life to the cell. `life` is NULL if the sample
 * was not traced or its records were lost, `choice` if no probe was attached. 0 or -ENOMEM.
 */
int samples_add(struct cell *cell, const struct sample *s, struct life *life,
		const struct source_choice *choice);
