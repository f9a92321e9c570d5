// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What others published of the same axes, beside the run. */
#include <math.h>

#include "user/answers/figure.h"
#include "user/report/html.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

/* More than a suite has. */
#define POINTS_MAX 32

static void write_claims(const struct report_run *r, const struct figure *f, FILE *out)
{
	html_table_begin(out, "Published, and here", 1);
	html_column(out, true, "What");
	html_column(out, true, "Published");
	html_column(out, false, "Here");
	html_column(out, false, "Ratio");
	html_column(out, true, "Verdict");
	html_head_end(out);
	for (size_t i = 0; i < FIGURE_CLAIMS_MAX; i++) {
		const struct figure_claim *c = &f->claims[i];
		struct figure_reading reading;
		char published[96];

		if (!figure_claim__applies(c, r->run) || figure_claim__read(c, &r->rows, &reading))
			continue;
		figure_text_published(c, &reading, published, sizeof(published));
		html_row(out, c->question, NULL);
		html_words(out, published);
		html_number(out, figure_text_ours(c, &reading, r->instructions).text);
		html_number(out, text_ratio(figure_times(c, &reading)).text);
		html_words(out, figure_verdict_name(reading.verdict));
	}
	html_table_end(out);
}

/* "1 GiB", "51,200", "16 KiB" */
static struct number place_text(const struct figure *f, double x)
{
	struct number n = {""};

	if (f->axis)
		return f->bytes ? text_bytes(llround(x)) : text_count(x);
	snprintf(n.text, sizeof(n.text), "%s", f->words[(size_t)x].label);
	return n;
}

static void write_point(const struct figure *f, const char *line, const char *who, double x,
			struct number y, FILE *out)
{
	html_row(out, line, who, NULL);
	html_number(out, place_text(f, x).text);
	html_number(out, y.text);
}

static void write_points(const struct report_run *r, const struct figure *f, FILE *out)
{
	struct figure_point points[POINTS_MAX];

	html_table_begin(out, "The lines", 2);
	html_column(out, true, "Line");
	html_column(out, true, "Of");
	html_column(out, false, f->x_title);
	html_column(out, false, f->y_title);
	html_head_end(out);
	for (size_t i = 0; i < FIGURE_LINES_MAX && f->ours[i].label; i++) {
		int n = figure_line__points(f, i, &r->rows, points, POINTS_MAX);

		for (int k = 0; k < n; k++)
			write_point(f, f->ours[i].label, "here", points[k].x,
				    text_time(points[k].y.estimate, r->instructions), out);
	}
	for (size_t i = 0; i < FIGURE_LINES_MAX && f->published[i].label; i++) {
		const struct published_line *line = &f->published[i];

		for (size_t k = 0; k < FIGURE_POINTS_MAX && line->points[k].y > 0; k++)
			write_point(f, line->label, "published", line->points[k].x,
				    text_time(line->points[k].y, false), out);
	}
	html_table_end(out);
}

static void write_run(const struct report *p, size_t run, const struct figure *f, FILE *out)
{
	const struct report_run *r = &p->runs[run];

	fprintf(out, "<div class=\"of-run\" data-run=\"%zu\">\n<p>F%s: ", run, f->suite + 1);
	html_text(out, f->title);
	fputs(". Published: ", out);
	html_text(out, f->source);
	fputs(".", out);
	if (f->absent) {
		fputs(" Not here: ", out);
		html_text(out, f->absent);
		fputs(".", out);
	}
	fputs("</p>\n", out);
	write_claims(r, f, out);
	html_data(out, p, run, "The lines as a table");
	write_points(r, f, out);
	html_fold_end(out);
	fputs("</div>\n", out);
}

static void write(const struct report *p, FILE *out)
{
	html_chart(out, "figure");
	for (size_t i = 0; i < p->count; i++) {
		const struct figure *f = figure_of(p->runs[i].run);

		if (f)
			write_run(p, i, f, out);
	}
	fputs("<p class=\"note\">Machines differ: what is compared is a slope, a ratio, or how a "
	      "time grows. Ratio: ours in times of what was published; 1 inside its range. In "
	      "brackets 95 % intervals, from the blocks of the run.</p>\n",
	      out);
}

static json_t *push_point(json_t *points, double x, double y)
{
	return json__push(points, json_pack("[oo]", json__number(x), json__number(y)));
}

static json_t *our_lines(const struct report_run *r, const struct figure *f)
{
	struct figure_point points[POINTS_MAX];
	json_t *lines = json_array();

	for (size_t i = 0; i < FIGURE_LINES_MAX && f->ours[i].label; i++) {
		int n = figure_line__points(f, i, &r->rows, points, POINTS_MAX);
		json_t *all = json_array();

		for (int k = 0; k < n; k++)
			all = push_point(all, points[k].x, points[k].y.estimate);
		lines = json__push(lines, json_pack("{s:o, s:o}", "label",
						    json__text(f->ours[i].label), "points", all));
	}
	return lines;
}

static json_t *published_lines(const struct figure *f)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < FIGURE_LINES_MAX && f->published[i].label; i++) {
		const struct published_line *line = &f->published[i];
		json_t *all = json_array();

		for (size_t k = 0; k < FIGURE_POINTS_MAX && line->points[k].y > 0; k++)
			all = push_point(all, line->points[k].x, line->points[k].y);
		lines = json__push(lines,
				   json_pack("{s:o, s:o, s:o}", "label", json__text(line->label),
					     "points", all, "like",
					     line->alone ? json_null()
							 : json_integer((json_int_t)line->like)));
	}
	return lines;
}

static json_t *claims(const struct report_run *r, const struct figure *f)
{
	json_t *all = json_array();

	for (size_t i = 0; i < FIGURE_CLAIMS_MAX; i++) {
		const struct figure_claim *c = &f->claims[i];
		struct figure_reading reading;
		char published[96];

		if (!figure_claim__applies(c, r->run))
			continue;
		if (figure_claim__read(c, &r->rows, &reading)) {
			json_decref(all);
			return NULL;
		}
		figure_text_published(c, &reading, published, sizeof(published));
		all = json__push(
			all,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:s}", "question",
				  json__text(c->question), "published", json__text(published),
				  "here",
				  json__text(figure_text_ours(c, &reading, r->instructions).text),
				  "value", json__number(reading.ours.estimate), "ratio",
				  json__number(figure_times(c, &reading)), "verdict",
				  figure_verdict_name(reading.verdict)));
	}
	return all;
}

static json_t *run_data(const struct report_run *r, const struct figure *f)
{
	json_t *words = json_array();

	for (size_t i = 0; i < FIGURE_POINTS_MAX && f->words[i].label; i++)
		words = json__push(words, json__text(f->words[i].label));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "suite", f->suite,
			 "title", json__text(f->title), "source", json__text(f->source), "absent",
			 f->absent ? json__text(f->absent) : json_null(), "words", words, "bytes",
			 f->bytes, "axes",
			 json_pack("[oo]", json__text(f->x_title), json__text(f->y_title)), "ours",
			 our_lines(r, f), "published", published_lines(f), "claims", claims(r, f));
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array();
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		const struct figure *f = figure_of(p->runs[i].run);

		any |= f != NULL;
		runs = json__push(runs, f ? run_data(&p->runs[i], f) : json_null());
	}
	return any ? runs : json__discard(runs);
}

const struct view view_figure = {
	.id = "figure",
	.title = "Beside what was published",
	.data = data,
	.write = write,
};
