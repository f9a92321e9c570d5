/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The summary of a profile as text. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/model/cell.h"

struct profile_summary {
	const char *what;      /* was profiled: "'make -j2'", "the whole machine"; any bytes */
	const char *clock;     /* the unit of times, as in struct run */
	struct groups *groups; /* sorted */
	const struct phase_origin *phases; /* of the run */
	const char *no_failures;	   /* why failed calls were not seen, or NULL */
	bool stored;	    /* births of a file: those whose record was lost are in no count */
	int64_t ns;	    /* for how long */
	int64_t lost;	    /* records of all kinds that found no room */
	int64_t untracked;  /* children whose life could not be followed */
	int64_t missed;	    /* runs of programs that the kernel skipped */
	int64_t unfinished; /* births whose call had not returned at the end */
	int64_t unseen;	    /* births without a record for another reason */
	int64_t filtered;   /* births, failures and restarts that the filter left out */
	int64_t kernel;	    /* the kernel's own count of births meanwhile, or MISSING */
	int64_t newtasks;   /* ours of the same */
	int64_t run_ns;	    /* that our programs ran, or MISSING */
	size_t top;	    /* groups to show; the others are summed up */
	const struct calibration *calibration; /* or NULL */
	const char *uncalibrated; /* why there is none, if that must be printed; or NULL */
};

/* In 80 columns. 0 or -errno. */
int table_profile_print(const struct profile_summary *s, FILE *out, bool colour);
