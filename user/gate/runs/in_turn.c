// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `gate --ab`, and the same again from runs that it kept. */
#include "user/gate/runs/runs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/clock.h"
#include "bench/shared/fault.h"
#include "user/base/privilege.h"
#include "user/base/progress.h"
#include "user/gate/compare/accept.h"
#include "user/gate/compare/compare.h"
#include "user/gate/compare/decide.h"
#include "user/gate/compare/paired.h"
#include "user/gate/compare/side.h"
#include "user/gate/compare/varying.h"
#include "user/gate/runs/kept.h"
#include "user/gate/runs/program_copies.h"
#include "user/gate/runs/take.h"
#include "user/text/numbers.h"

#define FIRST_LOOK 16

struct live {
	const struct gate_options *o;
	struct gate_stored *stored; /* the source of runs; NULL: take them now */
	unsigned int planned;	    /* pairs at most */
	struct run *a, *b;	    /* in the order of the pairs */
	size_t pairs;
	uint64_t random;
	bool b_first;
	bool b_late;	 /* the run that reached the time limit is one of B */
	int64_t ms_of_a; /* its longest run; 0: none yet */
	char *order;	 /* "ABBABAAB" */
	struct progress *progress;
	struct fault *why;
};

static int take(struct live *l, int side, bool traced, const char *group, size_t n, struct run *run)
{
	char name[64], mark[64];
	struct gate_take t = {
		.side = side,
		.traced = traced,
		.seed = gate_random(&l->random),
		.name = name,
		.taken_for = mark,
		/* Of a run that hangs it is the run that ends. */
		.block_s = l->o->timeout_s,
	};
	int64_t begin = now_ns(), ms;
	int err;

	snprintf(name, sizeof(name), "%s-%03zu-%c", group, n + 1, side ? 'b' : 'a');
	gate_kept_mark(group, n + 1, l->planned, mark, sizeof(mark));
	err = gate_take(l->o, &t, run, NULL, l->why);
	ms = (now_ns() - begin) / NS_PER_MS + 1;
	if (!err && side == 0 && ms > l->ms_of_a)
		l->ms_of_a = ms;
	l->b_late |= gate_reached_limit(err) && side == 1;
	progress__step(l->progress);
	return err;
}

/* Takes the next pair from the kept runs. -ENODATA: it is not among them. */
static int take_stored(struct live *l, const char *group)
{
	struct gate_stored *s = l->stored;
	size_t n = l->pairs;

	if (!gate_kept_take(s->a, s->count_a, group, n + 1, &l->a[n]))
		return -ENODATA;
	if (!gate_kept_take(s->b, s->count_b, group, n + 1, &l->b[n])) {
		run__free(&l->a[n]);
		return -ENODATA;
	}
	l->b_first = gate_taken_ms(&l->b[n]) < gate_taken_ms(&l->a[n]);
	return 0;
}

/*
 * Measures the next pair. A random draw decides who goes first. Every other pair uses the opposite
 * order, so that linear drift cancels.
 */
static int take_fresh(struct live *l, bool traced, const char *group)
{
	size_t n = l->pairs;
	struct fault why;
	int first, err;

	if (n % 2 == 0)
		l->b_first = gate_random(&l->random) >> 63;
	else
		l->b_first = !l->b_first;
	first = l->b_first ? 1 : 0;
	err = take(l, first, traced, group, n, first ? &l->b[n] : &l->a[n]);
	/* Whether A ends in time is not known yet. */
	if (gate_reached_limit(err) && first == 1 && l->ms_of_a == 0) {
		why = *l->why;
		take(l, 0, traced, group, n, &l->a[n]);
		*l->why = why;
	}
	return err ? err : take(l, !first, traced, group, n, first ? &l->a[n] : &l->b[n]);
}

static int take_pair(struct live *l, bool traced, const char *group)
{
	size_t n = l->pairs;
	int err;

	l->a[n] = l->b[n] = (struct run){0};
	err = l->stored ? take_stored(l, group) : take_fresh(l, traced, group);
	if (err == -ENODATA)
		return err;
	l->pairs++; /* counts even if it is not whole, so that it is freed */
	if (l->order && !traced && 2 * n + 2 < 2 * GATE_PAIRS_MAX + 1)
		memcpy(l->order + 2 * n, l->b_first ? "BA" : "AB", 3);
	return err;
}

/* Takes up to this many pairs in all. Running out of kept runs is no error. */
static int take_pairs(struct live *l, size_t pairs, bool traced, const char *group)
{
	int err = 0;

	while (!err && l->pairs < pairs)
		err = take_pair(l, traced, group);
	return err == -ENODATA ? 0 : err;
}

static int say_missing(const struct live *l, const char *group)
{
	return fault__set(
		l->why, -ENODATA,
		"%s-001 is missing among the kept runs: name all of them, as *-a.jsonl -- "
		"*-b.jsonl",
		group);
}

static int begin(struct live *l, size_t pairs)
{
	l->a = calloc(pairs, sizeof(*l->a));
	l->b = calloc(pairs, sizeof(*l->b));
	l->order = calloc(1, 2 * GATE_PAIRS_MAX + 1);
	l->progress = progress__new(2 * pairs, l->o->quiet || l->stored, "runs");
	return l->a && l->b && l->order ? 0 : -ENOMEM;
}

static void finish(struct live *l)
{
	progress__free(l->progress);
	for (size_t i = 0; i < l->pairs; i++) {
		run__free(&l->a[i]);
		run__free(&l->b[i]);
	}
	free(l->a);
	free(l->b);
	free(l->order);
}

/* What a time limit means, after finish(). */
static int judge_limit(const struct live *l, int err, struct gate_report *report)
{
	unsigned int of_block = gate_block_limit_s(l->o);
	unsigned int limit_s = err == -ETIME && of_block ? of_block : l->o->timeout_s;

	return gate_reached_limit(err) && l->b_late &&
			       gate_is_late(limit_s, l->ms_of_a, l->why, report)
		       ? GATE_LATE
		       : err;
}

static struct gate_policy live_policy(const struct gate_options *o)
{
	struct gate_policy p = o->policy;

	p.in_turn = true;
	p.by_place = true;
	/* Two C libraries are a difference that the user asked for. */
	if (o->libcs[0])
		gate_policy__declare(&p, "libc");
	return p;
}

/* `stream` gives it a random order of its own. */
static struct live make_live(const struct gate_options *o, struct gate_stored *stored,
			     uint64_t stream, struct fault *why)
{
	return (struct live){
		.o = o,
		.stored = stored,
		.planned = stored ? stored->planned : o->pairs,
		.random = o->policy.seed + stream,
		.why = why,
	};
}

/* The counts that gate; 0: none. */
static uint64_t wanted_counts(const struct gate_options *o)
{
	return o->policy.metrics ? o->policy.metrics & gate_metrics_counted()
				 : gate_metric_set("counts");
}

/* Compares the counts of a few traced runs, and of more if a varying one looks larger in B. */
/* NOLINTNEXTLINE(readability-non-const-parameter): written to through l */
static int compare_counts(const struct gate_options *o, struct gate_stored *stored,
			  struct gate_report *report, struct fault *why)
{
	struct gate_policy policy = live_policy(o);
	struct live l = make_live(o, stored, 1, why);
	static const size_t repeats[] = {GATE_REPEATS, GATE_REPEATS_MORE};
	bool more = true;
	int err = begin(&l, GATE_REPEATS_MORE);

	policy.metrics = wanted_counts(o);
	for (size_t stage = 0; stage < 2 && !err && more; stage++) {
		gate_report__free(report);
		err = take_pairs(&l, repeats[stage], true, "counts");
		if (!err && l.pairs == 0)
			err = say_missing(&l, "counts");
		if (!err)
			err = gate_compare(l.a, l.pairs, l.b, l.pairs, &policy, report);
		if (!err)
			err = gate_decide_varying(report, l.a, l.b, l.pairs, &policy, &more);
	}
	/* These are too few pairs for an interval. */
	for (size_t i = 0; !err && i < report->row_count; i++) {
		if (!report->rows[i].of || !metric_is_count(report->rows[i].of))
			report->rows[i].low = report->rows[i].high = NAN;
	}
	finish(&l);
	if (!err)
		gate_accept__conclude(o->policy.accepted, report);
	return judge_limit(&l, err, report);
}

/* Repeats a comparison that failed with as many fresh pairs, and keeps what reproduces. */
/* NOLINTNEXTLINE(readability-non-const-parameter): written to through l */
static int confirm(const struct gate_options *o, struct gate_stored *stored, size_t look,
		   struct gate_report *report, struct fault *why)
{
	size_t pairs = report->pairs, confirmed = 0;
	struct gate_policy policy = live_policy(o);
	struct gate_report again = {0};
	struct live l = make_live(o, stored, 2 + look, why);
	char group[32];
	int err = begin(&l, pairs);

	snprintf(group, sizeof(group), "confirm-%zu", look + 1);
	if (!err)
		err = take_pairs(&l, pairs, false, group);
	policy.alpha_regression = GATE_CONFIRM_ALPHA;
	if (!err && l.pairs == pairs)
		err = gate_compare(l.a, l.pairs, l.b, l.pairs, &policy, &again);
	if (!err)
		confirmed = gate_keep_confirmed(report, &again, l.pairs);
	finish(&l);
	gate_report__free(&again);
	if (err)
		return judge_limit(&l, err, report);
	gate_accept__conclude(o->policy.accepted, report);
	return confirmed ? gate_report__note(report, "confirmed in %zu fresh pairs", pairs) : 0;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written to through l */
static int compare_times(const struct gate_options *o, struct gate_stored *stored,
			 struct gate_report *report, struct fault *why)
{
	struct gate_policy policy = live_policy(o);
	struct live l = make_live(o, stored, 0, why);
	int err = begin(&l, l.planned);

	policy.look_count = 0;
	if (l.planned > FIRST_LOOK)
		policy.looks[policy.look_count++] = FIRST_LOOK;
	policy.looks[policy.look_count++] = l.planned;
	for (policy.look = 0; policy.look < policy.look_count && !err; policy.look++) {
		size_t before = l.pairs;

		err = take_pairs(&l, policy.looks[policy.look], false, "pair");
		/* The kept runs are used up. */
		if (err || (before > 0 && l.pairs == before))
			break;
		if (l.pairs == 0) {
			err = say_missing(&l, "pair");
			break;
		}
		gate_report__free(report);
		err = gate_compare(l.a, l.pairs, l.b, l.pairs, &policy, report);
		if (!err && report->verdict == GATE_REGRESSION)
			err = confirm(o, stored, policy.look, report, why);
		/* Confirming only removes alarms, so further looks cost nothing. What is slow now
		 * and then shows only in many runs, so that a pass of means and tails waits. */
		if (!err && report->verdict != GATE_INCONCLUSIVE &&
		    !(report->verdict == GATE_PASS && report->waits))
			break;
	}
	if (!err && stored && l.pairs < l.planned &&
	    (report->verdict == GATE_INCONCLUSIVE ||
	     (report->verdict == GATE_PASS && report->waits)))
		err = gate_report__note(report, "%zu of %u pairs %s here", l.pairs, l.planned,
					text_plural((int64_t)l.pairs, "is", "are"));
	if (!err) {
		report->order = l.order;
		l.order = NULL;
	}
	finish(&l);
	return judge_limit(&l, err, report);
}

/* Appends the rows and notes of the times to those of the counts. */
static int append_times(struct gate_report *counts, struct gate_report *times)
{
	int err = 0;

	for (size_t i = 0; i < times->row_count && !err; i++) {
		struct gate_row *row;

		/* The traced runs already have a row for failed calls. */
		if (gate_row__is_failed(&times->rows[i]) && times->rows[i].verdict == GATE_PASS)
			continue;
		row = gate_report__add_row(counts);
		if (!row)
			return -ENOMEM;
		*row = times->rows[i];
	}
	for (size_t i = 0; i < times->note_count && !err; i++)
		err = gate_report__note(counts, "%s", times->notes[i]);
	counts->alpha_regression = times->alpha_regression;
	counts->alpha_pass = times->alpha_pass;
	counts->few_samples = times->few_samples;
	if (!counts->samples[0])
		memcpy(counts->samples, times->samples, sizeof(counts->samples));
	counts->pairs = times->pairs;
	counts->runs_a = times->runs_a;
	counts->runs_b = times->runs_b;
	counts->order = times->order;
	times->order = NULL;
	return err;
}

/* Whether environments differ. Without common counts, as in a vfork, times may still compare. */
static bool differs(const struct gate_report *r)
{
	for (size_t i = 0; i < r->difference_count; i++) {
		if (!r->differences[i].declared)
			return r->verdict == GATE_NOT_COMPARABLE;
	}
	return false;
}

/* Compares counts, which decide quickly, and then times. */
static int decide(const struct gate_options *o, struct gate_stored *stored,
		  struct gate_report *report, struct fault *why)
{
	uint64_t timed = ~gate_metrics_counted();
	struct gate_report times = {0};
	int err = compare_counts(o, stored, report, why);

	if (err == GATE_LATE)
		return 0;
	if (err || differs(report) || (o->policy.metrics != 0 && (o->policy.metrics & timed) == 0))
		return err;
	if (report->verdict == GATE_REGRESSION)
		return gate_report__note(report, "the counts decided, so no times were taken; "
						 "--no-trace takes only times");
	err = compare_times(o, stored, &times, why);
	if (err == GATE_LATE || (!err && differs(&times))) {
		gate_report__free(report);
		*report = times;
		return 0;
	}
	if (!err)
		err = append_times(report, &times);
	gate_report__free(&times);
	if (!err) {
		report->verdict = GATE_PASS; /* until the rows are judged */
		gate_accept__conclude(o->policy.accepted, report);
	}
	return err;
}

static int decide_live(const struct gate_options *o, struct gate_report *report, struct fault *why)
{
	bool wants_counts = !o->no_trace && wanted_counts(o) != 0;
	struct fault unused;
	int err;

	*report = (struct gate_report){0};
	if (wants_counts && privilege_check(&unused) == 0)
		return decide(o, NULL, report, why);
	err = compare_times(o, NULL, report, why);
	if (err == GATE_LATE)
		return 0;
	if (!err && wants_counts)
		err = gate_report__note(report, "counts were not compared: tracing needs root");
	return err;
}

int gate_live(const struct gate_options *o, struct gate_report *report, struct fault *why)
{
	struct gate_options with_copies = *o;
	struct gate_copies copies;
	int err;

	if (o->in_place)
		return decide_live(o, report, why);
	err = gate_copies__make(&copies, o->programs, why);
	if (err)
		return err;
	for (int i = 0; i < 2; i++)
		with_copies.copies[i] = copies.paths[i][0] ? copies.paths[i] : NULL;
	with_copies.copied_how = copies.how[0] ? copies.how : NULL;
	err = decide_live(&with_copies, report, why);
	gate_copies__remove(&copies);
	return err;
}

/* Whether --libc named the C library of these runs: it is the same in all of them. */
static bool has_own_libc(const struct run *runs, size_t count)
{
	const struct fact *first = run__env(&runs[0], "libc_file");

	for (size_t i = 0; i < count; i++) {
		const struct fact *f = run__env(&runs[i], "libc_file");

		if (!f || !f->text || !first->text || strcmp(f->text, first->text))
			return false;
	}
	return count > 0;
}

int gate_replay(const struct gate_options *o, struct gate_stored *stored,
		struct gate_report *report, struct fault *why)
{
	bool counts = wanted_counts(o) != 0 &&
		      gate_kept_has(stored->a, stored->count_a, "counts") &&
		      gate_kept_has(stored->b, stored->count_b, "counts");
	struct gate_options as_taken = *o;

	if (has_own_libc(stored->a, stored->count_a) && has_own_libc(stored->b, stored->count_b))
		gate_policy__declare(&as_taken.policy, "libc");
	*report = (struct gate_report){0};
	return counts ? decide(&as_taken, stored, report, why)
		      : compare_times(&as_taken, stored, report, why);
}
