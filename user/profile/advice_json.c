// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/advice_json.h"

#include <math.h>
#include <string.h>

#include "user/answers/advice.h"
#include "user/answers/forced.h"
#include "user/store/encode.h"

static bool put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) != 0;
}

static bool put_text(json_t *object, const char *name, const struct strbuf *text)
{
	return text->failed || put(object, name, store_json_text(strbuf__text(text)));
}

static bool put_stack(json_t *line, const struct stack *s)
{
	json_t *frames = json_array();
	const char *frame = s->frames;
	bool failed = put(line, "stack", frames);

	for (size_t i = 0; i < s->count && !failed; i++, frame += strlen(frame) + 1)
		failed = json_array_append_new(frames, store_json_text(frame)) != 0;
	return failed;
}

/* A line about a group; NULL: out of memory. */
static json_t *line_of(const char *type, const struct group *g)
{
	json_t *line = json_object();
	bool failed = put(line, "type", json_string(type));

	failed |= put(line, "parent", store_json_text(g->label));
	failed |= put(line, "method", json_string(method_name(g->key.method)));
	failed |= put(line, "births", json_integer((json_int_t)g->counts.births));
	if (!failed && g->stack)
		failed = put_stack(line, g->stack);
	if (!failed)
		return line;
	json_decref(line);
	return NULL;
}

static bool put_saving(json_t *line, const struct advices *a, size_t i, const struct calibration *c,
		       const char *clock)
{
	const struct advice *v = &a->v[i];
	const struct advices alone = {&a->v[i], 1};
	struct strbuf basis = {0};
	bool failed;

	if (isnan(v->saved.low))
		return put(line, "saves_ns", json_null()) || put_text(line, "unknown", &v->unknown);
	advices_add_basis(&basis, &alone, 1, c, clock);
	failed = put(line, "saves_ns",
		     json_pack("[II]", (json_int_t)llround(v->saved.low),
			       (json_int_t)llround(v->saved.high)));
	failed |= put_text(line, "basis", &basis);
	strbuf__free(&basis);
	return failed;
}

static json_t *encode_advice(const struct advices *a, size_t i, const struct calibration *c,
			     const char *clock)
{
	json_t *line = line_of("advice", a->v[i].group);
	bool failed = !line || put(line, "kind", json_string(advice_name(&a->v[i]))) ||
		      put_text(line, "what", &a->v[i].what) || put_saving(line, a, i, c, clock);

	if (!failed)
		return line;
	json_decref(line);
	return NULL;
}

/* A program that is in no row has its path alone, and no guess. */
static json_t *encode_forced(const struct group *g)
{
	const struct forced *row = forced_of_group(g);
	json_t *line = line_of("forced", g);
	struct strbuf path = {0};
	bool failed;

	forced_add_path(&path, g->stack);
	failed = !line || put_text(line, "path", &path);
	strbuf__free(&path);
	if (!failed && row)
		failed = put(line, "runtime", json_string(row->runtime)) ||
			 put(line, "why", json_string(row->why)) ||
			 put(line, "source", json_string(row->source)) ||
			 put(line, "checked", json_string(row->checked));
	if (!failed)
		return line;
	json_decref(line);
	return NULL;
}

int advice_write_json(const struct groups *g, size_t top, const struct calibration *c,
		      const char *clock, FILE *out)
{
	struct advices a;
	int err = advices__of(&a, g, top, c, clock);

	for (size_t i = 0; i < a.n && !err; i++)
		err = store_write_line(encode_advice(&a, i, c, clock), out);
	advices__free(&a);
	for (size_t i = 0; i < g->n && i < top && !err; i++)
		if (forced_asked(&g->v[i]))
			err = store_write_line(encode_forced(&g->v[i]), out);
	return err;
}
