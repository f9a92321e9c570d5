// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/table.h"
#include "bench/shared/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/noise.h"
#include "user/table/part.h"
#include "user/text/escape.h"
#include "user/text/utf8.h"

/* What is left for the CPU model is 13 columns at least. */
#define KERNEL_WIDTH	 24
#define HYPERVISOR_WIDTH 12
#define FACT_MAX	 128

static void print_warning(const struct table *t, const char *text)
{
	static const char label[] = "WARNING: ";

	fprintf(t->out, t->colour ? "\033[1;33m%s\033[0m" : "%s", label);
	layout_wrap(t->out, strlen(label), 2, text);
}

static void print_noise(const struct table *t)
{
	static const char label[] = "NOISY: ";
	struct strbuf text = {0};
	struct noise n;
	char *escaped;

	noise__of(&n, &t->times);
	if (!noise__any(&n))
		return;
	noise__describe(&n, &text);
	fprintf(t->out, t->colour ? "\033[1;33m%s\033[0m" : "%s", label);
	escaped = escape_copy(strbuf__text(&text));
	layout_wrap(t->out, strlen(label), 2, escaped ? escaped : "out of memory");
	free(escaped);
	strbuf__free(&text);
}

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_warnings(const struct table *t)
{
	int64_t lost = t->r->end.lost, missed = t->r->end.missed;
	int64_t unseen = run__births_unseen(t->r);
	char text[160];

	if (!t->r->ended)
		print_warning(t, "truncated run");
	if (unseen > 0) {
		snprintf(text, sizeof(text),
			 "%" PRId64 " of %" PRId64 " births made no record: "
			 "counts and phases below are incomplete",
			 unseen, t->r->end.started);
		print_warning(t, text);
	}
	if (lost <= 0 && missed <= 0)
		return;
	lost = lost == MISSING ? 0 : lost;
	missed = missed == MISSING ? 0 : missed;
	snprintf(text, sizeof(text),
		 "%" PRId64 " record%s lost, %" PRId64 " probe run%s missed: "
		 "counts and phases below are incomplete",
		 lost, plural(lost), missed, plural(missed));
	print_warning(t, text);
}

/* The fact's text, escaped and cut to `width` columns; "" if it is not known. Returns buf. */
static const char *fact(const struct run *r, const char *name, size_t width, char buf[FACT_MAX])
{
	const struct fact *f = run__env(r, name);

	escape_text(f && f->text ? f->text : "", buf, FACT_MAX);
	layout_cut(buf, width);
	return buf;
}

/* "Linux 6.1.0-18-amd64, Intel(R) Xeon(R) Platinum 8481C, kvm, clock: monotonic" */
static void print_header(const struct table *t)
{
	bool instructions = run__counts_instructions(t->r);
	char kernel[FACT_MAX], model[FACT_MAX], hypervisor[FACT_MAX];
	char before[2 * FACT_MAX], after[2 * FACT_MAX];
	size_t taken;

	fact(t->r, "kernel_release", KERNEL_WIDTH, kernel);
	fact(t->r, "hypervisor", HYPERVISOR_WIDTH, hypervisor);
	if (!strcmp(hypervisor, "none"))
		hypervisor[0] = '\0';
	else if (!strcmp(hypervisor, "yes")) /* the machine does not say which one */
		strcpy(hypervisor, "in a VM");
	snprintf(before, sizeof(before), "Linux%s%s", *kernel ? " " : "", kernel);
	snprintf(after, sizeof(after), "%s%s, clock: %s", *hypervisor ? ", " : "", hypervisor,
		 instructions ? "instructions" : CLOCK_OF_MACHINE);
	/* CPU models are long, and end in what matters least: cut to what is left of the line. */
	taken = utf8_width(before) + strlen(", ") + utf8_width(after);
	fact(t->r, "cpu_model", LAYOUT_WIDTH - taken, model);
	layout_print(t->out, 2, "%s%s%s%s", before, *model ? ", " : "", model, after);
}

/* "1200 births recorded, 1200 started, 0 lost, 0 missed": what is not known is left out. */
static void print_footer(const struct table *t)
{
	const struct {
		int64_t count;
		const char *what;
	} counts[] = {
		{t->r->end.births, "births recorded"},
		{t->r->end.started, "started"},
		{t->r->end.lost, "lost"},
		{t->r->end.missed, "missed"},
		{t->r->end.started_untraced, "started untraced"},
	};
	struct strbuf text = {0};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].count != MISSING)
			strbuf__add(&text, "%s%" PRId64 " %s", text.length ? ", " : "",
				    counts[i].count, counts[i].what);
	}
	if (text.length) {
		fputc('\n', t->out);
		layout_wrap(t->out, 0, 2, strbuf__text(&text));
	}
	strbuf__free(&text);
}

static int select_rows(struct table *t)
{
	int err;

	axes__find(&t->axes, t->r);
	t->shown = rows_probe_set(t->r);
	err = rows__init(&t->times, t->r, t->shown, &t->axes);
	if (!err)
		err = rows__init(&t->full, t->r, PROBE_SET_ALL, &t->axes);
	return err ? err : rows__init(&t->bare, t->r, PROBE_SET_NONE, &t->axes);
}

int table_print(const struct run *r, FILE *out, bool colour)
{
	static int (*const parts[])(const struct table *) = {
		table_latency, table_call,	   table_child,	   table_pages,
		table_cow,     table_tracing_cost, table_overhead,
	};
	struct table t = {.r = r, .out = out, .colour = colour};
	int err = select_rows(&t);

	if (!err) {
		print_warnings(&t);
		print_header(&t);
		print_noise(&t);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
		err = parts[i](&t);
	if (!err) {
		table_sources(&t);
		table_unmeasured(&t);
		if (r->ended)
			print_footer(&t);
		if (fflush(out) == EOF || ferror(out))
			err = errno ? -errno : -EIO;
	}
	rows__free(&t.times);
	rows__free(&t.full);
	rows__free(&t.bare);
	return err;
}
