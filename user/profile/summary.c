// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "user/base/say.h"
#include "user/model/memory.h"
#include "user/model/run.h"
#include "user/profile/advice_json.h"
#include "user/profile/whatif_json.h"
#include "user/store/encode.h"
#include "user/text/numbers.h"

bool summary_is_wanted(const struct profile_command *o)
{
	return !o->quiet && !o->json && (o->argv || !profile_options__file_on_stdout(o));
}

void summary_add_trace(struct profile_summary *s, const struct trace *t)
{
	s->run_ns = t->run_ns;
	/* Beside a command there was no line at its start. */
	s->price = t->options->argv && t->price[0] ? t->price : NULL;
	if (t->options->all && t->at_start.kernel != MISSING && t->at_end.kernel != MISSING) {
		/* Since we began to count. */
		s->kernel = t->at_end.kernel - (t->at_start.kernel - t->at_start.ours);
		s->newtasks = t->at_end.ours;
	}
}

/* Births whose call had not returned at the end, if no return was missed. */
static int64_t unfinished(const struct trace *t)
{
	const struct kernel_totals *totals = &t->totals;
	uint64_t over = totals->births + totals->unplaced;

	return !t->returns_missed && totals->newtasks > over ? (int64_t)(totals->newtasks - over)
							     : 0;
}

static int set_cpu(struct run *r, const struct trace *t)
{
	if (t->cpu_ns != MISSING)
		return text_copy(&r->cpu.source, "wait4");
	return text_copy(&r->cpu.absent,
			 t->options->argv ? "the trace ended before the command"
					  : "only a command that profile starts is waited for");
}

int summary_set_end(struct run *r, const struct trace *t)
{
	const struct kernel_totals *totals = &t->totals;
	int64_t begun = t->released ? t->released : t->attached;

	r->end.lost = (int64_t)totals->lost;
	r->end.missed = t->missed;
	r->end.duration_ns = t->ended - begun;
	r->end.births_lost = (int64_t)totals->births_lost;
	r->end.restarts = r->failures.absent ? MISSING : (int64_t)totals->restarts;
	r->end.births_unseen = totals->newtasks > totals->births
				       ? (int64_t)(totals->newtasks - totals->births)
				       : 0;
	r->end.births_unfinished = unfinished(t);
	r->end.untracked = (int64_t)(totals->untracked + totals->unfollowed);
	r->end.filtered = (int64_t)totals->filtered;
	r->end.cpu_ns = t->cpu_ns;
	/* Only a command ends; and what was lost or left out may be a birth, or an end. */
	if (t->cpu_ns == MISSING || r->end.lost || r->end.missed || r->end.filtered)
		r->end.children_alive = MISSING;
	r->ended = true;
	return set_cpu(r, t);
}

/* The file that the births are in, as a person may name it. */
static const char *file_of(const struct profile_command *o)
{
	const char *file = o->input ? o->input : o->output;

	return file && !strcmp(file, "-") ? o->input ? "standard input" : NULL : file;
}

static int write_json(const struct profile_summary *s, struct sinks *from)
{
	int err = whatif_write_json(&from->groups, s->top, s->calibration, s->clock, from->out);

	if (!err)
		err = advice_write_json(&from->groups, s->top, s->calibration, s->clock, from->out);
	/* What was lost is part of every result. */
	if (!err && s->run->ended)
		err = store_write_line(store_encode_end(s->run), from->out);
	return err;
}

int summary_print(struct profile_summary *s, const struct profile_command *o, struct sinks *from)
{
	s->top = o->top;
	s->views = o->views;
	s->syscalls = o->probe.syscalls;
	s->file = from->file_lost ? NULL : file_of(o);
	if (o->json)
		return write_json(s, from);
	if (!summary_is_wanted(o)) {
		if (s->lost)
			complain("%" PRId64 " %s lost, %" PRId64 " of them of births", s->lost,
				 text_plural(s->lost, "record was", "records were"),
				 s->run->end.births_lost);
		if (s->run->end.waits_late > 0)
			complain("%" PRId64 " %s too late for the stall of a birth",
				 s->run->end.waits_late,
				 text_plural(s->run->end.waits_late, "wait ended", "waits ended"));
		return 0;
	}
	if (o->live || o->tree)
		fputc('\n', from->out);
	return table_profile_print(s, from->out, from->lines.colour);
}
