// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/metric.h"

#include <math.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/stats.h"
#include "user/model/bill.h"
#include "user/model/phase.h"

/* A tail of too few samples is their maximum and has no value. */
static double quantile_of_cell(const struct metric *m, const struct cell *c)
{
	const struct series *s = metric_series(m, c);

	if (m->kind == METRIC_TAIL && !stats_tail_known(s, m->quantile))
		return NAN;
	return stats_quantile(s, m->quantile);
}

static double mean_of_cell(const struct metric *m, const struct cell *c)
{
	return stats_mean(metric_series(m, c));
}

static double slowest_of_cell(const struct metric *m, const struct cell *c)
{
	const struct series *s = metric_series(m, c);

	return stats_tail_known(s, m->quantile) ? stats_mean_beyond(s, m->quantile) : NAN;
}

static double failed_of_cell(const struct metric *m, const struct cell *c)
{
	const struct series *errnos = metric_series(m, c);
	size_t failed = 0;

	for (size_t i = 0; i < errnos->n; i++)
		failed += errnos->v[i] != 0;
	return c->n ? 1000 * (double)failed / (double)c->n : NAN;
}

static int64_t call_of_birth(const struct metric *m, const struct birth *b)
{
	return birth_call_ns(b);
}

static int64_t stall_of_birth(const struct metric *m, const struct birth *b)
{
	return b->life.stall_ns;
}

static int64_t stall_sum_of_birth(const struct metric *m, const struct birth *b)
{
	return b->life.stall_sum_ns;
}

static int64_t phase_of_birth(const struct metric *m, const struct birth *b)
{
	return phase_ns(&b->life, m->phase);
}

static int64_t bill_of_birth(const struct metric *m, const struct birth *b)
{
	return bill_of_life(&b->life);
}

static int64_t count_of_birth(const struct metric *m, const struct birth *b)
{
	return b->life.count[m->count];
}

/* What the table of samples does not say. Files have other names than people read. */
#define ROW_spawn_ns                                                                               \
	.name = "call", .aliases = "spawn call_ns spawn_ns", .usual = true,                        \
	.of_birth = call_of_birth
#define ROW_first_run_ns .name = "first_run_ns" /* "first_run" is a phase */
#define ROW_exec_ns	 .name = "started", .aliases = "exec started_ns exec_ns"
#define ROW_exit_ns	 .name = "exit", .aliases = "exit_ns"
#define ROW_total_ns	 .name = "total", .aliases = "total_ns", .usual = true
#define ROW_stall_ns	 .name = "stall", .aliases = "stall_ns", .of_birth = stall_of_birth
#define ROW_stall_sum_ns                                                                           \
	.name = "stall_sum", .aliases = "stall_sum_ns", .of_birth = stall_sum_of_birth
/* Without a call: no cost of one. */
#define ROW_stall_base_ns .name = "stall_base", .aliases = "stall_base_ns"

#define ROW_each_ns .name = "each", .aliases = "each_ns"

/* In place of an offset in struct cell: which of the series that it points to. */
#define IN_PHASES(p) (sizeof(struct cell) + (p))
#define IN_COUNTS(c) IN_PHASES(PHASE_COUNT + (c))

/* Of births: who copies no address space, keeps nobody waiting. */
#define IS_STALL(sample) ((sample) == SAMPLE_stall_ns || (sample) == SAMPLE_stall_sum_ns)

#define TIME(field, text)                                                                          \
	{                                                                                          \
		ROW_##field,                                                                       \
		.brief = text,                                                                     \
		.kind = METRIC_TIME,                                                               \
		.cost = SAMPLE_##field != SAMPLE_stall_base_ns,                                    \
		.phase = IS_STALL(SAMPLE_##field) ? PHASE_copy_mm : PHASE_none,                    \
		.quantile = 0.5,                                                                   \
		.series = offsetof(struct cell, samples[SAMPLE_##field]),                          \
		.value = quantile_of_cell,                                                         \
	},
#define POOLED(spelling, others, of, field, q, gives, ...)                                         \
	{.name = spelling,                                                                         \
	 .aliases = others,                                                                        \
	 .kind = of,                                                                               \
	 .cost = true,                                                                             \
	 .phase = PHASE_none,                                                                      \
	 .quantile = q,                                                                            \
	 .series = offsetof(struct cell, samples[SAMPLE_##field]),                                 \
	 .value = gives,                                                                           \
	 __VA_ARGS__},
#define TAIL(name, others, field, q) POOLED(name, others, METRIC_TAIL, field, q, quantile_of_cell)
#define MEAN(name, others, field)                                                                  \
	POOLED(name, others, METRIC_MEAN, field, NAN, mean_of_cell, .usual = true)
#define SLOWEST(name, others, field, q)                                                            \
	POOLED(name, others, METRIC_SLOWEST, field, q, slowest_of_cell, .usual = true)
#define PHASE(id, ...)                                                                             \
	{                                                                                          \
		.name = #id,                                                                       \
		.kind = METRIC_PHASE,                                                              \
		.cost = true,                                                                      \
		.phase = PHASE_##id,                                                               \
		.quantile = 0.5,                                                                   \
		.series = IN_PHASES(PHASE_##id),                                                   \
		.value = quantile_of_cell,                                                         \
		.of_birth = phase_of_birth,                                                        \
	},

/* Roles of counts. */
#define COST   .cost = true, .usual = true
#define LAYOUT COST, .layout = true
#define REUSE  .cost = false
#define PARENT .cost = false

#define COUNT(id, of, role, in, text)                                                              \
	{                                                                                          \
		.name = #id,                                                                       \
		.unit = of,                                                                        \
		.brief = text,                                                                     \
		.kind = METRIC_COUNT,                                                              \
		role,                                                                              \
		.phase = PHASE_##in,                                                               \
		.count = COUNT_##id,                                                               \
		.quantile = 0.5,                                                                   \
		.series = IN_COUNTS(COUNT_##id),                                                   \
		.value = quantile_of_cell,                                                         \
		.of_birth = count_of_birth,                                                        \
	},

const struct metric metrics[] = {
	/* clang-format off */
	SAMPLES(TIME)
	{
		.name = "bill",
		.aliases = "bill_ns",
		.brief = "the work that the birth caused on whatever CPU: the call without waits, the "
			 "child before it execs, the teardown of what was copied, COW faults",
		.kind = METRIC_BILL,
		.cost = true,
		.phase = PHASE_none,
		.quantile = 0.5,
		.series = offsetof(struct cell, bill),
		.value = quantile_of_cell,
		.of_birth = bill_of_birth,
	},
	MEAN("call_mean", "call.mean spawn_mean spawn.mean", spawn_ns)
	MEAN("total_mean", "total.mean", total_ns)
	SLOWEST("call_tail", "call.tail", spawn_ns, 0.99)
	SLOWEST("total_tail", "total.tail", total_ns, 0.99)
	TAIL("call_p99", "call.p99 spawn_p99 spawn.p99", spawn_ns, 0.99)
	TAIL("total_p99", "total.p99", total_ns, 0.99)
	PHASES(PHASE, PHASE)
	COUNTS(COUNT)
	{
		.name = "failed",
		.unit = "of 1000 calls",
		.brief = "failed calls",
		.kind = METRIC_FAILED,
		.cost = true,
		.usual = true,
		.phase = PHASE_none,
		.series = offsetof(struct cell, errnos),
		.value = failed_of_cell,
	},
	/* clang-format on */
	{.name = NULL},
};

_Static_assert(sizeof(metrics) / sizeof(metrics[0]) <= 64 + 1, "a set of metrics has 64 bits");

/* Whether `name` is one of the words. */
static bool has_word(const char *words, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = words; at && length > 0 && (at = strstr(at, name)); at++) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	}
	return false;
}

const struct metric *metric_by_name(const char *name)
{
	for (const struct metric *m = metrics; m->name; m++) {
		if (!strcmp(m->name, name) || has_word(m->aliases, name))
			return m;
	}
	return NULL;
}

static const struct metric *of_series(size_t series)
{
	const struct metric *m = metrics;

	while (m->series != series || metric_is_pooled(m))
		m++;
	return m;
}

const struct metric *metric_of_sample(enum sample_kind s)
{
	return of_series(offsetof(struct cell, samples) + s * sizeof(struct series));
}

const struct metric *metric_of_phase(enum phase p)
{
	return of_series(IN_PHASES(p));
}

const struct metric *metric_of_count(enum count c)
{
	return of_series(IN_COUNTS(c));
}

const struct metric *metric_of_tail(const struct metric *tail)
{
	return of_series(tail->series);
}

bool metric_is_pooled(const struct metric *m)
{
	return m->kind == METRIC_TAIL || m->kind == METRIC_MEAN || m->kind == METRIC_SLOWEST;
}

bool metric_is_count(const struct metric *m)
{
	return m->kind == METRIC_COUNT || m->kind == METRIC_FAILED;
}

bool metric_has_phase(const struct metric *m, enum phase p)
{
	return m->kind == METRIC_BILL ? bill_has(p) : m->kind == METRIC_PHASE && m->phase == p;
}

bool metric_is_probed(const struct metric *m)
{
	return m->kind == METRIC_PHASE || m->kind == METRIC_BILL;
}

bool metric_is_stall(const struct metric *m)
{
	return m->kind == METRIC_TIME && m->phase != PHASE_none;
}

const char *metric_absent(const struct metric *m, const struct run *r, const struct cell *c,
			  enum phase *phase)
{
	*phase = PHASE_none;
	if (m->kind == METRIC_TIME)
		return metric_is_stall(m) ? r->stall.absent : NULL;
	*phase = c && m->kind == METRIC_BILL ? bill_lacks(c) : m->phase;
	for (int p = 0; p < PHASE_COUNT && !c && *phase == PHASE_none; p++) {
		if (metric_has_phase(m, p) && r->phases[p].absent)
			*phase = p;
	}
	if (*phase == PHASE_none)
		return NULL;
	return c && c->phase_origin[*phase].absent ? c->phase_origin[*phase].absent
						   : r->phases[*phase].absent;
}

const char *metric_unit(const struct metric *m, const char *clock)
{
	if (m->unit)
		return m->unit;
	return clock_counts_instructions(clock) ? "instructions" : "ns";
}

const char *const *metric_probe_sets(const struct metric *m)
{
	/* Of the bill: only with all probes do all methods have it, with the same probes. */
	if (metric_is_count(m) || m->kind == METRIC_BILL)
		return probe_sets_for(PROBE_SET_FOR_COUNTS);
	return probe_sets_for(m->kind == METRIC_PHASE ? PROBE_SET_FOR_PHASES : PROBE_SET_FOR_TIMES);
}

const struct series *metric_series(const struct metric *m, const struct cell *c)
{
	size_t place = m->series - IN_PHASES(0);

	if (m->series < IN_PHASES(0))
		return (const struct series *)((const char *)c + m->series);
	return place < PHASE_COUNT ? &c->phases[place] : &c->counts[place - PHASE_COUNT];
}

uint64_t metric_bit(const struct metric *m)
{
	return UINT64_C(1) << (m - metrics);
}
