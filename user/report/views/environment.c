// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The machine of each run, and where the machines differ. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/report/html.h"
#include "user/report/views/views.h"

/* The fact as text; "-" if unknown. Returns the fact's own text or `buf`'s. */
static const char *fact_text(const struct fact *fact, struct number *buf)
{
	const char *bytes = fact ? strstr(fact->name, "_bytes") : NULL;

	if (!fact || (!fact->text && fact->number == MISSING))
		return "-";
	if (fact->text)
		return fact->text;
	if (bytes)
		*buf = text_count((double)fact->number);
	else
		snprintf(buf->text, sizeof(buf->text), "%" PRId64, fact->number);
	return buf->text;
}

static bool differs(const struct report *p, const char *name)
{
	for (size_t i = 1; i < p->count; i++) {
		if (!fact_same(run__env(p->runs[0].run, name), run__env(p->runs[i].run, name)))
			return true;
	}
	return false;
}

static void write_name(FILE *out, const char *name)
{
	char *text = strdup(name);

	for (size_t i = 0; text && text[i]; i++) {
		if (text[i] == '_')
			text[i] = ' ';
	}
	html_label(out, text ? text : name);
	free(text);
}

static void write_row(const struct report *p, FILE *out, const char *name, bool all)
{
	struct number buf;

	fputs("\n<tr>", out);
	write_name(out, name);
	for (size_t i = 0; i < (all ? p->count : 1); i++)
		html_words(out, fact_text(run__env(p->runs[i].run, name), &buf));
}

static bool same_clock(const struct report *p)
{
	for (size_t i = 1; i < p->count; i++) {
		if (p->runs[i].instructions != p->runs[0].instructions)
			return false;
	}
	return true;
}

static void write_clocks(const struct report *p, FILE *out, bool all)
{
	html_row(out, "clock", NULL);
	for (size_t i = 0; i < (all ? p->count : 1); i++)
		html_words(out,
			   p->runs[i].instructions ? "instructions (the lab)" : "monotonic, ns");
}

/* Whether a run before this one has the fact. */
static bool was_listed(const struct report *p, size_t run, const char *name)
{
	for (size_t i = 0; i < run; i++) {
		if (run__env(p->runs[i].run, name))
			return true;
	}
	return false;
}

/* The facts in which the runs differ, or the ones that are the same in all. */
static void write_facts(const struct report *p, FILE *out, bool different)
{
	if (same_clock(p) != different)
		write_clocks(p, out, different);
	for (size_t i = 0; i < p->count; i++) {
		const struct run *r = p->runs[i].run;

		for (size_t k = 0; k < r->env_count; k++) {
			const char *name = r->env[k].name;

			if (!was_listed(p, i, name) && differs(p, name) == different)
				write_row(p, out, name, different);
		}
	}
}

static bool any_differs(const struct report *p)
{
	for (size_t i = 0; i < p->count; i++) {
		for (size_t k = 0; k < p->runs[i].run->env_count; k++) {
			if (differs(p, p->runs[i].run->env[k].name))
				return true;
		}
	}
	return !same_clock(p);
}

static void write_differences(const struct report *p, FILE *out)
{
	if (!any_differs(p)) {
		fputs("<p>The machine is the same in all runs.</p>\n", out);
		return;
	}
	html_table_begin(out, "What differs between the runs", 1);
	html_column(out, false, "Fact");
	for (size_t i = 0; i < p->count; i++)
		html_column(out, true, p->runs[i].name);
	fputs("</tr></thead><tbody>", out);
	write_facts(p, out, true);
	html_table_end(out);
}

static void write(const struct report *p, FILE *out)
{
	static const char *const facts[] = {"kernel_release", "cpu_model", "hypervisor"};
	struct number buf;
	size_t i;

	if (p->count > 1) {
		write_differences(p, out);
	} else {
		fputs("<p>", out);
		for (size_t k = i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
			const char *text = fact_text(run__env(p->runs[0].run, facts[i]), &buf);

			if (!strcmp(text, "-"))
				continue;
			fputs(k++ ? " · " : i == 0 ? "Linux " : "", out);
			html_text(out, text);
		}
		fputs("</p>\n", out);
	}
	html_fold(out, p->count > 1 ? "What is the same in all" : "All details", NULL);
	html_table(out, p->count > 1 ? "The same in all runs" : "Machine details", 2, "Fact",
		   "Value", NULL);
	write_facts(p, out, false);
	html_table_end(out);
	html_fold_end(out);
}

static json_t *data(const struct report *p)
{
	return p->count ? json_object() : json_null();
}

const struct view view_environment = {
	.id = "environment",
	.title = "Machine details",
	.data = data,
	.write = write,
};
