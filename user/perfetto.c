// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/perfetto.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/live.h"
#include "user/run.h"
#include "user/store_line.h"

struct perfetto {
	FILE *out;
	int64_t start;
	uint64_t flow; /* the last id of a flow */
	bool any;
	int error; /* the first */
};

struct perfetto *perfetto__new(FILE *out, int64_t start)
{
	struct perfetto *p = calloc(1, sizeof(*p));

	if (p) {
		p->out = out;
		p->start = start;
	}
	return p;
}

/* Takes the event. */
static void write_event(struct perfetto *p, json_t *event)
{
	if (!p->error && !event)
		p->error = -ENOMEM;
	errno = 0;
	if (!p->error && (fputs(p->any ? ",\n" : "[\n", p->out) == EOF ||
			  json_dumpf(event, p->out, JSON_COMPACT)))
		p->error = errno ? -errno : -EIO;
	p->any = true;
	json_decref(event);
}

/*
 * Microseconds, as the format has it, in steps of 2^-11: so sums and differences are exact, and no
 * reader that goes from durations to ends (speedscope) sees a phase end after the next one's begin.
 * The nanosecond is still told.
 */
static double us(const struct perfetto *p, uint64_t t)
{
	return round((double)((int64_t)t - p->start) * 2.048) / 2048;
}

static void name_process(struct perfetto *p, uint32_t pid, const char *name)
{
	write_event(p, json_pack("{s:s,s:s,s:i,s:{s:o}}", "ph", "M", "name", "process_name", "pid",
				 (int)pid, "args", "name", store_json_text(name)));
}

static void slice(struct perfetto *p, uint32_t pid, uint32_t tid, const char *name, uint64_t from,
		  uint64_t to, json_t *args)
{
	write_event(p, json_pack("{s:s,s:s,s:s,s:i,s:i,s:f,s:f,s:o*}", "ph", "X", "cat", "birth",
				 "name", name, "pid", (int)pid, "tid", (int)tid, "ts", us(p, from),
				 "dur", us(p, to) - us(p, from), "args", args));
}

static json_t *errno_json(int number)
{
	const char *name = errno_name(number);

	return name ? store_json_text(name) : json_integer(number);
}

/* What a person wants to know of a call when they click on it. */
static json_t *call_args(const struct birth *b)
{
	json_t *args = json_object();

	json_object_set_new(args, "flags", json_integer((json_int_t)b->life.clone_flags));
	if (b->life.result > 0)
		json_object_set_new(args, "child", json_integer(b->life.tid));
	else
		json_object_set_new(args, "errno", errno_json(-b->life.result));
	for (int c = 0; c < COUNT_COUNT; c++)
		if (b->life.count[c] != MISSING)
			json_object_set_new(args, count_name(c), json_integer(b->life.count[c]));
	if (b->stack)
		json_object_set_new(args, "stack", store_json_text(b->stack->all));
	return args;
}

static void slices(struct perfetto *p, const struct birth *b)
{
	const struct life *life = &b->life;

	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct phase_model *m = &phase_models[i];
		bool parents = m->group == GROUP_CALL;
		int64_t ns = m->sum < 0 ? phase_ns(life, i) : MISSING;

		if (ns == MISSING || ns < 0 || (!parents && life->result <= 0))
			continue;
		slice(p, parents ? life->parent_tgid : b->child_tgid,
		      parents ? b->parent_tid : life->tid, m->name, life->edge[m->from],
		      life->edge[phase_end(i, life->clone_flags)], NULL);
	}
}

/* From the moment the child is visible in the parent, to its first own. */
static void flow(struct perfetto *p, const struct birth *b)
{
	const struct life *life = &b->life;
	uint64_t to =
		life->edge[EDGE_first_run] ? life->edge[EDGE_first_run] : life->edge[EDGE_woken];

	if (life->result <= 0 || !life->edge[EDGE_newtask] || !to)
		return;
	p->flow++;
	write_event(p, json_pack("{s:s,s:s,s:s,s:I,s:i,s:i,s:f}", "ph", "s", "cat", "birth", "name",
				 "birth", "id", (json_int_t)p->flow, "pid", (int)life->parent_tgid,
				 "tid", (int)b->parent_tid, "ts", us(p, life->edge[EDGE_newtask])));
	write_event(p, json_pack("{s:s,s:s,s:s,s:s,s:I,s:i,s:i,s:f}", "ph", "f", "bp", "e", "cat",
				 "birth", "name", "birth", "id", (json_int_t)p->flow, "pid",
				 (int)b->child_tgid, "tid", (int)life->tid, "ts", us(p, to)));
}

/* Counted from the birth to the exec, or the end. */
static void counter(struct perfetto *p, const struct birth *b, uint32_t pid, const char *name,
		    enum count count)
{
	const struct life *life = &b->life;
	uint64_t to = life->execed && !life->exec_result ? life->edge[EDGE_exec_done]
							 : life->edge[EDGE_exit];

	if (life->count[count] == MISSING || !to || !life->edge[EDGE_newtask])
		return;
	write_event(p,
		    json_pack("{s:s,s:s,s:i,s:f,s:{s:i}}", "ph", "C", "name", name, "pid", (int)pid,
			      "ts", us(p, life->edge[EDGE_newtask]), "args", "faults", 0));
	write_event(p,
		    json_pack("{s:s,s:s,s:i,s:f,s:{s:I}}", "ph", "C", "name", name, "pid", (int)pid,
			      "ts", us(p, to), "args", "faults", (json_int_t)life->count[count]));
}

int perfetto__birth(struct perfetto *p, const struct birth *b)
{
	static char command[8 * (COMMAND_PATH_MAX + COMMAND_ARGS_MAX)];
	const struct life *life = &b->life;
	const char *slash;

	name_process(p, life->parent_tgid, b->comm);
	if (life->edge[EDGE_clone_enter] && life->edge[EDGE_clone_return])
		slice(p, life->parent_tgid, b->parent_tid, method_name(life->method),
		      life->edge[EDGE_clone_enter], life->edge[EDGE_clone_return], call_args(b));
	slices(p, b);
	flow(p, b);
	counter(p, b, b->child_tgid, "COW faults of the child", COUNT_cow_faults_child);
	counter(p, b, life->parent_tgid, "COW faults of the parent", COUNT_cow_faults_parent);
	if (b->path) {
		slash = strrchr(b->path, '/');
		name_process(p, b->child_tgid, slash ? slash + 1 : b->path);
		command_text(b, command, sizeof(command));
		write_event(p, json_pack("{s:s,s:s,s:i,s:{s:o}}", "ph", "M", "name",
					 "process_labels", "pid", (int)b->child_tgid, "args",
					 "labels", store_json_text(command)));
	}
	return p->error;
}

int perfetto__finish(struct perfetto *p)
{
	int err;

	if (!p)
		return 0;
	errno = 0;
	if (!p->error && (fputs(p->any ? "\n]\n" : "[]\n", p->out) == EOF || fflush(p->out)))
		p->error = errno ? -errno : -EIO;
	err = p->error;
	free(p);
	return err;
}
