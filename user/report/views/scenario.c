// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a scenario measured: each measure under its conditions, the rounds together. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/observation.h"
#include "user/report/html.h"
#include "user/report/views/views.h"
#include "user/text/json.h"
#include "user/text/layout.h"

/* The observations that differ in their round alone. */
struct measure {
	const struct observation *first;
	char conditions[256]; /* "spawnscope, pages 4k, during" */
	struct series values;
};

struct measures {
	struct measure *v;
	size_t n;
};

static bool is_round(const struct fact *f)
{
	return !strcmp(f->name, "round");
}

/* Words speak for themselves, numbers and sizes of pages do not. */
static void describe(const struct observation *o, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < o->key_count; i++) {
		const struct fact *f = &o->key[i];
		const char *comma = text[0] ? ", " : "";

		if (is_round(f))
			continue;
		if (!f->text)
			layout_append(text, size, "%s%s %" PRId64, comma, f->name, f->number);
		else if (!strcmp(f->name, "pages"))
			layout_append(text, size, "%spages %s", comma, f->text);
		else
			layout_append(text, size, "%s%s", comma, f->text);
	}
}

static struct measure *find(struct measures *m, const struct observation *o, const char *conditions)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->v[i].first->name, o->name) &&
		    !strcmp(m->v[i].conditions, conditions))
			return &m->v[i];
	return NULL;
}

static int add(struct measures *m, const struct observation *o)
{
	char conditions[sizeof(m->v->conditions)];
	struct measure *into;
	int err = 0;

	describe(o, conditions, sizeof(conditions));
	into = find(m, o, conditions);
	if (!into) {
		into = &m->v[m->n++];
		*into = (struct measure){.first = o};
		strcpy(into->conditions, conditions);
	}
	for (size_t i = 0; i < o->values.n && !err; i++)
		err = series__push(&into->values, o->values.v[i]);
	return err;
}

/* Of a run that is of no scenario: none. 0 or -ENOMEM. */
static int measures__of(struct measures *m, const struct run *r)
{
	int err = 0;

	*m = (struct measures){0};
	if (!r->scenario || !r->observation_count)
		return 0;
	m->v = calloc(r->observation_count, sizeof(*m->v));
	if (!m->v)
		return -ENOMEM;
	for (size_t i = 0; i < r->observation_count && !err; i++)
		err = add(m, &r->observations[i]);
	return err;
}

static void measures__free(struct measures *m)
{
	for (size_t i = 0; i < m->n; i++)
		series__free(&m->v[i].values);
	free(m->v);
}

static double p99_of(const struct measure *m)
{
	return stats_tail_known(&m->values, 0.99) ? stats_quantile(&m->values, 0.99) : NAN;
}

static void write_value(const struct report_run *r, const struct measure *m, double value,
			FILE *out)
{
	const char *unit = m->first->unit;

	if (isnan(value))
		html_number(out, "-");
	else if (!strcmp(unit, "ns"))
		html_number(out, text_time(value, r->instructions).text);
	else if (!strcmp(unit, "bytes"))
		html_number(out, text_bytes(llround(value)).text);
	else
		html_number(out, text_count(value).text);
}

static void write_measure(const struct report_run *r, const struct measure *m, FILE *out)
{
	const char *what = m->first->absent ? m->first->absent : m->first->unit;

	html_row(out, m->first->name, m->conditions, strcmp(what, "ns") ? what : "time", NULL);
	html_number(out, text_count((double)stats_count(&m->values)).text);
	write_value(r, m, stats_median(&m->values), out);
	write_value(r, m, p99_of(m), out);
	write_value(r, m, stats_quantile(&m->values, 1), out);
}

static void write_run(const struct report *p, size_t run, FILE *out)
{
	struct measures m;

	if (!measures__of(&m, p->runs[run].run) && m.n) {
		html_data(out, p, run, "The measures as a table");
		html_table(out, "Measures, the rounds together", 3, "Measure", "Conditions", "Unit",
			   "Values", "Median", "p99", "Maximum", NULL);
		for (size_t i = 0; i < m.n; i++)
			write_measure(&p->runs[run], &m.v[i], out);
		html_table_end(out);
		html_fold_end(out);
	}
	measures__free(&m);
}

static void write(const struct report *p, FILE *out)
{
	html_chart(out, "scenario");
	for (size_t i = 0; i < p->count; i++)
		write_run(p, i, out);
	fputs("<p class=\"note\">p99: where ten values or more lie beyond it. The answers that "
	      "these measures give are printed by <code>spawnscope scenario --input "
	      "FILE</code>.</p>\n",
	      out);
}

/* Of a measure in time. */
static json_t *time_data(const struct measure *m)
{
	return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "name", json__text(m->first->name),
			 "conditions", json__text(m->conditions), "n",
			 (json_int_t)stats_count(&m->values), "least",
			 json__number(stats_quantile(&m->values, 0)), "median",
			 json__number(stats_median(&m->values)), "p99", json__number(p99_of(m)),
			 "most", json__number(stats_quantile(&m->values, 1)));
}

static json_t *run_data(const struct run *r)
{
	json_t *times = json_array();
	struct measures m;
	int err = measures__of(&m, r);
	size_t n = m.n;

	for (size_t i = 0; i < n && !err; i++)
		if (!strcmp(m.v[i].first->unit, "ns") && series__any(&m.v[i].values))
			times = json__push(times, time_data(&m.v[i]));
	measures__free(&m);
	if (err) {
		json_decref(times);
		return NULL;
	}
	if (!n)
		return json__discard(times);
	return json_pack("{s:o, s:o}", "scenario", json__text(r->scenario), "rows", times);
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		any |= p->runs[i].run->scenario && p->runs[i].run->observation_count;
		runs = json__push(runs, run_data(p->runs[i].run));
	}
	return any ? json_pack("{s:o}", "runs", runs) : json__discard(runs);
}

const struct view view_scenario = {
	.id = "scenario",
	.title = "A real use: what was measured",
	.data = data,
	.write = write,
};
