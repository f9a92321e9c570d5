// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/encode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/utf8.h"

/* A copy in which each malformed byte is U+FFFD: JSON knows no other text. NULL: out of memory. */
static char *well_formed(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *copy = malloc(strlen(text) * strlen(replacement) + 1), *end = copy;

	if (!copy)
		return NULL;
	while (*text) {
		uint32_t code;
		size_t len = utf8_decode(text, &code);

		end = mempcpy(end, len ? text : replacement, len ? len : strlen(replacement));
		text += len ? len : 1;
	}
	*end = '\0';
	return copy;
}

json_t *store_json_text(const char *text)
{
	char *copy;
	json_t *json;

	if (!text)
		return json_null();
	copy = well_formed(text);
	json = copy ? json_string(copy) : NULL;
	free(copy);
	return json;
}

static json_t *number_or_null(int64_t number)
{
	return number == MISSING ? json_null() : json_integer(number);
}

/* Each put appends a member and returns whether that failed; a NULL value is a failure, too. */
static bool put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) != 0;
}

static bool put_named(json_t *object, const char *name, const char *text, int64_t number)
{
	char *copy = well_formed(name);
	bool failed =
		!copy || put(object, copy, text ? store_json_text(text) : number_or_null(number));

	free(copy);
	return failed;
}

/* The object, or NULL if building it failed. */
static json_t *finished(json_t *object, bool failed)
{
	if (failed) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* As many values as the cell has samples. */
static json_t *values(const struct series *s, size_t n)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < n && !failed; i++)
		failed = json_array_append_new(array,
					       number_or_null(i < s->n ? s->v[i] : MISSING)) != 0;
	return finished(array, failed);
}

static json_t *encode_command(char *const *command)
{
	json_t *array = json_array();
	bool failed = false;

	for (; command && *command && !failed; command++)
		failed = json_array_append_new(array, store_json_text(*command)) != 0;
	return finished(array, failed);
}

static json_t *encode_environment(const struct run *r)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < r->env_count && !failed; i++)
		failed = put_named(object, r->env[i].name, r->env[i].text, r->env[i].number);
	return finished(object, failed);
}

static bool has_origin(const struct phase_origin *origin)
{
	return origin->source || origin->absent;
}

static json_t *encode_origin(const struct phase_origin *origin)
{
	json_t *object = json_object();
	bool failed = origin->source ? put(object, "source", store_json_text(origin->source))
				     : put(object, "absent", store_json_text(origin->absent));

	return finished(object, failed);
}

static json_t *encode_origins(const struct phase_origin *origins)
{
	json_t *object = json_object();
	bool failed = false;

	for (int p = 0; p < PHASE_COUNT && !failed; p++) {
		if (has_origin(&origins[p]))
			failed = put(object, phase_name(p), encode_origin(&origins[p]));
	}
	return finished(object, failed);
}

json_t *store_encode_run(const struct run *r)
{
	json_t *line = json_object();
	char seed[sizeof("18446744073709551615")];
	bool failed = false;

	snprintf(seed, sizeof(seed), "%" PRIu64, r->seed);
	failed |= put(line, "type", json_string("run"));
	failed |= put(line, "schema", json_integer(RUN_SCHEMA));
	failed |= put(line, "tool", store_json_text(r->tool));
	failed |= put(line, "command", encode_command(r->command));
	failed |= put(line, "clock", store_json_text(r->clock));
	failed |= put(line, "seed", json_string(seed));
	failed |= put(line, "environment", encode_environment(r));
	failed |= put(line, "phases", encode_origins(r->phases));
	if (has_origin(&r->failures))
		failed |= put(line, "failures", encode_origin(&r->failures));
	return finished(line, failed);
}

static json_t *encode_key(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < c->key_count && !failed; i++)
		failed = put_named(object, c->key[i].name, c->key[i].text, c->key[i].number);
	return finished(object, failed);
}

static json_t *encode_samples(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (int i = 0; i < SAMPLE_COUNT && !failed; i++) {
		if (series__any(&c->samples[i]))
			failed = put(object, sample_name(i), values(&c->samples[i], c->n));
	}
	return finished(object, failed);
}

static json_t *encode_phase(const struct cell *c, enum phase p)
{
	json_t *phase = json_object();
	bool failed = false;

	if (series__any(&c->phases[p])) {
		if (c->phase_origin[p].source)
			failed = put(phase, "source", store_json_text(c->phase_origin[p].source));
		failed |= put(phase, "ns", values(&c->phases[p], c->n));
	} else {
		failed = put(phase, "absent", store_json_text(c->phase_origin[p].absent));
	}
	return finished(phase, failed);
}

static json_t *encode_phases(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (int p = 0; p < PHASE_COUNT && !failed; p++) {
		if (series__any(&c->phases[p]) || c->phase_origin[p].absent)
			failed = put(object, phase_name(p), encode_phase(c, p));
	}
	return finished(object, failed);
}

static json_t *encode_counts(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (int i = 0; i < COUNT_COUNT && !failed; i++) {
		if (series__any(&c->counts[i]))
			failed = put(object, count_name(i), values(&c->counts[i], c->n));
	}
	return finished(object, failed);
}

json_t *store_encode_cell(const struct cell *c)
{
	json_t *line = json_object();
	bool failed = false;

	failed |= put(line, "type", json_string("cell"));
	failed |= put(line, "key", encode_key(c));
	failed |= put(line, "order", json_integer((json_int_t)c->order));
	if (c->skipped) {
		failed |= put(line, "n", json_integer(0));
		failed |= put(line, "skipped", store_json_text(c->skipped));
		return finished(line, failed);
	}
	failed |= put(line, "n", json_integer((json_int_t)c->n));
	failed |= put(line, "samples", encode_samples(c));
	if (series__any(&c->unattributed))
		failed |= put(line, "unattributed_ns", values(&c->unattributed, c->n));
	failed |= put(line, "phases", encode_phases(c));
	failed |= put(line, "counts", encode_counts(c));
	if (series__any(&c->errnos))
		failed |= put(line, "errnos", values(&c->errnos, c->n));
	if (c->broken)
		failed |= put(line, "broken", store_json_text(c->broken));
	return finished(line, failed);
}

json_t *store_encode_end(const struct run *r)
{
	json_t *line = json_object();
	bool failed = false;

	failed |= put(line, "type", json_string("end"));
	failed |= put(line, "births", number_or_null(r->end.births));
	failed |= put(line, "started", number_or_null(r->end.started));
	failed |= put(line, "started_untraced", number_or_null(r->end.started_untraced));
	failed |= put(line, "lost", number_or_null(r->end.lost));
	if (r->end.duration_ns != 0) {
		failed |= put(line, "duration_ns", number_or_null(r->end.duration_ns));
		failed |= put(line, "births_lost", number_or_null(r->end.births_lost));
		failed |= put(line, "restarts", number_or_null(r->end.restarts));
		failed |= put(line, "births_unseen", number_or_null(r->end.births_unseen));
		failed |= put(line, "untracked", number_or_null(r->end.untracked));
		failed |= put(line, "filtered", number_or_null(r->end.filtered));
	}
	failed |= put(line, "missed", number_or_null(r->end.missed));
	return finished(line, failed);
}
