/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The births of a profile by parent and method: sums and sketches, no lists. Pure.
 */
#pragma once

#include "user/analysis/savings.h"
#include "user/analysis/sketch.h"
#include "user/model/birth.h"
#include "user/model/syscalls.h"

#define GROUP_ERRNOS_MAX 4

/* The number of the group of what came after GROUPS_MAX groups. */
#define GROUP_OTHER UINT32_MAX

struct group {
	struct group_key key;
	uint32_t number;	   /* 0, 1, ... as they came; or GROUP_OTHER */
	char *label;		   /* of the parents; any bytes but 0 */
	const struct stack *stack; /* borrowed; NULL: not known, or not grouped by it */
	/* From the kernel's counts, or from the births if there are none. */
	struct group_counts counts;
	int64_t failed;	   /* of the following */
	int64_t restarted; /* calls that the kernel restarts; not failures */
	int64_t received;  /* births, failures and restarts; the rest comes from these */
	int64_t execs;
	struct sketch call;
	struct sketch stall; /* the longest wait of others in a birth; and the sum of all: */
	double stall_sum_ns;
	struct sketch phase[PHASE_COUNT];
	struct sketch count[COUNT_COUNT];
	struct syscalls syscalls; /* COUNT_child_syscalls by kind, in sum */
	struct sketch rss;	  /* of the parent, bytes of all kinds */
	double work_ns;		  /* in sum */
	struct spawnable spawnable;
	struct staying staying;
	struct {
		int number;
		int64_t n;
	} errnos[GROUP_ERRNOS_MAX]; /* the first kinds that were seen; 0: unused */
};

/* By what groups are sorted, the most first; by name, in its order. */
enum group_sort {
	GROUP_SORT_WORK, /* in sum */
	GROUP_SORT_BIRTHS,
	GROUP_SORT_ERRORS,
	GROUP_SORT_CALL, /* its time, in sum */
	GROUP_SORT_MEDIAN,
	GROUP_SORT_MAX,
	GROUP_SORT_RSS, /* of the parent, the median */
	GROUP_SORT_NAME,
};

struct groups {
	enum group_by by;
	enum group_sort sort; /* set it after groups__init(); else by work */
	struct group *v;
	size_t n;
	struct group other; /* what came after GROUPS_MAX groups */
	struct group all;   /* the sum; its label and key are not set */
};

void groups__init(struct groups *g, enum group_by by);
void groups__free(struct groups *g); /* frees what g holds */

/* Adds a birth that is over. 0 or -ENOMEM. */
int groups__add(struct groups *g, const struct birth *b);

/* The same with what birth_phases() gave for it. *number: of the group that it was added to. */
int groups__add_phases(struct groups *g, const struct birth *b, const int64_t phases[PHASE_COUNT],
		       int64_t work_ns, uint32_t *number);

/* Takes what was received as what happened. */
void groups__count_received(struct groups *g);

/*
 * Adds what was lost of a group, by the kernel's counts. By stack they are in a group of their own,
 * since the kernel goes by comm then. After groups__count_received(). 0 or -ENOMEM.
 */
int groups__count(struct groups *g, const struct group_key *key, const struct group_counts *counts);

/* Births, failures and restarts that were lost, and that the kernel's table had no room for. */
void groups__count_other(struct groups *g, int64_t n);

/* By g->sort, then by work and by number. To be called after the last add. */
void groups__sort(struct groups *g);

/* The label. A stack has its number before it, after sorting: "#3 f < g < main". */
void group_label(const struct groups *g, const struct group *v, char *text, size_t size);

/* The phase of phase_is_work() with the largest share of a group's work; -1: none was measured. */
int group_biggest(const struct group *g, double *share);
