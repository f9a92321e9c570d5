/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The records of one process life become one struct life. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "user/model/phase.h"

void life__init(struct life *life, uint32_t tid);

/* Whether life__add() takes a record: its kind is known and its size is right. */
bool life__takes(const struct record_head *record, size_t size);

/* Whether the record is from this life, not from another one with the same tid. */
bool life__owns(const struct life *life, const struct record_head *record);

/* Adds what a record has. 0 or -EINVAL: life__takes() refuses it. */
int life__add(struct life *life, const struct record_head *record, size_t size);

/* After the last record: drops edges of other lives. */
void life__settle(struct life *life);
