// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A profile: births over time, the costliest programs, their phases, estimates, the family tree. */
#include <math.h>
#include <string.h>

#include "user/analysis/birth_sums.h"
#include "user/analysis/whatif.h"
#include "user/report/html.h"
#include "user/report/views/births_time.h"
#include "user/report/views/views.h"
#include "user/text/json.h"
#include "user/text/numbers.h"

#define GROUPS_SHOWN 50

/* A profile may have none. */
static bool has_births(const struct report_run *r)
{
	return r->births && r->run->birth_count > 0;
}

static const char *label_of(const struct group *g)
{
	return g && g->label ? g->label : "(others)";
}

static const char *method_of(const struct group *g)
{
	return g && g->key.method ? method_name(g->key.method) : "";
}

/* The i-th shown group, then the sum of the groups that found no room; NULL: no more. */
static const struct group *shown(const struct birth_sums *s, size_t i)
{
	size_t n = s->groups.n < GROUPS_SHOWN ? s->groups.n : GROUPS_SHOWN;

	if (i < n)
		return &s->groups.v[i];
	return i == n && s->groups.other.label ? &s->groups.other : NULL;
}

static void write_time(FILE *out, const struct report_run *r, double ns)
{
	html_number(out, text_time(ns, r->instructions).text);
}

static void write_count(FILE *out, double n)
{
	html_number(out, text_count(n).text);
}

static void write_share(FILE *out, double share)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof(text), "%.1f %%", 100 * share);
	html_number(out, isfinite(share) ? text : "-");
}

static void write_group(FILE *out, const struct report_run *r, const struct group *g)
{
	double all = r->births->groups.all.work_ns, share = NAN;
	int biggest = group_biggest(g, &share);

	html_row(out, label_of(g), method_of(g), NULL);
	write_count(out, (double)g->counts.births);
	write_count(out, r->run->failures.absent ? NAN : (double)g->failed);
	write_count(out, (double)g->execs);
	write_time(out, r, sketch__quantile(&g->call, 0.5));
	write_time(out, r, sketch__tail(&g->call, 0.99));
	write_time(out, r, g->call.n ? (double)g->call.max : NAN);
	write_time(out, r, g->work_ns > 0 ? g->work_ns : NAN);
	write_share(out, all > 0 ? g->work_ns / all : NAN);
	html_words(out, biggest < 0 ? "-" : phase_name(biggest));
	write_share(out, share);
}

/* What the groups that have no row had. */
static void write_rest(FILE *out, const struct report_run *r)
{
	struct birth_sums_rest rest = birth_sums__rest(r->births, GROUPS_SHOWN);
	double all = r->births->groups.all.work_ns;
	char label[64];

	if (!rest.groups)
		return;
	snprintf(label, sizeof(label), "(others): %s", text_count((double)rest.groups).text);
	html_row(out, label, "", NULL);
	write_count(out, (double)rest.births);
	for (int i = 0; i < 5; i++)
		html_number(out, "-");
	write_time(out, r, rest.work_ns);
	write_share(out, all > 0 ? rest.work_ns / all : NAN);
	html_words(out, "-");
	html_number(out, "-");
}

static void write_groups(FILE *out, const struct report_run *r)
{
	const struct birth_sums *s = r->births;

	html_table(out, "Births by program and method, the costliest first", 2, "Parent", "Method",
		   "Births", "Failed calls", "Execs", "Call, median", "Call, p99", "Call, max",
		   "Work", "Of all work", "Largest phase", "Of its work", NULL);
	for (size_t i = 0; i < s->groups.n && i < GROUPS_SHOWN; i++)
		write_group(out, r, &s->groups.v[i]);
	write_rest(out, r);
	html_table_end(out);
}

static void write_phases(FILE *out, const struct report_run *r)
{
	const struct group *all = &r->births->groups.all;

	html_table(out, "Phases, over all births", 2, "Phase", "Source", "Sum", "Of all work",
		   "Births", "Median", "p99", "Max", NULL);
	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct sketch *k = &all->phase[p];
		const char *source = r->run->phases[p].source;

		if (!k->n)
			continue;
		html_row(out, phase_name(p), source ? source : "unknown", NULL);
		write_time(out, r, k->sum);
		write_share(out,
			    phase_is_work(p) && all->work_ns > 0 ? k->sum / all->work_ns : NAN);
		write_count(out, (double)k->n);
		write_time(out, r, sketch__quantile(k, 0.5));
		write_time(out, r, sketch__tail(k, 0.99));
		write_time(out, r, (double)k->max);
	}
	html_table_end(out);
}

static void write_series(FILE *out, const struct report_run *r)
{
	const struct birth_sums *s = r->births;

	html_table_begin(out, "Births over time; each row begins at its time after the first birth",
			 1);
	html_column(out, false, "From");
	for (size_t k = 0; k < s->series_count; k++) {
		fputs("<th>", out);
		html_text(out, label_of(s->series[k].group));
		fprintf(out, " %s", method_of(s->series[k].group));
	}
	html_head_end(out);
	for (size_t i = 0; i < s->bins; i++) {
		double from = (double)((int64_t)i * s->bin_ns);

		html_row(out, text_time(from, r->instructions).text, NULL);
		for (size_t k = 0; k < s->series_count; k++)
			write_count(out, (double)s->series[k].n[i]);
	}
	html_table_end(out);
}

static bool counted_cow(const struct group *g)
{
	return g->phase[PHASE_cow_child].n || g->phase[PHASE_cow_parent].n;
}

static void write_spawnable(FILE *out, const struct report_run *r, const struct group *g)
{
	const struct spawnable *w = &g->spawnable;

	html_row(out, label_of(g),
		 counted_cow(g) ? "least: copy_mm; most: with clone_finish, exec_flush, COW faults"
				: "least: copy_mm; most: with clone_finish, exec_flush; COW faults "
				  "were not measured",
		 NULL);
	write_count(out, (double)w->n);
	write_time(out, r, w->least_ns);
	write_time(out, r, w->most_ns);
	write_time(out, r, w->held_ns);
}

static void write_range(FILE *out, const struct report_run *r, const struct estimate *e)
{
	char text[2 * NUMBER_MAX + 4];

	snprintf(text, sizeof(text), "%s to %s", text_time(e->low, r->instructions).text,
		 text_time(e->high, r->instructions).text);
	html_number(out, isnan(e->low) ? "-" : text);
}

/* From the run's calibration of its machine. */
static void write_calibrated(FILE *out, const struct report_run *r)
{
	const struct calibration *c = r->run->calibration;
	const struct group *g;
	struct strbuf basis = {0};

	whatif_add_basis(&basis, WHATIF_SPAWNABLE, c, r->run->clock);
	html_table(out,
		   "The same forks, the time of each call: estimates; posix_spawn returns when the "
		   "child execs, a message to the helper is not in its time",
		   2, "Parent", "Basis", "Call, median", "By posix_spawn",
		   "By a small helper process", NULL);
	for (size_t i = 0; (g = shown(r->births, i)); i++) {
		const struct whatif_estimates e = whatif_estimate(g, WHATIF_SPAWNABLE, c);

		if (!whatif_has(g, WHATIF_SPAWNABLE))
			continue;
		html_row(out, label_of(g), strbuf__text(&basis), NULL);
		write_time(out, r, e.call);
		write_range(out, r, &e.spawn_call);
		write_range(out, r, &e.helper_call);
	}
	html_table_end(out);
	strbuf__free(&basis);
}

static void write_thp(FILE *out, const struct report_run *r, const struct group *g)
{
	const struct calibration *c = r->run->calibration;
	const struct whatif_estimates e = whatif_estimate(g, WHATIF_COPIER, c);
	struct strbuf why = {0};

	if (e.no_thp) {
		fputs(" With huge pages (THP): no estimate, ", out);
		whatif_add_no_thp(&why, &e, c, r->run->clock);
	} else {
		fprintf(out, " With huge pages (THP) it might be %s to %s, an estimate: ",
			text_time_words(e.thp_copy.low, r->instructions).text,
			text_time_words(e.thp_copy.high, r->instructions).text);
		whatif_add_basis(&why, WHATIF_COPIER, c, r->run->clock);
	}
	html_text(out, strbuf__text(&why));
	fputs(".", out);
	strbuf__free(&why);
}

static void write_faults(FILE *out, const struct sketch *faults)
{
	if (faults->n)
		fprintf(out, ", and the median of the parent's COW faults %s",
			text_count(round(sketch__quantile(faults, 0.5))).text);
}

static void write_copier(FILE *out, const struct report_run *r, const struct group *g)
{
	int64_t forks = (int64_t)g->staying.copy.n;

	fputs("<p>", out);
	html_text(out, label_of(g));
	fprintf(out, ": %s %s %s no case for posix_spawn; ",
		g->execs || forks == 1 ? "its" : "none of its", text_count((double)forks).text,
		g->execs ? text_plural(forks, "fork that does not exec is",
				       "forks that do not exec are")
			 : text_plural(forks, "fork does not exec, so it is",
				       "forks execs, so they are"));
	fprintf(out, "the median of copy_mm is %s",
		text_time_words(sketch__quantile(&g->staying.copy, 0.5), r->instructions).text);
	write_faults(out, &g->staying.cow_faults_parent);
	fputs(".", out);
	if (r->run->calibration)
		write_thp(out, r, g);
	fputs("</p>\n", out);
}

static size_t count_kind(const struct birth_sums *s, enum whatif_kind kind)
{
	const struct group *g;
	size_t n = 0;

	for (size_t i = 0; (g = shown(s, i)); i++)
		n += whatif_has(g, kind);
	return n;
}

static void write_no_copy(const struct run *r, FILE *out)
{
	const char *absent = r->phases[PHASE_copy_mm].absent;

	fputs("<p>Not known: the copy of memory (copy_mm) was not measured", out);
	if (absent) {
		fputs(": ", out);
		html_text(out, absent);
	}
	fputs(".</p>\n", out);
}

static void write_whatif(FILE *out, const struct report_run *r)
{
	const struct birth_sums *s = r->births;
	const struct group *g;

	fputs("<h3>What if these forks had been posix_spawn?</h3>\n", out);
	if (!s->by_method[CLONE_METHOD_FORK]) {
		fputs("<p>No forks in this run.</p>\n", out);
		return;
	}
	if (!s->groups.all.phase[PHASE_copy_mm].n) {
		write_no_copy(r->run, out);
		return;
	}
	if (count_kind(s, WHATIF_SPAWNABLE)) {
		fputs("<p>An estimate from the phases of the same births, not a measurement: the "
		      "work of the copy, and of what follows from it, that would be saved, as a "
		      "range (what to do, above, has at most all of their work until the exec), "
		      "and "
		      "how long the parent would be held instead, from the child's wake-up to its "
		      "exec. Sums over all forks that exec.</p>\n",
		      out);
		html_table(out, "Forks that exec, had they been posix_spawn: estimates", 2,
			   "Parent", "Basis", "Forks that exec", "Less work, at least",
			   "Less work, at most", "Parent held", NULL);
		for (size_t i = 0; (g = shown(s, i)); i++) {
			if (whatif_has(g, WHATIF_SPAWNABLE))
				write_spawnable(out, r, g);
		}
		html_table_end(out);
		if (r->run->calibration)
			write_calibrated(out, r);
	} else if (!count_kind(s, WHATIF_COPIER)) {
		fputs("<p>Nothing worth a change: for the forks that exec it would save less than "
		      "100 "
		      "µs.</p>\n",
		      out);
	}
	for (size_t i = 0; (g = shown(s, i)); i++) {
		if (whatif_has(g, WHATIF_COPIER))
			write_copier(out, r, g);
	}
}

static void write_member(FILE *out, const struct report_run *r, const struct member *m)
{
	if (m->up == FAMILY_NONE) {
		html_text(out, m->label);
		fputs(" <span class=\"note\">was there before</span>", out);
		return;
	}
	fprintf(out, "%s × <strong>", text_count((double)m->n).text);
	html_text(out, m->label ? m->label : "(no exec)");
	fprintf(out, "</strong> <span class=\"note\">by %s", method_name(m->method));
	if (m->work_ns > 0)
		fprintf(out, ", %s of work", text_time_words(m->work_ns, r->instructions).text);
	fputs("</span>", out);
}

static void write_family(FILE *out, const struct report_run *r)
{
	const struct family *f = &r->births->family;
	size_t depth = 0;

	if (f->root == FAMILY_NONE)
		return;
	fputs("<h3>Who came from whom</h3>\n"
	      "<p>Processes, not threads. Children of one parent that were made by the same method "
	      "and run the same program share a line.</p>\n"
	      "<div class=\"scroll tree\" role=\"group\" tabindex=\"0\" aria-label=\"Who came from "
	      "whom\"><ul><li>",
	      out);
	for (size_t at = f->root; at != FAMILY_NONE; at = family__next(f, at)) {
		const struct member *m = &f->v[at];

		if (m->depth > depth) {
			fputs("\n<ul><li>", out);
			depth++;
		} else if (at != f->root) {
			for (; depth > m->depth; depth--)
				fputs("</li></ul>", out);
			fputs("</li>\n<li>", out);
		}
		write_member(out, r, m);
	}
	for (; depth > 0; depth--)
		fputs("</li></ul>", out);
	fputs("</li></ul></div>\n", out);
	if (f->left_out)
		fprintf(out, "<p>%s %s left out.</p>\n", text_count((double)f->left_out).text,
			text_plural((int64_t)f->left_out,
				    "birth of a further program, or deeper, is",
				    "births of further programs, or deeper, are"));
}

static void write_run(const struct report *p, size_t i, FILE *out)
{
	const struct report_run *r = &p->runs[i];

	if (p->count > 1) {
		fputs("<h3>", out);
		html_text(out, r->name);
		fputs("</h3>\n", out);
	}
	html_data(out, p, i, "The data as tables");
	write_groups(out, r);
	write_phases(out, r);
	write_series(out, r);
	births_time_write(r, out);
	html_fold_end(out);
	fprintf(out,
		"<p class=\"note\">%s%s %s in these sums. Medians and p99 are within 0.8 %%; "
		"counts, "
		"sums and the largest values are exact.</p>\n",
		text_plural((int64_t)r->run->birth_count, "", "All "),
		text_count((double)r->run->birth_count).text,
		text_plural((int64_t)r->run->birth_count, "record is", "records are"));
	write_whatif(out, r);
	write_family(out, r);
}

static void write(const struct report *p, FILE *out)
{
	fputs("<p>Each line of a profile is a birth: a process or thread that was made, or a call "
	      "that failed. Births are grouped by the parent's name and the method. Work is the "
	      "sum of a birth's phases, without those in which a process waits.</p>\n",
	      out);
	html_chart(out, "births");
	for (size_t i = 0; i < p->count; i++) {
		if (!has_births(&p->runs[i]))
			continue;
		fprintf(out, "<div class=\"of-run\" data-run=\"%zu\">\n", i);
		write_run(p, i, out);
		fputs("</div>\n", out);
	}
}

static json_t *series_data(const struct birth_sums *s, const struct birth_series *series)
{
	json_t *births = json_array(), *work = json_array();

	for (size_t i = 0; i < s->bins; i++) {
		births = json__push(births, json_integer((json_int_t)series->n[i]));
		work = json__push(work, json__number(round(series->work_ns[i])));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "label", json__text(label_of(series->group)),
			 "method", json__text(method_of(series->group)), "births", births, "work",
			 work);
}

/* Per phase [name, sum, births, median]. */
static json_t *phases_data(const struct group *g)
{
	json_t *phases = json_array();

	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct sketch *k = &g->phase[p];

		if (k->n && phase_is_work(p))
			phases = json__push(
				phases, json_pack("[soIo]", phase_name(p), json__number(k->sum),
						  (json_int_t)k->n,
						  json__number(round(sketch__quantile(k, 0.5)))));
	}
	return phases;
}

static json_t *range_data(const struct estimate *e)
{
	return json_pack("[oo]", json__number(e->low), json__number(e->high));
}

static json_t *whatif_data(const struct group *g, const struct calibration *c)
{
	const struct whatif_estimates e = whatif_estimate(g, WHATIF_SPAWNABLE, c);
	const struct spawnable *w = &g->spawnable;
	json_t *object;

	if (!whatif_has(g, WHATIF_SPAWNABLE))
		return json_null();
	object = json_pack("{s:I, s:o, s:o, s:o, s:b}", "forks", (json_int_t)w->n, "least",
			   json__number(w->least_ns), "most", json__number(w->most_ns), "held",
			   json__number(w->held_ns), "cow", counted_cow(g));
	if (!isnan(e.spawn_call.low))
		object = json__put(object, "spawnCall", range_data(&e.spawn_call));
	if (!isnan(e.helper_call.low))
		object = json__put(object, "helperCall", range_data(&e.helper_call));
	return object;
}

static json_t *group_data(const struct group *g, const char *label, const struct run *r)
{
	return json_pack("{s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:o, s:o}", "label",
			 json__text(label), "method", json__text(method_of(g)), "births",
			 (json_int_t)g->counts.births, "failed",
			 json__number(r->failures.absent ? NAN : (double)g->failed), "execs",
			 (json_int_t)g->execs, "median",
			 json__number(round(sketch__quantile(&g->call, 0.5))), "work",
			 json__number(g->work_ns), "phases", phases_data(g), "whatif",
			 whatif_data(g, r->calibration));
}

/* Per member [depth, program or null, method, births, work], parents before children. */
static json_t *family_data(const struct family *f)
{
	json_t *members = json_array();

	for (size_t at = f->root; at != FAMILY_NONE; at = family__next(f, at)) {
		const struct member *m = &f->v[at];

		members = json__push(members,
				     json_pack("[Ios?Io]", (json_int_t)m->depth,
					       m->label ? json__text(m->label) : json_null(),
					       m->up != FAMILY_NONE ? method_name(m->method) : NULL,
					       (json_int_t)m->n, json__number(m->work_ns)));
	}
	return members;
}

static json_t *run_data(const struct report_run *r)
{
	const struct birth_sums *s = r->births;
	json_t *series = json_array(), *groups = json_array();

	for (size_t i = 0; i < s->series_count; i++)
		series = json__push(series, series_data(s, &s->series[i]));
	for (size_t i = 0; i < s->groups.n && i < GROUPS_SHOWN; i++)
		groups = json__push(groups,
				    group_data(&s->groups.v[i], s->groups.v[i].label, r->run));
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:I}", "groupCount",
			 (json_int_t)s->group_count, "bin", (json_int_t)s->bin_ns, "series", series,
			 "groups", groups, "all", group_data(&s->groups.all, "all", r->run), "time",
			 births_time_data(r), "family", family_data(&s->family), "leftOut",
			 (json_int_t)s->family.left_out);
}

static json_t *model_data(void)
{
	json_t *model = json_object();

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (phase_is_work(p))
			model = json__put(model, phase_name(p), json__text(phase_models[p].brief));
	}
	return model;
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	size_t any = 0;

	for (size_t i = 0; i < p->count; i++) {
		bool has = has_births(&p->runs[i]);

		any += has;
		runs = json__push(runs, has ? run_data(&p->runs[i]) : json_null());
	}
	return any ? json_pack("{s:o, s:o}", "runs", runs, "model", model_data())
		   : json__discard(runs);
}

const struct view view_births = {
	.id = "births",
	.title = "Who was born, and what it cost",
	.data = data,
	.write = write,
};
