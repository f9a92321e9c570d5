/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was found, of each property by each method. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/inherit/property.h"

struct finding {
	bool wanted;
	enum mark mark;
	struct expectation expected;
	char before[VALUE_MAX], child[VALUE_MAX], after[VALUE_MAX], absent[VALUE_MAX];
};

struct leak {
	int fd;
	char path[256]; /* as /proc has it: not escaped */
};

#define LEAKS_MAX 32

struct matrix {
	struct finding *findings;     /* property by property */
	bool *refused;		      /* by method: it makes no child here */
	size_t properties;	      /* of all groups */
	struct leak leaks[LEAKS_MAX]; /* the descriptors that programs started by us would have */
	size_t leak_count, leaks_more;
};

static inline struct finding *matrix_at(const struct matrix *x, size_t property, size_t method)
{
	return &x->findings[property * inherit_method_count + method];
}

/* Whether a finding is not what the pages say. */
static inline bool finding_deviates(const struct finding *f)
{
	return f->mark != MARK_ABSENT && f->expected.mark != MARK_UNSAID &&
	       f->mark != f->expected.mark;
}
