// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The format markdown: a summary with the answers, a table, and phases as bars. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/answers/answers.h"
#include "user/model/phase.h"
#include "user/report/format.h"
#include "user/report/measure.h"
#include "user/report/row_text.h"
#include "user/report/verdict.h"
#include "user/table/bar.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

#define ROWS_MAX   20
#define RUNS_MAX   8 /* sites cut summaries that are too long */
#define NAME_WIDTH 60
#define TEXT_WIDTH 400

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

/* "WHAT: `s` clone_setup, `M` copy_mmLAST.": the letters of the phases that `has` names. */
static void write_key(const char *what, bool (*has)(enum phase p), const char *last, FILE *out)
{
	const char *before = ": ";

	fputs(what, out);
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!has(p))
			continue;
		fprintf(out, "%s`%c` %s", before, phase_models[p].letter, phase_name(p));
		before = ", ";
	}
	fprintf(out, "%s.\n\n", last);
}

static void write_row(const struct report_run *r, const struct row *row, FILE *out)
{
	char bar[BAR_COLUMNS + 1];

	bar__of_call(&r->rows, row, BAR_COLUMNS, bar);
	fputs("| ", out);
	markdown_text(out, row->parent, NAME_WIDTH);
	fputs(" | ", out);
	markdown_text(out, row->method, NAME_WIDTH);
	fprintf(out, " | %s | %s | %s | %s |", row_text_call(row, r->instructions).text,
		row_text_started(row, r->instructions).text,
		row_text_total(row, r->instructions).text,
		row_text_bill(row, r->instructions).text);
	fprintf(out, " %s |", row_text_ratio(row).text);
	fprintf(out, bar[0] ? " `%s` |\n" : " - |\n", bar);
}

/* At most `most` rows: the first and the last parents. */
static void write_table(const struct report_run *r, size_t most, FILE *out)
{
	size_t left_out = r->rows.n > most ? r->rows.n - most : 0, half = most / 2;
	bool ratios = false, intervals = false, bills = false, absent = false;

	fputs("| Parent | Method | Call | Started | Total | Bill | Ratio | The call |\n", out);
	fputs("| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n", out);
	for (size_t i = 0; i < r->rows.n; i++) {
		if (left_out && i >= half && i < half + left_out)
			continue;
		write_row(r, &r->rows.v[i], out);
		ratios |= isfinite(row__ratio(&r->rows.v[i]));
		intervals |= isfinite(row__judged_interval(&r->rows.v[i]).low);
		bills |= row__bill(&r->rows.v[i]) != NULL;
		absent |= measure_lacks_started(&r->rows.v[i]);
	}
	fprintf(out, "\nMedians%s%s.%s%s%s\n\n", r->instructions ? ", in instructions" : "",
		intervals ? "; in brackets their 95 % intervals, from the blocks of the run" : "",
		ratios ? " Ratio: of methods that exec, started against posix\\_spawn; of others, "
			 "the call against fork."
		       : "",
		bills ? " Bill: the work on whatever CPU, taken with all probes." : "",
		absent ? " Started is " ROW_STARTED_ABSENT "." : "");
	if (left_out)
		fprintf(out, "%zu %s left out; the page has them all.\n\n", left_out,
			text_plural((int64_t)left_out, "row in the middle is",
				    "rows in the middle are"));
}

/* Whether the bar of any row has this character; any at all for 0. */
static bool any_bar(const struct report *p, char wanted)
{
	char bar[BAR_COLUMNS + 1];

	for (size_t i = 0; i < p->count && i < RUNS_MAX; i++) {
		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			bar__of_call(&p->runs[i].rows, &p->runs[i].rows.v[k], BAR_COLUMNS, bar);
			if (wanted ? strchr(bar, wanted) != NULL : bar[0])
				return true;
		}
	}
	return false;
}

static void write_group(const struct report_run *r, const struct group *g, FILE *out)
{
	char bar[BAR_COLUMNS + 1];
	double ns[PHASE_COUNT];

	for (int p = 0; p < PHASE_COUNT; p++)
		ns[p] = phase_is_work(p) ? g->phase[p].sum : 0;
	bar__draw(ns, &(struct off_cpu){0}, BAR_COLUMNS, bar);
	fputs("| ", out);
	markdown_text(out, g->label ? g->label : "", NAME_WIDTH);
	fprintf(out, " | %s | %s | %s | %s | %s |", method_name(g->key.method),
		text_count((double)g->counts.births).text,
		text_count(r->run->failures.absent ? NAN : (double)g->failed).text,
		text_time(sketch__quantile(&g->call, 0.5), r->instructions).text,
		text_time(g->work_ns > 0 ? g->work_ns : NAN, r->instructions).text);
	fprintf(out, bar[0] ? " `%s` |\n" : " - |\n", bar);
}

/* The births of a profile: a table of at most `most` rows, and the key of its bars. */
static void write_births(const struct report_run *r, size_t most, FILE *out)
{
	const struct groups *g = &r->births->groups;

	fprintf(out,
		"| Parent | Method | Births | Failed | Call, median%s | Work | The work |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | --- |\n",
		r->instructions ? " (instructions)" : "");
	for (size_t i = 0; i < g->n && i < most; i++)
		write_group(r, &g->v[i], out);
	fputc('\n', out);
	if (g->n > most)
		fprintf(out, "%zu cheaper ones are left out; the page has more.\n\n", g->n - most);
	write_key("The work", phase_is_work, "", out);
}

/* The fact after `before`; nothing if it is unknown. */
static void write_fact(const struct run *r, const char *name, const char *before, FILE *out)
{
	const struct fact *fact = run__env(r, name);

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
			write_births(r, ROWS_MAX / runs, out);
	}
	if (p->count > runs)
		fprintf(out, "%zu more %s left out.\n\n", p->count - runs,
			text_plural((int64_t)(p->count - runs), "run is", "runs are"));
	if (any_bar(p, 0))
		write_key("The call", bar__has,
			  any_bar(p, BAR_OFF_CPU) ? ", `~` off the CPU (" ROW_OFF_CPU_BRIEF
						    "), `.` unattributed"
						  : ", `.` unattributed",
			  out);
	return ferror(out) ? -ENOMEM : 0;
}

const struct report_format report_markdown = {
	.value = {"markdown", "a summary for a job or a pull request: the answers, a table of at "
			      "most 20 rows, phases as bars"},
	.write = write_summary,
};
