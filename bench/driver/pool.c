// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/axes/pages.h"
#include "bench/parent/memory.h"
#include "bench/shared/fault.h"

/* Each takes two descriptors, and some memory even with a size of 0. */
#define RESIDENT_MAX 64

/*
 * Time limits in addition to the user's timeout and to what the axes cost, after which a subject is
 * taken for hung. They are many times what a slow machine took.
 */
#define SAMPLE_MS 20

static int64_t build_limit_ms(const struct pool_config *config, const struct shape *shape)
{
	int64_t us = 0;

	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		const struct axis_cost *cost = &axis_table[axis].does->cost;

		if (cost->build_us)
			us += shape__get(shape, axis) / cost->per * cost->build_us;
	}
	return config->timeout_s * INT64_C(1000) + us / 1000;
}

static int64_t run_limit_ms(const struct pool_config *config, const struct shape *shape,
			    unsigned int runs)
{
	int64_t us = SAMPLE_MS * 1000;

	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		const struct axis_cost *cost = &axis_table[axis].does->cost;

		if (cost->sample_us)
			us += shape__get(shape, axis) / cost->per * cost->sample_us;
	}
	return config->timeout_s * INT64_C(1000) + ((int64_t)runs + config->warmups) * us / 1000;
}

static void end_subject(struct pool *pool, size_t index)
{
	launch__end(&pool->subjects[index]->launch);
	free(pool->subjects[index]);
	pool->subjects[index] = pool->subjects[--pool->count];
}

/* False if there was none. */
static bool end_oldest(struct pool *pool)
{
	size_t oldest = 0;

	if (pool->count == 0)
		return false;
	for (size_t i = 1; i < pool->count; i++) {
		if (pool->subjects[i]->last_use < pool->subjects[oldest]->last_use)
			oldest = i;
	}
	end_subject(pool, oldest);
	return true;
}

/* The huge pages that must stay free for the children of the parents that live: one spawns at a
 * time. */
static int64_t hugetlb_copies(const struct pool *pool)
{
	int64_t most = 0;

	for (size_t i = 0; i < pool->count; i++) {
		int64_t copies = pages_hugetlb_copies(&pool->subjects[i]->shape);

		if (copies > most)
			most = copies;
	}
	return most;
}

static int make_room(struct pool *pool, const struct shape *shape, struct fault *why)
{
	struct memory_facts facts;
	int err;

	if (pool->count >= RESIDENT_MAX)
		end_oldest(pool);
	do {
		memory_read(&facts);
		err = memory_check(shape, &facts, why);
		if (!err)
			err = pages_hugetlb_check(shape, hugetlb_copies(pool), why);
	} while (err == -ENOMEM && end_oldest(pool));
	return err;
}

/* Asks the subject to take its shape and its program, or its program only. */
static int ask_for_program(struct pool *pool, struct pool_subject *subject, enum subject_verb verb,
			   struct fault *why)
{
	static struct subject_request request;
	static struct subject_reply reply;
	const struct program *program = &pool->config.programs[subject->program];
	int err = 0;

	request = (struct subject_request){
		.verb = verb,
		.build = {.shape = subject->shape,
			  .cpu = pool->config.cpu,
			  .silent = program->silent,
			  .loader = pool->config.loader},
	};
	if (subject->only)
		snprintf(request.build.only, sizeof(request.build.only), "%s", subject->only->name);
	if (strlen(program->path) >= sizeof(request.build.child_path))
		return fault__set(why, -ENAMETOOLONG, "the path of the program is too long");
	strcpy(request.build.child_path, program->path);
	if (program->copy)
		snprintf(request.build.copy, sizeof(request.build.copy), "%s", program->copy);
	if (program->arguments || verb == SUBJECT_PROGRAM)
		err = launch__write_arguments(&subject->launch, program->arguments);
	if (err)
		return fault__set(why, err, "arguments for the parent process: %s", strerror(-err));
	err = launch__ask(&subject->launch, &request, &reply,
			  build_limit_ms(&pool->config, &subject->shape), NULL, why);
	if (!err && reply.error != 0)
		err = fault__set(why, reply.error, "%s", reply.why.text);
	if (!err && verb == SUBJECT_BUILD)
		subject->facts = reply.facts;
	return err;
}

static int build(struct pool *pool, struct pool_subject *subject, struct fault *why)
{
	int err = launch__start(&subject->launch, &pool->config.loader, pool->config.pass, why);

	if (err)
		return err;
	err = ask_for_program(pool, subject, SUBJECT_BUILD, why);
	if (err)
		launch__end(&subject->launch);
	return err;
}

/* The same parent execs all programs, so that they are compared from one. */
static int change_program(struct pool *pool, size_t index, size_t program, struct fault *why)
{
	struct pool_subject *subject = pool->subjects[index];
	int err;

	if (subject->program == program)
		return 0;
	subject->program = program;
	err = ask_for_program(pool, subject, SUBJECT_PROGRAM, why);
	if (err)
		end_subject(pool, index);
	return err;
}

static int find(const struct pool *pool, const struct shape *shape, const struct method *only,
		size_t *index)
{
	for (size_t i = 0; i < pool->count; i++) {
		if (pool->subjects[i]->only == only &&
		    !memcmp(&pool->subjects[i]->shape, shape, sizeof(*shape))) {
			*index = i;
			return 0;
		}
	}
	return -ENOENT;
}

static int add(struct pool *pool, const struct cell *cell, const struct method *only, size_t *index,
	       struct fault *why)
{
	const struct shape *shape = &cell->shape;
	struct pool_subject **grown;
	struct pool_subject *subject;
	int err;

	err = make_room(pool, shape, why);
	if (err)
		return err;
	subject = calloc(1, sizeof(*subject));
	grown = reallocarray(pool->subjects, pool->count + 1, sizeof(struct pool_subject *));
	if (grown)
		pool->subjects = grown;
	if (!subject || !grown) {
		free(subject);
		return fault__set(why, -ENOMEM, "out of memory");
	}
	subject->shape = *shape;
	subject->only = only;
	subject->program = cell->program;
	err = build(pool, subject, why);
	if (err) {
		free(subject);
		return err;
	}
	*index = pool->count;
	pool->subjects[pool->count++] = subject;
	return 0;
}

static int get(struct pool *pool, const struct cell *cell, size_t *index, struct fault *why)
{
	const struct method *only = cell->method->alters_parent ? cell->method : NULL;
	int err = 0;

	*index = 0;
	if (find(pool, &cell->shape, only, index) != 0)
		err = add(pool, cell, only, index, why);
	if (!err && cell->method->execs)
		err = change_program(pool, *index, cell->program, why);
	if (!err)
		pool->subjects[*index]->last_use = ++pool->uses;
	return err;
}

int pool__get(struct pool *pool, const struct cell *cell, const struct pool_subject **subject,
	      struct fault *why)
{
	size_t index;
	int err = get(pool, cell, &index, why);

	if (!err)
		*subject = pool->subjects[index];
	return err;
}

int pool__run(struct pool *pool, const struct cell *cell, unsigned int runs,
	      struct pool_block *block, struct fault *why)
{
	static struct subject_request request;
	static struct subject_reply reply;
	struct pool_subject *subject;
	size_t index;
	int err, samples_err;

	*block = (struct pool_block){0};
	err = get(pool, cell, &index, why);
	if (err)
		return err;
	subject = pool->subjects[index];
	request = (struct subject_request){
		.verb = SUBJECT_RUN,
		.run = {.warmups = pool->config.warmups, .runs = runs},
	};
	snprintf(request.run.method, sizeof(request.run.method), "%s", cell->method->name);
	err = launch__ask(&subject->launch, &request, &reply,
			  run_limit_ms(&pool->config, &cell->shape, runs), &pool->config.watcher,
			  why);
	samples_err = launch__samples(&subject->launch, &block->samples, &block->taken);
	if (err) {
		end_subject(pool, index);
		return err;
	}
	block->started = reply.started;
	block->failed = reply.failed;
	if (reply.error != 0)
		return fault__set(why, reply.error, "%s", reply.why.text);
	if (samples_err != 0)
		return fault__set(why, samples_err, "reading the samples: %s",
				  strerror(-samples_err));
	return 0;
}

void pool_block__free(struct pool_block *block)
{
	free(block->samples);
	*block = (struct pool_block){0};
}

void pool__free(struct pool *pool)
{
	while (end_oldest(pool))
		;
	free(pool->subjects);
	pool->subjects = NULL;
}
