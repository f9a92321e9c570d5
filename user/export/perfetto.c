// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/perfetto.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/process_ids.h"
#include "user/export/format.h"
#include "user/model/birth.h"
#include "user/model/run.h"
#include "user/store/encode.h"

/*
 * The format identifies a process by its id. The first process with an id has the track of that
 * number; later ones get numbers above PID_MAX_LIMIT (include/linux/threads.h).
 */
#define TRACKS_APART	 (1U << 22)
#define TRACKS_OF_ID_MAX 1023

struct track {
	uint32_t id, pid, number;
};

struct perfetto {
	FILE *out;
	struct reuse reuse;
	int64_t start;
	uint64_t flow; /* the id of the last flow */
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

static void note_error(struct perfetto *p, int err)
{
	if (!p->error)
		p->error = err;
}

/* Begins an event; further members begin with a comma. The name needs no escape. */
static void event(struct perfetto *p, char kind, const char *name, uint32_t pid)
{
	fprintf(p->out, "%s{\"ph\":\"%c\",\"name\":\"%s\",\"pid\":%" PRIu32, p->any ? ",\n" : "[\n",
		kind, name, pid);
	p->any = true;
}

/*
 * Microseconds, the format's unit, in steps of 2^-11. Sums and differences are exact, so a reader
 * that adds durations (speedscope) never sees a phase end after the next one begins. A step is less
 * than a nanosecond.
 */
static double us(const struct perfetto *p, uint64_t t)
{
	return round((double)((int64_t)t - p->start) * 2.048) / 2048;
}

/* With all digits, so that it is read back exactly. */
static void add_us(struct perfetto *p, const char *name, double us)
{
	fprintf(p->out, ",\"%s\":%.17g", name, us);
}

static void add_time(struct perfetto *p, uint64_t t)
{
	add_us(p, "ts", us(p, t));
}

/* Text that others chose. */
static void write_text(struct perfetto *p, const char *text)
{
	json_t *json = store_json_text(text);

	if (!json || (json_dumpf(json, p->out, JSON_ENCODE_ANY) && !ferror(p->out)))
		note_error(p, -ENOMEM);
	json_decref(json);
}

static void write_meta(struct perfetto *p, const char *what, const struct track *t,
		       const char *member, const char *text)
{
	event(p, 'M', what, t->id);
	fprintf(p->out, ",\"args\":{\"%s\":", member);
	write_text(p, text);
	fputs("}}", p->out);
}

/* "make"; "make (pid 31001, no. 2 of that id)" for a later process with the id. */
static void name_process(struct perfetto *p, const struct track *t, const char *name)
{
	char *text = NULL;

	if (!t->number) {
		write_meta(p, "process_name", t, "name", name);
	} else if (asprintf(&text, "%s (pid %" PRIu32 ", no. %" PRIu32 " of that id)", name, t->pid,
			    t->number + 1) < 0) {
		note_error(p, -ENOMEM);
	} else {
		write_meta(p, "process_name", t, "name", text);
		free(text);
	}
}

static struct track track_of(struct perfetto *p, uint32_t pid, uint64_t t)
{
	struct track track = {.pid = pid};
	uint32_t apart;

	if (reuse__number(&p->reuse, pid, t, &track.number))
		note_error(p, -ENOMEM);
	apart = track.number < TRACKS_OF_ID_MAX ? track.number : TRACKS_OF_ID_MAX;
	track.id = pid + apart * TRACKS_APART;
	return track;
}

/* Begins a slice; the caller closes it. */
static void slice(struct perfetto *p, uint32_t pid, uint32_t tid, const char *name, uint64_t from,
		  uint64_t to)
{
	event(p, 'X', name, pid);
	fprintf(p->out, ",\"cat\":\"birth\",\"tid\":%" PRIu32, tid);
	add_time(p, from);
	add_us(p, "dur", us(p, to) - us(p, from));
}

/* What the viewer shows about a selected call. */
static void add_args(struct perfetto *p, const struct birth *b)
{
	const struct life *life = &b->life;
	const char *name = life->result > 0 ? NULL : errno_name(-life->result);

	fprintf(p->out, ",\"args\":{\"flags\":%" PRIu64, life->clone_flags);
	if (life->result > 0)
		fprintf(p->out, ",\"child\":%" PRIu32, life->tid);
	else if (name)
		fprintf(p->out, ",\"errno\":\"%s\"", name);
	else
		fprintf(p->out, ",\"errno\":%d", -life->result);
	for (int c = 0; c < COUNT_COUNT; c++)
		if (life->count[c] != MISSING)
			fprintf(p->out, ",\"%s\":%" PRId64, count_name(c), life->count[c]);
	if (b->stack) {
		fputs(",\"stack\":", p->out);
		write_text(p, b->stack->all);
	}
	fputs("}", p->out);
}

static void slices(struct perfetto *p, const struct birth *b, const struct track *parent,
		   const struct track *child)
{
	const struct life *life = &b->life;

	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct phase_model *m = &phase_models[i];
		bool parents = m->group == GROUP_CALL;
		int64_t ns = m->sum < 0 ? phase_ns(life, i) : MISSING;

		if (ns == MISSING || ns < 0 || (!parents && life->result <= 0))
			continue;
		slice(p, parents ? parent->id : child->id, parents ? b->parent_tid : life->tid,
		      m->name, life->edge[m->from], life->edge[phase_end(i, life->clone_flags)]);
		fputs("}", p->out);
	}
}

/* An arrow from the child's creation in the parent to its first moment on a CPU. */
static void flow(struct perfetto *p, const struct birth *b, const struct track *parent,
		 const struct track *child)
{
	const struct life *life = &b->life;
	uint64_t to =
		life->edge[EDGE_first_run] ? life->edge[EDGE_first_run] : life->edge[EDGE_woken];

	if (life->result <= 0 || !life->edge[EDGE_newtask] || !to)
		return;
	p->flow++;
	event(p, 's', "birth", parent->id);
	fprintf(p->out, ",\"cat\":\"birth\",\"id\":%" PRIu64 ",\"tid\":%" PRIu32, p->flow,
		b->parent_tid);
	add_time(p, life->edge[EDGE_newtask]);
	fputs("}", p->out);
	event(p, 'f', "birth", child->id);
	fprintf(p->out, ",\"bp\":\"e\",\"cat\":\"birth\",\"id\":%" PRIu64 ",\"tid\":%" PRIu32,
		p->flow, life->tid);
	add_time(p, to);
	fputs("}", p->out);
}

/* A counter from the birth to the exec or the exit. */
static void counter(struct perfetto *p, const struct birth *b, uint32_t pid, const char *name,
		    enum count count)
{
	const struct life *life = &b->life;
	uint64_t to = life->execed && !life->exec_result ? life->edge[EDGE_exec_done]
							 : life->edge[EDGE_exit];

	if (life->count[count] == MISSING || !to || !life->edge[EDGE_newtask])
		return;
	event(p, 'C', name, pid);
	add_time(p, life->edge[EDGE_newtask]);
	fputs(",\"args\":{\"faults\":0}}", p->out);
	event(p, 'C', name, pid);
	add_time(p, to);
	fprintf(p->out, ",\"args\":{\"faults\":%" PRId64 "}}", life->count[count]);
}

static uint64_t begun(const struct birth *b)
{
	int64_t t =
		b->life.edge[EDGE_newtask] ? (int64_t)b->life.edge[EDGE_newtask] : birth_time(b);

	return t == MISSING ? 0 : (uint64_t)t;
}

int perfetto__begin(struct perfetto *p, const struct birth *b)
{
	if (b->life.result > 0 && b->child_tgid != b->life.parent_tgid &&
	    reuse__begin(&p->reuse, b->child_tgid, begun(b)))
		note_error(p, -ENOMEM);
	return p->error;
}

static void name_child(struct perfetto *p, const struct birth *b, const struct track *child)
{
	static char command[8 * (COMMAND_PATH_MAX + COMMAND_ARGS_MAX)];
	const char *slash = strrchr(b->path, '/');

	name_process(p, child, slash ? slash + 1 : b->path);
	birth_command(b, command, sizeof(command));
	write_meta(p, "process_labels", child, "labels", command);
}

int perfetto__birth(struct perfetto *p, const struct birth *b)
{
	const struct life *life = &b->life;
	struct track parent, child;

	errno = 0;
	perfetto__begin(p, b);
	parent = track_of(p, life->parent_tgid, begun(b));
	child = life->result > 0 ? track_of(p, b->child_tgid, begun(b)) : parent;
	name_process(p, &parent, b->comm);
	if (life->edge[EDGE_clone_enter] && life->edge[EDGE_clone_return]) {
		slice(p, parent.id, b->parent_tid, method_name(life->method),
		      life->edge[EDGE_clone_enter], life->edge[EDGE_clone_return]);
		add_args(p, b);
		fputs("}", p->out);
	}
	slices(p, b, &parent, &child);
	flow(p, b, &parent, &child);
	counter(p, b, child.id, "COW faults of the child", COUNT_cow_faults_child);
	counter(p, b, parent.id, "COW faults of the parent", COUNT_cow_faults_parent);
	if (b->path)
		name_child(p, b, &child);
	if (ferror(p->out))
		note_error(p, errno ? -errno : -EIO);
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
	reuse__free(&p->reuse);
	free(p);
	return err;
}

/* The start of the first birth. A result file has births in the order of their ends. */
static int64_t first_time(const struct run *r)
{
	int64_t first = MISSING, t;

	for (size_t i = 0; i < r->birth_count; i++) {
		t = birth_time(&r->births[i]);
		if (t != MISSING && (first == MISSING || t < first))
			first = t;
	}
	return first == MISSING ? 0 : first;
}

static int write_births(const struct run *r, FILE *out)
{
	struct perfetto *p = perfetto__new(out, first_time(r));
	int err = p ? 0 : -ENOMEM, end;

	for (size_t i = 0; i < r->birth_count && !err; i++)
		err = perfetto__begin(p, &r->births[i]);
	for (size_t i = 0; i < r->birth_count && !err; i++)
		err = perfetto__birth(p, &r->births[i]);
	end = perfetto__finish(p);
	return err ? err : end;
}

const struct export_format export_perfetto = {
	.value = {"perfetto",
		  "the births of a profile as a trace, for ui.perfetto.dev and speedscope"},
	.births = write_births,
};
