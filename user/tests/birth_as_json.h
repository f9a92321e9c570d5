/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The line of a birth, as it is written, parsed. */
#pragma once

#include <jansson.h>

#include "user/store/birth_writer.h"

/* A new reference. NULL: it is no JSON. */
static inline json_t *birth_as_json(const struct birth *b)
{
	struct strbuf line = {0};
	json_t *json;

	store_write_birth(&line, b);
	json = json_loads(strbuf__text(&line), JSON_REJECT_DUPLICATES, NULL);
	strbuf__free(&line);
	return json;
}
