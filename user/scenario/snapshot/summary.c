// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>

#include "user/scenario/print.h"
#include "user/scenario/snapshot/compare.h"
#include "user/scenario/snapshot/load.h"
#include "user/scenario/snapshot/subject.h"
#include "user/text/layout.h"
#include "user/text/strbuf.h"

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

/* "28 ms"; in the lab "28 M instructions". */
static struct number duration(const struct run *r, double ns)
{
	return text_time_words(ns, run__counts_instructions(r));
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
	if (!isnan(writes(r, u, LOAD_DURING, print_p99)))
		snprintf(p99, sizeof(p99), ", p99 %s (before: %s)",
			 duration(r, writes(r, u, LOAD_DURING, print_p99)).text,
			 duration(r, writes(r, u, LOAD_BEFORE, print_p99)).text);
	layout_print(out, 2,
		     "How long does a write wait while its store of %s is saved by a fork? Up to "
		     "%s (before: %s)%s: %s, pages of %s",
		     text_bytes(print_setting(r, "size_bytes")).text,
		     duration(r, writes(r, u, LOAD_DURING, print_most)).text,
		     duration(r, writes(r, u, LOAD_BEFORE, print_most)).text, p99, u->store,
		     u->pages);
}

/* "3.70 (2.91 to 5.10)" */
static struct number growth_text(struct growth g)
{
	struct number n = text_ratio(g.ratio);

	if (g.rounds > 1)
		layout_append(n.text, sizeof(n.text), " (%s to %s)", text_ratio(g.low).text,
			      text_ratio(g.high).text);
	return n;
}

static const char *agreement_text(enum agreement a)
{
	static const char *const texts[] = {
		[AGREEMENT_FEW] = "not decided by so little",
		[AGREEMENT_UNCLEAR] = "not decided, one round less would change it",
		[AGREEMENT_YES] = "within a factor of two",
		[AGREEMENT_NO] = "not within a factor of two",
	};

	return texts[a];
}

/* Of the writes that are compared. */
static double window_ns(const struct run *r)
{
	return (double)compare_window(r) / (double)print_setting(r, "rate") * 1e9;
}

/* Whether both have the same shape. */
static void print_peer(const struct run *r, FILE *out)
{
	const struct snapshot_subject *ours = &snapshot_subjects[0],
				      *redis = &snapshot_subjects[SNAPSHOT_SUBJECTS - 1];
	enum agreement p99 = compare_within_two(r, ours, redis, compare_p99),
		       most = compare_within_two(r, ours, redis, compare_most);

	if (p99 == AGREEMENT_NONE || most == AGREEMENT_NONE)
		return;
	if (isnan(compare_growth(r, ours, compare_most).ratio) ||
	    isnan(compare_growth(r, redis, compare_most).ratio)) {
		layout_print(out, 2,
			     "Does redis-server show the same? Not decided: no round of one of "
			     "them counts");
		return;
	}
	layout_print(out, 2,
		     "Does redis-server show the same? In the first %s of a save p99 is %s times "
		     "what it is as long before, and %s times there: %s; the maximum %s and %s "
		     "times: %s",
		     duration(r, window_ns(r)).text,
		     growth_text(compare_growth(r, ours, compare_p99)).text,
		     growth_text(compare_growth(r, redis, compare_p99)).text, agreement_text(p99),
		     growth_text(compare_growth(r, ours, compare_most)).text,
		     growth_text(compare_growth(r, redis, compare_most)).text,
		     agreement_text(most));
}

/* The most of a part before a save. */
static double most_before(const struct run *r, const struct snapshot_subject *u, const char *name)
{
	double most = NAN;

	for (unsigned int round = 1;; round++) {
		struct conditions key = conditions_of("%s round=%u when=%s", u->key, round,
						      snapshot_whens[LOAD_BEFORE]);

		if (!run__observation(r, name, key.text))
			return most;
		most = fmax(most, print_most(r, name, key.text));
	}
}

static struct number taken(const struct run *r, double ns)
{
	struct number n = {"not known"};

	return isnan(ns) ? n : duration(r, ns);
}

/* The parts before saves that count, and why not all do. */
static void print_noise(const struct run *r, FILE *out)
{
	struct strbuf parts = {0};
	double stolen = NAN, others = NAN, waited = NAN;
	bool few = false;

	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++) {
		const struct snapshot_subject *u = &snapshot_subjects[i];
		struct growth g = compare_growth(r, u, compare_most);

		if (g.quiet_parts == g.parts)
			continue;
		strbuf__add(&parts, "%s%u of %u (%s, %s)", parts.length ? ", " : "", g.quiet_parts,
			    g.parts, u->store, u->pages);
		few = few || 2 * g.quiet_parts < g.parts;
		stolen = fmax(stolen, most_before(r, u, "stolen"));
		others = fmax(others, most_before(r, u, "others"));
		waited = fmax(waited, most_before(r, u, "client_cpu_wait"));
	}
	if (parts.length)
		layout_print(
			out, 2,
			"%sParts before saves that count: %s. In one that counts the host took "
			"at most 0.5 %% of the time, other tasks at most 1 %% of the store's "
			"CPU, and the client waited for a CPU at most 10 %%. The most in any "
			"part: %s, %s and %s",
			few ? "NOISY. " : "", strbuf__text(&parts), taken(r, stolen).text,
			taken(r, others).text, taken(r, waited).text);
	strbuf__free(&parts);
}

/* Writes during the call wait for its end, so p99 jumps where they are a hundredth of all. */
static void print_edge(const struct run *r, FILE *out)
{
	struct strbuf near = {0};

	for (size_t i = 0; i < SNAPSHOT_SUBJECTS; i++) {
		const struct snapshot_subject *u = &snapshot_subjects[i];
		double percent = 100 * of_save(r, u, "fork") / window_ns(r);

		if (percent > 0.7 && percent < 1.5 &&
		    !isnan(compare_growth(r, u, compare_p99).ratio))
			strbuf__add(&near, "%s%.1f %% (%s, %s)", near.length ? ", " : "", percent,
				    u->store, u->pages);
	}
	if (near.length)
		layout_print(
			out, 2,
			"P99 X is near a step: the fork takes %s of the %s that are compared. "
			"A little less, and p99 has no write that waits for it; a little more, "
			"and it has. Other --seconds are further from it",
			strbuf__text(&near), duration(r, window_ns(r)).text);
	strbuf__free(&near);
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
		print_ratio_cell(c, compare_growth(r, u, compare_p99).ratio);
		print_ratio_cell(c, compare_growth(r, u, compare_most).ratio);
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
			duration(r, print_median(r, "fork", first.text)).text,
			print_bytes(print_median(r, "huge", last.text)).text,
			print_bytes(print_median(r, "huge", first.text)).text,
			duration(r, print_median(r, "fork", last.text)).text);
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

static void print_columns(const struct run *r, FILE *out)
{
	layout_print(out, 2,
		     "SAVE: from the fork until the store knows that its child has ended, which it "
		     "checks ten times a second. CPU: of the child. FAULTS: the server's minor "
		     "faults meanwhile. COPIED: memory that is no longer shared when the child "
		     "ends, which is needed in addition. P99 X, MAX X: of %s before the save and "
		     "from its start; in brackets: by the least and the most of a save",
		     duration(r, window_ns(r)).text);
}

int snapshot_print(const struct run *r, FILE *out, bool colour)
{
	int err;

	print_answer(r, out);
	print_peer(r, out);
	print_noise(r, out);
	print_edge(r, out);
	print_huge(r, out);
	err = print_latencies(r, out, colour);
	if (!err)
		err = print_saves(r, out, colour);
	if (compare_window(r)) {
		print_columns(r, out);
		print_cpus(r, out);
	}
	print_absent(r, out);
	return err;
}
