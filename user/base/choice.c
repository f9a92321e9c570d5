// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/choice.h"

#include <stdio.h>
#include <string.h>

#include "user/base/option.h"

int choice_parse(const char *option, const char *value, const struct choice *choices, size_t count,
		 int *chosen)
{
	char want[256] = "must be ";
	size_t at;

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(choices[i].name, value)) {
			*chosen = choices[i].value;
			return 0;
		}
		at = strlen(want);
		snprintf(want + at, sizeof(want) - at, "%s%s", choices[i].name,
			 i + 2 < count	 ? ", "
			 : i + 1 < count ? " or "
					 : "");
	}
	return option_bad(option, value, want);
}
