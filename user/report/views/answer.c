// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What was asked, and the answer in words. */
#include "user/answers/answers.h"
#include "user/report/html.h"
#include "user/report/verdict.h"
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

/* Warnings first: they apply to all other answers. */
static void write_answers(FILE *out, const struct report_run *r)
{
	struct answers answers;

	answers__of(&answers, &r->rows, r->births);

	fputs("<dl class=\"answers\">\n", out);
	for (size_t i = 0; i < answers.n; i++) {
		if (answers.v[i].warning)
			write_answer(out, &answers.v[i]);
	}
	for (size_t i = 0; i < answers.n; i++) {
		if (!answers.v[i].warning)
			write_answer(out, &answers.v[i]);
	}
	fputs("</dl>\n", out);
}

static void write(const struct report *p, FILE *out)
{
	struct answer verdict;

	for (size_t i = 0; i < p->verdict_count; i++) {
		verdict_answer(p->verdicts[i], p->verdict_paths[i], &verdict);
		fputs("<dl class=\"answers\">\n", out);
		write_answer(out, &verdict);
		fputs("</dl>\n", out);
	}
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
	return json_object();
}

const struct view view_answer = {
	.id = "answer",
	.title = "The answer",
	.data = data,
	.write = write,
};
