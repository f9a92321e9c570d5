// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/interrupt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

static volatile sig_atomic_t requested;
static sigset_t before;
static bool catching;

static const int changed[] = {SIGPIPE, SIGXFSZ, SIGCHLD};
#define CHANGED_COUNT (sizeof(changed) / sizeof(changed[0]))
static struct sigaction at_start[CHANGED_COUNT];

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
#define STOP_COUNT (sizeof(stops) / sizeof(stops[0]))

static void on_stop(int signal)
{
	requested = signal;
}

void interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = on_stop}, old;
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < STOP_COUNT; i++) {
		sigaction(stops[i], NULL, &old);
		/* Shells ignore SIGINT in background jobs; no user asked for that. */
		if (stops[i] == SIGHUP && old.sa_handler == SIG_IGN)
			continue;
		sigaction(stops[i], &action, NULL);
		sigaddset(&blocked, stops[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	catching = true;
}

void interrupt_catch_blocked(const sigset_t *mask)
{
	interrupt_catch();
	before = *mask;
}

int interrupt_requested(void)
{
	return requested;
}

int interrupt_sent(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < STOP_COUNT && !requested; i++)
		if (sigismember(&pending, stops[i]))
			return stops[i];
	return requested;
}

void interrupt_end(void)
{
	struct sigaction action;

	if (!catching)
		return;
	catching = false;
	for (size_t i = 0; i < STOP_COUNT; i++)
		if (!sigaction(stops[i], NULL, &action) && action.sa_handler == on_stop)
			signal(stops[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void interrupt_die_by(int number)
{
	sigset_t mask;

	if (!number)
		return;
	fflush(NULL);
	signal(number, SIG_DFL);
	raise(number);
	sigemptyset(&mask);
	sigaddset(&mask, number);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

void interrupt_die(void)
{
	interrupt_die_by(requested);
}

const sigset_t *interrupt_wait_mask(void)
{
	return &before;
}

void interrupt_release(void)
{
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void interrupt_remember(void)
{
	for (size_t i = 0; i < CHANGED_COUNT; i++)
		sigaction(changed[i], NULL, &at_start[i]);
}

void interrupt_restore(void)
{
	for (size_t i = 0; i < CHANGED_COUNT; i++)
		sigaction(changed[i], &at_start[i], NULL);
}
