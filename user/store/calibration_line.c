// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/calibration_line.h"

#include <errno.h>
#include <stdlib.h>

#include "user/model/calibration.h"
#include "user/store/encode.h"
#include "user/store/value.h"

/* Longer than any call takes: a day. */
#define FIGURE_MAX 86400000000000LL

json_t *store_encode_calibration(const struct calibration *c)
{
	json_t *line = json_object(), *ns = json_object(), *absent = json_object();
	bool failed = json_object_set_new(line, "type", json_string("calibration")) != 0;

	if (c->taken_ms != MISSING)
		failed |= json_object_set_new(line, "taken_ms", json_integer(c->taken_ms)) != 0;
	for (int f = 0; f < FIGURE_COUNT && !failed; f++) {
		const struct figure_value *v = &c->v[f];

		failed = v->absent ? json_object_set_new(absent, figure_name(f),
							 store_json_text(v->absent)) != 0
				   : json_object_set_new(ns, figure_name(f),
							 json_pack("[III]", (json_int_t)v->low,
								   (json_int_t)v->mid,
								   (json_int_t)v->high)) != 0;
	}
	failed |= json_object_set_new(line, "ns", ns) != 0;
	failed |= json_object_set_new(line, "absent", absent) != 0;
	if (!failed)
		return line;
	json_decref(line);
	return NULL;
}

static int take_figure(const json_t *json, const char *name, struct figure_value *v,
		       struct reason *why)
{
	struct series s = {0};
	int err = store_series(json, name, 3, &s, why);

	if (!err && (s.v[0] < 0 || s.v[1] < s.v[0] || s.v[2] < s.v[1] || s.v[2] > FIGURE_MAX))
		err = store_fault(why, "%s is no three times in order", name);
	if (!err) {
		free(v->absent);
		*v = (struct figure_value){s.v[0], s.v[1], s.v[2], NULL};
	}
	series__free(&s);
	return err;
}

static int take_reasons(json_t *absent, struct calibration *c, struct reason *why)
{
	const char *name;
	json_t *reason;

	if (!json_is_object(absent))
		return store_fault(why, "absent is not an object");
	json_object_foreach (absent, name, reason) {
		int f = figure_by_name(name);

		if (!json_is_string(reason))
			return store_fault(why, "absent holds what is no string");
		if (f >= 0 && figure_set_absent(&c->v[f], json_string_value(reason)))
			return -ENOMEM;
	}
	return 0;
}

static int take_figures(json_t *ns, struct calibration *c, struct reason *why)
{
	const char *name;
	json_t *array;
	int err = 0;

	if (!json_is_object(ns))
		return store_fault(why, "ns is not an object");
	json_object_foreach (ns, name, array) {
		int f = figure_by_name(name);

		if (f >= 0 && !err)
			err = take_figure(array, figure_name(f), &c->v[f], why);
	}
	return err;
}

int store_decode_calibration(const json_t *line, struct run *r, struct reason *why)
{
	struct calibration *c;
	int err = 0;

	if (r->calibration)
		return store_fault(why, "there was a calibration before");
	c = r->calibration = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->taken_ms = MISSING;
	for (int f = 0; f < FIGURE_COUNT && !err; f++)
		err = figure_set_absent(&c->v[f], "it is not in the file");
	if (!err && json_object_get(line, "taken_ms"))
		err = store_number(json_object_get(line, "taken_ms"), "taken_ms", &c->taken_ms,
				   why);
	if (!err)
		err = take_reasons(json_object_get(line, "absent"), c, why);
	return err ? err : take_figures(json_object_get(line, "ns"), c, why);
}
