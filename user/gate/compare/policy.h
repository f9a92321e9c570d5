/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the gate allows, and how sure it has to be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/analysis/metric.h"

#define GATE_LOOKS_MAX	 4
#define GATE_FACTORS_MAX 32

struct gate_accept;
struct run;

struct gate_policy {
	double margin;		   /* of statistical metrics: 0.03 is 3 % */
	double margin_mean;	   /* of means, if it is more than the margin */
	double margin_tail;	   /* and of tails */
	double tolerance;	   /* of exact metrics: a share */
	double tolerance_absolute; /* or this many of their units; the larger one counts */
	const struct run *pads;	   /* of other links of A's program: what they move counts, too */
	size_t pad_count;
	double alpha_regression;      /* for the family of all metrics */
	double alpha_pass;	      /* for each metric */
	size_t looks[GATE_LOOKS_MAX]; /* decide at these numbers of pairs, ascending */
	size_t look_count;	      /* 0: decide once, from all pairs */
	size_t look;
	const char *factors[GATE_FACTORS_MAX]; /* declared differences: facts, or groups of them */
	size_t factor_count;
	uint64_t metrics;     /* that gate, as metric_bit() has them; 0: the usual ones */
	bool in_turn;	      /* runs of A and B were taken in turn, whatever their times say */
	bool by_place;	      /* pair cells of different keys by their place in the grid */
	bool every_probe_set; /* compare a metric in each probe set, not only in the best one */
	uint64_t seed;	      /* of the permutation tests */
	size_t swaps;	      /* that a test of a mean or a tail draws at most */
	const struct gate_accept *accepted; /* changes that pass; NULL: none */
};

extern const struct gate_policy gate_policy_default;

/* The margin of a metric. */
double gate_policy__margin(const struct gate_policy *p, const struct metric *m);

/* Adds a declared difference. False: there is no room. `factor` has to stay valid. */
bool gate_policy__declare(struct gate_policy *p, const char *factor);

/* Means and tails. As a set. */
uint64_t gate_metrics_pooled(void);
/* A metric by its name, or a group: times, phases, counts, all. As a set; 0: unknown. */
uint64_t gate_metric_set(const char *name);
/* All metrics that are numbers of things, whether they usually gate or not. */
uint64_t gate_metrics_counted(void);
