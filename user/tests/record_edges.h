/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The place of an edge in the record that carries it. */
#pragma once

#include "bpf/record.h"

#define IN_BIRTH(name) [EDGE_##name - BIRTH_EDGE_FIRST]
#define IN_EXEC(name)  [EDGE_##name - EXEC_EDGE_FIRST]
#define IN_DEATH(name) [EDGE_##name - DEATH_EDGE_FIRST]
