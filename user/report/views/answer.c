// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What was asked, and the answer in words. */
#include "user/answers/advice.h"
#include "user/answers/answers.h"
#include "user/answers/headline.h"
#include "user/report/html.h"
#include "user/report/views/views.h"

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

/* Where an answer stands: what is wrong with the run as a whole, beside the headline, the rest. */
enum place { WARNING, BESIDE, REST };

static enum place place_of(const struct answer *a)
{
	return a->warning ? WARNING : a->beside ? BESIDE : REST;
}

static bool any(const struct answers *answers, enum place place)
{
	for (size_t i = 0; i < answers->n; i++) {
		if (place_of(&answers->v[i]) == place)
			return true;
	}
	return false;
}

static void write_some(FILE *out, const struct answers *answers, enum place place)
{
	if (!any(answers, place))
		return;
	fputs("<dl class=\"answers\">\n", out);
	for (size_t i = 0; i < answers->n; i++) {
		if (place_of(&answers->v[i]) == place)
			write_answer(out, &answers->v[i]);
	}
	fputs("</dl>\n", out);
}

/* What is wrong with a profile, whose numbers are then lower bounds; the headline; what is wrong
 * with a bench; what to do; and the rest, folded beside a headline. */
static void write_answers(FILE *out, const struct report_run *r)
{
	struct answers answers;
	struct headline headline;
	bool has_headline = headline__of(&headline, &r->rows), folded = has_headline || r->births;

	answers__of(&answers, &r->rows, r->births);
	if (has_headline)
		write_headline(out, &headline);
	write_some(out, &answers, WARNING);
	write_some(out, &answers, BESIDE);
	if (r->births) {
		write_profile(out, &r->summary);
		write_advice(out, &r->summary);
	}
	if (!any(&answers, REST))
		return;
	if (folded)
		fputs("<details class=\"rest\"><summary>More answers</summary>\n", out);
	write_some(out, &answers, REST);
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
