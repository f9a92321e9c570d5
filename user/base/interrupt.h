/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SIGINT, SIGTERM and SIGHUP as a wish to stop in order. They stay blocked but
 * while interrupt_wait_mask is in force, so that none is missed between a look at
 * interrupt_requested and a wait.
 */
#ifndef SPAWNSCOPE_INTERRUPT_H
#define SPAWNSCOPE_INTERRUPT_H

#include <signal.h>

/* From here on. A SIGHUP that was ignored, as nohup does, stays so. */
void interrupt_catch(void);

/* The same where they are blocked already; `mask` is then in force while interrupt_wait_mask is. */
void interrupt_catch_blocked(const sigset_t *mask);

/* The signal that came, or 0. */
int interrupt_requested(void);

/* For ppoll: the mask from before interrupt_catch. */
const sigset_t *interrupt_wait_mask(void);

/* In a child that is about to exec: the mask and the actions from before. */
void interrupt_release(void);

#endif
