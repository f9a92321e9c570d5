// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/base/output.h"
#include "user/base/say.h"
#include "user/collect/environment.h"
#include "user/collect/origin.h"
#include "user/export/folded.h"
#include "user/store/birth_writer.h"
#include "user/store/encode.h"
#include "user/text/layout.h"

/* Bytes of lines that are kept until sinks__flush(). */
#define JSON_AT_ONCE ((size_t)64 << 10)

/* Reports the file once; the other sinks go on. */
static void lose_file(struct sinks *s, const char *path, int err)
{
	struct fault why;

	output_failed(path, err, &why);
	complain("%s", why.text);
	s->file_lost = true;
}

static int describe(struct sinks *s, const struct source_choice *choice)
{
	struct run *r = &s->run;
	int err = run__begin(r, "profile", s->options->args, environment_clock());

	r->end.started = r->end.started_untraced = MISSING;
	if (!err)
		err = environment_read(r, NULL);
	if (!err)
		err = origin_of_run(r, choice);
	if (!err)
		err = origin_of_stalls(r, choice);
	return err ? err : origin_of_failures(r, choice);
}

/* Ends the trace and closes its file. 0 or -errno; nothing to do is 0. */
static int end_trace(struct sinks *s)
{
	int err = perfetto__finish(s->perfetto);

	errno = 0;
	if (s->trace && fclose(s->trace) && !err)
		err = errno ? -errno : -EIO;
	s->perfetto = NULL;
	s->trace = NULL;
	return err;
}

/* Writes the folded stacks and closes their file. 0 or -errno; nothing to do is 0. */
static int end_folded(struct sinks *s)
{
	int err = s->folded ? folded_write(&s->groups, (enum folded_weight)s->options->weight,
					   s->folded)
			    : 0;

	errno = 0;
	if (s->folded && fclose(s->folded) && !err)
		err = errno ? -errno : -EIO;
	s->folded = NULL;
	return err;
}

static FILE *as_slow_reader(int fd, void *context)
{
	struct slow_reader *o = context;

	return o->may_wait ? slow_reader__open(o, fd, true) : fdopen(fd, "w");
}

static int open_files(struct sinks *s, int64_t start, struct fault *why)
{
	const struct profile_command *o = s->options;
	bool regular;
	FILE *out;
	int err = 0;

	if (o->output) {
		err = output_open_with(o->output, as_slow_reader, &s->to_store, &out, &regular);
		s->store = err ? NULL : store__create_on(out, regular);
		if (!err)
			err = s->store ? store__write_run(s->store, &s->run) : -ENOMEM;
		if (err)
			output_failed(o->output, err, why);
	}
	if (!err && o->perfetto) {
		err = output_open_with(o->perfetto, as_slow_reader, &s->to_trace, &s->trace,
				       &regular);
		s->perfetto = err ? NULL : perfetto__new(s->trace, start);
		if (!err && !s->perfetto)
			err = -ENOMEM;
		if (err)
			output_failed(o->perfetto, err, why);
	}
	if (!err && o->folded) {
		err = output_open_with(o->folded, as_slow_reader, &s->to_folded, &s->folded,
				       &regular);
		if (err)
			output_failed(o->folded, err, why);
	}
	return err;
}

/* Why no call has a time; NULL: some have one. */
static const char *why_no_call(const struct run *r, const struct source_choice *choice)
{
	const char *why = run__call_absent(r);

	if (choice && choice->edges[EDGE_clone_enter] && choice->edges[EDGE_clone_return])
		return NULL;
	/* Of a file, unless one shows the contrary. */
	for (size_t i = 0; i < r->birth_count; i++)
		if (birth_call_ns(&r->births[i]) != MISSING)
			return NULL;
	return why ? why : "the calls were not timed";
}

int sinks__open(struct sinks *s, const struct profile_command *options, FILE *out,
		const struct source_choice *choice, int64_t start, struct fault *why)
{
	int err;

	s->options = options;
	s->out = out;
	layout_set_width(say_width(out));
	groups__init(&s->groups, options->trace.group_by);
	s->groups.sort = (enum group_sort)options->sort;
	err = choice ? describe(s, choice) : 0;
	s->lines = (struct lines){
		.out = out,
		.colour = say_in_colour(out),
		.phases = options->verbose,
		.cow = !s->run.phases[PHASE_cow_child].absent,
		.no_call = why_no_call(&s->run, choice),
		.clock = s->run.clock,
		.start = start,
		.width = say_width(out),
	};
	return err ? err : open_files(s, start, why);
}

static void lose_trace(struct sinks *s, int err)
{
	lose_file(s, s->options->perfetto, err);
	end_trace(s);
}

static void begin(struct sinks *s, const struct birth *b)
{
	int err = s->perfetto ? perfetto__begin(s->perfetto, b) : 0;

	if (err)
		lose_trace(s, err);
	err = s->options->input ? 0 : spans__add_call(&s->calls, b);
	if (err)
		s->error = err;
}

static int write_json(struct sinks *s, const struct birth *b)
{
	store_write_birth(&s->json, b);
	return s->json.length < JSON_AT_ONCE ? 0 : store_write_text(&s->json, s->out);
}

static void show(struct sinks *s, struct birth *b)
{
	int err = 0;

	if (s->stacks && b->stack_number)
		b->stack = stacks__find(s->stacks, b->parent_tid, b->stack_number);
	if (s->options->json)
		err = write_json(s, b);
	else if (s->options->live)
		lines__print(&s->lines, b);
	if (!err && ferror(s->out))
		err = errno ? -errno : -EIO;
	if (err)
		s->error = err;
}

static void lose_store(struct sinks *s, int err)
{
	lose_file(s, s->options->output, err);
	store__close(s->store);
	s->store = NULL;
}

static void keep(struct sinks *s, struct birth *b)
{
	int err;

	if (s->stacks && b->stack_number)
		b->stack = stacks__take(s->stacks, b->parent_tid, b->stack_number);
	err = groups__add(&s->groups, b);

	if (!err && s->options->tree)
		err = tree__add(&s->tree, b);
	if (err)
		s->error = err;
	err = s->store ? store__write_birth(s->store, b) : 0;
	if (err)
		lose_store(s, err);
	err = s->perfetto ? perfetto__birth(s->perfetto, b) : 0;
	if (err)
		lose_trace(s, err);
}

/* The others take the stack when they need it; here a birth is in one group from the start. */
static void watch_birth(struct sinks *s, struct birth *b, enum birth_stage stage)
{
	int err;

	if (s->stacks && b->stack_number)
		b->stack = stacks__find(s->stacks, b->parent_tid, b->stack_number);
	err = watch_sums__add(s->watch, b, stage);
	if (err)
		s->error = err;
}

void sinks__birth(void *sinks, struct birth *b, enum birth_stage stage)
{
	struct sinks *s = sinks;

	if (s->watch)
		watch_birth(s, b, stage);
	if (stage == BIRTH_BEGUN)
		begin(s, b);
	else if (stage == BIRTH_SETTLED)
		show(s, b);
	else
		keep(s, b);
}

void sinks__flush(struct sinks *s)
{
	int err = s->store ? store__flush(s->store) : 0;

	if (err)
		lose_store(s, err);
	err = store_write_text(&s->json, s->out);
	if (err && !s->error)
		s->error = err;
}

int sinks__finish(struct sinks *s)
{
	int err = 0;

	sinks__flush(s);
	if (s->store) {
		if (s->run.calibration)
			err = store__write_calibration(s->store, s->run.calibration);
		if (!err)
			err = store__write_end(s->store, &s->run);
		if (!err)
			err = store__close(s->store);
		else
			store__close(s->store);
		s->store = NULL;
		if (err)
			lose_file(s, s->options->output, err);
	}
	err = end_trace(s);
	if (err)
		lose_file(s, s->options->perfetto, err);
	err = end_folded(s);
	if (err)
		lose_file(s, s->options->folded, err);
	if (s->options->tree)
		tree__print(&s->tree, s->run.clock, s->out);
	return s->error;
}

void sinks__free(struct sinks *s)
{
	store__close(s->store);
	strbuf__free(&s->json);
	end_trace(s);
	if (s->folded)
		fclose(s->folded);
	watch_sums__free(s->watch);
	tree__free(&s->tree);
	groups__free(&s->groups);
	spans__free(&s->calls);
	run__free(&s->run);
}
