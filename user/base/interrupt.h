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

/* For ppoll: the signal mask from before interrupt_catch(). */
const sigset_t *interrupt_wait_mask(void);

/* In a child before exec: restores the mask and the default actions. */
void interrupt_release(void);
