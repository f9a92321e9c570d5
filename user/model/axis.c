// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/axis.h"

#include <stddef.h>
#include <string.h>

#include "bench/shared/axis_names.h"

/* By kind, how much of the axis a unit is, and whether its values are bytes. */
#define NUMBER_STEP 1, false
#define BYTES_STEP  1048576.0, true
#define KIBS_STEP   1024.0, true
#define WORD_STEP   0, false

#define WORDS(key, kind, title, one, unit)	   {key, title, one, unit, kind##_STEP},
#define X(axis, option, kind, title, one, unit)	   WORDS(#axis, kind, title, one, unit)
#define SIZE(axis, option, kind, title, one, unit) WORDS(SIZE_KEY, kind, title, one, unit)

static const struct axis_words words[] = {AXIS_OF_SIZE(SIZE) AXES_BESIDE_SIZE(X)};

const struct axis_words *axis_words(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].name, name) && words[i].one)
			return &words[i];
	}
	return NULL;
}
