// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/encode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/calibration.h"
#include "user/store/value.h"
#include "user/text/utf8.h"

/* A copy with U+FFFD for each malformed byte, as JSON must be UTF-8. NULL: out of memory. */
static char *well_formed(const char *text)
{
	char *copy = malloc(strlen(text) * strlen("\xef\xbf\xbd") + 1), *end = copy;

	if (!copy)
		return NULL;
	while (*text)
		end = utf8_copy(end, &text);
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

static bool put_number(json_t *object, const char *name, int64_t number)
{
	return store_put(object, name, json_integer(number));
}

static bool put_known(json_t *object, const char *name, int64_t number)
{
	return number != MISSING && put_number(object, name, number);
}

/* A series with values becomes an array of `n`; one without gets no member. */
static bool put_series(json_t *object, const char *name, const struct series *s, size_t n)
{
	json_t *array;
	bool failed = false;

	if (!series__any(s))
		return false;
	array = json_array();
	for (size_t i = 0; i < n && !failed; i++)
		failed = json_array_append_new(array,
					       number_or_null(i < s->n ? s->v[i] : MISSING)) != 0;
	return store_put(object, name, store_finished(array, failed));
}

static json_t *encode_command(char *const *command)
{
	json_t *array = json_array();
	bool failed = false;

	for (; command && *command && !failed; command++)
		failed = json_array_append_new(array, store_json_text(*command)) != 0;
	return store_finished(array, failed);
}

json_t *store_encode_facts(const struct fact *facts, size_t count)
{
	json_t *object = json_object();
	bool failed = false;

	for (size_t i = 0; i < count && !failed; i++) {
		const struct fact *f = &facts[i];
		char *name = well_formed(f->name);

		failed = !name ||
			 store_put(object, name,
				   f->text ? store_json_text(f->text) : number_or_null(f->number));
		free(name);
	}
	return store_finished(object, failed);
}

static bool has_origin(const struct phase_origin *origin)
{
	return origin->source || origin->absent;
}

static json_t *encode_origin(const struct phase_origin *origin)
{
	json_t *object = json_object();
	bool failed = origin->source ? store_put(object, "source", store_json_text(origin->source))
				     : store_put(object, "absent", store_json_text(origin->absent));

	return store_finished(object, failed);
}

static json_t *encode_origins(const struct phase_origin *origins)
{
	json_t *object = json_object();
	bool failed = false;

	for (int p = 0; p < PHASE_COUNT && !failed; p++) {
		if (has_origin(&origins[p]))
			failed = store_put(object, phase_name(p), encode_origin(&origins[p]));
	}
	return store_finished(object, failed);
}

json_t *store_encode_run(const struct run *r)
{
	json_t *line = json_object();
	char seed[sizeof("18446744073709551615")];
	bool failed = false;

	snprintf(seed, sizeof(seed), "%" PRIu64, r->seed);
	failed |= store_put(line, "type", json_string("run"));
	failed |= store_put(line, "schema", json_integer(RUN_SCHEMA));
	failed |= store_put(line, "tool", store_json_text(r->tool));
	failed |= store_put(line, "command", encode_command(r->command));
	failed |= store_put(line, "clock", store_json_text(r->clock));
	failed |= store_put(line, "seed", json_string(seed));
	if (r->rounds)
		failed |= store_put(line, "rounds", json_integer(r->rounds));
	if (r->scenario)
		failed |= store_put(line, "scenario", store_json_text(r->scenario));
	failed |= store_put(line, "environment", store_encode_facts(r->env, r->env_count));
	failed |= store_put(line, "phases", encode_origins(r->phases));
	if (has_origin(&r->failures))
		failed |= store_put(line, "failures", encode_origin(&r->failures));
	if (has_origin(&r->stall))
		failed |= store_put(line, "stall", encode_origin(&r->stall));
	return store_finished(line, failed);
}

static json_t *encode_samples(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (int i = 0; i < SAMPLE_COUNT && !failed; i++)
		failed = put_series(object, sample_name(i), &c->samples[i], c->n);

	return store_finished(object, failed);
}

static json_t *encode_phase(const struct cell *c, enum phase p)
{
	json_t *phase = json_object();
	bool failed = false;

	if (series__any(&c->phases[p])) {
		if (c->phase_origin[p].source)
			failed = store_put(phase, "source",
					   store_json_text(c->phase_origin[p].source));
		failed |= put_series(phase, "ns", &c->phases[p], c->n);
	} else {
		failed = store_put(phase, "absent", store_json_text(c->phase_origin[p].absent));
	}
	return store_finished(phase, failed);
}

static json_t *encode_phases(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (int p = 0; p < PHASE_COUNT && !failed; p++) {
		if (series__any(&c->phases[p]) || c->phase_origin[p].absent)
			failed = store_put(object, phase_name(p), encode_phase(c, p));
	}
	return store_finished(object, failed);
}

/* Adds the member "syscalls" if there are any. */
static bool put_syscalls(json_t *line, const struct syscalls *c)
{
	json_t *object;
	char name[SYSCALL_NAME_MAX];
	bool failed = false;

	if (!c->kinds && !c->others)
		return false;
	object = json_object();
	for (size_t i = 0; i < c->kinds && !failed; i++)
		failed = put_number(object, syscall_name(c->kind[i].nr, name), c->kind[i].n);
	if (c->others)
		failed |= put_number(object, STORE_OTHER_SYSCALLS, c->others);
	return store_put(line, "syscalls", store_finished(object, failed));
}

static json_t *encode_counts(const struct cell *c)
{
	json_t *object = json_object();
	bool failed = false;

	for (int i = 0; i < COUNT_COUNT && !failed; i++)
		failed = put_series(object, count_name(i), &c->counts[i], c->n);

	return store_finished(object, failed);
}

json_t *store_encode_cell(const struct cell *c)
{
	json_t *line = json_object();
	bool failed = false;

	failed |= store_put(line, "type", json_string("cell"));
	failed |= store_put(line, "key", store_encode_facts(c->key, c->key_count));
	failed |= put_number(line, "order", (json_int_t)c->order);
	if (c->skipped) {
		failed |= put_number(line, "n", 0);
		failed |= store_put(line, "skipped", store_json_text(c->skipped));
		return store_finished(line, failed);
	}
	failed |= put_number(line, "n", (json_int_t)c->n);
	failed |= store_put(line, "samples", encode_samples(c));
	failed |= put_series(line, "unattributed_ns", &c->unattributed, c->n);
	failed |= store_put(line, "phases", encode_phases(c));
	failed |= store_put(line, "counts", encode_counts(c));
	failed |= put_syscalls(line, c->syscalls);
	failed |= put_series(line, "errnos", &c->errnos, c->n);
	if (c->broken)
		failed |= store_put(line, "broken", store_json_text(c->broken));
	if (c->late)
		failed |= store_put(line, "late", json_true());
	return store_finished(line, failed);
}

json_t *store_encode_observation(const struct observation *m)
{
	json_t *line = json_object();
	bool failed = store_put(line, "type", json_string("observation"));

	failed |= store_put(line, "name", store_json_text(m->name));
	failed |= store_put(line, "unit", store_json_text(m->unit));
	failed |= store_put(line, "key", store_encode_facts(m->key, m->key_count));
	failed |= put_number(line, "n", (json_int_t)m->values.n);
	failed |= put_series(line, "values", &m->values, m->values.n);
	if (m->absent)
		failed |= store_put(line, "absent", store_json_text(m->absent));
	return store_finished(line, failed);
}

static json_t *encode_cpu(const struct run *r)
{
	json_t *cpu = encode_origin(&r->cpu);

	return r->cpu.source ? store_finished(cpu, put_number(cpu, "ns", r->end.cpu_ns)) : cpu;
}

json_t *store_encode_end(const struct run *r)
{
	json_t *line = json_object();
	bool failed = store_put(line, "type", json_string("end"));
	bool profile = r->end.duration_ns != 0, read = r->end.cpu_ticks != 0;

#define OF_ALL(name)	 failed |= store_put(line, #name, number_or_null(r->end.name));
#define OF_PROFILE(name) failed |= profile && store_put(line, #name, number_or_null(r->end.name));
#define OF_BENCH(name)	 failed |= read && store_put(line, #name, number_or_null(r->end.name));
	END_NUMBERS(OF_ALL, OF_PROFILE, OF_BENCH)
	if (has_origin(&r->cpu))
		failed |= store_put(line, "cpu", encode_cpu(r));
	return store_finished(line, failed);
}

json_t *store_encode_calibration(const struct calibration *c)
{
	json_t *line = json_object(), *ns = json_object(), *absent = json_object();
	bool failed = store_put(line, "type", json_string("calibration"));

	failed |= put_known(line, "taken_ms", c->taken_ms);
	for (int f = 0; f < FIGURE_COUNT && !failed; f++) {
		const struct figure_value *v = &c->v[f];

		failed = v->absent ? store_put(absent, figure_name(f), store_json_text(v->absent))
				   : store_put(ns, figure_name(f),
					       json_pack("[III]", (json_int_t)v->low,
							 (json_int_t)v->mid, (json_int_t)v->high));
	}
	failed |= store_put(line, "ns", ns);
	failed |= store_put(line, "absent", absent);
	return store_finished(line, failed);
}

static int append(const char *text, size_t size, void *to)
{
	strbuf__add_bytes(to, text, size);
	return 0;
}

void store_add_line(struct strbuf *to, json_t *line)
{
	if (!line || json_dump_callback(line, append, to, JSON_COMPACT))
		to->failed = true;
	strbuf__add_bytes(to, "\n", 1);
	json_decref(line);
}

int store_write_text(struct strbuf *text, FILE *out)
{
	size_t size = text->length;
	int err = text->failed ? -ENOMEM : 0;

	errno = 0;
	if (!err && size && (fwrite(text->text, 1, size, out) < size || fflush(out)))
		err = errno ? -errno : -EIO;
	strbuf__clear(text);
	return err;
}

int store_write_line(json_t *line, FILE *out)
{
	struct strbuf text = {0};
	int err;

	store_add_line(&text, line);
	err = store_write_text(&text, out);
	strbuf__free(&text);
	return err;
}
