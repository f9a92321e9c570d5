// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/shared/fault.h"
#include "user/probe/tests/exact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDS_MAX  4096
#define WAIT_STEP_US 10000
#define WAIT_STEPS   200

int session_open(struct session *s, const char *kind, bool trace_all, enum probe_set set)
{
	static struct profile_options everything = {.everything = true};
	struct probe_options options = {
		.best = SOURCE_KIND_COUNT,
		.profile = trace_all ? &everything : NULL,
		.ring_bytes = 1 << 20,
		.task_slots = 1024,
	};
	struct fault why = {"no such kind of probe"};
	int err = -EINVAL;

	everything.set = set;
	*s = (struct session){
		.records = calloc(RECORDS_MAX, sizeof(*s->records)),
		.trace_all = trace_all,
	};
	for (enum source_kind k = SOURCE_FENTRY; k < SOURCE_DRIVER; k++)
		if (!strcmp(kind, source_kind_name(k)))
			options.best = k;
	if (s->records && options.best != SOURCE_KIND_COUNT)
		err = probe__open(&options, &s->probe, &why);
	if (!err && !trace_all)
		err = probe__attach(s->probe, set);
	if (!err && !trace_all)
		err = probe__target(s->probe, getpid()) < 0 ? -ESRCH : 0;
	if (!err && trace_all)
		probe__begin(s->probe);
	if (err) {
		fprintf(stderr, "%s: %s\n", kind, why.text[0] ? why.text : strerror(-err));
		session_close(s);
	}
	return err;
}

void session_close(struct session *s)
{
	probe__close(s->probe);
	free(s->records);
	*s = (struct session){0};
}

static void keep(void *context, const struct record_head *record, size_t size)
{
	struct session *s = context;

	if (s->count == RECORDS_MAX || size > sizeof(*s->records))
		return;
	memset(&s->records[s->count], 0, sizeof(*s->records));
	memcpy(&s->records[s->count++], record, size);
}

void session_begin(struct session *s)
{
	probe__consume(s->probe, keep, s);
	s->count = 0;
	s->before = probe__totals(s->probe);
	s->missed_before = probe__missed(s->probe);
}

static bool born_here(const struct session *s, uint32_t tid)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->records[i].head.kind == RECORD_BIRTH && s->records[i].head.tid == tid)
			return s->records[i].birth.parent_tgid == (uint32_t)getpid();
	return false;
}

static size_t ends_seen(const struct session *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct record_head *head = &s->records[i].head;

		n += head->kind == RECORD_LIFE ||
		     (head->kind == RECORD_DEATH && born_here(s, head->tid));
	}
	return n;
}

void session_collect(struct session *s, size_t ends)
{
	for (int i = 0; i < WAIT_STEPS; i++) {
		probe__consume(s->probe, keep, s);
		if (ends_seen(s) >= ends)
			return;
		usleep(WAIT_STEP_US);
	}
}

uint64_t session_lost(const struct session *s)
{
	struct kernel_totals now = probe__totals(s->probe);

	return now.lost - s->before.lost + now.untracked - s->before.untracked;
}

int64_t session_missed(const struct session *s)
{
	return probe__missed(s->probe) - s->missed_before;
}
