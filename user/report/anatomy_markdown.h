/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Anatomies in Markdown: a sentence, and a table of at most so many functions. */
#pragma once

#include "user/report/anatomy.h"

void anatomy_markdown_functions(FILE *out, const struct report_run *r, const struct call_tree *t,
				size_t rows);
void anatomy_markdown_changes(FILE *out, const struct anatomy_pair *pair, size_t rows);
