/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a profile begins with, in sentences: the same on a terminal, in a page and in Markdown. */
#pragma once

#include <stdbool.h>

#include "user/analysis/groups.h"
#include "user/analysis/spans.h"
#include "user/model/run.h"
#include "user/text/strbuf.h"

/* Groups that are shown unless more are asked for. */
#define PROFILE_TOP 20

struct profile_summary {
	const struct run *run; /* the rest says what was taken out of it; its births are not read */
	const char *clock;     /* the unit of times, as in struct run */
	struct groups *groups; /* sorted */
	const struct spans *calls;	   /* of these births */
	const struct phase_origin *phases; /* of the run */
	const char *no_failures;	   /* why failed calls were not seen, or NULL */
	bool syscalls;			   /* those of children were counted */
	bool stored;	    /* births of a file: those whose record was lost are in no count */
	bool whole;	    /* `ns` is the time of a command from its start to its end */
	int64_t ns;	    /* for how long */
	int64_t lost;	    /* records of all kinds that found no room */
	int64_t untracked;  /* children whose life could not be followed */
	int64_t missed;	    /* runs of programs that the kernel skipped */
	int64_t unfinished; /* births whose call had not returned at the end */
	int64_t unseen;	    /* births without a record for another reason */
	int64_t filtered;   /* births, failures and restarts that the filter left out */
	int64_t kernel;	    /* the kernel's own count of births meanwhile, or MISSING */
	int64_t newtasks;   /* ours of the same */
	const char *price;  /* what all tasks paid meanwhile, to be printed; or NULL */
	int64_t run_ns;	    /* that our programs ran, or MISSING */
	size_t top;	    /* groups to show; the others are summed up */
	unsigned int views; /* a bit for each view that is printed, too: see table.h */
	const struct calibration *calibration; /* or NULL */
	const char *uncalibrated; /* why there is none, if that must be printed; or NULL */
	const char *file;	  /* the result file, to be named; or NULL */
};

/* Of a run that has its end line. The kernel's counts are not set, nor views and file. */
struct profile_summary profile_summary__of(const struct run *r, struct groups *g,
					   const struct spans *calls);

/* The same of births that were read from a file and are all in `g`, which it counts and sorts. */
struct profile_summary profile_summary__stored(const struct run *r, struct groups *g,
					       const struct spans *calls);

/* Adds how many births, and their share of the run's time. Not escaped, as the others. */
void profile_add_headline(struct strbuf *line, const struct profile_summary *sum);
/* Adds the work of these births, and its share of CPU time; nothing where no phase is known. */
void profile_add_work(struct strbuf *line, const struct profile_summary *sum);
/* Adds "Command: make -j2", or of another profile "Options: -a"; nothing if it is not known. */
void profile_add_subject(struct strbuf *line, const struct run *r);
