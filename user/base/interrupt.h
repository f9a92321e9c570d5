/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SIGINT, SIGTERM and SIGHUP ask for an orderly stop. They are blocked except while ppoll uses
 * interrupt_wait_mask(), so none is lost between interrupt_requested() and the wait.
 */
#pragma once

#include <signal.h>

/* Starts catching. A SIGHUP that is ignored (nohup) stays ignored. */
void interrupt_catch(void);

/* The same if the signals are blocked already; `mask` is the mask from before. */
void interrupt_catch_blocked(const sigset_t *mask);

/* The signal that arrived, or 0. */
int interrupt_requested(void);

/* The signal that arrived or, while they are blocked, has been sent; or 0. */
int interrupt_sent(void);

/*
 * Ends catching: from here on a signal ends the program at once. For what is left once all is
 * measured, which is to write: a reader who does not read would let us wait for ever.
 */
void interrupt_end(void);

/*
 * Ends the program by the signal that arrived, as a shell expects that ends its loop then. Returns
 * if none arrived.
 */
void interrupt_die(void);
/* The same by the signal of that number; 0: none. */
void interrupt_die_by(int number);

/* For ppoll: the signal mask from before interrupt_catch(). */
const sigset_t *interrupt_wait_mask(void);

/* In a child before it executes a program of ours: restores the mask and the default actions. */
void interrupt_release(void);

/*
 * SIGPIPE, SIGXFSZ and SIGCHLD have other actions in this program. _remember(), the first thing in
 * main, keeps the actions that it was started with; _restore(), before exec of what the user wants
 * to run, sets them again.
 */
void interrupt_remember(void);
void interrupt_restore(void);
