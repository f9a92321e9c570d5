// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command profile: traces a command, which is held until the probes are attached, or processes
 * that already run, and prints a summary; or does the same with the births of a result file.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/clock.h"
#include "bench/shared/fault.h"
#include "user/analysis/whatif.h"
#include "user/base/command.h"
#include "user/base/interrupt.h"
#include "user/base/privilege.h"
#include "user/base/proc.h"
#include "user/base/say.h"
#include "user/base/slow_reader.h"
#include "user/profile/calibrate.h"
#include "user/profile/follow.h"
#include "user/profile/options.h"
#include "user/profile/sinks.h"
#include "user/profile/summary.h"
#include "user/profile/trace.h"
#include "user/profile/watch.h"
#include "user/text/numbers.h"

/* How long to wait for a slow reader after the trace has ended, or after a request to stop. */
#define PATIENCE_NS 1000000000LL

struct profile {
	struct profile_command options;
	struct trace trace;
	struct sinks sinks;
	struct slow_reader reader; /* of `out` */
	struct watch *watch;	   /* the view of --watch, while it has the terminal */
	FILE *out;		   /* standard output, or error, for lines and the summary */
	int64_t begun;		   /* CLOCK_MONOTONIC ns: when this program was started */
	int64_t summed_up;	   /* when the summary was begun; 0: not yet */
	struct fault why;
	struct fault uncalibrated; /* why there is no calibration */
};

/*
 * A slow_reader_fn. Waits for the reader of lines until the trace has ended and PATIENCE_NS more;
 * for the reader of the summary until a signal asks to stop, unless it left lines unread before.
 */
static bool may_wait(void *context)
{
	struct profile *p = context;
	struct trace *t = &p->trace;
	int64_t since;

	if (!p->summed_up) {
		trace__check(t);
		since = t->ended;
	} else {
		trace__take_signals(t);
		since = t->asked || p->reader.lines ? p->summed_up : 0;
		if (t->asked > since)
			since = t->asked;
	}
	return !since || now_ns() - since < PATIENCE_NS;
}

/* A slow_reader_fn for pipes and the like given to -o, --perfetto and --folded: half a file is
 * useless. */
static bool may_wait_for_file(void *context)
{
	struct profile *p = context;
	struct trace *t = &p->trace;

	if (p->summed_up)
		trace__take_signals(t);
	else
		trace__check(t);
	return !t->asked || now_ns() - t->asked < PATIENCE_NS;
}

static void on_group(void *context, const struct group_key *key, const struct group_counts *counts)
{
	struct profile *p = context;
	int err = groups__count(&p->sinks.groups, key, counts);

	if (err)
		p->trace.error = err;
}

/*
 * Calibrates for the what-if estimates, if there are any and somebody reads them. The probes must
 * be gone by then, and all privileges given up.
 */
static void calibrate_for(struct profile *p)
{
	const struct profile_command *o = &p->options;
	const struct calibrate_options options = {
		.cached_only = !summary_is_wanted(o) && !o->json,
		.silent = o->quiet || o->json,
		.verbose = o->verbose,
	};

	if (o->no_calibrate || !whatif_any(&p->sinks.groups, o->top))
		return;
	trace__stop(&p->trace);
	/* From here on a signal ends the calibration early. */
	trace__take_signals(&p->trace);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	interrupt_catch_blocked(&p->trace.mask);
	calibrate(&options, &p->sinks.run.calibration, &p->uncalibrated);
}

static int summarise(struct profile *p)
{
	struct trace *t = &p->trace;
	struct profile_summary s;
	int err = summary_set_end(&p->sinks.run, t);

	groups__count_received(&p->sinks.groups);
	if (!err)
		err = probe__groups(t->probe, on_group, p);
	privilege_drop();
	p->summed_up = now_ns();
	p->reader.shut = false;
	if (!err)
		err = t->error;
	groups__count_other(&p->sinks.groups, (int64_t)t->totals.ungrouped);
	groups__sort(&p->sinks.groups);
	if (!err)
		calibrate_for(p);
	if (!err)
		err = sinks__finish(&p->sinks);
	s = profile_summary__of(&p->sinks.run, &p->sinks.groups, &p->sinks.calls);
	summary_add_trace(&s, t);
	s.uncalibrated = p->uncalibrated.text[0] ? p->uncalibrated.text : NULL;
	if (!err)
		err = summary_print(&s, &p->options, &p->sinks);
	if (!err && p->reader.lines) {
		complain("%" PRId64 " %s not written: nobody read them in time", p->reader.lines,
			 text_plural(p->reader.lines, "line was", "lines were"));
		p->sinks.file_lost = true;
	}
	return err;
}

static int trace(struct profile *p)
{
	FILE *out = p->options.argv ? stderr : stdout;
	struct trace *t = &p->trace;
	const struct source_choice *choice;
	struct slow_reader reader = {.context = p};
	int err = trace__start(t, &p->options, p->begun, &p->why);

	if (err)
		return err;
	choice = probe__choice(t->probe, p->options.trace.set);
	reader.wake = t->fds[0].fd;
	p->reader = p->sinks.to_store = reader;
	p->reader.may_wait = may_wait;
	p->sinks.to_store.may_wait = may_wait_for_file;
	p->sinks.to_store.fails = true;
	p->sinks.to_trace = p->sinks.to_folded = p->sinks.to_store;
	err = sinks__open(&p->sinks, &p->options, out, choice, t->attached - proc_clock_offset(),
			  &p->why);
	if (err)
		return err;
	p->out = slow_reader__open(&p->reader, fileno(out), false);
	if (!p->out)
		return -ENOMEM;
	p->sinks.out = p->sinks.lines.out = p->out;
	p->sinks.stacks = t->stacks;
	err = trace__release(t, &p->why);
	if (!err && p->options.watch)
		err = watch__open(&p->watch, t, &p->sinks, &p->why);
	if (!err)
		err = follow_births(t, &p->sinks, choice, p->watch);
	watch__close(p->watch);
	p->watch = NULL;
	return err ? err : summarise(p);
}

/* Stacks are only in files of profiles that were grouped by stack. */
static int find_stacks(struct profile *p)
{
	if (p->options.trace.group_by != GROUP_BY_STACK || p->sinks.run.stacks.n)
		return 0;
	return fault__set(&p->why, -EINVAL,
			  "%s has no stacks: they are stored by profile --by stack -o FILE",
			  p->options.input);
}

static int replay_births(struct sinks *s)
{
	struct run *r = &s->run;

	for (size_t i = 0; i < r->birth_count && !s->error; i++)
		sinks__birth(s, &r->births[i], BIRTH_BEGUN);
	for (size_t i = 0; i < r->birth_count && !s->error; i++) {
		sinks__birth(s, &r->births[i], BIRTH_SETTLED);
		sinks__birth(s, &r->births[i], BIRTH_OVER);
	}
	return s->error ? s->error : spans__add_calls(&s->calls, r);
}

/* --input: the births of a result file, as if they came now. */
static int replay(struct profile *p)
{
	struct run *r = &p->sinks.run;
	struct profile_summary s;
	int err = privilege_reduce();

	if (!err)
		err = privilege_drop();
	if (!err)
		err = store_read(p->options.input, r, &p->why);
	if (err)
		return err;
	if (r->cell_count)
		return fault__set(&p->why, -EINVAL,
				  "%s is a run of bench, which has no births: "
				  "`spawnscope report` shows it",
				  p->options.input);
	if (!r->ended)
		complain("the file has no end line: its run was killed");
	err = find_stacks(p);
	if (!err)
		err = sinks__open(&p->sinks, &p->options, stdout, NULL,
				  r->birth_count ? birth_time(&r->births[0]) : 0, &p->why);
	if (!err)
		err = replay_births(&p->sinks);
	if (err)
		return err;
	s = profile_summary__stored(r, &p->sinks.groups, &p->sinks.calls);
	err = sinks__finish(&p->sinks);
	return err ? err : summary_print(&s, &p->options, &p->sinks);
}

static void close_all(struct profile *p)
{
	/* Slow readers are waited for no longer than a summary's. */
	if (!p->summed_up)
		p->summed_up = now_ns();
	trace__stop(&p->trace);
	sinks__free(&p->sinks);
	if (p->out)
		fclose(p->out);
	trace__close(&p->trace);
	profile_options__free(&p->options);
}

int command_profile(int argc, char **argv)
{
	struct profile p = {.begun = now_ns()};
	int err = profile_options__parse(&p.options, argc, argv);

	if (err)
		goto cleanup;
	err = p.options.input ? replay(&p) : trace(&p);
	/* EPIPE: the reader of the lines has seen enough. */
	if (err && err != -EPIPE)
		complain("%s", p.why.text[0] ? p.why.text : probe_error_text(err));
cleanup:
	close_all(&p);
	/* As the command was, so that a shell that runs both in a loop ends that. */
	if (p.trace.workload.interrupted)
		interrupt_die_by(SIGINT);
	if (err)
		return p.trace.status ? p.trace.status : EXIT_TROUBLE;
	return p.sinks.file_lost ? EXIT_TROUBLE : p.trace.status;
}
