/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/text/strbuf.h"

/* Adds a sentence; what the locale cannot show of our own signs is spelled in ASCII: "us". */
void spelling_add(struct strbuf *out, const char *text);
