/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs the tool's probes on a program whose births, execs and faults are known. The records must
 * match them exactly, on every kernel and with every kind of probe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "user/probe/probe.h"

union any_record {
	struct record_head head;
	struct record_birth birth;
	struct record_exec exec;
	struct record_death death;
	struct record_life life;
};

struct session {
	struct probe *probe;
	bool trace_all;
	union any_record *records; /* since session_begin */
	size_t count;
	struct kernel_totals before; /* at session_begin */
	int64_t missed_before;
};

/*
 * Attaches a set of probes no better than `kind` ("fentry", "kprobe", "tracepoint"), for this
 * process or for every task. 0, or -errno with one line on standard error.
 */
int session_open(struct session *s, const char *kind, bool trace_all, enum probe_set set);
void session_close(struct session *s);

/* Drops the records so far. */
void session_begin(struct session *s);

/*
 * Reads records until `ends` children of this process have ended, for two seconds at most: a thread
 * can be joined before it is gone.
 */
void session_collect(struct session *s, size_t ends);

/* Since session_begin(): records and tasks that found no room; program runs that were skipped. */
uint64_t session_lost(const struct session *s);
int64_t session_missed(const struct session *s);

/*
 * Starts processes in each way, and fails in some, 20 times, and prints a line of counts for each.
 * Unless every task is traced, records have only births and ends.
 */
void exact_births(struct session *s);

/* Writes to pages that parent and child share, and prints the counts. 0 or -errno. */
int exact_cow(struct session *s);
