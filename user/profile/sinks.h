/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What becomes of the births of a profile: sums, lines, files. */
#pragma once

#include "bench/shared/fault.h"
#include "user/analysis/groups.h"
#include "user/analysis/spans.h"
#include "user/base/slow_reader.h"
#include "user/collect/births.h"
#include "user/export/perfetto.h"
#include "user/profile/lines.h"
#include "user/profile/options.h"
#include "user/profile/tree.h"
#include "user/profile/unwind/stacks.h"
#include "user/profile/watch_sums.h"
#include "user/store/store.h"
#include "user/text/strbuf.h"

struct sinks {
	const struct profile_command *options;
	FILE *out;	/* summary and lines */
	struct run run; /* what a result file begins and ends with */
	struct groups groups;
	struct spans calls;    /* of the births that came */
	struct stacks *stacks; /* borrowed; set it after sinks__open. NULL: not by stack */
	struct lines lines;
	struct strbuf json;	  /* lines that are not written yet */
	struct watch_sums *watch; /* for --watch; owned. Set it after sinks__open; NULL: none */
	struct tree tree;
	struct store *store;
	struct perfetto *perfetto;
	FILE *trace;  /* what that writes to */
	FILE *folded; /* for folded stacks */
	/* How long to wait for the readers of pipes and the like; without may_wait, for ever. Set
	 * them before sinks__open. */
	struct slow_reader to_store, to_trace, to_folded;
	int error;	/* out of memory, or `out` cannot be written to */
	bool file_lost; /* a file could not be written, which was reported */
};

/*
 * Opens the files of -o, --perfetto and --folded. `choice`: the sources of the values; NULL: s->run
 * was read from a file. `start`: the zero of printed times, CLOCK_MONOTONIC ns. 0, or -errno with
 * one line in `why`.
 */
int sinks__open(struct sinks *s, const struct profile_command *options, FILE *out,
		const struct source_choice *choice, int64_t start, struct fault *why);

/* A births_fn; `sinks` is a struct sinks. */
void sinks__birth(void *sinks, struct birth *b, enum birth_stage stage);

/* Writes what the births since the last time left to be written. */
void sinks__flush(struct sinks *s);

/* Ends the files with s->run.end, and draws the tree. 0 or -errno. */
int sinks__finish(struct sinks *s);

void sinks__free(struct sinks *s); /* frees what s holds */
