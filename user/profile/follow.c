// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/follow.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "bench/shared/clock.h"
#include "user/base/proc.h"
#include "user/collect/births.h"

/* How often the ring is emptied. */
#define PERIOD_MS     50
#define TICK_NS	      1000000000LL
#define STALL_TICK_NS 200000000LL /* where births are kept back for the waits of others */

/* Records taken between two checks whether to end. */
#define RECORDS_AT_ONCE 256
#define STACKS_AT_ONCE	64

struct follow {
	struct trace *trace;
	struct sinks *sinks;
	struct births *births;
	int64_t ticked;
	int64_t clock_offset; /* proc_clock_offset() */
	bool drained;
};

static void on_stack(void *context, const struct record_head *record, size_t size)
{
	struct follow *f = context;
	int err = stacks__add(f->trace->stacks, record, size);

	if (err == -ENOMEM)
		f->trace->error = err;
}

/* The kernel sends a birth's stack first, but on a ring that may have been read before it came. */
static void need_stack(struct follow *f, const struct record_head *record, size_t size)
{
	const struct record_birth *b = (const struct record_birth *)record;
	const struct trace *t = f->trace;

	if (record->kind != RECORD_BIRTH || size < sizeof(*b) || !b->stack)
		return;
	while (!stacks__has(t->stacks, b->parent_tid, b->stack) &&
	       probe__consume_stacks(t->probe, 1, on_stack, f) > 0)
		;
}

static void on_record(void *context, const struct record_head *record, size_t size)
{
	struct follow *f = context;
	int err;

	if (f->trace->stacks)
		need_stack(f, record, size);
	err = births__add(f->births, record, size);
	if (err == -ENOMEM)
		f->trace->error = err;
}

/* Takes some of the records that have come. 1 if there may be more, 0, or -errno. */
static int take_records(struct follow *f)
{
	struct probe *probe = f->trace->probe;
	int stacks = 0, err;

	if (f->trace->stacks)
		stacks = probe__consume_stacks(probe, STACKS_AT_ONCE, on_stack, f);
	err = probe__consume_some(probe, RECORDS_AT_ONCE, on_record, f);
	return err ? err : stacks > 0;
}

/* Takes all records. Only after the end: until then they can come as fast as they are taken. */
static int take_rest(struct follow *f)
{
	int err;

	if (f->drained)
		return 0;
	f->drained = true;
	do
		err = take_records(f);
	while (err > 0 && !f->trace->error && !f->sinks->error);
	return err < 0 ? err : 0;
}

/* Waits for a signal, for a process to end, for stacks, for keys, and for PERIOD_MS at most. */
static void wait_some(const struct trace *t)
{
	int64_t left = PERIOD_MS * 1000000LL, limit;
	struct timespec timeout;

	if (t->options->seconds > 0 && !t->ended) {
		limit = t->attached + (int64_t)(t->options->seconds * 1e9) - now_ns();
		left = limit < 0 ? 0 : limit < left ? limit : left;
	}
	timeout = (struct timespec){.tv_nsec = left};
	ppoll(t->fds, t->fd_count + t->more, &timeout, NULL);
}

static void tick(struct follow *f)
{
	int64_t now = now_ns();

	if (now - f->ticked <= (f->trace->options->probe.stalls ? STALL_TICK_NS : TICK_NS))
		return;
	f->ticked = now;
	births__tick(f->births, now - f->clock_offset);
}

int follow_births(struct trace *t, struct sinks *to, const struct source_choice *choice,
		  struct watch *view)
{
	struct follow f = {
		.trace = t,
		.sinks = to,
		.births = births__new(choice, sinks__birth, to),
		.clock_offset = proc_clock_offset(),
	};
	int err = 0;

	if (!f.births)
		return -ENOMEM;
	while (!t->stop && err >= 0) {
		if (!err)
			wait_some(t);
		err = t->ended ? 0 : take_records(&f);
		tick(&f);
		sinks__flush(to);
		t->stop |= to->error != 0;
		trace__check(t);
		watch__step(view);
		if (t->ended && err >= 0)
			err = take_rest(&f);
	}
	trace__end(t);
	to->run.end.children_alive = births__alive(f.births);
	births__finish(f.births);
	sinks__flush(to);
	to->run.end.births = births__received(f.births);
	to->run.end.waits_late = births__waits_late(f.births);
	births__free(f.births);
	return err < 0 ? err : t->error;
}
