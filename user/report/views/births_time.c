// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/views/births_time.h"

#include <math.h>

#include "user/report/html.h"
#include "user/text/json.h"
#include "user/text/numbers.h"

static bool are_single(const struct report_run *r)
{
	return r->births->n <= BIRTHS_SINGLE;
}

/* The place of the first whose time is known, in order; or their number. */
static size_t first_of(const struct birth_sums *s)
{
	size_t i = 0;

	while (i < s->n && s->order[i]->t_ns == MISSING)
		i++;
	return i;
}

static double known(int64_t ns)
{
	return ns == MISSING ? NAN : (double)ns;
}

static json_t *single_data(const struct birth_sums *s)
{
	json_t *all = json_array();
	size_t first = first_of(s);

	for (size_t i = first; i < s->n; i++) {
		const struct birth_brief *b = s->order[i];

		all = json__push(all,
				 json_pack("[IooIo]", (json_int_t)(b->t_ns - s->order[first]->t_ns),
					   json__number(known(b->call_ns)),
					   json__number(known(b->life_ns)),
					   b->group == GROUP_OTHER ? -1 : (json_int_t)b->group,
					   !b->made	? json_false()
					   : b->program ? json__text(b->program)
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
	return are_single(r) ? single_data(r->births) : heat_data(r->births);
}

static void write_single(const struct report_run *r, FILE *out)
{
	const struct birth_sums *s = r->births;
	size_t first = first_of(s);

	html_table(out, "Each birth, in order; from the first one on", 3, "Parent", "Method",
		   "Program", "From", "Call", "Birth to exit", NULL);
	for (size_t i = first; i < s->n; i++) {
		const struct birth_brief *b = s->order[i];
		double from = (double)(b->t_ns - s->order[first]->t_ns);

		html_row(out, b->comm, method_name(b->method),
			 !b->made     ? "(failed)"
			 : b->program ? b->program
				      : "(no exec)",
			 NULL);
		html_number(out, text_time(from, r->instructions).text);
		html_number(out, text_time(known(b->call_ns), r->instructions).text);
		html_number(out, text_time(known(b->life_ns), r->instructions).text);
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
