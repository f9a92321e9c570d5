// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The format html: one page, made of a template, the views and their data. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/report/format.h"
#include "user/report/html.h"
#include "user/report/row_json.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

/* build/gen/page.html: markup, style and scripts, with marks where the program fills in the rest.
 */
__asm__(".pushsection .rodata\n"
	".global page_template\n"
	"page_template:\n"
	".incbin \"page.html\"\n"
	".byte 0\n"
	".popsection\n");
extern const char page_template[];

/* In the order of the page. */
static const struct view *const views[] = {
#define X(name) &view_##name,
	VIEWS(X)
#undef X
};

#define VIEW_COUNT (sizeof(views) / sizeof(views[0]))

/* Without runs, the files of the verdicts. */
static void write_title(const struct report *p, FILE *out)
{
	size_t i, count = p->count ? p->count : p->verdict_count;

	for (i = 0; i < count && i < 4; i++) {
		fputs(i ? ", " : "", out);
		html_text(out, p->count ? p->runs[i].name : p->verdict_paths[i]);
	}
	if (count > i)
		fprintf(out, " and %zu more", count - i);
}

/* One choice per run: scripts show its part of each view and hide the others. */
static void write_picker(const struct report *p, FILE *out)
{
	if (p->count < 2)
		return;
	fputs("<p class=\"picker\" hidden><label for=\"run\">The run to show:</label> "
	      "<select id=\"run\" autocomplete=\"off\">\n",
	      out);
	for (size_t i = 0; i < p->count; i++) {
		fprintf(out, "<option value=\"%zu\">", i);
		html_text(out, p->runs[i].name);
		fputs("</option>\n", out);
	}
	fputs("</select></p>\n", out);
}

static void write_views(const struct report *p, json_t *const *data, FILE *out)
{
	bool picked = false;

	fputs("<nav aria-label=\"Views\"><ul>\n", out);
	for (size_t i = 0; i < VIEW_COUNT; i++) {
		if (!json_is_null(data[i]))
			fprintf(out, "<li><a href=\"#%s\">%s</a></li>\n", views[i]->id,
				views[i]->title);
	}
	fputs("</ul></nav>\n", out);
	for (size_t i = 0; i < VIEW_COUNT; i++) {
		if (!views[i]->of_all && !picked) {
			write_picker(p, out);
			picked = true;
		}
		if (json_is_null(data[i]))
			continue;
		fprintf(out,
			"<section id=\"%s\" aria-labelledby=\"title-%s\">\n<h2 "
			"id=\"title-%s\">%s</h2>\n",
			views[i]->id, views[i]->id, views[i]->id, views[i]->title);
		views[i]->write(p, out);
		fputs("</section>\n", out);
	}
}

/* The run's rows, or the number of a run before with the same. */
static json_t *rows_data(const struct report *p, const struct report_run *r, const json_t *before)
{
	json_t *rows = json_array();

	for (size_t k = 0; k < r->rows.n; k++)
		rows = json__push(rows, row_json(p, &r->rows.v[k]));
	for (size_t i = 0; r->rows.n && i < json_array_size(before); i++) {
		if (json_equal(json_object_get(json_array_get(before, i), "rows"), rows)) {
			json_decref(rows);
			return json_integer((json_int_t)i);
		}
	}
	return rows;
}

/* The first run whose times have the same unit. */
static size_t unit_of(const struct report *p, size_t run)
{
	size_t i = 0;

	while (i < run && !run__same_unit(p->runs[i].run, p->runs[run].run))
		i++;
	return i;
}

static json_t *runs_data(const struct report *p)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < p->count; i++) {
		const struct report_run *r = &p->runs[i];
		json_t *rows = rows_data(p, r, runs);

		runs = json__push(runs, json_pack("{s:o, s:s, s:I, s:o}", "name",
						  json__text(r->name), "clock",
						  r->instructions ? CLOCK_OF_LAB : CLOCK_OF_MACHINE,
						  "unit", (json_int_t)unit_of(p, i), "rows", rows));
	}
	return runs;
}

static int write_data(const struct report *p, json_t *const *data, FILE *out)
{
	json_t *all = json_object(), *shown;
	int err = -ENOMEM;

	for (size_t i = 0; i < VIEW_COUNT; i++) {
		if (!json_is_null(data[i]))
			all = json__put(all, views[i]->id, json_incref(data[i]));
	}
	shown = json_pack("{s:o, s:o, s:o, s:o}", "runs", runs_data(p), "row", row_json_members(),
			  "axes", row_json_axes(p), "views", all);
	if (shown)
		err = json__write(shown, out);
	json_decref(shown);
	return err;
}

/* Copies the template up to `mark`, and moves *at behind it. */
static void copy_to(const char **at, const char *mark, FILE *out)
{
	const char *end = strstr(*at, mark);

	fwrite(*at, 1, (size_t)(end - *at), out);
	*at = end + strlen(mark);
}

/* Whether the page has the view that is named at the start of the text, before a "@". */
static bool has_view(const char *text, json_t *const *data)
{
	for (size_t i = 0; i < VIEW_COUNT; i++) {
		size_t length = strlen(views[i]->id);

		if (!strncmp(text, views[i]->id, length) && text[length] == '@')
			return !json_is_null(data[i]);
	}
	return false;
}

/* The scripts, those of views only if they are here, and the rest of the template. */
static void write_scripts(const char *at, json_t *const *data, FILE *out)
{
	static const char mark[] = "@VIEW ";
	const char *next;

	copy_to(&at, mark, out);
	while ((next = strstr(at, mark))) {
		const char *script = strchr(at, '@') + 1;

		if (has_view(at, data))
			fwrite(script, 1, (size_t)(next - script), out);
		at = next + strlen(mark);
	}
	fputs(strchr(at, '@') + 1, out);
}

static int write_page(const struct report *p, FILE *out)
{
	json_t *data[VIEW_COUNT] = {NULL};
	const char *at = page_template;
	int err = 0;

	for (size_t i = 0; i < VIEW_COUNT && !err; i++) {
		data[i] = views[i]->data(p);
		if (!data[i])
			err = -ENOMEM;
	}
	if (err)
		goto cleanup;
	copy_to(&at, "@TITLE@", out);
	write_title(p, out);
	copy_to(&at, "@RUNS@", out);
	write_title(p, out);
	copy_to(&at, "@VIEWS@", out);
	write_views(p, data, out);
	copy_to(&at, "@DATA@", out);
	err = write_data(p, data, out);
	write_scripts(at, data, out);

cleanup:
	for (size_t i = 0; i < VIEW_COUNT; i++)
		json_decref(data[i]);
	return err;
}

const struct report_format report_html = {
	.value = {"html", "one page, the default"},
	.also = INPUT_PROFILES | INPUT_SCENARIOS,
	.write = write_page,
};
