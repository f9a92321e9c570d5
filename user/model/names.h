/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names of phases, counts and samples in result files. */
#ifndef SPAWNSCOPE_NAMES_H
#define SPAWNSCOPE_NAMES_H

#include "bpf/phases.h"
#include "user/model/cell.h"

/* Each *_by_name: -1 if unknown. */
const char *phase_name(enum phase p);
int phase_by_name(const char *name);
const char *count_name(enum count c);
int count_by_name(const char *name);
const char *sample_name(enum sample_kind s);
int sample_by_name(const char *name);

#endif
