// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What was asked, and the answer in words. */
#include <string.h>

#include "user/answers/advice.h"
#include "user/answers/answers.h"
#include "user/answers/headline.h"
#include "user/report/html.h"
#include "user/report/views/views.h"

#define SLOPES_MAX 6 /* rows on the first screen */

static void write_answer(FILE *out, const struct answer *a)
{
	fprintf(out, "<div class=\"answer%s\"><dt>", a->warning ? " warning" : "");
	html_text(out, a->question);
	fputs("</dt><dd><strong>", out);
	html_text(out, a->figure);
	fputs("</strong> <span>", out);
	html_text(out, a->detail);
	fputs("</span></dd></div>\n", out);
}

static void write_headline(FILE *out, const struct headline *h)
{
	fputs("<div class=\"headline\"><p>", out);
	html_text(out, h->sentence);
	fputs("</p>\n<dl class=\"figures\">\n", out);
	for (size_t i = 0; i < h->n; i++) {
		fputs("<div><dt>", out);
		html_text(out, h->figures[i].label);
		fputs("</dt><dd>", out);
		html_text(out, h->figures[i].figure);
		fputs("</dd></div>\n", out);
	}
	fputs("</dl></div>\n", out);
}

static void write_text(FILE *out, const char *before, struct strbuf *text, const char *after)
{
	if (text->length) {
		fputs(before, out);
		html_text(out, strbuf__text(text));
		fputs(after, out);
	}
	strbuf__clear(text);
}

/* What the terminal begins with. */
static void write_profile(FILE *out, const struct profile_summary *s)
{
	struct strbuf text = {0};

	profile_add_headline(&text, s);
	write_text(out, "<div class=\"headline\"><p>", &text, ".</p></div>\n");
	profile_add_work(&text, s);
	write_text(out, "<p>", &text, ".</p>\n");
	profile_add_subject(&text, s->run);
	write_text(out, "<p class=\"note\">", &text, "</p>\n");
	if (s->no_failures)
		strbuf__add(&text, "Not counted: calls that failed: %s", s->no_failures);
	write_text(out, "<p class=\"note\">", &text, "</p>\n");
	if (!s->run->birth_count)
		fputs("<p>No process or thread was made in this time.</p>\n", out);
	strbuf__free(&text);
}

static void write_advice(FILE *out, const struct profile_summary *s)
{
	struct strbuf text = {0};
	struct advices a;

	if (advices__of(&a, s->groups, s->top, s->calibration, s->clock) || !a.n)
		return;
	fputs("<h3>What to do</h3>\n<ul class=\"advice\">\n", out);
	for (size_t i = 0; i < a.n && i < ADVICES_SHOWN; i++) {
		advice_add_line(&text, &a.v[i], a.v[i].group->label, s->clock);
		write_text(out, "<li>", &text, "</li>\n");
	}
	advices_add_rest(&text, &a);
	write_text(out, "<li>", &text, "</li>\n");
	fputs("</ul>\n", out);
	advices_add_shown_basis(&text, &a, s->calibration, s->clock);
	write_text(out, "<p class=\"note\">", &text, ".</p>\n");
	strbuf__free(&text);
	advices__free(&a);
}

static bool any(const struct answers *answers, bool warning)
{
	for (size_t i = 0; i < answers->n; i++) {
		if (answers->v[i].warning == warning)
			return true;
	}
	return false;
}

static void write_some(FILE *out, const struct answers *answers, bool warning)
{
	if (!any(answers, warning))
		return;
	fputs("<dl class=\"answers\">\n", out);
	for (size_t i = 0; i < answers->n; i++) {
		if (answers->v[i].warning == warning)
			write_answer(out, &answers->v[i]);
	}
	fputs("</dl>\n", out);
}

/* Whether more than the parent's memory varies. */
static bool any_slopes(const struct answers *answers)
{
	for (size_t i = 0; i < answers->n; i++) {
		if (answers->v[i].beside && answers->v[i].slope.one[0])
			return true;
	}
	return false;
}

/* What a MiB, a VMA, a descriptor costs; the answers that are folded have the other methods. */
static void write_slopes(FILE *out, const struct answers *answers)
{
	size_t n = 0;
	bool known = false;

	fputs("<div class=\"slopes\">", out);
	html_table_begin(out, "What one more costs, where it costs most", 1);
	html_column(out, true, "One more");
	html_column(out, false, "Until the child is reaped");
	html_column(out, true, "With");
	html_head_end(out);
	for (size_t i = 0; i < answers->n; i++) {
		const struct answer *a = &answers->v[i];

		if (!a->slope.one[0] || n++ >= SLOPES_MAX)
			continue;
		html_row(out, a->slope.one, NULL);
		html_number(out, a->slope.cost);
		html_words(out, a->slope.of);
		known |= strchr(a->slope.cost, '(') != NULL;
	}
	html_table_end(out);
	fprintf(out,
		"<p class=\"note\">Slopes of the medians, by least squares%s. <em>More "
		"answers</em> has the other methods%s.</p></div>\n",
		known ? "; in brackets 95 % intervals" : "", n > SLOPES_MAX ? " and axes" : "");
}

/* What is wrong with a profile, whose numbers are then lower bounds; the headline; what is wrong
 * with a bench; what to do; and the rest, folded beside a headline. */
static void write_answers(FILE *out, const struct report_run *r)
{
	struct answers answers;
	struct headline headline;
	bool has_headline = headline__of(&headline, &r->rows), folded;

	answers__of(&answers, &r->rows, r->births);
	folded = has_headline || r->births || any_slopes(&answers);
	if (has_headline)
		write_headline(out, &headline);
	write_some(out, &answers, true);
	if (any_slopes(&answers))
		write_slopes(out, &answers);
	if (r->births) {
		write_profile(out, &r->summary);
		write_advice(out, &r->summary);
	}
	if (!any(&answers, false))
		return;
	if (folded)
		fputs("<details class=\"rest\"><summary>More answers</summary>\n", out);
	write_some(out, &answers, false);
	if (folded)
		fputs("</details>\n", out);
}

static void write(const struct report *p, FILE *out)
{
	for (size_t i = 0; i < p->count; i++) {
		fprintf(out, "<div class=\"of-run\" data-run=\"%zu\">\n", i);
		if (p->count > 1) {
			fputs("<h3>", out);
			html_text(out, p->runs[i].name);
			fputs("</h3>\n", out);
		}
		write_answers(out, &p->runs[i]);
		fputs("</div>\n", out);
	}
}

static json_t *data(const struct report *p)
{
	return p->count ? json_object() : json_null();
}

const struct view view_answer = {
	.id = "answer",
	.title = "The answer",
	.data = data,
	.write = write,
};
