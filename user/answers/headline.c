// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/headline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/answers/share.h"
#include "user/answers/words.h"
#include "user/model/phase.h"
#include "user/text/utf8.h"

/* Advice is only given for a difference beyond what runs differ by. */
#define WORTH 1.25

/* Phases that are named: those with at least this share. */
#define NAMED_SHARE 0.2
#define NAMED_MAX   2

#define say(h, ...) layout_append((h)->sentence, sizeof((h)->sentence), __VA_ARGS__)

static bool starts_shell(const struct row *row)
{
	return cell__method_kind(row->cell) == METHOD_SHELL;
}

static bool competes(const struct row *row, bool execs)
{
	return row__execs(row) == execs && row__judged(row)->n > 0 && !starts_shell(row) &&
	       cell__method_kind(row->cell) != METHOD_THREAD;
}

static double median(const struct row *row)
{
	return row__judged(row)->median;
}

static const struct row *slowest(const struct rows *rows, bool execs)
{
	const struct row *slow = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (competes(row, execs) && (!slow || median(row) > median(slow)))
			slow = row;
	}
	return slow;
}

/* From the same parent: posix_spawn, which any program can use; else the fastest. NULL: none. */
static const struct row *rival(const struct rows *rows, const struct row *slow)
{
	const struct row *best = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (row == slow || row->group != slow->group || !competes(row, row__execs(slow)))
			continue;
		if (!strcmp(row->method, ROW_REFERENCE))
			return row;
		if (!best || median(row) < median(best))
			best = row;
	}
	return best;
}

/* Work between the call and the moment by which the row is judged, and not part of another phase.
 */
static bool is_on_the_way(enum phase p, bool execs)
{
	const struct phase_model *m = &phase_models[p];

	if (m->part_of != PHASE_none || m->sum >= 0)
		return false;
	if (m->group == GROUP_CALL)
		return m->kind == PHASE_WORK;
	return execs && (p == PHASE_pre_exec || p == PHASE_exec_open || p == PHASE_exec_flush ||
			 p == PHASE_exec_load);
}

static double share(const struct row *row, enum phase p)
{
	return is_on_the_way(p, row__execs(row)) ? stats_median(&row->cell->phases[p]) / median(row)
						 : NAN;
}

/* The phase with the largest share below that of `after`, or of all; PHASE_none: none is large. */
static enum phase next_phase(const struct row *row, enum phase after)
{
	double most = NAMED_SHARE, below = after == PHASE_none ? INFINITY : share(row, after);
	enum phase found = PHASE_none;

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (p != (int)after && share(row, p) >= most && share(row, p) <= below) {
			most = share(row, p);
			found = p;
		}
	}
	return found;
}

static void say_where(struct headline *h, const struct rows *rows, const struct row *slow)
{
	enum phase p = next_phase(slow, PHASE_none);
	name_buf name;

	for (int i = 0; i < NAMED_MAX && p != PHASE_none; i++) {
		struct interval of =
			share__of(rows, slow, p, row__judged_blocks(slow), median(slow));

		say(h, "%s%s", i ? ", " : " ", share__text(&of).text);
		if (!i)
			say(h, " of %s is", utf8_cut(slow->method, NAME_WIDTH, name));
		say(h, " %s (%s)", phase_name(p), phase_models[p].brief);
		p = next_phase(slow, p);
		if (p == PHASE_none || i + 1 == NAMED_MAX)
			say(h, ".");
	}
}

static void add_figure(struct headline *h, const char *label, struct number figure)
{
	snprintf(h->figures[h->n].label, sizeof(h->figures[0].label), "%s", label);
	snprintf(h->figures[h->n].figure, sizeof(h->figures[0].figure), "%s", figure.text);
	h->n++;
}

static struct number time_of(const struct rows *rows, const struct row *row)
{
	struct interval i = row__judged_interval(row);

	return words_time(&i, rows->instructions);
}

static struct number times_of(const struct interval *i)
{
	return words_known(i) ? text_ratio_range(i->estimate, i->low, i->high)
			      : text_ratio(i->estimate);
}

static void say_both(struct headline *h, const struct rows *rows, const struct row *slow,
		     const struct row *fast, const struct interval *times)
{
	const char *until = row__execs(slow) ? "until the program runs" : "call to return";
	char label[128];
	name_buf name, other, parent;

	utf8_cut(slow->method, NAME_WIDTH, name);
	utf8_cut(fast->method, NAME_WIDTH, other);
	say(h, "%s from a parent of %s takes %s with %s",
	    row__execs(slow) ? "Starting a program" : "Making a child",
	    utf8_cut(slow->parent, NAME_WIDTH, parent), time_of(rows, slow).text, name);
	if (words_hold(times, 1))
		say(h, "; %s is within noise of it.", other);
	else
		say(h, " and %s with %s: %s times as long.", time_of(rows, fast).text, other,
		    times_of(times).text);
	snprintf(label, sizeof(label), "%s, %s", name, until);
	add_figure(h, label, time_of(rows, slow));
	snprintf(label, sizeof(label), "%s, %s", other, until);
	add_figure(h, label, time_of(rows, fast));
	snprintf(label, sizeof(label), "%s, in times of %s", name, other);
	add_figure(h, label, times_of(times));
}

bool headline__of(struct headline *h, const struct rows *rows)
{
	const struct row *slow = slowest(rows, true), *fast;
	struct interval times;

	*h = (struct headline){0};
	slow = slow && rival(rows, slow) ? slow : slowest(rows, false);
	fast = slow ? rival(rows, slow) : NULL;
	if (!fast || slow->first_program)
		return false;
	times = row__against(slow, fast);
	say_both(h, rows, slow, fast, &times);
	say_where(h, rows, slow);
	if (row__execs(slow) && !strcmp(fast->method, ROW_REFERENCE) &&
	    (words_known(&times) ? times.low : times.estimate) >= WORTH)
		say(h, " Use posix_spawn.");
	return true;
}
