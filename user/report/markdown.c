// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A summary in Markdown, for a job or a pull request: the answers, a table, a bar of phases. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/answers/answers.h"
#include "user/model/phase.h"
#include "user/report/format.h"
#include "user/report/markdown.h"
#include "user/report/verdict.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

#define ROWS_MAX    20
#define RUNS_MAX    8 /* told of; sites cut a summary that is too long */
#define NAME_WIDTH  60
#define TEXT_WIDTH  400
#define BAR_COLUMNS 40

static void write_answer(const struct answer *a, FILE *out)
{
	fprintf(out, "- %s", a->warning ? "\xe2\x9a\xa0\xef\xb8\x8f " : "");
	markdown_text(out, a->question, TEXT_WIDTH);
	fputs(" **", out);
	markdown_text(out, a->figure, TEXT_WIDTH);
	fputs("** ", out);
	markdown_text(out, a->detail, sizeof(a->detail));
	fputc('\n', out);
}

static void write_verdicts(const struct report *p, FILE *out)
{
	struct answer verdict;
	size_t i;

	for (i = 0; i < p->verdict_count && i < RUNS_MAX; i++) {
		verdict_answer(p->verdicts[i], p->verdict_paths[i], &verdict);
		write_answer(&verdict, out);
	}
	if (i)
		fputc('\n', out);
}

static void write_answers(const struct report_run *r, FILE *out)
{
	struct answers answers;

	answers__of(&answers, &r->rows, r->births);

	for (size_t i = 0; i < answers.n; i++)
		write_answer(&answers.v[i], out);
	fputc('\n', out);
}

static double shown_time(const struct row *row, enum phase p)
{
	bool starred;
	const struct cell *c = row__phase(row, p, &starred);
	double ns =
		c && phase_models[p].group == GROUP_CALL && phase_models[p].part_of == PHASE_none
			? stats_median(&c->phases[p])
			: NAN;

	return ns > 0 ? ns : 0;
}

/* "sMMMMMMMMMMfw..": the shares of the call; empty if it has no phases. */
static void phase_bar(const struct row *row, char bar[BAR_COLUMNS + 1])
{
	double sum = stats_median(&row->cell->unattributed), at = 0;
	size_t used = 0, end;

	sum = sum > 0 ? sum : 0;
	for (int p = 0; p < PHASE_COUNT; p++)
		at += shown_time(row, p);
	bar[0] = '\0';
	if (at <= 0)
		return;
	sum += at;
	at = 0;
	for (int p = 0; p < PHASE_COUNT; p++) {
		at += shown_time(row, p);
		end = (size_t)lround(at / sum * BAR_COLUMNS);
		memset(bar + used, phase_models[p].letter, end - used);
		used = end;
	}
	memset(bar + used, '.', BAR_COLUMNS - used);
	bar[BAR_COLUMNS] = '\0';
}

static void write_row(const struct report_run *r, const struct row *row, FILE *out)
{
	double ratio = row__ratio(row);
	char bar[BAR_COLUMNS + 1], text[NUMBER_MAX];

	phase_bar(row, bar);
	fputs("| ", out);
	markdown_text(out, row->parent, NAME_WIDTH);
	fputs(" | ", out);
	markdown_text(out, row->method, NAME_WIDTH);
	fprintf(out, " | %s |", text_time(row->call.median, r->instructions, text));
	fprintf(out, " %s |", text_time(row->call.p90, r->instructions, text));
	if (isfinite(ratio))
		fprintf(out, " \xc3\x97%.*f |", ratio < 10 ? 2 : 0, ratio);
	else
		fputs(" - |", out);
	fprintf(out, bar[0] ? " `%s` |\n" : " - |\n", bar);
}

/* The first and the last parents: the middle ones are left out where there are too many rows. */
static void write_table(const struct report_run *r, size_t most, FILE *out)
{
	size_t left_out = r->rows.n > most ? r->rows.n - most : 0, half = most / 2;

	fprintf(out, "| Parent | Method | Median%s | p90 | Against posix\\_spawn | The call |\n",
		r->instructions ? " (instructions)" : "");
	fputs("| --- | --- | ---: | ---: | ---: | --- |\n", out);
	for (size_t i = 0; i < r->rows.n; i++) {
		if (left_out && i >= half && i < half + left_out)
			continue;
		write_row(r, &r->rows.v[i], out);
	}
	fputc('\n', out);
	if (left_out)
		fprintf(out, "%zu rows in the middle are left out; the page has them all.\n\n",
			left_out);
}

static bool has_bars(const struct report *p)
{
	char bar[BAR_COLUMNS + 1];

	for (size_t i = 0; i < p->count && i < RUNS_MAX; i++) {
		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			phase_bar(&p->runs[i].rows.v[k], bar);
			if (bar[0])
				return true;
		}
	}
	return false;
}

static void write_key(FILE *out)
{
	fputs("The call: ", out);
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (phase_models[p].group == GROUP_CALL && phase_models[p].part_of == PHASE_none)
			fprintf(out, "`%c` %s, ", phase_models[p].letter, phase_name(p));
	}
	fputs("`.` unattributed.\n\n", out);
}

/* The fact, or nothing. */
static void write_fact(const struct run *r, const char *name, const char *before, FILE *out)
{
	const struct env_fact *fact = run__env(r, name);

	if (!fact || !fact->text)
		return;
	fputs(before, out);
	markdown_text(out, fact->text, NAME_WIDTH);
}

static int write_summary(const struct report *p, FILE *out)
{
	size_t runs = p->count < RUNS_MAX ? p->count : RUNS_MAX;

	fputs("## What it costs to start a process\n\n", out);
	write_verdicts(p, out);
	for (size_t i = 0; i < runs; i++) {
		const struct report_run *r = &p->runs[i];

		if (p->count > 1) {
			fputs("### ", out);
			markdown_text(out, r->name, NAME_WIDTH);
			fputs("\n\n", out);
		}
		fputs("Linux", out);
		write_fact(r->run, "kernel_release", " ", out);
		write_fact(r->run, "cpu_model", ", ", out);
		write_fact(r->run, "hypervisor", ", ", out);
		fputs(r->instructions ? ", in instructions\n\n" : "\n\n", out);
		write_answers(r, out);
		if (r->rows.n > 0)
			write_table(r, ROWS_MAX / runs, out);
		if (r->births)
			markdown_births(r, ROWS_MAX / runs, out);
	}
	if (p->count > runs)
		fprintf(out, "%zu more runs are left out.\n\n", p->count - runs);
	if (has_bars(p))
		write_key(out);
	return ferror(out) ? -ENOMEM : 0;
}

const struct report_format report_markdown = {
	.value = {"markdown", "a summary for a job or a pull request: the answers, a table of at "
			      "most 20 rows, phases as bars"},
	.write = write_summary,
};
