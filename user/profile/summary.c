// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/run.h"
#include "user/profile/whatif_json.h"

/* Bytes of a command line that are repeated. */
#define SUBJECT_MAX 70

bool summary_is_wanted(const struct profile_command *o)
{
	return !o->quiet && !o->json && (o->argv || !profile_options__file_on_stdout(o));
}

char *summary_subject(const struct profile_command *o)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	if (o->argv)
		for (size_t i = 0; o->argv[i]; i++)
			fprintf(f, "%s%s", i ? " " : "'", o->argv[i]);
	else if (o->pid_count)
		for (size_t i = 0; i < o->pid_count; i++)
			fprintf(f, "%s%d", i ? ", " : "Process ", (int)o->pids[i]);
	else
		fputs("All processes", f);
	fputs(o->argv ? "'" : "", f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	if (strlen(text) > SUBJECT_MAX)
		strcpy(text + SUBJECT_MAX - strlen("..."), "...");
	return text;
}

struct profile_summary summary_of_trace(const struct trace *t)
{
	struct profile_summary s = {.kernel = MISSING, .run_ns = t->run_ns};

	if (t->options->all && t->at_start.kernel != MISSING && t->at_end.kernel != MISSING) {
		/* Since we began to count. */
		s.kernel = t->at_end.kernel - (t->at_start.kernel - t->at_start.ours);
		s.newtasks = t->at_end.ours;
	}
	return s;
}

/* Births whose call had not returned at the end, if no return was missed. */
static int64_t unfinished(const struct trace *t)
{
	const struct kernel_totals *totals = &t->totals;
	uint64_t over = totals->births + totals->unplaced;

	return !t->returns_missed && totals->newtasks > over ? (int64_t)(totals->newtasks - over)
							     : 0;
}

void summary_set_end(struct run *r, const struct trace *t)
{
	const struct kernel_totals *totals = &t->totals;

	r->end.lost = (int64_t)totals->lost;
	r->end.missed = t->missed;
	r->end.duration_ns = t->ended - t->attached;
	r->end.births_lost = (int64_t)totals->births_lost;
	r->end.restarts = r->failures.absent ? MISSING : (int64_t)totals->restarts;
	r->end.births_unseen = totals->newtasks > totals->births
				       ? (int64_t)(totals->newtasks - totals->births)
				       : 0;
	r->end.births_unfinished = unfinished(t);
	r->end.untracked = (int64_t)(totals->untracked + totals->unfollowed);
	r->end.filtered = (int64_t)totals->filtered;
	r->ended = true;
}

static int64_t at_least_0(int64_t n)
{
	return n > 0 ? n : 0; /* MISSING is not */
}

/* Of a run that has just ended, or of a file. */
static void take_end(struct profile_summary *s, const struct run *r)
{
	s->unfinished = at_least_0(r->end.births_unfinished);
	s->unseen = at_least_0(run__births_unseen(r) - s->unfinished);
	s->untracked = at_least_0(r->end.untracked);
	s->filtered = at_least_0(r->end.filtered);
	s->missed = r->end.missed;
	s->lost = at_least_0(r->end.lost);
	s->ns = at_least_0(r->end.duration_ns);
}

int summary_print(struct profile_summary *s, const struct profile_command *o, struct sinks *from)
{
	const struct run *r = &from->run;

	s->groups = &from->groups;
	s->phases = r->phases;
	s->no_failures = r->failures.absent;
	s->clock = r->clock;
	take_end(s, r);
	s->top = o->top;
	s->calibration = r->calibration;
	if (o->json)
		return whatif_write_json(&from->groups, s->top, s->calibration, s->clock,
					 from->out);
	if (!summary_is_wanted(o))
		return 0;
	if (o->live || o->tree)
		fputc('\n', from->out);
	return table_profile_print(s, from->out, from->lines.colour);
}
