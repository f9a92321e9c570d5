// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libFuzzer: any bytes as the gate's JSON; what is one stands in a page and in Markdown, alone and
 * beside a run.
 *
 * Seeds: user/report/tests/corpus
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/report/format.h"
#include "user/report/verdict.h"
#include "user/tests/sample_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct run run;
static FILE *nowhere; /* /dev/null */

/* The same verdict twice, since pages compare several. */
static void write_report(json_t *verdict, size_t runs)
{
	char *paths[] = {(char *)"run.jsonl"}, *names[] = {(char *)"a.json", (char *)"b.json"};
	json_t *verdicts[] = {verdict, verdict};
	struct report p;

	if (report__init(&p, &run, paths, runs, NULL))
		abort();
	p.verdicts = verdicts;
	p.verdict_paths = names;
	p.verdict_count = 2 - runs;
	if (report_html.write(&p, nowhere) || report_markdown.write(&p, nowhere))
		abort();
	report__free(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	const char *why = NULL;
	json_t *verdict = NULL;
	int err;

	if (!in)
		return 0;
	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		sample_run(&run, 10);
	}
	err = verdict_read_stream(in, &verdict, &why);
	fclose(in);
	/* A damaged one is refused with a reason. */
	if (err && (verdict || (err != -ENOENT && !why)))
		abort();
	if (err)
		return 0;
	write_report(verdict, 0);
	write_report(verdict, 1);
	json_decref(verdict);
	return 0;
}
