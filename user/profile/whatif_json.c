// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/whatif_json.h"

#include <math.h>

#include "user/analysis/whatif.h"
#include "user/store/encode.h"

static bool put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) != 0;
}

static bool put_time(json_t *object, const char *name, double ns)
{
	return !isnan(ns) && put(object, name, json_integer(llround(ns)));
}

static bool put_range(json_t *object, const char *name, double low, double high)
{
	if (isnan(low) || isnan(high))
		return false;
	return put(object, name,
		   json_pack("[II]", (json_int_t)llround(low), (json_int_t)llround(high)));
}

static bool put_spawnable(json_t *line, const struct group *g, const struct whatif_estimates *e)
{
	const struct spawnable *w = &g->spawnable;
	bool failed = put(line, "forks", json_integer(w->n));

	failed |= put(line, "exec", json_true());
	failed |= put_time(line, "call_ns", e->call);
	failed |= put_time(line, "copy_mm_ns", e->copy);
	failed |= put_range(line, "less_work_ns", w->least_ns, w->most_ns);
	failed |= put_time(line, "held_ns", w->held_ns);
	failed |= put_range(line, "posix_spawn_call_ns", e->spawn_call.low, e->spawn_call.high);
	return failed | put_range(line, "helper_call_ns", e->helper_call.low, e->helper_call.high);
}

static bool put_no_thp(json_t *line, const struct whatif_estimates *e, const struct calibration *c,
		       const char *clock)
{
	struct strbuf why = {0};
	bool failed;

	if (!e->no_thp)
		return false;
	whatif_add_no_thp(&why, e, c, clock);
	failed = put(line, "no_thp", store_json_text(strbuf__text(&why)));
	strbuf__free(&why);
	return failed;
}

static bool put_copier(json_t *line, const struct group *g, const struct whatif_estimates *e)
{
	bool failed = put(line, "forks", json_integer((json_int_t)g->staying.copy.n));

	failed |= put(line, "exec", json_false());
	failed |= put_time(line, "copy_mm_ns", e->copy);
	return failed | put_range(line, "thp_copy_mm_ns", e->thp_copy.low, e->thp_copy.high);
}

static json_t *encode(const struct group *g, enum whatif_kind kind, const struct calibration *c,
		      const char *clock)
{
	const struct whatif_estimates e = whatif_estimate(g, kind, c);
	json_t *line = json_object();
	struct strbuf basis = {0};
	bool failed = put(line, "type", json_string("whatif"));

	failed |= put(line, "parent", store_json_text(g->label));
	failed |= put(line, "method", json_string(method_name(g->key.method)));
	failed |= kind == WHATIF_COPIER ? put_copier(line, g, &e) : put_spawnable(line, g, &e);
	failed |= put_no_thp(line, &e, c, clock);
	if (c) {
		whatif_add_basis(&basis, kind, c, clock);
		failed |= put(line, "basis", store_json_text(strbuf__text(&basis)));
	}
	strbuf__free(&basis);
	if (!failed)
		return line;
	json_decref(line);
	return NULL;
}

int whatif_write_json(const struct groups *g, size_t top, const struct calibration *c,
		      const char *clock, FILE *out)
{
	static const enum whatif_kind kinds[] = {WHATIF_SPAWNABLE, WHATIF_COPIER};
	int err = 0;

	for (size_t i = 0; i < g->n && i < top && !err; i++)
		for (size_t k = 0; k < 2 && !err; k++)
			if (whatif_has(&g->v[i], kinds[k]))
				err = store_write_line(encode(&g->v[i], kinds[k], c, clock), out);
	return err;
}
