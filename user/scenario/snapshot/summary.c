// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "user/analysis/stats.h"
#include "user/model/series.h"
#include "user/scenario/print.h"
#include "user/scenario/snapshot/load.h"
#include "user/scenario/snapshot/subject.h"
#include "user/text/layout.h"

static struct conditions when_of(const struct snapshot_subject *u, enum load_when when)
{
	return conditions_of("%s when=%s", u->key, snapshot_whens[when]);
}

/* Statistics of a round's writes, as the median over the rounds. */
static double writes(const struct run *r, const struct snapshot_subject *u, enum load_when when,
		     print_statistic *of)
{
	return print_over_rounds(r, "latency", when_of(u, when).text, of);
}

/* Over the rounds. NAN: no round has it. */
struct spread {
	double median, low, high;
};

/* During the save, in times of before it: of each round by itself, since rounds differ. */
static struct spread growth(const struct run *r, const struct snapshot_subject *u,
			    print_statistic *of)
{
	struct spread s = {NAN, NAN, NAN};
	struct series millionths = {0};

	for (unsigned int round = 1;; round++) {
		struct conditions key = conditions_of("%s round=%u", u->key, round);
		struct conditions during = conditions_of("%s when=during", key.text),
				  before = conditions_of("%s when=before", key.text);
		double ratio = of(r, "latency", during.text) / of(r, "latency", before.text);

		if (!run__observation(r, "latency", during.text))
			break;
		if (!isnan(ratio) && series__push(&millionths, llround(ratio * 1e6)))
			break;
	}
	if (millionths.n)
		s = (struct spread){stats_median(&millionths) / 1e6,
				    stats_quantile(&millionths, 0) / 1e6,
				    stats_quantile(&millionths, 1) / 1e6};
	series__free(&millionths);
	return s;
}

static double of_save(const struct run *r, const struct snapshot_subject *u, const char *name)
{
	return print_over_rounds(r, name, u->key, print_median);
}

static bool is_measured(const struct run *r, const struct snapshot_subject *u)
{
	return !isnan(writes(r, u, LOAD_DURING, print_most));
}

static void print_answer(const struct run *r, FILE *out)
{
	const struct snapshot_subject *u = NULL;
	char p99[3 * NUMBER_MAX] = "";

	for (size_t i = 0; i < SNAPSHOT_SUBJECTS && !u; i++)
		if (is_measured(r, &snapshot_subjects[i]))
			u = &snapshot_subjects[i];
	if (!u)
		return;
	if (!isnan(growth(r, u, print_p99).median))
		snprintf(p99, sizeof(p99), ", p99 %s (before: %s)",
			 text_time(writes(r, u, LOAD_DURING, print_p99), false).text,
			 text_time(writes(r, u, LOAD_BEFORE, print_p99), false).text);
	layout_print(out, 2,
		     "How long does a write wait while its store of %s is saved by a fork? Up to "
		     "%s (before: %s)%s: %s, pages of %s",
		     text_bytes(print_setting(r, "size_bytes")).text,
		     text_time(writes(r, u, LOAD_DURING, print_most), false).text,
		     text_time(writes(r, u, LOAD_BEFORE, print_most), false).text, p99, u->store,
		     u->pages);
}

static const char *within_two(struct spread a, struct spread b)
{
	return a.median <= 2 * b.median && b.median <= 2 * a.median ? "within a factor of two"
								    : "not within a factor of two";
}

/* "3.70 (2.91 to 5.10)" */
static struct number spread_text(struct spread s)
{
	struct number n = text_ratio(s.median);

	layout_append(n.text, sizeof(n.text), " (%s to %s)", text_ratio(s.low).text,
		      text_ratio(s.high).text);
	return n;
}

struct range {
	double low, high; /* NAN: none */
};

/* From the least to the most of a round, before its save. */
static struct range before_saves(const struct run *r, const struct snapshot_subject *u,
				 const char *name, print_statistic *of)
{
	struct range range = {NAN, NAN};

	for (unsigned int round = 1;; round++) {
		struct conditions key = conditions_of("%s round=%u when=%s", u->key, round,
						      snapshot_whens[LOAD_BEFORE]);

		if (!run__observation(r, name, key.text))
			return range;
		range.low = fmin(range.low, of(r, name, key.text));
		range.high = fmax(range.high, of(r, name, key.text));
	}
}

/* What the client waited for a CPU, as a share of the time before a save. */
static double client_share(const struct run *r, const struct snapshot_subject *u)
{
	double writes = before_saves(r, u, "latency", print_number).high;
	double waited = before_saves(r, u, "client_cpu_wait", print_median).high;

	return waited / (writes / (double)print_setting(r, "rate") * 1e9);
}

static bool is_noisy(const struct run *r, const struct snapshot_subject *u)
{
	struct range quiet = before_saves(r, u, "latency", print_p99);

	return quiet.high > 3 * quiet.low || client_share(r, u) > 0.1;
}

/*
 * With another load on the machine, writes that no save disturbs differ from round to round, or the
 * client itself, which does little, waits for a CPU.
 */
static void print_noise(const struct run *r, const struct snapshot_subject *u, FILE *out)
{
	struct range quiet = before_saves(r, u, "latency", print_p99);
	double waited = before_saves(r, u, "cpu_wait", print_median).high;
	double client = before_saves(r, u, "client_cpu_wait", print_median).high;
	double stolen = before_saves(r, u, "stolen", print_median).high;

	char p99[3 * NUMBER_MAX] = "";

	if (!is_noisy(r, u))
		return;
	if (!isnan(quiet.high))
		snprintf(p99, sizeof(p99), "p99 is %s to %s by the round; ",
			 text_time(quiet.low, false).text, text_time(quiet.high, false).text);
	layout_print(out, 2,
		     "NOISY: before the saves of %s, pages of %s, %sat the most the store waited "
		     "%s for a CPU, the client %s, and the host took %s: ratios mean little",
		     u->store, u->pages, p99, text_time(waited, false).text,
		     text_time(client, false).text, text_time(stolen, false).text);
}

/* Whether both have the same shape. */
static void print_peer(const struct run *r, FILE *out)
{
	const struct snapshot_subject *ours = &snapshot_subjects[0],
				      *redis = &snapshot_subjects[SNAPSHOT_SUBJECTS - 1];
	struct spread p99 = growth(r, ours, print_p99), p99_there = growth(r, redis, print_p99);
	struct spread most = growth(r, ours, print_most), most_there = growth(r, redis, print_most);

	bool decided = !is_noisy(r, ours) && !is_noisy(r, redis);

	if (isnan(p99.median) || isnan(p99_there.median) || isnan(most.median) ||
	    isnan(most_there.median))
		return;
	layout_print(out, 2,
		     "Does redis-server show the same? During a save, p99 is %s times what it is "
		     "before, and %s times there: %s; the maximum %s and %s "
		     "times: %s",
		     spread_text(p99).text, spread_text(p99_there).text,
		     decided ? within_two(p99, p99_there) : "not decided", spread_text(most).text,
		     spread_text(most_there).text,
		     decided ? within_two(most, most_there) : "not decided");
}

/* Writes during the call wait for its end, so p99 jumps where they are a hundredth of all. */
static void print_edge(const struct run *r, const struct snapshot_subject *u, FILE *out)
{
	double percent = 100 * of_save(r, u, "fork") / of_save(r, u, "save");

	if (percent > 0.7 && percent < 1.5)
		layout_print(
			out, 2,
			"p99 of %s, pages of %s, is near a step: the fork takes %.1f %% of the "
			"time of the save. A little less, and p99 has no write that waits for "
			"it; a little more, and it has",
			u->store, u->pages, percent);
}

static void print_cpus(const struct run *r, FILE *out)
{
	double child = print_median(r, "cpu", "of=child"),
	       store = print_median(r, "cpu", "of=store");

	if (isnan(child))
		layout_print(out, 2,
			     "The child, its store and the client share CPUs: waits depend on the "
			     "scheduler, too");
	else
		layout_print(out, 2,
			     "The child runs on CPU %.0f, its store on CPU %.0f, the client on CPU "
			     "%.0f: a write waits for no child's turn on a CPU",
			     child, store, print_median(r, "cpu", "of=client"));
}

static void add_latencies(const struct run *r, const struct snapshot_subject *u, struct columns *c)
{
	for (int w = 0; w < LOAD_WHEN_COUNT; w++) {
		columns__add(c, "%s", w ? "" : u->store);
		columns__add(c, "%s", w ? "" : u->pages);
		columns__add(c, "%s", snapshot_whens[w]);
		columns__add_number(c, round(writes(r, u, w, print_number)));
		columns__add_time(c, writes(r, u, w, print_median), r->clock);
		columns__add_time(c, writes(r, u, w, print_p99), r->clock);
		columns__add_time(c, writes(r, u, w, print_most), r->clock);
	}
}

static int print_latencies(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "STORE", "PAGES", "WHEN", NULL);
	columns__head(c, COLUMNS_RIGHT, "WRITES", "MEDIAN", "P99", "MAX", NULL);
	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++)
		if (is_measured(r, &snapshot_subjects[i]))
			add_latencies(r, &snapshot_subjects[i], c);
	return columns__finish(c, "Writes, from due to answered", out, colour);
}

static int print_saves(const struct run *r, FILE *out, bool colour)
{
	struct columns *c = columns__new();

	columns__head(c, COLUMNS_LABEL, "STORE", "PAGES", NULL);
	columns__head(c, COLUMNS_RIGHT, "FORK", "SAVE", "CPU", "FAULTS", "COPIED", "P99 X", "MAX X",
		      NULL);
	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++) {
		const struct snapshot_subject *u = &snapshot_subjects[i];

		if (!is_measured(r, u))
			continue;
		columns__add(c, "%s", u->store);
		columns__add(c, "%s", u->pages);
		columns__add_time(c, of_save(r, u, "fork"), r->clock);
		columns__add_time(c, of_save(r, u, "save"), r->clock);
		columns__add_time(c, of_save(r, u, "child_cpu"), r->clock);
		columns__add_number(c, round(of_save(r, u, "faults")));
		print_bytes_cell(c, of_save(r, u, "copied"));
		print_ratio_cell(c, growth(r, u, print_p99).median);
		print_ratio_cell(c, growth(r, u, print_most).median);
	}
	return columns__finish(c, "The save, and during/before; medians over the rounds", out,
			       colour);
}

/* Writes while a child lives split huge pages: the next fork copies small ones. */
static void print_huge(const struct run *r, FILE *out)
{
	struct conditions first = conditions_of("store=spawnscope pages=thp round=1"), last = first;

	for (unsigned int round = 2;; round++) {
		struct conditions next =
			conditions_of("store=spawnscope pages=thp round=%u", round);

		if (!run__observation(r, "huge", next.text))
			break;
		last = next;
	}
	if (print_median(r, "huge", last.text) < 0.9 * print_median(r, "huge", first.text))
		layout_print(
			out, 2,
			"Do huge pages help? The first fork takes %s; writes during saves split "
			"huge pages (%s are left of %s), and the last fork takes %s",
			text_time(print_median(r, "fork", first.text), false).text,
			print_bytes(print_median(r, "huge", last.text)).text,
			print_bytes(print_median(r, "huge", first.text)).text,
			text_time(print_median(r, "fork", last.text), false).text);
}

static void print_absent(const struct run *r, FILE *out)
{
	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++) {
		const struct observation *m =
			run__observation(r, "latency", snapshot_subjects[i].key);

		if (m && m->absent)
			layout_print(out, 2, "Not measured: %s, pages of %s: %s",
				     snapshot_subjects[i].store, snapshot_subjects[i].pages,
				     m->absent);
	}
}

int snapshot_print(const struct run *r, FILE *out, bool colour)
{
	bool any = false;
	int err;

	print_answer(r, out);
	print_peer(r, out);
	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++)
		if (is_measured(r, &snapshot_subjects[i])) {
			print_noise(r, &snapshot_subjects[i], out);
			print_edge(r, &snapshot_subjects[i], out);
			any = true;
		}
	print_huge(r, out);
	err = print_latencies(r, out, colour);
	if (!err)
		err = print_saves(r, out, colour);
	layout_print(
		out, 2,
		"SAVE: from the fork until the store knows that its child has ended, which it "
		"checks ten times a second. CPU: of the child. FAULTS: the server's minor faults "
		"meanwhile. COPIED: memory that is no longer shared when the child ends, which is "
		"needed in addition. In brackets: the least and the most of a round");
	if (any)
		print_cpus(r, out);
	print_absent(r, out);
	return err;
}
