// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the gate compares: names, units, and values out of cells. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/stats.h"
#include "user/gate/gate.h"
#include "user/text/escape.h"
#include "user/text/utf8.h"
#include "user/text/wrap.h"

static const char *const count_units[] = {
#define X(name, unit, brief) [COUNT_##name] = (unit),
	COUNTS(X)
#undef X
};

/* As stored, without `_ns`, but for first_run_ns: a phase has that name. */
static const char *const sample_names[] = {
	[SAMPLE_spawn_ns] = "spawn", [SAMPLE_first_run_ns] = "first_run_ns",
	[SAMPLE_exec_ns] = "exec",   [SAMPLE_exit_ns] = "exit",
	[SAMPLE_total_ns] = "total",
};

/* The 99th percentile of these; known of 1,000 samples of a run. */
static const struct {
	const char *name;
	int sample;
} tails[] = {{"spawn_p99", SAMPLE_spawn_ns}, {"total_p99", SAMPLE_total_ns}};

_Static_assert(GATE_METRIC_TAIL + sizeof(tails) / sizeof(tails[0]) == GATE_METRIC_PHASE,
	       "all tails");

_Static_assert(sizeof(sample_names) / sizeof(sample_names[0]) == SAMPLE_COUNT, "all samples");

const char *gate_metric_name(int metric)
{
	if (metric >= GATE_METRIC_FAILED)
		return "failed";
	if (metric >= GATE_METRIC_COUNT)
		return count_name(metric - GATE_METRIC_COUNT);
	if (metric >= GATE_METRIC_PHASE)
		return phase_name(metric - GATE_METRIC_PHASE);
	if (metric >= GATE_METRIC_TAIL)
		return tails[metric - GATE_METRIC_TAIL].name;
	return sample_names[metric];
}

int gate_metric_by_name(const char *name)
{
	int stored;

	for (int i = 0; i < GATE_METRICS; i++) {
		if (!strcmp(gate_metric_name(i), name))
			return i;
	}
	stored = sample_by_name(name);
	return stored < 0 ? -1 : GATE_METRIC_SAMPLE + stored;
}

bool gate_metric_is_tail(int metric)
{
	return metric >= GATE_METRIC_TAIL && metric < GATE_METRIC_PHASE;
}

const char *gate_metric_unit(int metric, const char *clock)
{
	if (metric >= GATE_METRIC_FAILED)
		return "of 1000 calls";
	if (metric >= GATE_METRIC_COUNT)
		return count_units[metric - GATE_METRIC_COUNT];
	return clock_counts_instructions(clock) ? "instructions" : "ns";
}

static uint64_t bits(int from, int to)
{
	return (GATE_METRIC_BIT(to) - 1) & ~(GATE_METRIC_BIT(from) - 1);
}

/*
 * The counts that are a cost. The parent's shape is what it was asked to be, and a page that is
 * reused in place of copied is no loss: they are shown where they differ.
 */
static uint64_t costs(void)
{
	return (bits(GATE_METRIC_COUNT, GATE_METRIC_COUNT + COUNT_parent_rss_anon) &
		~GATE_METRIC_BIT(GATE_METRIC_COUNT + COUNT_cow_reused_child) &
		~GATE_METRIC_BIT(GATE_METRIC_COUNT + COUNT_cow_reused_parent)) |
	       GATE_METRIC_BIT(GATE_METRIC_FAILED);
}

uint64_t gate_metric_set(const char *name)
{
	const uint64_t phases = bits(GATE_METRIC_PHASE, GATE_METRIC_COUNT);
	int metric = gate_metric_by_name(name);

	if (!strcmp(name, "times"))
		return GATE_METRIC_BIT(SAMPLE_spawn_ns) | GATE_METRIC_BIT(SAMPLE_total_ns);
	if (!strcmp(name, "phases"))
		return phases;
	if (!strcmp(name, "counts"))
		return costs();
	if (!strcmp(name, "all"))
		return bits(GATE_METRIC_SAMPLE, GATE_METRIC_TAIL) | phases | costs();
	return metric < 0 ? 0 : GATE_METRIC_BIT(metric);
}

static const struct series *series_of(const struct cell *c, int metric)
{
	if (metric >= GATE_METRIC_FAILED)
		return &c->errnos;
	if (metric >= GATE_METRIC_COUNT)
		return &c->counts[metric - GATE_METRIC_COUNT];
	if (metric >= GATE_METRIC_PHASE)
		return &c->phases[metric - GATE_METRIC_PHASE];
	if (metric >= GATE_METRIC_TAIL)
		return &c->samples[tails[metric - GATE_METRIC_TAIL].sample];
	return &c->samples[metric];
}

/* The share of the calls that failed, in calls of a thousand; 0 where nothing says so. */
static double failed_calls(const struct cell *c)
{
	size_t failed = 0;

	for (size_t i = 0; i < c->errnos.n; i++)
		failed += c->errnos.v[i] != 0;
	return c->n ? 1000 * (double)failed / (double)c->n : NAN;
}

double gate_metric_value(const struct cell *c, int metric)
{
	const struct series *s = series_of(c, metric);

	if (metric == GATE_METRIC_FAILED)
		return failed_calls(c);
	if (gate_metric_is_tail(metric))
		return stats_tail_known(s, 0.99) ? stats_quantile(s, 0.99) : NAN;
	return stats_median(s);
}

bool gate_metric_varies(const struct cell *c, int metric)
{
	const struct series *s = series_of(c, metric);

	return stats_count(s) > 0 && stats_quantile(s, 0) != stats_quantile(s, 1);
}

bool gate_metric_negative(const struct cell *c, int metric)
{
	const struct series *s = series_of(c, metric);

	/* Where two clock reads of two CPUs bound it, the odd one may be. */
	if (metric >= GATE_METRIC_PHASE && metric < GATE_METRIC_COUNT)
		return stats_median(s) < 0;
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] < 0 && s->v[i] != MISSING)
			return true;
	}
	return false;
}

/* As many bytes of it as make 32 columns. */
static int cut(const char *text)
{
	return (int)utf8_fit(text, 32);
}

static bool is_plain_axis(const struct key_part *k)
{
	if (!strcmp(k->name, "pages"))
		return k->text && !strcmp(k->text, "4k");
	return !strcmp(k->name, "method") || !strcmp(k->name, "rss_bytes") ||
	       !strcmp(k->name, "trace") || (!k->text && k->number == 0);
}

/* " thp", " vmas=1000", " child_write=16M" */
static void append_axis(const struct key_part *k, char *text, size_t size)
{
	char number[32];

	if (k->text && !strcmp(k->name, "pages"))
		layout_append(text, size, " %.*s", cut(k->text), k->text);
	else if (k->text)
		layout_append(text, size, " %.*s=%.*s", cut(k->name), k->name, cut(k->text),
			      k->text);
	else if (strstr(k->name, "write"))
		layout_append(text, size, " %.*s=%s", cut(k->name), k->name,
			      size_format(k->number, number, sizeof(number)));
	else
		layout_append(text, size, " %.*s=%" PRId64, cut(k->name), k->name, k->number);
}

const char *gate_cell_name(const struct cell *c, char *buf, size_t size)
{
	const char *method = cell__method(c);
	int64_t rss = cell__parent_bytes(c);
	char text[256] = "", number[32];

	if (!method)
		method = "cell";
	layout_append(text, sizeof(text), "%.*s", (int)utf8_fit(method, 64), method);
	if (rss != MISSING)
		layout_append(text, sizeof(text), " at %s",
			      size_format(rss, number, sizeof(number)));
	for (size_t i = 0; i < c->key_count; i++) {
		const struct key_part *k = &c->key[i];

		if (is_plain_axis(k))
			continue;
		append_axis(k, text, sizeof(text));
	}
	escape_text(text, buf, size);
	return buf;
}

const char *gate_percent(double change, char *buf, size_t size)
{
	double percent = 100 * change;

	if (!isfinite(change))
		snprintf(buf, size, "-");
	else if (percent == 0)
		snprintf(buf, size, "0 %%");
	else if (fabs(percent) < 0.05)
		snprintf(buf, size, "%+.3f %%", percent);
	else
		snprintf(buf, size, "%+.*f %%", fabs(percent) < 999.95 ? 1 : 0, percent);
	return buf;
}

const char *gate_value(double value, const char *unit, char *buf, size_t size)
{
	if (!isfinite(value))
		snprintf(buf, size, "-");
	else if (!strcmp(unit, "ns"))
		time_format(value, CLOCK_OF_MACHINE, buf, size);
	else if (!strcmp(unit, "bytes") && value == floor(value) && fabs(value) < 0x1p53)
		size_format((int64_t)value, buf, size);
	else
		snprintf(buf, size, "%.*f", value == floor(value) ? 0 : 1, value);
	return buf;
}
