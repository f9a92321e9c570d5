/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The line `birth` of a result file, without jansson, which allocates each of its fifty values:
 * a profile may have to write 100,000 births a second.
 */
#pragma once

#include "user/model/birth.h"
#include "user/text/strbuf.h"

/* Appends the line, with its newline. line->failed: out of memory. */
void store_write_birth(struct strbuf *line, const struct birth *b);
