// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/markdown_births.h"

#include <math.h>

#include "user/analysis/birth_sums.h"
#include "user/report/bar.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

#define NAME_WIDTH 60

static void write_row(const struct report_run *r, const struct group *g, FILE *out)
{
	char bar[BAR_COLUMNS + 1];
	double ns[PHASE_COUNT];

	for (int p = 0; p < PHASE_COUNT; p++)
		ns[p] = phase_is_work(p) ? g->phase[p].sum : 0;
	bar_write(ns, 0, bar);
	fputs("| ", out);
	markdown_text(out, g->label ? g->label : "", NAME_WIDTH);
	fprintf(out, " | %s | %s |", method_name(g->key.method),
		text_count((double)g->counts.births).text);
	fprintf(out, " %s |", text_count(r->run->failures.absent ? NAN : (double)g->failed).text);
	fprintf(out, " %s |", text_time(sketch__quantile(&g->call, 0.5), r->instructions).text);
	fprintf(out, " %s |", text_time(g->work_ns > 0 ? g->work_ns : NAN, r->instructions).text);
	fprintf(out, bar[0] ? " `%s` |\n" : " - |\n", bar);
}

void markdown_births(const struct report_run *r, size_t most, FILE *out)
{
	const struct groups *g = &r->births->groups;

	fprintf(out,
		"| Parent | Method | Births | Failed | Call, median%s | Work | The work |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | --- |\n",
		r->instructions ? " (instructions)" : "");
	for (size_t i = 0; i < g->n && i < most; i++)
		write_row(r, &g->v[i], out);
	fputc('\n', out);
	if (g->n > most)
		fprintf(out, "%zu cheaper ones are left out; the page has more.\n\n", g->n - most);
	bar_write_key("The work", phase_is_work, "", out);
}
