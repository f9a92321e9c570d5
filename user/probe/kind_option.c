// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/kind_option.h"

#include "user/base/option.h"

int source_kind_option(const char *value, enum source_kind *best)
{
	const struct option_choice kinds[] = {
		{source_kind_name(SOURCE_FENTRY), SOURCE_FENTRY},
		{source_kind_name(SOURCE_KPROBE), SOURCE_KPROBE},
		{source_kind_name(SOURCE_TRACEPOINT), SOURCE_TRACEPOINT},
	};
	int kind, err;

	err = option_choice("trace", value, kinds, sizeof(kinds) / sizeof(kinds[0]), &kind);
	if (!err)
		*best = (enum source_kind)kind;
	return err;
}
