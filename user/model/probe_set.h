/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The probe set: what is attached while a sample is taken. In a result file it is the axis `trace`
 * of a cell's key.
 */
#pragma once

#define PROBE_SET_AXIS "trace"

enum probe_set {
	PROBE_SET_NONE,
	PROBE_SET_PHASES, /* cheap enough to be attached while times are taken */
	PROBE_SET_SHARED, /* of these, what a birth with CLONE_VM can run into */
	PROBE_SET_CALLS,  /* PHASES, and the edges that need a syscall tracepoint or sched_switch */
	PROBE_SET_ALL,	  /* the expensive ones too: copy-on-write, page tables, syscalls */
	PROBE_SET_COUNT
};

/* The name in result files: "none", "phases", "all"; of SHARED, which stands for PHASES, "phases".
 */
const char *probe_set_name(enum probe_set set);

/* For people: "untraced", "traced", "all probes"; the name of a single probe is returned as it is.
 */
const char *probe_set_words(const char *name);

/* What is read from a cell decides which probe set gives the best value. */
enum probe_set_use {
	PROBE_SET_FOR_TIMES,  /* the driver's timings: best with no probe attached */
	PROBE_SET_FOR_PHASES, /* best without the expensive probes */
	PROBE_SET_FOR_COUNTS, /* best with all: probes do not change what is counted */
	PROBE_SET_USES
};

/* The names of the probe sets for a use, the best first; ends with NULL. */
const char *const *probe_sets_for(enum probe_set_use use);
