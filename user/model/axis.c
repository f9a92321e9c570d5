// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/axis.h"

#include <stddef.h>
#include <string.h>

#define MIB 1048576.0

/* A new one is a line. */
static const struct axis_words words[] = {
	{"rss_bytes", "memory that the parent has written", "the parent's memory", "MiB", MIB,
	 true},
	{"vmas", "additional VMAs of the parent", "a VMA", "VMA", 1, false},
	{"fds", "additional open descriptors", "an open descriptor", "descriptor", 1, false},
	{"threads", "additional idle threads", "an idle thread", "thread", 1, false},
	{"child_write", "memory that the child writes", "what the child writes", "MiB", MIB, true},
	{"parent_write", "memory that the parent writes while the child lives",
	 "what the parent writes while the child lives", "MiB", MIB, true},
};

const struct axis_words *axis_words(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].name, name))
			return &words[i];
	}
	return NULL;
}
