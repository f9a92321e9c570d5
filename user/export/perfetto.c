// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/perfetto.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/process_ids.h"
#include "user/export/format.h"
#include "user/export/key_set.h"
#include "user/export/perfetto_tree.h"
#include "user/export/trace_time.h"
#include "user/model/birth.h"
#include "user/model/run.h"
#include "user/text/json.h"
#include "user/text/strbuf.h"

/*
 * The format identifies a process by its id. The first process with an id has the track of that
 * number; later ones get numbers above PID_MAX_LIMIT (include/linux/threads.h).
 */
#define TRACKS_APART	 (1U << 22)
#define TRACKS_OF_ID_MAX 1023

struct track {
	uint32_t id, pid, number;
};

/* A life whose end has not come. */
struct open_life {
	uint32_t pid, tid; /* as the format identifies them */
	char *name;
	uint64_t from;
};

/* Births over time. A bin is doubled when the trace is longer than all. */
#define BINS	     4096
#define BIN_NS_FIRST 10000000
#define PID_OF_ALL   0 /* no process has it */

/* Events are written at once: so many bytes. */
#define BATCH ((size_t)64 << 10)

struct perfetto {
	FILE *out;
	struct strbuf text; /* events that are not written yet */
	struct reuse reuse;
	int64_t start;
	uint64_t flow;	      /* the id of the last flow */
	uint64_t last;	      /* the latest time that was seen */
	struct key_set named; /* tracks that have their name: process and thread */
	struct open_life *open;
	size_t open_n, open_cap;
	uint64_t bin_ns;
	uint32_t births[BINS];
	bool any;
	int error; /* the first */
};

struct perfetto *perfetto__new(FILE *out, int64_t start)
{
	struct perfetto *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->out = out;
	p->start = start;
	p->bin_ns = BIN_NS_FIRST;
	setvbuf(out, NULL, _IONBF, 0); /* its writes are whole batches */
	return p;
}

static void note_error(struct perfetto *p, int err)
{
	if (!p->error)
		p->error = err;
}

static inline void put(struct perfetto *p, const char *text)
{
	strbuf__add_bytes(&p->text, text, strlen(text));
}

/* A name that needs no escape, in quotes. */
static inline void put_name(struct perfetto *p, const char *before, const char *name)
{
	put(p, before);
	put(p, "\"");
	put(p, name);
	put(p, "\"");
}

/* `before`: "\"NAME\":" and what stands before that. */
static inline void put_number(struct perfetto *p, const char *before, int64_t number)
{
	put(p, before);
	strbuf__add_number(&p->text, number);
}

/* Whole events: a trace that ends without its bracket, since we were killed, is still a trace. */
static void write_out(struct perfetto *p)
{
	size_t size = p->text.length;

	errno = 0;
	if (p->text.failed)
		note_error(p, -ENOMEM);
	else if (!p->error && size &&
		 (fwrite(p->text.text, 1, size, p->out) < size || fflush(p->out)))
		note_error(p, errno ? -errno : -EIO);
	strbuf__clear(&p->text);
}

/*
 * Begins an event; further members begin with a comma. The name needs no escape; NULL: the caller
 * adds it.
 */
static void event(struct perfetto *p, char kind, const char *name, uint32_t pid)
{
	put(p, p->any ? ",\n{\"ph\":\"" : "[\n{\"ph\":\"");
	strbuf__add_bytes(&p->text, &kind, 1);
	put_number(p, "\",\"pid\":", pid);
	if (name)
		put_name(p, ",\"name\":", name);
	p->any = true;
}

static int64_t steps(const struct perfetto *p, uint64_t t)
{
	return trace_steps((int64_t)t - p->start);
}

/* `before`: as in put_number(). */
static void add_steps(struct perfetto *p, const char *before, int64_t n)
{
	put(p, before);
	trace_add_steps(&p->text, n);
}

static void add_time(struct perfetto *p, uint64_t t)
{
	if (t > p->last)
		p->last = t;
	add_steps(p, ",\"ts\":", steps(p, t));
}

static void write_meta(struct perfetto *p, const char *what, uint32_t pid, uint32_t tid,
		       const char *member, const char *text)
{
	event(p, 'M', what, pid);
	if (tid)
		put_number(p, ",\"tid\":", tid);
	put_name(p, ",\"args\":{", member);
	put(p, ":");
	json__add_text(&p->text, text);
	put(p, "}}");
}

/* Whether this is the first time that it is asked. */
static bool is_unnamed(struct perfetto *p, uint32_t pid, uint32_t tid)
{
	int added = key_set__add(&p->named, ((uint64_t)pid << 32 | tid) + 1);

	if (added < 0)
		note_error(p, added);
	return added > 0;
}

/*
 * Names have no numbers, so that a reader can sum what has the same name. A later process with an
 * id has that in its labels.
 */
static void name_process(struct perfetto *p, const struct track *t, uint32_t tid, const char *name)
{
	write_meta(p, "process_name", t->id, 0, "name", name);
	write_meta(p, "thread_name", t->id, tid, "name", name);
}

static void label_process(struct perfetto *p, const struct track *t, const char *command)
{
	struct strbuf label = {0};

	if (t->number)
		strbuf__add(&label, "pid %" PRIu32 ", no. %" PRIu32 " of that id%s", t->pid,
			    t->number + 1, command[0] ? ": " : "");
	strbuf__add_bytes(&label, command, strlen(command));
	if (label.failed)
		note_error(p, -ENOMEM);
	else if (label.length)
		write_meta(p, "process_labels", t->id, 0, "labels", strbuf__text(&label));
	strbuf__free(&label);
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
	put_number(p, ",\"cat\":\"birth\",\"tid\":", tid);
	add_time(p, from);
	add_steps(p, ",\"dur\":", steps(p, to) - steps(p, from));
	if (to > p->last)
		p->last = to;
}

/* What the viewer shows about a selected call. */
static void add_args(struct perfetto *p, const struct birth *b)
{
	const struct life *life = &b->life;
	const char *name = life->result > 0 ? NULL : errno_name(-life->result);

	put_number(p, ",\"args\":{\"flags\":", (int64_t)life->clone_flags);
	if (life->result > 0)
		put_number(p, ",\"child\":", life->tid);
	else if (name)
		put_name(p, ",\"errno\":", name);
	else
		put_number(p, ",\"errno\":", -life->result);
	for (int c = 0; c < COUNT_COUNT; c++)
		if (life->count[c] != MISSING) {
			put_name(p, ",", count_name(c));
			put_number(p, ":", life->count[c]);
		}
	if (b->stack) {
		put(p, ",\"stack\":");
		json__add_text(&p->text, b->stack->all);
	}
	put(p, "}");
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
		put(p, "}");
	}
}

/* The first of both that was seen; 0: neither. */
static uint64_t seen(const struct life *life, enum edge edge, enum edge other)
{
	return life->edge[edge] ? life->edge[edge] : life->edge[other];
}

/* The call; with few probes, what is seen of it. */
static void call(struct perfetto *p, const struct birth *b, const struct track *parent)
{
	const struct life *life = &b->life;
	uint64_t from = seen(life, EDGE_clone_enter, EDGE_newtask),
		 to = seen(life, EDGE_clone_return, EDGE_woken);

	if (!from || to < from)
		return;
	slice(p, parent->id, b->parent_tid, method_name(life->method), from, to);
	add_args(p, b);
	put(p, "}");
}

/* What others chose needs an escape. */
static void life_slice(struct perfetto *p, const struct open_life *l, uint64_t to, bool ended)
{
	event(p, 'X', NULL, l->pid);
	put(p, ",\"name\":");
	json__add_text(&p->text, l->name);
	put_number(p, ",\"cat\":\"life\",\"tid\":", l->tid);
	add_time(p, l->from);
	add_steps(p, ",\"dur\":", steps(p, to) - steps(p, l->from));
	put(p, ended ? "}" : ",\"args\":{\"end\":\"not seen\"}}");
	if (to > p->last)
		p->last = to;
}

static int keep_open(struct perfetto *p, const struct open_life *l)
{
	struct open_life *v = p->open;

	if (p->open_n == p->open_cap) {
		p->open_cap = p->open_cap ? 2 * p->open_cap : 64;
		v = reallocarray(p->open, p->open_cap, sizeof(*v));
	}
	if (!v)
		return -ENOMEM;
	p->open = v;
	v[p->open_n] = *l;
	v[p->open_n].name = strdup(l->name);
	return v[p->open_n++].name ? 0 : -ENOMEM;
}

/* Of a process or thread, from its birth to its exit, named by its program. */
static void live(struct perfetto *p, const struct birth *b, const struct track *child,
		 const char *name)
{
	const struct life *life = &b->life;
	struct open_life l = {child->id, life->tid, (char *)name, life->edge[EDGE_newtask]};
	uint64_t end = life->edge[EDGE_exit];

	if (life->result <= 0 || !l.from)
		return;
	if (end >= l.from)
		life_slice(p, &l, end, true);
	else if (keep_open(p, &l))
		note_error(p, -ENOMEM);
}

/* An arrow from the child's creation in the parent to its first moment on a CPU. */
static void flow(struct perfetto *p, const struct birth *b, const struct track *parent,
		 const struct track *child)
{
	const struct life *life = &b->life;
	uint64_t to = seen(life, EDGE_first_run, EDGE_woken);

	if (life->result <= 0 || !life->edge[EDGE_newtask] || !to)
		return;
	p->flow++;
	event(p, 's', "birth", parent->id);
	put_number(p, ",\"cat\":\"birth\",\"id\":", (int64_t)p->flow);
	put_number(p, ",\"tid\":", b->parent_tid);
	add_time(p, life->edge[EDGE_newtask]);
	put(p, "}");
	event(p, 'f', "birth", child->id);
	put_number(p, ",\"bp\":\"e\",\"cat\":\"birth\",\"id\":", (int64_t)p->flow);
	put_number(p, ",\"tid\":", life->tid);
	add_time(p, to);
	put(p, "}");
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
	put(p, ",\"args\":{\"faults\":0}}");
	event(p, 'C', name, pid);
	add_time(p, to);
	put_number(p, ",\"args\":{\"faults\":", life->count[count]);
	put(p, "}}");
}

static void rss(struct perfetto *p, const struct birth *b, const struct track *parent)
{
	uint64_t t = seen(&b->life, EDGE_clone_return, EDGE_newtask);

	if (birth_rss(b) == MISSING || !t)
		return;
	event(p, 'C', "RSS", parent->id);
	add_time(p, t);
	put_number(p, ",\"args\":{\"bytes\":", birth_rss(b));
	put(p, "}}");
}

static void halve_bins(struct perfetto *p)
{
	for (size_t i = 0; i < BINS; i++) {
		uint32_t n = i < BINS / 2 ? p->births[2 * i] + p->births[2 * i + 1] : 0;

		p->births[i] = n;
	}
	p->bin_ns *= 2;
}

static void count_birth(struct perfetto *p, const struct birth *b)
{
	int64_t t = birth_time(b);

	if (b->life.result <= 0 || t == MISSING || t < p->start)
		return;
	while ((uint64_t)(t - p->start) / p->bin_ns >= BINS)
		halve_bins(p);
	p->births[(uint64_t)(t - p->start) / p->bin_ns]++;
}

/* A value stands until the next one. */
static void rate(struct perfetto *p)
{
	uint32_t before = 0;

	for (size_t i = 0; i < BINS; i++) {
		if (p->births[i] == before)
			continue;
		before = p->births[i];
		event(p, 'C', "births/s", PID_OF_ALL);
		add_steps(p, ",\"ts\":", steps(p, (uint64_t)p->start + i * p->bin_ns));
		strbuf__add(&p->text, ",\"args\":{\"births\":%.10g}}",
			    before * 1e9 / (double)p->bin_ns);
	}
	if (p->any)
		write_meta(p, "process_name", PID_OF_ALL, 0, "name", "all births");
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

/* By its program; without exec it is a copy of its parent. */
static void name_child(struct perfetto *p, const struct birth *b, const struct track *child,
		       const char *name)
{
	static char command[8 * (COMMAND_PATH_MAX + COMMAND_ARGS_MAX)];

	if (b->life.result <= 0)
		return;
	if (b->child_tgid == b->life.parent_tgid) {
		if (is_unnamed(p, child->id, b->life.tid))
			write_meta(p, "thread_name", child->id, b->life.tid, "name", name);
		return;
	}
	is_unnamed(p, child->id, 0);
	is_unnamed(p, child->id, b->life.tid);
	name_process(p, child, b->life.tid, name);
	command[0] = '\0';
	if (b->path)
		birth_command(b, command, sizeof(command));
	label_process(p, child, command);
}

static void name_parent(struct perfetto *p, const struct birth *b, const struct track *parent)
{
	if (is_unnamed(p, parent->id, 0)) {
		write_meta(p, "process_name", parent->id, 0, "name", b->comm);
		label_process(p, parent, "");
	}
	if (is_unnamed(p, parent->id, b->parent_tid))
		write_meta(p, "thread_name", parent->id, b->parent_tid, "name", b->comm);
}

int perfetto__birth(struct perfetto *p, const struct birth *b)
{
	const struct life *life = &b->life;
	struct track parent, child;
	const char *name;

	perfetto__begin(p, b);
	parent = track_of(p, life->parent_tgid, begun(b));
	child = life->result > 0 ? track_of(p, b->child_tgid, begun(b)) : parent;
	name = birth_program(b) ? birth_program(b) : b->comm;
	name_parent(p, b, &parent);
	name_child(p, b, &child, name);
	call(p, b, &parent);
	live(p, b, &child, name);
	slices(p, b, &parent, &child);
	flow(p, b, &parent, &child);
	rss(p, b, &parent);
	counter(p, b, child.id, "COW faults of the child", COUNT_cow_faults_child);
	counter(p, b, parent.id, "COW faults of the parent", COUNT_cow_faults_parent);
	count_birth(p, b);
	if (p->text.length >= BATCH)
		write_out(p);
	return p->error;
}

int perfetto__finish(struct perfetto *p)
{
	int err;

	if (!p)
		return 0;
	for (size_t i = 0; i < p->open_n; i++) {
		if (!p->error)
			life_slice(p, &p->open[i], p->last, false);
		free(p->open[i].name);
	}
	rate(p);
	put(p, p->any ? "\n]\n" : "[]\n");
	write_out(p);
	err = p->error;
	strbuf__free(&p->text);
	reuse__free(&p->reuse);
	key_set__free(&p->named);
	free(p->open);
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
	.value = {"perfetto", "the births of a profile, or the calls of an anatomy, as a trace for "
			      "ui.perfetto.dev and speedscope"},
	.births = write_births,
	.trees = perfetto_write_trees,
};
