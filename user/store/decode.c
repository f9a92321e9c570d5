// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/decode.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/model/bill.h"
#include "user/model/calibration.h"
#include "user/store/store.h"
#include "user/store/value.h"

/* Longer than any call takes: a day. */
#define FIGURE_MAX 86400000000000LL

/* More observations of a scenario are refused. */
#define OBSERVATIONS_MAX 65536

/* More cells are refused: each takes far more memory than its line in the file. */
#define CELLS_MAX 8192

/* More facts or axes are refused: to add one copies those before it. */
#define FACTS_MAX 1024

/* No line could hold more: a value takes two bytes at least. */
#define SAMPLES_MAX ((int64_t)STORE_LINE_MAX / 2)

static void decode_schema(const json_t *line, struct run *r, struct reason *why)
{
	int64_t schema = store_number(json_object_get(line, "schema"), "schema", why);

	if (schema < 1)
		store_fault(why, "there is no schema %" PRId64, schema);
	if (schema > RUN_SCHEMA && !why->err) {
		store_fault(why,
			    "schema %" PRId64 " is newer than this tool's %d; update spawnscope",
			    schema, RUN_SCHEMA);
		why->err = -ENOTSUP;
	}
	r->schema = (int)schema;
}

static void decode_command(const json_t *json, struct run *r, struct reason *why)
{
	size_t count = json_array_size(json);

	if (!json_is_array(json)) {
		store_fault(why, "command is not an array");
		return;
	}
	r->command = calloc(count + 1, sizeof(*r->command));
	if (!r->command) {
		store_no_memory(why);
		return;
	}
	for (size_t i = 0; i < count && !why->err; i++)
		r->command[i] = store_text(json_array_get(json, i), "command", why);
}

static void decode_seed(const json_t *json, struct run *r, struct reason *why)
{
	const char *text = json_string_value(json);

	if (!text || strspn(text, "0123456789") != strlen(text) || !*text) {
		store_fault(why, "seed is not a string of digits");
		return;
	}
	errno = 0;
	r->seed = strtoull(text, NULL, 10);
	if (errno == ERANGE)
		store_fault(why, "seed is out of range");
}

static void decode_rounds(const json_t *json, struct run *r, struct reason *why)
{
	int64_t rounds = json ? store_number(json, "rounds", why) : 0;

	if (json && (rounds < 1 || rounds > INT_MAX))
		store_fault(why, "rounds is out of range");
	r->rounds = (unsigned int)rounds;
}

bool store_need_object(const json_t *json, const char *what, struct reason *why)
{
	if (!json_is_object(json))
		store_fault(why, "%s is not an object", what);
	return !why->err;
}

void store_decode_facts(json_t *json, const char *what, bool null, struct fact **facts,
			size_t *count, struct reason *why)
{
	const char *name;
	json_t *fact;

	if (!store_need_object(json, what, why))
		return;
	if (json_object_size(json) > FACTS_MAX) {
		store_fault(why, "%s has more than %d values", what, FACTS_MAX);
		return;
	}
	json_object_foreach (json, name, fact) {
		const char *text = json_string_value(fact);
		int64_t number = MISSING;

		if (!text)
			number = null ? store_number_or_null(fact, name, why)
				      : store_number(fact, name, why);
		if (fact_add(facts, count, name, text, number))
			store_no_memory(why);
		if (why->err)
			return;
	}
}

static void decode_origin(const json_t *json, struct phase_origin *origin, struct reason *why)
{
	origin->source = store_optional_text(json, "source", why);
	origin->absent = store_optional_text(json, "absent", why);
}

/* Phases that this tool does not know are skipped: a later one may have them in this schema. */
static void decode_origins(json_t *json, struct run *r, struct reason *why)
{
	const char *name;
	json_t *phase;

	if (!store_need_object(json, "phases", why))
		return;
	json_object_foreach (json, name, phase) {
		int p = phase_by_name(name);

		if (p < 0)
			continue;
		decode_origin(phase, &r->phases[p], why);
		if (!r->phases[p].source == !r->phases[p].absent)
			store_fault(why, "phase %s needs one of source and absent", name);
	}
}

/* A member of the line that need not be there. */
static void decode_one_origin(const json_t *line, const char *name, struct phase_origin *o,
			      struct reason *why)
{
	const json_t *json = json_object_get(line, name);

	decode_origin(json, o, why);
	if (json && !o->source == !o->absent)
		store_fault(why, "%s needs one of source and absent", name);
}

int store_decode_run(const json_t *line, struct run *r, struct reason *why)
{
	why->err = 0;
	decode_schema(line, r, why);
	r->tool = store_text(json_object_get(line, "tool"), "tool", why);
	decode_command(json_object_get(line, "command"), r, why);
	r->clock = store_text(json_object_get(line, "clock"), "clock", why);
	if (r->clock && strcmp(r->clock, CLOCK_OF_MACHINE) && strcmp(r->clock, CLOCK_OF_LAB))
		store_fault(why, "clock %s is not known", store_quote(r->clock).text);
	decode_seed(json_object_get(line, "seed"), r, why);
	decode_rounds(json_object_get(line, "rounds"), r, why);
	r->scenario = store_optional_text(line, "scenario", why);
	store_decode_facts(json_object_get(line, "environment"), "environment", true, &r->env,
			   &r->env_count, why);
	decode_origins(json_object_get(line, "phases"), r, why);
	decode_one_origin(line, "failures", &r->failures, why);
	decode_one_origin(line, "stall", &r->stall, why);
	return why->err;
}

/* An object of arrays; `by_name` gives the element of `series`, or -1: not known, skipped. */
static void decode_arrays(json_t *json, const char *what, size_t n, int (*by_name)(const char *),
			  struct series *series, struct reason *why)
{
	const char *name;
	json_t *array;

	if (!json || !store_need_object(json, what, why))
		return;
	json_object_foreach (json, name, array) {
		int i = by_name(name);

		if (i >= 0)
			store_series(array, name, n, &series[i], why);
	}
}

static void decode_phase(const json_t *json, enum phase p, struct cell *c, struct reason *why)
{
	const json_t *ns = json_object_get(json, "ns");
	struct phase_origin *origin = &c->phase_origin[p];

	decode_origin(json, origin, why);
	if (!ns == !origin->absent || (origin->source && origin->absent))
		store_fault(why, "phase %s needs either ns or absent", phase_name(p));
	if (ns)
		store_series(ns, phase_name(p), c->n, &c->phases[p], why);
}

static void decode_phases(json_t *json, struct cell *c, struct reason *why)
{
	const char *name;
	json_t *phase;

	if (!json || !store_need_object(json, "phases", why))
		return;
	json_object_foreach (json, name, phase) {
		int p = phase_by_name(name);

		if (p >= 0)
			decode_phase(phase, p, c, why);
	}
}

static void decode_syscalls(json_t *json, struct syscalls *c, struct reason *why)
{
	const char *name;
	json_t *value;

	if (!json || !store_need_object(json, "syscalls", why))
		return;
	json_object_foreach (json, name, value) {
		int64_t n = store_number(value, "syscalls", why);
		uint32_t nr;

		if (n < 0 || n > STORE_NUMBER_MAX)
			store_fault(why, "syscalls is out of range");
		if (why->err)
			return;
		if (syscall_by_name(name, &nr))
			c->others += n;
		else
			syscalls__add(c, nr, n);
	}
}

static void decode_errnos(const json_t *json, struct cell *c, struct reason *why)
{
	if (!json)
		return;
	store_series(json, "errnos", c->n, &c->errnos, why);
	for (size_t i = 0; i < c->errnos.n; i++) {
		if (c->errnos.v[i] < 0 || c->errnos.v[i] > STORE_ERRNO_MAX)
			store_fault(why, "errnos holds what is no error number");
	}
}

static void decode_measured(const json_t *line, struct cell *c, struct reason *why)
{
	const json_t *unattributed = json_object_get(line, "unattributed_ns");

	decode_arrays(json_object_get(line, "samples"), "samples", c->n, sample_by_name, c->samples,
		      why);
	if (unattributed)
		store_series(unattributed, "unattributed_ns", c->n, &c->unattributed, why);
	decode_phases(json_object_get(line, "phases"), c, why);
	decode_arrays(json_object_get(line, "counts"), "counts", c->n, count_by_name, c->counts,
		      why);
	decode_syscalls(json_object_get(line, "syscalls"), c->syscalls, why);
	decode_errnos(json_object_get(line, "errnos"), c, why);
	c->broken = store_optional_text(line, "broken", why);
	c->late = json_is_true(json_object_get(line, "late"));
}

static void check_new_key(const struct cell *c, struct cell_index *keys, struct reason *why)
{
	if (!why->err && cell_index__first(keys, c) != CELL_NONE)
		store_fault(why, "there was a cell with this key before");
	if (!why->err && cell_index__add(keys))
		store_no_memory(why);
}

size_t store_decode_size(const json_t *json, const char *name, int64_t max, struct reason *why)
{
	int64_t number = store_number(json, name, why);

	if (number < 0 || number > max)
		store_fault(why, "%s is out of range", name);
	return why->err ? 0 : (size_t)number;
}

int store_decode_observation(const json_t *line, struct run *r, struct reason *why)
{
	char *name = store_text(json_object_get(line, "name"), "name", why);
	char *unit = store_text(json_object_get(line, "unit"), "unit", why);
	size_t n = store_decode_size(json_object_get(line, "n"), "n", SAMPLES_MAX, why);
	const json_t *values = json_object_get(line, "values");
	struct observation *m = NULL;

	if (r->observation_count == OBSERVATIONS_MAX)
		store_fault(why, "more than %d observations", OBSERVATIONS_MAX);
	if (!why->err) {
		m = run__add_observation(r, name, unit, "");
		if (!m)
			store_no_memory(why);
	}
	free(name);
	free(unit);
	if (!m)
		return why->err;
	store_decode_facts(json_object_get(line, "key"), "key", false, &m->key, &m->key_count, why);
	m->absent = store_optional_text(line, "absent", why);
	if (values && !why->err)
		store_series(values, "values", n, &m->values, why);
	return why->err;
}

int store_decode_cell(const json_t *line, struct run *r, struct cell_index *keys,
		      struct reason *why)
{
	const json_t *place = json_object_get(line, "order");
	struct cell *c;

	why->err = 0;
	if (r->cell_count == CELLS_MAX) {
		store_fault(why, "more than %d cells", CELLS_MAX);
		return why->err;
	}
	c = run__add_cell(r);
	if (!c)
		return -ENOMEM;
	store_decode_facts(json_object_get(line, "key"), "key", false, &c->key, &c->key_count, why);
	check_new_key(c, keys, why);
	c->n = store_decode_size(json_object_get(line, "n"), "n", SAMPLES_MAX, why);
	if (place)
		c->order = store_decode_size(place, "order", INT32_MAX, why);
	c->skipped = store_optional_text(line, "skipped", why);
	if (c->skipped && c->n)
		store_fault(why, "the cell was skipped, but n is not 0");
	if (!c->skipped && !why->err)
		decode_measured(line, c, why);
	if (!why->err)
		why->err = cell__add_up_bill(c);
	cell__share_probed(c);
	return why->err;
}

static int64_t decode_end_number(const json_t *line, const char *name, struct reason *why)
{
	int64_t number = store_number_or_null(json_object_get(line, name), name, why);

	if (number < 0 && number != MISSING)
		store_fault(why, "%s is negative", name);
	return number;
}

static void decode_cpu(const json_t *json, struct run *r, struct reason *why)
{
	const json_t *ns = json_object_get(json, "ns");

	if (!json)
		return;
	decode_origin(json, &r->cpu, why);
	if (!r->cpu.source == !r->cpu.absent || !r->cpu.source != !ns)
		store_fault(why, "cpu needs either source and ns, or absent");
	if (ns)
		r->end.cpu_ns = store_number(ns, "ns", why);
	if (r->end.cpu_ns < 0 || r->end.cpu_ns > STORE_NUMBER_MAX)
		store_fault(why, "cpu is out of range");
}

int store_decode_end(const json_t *line, struct run *r, struct reason *why)
{
	why->err = 0;
#define OF_ALL(name) r->end.name = decode_end_number(line, #name, why);
#define OF_PROFILE(name)                                                                           \
	if (json_object_get(line, #name))                                                          \
	OF_ALL(name)
#define OF_BENCH(name) OF_PROFILE(name)
	END_NUMBERS(OF_ALL, OF_PROFILE, OF_BENCH)
	decode_cpu(json_object_get(line, "cpu"), r, why);
	r->ended = !why->err;
	return why->err;
}

static void decode_figure(const json_t *json, const char *name, struct figure_value *v,
			  struct reason *why)
{
	struct series s = {0};

	store_series(json, name, 3, &s, why);
	if (!why->err && (s.v[0] < 0 || s.v[1] < s.v[0] || s.v[2] < s.v[1] || s.v[2] > FIGURE_MAX))
		store_fault(why, "%s is no three times in order", name);
	if (!why->err) {
		free(v->absent);
		*v = (struct figure_value){s.v[0], s.v[1], s.v[2], NULL};
	}
	series__free(&s);
}

static void decode_reasons(json_t *absent, struct calibration *c, struct reason *why)
{
	const char *name;
	json_t *reason;

	if (!store_need_object(absent, "absent", why))
		return;
	json_object_foreach (absent, name, reason) {
		const char *text = json_string_value(reason);
		int f = figure_by_name(name);

		if (!text)
			store_fault(why, "absent holds what is no string");
		else if (f >= 0 && figure_set_absent(&c->v[f], text))
			store_no_memory(why);
	}
}

static void decode_figures(json_t *ns, struct calibration *c, struct reason *why)
{
	const char *name;
	json_t *array;

	if (!store_need_object(ns, "ns", why))
		return;
	json_object_foreach (ns, name, array) {
		int f = figure_by_name(name);

		if (f >= 0)
			decode_figure(array, figure_name(f), &c->v[f], why);
	}
}

int store_decode_calibration(const json_t *line, struct run *r, struct reason *why)
{
	const json_t *taken = json_object_get(line, "taken_ms");
	struct calibration *c;

	why->err = 0;
	if (r->calibration) {
		store_fault(why, "there was a calibration before");
		return why->err;
	}
	c = r->calibration = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	for (int f = 0; f < FIGURE_COUNT; f++)
		if (figure_set_absent(&c->v[f], "it is not in the file"))
			store_no_memory(why);
	c->taken_ms = taken ? store_number(taken, "taken_ms", why) : MISSING;
	decode_reasons(json_object_get(line, "absent"), c, why);
	decode_figures(json_object_get(line, "ns"), c, why);
	return why->err;
}
