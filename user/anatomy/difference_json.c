// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/difference_json.h"

#include "user/answers/cause.h"
#include "user/base/command.h"
#include "user/model/series.h"
#include "user/text/json.h"

#define DIFFERENCE_SCHEMA 1

static json_t *figures(const struct call_figures *f)
{
	return json_pack("{s:I, s:I, s:I}", "calls", (json_int_t)f->calls, "own",
			 (json_int_t)f->own, "total", (json_int_t)f->total);
}

/* Null for a side that lacks the function. */
static json_t *put_sides(json_t *j, const struct call_change *c)
{
	j = json__put(j, "a", c->in_a ? figures(&c->a) : json_null());
	return json__put(j, "b", c->in_b ? figures(&c->b) : json_null());
}

static json_t *change(const struct call_change *c)
{
	static const char *const guesses[] = {
		[GUESS_RENAMED] = "renamed",
		[GUESS_INLINED] = "inlined",
		[GUESS_SPLIT] = "split",
	};
	json_t *j = json__put(json_object(), "name", json__text(c->name));

	j = put_sides(json__put(j, "module", json__text(c->module)), c);
	if (!c->guess)
		return j;
	j = json__put(j, "guess", json_string(guesses[c->guess]));
	return json__put(j, "other", json__text(c->other));
}

static json_t *functions(const struct tree_diff *d)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->function_count; i++)
		all = json__push(all, change(&d->functions[i]));
	return all;
}

static json_t *paths(const struct tree_diff *d)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->path_count; i++) {
		const struct path_change *p = &d->paths[i];
		json_t *j = change(&p->change);

		j = json__put(j, "parent",
			      p->parent == CALL_NO_PARENT ? json_null()
							  : json_integer((json_int_t)p->parent));
		j = json__put(j, "kind", json_string(call_kind_name(p->kind)));
		all = json__push(all, json__put(j, "part", json_string(call_part_name(p->part))));
	}
	return all;
}

static json_t *parts(const struct tree_diff *d)
{
	json_t *all = json_object();

	for (enum call_part part = 0; part < PART_COUNT; part++)
		all = json__put(all, call_part_name(part),
				json_pack("[I,I]", (json_int_t)d->parts[part][0],
					  (json_int_t)d->parts[part][1]));
	return all;
}

static json_t *key(const struct call_tree *t)
{
	json_t *j = json_object();

	for (size_t i = 0; i < t->key_count; i++) {
		const struct fact *f = &t->key[i];
		json_t *value = f->text ? json__text(f->text) : json_integer(f->number);

		if (!f->text && f->number == MISSING)
			value = json__discard(value);
		j = json__put(j, f->name, value);
	}
	return j;
}

static json_t *side(const struct tree_diff *d, int side, const char *name)
{
	const struct call_tree *t = d->of[side];
	json_t *j = json_pack("{s:I, s:I, s:I}", "births", (json_int_t)t->births, "instructions",
			      (json_int_t)(side ? d->b : d->a), "unresolved",
			      (json_int_t)t->unresolved);

	j = json__put(j, "key", key(t));
	j = json__put(j, "kernel", t->kernel ? json__text(t->kernel) : json_null());
	return json__put(j, "name", name ? json__text(name) : json_null());
}

static json_t *stage_figures(const struct start_figures *f)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "code", (json_int_t)f->user, "faults",
			 (json_int_t)f->faults, "syscalls", (json_int_t)f->syscalls, "fault_count",
			 (json_int_t)f->fault_count, "syscall_count", (json_int_t)f->syscall_count);
}

static json_t *put_stage(json_t *j, enum start_stage stage, const char *module)
{
	j = json__put(j, "stage", json_string(start_stage_title(stage)));
	return json__put(j, "module", module ? json__text(module) : json_null());
}

static json_t *stages(const struct start_diff *d)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->row_count; i++) {
		const struct start_change *c = &d->rows[i];
		json_t *j = put_stage(json_object(), c->stage, c->module);

		j = json__put(j, "a", stage_figures(&c->a));
		all = json__push(all, json__put(j, "b", stage_figures(&c->b)));
	}
	return all;
}

static json_t *call_figures(const struct start_syscall *c)
{
	return json_pack("{s:I, s:I}", "calls", (json_int_t)c->calls, "instructions",
			 (json_int_t)c->instructions);
}

static json_t *syscalls(const struct start_diff *d)
{
	json_t *all = json_array();

	for (size_t i = 0; i < d->syscall_count; i++) {
		const struct start_syscall_change *c = &d->syscalls[i];
		json_t *j = put_stage(json_object(), c->b.stage, c->b.module);

		j = json__put(j, "name", c->b.name ? json__text(c->b.name) : json_null());
		j = json__put(j, "a", call_figures(&c->a));
		all = json__push(all, json__put(j, "b", call_figures(&c->b)));
	}
	return all;
}

static json_t *names_of(const char *const *names, size_t count)
{
	json_t *all = json_array();

	for (size_t i = 0; i < count; i++)
		all = json__push(all, json__text(names[i]));
	return all;
}

static json_t *number(int64_t n)
{
	return n == MISSING ? json_null() : json_integer(n);
}

static json_t *start(const struct start_diff *d)
{
	json_t *j = json__put(json_object(), "stages", stages(d));

	j = json__put(j, "syscalls", syscalls(d));
	j = json__put(j, "libraries",
		      json__push(json__push(json_array(), number(d->a.libraries)),
				 number(d->b.libraries)));
	j = json__put(j, "new_modules", names_of(d->new_modules, d->new_count));
	return json__put(j, "gone_modules", names_of(d->gone_modules, d->gone_count));
}

/* A sentence: what is foreign in it is escaped. */
static json_t *sentence(void (*say)(struct strbuf *, const struct tree_diff *,
				    const struct start_diff *),
			const struct tree_diff *d, const struct start_diff *starts)
{
	struct strbuf s = {0};
	json_t *text;

	say(&s, d, starts);
	text = s.failed ? NULL : json__text(strbuf__text(&s));
	strbuf__free(&s);
	return text;
}

json_t *difference_json(const struct tree_diff *d, const struct start_diff *starts,
			const char *const names[2])
{
	json_t *j = json_pack("{s:s, s:i, s:s}", "type", "anatomy_difference", "schema",
			      DIFFERENCE_SCHEMA, "tool", "spawnscope " SPAWNSCOPE_VERSION);

	j = json__put(j, "answer", sentence(cause__answer, d, starts));
	j = json__put(j, "cause", sentence(cause__say, d, starts));
	j = json__put(j, "a", side(d, 0, names[0]));
	j = json__put(j, "b", side(d, 1, names[1]));
	j = json__put(j, "parts", parts(d));
	if (starts->a.total + starts->b.total > 0)
		j = json__put(j, "start", start(starts));
	j = json__put(j, "functions", functions(d));
	return json__put(j, "paths", paths(d));
}
