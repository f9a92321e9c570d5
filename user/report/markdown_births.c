// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The births of a profile in Markdown: a table of the costliest programs, with a bar of phases. */
#include <math.h>
#include <string.h>

#include "user/analysis/birth_sums.h"
#include "user/report/markdown.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

#define NAME_WIDTH  60
#define BAR_COLUMNS 40

/* "ssMMMMMMMMee": the shares of the work; empty if it is not known. */
static void work_bar(const struct group *g, char bar[BAR_COLUMNS + 1])
{
	size_t used = 0, end;
	double sum = 0, at = 0;

	for (int p = 0; p < PHASE_COUNT; p++)
		sum += phase_is_work(p) ? g->phase[p].sum : 0;
	bar[0] = '\0';
	if (!(sum > 0))
		return;
	for (int p = 0; p < PHASE_COUNT; p++) {
		at += phase_is_work(p) ? g->phase[p].sum : 0;
		end = (size_t)lround(at / sum * BAR_COLUMNS);
		memset(bar + used, phase_models[p].letter, end - used);
		used = end;
	}
	bar[BAR_COLUMNS] = '\0';
}

static void write_row(const struct report_run *r, const struct group *g, FILE *out)
{
	char bar[BAR_COLUMNS + 1], text[NUMBER_MAX];

	work_bar(g, bar);
	fputs("| ", out);
	markdown_text(out, g->label ? g->label : "", NAME_WIDTH);
	fprintf(out, " | %s | %s |", method_name(g->key.method),
		text_count((double)g->counts.births, text));
	fprintf(out, " %s |", text_count(r->run->failures.absent ? NAN : (double)g->failed, text));
	fprintf(out, " %s |", text_time(sketch__quantile(&g->call, 0.5), r->instructions, text));
	fprintf(out, " %s |", text_time(g->work_ns > 0 ? g->work_ns : NAN, r->instructions, text));
	fprintf(out, bar[0] ? " `%s` |\n" : " - |\n", bar);
}

void markdown_births(const struct report_run *r, size_t most, FILE *out)
{
	const struct groups *g = &r->births->groups;
	size_t i;
	int p;

	fprintf(out,
		"| Parent | Method | Births | Failed | Call, median%s | Work | The work |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | --- |\n",
		r->instructions ? " (instructions)" : "");
	for (i = 0; i < g->n && i < most; i++)
		write_row(r, &g->v[i], out);
	fputc('\n', out);
	if (g->n > most)
		fprintf(out, "%zu cheaper ones are left out; the page has more.\n\n", g->n - most);
	fputs("The work: ", out);
	for (p = 0, i = 0; p < PHASE_COUNT; p++) {
		if (phase_is_work(p))
			fprintf(out, "%s`%c` %s", i++ ? ", " : "", phase_models[p].letter,
				phase_name(p));
	}
	fputs(".\n\n", out);
}
