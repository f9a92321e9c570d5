// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/watch.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "bench/shared/clock.h"
#include "user/base/proc.h"
#include "user/collect/births.h"

/* How often the ring is emptied. */
#define PERIOD_MS 50
#define TICK_NS	  1000000000LL

/* Records taken between two checks whether to end. */
#define RECORDS_AT_ONCE 256
#define STACKS_AT_ONCE	64

struct watch {
	struct trace *trace;
	struct sinks *sinks;
	struct births *births;
	int64_t ticked;
	int64_t clock_offset; /* proc_clock_offset() */
	bool drained;
};

static void on_stack(void *context, const struct record_head *record, size_t size)
{
	struct watch *w = context;
	int err = stacks__add(w->trace->stacks, record, size);

	if (err == -ENOMEM)
		w->trace->error = err;
}

/* The kernel sends a birth's stack first, but on a ring that may have been read before it came. */
static void need_stack(struct watch *w, const struct record_head *record, size_t size)
{
	const struct record_birth *b = (const struct record_birth *)record;
	const struct trace *t = w->trace;

	if (record->kind != RECORD_BIRTH || size < sizeof(*b) || !b->stack)
		return;
	while (!stacks__has(t->stacks, b->parent_tid, b->stack) &&
	       probe__consume_stacks(t->probe, 1, on_stack, w) > 0)
		;
}

static void on_record(void *context, const struct record_head *record, size_t size)
{
	struct watch *w = context;
	int err;

	if (w->trace->stacks)
		need_stack(w, record, size);
	err = births__add(w->births, record, size);
	if (err == -ENOMEM)
		w->trace->error = err;
}

/* Takes some of the records that have come. 1 if there may be more, 0, or -errno. */
static int take_records(struct watch *w)
{
	struct probe *probe = w->trace->probe;
	int stacks = 0, err;

	if (w->trace->stacks)
		stacks = probe__consume_stacks(probe, STACKS_AT_ONCE, on_stack, w);
	err = probe__consume_some(probe, RECORDS_AT_ONCE, on_record, w);
	return err ? err : stacks > 0;
}

/* Takes all records. Only after the end: until then they can come as fast as they are taken. */
static int take_rest(struct watch *w)
{
	int err;

	if (w->drained)
		return 0;
	w->drained = true;
	do
		err = take_records(w);
	while (err > 0 && !w->trace->error && !w->sinks->error);
	return err < 0 ? err : 0;
}

/* Waits for a signal, for a process to end, for stacks, and for PERIOD_MS at most. */
static void wait_some(const struct trace *t)
{
	int64_t left = PERIOD_MS * 1000000LL, limit;
	struct timespec timeout;

	if (t->options->seconds > 0 && !t->ended) {
		limit = t->attached + (int64_t)(t->options->seconds * 1e9) - now_ns();
		left = limit < 0 ? 0 : limit < left ? limit : left;
	}
	timeout = (struct timespec){.tv_nsec = left};
	ppoll(t->fds, t->fd_count + (t->stacks ? 1 : 0), &timeout, NULL);
}

static void tick(struct watch *w)
{
	int64_t now = now_ns();

	if (now - w->ticked <= TICK_NS)
		return;
	w->ticked = now;
	births__tick(w->births, now - w->clock_offset);
}

int watch(struct trace *t, struct sinks *to, const struct source_choice *choice)
{
	struct watch w = {
		.trace = t,
		.sinks = to,
		.births = births__new(choice, sinks__birth, to),
		.clock_offset = proc_clock_offset(),
	};
	int err = 0;

	if (!w.births)
		return -ENOMEM;
	while (!t->stop && err >= 0) {
		if (!err)
			wait_some(t);
		err = t->ended ? 0 : take_records(&w);
		tick(&w);
		t->stop |= to->error != 0;
		trace__check(t);
		if (t->ended && err >= 0)
			err = take_rest(&w);
	}
	trace__end(t);
	births__finish(w.births);
	to->run.end.births = births__received(w.births);
	births__free(w.births);
	return err < 0 ? err : t->error;
}
