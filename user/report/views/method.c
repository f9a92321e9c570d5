// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How the numbers were measured, what is absent and why, the commands, a button that saves the
 * data. */
#include <stdlib.h>
#include <string.h>

#include "user/model/phase.h"
#include "user/report/html.h"
#include "user/report/views/views.h"
#include "user/text/json.h"
#include "user/text/numbers.h"

/* A word for a shell: in single quotes unless it is plain. */
static void write_word(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./,:=+@%";
	const char *quote;

	if (*word && strspn(word, plain) == strlen(word)) {
		html_text(out, word);
		return;
	}
	html_text(out, "'");
	while ((quote = strchr(word, '\''))) {
		char *before = strndup(word, (size_t)(quote - word));

		html_text(out, before ? before : "");
		html_text(out, "'\\''");
		free(before);
		word = quote + 1;
	}
	html_text(out, word);
	html_text(out, "'");
}

/* Whether the command line would take it for an option. */
static bool is_like_option(const char *path)
{
	return path[0] == '-' && path[1];
}

static bool any_like_option(char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_like_option(paths[i]))
			return true;
	}
	return false;
}

static void write_paths(FILE *out, char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fputs(" ", out);
		write_word(out, paths[i]);
	}
}

static void write_own_command(const struct report *p, FILE *out)
{
	bool like_options = any_like_option(p->run_paths, p->run_path_count) ||
			    any_like_option(p->verdict_paths, p->verdict_count);

	fprintf(out, "spawnscope report%s%s", p->truncated ? " --truncated" : "",
		like_options ? " -o page.html --" : "");
	write_paths(out, p->run_paths, p->run_path_count);
	write_paths(out, p->verdict_paths, p->verdict_count);
	fputs(like_options ? "" : " -o page.html", out);
}

static void write_commands(const struct report *p, FILE *out)
{
	fputs("<h3>The commands</h3>\n", out);
	for (size_t i = 0; i < p->count; i++) {
		char *const *word = p->runs[i].run->command;

		fputs(p->joined ? "<p>The first of " : "<p>", out);
		html_text(out, p->runs[i].name);
		fputs(" was made by</p>\n<pre tabindex=\"0\"><code>", out);
		for (size_t k = 0; word && word[k]; k++) {
			fputs(k ? " " : "", out);
			write_word(out, word[k]);
		}
		fputs("</code></pre>\n", out);
	}
	fputs(p->count ? "<p>and this page by</p>" : "<p>This page was made by</p>", out);
	fputs("\n<pre tabindex=\"0\"><code>", out);
	write_own_command(p, out);
	fputs("</code></pre>\n", out);
}

static bool all_absent_alike(const struct run *r)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!r->phases[p].absent || strcmp(r->phases[p].absent, r->phases[0].absent))
			return false;
	}
	return true;
}

static void write_sources(const struct report_run *run, FILE *out)
{
	const struct run *r = run->run;

	if (all_absent_alike(r)) {
		fputs("<p>No phases: ", out);
		html_text(out, r->phases[0].absent);
		fputs(".</p>\n", out);
		return;
	}
	html_table(out, "Phases and their sources", 3, "Phase", "Time", "Source", NULL);
	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct phase_origin *o = &r->phases[i];

		html_row(out, phase_name(i), phase_models[i].brief, "", NULL);
		if (!o->source)
			fputs("absent: ", out);
		html_text(out, o->source   ? o->source
			       : o->absent ? o->absent
					   : "this run did not look for it");
	}
	html_table_end(out);
}

static void write_note(FILE *out, const struct report_run *r, const struct cell *c,
		       const char *what, const char *why)
{
	const char *method = cell__method(c);

	html_row(out, method ? method : "-", text_bytes(cell__parent_bytes(c)).text,
		 cell__probe_set(c), "", NULL);
	html_text(out, what);
	html_text(out, why);
}

static size_t failed_calls(const struct cell *c)
{
	size_t failed = 0;

	for (size_t i = 0; i < c->errnos.n; i++)
		failed += c->errnos.v[i] != 0 && c->errnos.v[i] != MISSING;
	return failed;
}

/* Why a cell was skipped or broke off, and how many of its calls failed. */
static void write_unmeasured(FILE *out, const struct report_run *r, const struct cell *c)
{
	char text[64];
	size_t failed = failed_calls(c);

	if (c->skipped)
		write_note(out, r, c, "skipped: ", c->skipped);
	if (c->broken)
		write_note(out, r, c, "broken off: ", c->broken);
	if (failed) {
		snprintf(text, sizeof(text), "%zu of %zu %s failed", failed, c->n,
			 text_plural((int64_t)c->n, "call", "calls"));
		write_note(out, r, c, text, "");
	}
}

/* Phases that the run has and these methods lack, for one reason. */
struct lack {
	const char *why;
	bool phases[PHASE_COUNT];
	struct strbuf methods;
};

struct lacks {
	struct lack *v; /* of a cell at most one a phase */
	size_t n;
};

static struct lack *lack_of(struct lacks *all, size_t first, const char *why)
{
	for (size_t i = first; i < all->n; i++) {
		if (!strcmp(all->v[i].why, why))
			return &all->v[i];
	}
	all->v[all->n] = (struct lack){.why = why};
	return &all->v[all->n++];
}

static bool has_method(const struct report_run *r, size_t rows, const char *method)
{
	for (size_t i = 0; i < rows; i++) {
		if (!strcmp(r->rows.v[i].method, method))
			return true;
	}
	return false;
}

/* Of the first `n` the one with the same phases and reason; NULL: none. */
static struct lack *same_lack(const struct lacks *all, size_t n, const struct lack *as)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(all->v[i].why, as->why) &&
		    !memcmp(all->v[i].phases, as->phases, sizeof(as->phases)))
			return &all->v[i];
	}
	return NULL;
}

/* Adds why the method of this row lacks phases, by all its parents. */
static void add_lacks(struct lacks *all, const struct report_run *r, const char *method)
{
	size_t own = all->n, kept = own;

	for (size_t i = 0; i < r->rows.n; i++) {
		const struct row *row = &r->rows.v[i];
		bool starred;

		for (int p = 0; p < PHASE_COUNT && !strcmp(row->method, method); p++) {
			const char *why = row->cell->phase_origin[p].absent;

			struct lack *lack = NULL;

			if (why && !row__phase(row, p, &starred) && r->run->phases[p].source)
				lack = lack_of(all, own, why);
			if (lack)
				lack->phases[p] = true;
		}
	}
	for (size_t i = own; i < all->n; i++) {
		struct lack *like = same_lack(all, own, &all->v[i]);

		if (!like) {
			like = &all->v[kept++];
			*like = all->v[i];
		}
		strbuf__add(&like->methods, "%s%s", like->methods.length ? ", " : "", method);
	}
	all->n = kept;
}

static void write_lack(FILE *out, struct lack *l)
{
	struct strbuf phases = {0};

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (l->phases[p])
			strbuf__add(&phases, "%s%s", phases.length ? ", " : "", phase_name(p));
	}
	html_row(out, strbuf__text(&l->methods), strbuf__text(&phases), "", l->why, NULL);
	strbuf__free(&phases);
	strbuf__free(&l->methods);
}

/* Why methods lack phases that the run has. */
static void write_absent(FILE *out, const struct report_run *r)
{
	struct lacks all = {calloc((r->rows.n + 1) * PHASE_COUNT, sizeof(*all.v)), 0};

	if (!all.v)
		return;
	for (size_t i = 0; i < r->rows.n; i++) {
		if (!has_method(r, i, r->rows.v[i].method))
			add_lacks(&all, r, r->rows.v[i].method);
	}
	for (size_t i = 0; i < all.n; i++)
		write_lack(out, &all.v[i]);
	free(all.v);
}

static void write_missing(const struct report_run *r, FILE *out)
{
	html_table(out, "What is absent", 4, "Method", "Parent or phase", "Probe set", "Why", NULL);
	for (size_t i = 0; i < r->run->cell_count; i++)
		write_unmeasured(out, r, &r->run->cells[i]);
	write_absent(out, r);
	html_table_end(out);
}

typedef void write_fn(const struct report_run *r, FILE *out);

/* What write() gives of this run; NULL: out of memory. */
static char *text_of(const struct report_run *r, write_fn *write)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	write(r, out);
	return fclose(out) ? NULL : text;
}

/* The names of the runs with the text of run `first`; takes and frees it from the others. */
static void take_same(const struct report *p, char **texts, size_t first, struct strbuf *names)
{
	strbuf__add(names, "%s", p->runs[first].name);
	for (size_t i = first + 1; i < p->count; i++) {
		if (!texts[i] || strcmp(texts[i], texts[first]))
			continue;
		strbuf__add(names, ", %s", p->runs[i].name);
		free(texts[i]);
		texts[i] = NULL;
	}
}

/* Of all benches, or of all runs: what write() gives, folded; once for the runs that it is the same
 * of. */
static void write_each(const struct report *p, bool benches, const char *what, write_fn *write,
		       FILE *out)
{
	char **texts = calloc(p->count + 1, sizeof(*texts));
	struct strbuf names = {0};

	for (size_t i = 0; texts && i < p->count; i++) {
		if (p->runs[i].run->cell_count > 0 || !benches)
			texts[i] = text_of(&p->runs[i], write);
	}
	for (size_t i = 0; texts && i < p->count; i++) {
		char *text = texts[i];

		if (!text)
			continue;
		strbuf__clear(&names);
		take_same(p, texts, i, &names);
		html_fold(out, what, p->count > 1 ? strbuf__text(&names) : NULL);
		fputs(text, out);
		html_fold_end(out);
		free(text);
	}
	free((void *)texts);
	strbuf__free(&names);
}

static void write_how(const struct report *p, FILE *out)
{
	bool bench = false, profile = false;

	for (size_t i = 0; i < p->count; i++) {
		bench = bench || p->runs[i].run->cell_count > 0;
		profile = profile || p->runs[i].births;
	}
	if (bench)
		fputs("<p>A driver without privileges spawns children from parents of each size "
		      "and "
		      "times them itself; eBPF probes in the kernel measure the phases. Samples "
		      "alternate between up to three probe sets: no probes (<code>none</code>), "
		      "the probes of the phases (<code>phases</code>), and in a few samples all "
		      "probes (<code>all</code>), whose times are not compared with the others. A "
		      "value that was not measured is absent, never zero.</p>\n",
		      out);
	if (profile)
		fputs("<p>A profile watches programs as they run: eBPF probes in the kernel send a "
		      "record of each birth, exec and exit, which are joined by process. A value "
		      "that was not measured is absent, never zero.</p>\n",
		      out);
}

static void write(const struct report *p, FILE *out)
{
	bool instructions = p->count && p->runs[0].instructions;

	write_how(p, out);
	if (!report__same_unit(p))
		fputs("<p>The times of these runs have different units (nanoseconds, or "
		      "instructions by another counting rule): they are never compared.</p>\n",
		      out);
	else if (instructions)
		fputs("<p>The clock of these runs counts instructions in a virtual machine: the "
		      "same "
		      "kernel and programs give the same numbers anywhere. It does not model "
		      "caches; for times use a real machine.</p>\n",
		      out);
	write_each(p, false, "Where each phase comes from", write_sources, out);
	write_each(p, true, "What is absent, and why", write_missing, out);
	write_commands(p, out);
	fputs("<p class=\"save\" hidden><button type=\"button\" id=\"save\">Save the data of this "
	      "page as JSON</button></p>\n",
	      out);
}

static json_t *data(const struct report *p)
{
	return json_object();
}

const struct view view_method = {
	.id = "method",
	.title = "How this was measured",
	.data = data,
	.write = write,
};
