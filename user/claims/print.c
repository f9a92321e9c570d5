// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/print.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/noise.h"
#include "user/base/command.h"
#include "user/text/json.h"
#include "user/text/layout.h"
#include "user/text/spelling.h"
#include "user/text/strbuf.h"

static int written(FILE *out)
{
	errno = 0;
	if (!fflush(out) && !ferror(out))
		return 0;
	return errno ? -errno : -EIO;
}

/* "19 claims: 8 hold, 5 do not hold, 3 depend, 1 inconclusive, 2 absent" */
static void print_counts(const struct judged *v, size_t n, FILE *out)
{
	static const struct {
		const char *one, *many;
	} words[] = {{"holds", "hold"},
		     {"does not hold", "do not hold"},
		     {"depends", "depend"},
		     {"inconclusive", "inconclusive"},
		     {"absent", "absent"}};
	struct strbuf line = {0};
	const char *sign = ": ";

	strbuf__add(&line, "%zu %s", n, text_plural((int64_t)n, "claim", "claims"));
	for (int kind = 0; kind < VERDICT_COUNT; kind++) {
		size_t count = 0;

		for (size_t i = 0; i < n; i++)
			count += v[i].verdict.kind == (enum verdict_kind)kind;
		if (count == 0)
			continue;
		strbuf__add(&line, "%s%zu %s", sign, count,
			    text_plural((int64_t)count, words[kind].one, words[kind].many));
		sign = ", ";
	}
	layout_print(out, 2, "%s", strbuf__text(&line));
	strbuf__free(&line);
}

/* In words, whether the machine was noisy; empty: it was quiet, or no claim is about its cells. */
static void describe_noise(const struct evidence *e, const struct judged *v, size_t n,
			   struct strbuf *text)
{
	struct noise noise;
	bool cells = false;

	for (size_t i = 0; i < n; i++)
		cells = cells || v[i].claim->cells;
	noise__of(&noise, &e->rows);
	if (cells && noise__any(&noise))
		noise__describe(&noise, false, text);
}

static void print_noise(const struct evidence *e, const struct judged *v, size_t n, bool colour,
			FILE *out)
{
	struct strbuf text = {0};

	describe_noise(e, v, n, &text);
	if (text.length) {
		fprintf(out, "%sNOISY%s: ", colour ? "\033[1;33m" : "", colour ? "\033[0m" : "");
		layout_wrap(out, 7, 2, strbuf__text(&text));
	}
	strbuf__free(&text);
}

static const char *fact(const struct run *r, const char *name)
{
	const struct fact *f = run__env(r, name);

	return f && f->text ? f->text : "unknown";
}

static void print_machine(const struct run *r, FILE *out)
{
	layout_print(out, 2, "Linux %s, %s, %s, clock: %s", fact(r, "kernel_release"),
		     fact(r, "cpu_model"), fact(r, "libc"),
		     run__counts_instructions(r) ? "instructions" : "monotonic");
}

static void add_number(struct strbuf *line, const struct verdict_number *n, bool instructions)
{
	strbuf__add(line, "%s: ", n->what);
	spelling_add(line, verdict_value(n->unit, &n->value, instructions).text);
	strbuf__add(line, "%s", n->extrapolated ? " (extrapolated)" : "");
}

static void print_one(const struct judged *j, bool instructions, bool verbose, bool colour,
		      FILE *out)
{
	const struct verdict *v = &j->verdict;
	struct strbuf line = {0};

	fputc('\n', out);
	layout_print(out, 2, "\"%s\" (%s)", j->claim->text, j->claim->name);
	fprintf(out, "  %s%s%s: ", colour ? "\033[1m" : "", verdict_name(v->kind),
		colour ? "\033[0m" : "");
	layout_wrap(out, 4 + strlen(verdict_name(v->kind)), 4, v->why);
	for (size_t i = 0; i < v->n; i++) {
		strbuf__clear(&line);
		add_number(&line, &v->numbers[i], instructions);
		fputs("    ", out);
		layout_wrap(out, 4, 6, strbuf__text(&line));
	}
	if (verbose) {
		fputs("    Tested: ", out);
		layout_wrap(out, 12, 6, j->claim->tested);
	}
	strbuf__free(&line);
}

int claims_print(const struct evidence *e, const struct judged *v, size_t n, bool verbose,
		 bool colour, FILE *out)
{
	const struct run *r = e->run;
	bool extrapolated = false, intervals = false;

	print_noise(e, v, n, colour, out);
	print_counts(v, n, out);
	print_machine(r, out);
	for (size_t i = 0; i < n; i++) {
		print_one(&v[i], run__counts_instructions(r), verbose, colour, out);
		for (size_t k = 0; k < v[i].verdict.n; k++) {
			extrapolated = extrapolated || v[i].verdict.numbers[k].extrapolated;
			intervals = intervals || isfinite(v[i].verdict.numbers[k].value.low);
		}
	}
	if (intervals || extrapolated)
		fputc('\n', out);
	if (intervals)
		layout_print(out, 2, "Medians and slopes; in brackets: 95 %% intervals.");
	if (extrapolated)
		layout_print(out, 2,
			     "Extrapolated: by the slope, beyond what this machine was measured "
			     "with.");
	return written(out);
}

static json_t *value_json(const struct interval *i, enum number_unit unit, bool instructions)
{
	json_t *j = json_object();

	j = json__put(j, "value", json__number(i->estimate));
	j = json__put(j, "low", json__number(isfinite(i->low) ? i->low : NAN));
	j = json__put(j, "high", json__number(isfinite(i->high) ? i->high : NAN));
	return json__put(j, "unit", json__text(verdict_unit(unit, instructions)));
}

static json_t *number_json(const struct verdict_number *n, bool instructions)
{
	json_t *j = json__put(json_object(), "what", json__text(n->what));

	j = json__put(j, "number", value_json(&n->value, n->unit, instructions));
	return json__put(j, "extrapolated", json_boolean(n->extrapolated));
}

static json_t *judged_json(const struct judged *v, bool instructions)
{
	json_t *j = json__put(json_object(), "name", json__text(v->claim->name));
	json_t *numbers = json_array();

	for (size_t i = 0; i < v->verdict.n; i++)
		numbers = json__push(numbers, number_json(&v->verdict.numbers[i], instructions));
	j = json__put(j, "claim", json__text(v->claim->text));
	j = json__put(j, "verdict", json__text(verdict_name(v->verdict.kind)));
	j = json__put(j, "why", json__text(v->verdict.why));
	if (!isnan(v->verdict.crossing.estimate))
		j = json__put(
			j, "crossing",
			value_json(&v->verdict.crossing, v->verdict.crossing_unit, instructions));
	j = json__put(j, "numbers", numbers);
	return json__put(j, "tested", json__text(v->claim->tested));
}

int claims_print_json(const struct evidence *e, const struct judged *v, size_t n, FILE *out)
{
	const struct run *r = e->run;
	struct strbuf noise = {0};
	bool instructions = run__counts_instructions(r);
	json_t *j = json__put(json_object(), "type", json_string("claims")), *list = json_array();
	int err;

	for (size_t i = 0; i < n; i++)
		list = json__push(list, judged_json(&v[i], instructions));
	j = json__put(j, "tool", json_string("spawnscope " SPAWNSCOPE_VERSION));
	j = json__put(j, "clock", json__text(r->clock));
	j = json__put(j, "kernel", json__text(fact(r, "kernel_release")));
	describe_noise(e, v, n, &noise);
	j = json__put(j, "noisy", noise.length ? json__text(strbuf__text(&noise)) : json_null());
	strbuf__free(&noise);
	j = json__put(j, "claims", list);
	if (!j)
		return -ENOMEM;
	json_dumpf(j, out, JSON_INDENT(1));
	json_decref(j);
	fputc('\n', out);
	err = written(out);
	return err;
}

int claims_print_list(FILE *out)
{
	for (size_t i = 0; i < claim_count; i++)
		layout_field(out, claims[i]->name, 22, claims[i]->text);
	return written(out);
}
