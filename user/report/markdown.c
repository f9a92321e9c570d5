// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The format markdown: verdicts, the headline, a table with bars, the answers. Sites cut summaries
 * that are too long, so it is made of pieces, and what has no room is left out.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/answers/advice.h"
#include "user/answers/answers.h"
#include "user/answers/headline.h"
#include "user/model/phase.h"
#include "user/report/anatomy_markdown.h"
#include "user/report/format.h"
#include "user/report/measure.h"
#include "user/report/row_text.h"
#include "user/report/verdict.h"
#include "user/table/bar.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

#define BYTES_MAX     20000
#define BYTES_KEPT    1000 /* for what stands last */
#define ROWS_MAX      20
#define RUNS_MAX      8
#define FUNCTIONS_MAX 10
#define NAME_WIDTH    60
#define TEXT_WIDTH    400
#define LINE_WIDTH    2000

#define BAR_COLUMNS 24

struct summary {
	const struct report *p;
	FILE *out;
	size_t room;	/* bytes that are left */
	bool used[128]; /* letters of bars that were written */
	bool left_out;
	int error;
};

/* What a piece is about. */
struct piece {
	struct summary *to;
	const struct report_run *r;
	const struct report_run *before; /* of two runs the first, for the second; or NULL */
	const struct answer *answer;
	const struct call_tree *tree;
	const struct anatomy_pair *pair;
	size_t rows; /* at most */
};

/* Writes the piece, unless it has no room: then it returns false. */
static bool put(const struct piece *piece, void (*write)(const struct piece *piece, FILE *out))
{
	struct summary *to = piece->to;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool used[sizeof(to->used)], fits;

	memcpy(used, to->used, sizeof(used));
	if (out)
		write(piece, out);
	if (!out || fclose(out)) {
		to->error = -ENOMEM;
		free(text);
		return true;
	}
	fits = size <= to->room;
	if (fits) {
		fwrite(text, 1, size, to->out);
		to->room -= size;
	} else {
		memcpy(to->used, used, sizeof(used));
	}
	free(text);
	return fits;
}

static void put_or_note(const struct piece *piece,
			void (*write)(const struct piece *piece, FILE *out))
{
	if (!put(piece, write))
		piece->to->left_out = true;
}

static void write_answer(const struct piece *piece, FILE *out)
{
	const struct answer *a = piece->answer;

	fprintf(out, "- %s", a->warning ? "\xe2\x9a\xa0\xef\xb8\x8f " : "");
	markdown_text(out, a->question, TEXT_WIDTH);
	fputs(" **", out);
	markdown_text(out, a->figure, TEXT_WIDTH);
	fputs("** ", out);
	markdown_text(out, a->detail, sizeof(a->detail));
	fputc('\n', out);
}

static void put_verdicts(struct summary *s)
{
	struct answer verdict;
	struct piece piece = {.to = s, .answer = &verdict};

	for (size_t i = 0; i < s->p->verdict_count; i++) {
		verdict_answer(s->p->verdicts[i], s->p->verdict_paths[i], &verdict);
		put_or_note(&piece, write_answer);
	}
	if (s->p->verdict_count)
		fputc('\n', s->out);
}

static void put_answers(const struct piece *of, const struct answers *answers, bool warnings)
{
	struct piece piece = *of;
	bool any = false;

	for (size_t i = 0; i < answers->n; i++) {
		if (answers->v[i].warning != warnings)
			continue;
		piece.answer = &answers->v[i];
		put_or_note(&piece, write_answer);
		any = true;
	}
	if (any)
		fputc('\n', of->to->out);
}

static void write_line(struct strbuf *text, const char *before, const char *after, FILE *out)
{
	if (text->length) {
		fputs(before, out);
		markdown_text(out, strbuf__text(text), LINE_WIDTH);
		fputs(after, out);
	}
	strbuf__clear(text);
}

/* What the terminal begins with. */
static void write_profile(const struct profile_summary *s, FILE *out)
{
	struct strbuf text = {0};

	profile_add_headline(&text, s);
	write_line(&text, "**", ".**\n\n", out);
	profile_add_work(&text, s);
	write_line(&text, "", ".\n\n", out);
	profile_add_subject(&text, s->run);
	write_line(&text, "", "\n\n", out);
	strbuf__free(&text);
}

static void write_headline(const struct piece *piece, FILE *out)
{
	struct headline h;

	if (piece->r->births)
		write_profile(&piece->r->summary, out);
	if (!headline__of(&h, &piece->r->rows))
		return;
	fputs("**", out);
	markdown_text(out, h.sentence, sizeof(h.sentence));
	fputs("**\n\n", out);
}

static void write_advice(const struct piece *piece, FILE *out)
{
	const struct profile_summary *s = &piece->r->summary;
	struct strbuf text = {0};
	struct advices a;

	if (advices__of(&a, s->groups, s->top, s->calibration, s->clock) || !a.n)
		return;
	fputs("What to do:\n\n", out);
	for (size_t i = 0; i < a.n && i < ADVICES_SHOWN; i++) {
		advice_add_line(&text, &a.v[i], a.v[i].group->label, s->clock);
		write_line(&text, "- ", "\n", out);
	}
	advices_add_rest(&text, &a);
	write_line(&text, "- ", "\n", out);
	fputc('\n', out);
	advices_add_shown_basis(&text, &a, s->calibration, s->clock);
	write_line(&text, "", ".\n\n", out);
	strbuf__free(&text);
	advices__free(&a);
}

/* " `BAR` |", or a dash. */
static void write_bar(struct summary *to, const char *bar, FILE *out)
{
	struct strbuf text = {0};

	bar__add_all(&text, bar);
	fprintf(out, bar[0] ? " `%s` |\n" : " - |\n", strbuf__text(&text));
	for (; *bar; bar++)
		to->used[(unsigned char)*bar % sizeof(to->used)] = true;
	strbuf__free(&text);
}

/* The change of what the row is judged by. */
static void write_change(const struct piece *piece, const struct row *row, FILE *out)
{
	const struct row *other = rows__find(&piece->before->rows, row->cell);
	struct interval i = {NAN, NAN, NAN};

	if (other && run__same_unit(piece->r->run, piece->before->run))
		i = row__against(row, other);
	if (i.low <= 1 && i.high >= 1)
		fputs(" within noise |", out);
	else
		fprintf(out, " %s |", text_change_range(i.estimate, i.low, i.high).text);
}

static void write_row(const struct piece *piece, const struct row *row, FILE *out)
{
	const struct report_run *r = piece->r;
	char bar[BAR_MAX + 1];

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
	if (piece->before)
		write_change(piece, row, out);
	write_bar(piece->to, bar, out);
}

/* What the column has. Intervals are of one run each: they do not know how far runs differ. */
static const char *against(const struct report_run *r)
{
	return r->instructions ? " Against: the change of Started, or without exec of Call."
			       : " Against: the change of Started, or without exec of Call; two "
				 "runs may differ by more than their intervals, so `spawnscope "
				 "gate` decides.";
}

/* At most `most` rows: the first and the last parents. */
static void write_table(const struct piece *piece, FILE *out)
{
	const struct report_run *r = piece->r;
	size_t most = piece->rows, left_out = r->rows.n > most ? r->rows.n - most : 0,
	       half = most / 2;
	bool ratios = false, intervals = false, bills = false, absent = false;

	fputs("| Parent | Method | Call | Started | Total | Bill | Ratio |", out);
	if (piece->before) {
		fputs(" Against ", out);
		markdown_text(out, piece->before->name, NAME_WIDTH);
		fputs(" |", out);
	}
	fputs(" The call |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |", out);
	fputs(piece->before ? " ---: | --- |\n" : " --- |\n", out);
	for (size_t i = 0; i < r->rows.n; i++) {
		if (left_out && i >= half && i < half + left_out)
			continue;
		write_row(piece, &r->rows.v[i], out);
		ratios |= isfinite(row__ratio(&r->rows.v[i]));
		intervals |= isfinite(row__judged_interval(&r->rows.v[i]).low);
		bills |= row__bill(&r->rows.v[i]) != NULL;
		absent |= measure_lacks_started(&r->rows.v[i]);
	}
	fprintf(out, "\nMedians%s%s.%s%s%s%s\n\n", r->instructions ? ", in instructions" : "",
		intervals ? "; in brackets their 95 % intervals, from the blocks of the run" : "",
		ratios ? " Ratio: of methods that exec, started against posix\\_spawn; of others, "
			 "the call against fork."
		       : "",
		bills ? " Bill: the work on whatever CPU, taken with all probes." : "",
		piece->before ? against(r) : "",
		absent ? " Started is " ROW_STARTED_ABSENT "." : "");
	if (left_out)
		fprintf(out, "%zu %s left out; the page has them all.\n\n", left_out,
			text_plural((int64_t)left_out, "row in the middle is",
				    "rows in the middle are"));
}

static void write_group(const struct piece *piece, const struct group *g, FILE *out)
{
	const struct report_run *r = piece->r;
	char bar[BAR_MAX + 1];
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
	write_bar(piece->to, bar, out);
}

/* What the groups that have no row had. */
static void write_rest(const struct piece *piece, FILE *out)
{
	struct birth_sums_rest rest = birth_sums__rest(piece->r->births, piece->rows);

	if (rest.groups)
		fprintf(out, "%s more, with %s %s and %s of work, are left out.\n\n",
			text_count((double)rest.groups).text, text_count((double)rest.births).text,
			text_plural(rest.births, "birth", "births"),
			text_time_words(rest.work_ns, piece->r->instructions).text);
}

/* The births of a profile: a row a group. */
static void write_births(const struct piece *piece, FILE *out)
{
	const struct groups *g = &piece->r->births->groups;
	size_t shown = g->n < piece->rows ? g->n : piece->rows;

	fprintf(out,
		"| Parent | Method | Births | Failed | Call, median%s | Work | The work |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | --- |\n",
		piece->r->instructions ? " (instructions)" : "");
	for (size_t i = 0; i < shown; i++)
		write_group(piece, &g->v[i], out);
	fputc('\n', out);
	write_rest(piece, out);
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

static void write_name(const struct piece *piece, FILE *out)
{
	fputs("### ", out);
	markdown_text(out, piece->r->name, NAME_WIDTH);
	fputs("\n\n", out);
}

static void write_machine(const struct piece *piece, FILE *out)
{
	fputs("Linux", out);
	write_fact(piece->r->run, "kernel_release", " ", out);
	write_fact(piece->r->run, "cpu_model", ", ", out);
	write_fact(piece->r->run, "hypervisor", ", ", out);
	fputs(piece->r->instructions ? ", in instructions\n\n" : "\n\n", out);
}

/* With as many rows as have room. */
static void put_rows(struct piece *piece, size_t most,
		     void (*write)(const struct piece *piece, FILE *out))
{
	for (piece->rows = most; piece->rows > 0; piece->rows /= 2) {
		if (put(piece, write))
			return;
	}
	piece->to->left_out = true;
}

static void write_functions(const struct piece *piece, FILE *out)
{
	anatomy_markdown_functions(out, piece->r, piece->tree, piece->rows);
}

static void write_function_changes(const struct piece *piece, FILE *out)
{
	anatomy_markdown_changes(out, piece->pair, piece->rows);
}

/* The pair whose second side is the anatomy. */
static bool find_pair_to(const struct report *p, const struct call_tree *t,
			 struct anatomy_pair *pair)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->runs[i].run->anatomy_count; k++)
			if (anatomy_find_pair(p, i, k, pair) && pair->b == t)
				return true;
	return false;
}

static void put_anatomies(struct piece *piece)
{
	const struct run *r = piece->r->run;
	struct anatomy_pair pair;

	for (size_t i = 0; i < r->anatomy_count; i++) {
		piece->tree = &r->anatomies[i];
		piece->pair = &pair;
		if (find_pair_to(piece->to->p, piece->tree, &pair))
			put_rows(piece, FUNCTIONS_MAX, write_function_changes);
		else
			put_rows(piece, FUNCTIONS_MAX, write_functions);
	}
	piece->pair = NULL;
}

static void put_run(struct piece *piece, size_t rows)
{
	const struct report_run *r = piece->r;
	struct answers answers;

	answers__of(&answers, &r->rows, r->births);
	if (piece->to->p->count > 1)
		put_or_note(piece, write_name);
	put_or_note(piece, write_headline);
	put_answers(piece, &answers, true);
	if (r->births)
		put_or_note(piece, write_advice);
	put_or_note(piece, write_machine);
	put_anatomies(piece);
	if (r->rows.n > 0)
		put_rows(piece, rows, write_table);
	if (r->births && r->births->groups.n > 0)
		put_rows(piece, rows, write_births);
	put_answers(piece, &answers, false);
}

/* What the characters of the bars that were written mean. */
static void write_key(const struct summary *s)
{
	struct strbuf key = {0};
	char used[sizeof(s->used)] = "";
	size_t n = 0;

	for (size_t i = 1; i < sizeof(s->used); i++)
		if (s->used[i])
			used[n++] = (char)i;
	bar__add_key(&key, used);
	if (n)
		fprintf(s->out, "The bars:%s.\n\n", strbuf__text(&key));
	strbuf__free(&key);
}

static int write_summary(const struct report *p, FILE *out)
{
	struct summary s = {.p = p, .out = out, .room = BYTES_MAX - BYTES_KEPT};
	size_t runs = p->count < RUNS_MAX ? p->count : RUNS_MAX;

	fputs("## What it costs to start a process\n\n", out);
	put_verdicts(&s);
	for (size_t i = 0; i < runs; i++) {
		struct piece piece = {.to = &s, .r = &p->runs[i]};
		size_t all = s.room;

		if (p->count == 2 && i == 1 && p->runs[0].rows.n > 0)
			piece.before = &p->runs[0];
		/* The same for each of those that follow. */
		s.room = all / (runs - i);
		all -= s.room;
		put_run(&piece, ROWS_MAX / runs);
		s.room += all;
	}
	if (p->count > runs)
		fprintf(out, "%zu more %s left out.\n\n", p->count - runs,
			text_plural((int64_t)(p->count - runs), "run is", "runs are"));
	write_key(&s);
	if (s.left_out)
		fputs("Some of it is left out, for length; the page has all.\n\n", out);
	return s.error ? s.error : ferror(out) ? -ENOMEM : 0;
}

const struct report_format report_markdown = {
	.value = {"markdown", "a summary for a job or a pull request, of at most 20 KB: headline, "
			      "answers, a table of at most 20 rows, phases as bars"},
	.also = INPUT_PROFILES,
	.write = write_summary,
};
