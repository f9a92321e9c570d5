// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/watch.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/say.h"
#include "user/base/terminal.h"
#include "user/profile/watch_screen.h"

#define CTRL(c) ((c)&0x1f)

struct watch {
	struct trace *trace;
	struct sinks *sinks;
	struct watch_screen screen;
	struct strbuf lines;
	size_t columns, rows; /* of the terminal */
	int64_t interval_ns;
	int64_t begun;		 /* or since all was forgotten; CLOCK_MONOTONIC ns, like these */
	int64_t read, next;	 /* the last reading; the next is due */
	int64_t calls_ns;	 /* the time in calls at the last reading */
	int64_t lost;		 /* at `begun` */
	unsigned int complaints; /* before the terminal was taken */
	bool stale;		 /* what is drawn is not what it should be */
};

/* --sort as a column. */
static enum watch_column column_of(enum group_sort sort)
{
	static const enum watch_column columns[] = {
		[GROUP_SORT_WORK] = WATCH_WORK,	    [GROUP_SORT_BIRTHS] = WATCH_BIRTHS,
		[GROUP_SORT_ERRORS] = WATCH_ERRORS, [GROUP_SORT_CALL] = WATCH_CALL,
		[GROUP_SORT_MEDIAN] = WATCH_MEDIAN, [GROUP_SORT_MAX] = WATCH_MAX,
		[GROUP_SORT_RSS] = WATCH_RSS,	    [GROUP_SORT_NAME] = WATCH_NAME,
	};

	return columns[sort];
}

int watch__open(struct watch **watch, struct trace *t, struct sinks *s, struct fault *why)
{
	const struct profile_command *o = t->options;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct watch *w = calloc(1, sizeof(*w));
	int err;

	*watch = NULL;
	s->watch =
		watch_sums__new(o->trace.group_by, cpus > 0 ? (unsigned int)cpus : 1, t->attached);
	if (!w || !s->watch) {
		free(w);
		return -ENOMEM;
	}
	*w = (struct watch){
		.trace = t,
		.sinks = s,
		.interval_ns = (int64_t)((o->interval > 0 ? o->interval : 1) * NS_PER_S),
		.begun = t->attached,
		.read = t->attached,
		.complaints = complain_count(),
		.screen =
			{
				.by = o->trace.group_by,
				.clock = s->run.clock,
				.no_call = s->lines.no_call,
				.no_copy = s->run.phases[PHASE_copy_mm].absent != NULL,
				.light = o->trace.set == PROBE_SET_PHASES,
				.cpus = cpus > 0 ? (unsigned int)cpus : 1,
				.waited = NAN,
			},
	};
	w->next = w->read;
	watch_screen__sort(&w->screen, column_of(o->sort));
	complain_hold(true);
	err = terminal_take();
	if (err) {
		watch__close(w);
		return fault__set(why, err, "cannot take the terminal: %s", strerror(-err));
	}
	*watch = w;
	return 0;
}

static int64_t lost_now(const struct watch *w)
{
	struct kernel_totals totals = probe__totals(w->trace->probe);

	return (int64_t)(totals.lost + totals.untracked + totals.unfollowed);
}

/* What the rows do not have: losses, and the time in which a parent waited. */
static void read_rest(struct watch *w, int64_t now)
{
	struct watch_screen *s = &w->screen;
	int64_t calls_ns = spans__ns(&w->sinks->calls);

	s->lost = lost_now(w) - w->lost;
	s->elapsed_ns = now - w->begun;
	if (!s->no_call && now > w->read)
		s->waited = (double)(calls_ns - w->calls_ns) / (double)(now - w->read);
	w->calls_ns = calls_ns;
}

static void take_reading(struct watch *w, int64_t now)
{
	int err = watch_sums__read(w->sinks->watch, now, &w->screen.reading);

	if (err)
		w->trace->error = err;
	read_rest(w, now);
	w->read = now;
	w->next = now + w->interval_ns;
	w->stale = true;
}

/* Forgets what was counted so far: what the summary and the files have is not touched. */
static void forget(struct watch *w)
{
	w->begun = now_ns();
	watch_sums__clear(w->sinks->watch, w->begun);
	w->lost = lost_now(w);
	take_reading(w, w->begun);
}

static void end(struct watch *w)
{
	if (!w->trace->asked)
		w->trace->asked = now_ns();
	w->trace->stop = true;
}

static void scroll(struct watch *w, int key)
{
	size_t page = w->rows > 4 ? w->rows - 3 : 1, by = 1;
	size_t *first = &w->screen.first;

	if (key == KEY_PAGE_UP || key == KEY_PAGE_DOWN)
		by = page;
	else if (key == KEY_HOME || key == KEY_END)
		by = w->screen.reading.n;
	if (key == KEY_DOWN || key == KEY_PAGE_DOWN || key == KEY_END)
		*first += by;
	else
		*first = *first > by ? *first - by : 0;
}

static void obey(struct watch *w, int key)
{
	struct watch_screen *s = &w->screen;

	s->note = NULL;
	switch (key) {
	case 'q':
	case 'Q':
	case KEY_GONE:
		end(w);
		break;
	case 'h':
	case '?':
		s->help = !s->help;
		break;
	case 'p':
	case ' ':
		s->paused = !s->paused;
		break;
	case 'z':
		forget(w);
		break;
	case 'i':
		s->turned = !s->turned;
		break;
	case '<':
	case '>':
		watch_screen__sort_next(s, key == '>' ? 1 : -1);
		break;
	case CTRL('L'):
		terminal_take(); /* also clears it */
		break;
	default:
		if (key >= KEY_UP && key < KEY_OTHER)
			scroll(w, key);
		else if (watch_screen__sort_of(key) >= 0)
			watch_screen__sort(s, watch_screen__sort_of(key));
	}
}

/* Ctrl-Z: the shell gets the terminal as it was, and we get it back afterwards. */
static void stop_for_a_while(struct watch *w)
{
	sigset_t set;

	w->trace->pause = false;
	terminal_leave();
	raise(SIGTSTP); /* is blocked, and comes now: the whole program stops */
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	w->trace->woken = true;
}

static void draw(struct watch *w)
{
	bool names;

	strbuf__clear(&w->lines);
	w->screen.complaints = complain_count() - w->complaints;
	names = watch_screen__draw(&w->screen, w->columns, w->rows, &w->lines);
	terminal_draw(strbuf__text(&w->lines), names && w->sinks->lines.colour ? 1 : -1);
	w->stale = false;
}

void watch__step(struct watch *w)
{
	size_t columns, rows;
	int64_t now;
	int key;

	if (!w || w->trace->stop)
		return;
	if (w->trace->pause)
		stop_for_a_while(w);
	if (w->trace->woken) {
		w->trace->woken = false;
		terminal_take();
		w->stale = true;
	}
	while ((key = terminal_key()) != KEY_NONE && !w->trace->stop) {
		obey(w, key);
		w->stale = true;
	}
	terminal_size(&columns, &rows);
	w->stale |= columns != w->columns || rows != w->rows;
	w->columns = columns;
	w->rows = rows;
	now = now_ns();
	if (!w->screen.paused && now >= w->next)
		take_reading(w, now);
	if (terminal_flush() && w->stale) {
		draw(w);
		terminal_flush();
	}
}

void watch__close(struct watch *w)
{
	if (!w)
		return;
	terminal_leave();
	complain_hold(false);
	watch_reading__free(&w->screen.reading);
	strbuf__free(&w->lines);
	free(w);
}
