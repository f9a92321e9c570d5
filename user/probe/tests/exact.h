/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tool's probes on a program that knows what it does: what they record must be that, exactly,
 * on every kernel and with every kind of probe.
 */
#ifndef SPAWNSCOPE_TESTS_EXACT_H
#define SPAWNSCOPE_TESTS_EXACT_H

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
 * Attaches a set of probes that are no better than `kind` ("fentry", "kprobe", "tracepoint"), on
 * this process, or on every task as well. 0, or -errno with one line on standard error.
 */
int session_open(struct session *s, const char *kind, bool trace_all, enum probe_set set);
void session_close(struct session *s);

/* Forgets the records that have come so far. */
void session_begin(struct session *s);

/*
 * Takes the records until the ends of `ends` children of this process are among them, or for two
 * seconds: a thread is joined before it is gone.
 */
void session_collect(struct session *s, size_t ends);

/* Since session_begin: records and tasks that found no room; runs of probes that were skipped. */
uint64_t session_lost(const struct session *s);
int64_t session_missed(const struct session *s);

/*
 * Each way to start a process, and some to fail, 20 times: prints a line of counts for each. Only
 * those of births and ends unless every task is traced: the rest is then not in the records.
 */
void exact_births(struct session *s);

/* Writes to pages that a parent and its child share, and prints the counts. 0 or -errno. */
int exact_cow(struct session *s);

#endif
