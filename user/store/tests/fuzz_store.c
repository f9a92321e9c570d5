// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as a result file; what can be read is written, read again, shown,
 * reported, exported, compared with itself, and held against a budget. A birth that is read from
 * its text is the same as by way of jansson.
 *
 * Seeds: user/store/tests/corpus user/tests/anatomies
 */
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/analysis/groups.h"
#include "user/export/format.h"
#include "user/gate/budget/budget.h"
#include "user/gate/compare/compare.h"
#include "user/gate/print/print.h"
#include "user/gate/runs/kept.h"
#include "user/model/birth.h"
#include "user/profile/advice_json.h"
#include "user/profile/lines.h"
#include "user/profile/tree.h"
#include "user/profile/whatif_json.h"
#include "user/report/format.h"
#include "user/store/anatomy.h"
#include "user/store/birth_writer.h"
#include "user/store/encode.h"
#include "user/store/store.h"
#include "user/table/profile.h"
#include "user/table/table.h"
#include "user/tests/same_birth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *nowhere; /* /dev/null */

static void write_line(FILE *out, json_t *line)
{
	if (!line || json_dumpf(line, out, JSON_COMPACT) != 0)
		abort();
	fputc('\n', out);
	json_decref(line);
}

static void write_birth(FILE *out, const struct birth *b)
{
	struct strbuf line = {0};

	store_write_birth(&line, b);
	if (store_write_text(&line, out))
		abort();
	strbuf__free(&line);
}

static void check_round_trip(const struct run *r)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct run back;
	struct fault why;

	write_line(f, store_encode_run(r));
	for (size_t i = 0; i < r->cell_count; i++)
		write_line(f, store_encode_cell(&r->cells[i]));
	for (size_t i = 0; i < r->birth_count; i++)
		write_birth(f, &r->births[i]);
	if (r->calibration)
		write_line(f, store_encode_calibration(r->calibration));
	for (size_t i = 0; i < r->anatomy_count; i++)
		write_line(f, store_encode_anatomy(&r->anatomies[i]));
	write_line(f, store_encode_end(r));
	fclose(f);
	f = fmemopen(text, size, "r");
	if (store_read_stream(f, "again", &back, &why) != 0 || back.cell_count != r->cell_count ||
	    back.birth_count != r->birth_count || back.anatomy_count != r->anatomy_count)
		abort();
	fclose(f);
	run__free(&back);
	free(text);
}

/* Line by line, also of what is no run. */
static void check_births_of(const char *text, size_t size)
{
	const char *end = text + size, *newline;
	struct reason why;

	for (; text < end; text = newline + 1) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (!newline)
			newline = end;
		if (both_ways(text, (size_t)(newline - text), &why) == DIFFERS)
			abort();
	}
}

static void check_table(const struct run *r)
{
	if (table_print(r, &(struct table_options){.views = TABLE_VIEWS_ALL}, nowhere) != 0)
		abort();
}

static void check_births(struct run *r)
{
	struct lines l = {
		.out = nowhere, .clock = r->clock, .width = 80, .phases = true, .cow = true};
	struct spans calls = {0};
	struct profile_summary s;
	struct groups g;
	struct tree t = {0};

	groups__init(&g, r->stacks.n ? GROUP_BY_STACK : GROUP_BY_COMM);
	for (size_t i = 0; i < r->birth_count; i++) {
		lines__print(&l, &r->births[i]);
		if (groups__add(&g, &r->births[i]) || tree__add(&t, &r->births[i]))
			abort();
	}
	if (spans__add_calls(&calls, r))
		abort();
	s = profile_summary__stored(r, &g, &calls);
	s.views = TABLE_VIEWS_ALL;
	if (table_profile_print(&s, nowhere, false) ||
	    whatif_write_json(&g, s.top, r->calibration, r->clock, nowhere) ||
	    advice_write_json(&g, s.top, r->calibration, r->clock, nowhere))
		abort();
	tree__print(&t, r->clock, nowhere);
	tree__free(&t);
	groups__free(&g);
	spans__free(&calls);
}

static void check_report(const struct run *r)
{
	char *paths[] = {(char *)"fuzz.jsonl"};
	struct birth_sums *births = r->birth_count ? birth_sums__new() : NULL;
	struct report p;

	for (size_t i = 0; i < r->birth_count; i++)
		if (birth_sums__add(births, &r->births[i]))
			abort();
	if (report__init(&p, r, paths, 1, &births) || report_html.write(&p, nowhere) ||
	    report_markdown.write(&p, nowhere) || export_csv.cells(r, nowhere) ||
	    export_openmetrics.cells(r, nowhere))
		abort();
	report__free(&p);
}

/* With itself it is never worse. */
static void check_gate(const struct run *r)
{
	struct gate_policy policy = gate_policy_default;
	struct gate_report report;

	policy.every_probe_set = r->cell_count % 2;
	if (gate_compare(r, 1, r, 1, &policy, &report) != 0 || report.verdict == GATE_REGRESSION ||
	    gate_print_text(&report, nowhere, false, true) != 0 ||
	    gate_print_json(&report, nowhere, true) != 0 ||
	    gate_print_junit(&report, nowhere, true) != 0 ||
	    gate_print_ktap(&report, nowhere, false) != 0 ||
	    gate_print_markdown(&report, nowhere, false) != 0)
		abort();
	gate_report__free(&report);
}

static void check_budget(const struct run *r)
{
	static const char rules[] = "fork.births where rss >= 1GiB and comm != a == 0\n"
				    "copy_mm.max <= 2ms\nfork.copy_mm.mean <= 2ms\n"
				    "cow_child.count.p50 where fds > 2 <= 9\nfailed == 0\n";
	FILE *in = fmemopen((void *)rules, strlen(rules), "r");
	struct gate_report report;
	struct budget budget;
	unsigned int planned;
	struct fault why;

	gate_kept(r, 1, &planned);
	if (budget_read(in, "rules", &budget, &why) != 0 ||
	    budget_check(&budget, r, &report) != 0 ||
	    gate_print_text(&report, nowhere, false, true) != 0)
		abort();
	gate_report__free(&report);
	budget_free(&budget);
	fclose(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct run r;
	struct fault why;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	check_births_of((const char *)data, size);
	if (!in)
		return 0;
	if (store_read_stream(in, "fuzz", &r, &why) == 0) {
		check_round_trip(&r);
		check_table(&r);
		check_births(&r);
		check_report(&r);
		check_gate(&r);
		check_budget(&r);
		run__free(&r);
	}
	fclose(in);
	return 0;
}
