/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs small experiments for claims that no cell of a bench decides. Each runs in a process of its
 * own, which is ended with all its children when the experiment is over, or when this process dies.
 * To add one: a file in user/claims/experiments, and its name in experiments.h there.
 */
#pragma once

#include "user/claims/experiments/findings.h"
#include "user/model/run.h"

/* The i-th; NULL: there are no more. */
const struct experiment *experiment_at(size_t i);

/*
 * Runs it and adds its observations to the run; `named`: the user named the claims that need it. 0,
 * -ENOMEM, or -EINTR: interrupted.
 */
int experiment_run(const struct experiment *x, bool named, struct run *r);
