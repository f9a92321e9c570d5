/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The formats of report. A new one is a file that defines report_NAME, and its name in the list. */
#pragma once

#include <stdio.h>

#include "user/base/option.h"
#include "user/report/report.h"
#include "user/store/inputs.h"

/* The first is the default. */
#define REPORT_FORMATS(X)                                                                          \
	X(html)                                                                                    \
	X(markdown)

struct report_format {
	struct option_value value; /* of --format */
	unsigned int also;	   /* which runs without samples it can show: enum input_also */
	int (*write)(const struct report *p, FILE *out); /* 0 or -ENOMEM */
};

#define X(name) extern const struct report_format report_##name;
REPORT_FORMATS(X)
#undef X
