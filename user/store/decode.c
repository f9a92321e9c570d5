// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/decode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/model/calibration.h"
#include "user/store/store.h"
#include "user/store/value.h"

/* Longer than any call takes: a day. */
#define FIGURE_MAX 86400000000000LL

/* More cells are refused: each takes far more memory than its line in the file. */
#define CELLS_MAX 8192

/* No line could hold more: a value takes two bytes at least. */
#define SAMPLES_MAX ((int64_t)STORE_LINE_MAX / 2)

static int decode_schema(const json_t *line, struct run *r, struct reason *why)
{
	int64_t schema = 0;
	int err = store_number(json_object_get(line, "schema"), "schema", &schema, why);

	if (err)
		return err;
	if (schema < 1)
		return store_fault(why, "there is no schema %" PRId64, schema);
	if (schema > RUN_SCHEMA) {
		store_fault(why,
			    "schema %" PRId64 " is newer than this tool's %d; update spawnscope",
			    schema, RUN_SCHEMA);
		return -ENOTSUP;
	}
	r->schema = (int)schema;
	return 0;
}

static int decode_command(const json_t *json, struct run *r, struct reason *why)
{
	size_t i, count = json_array_size(json);
	int err = 0;

	if (!json_is_array(json))
		return store_fault(why, "command is not an array");
	r->command = calloc(count + 1, sizeof(*r->command));
	if (!r->command)
		return -ENOMEM;
	for (i = 0; i < count && !err; i++)
		err = store_text(json_array_get(json, i), "command", &r->command[i], why);
	return err;
}

static int decode_seed(const json_t *json, struct run *r, struct reason *why)
{
	const char *text = json_string_value(json);
	char *end;

	if (!text || strspn(text, "0123456789") != strlen(text) || !*text)
		return store_fault(why, "seed is not a string of digits");
	errno = 0;
	r->seed = strtoull(text, &end, 10);
	if (errno == ERANGE)
		return store_fault(why, "seed is out of range");
	return 0;
}

/* An object of texts and numbers; these may be null if `null` says so. */
static int decode_facts(json_t *json, const char *what, bool null, struct fact **facts,
			size_t *count, struct reason *why)
{
	const char *name;
	json_t *fact;

	if (!json_is_object(json))
		return store_fault(why, "%s is not an object", what);
	json_object_foreach (json, name, fact) {
		const char *text = json_string_value(fact);
		int64_t number = MISSING;
		int err = 0;

		if (!text)
			err = null ? store_number_or_null(fact, name, &number, why)
				   : store_number(fact, name, &number, why);
		if (!err)
			err = fact_add(facts, count, name, text, number);
		if (err)
			return err;
	}
	return 0;
}

/* Phases that this tool does not know are skipped: a later one may have them in this schema. */
static int decode_origin(const json_t *json, struct phase_origin *origin, struct reason *why)
{
	int err = store_optional_text(json, "source", &origin->source, why);

	return err ? err : store_optional_text(json, "absent", &origin->absent, why);
}

static int decode_origins(json_t *json, struct run *r, struct reason *why)
{
	const char *name;
	json_t *phase;

	if (!json_is_object(json))
		return store_fault(why, "phases is not an object");
	json_object_foreach (json, name, phase) {
		int p = phase_by_name(name);
		int err;

		if (p < 0)
			continue;
		err = decode_origin(phase, &r->phases[p], why);
		if (err)
			return err;
		if (!r->phases[p].source == !r->phases[p].absent)
			return store_fault(why, "phase %s needs one of source and absent", name);
	}
	return 0;
}

static int decode_failures(const json_t *json, struct run *r, struct reason *why)
{
	int err = decode_origin(json, &r->failures, why);

	if (!err && json && !r->failures.source == !r->failures.absent)
		return store_fault(why, "failures needs one of source and absent");
	return err;
}

int store_decode_run(const json_t *line, struct run *r, struct reason *why)
{
	int err = decode_schema(line, r, why);

	if (!err)
		err = store_text(json_object_get(line, "tool"), "tool", &r->tool, why);
	if (!err)
		err = decode_command(json_object_get(line, "command"), r, why);
	if (!err)
		err = store_text(json_object_get(line, "clock"), "clock", &r->clock, why);
	if (!err && strcmp(r->clock, CLOCK_OF_MACHINE) && strcmp(r->clock, CLOCK_OF_LAB))
		err = store_fault(why, "clock %s is not known", store_quote(r->clock).text);
	if (!err)
		err = decode_seed(json_object_get(line, "seed"), r, why);
	if (!err)
		err = decode_facts(json_object_get(line, "environment"), "environment", true,
				   &r->env, &r->env_count, why);
	if (!err)
		err = decode_origins(json_object_get(line, "phases"), r, why);
	if (!err)
		err = decode_failures(json_object_get(line, "failures"), r, why);
	return err;
}

/* An object of arrays; `by_name` gives the element of `series`, or -1: not known, skipped. */
static int decode_arrays(json_t *json, const char *what, size_t n, int (*by_name)(const char *),
			 struct series *series, struct reason *why)
{
	const char *name;
	json_t *array;

	if (!json)
		return 0;
	if (!json_is_object(json))
		return store_fault(why, "%s is not an object", what);
	json_object_foreach (json, name, array) {
		int i = by_name(name);
		int err = i < 0 ? 0 : store_series(array, name, n, &series[i], why);

		if (err)
			return err;
	}
	return 0;
}

static int decode_phase(const json_t *json, enum phase p, struct cell *c, struct reason *why)
{
	const json_t *ns = json_object_get(json, "ns");
	struct phase_origin *origin = &c->phase_origin[p];
	int err;

	err = store_optional_text(json, "source", &origin->source, why);
	if (!err)
		err = store_optional_text(json, "absent", &origin->absent, why);
	if (err)
		return err;
	if (!ns == !origin->absent || (origin->source && origin->absent))
		return store_fault(why, "phase %s needs either ns or absent", phase_name(p));
	return ns ? store_series(ns, phase_name(p), c->n, &c->phases[p], why) : 0;
}

static int decode_phases(json_t *json, struct cell *c, struct reason *why)
{
	const char *name;
	json_t *phase;

	if (!json)
		return 0;
	if (!json_is_object(json))
		return store_fault(why, "phases is not an object");
	json_object_foreach (json, name, phase) {
		int p = phase_by_name(name);
		int err = p < 0 ? 0 : decode_phase(phase, p, c, why);

		if (err)
			return err;
	}
	return 0;
}

static int decode_errnos(const json_t *json, struct cell *c, struct reason *why)
{
	int err;

	if (!json)
		return 0;
	err = store_series(json, "errnos", c->n, &c->errnos, why);
	if (err)
		return err;
	for (size_t i = 0; i < c->errnos.n; i++) {
		if (c->errnos.v[i] < 0 || c->errnos.v[i] > STORE_ERRNO_MAX)
			return store_fault(why, "errnos holds what is no error number");
	}
	return 0;
}

static int decode_measured(const json_t *line, struct cell *c, struct reason *why)
{
	const json_t *unattributed = json_object_get(line, "unattributed_ns");
	int err;

	err = decode_arrays(json_object_get(line, "samples"), "samples", c->n, sample_by_name,
			    c->samples, why);
	if (!err && unattributed)
		err = store_series(unattributed, "unattributed_ns", c->n, &c->unattributed, why);
	if (!err)
		err = decode_phases(json_object_get(line, "phases"), c, why);
	if (!err)
		err = decode_arrays(json_object_get(line, "counts"), "counts", c->n, count_by_name,
				    c->counts, why);
	if (!err)
		err = decode_errnos(json_object_get(line, "errnos"), c, why);
	if (!err)
		err = store_optional_text(line, "broken", &c->broken, why);
	return err;
}

static int check_new_key(const struct run *r, struct reason *why)
{
	const struct cell *last = &r->cells[r->cell_count - 1];
	const struct cell *c;

	for (c = r->cells; c < last; c++) {
		if (cell__same_key(c, last, NULL))
			return store_fault(why, "there was a cell with this key before");
	}
	return 0;
}

int store_decode_cell(const json_t *line, struct run *r, struct reason *why)
{
	const json_t *place = json_object_get(line, "order");
	struct cell *c;
	int64_t n = 0, order = (int64_t)r->cell_count;
	int err;

	if (r->cell_count == CELLS_MAX)
		return store_fault(why, "more than %d cells", CELLS_MAX);
	c = run__add_cell(r);
	if (!c)
		return -ENOMEM;
	err = decode_facts(json_object_get(line, "key"), "key", false, &c->key, &c->key_count, why);
	if (!err)
		err = check_new_key(r, why);
	if (!err)
		err = store_number(json_object_get(line, "n"), "n", &n, why);
	if (!err && (n < 0 || n > SAMPLES_MAX))
		err = store_fault(why, "n is out of range");
	c->n = (size_t)n;
	if (!err && place)
		err = store_number(place, "order", &order, why);
	if (!err && (order < 0 || order > INT32_MAX))
		err = store_fault(why, "order is out of range");
	c->order = (size_t)order;
	if (!err)
		err = store_optional_text(line, "skipped", &c->skipped, why);
	if (err)
		return err;
	if (c->skipped)
		return n == 0 ? 0 : store_fault(why, "the cell was skipped, but n is not 0");
	return decode_measured(line, c, why);
}

static int decode_end_number(const json_t *line, const char *name, int64_t *number,
			     struct reason *why)
{
	int err = store_number_or_null(json_object_get(line, name), name, number, why);

	if (!err && *number < 0 && *number != MISSING)
		err = store_fault(why, "%s is negative", name);
	return err;
}

int store_decode_end(const json_t *line, struct run *r, struct reason *why)
{
	int err = 0;

#define OF_ALL(name)                                                                               \
	if (!err)                                                                                  \
		err = decode_end_number(line, #name, &r->end.name, why);
#define OF_PROFILE(name)                                                                           \
	if (!err && json_object_get(line, #name))                                                  \
		err = decode_end_number(line, #name, &r->end.name, why);
	END_NUMBERS(OF_ALL, OF_PROFILE)
	r->ended = !err;
	return err;
}

static int decode_figure(const json_t *json, const char *name, struct figure_value *v,
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

static int decode_reasons(json_t *absent, struct calibration *c, struct reason *why)
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

static int decode_figures(json_t *ns, struct calibration *c, struct reason *why)
{
	const char *name;
	json_t *array;
	int err = 0;

	if (!json_is_object(ns))
		return store_fault(why, "ns is not an object");
	json_object_foreach (ns, name, array) {
		int f = figure_by_name(name);

		if (f >= 0 && !err)
			err = decode_figure(array, figure_name(f), &c->v[f], why);
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
		err = decode_reasons(json_object_get(line, "absent"), c, why);
	return err ? err : decode_figures(json_object_get(line, "ns"), c, why);
}
