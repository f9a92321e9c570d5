// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/views/births_time.h"

#include <math.h>
#include <stdlib.h>

#include "user/report/html.h"
#include "user/text/json.h"
#include "user/text/numbers.h"

static int by_time(const void *a, const void *b)
{
	const struct birth *x = *(const struct birth *const *)a;
	const struct birth *y = *(const struct birth *const *)b;
	int64_t t = birth_time(x), u = birth_time(y);

	if (t != u)
		return t < u ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Those whose time is known, in order. */
static size_t in_order(const struct run *r, const struct birth *births[BIRTHS_SINGLE])
{
	size_t n = 0;

	for (size_t i = 0; i < r->birth_count && n < BIRTHS_SINGLE; i++)
		if (birth_time(&r->births[i]) != MISSING)
			births[n++] = &r->births[i];
	if (n)
		qsort((void *)births, n, sizeof(*births), by_time);
	return n;
}

static bool are_single(const struct report_run *r)
{
	return r->run->birth_count <= BIRTHS_SINGLE;
}

/* From the birth to the exit; NAN: it failed, or the exit was not seen. */
static double life_of(const struct birth *b)
{
	uint64_t end = b->life.edge[EDGE_exit];

	return b->life.result > 0 && end ? (double)((int64_t)end - birth_time(b)) : NAN;
}

static double call_of(const struct birth *b)
{
	int64_t call = birth_call_ns(b);

	return call == MISSING ? NAN : (double)call;
}

static json_t *single_data(const struct report_run *r)
{
	const struct birth *births[BIRTHS_SINGLE];
	const struct groups *g = &r->births->groups;
	size_t n = in_order(r->run, births);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct birth *b = births[i];
		const struct group *group = groups__of(g, b);
		const char *program = birth_program(b);

		all = json__push(all,
				 json_pack("[IooIo]",
					   (json_int_t)(birth_time(b) - birth_time(births[0])),
					   json__number(call_of(b)), json__number(life_of(b)),
					   (json_int_t)(group == &g->other ? -1 : group - g->v),
					   b->life.result <= 0 ? json_false()
					   : program	       ? json__text(program)
							       : json_null()));
	}
	return json_pack("{s:o}", "single", all);
}

static json_t *heat_data(const struct birth_sums *s)
{
	json_t *cells = json_array();

	for (size_t i = 0; i < s->bins; i++)
		for (int row = 0; row < HEAT_ROWS; row++)
			if (s->heat[i][row])
				cells = json__push(cells, json_pack("[IiI]", (json_int_t)i, row,
								    (json_int_t)s->heat[i][row]));
	return json_pack("{s:o}", "heat", cells);
}

json_t *births_time_data(const struct report_run *r)
{
	return are_single(r) ? single_data(r) : heat_data(r->births);
}

static void write_single(const struct report_run *r, FILE *out)
{
	const struct birth *births[BIRTHS_SINGLE];
	size_t n = in_order(r->run, births);

	html_table(out, "Each birth, in order; from the first one on", 3, "Parent", "Method",
		   "Program", "From", "Call", "Birth to exit", NULL);
	for (size_t i = 0; i < n; i++) {
		const struct birth *b = births[i];
		const char *program = birth_program(b);
		double from = (double)(birth_time(b) - birth_time(births[0]));

		html_row(out, b->comm, method_name(b->life.method),
			 b->life.result <= 0 ? "(failed)"
			 : program	     ? program
					     : "(no exec)",
			 NULL);
		html_number(out, text_time(from, r->instructions).text);
		html_number(out, text_time(call_of(b), r->instructions).text);
		html_number(out, text_time(life_of(b), r->instructions).text);
	}
	html_table_end(out);
}

/* The powers of ten that any call reached: from *first to below *end. */
static void find_tens(const struct birth_sums *s, int *first, int *end)
{
	*first = HEAT_ROWS / 5;
	*end = 0;
	for (size_t i = 0; i < s->bins; i++)
		for (int row = 0; row < HEAT_ROWS; row++) {
			if (!s->heat[i][row])
				continue;
			*first = row / 5 < *first ? row / 5 : *first;
			*end = row / 5 >= *end ? row / 5 + 1 : *end;
		}
}

static void write_heat(const struct report_run *r, FILE *out)
{
	const struct birth_sums *s = r->births;
	int first, end;

	find_tens(s, &first, &end);
	if (first >= end)
		return;
	html_table_begin(out,
			 "Calls over time by how long they took; each row begins at its time "
			 "after the first birth",
			 1);
	html_column(out, false, "From");
	for (int ten = first; ten < end; ten++) {
		char name[2 * NUMBER_MAX];

		snprintf(name, sizeof(name), "below %s",
			 text_time(pow(10, ten + 1), r->instructions).text);
		html_column(out, false, name);
	}
	html_head_end(out);
	for (size_t i = 0; i < s->bins; i++) {
		html_row(out, text_time((double)((int64_t)i * s->bin_ns), r->instructions).text,
			 NULL);
		for (int ten = first; ten < end; ten++) {
			uint64_t n = 0;

			for (int row = 5 * ten; row < 5 * ten + 5; row++)
				n += s->heat[i][row];
			html_number(out, text_count((double)n).text);
		}
	}
	html_table_end(out);
}

void births_time_write(const struct report_run *r, FILE *out)
{
	if (are_single(r))
		write_single(r, out);
	else
		write_heat(r, out);
}
