/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the store: checked values out of a parsed line, which may hold anything. A line's first
 * fault is kept in its reason, which calls the value `name`; what is read after it does not matter.
 */
#pragma once

#include <jansson.h>

#include "user/model/series.h"

struct lifted;

/* Times and counts of births: sums of some dozen do not overflow. */
#define STORE_NUMBER_MAX (INT64_MAX >> 8)

/* In "syscalls": those of further kinds. */
#define STORE_OTHER_SYSCALLS "(other)"

/* The kernel's MAX_ERRNO (include/linux/err.h). */
#define STORE_ERRNO_MAX 4095

/*
 * The members of the line `end`, in the order in which they are written. Those of a profile may be
 * missing, and are not written for a bench; those of a bench if they were not read.
 */
#define END_NUMBERS(OF_ALL, OF_PROFILE, OF_BENCH)                                                  \
	OF_ALL(births)                                                                             \
	OF_ALL(started)                                                                            \
	OF_ALL(started_untraced)                                                                   \
	OF_ALL(lost)                                                                               \
	OF_PROFILE(duration_ns)                                                                    \
	OF_PROFILE(births_lost)                                                                    \
	OF_PROFILE(restarts)                                                                       \
	OF_PROFILE(births_unseen)                                                                  \
	OF_PROFILE(births_unfinished)                                                              \
	OF_PROFILE(untracked)                                                                      \
	OF_PROFILE(filtered)                                                                       \
	OF_PROFILE(waits_late)                                                                     \
	OF_PROFILE(children_alive)                                                                 \
	OF_ALL(missed)                                                                             \
	OF_BENCH(cpu_ticks)                                                                        \
	OF_BENCH(steal_ticks)                                                                      \
	OF_BENCH(load_begin_milli)                                                                 \
	OF_BENCH(load_end_milli)

/* What is wrong with a line, for the user. */
struct reason {
	char text[256];
	const struct lifted *lifted; /* the arrays that were taken out of the line, or NULL */
	int err;		     /* 0, -EINVAL with a text, -ENOTSUP with one, or -ENOMEM */
};

__attribute__((format(printf, 2, 3))) void store_fault(struct reason *why, const char *format, ...);
void store_no_memory(struct reason *why);

/* A name out of the file, escaped for a reason. */
struct store_quoted {
	char text[64];
};

struct store_quoted store_quote(const char *name);

int64_t store_number(const json_t *json, const char *name, struct reason *why);
int64_t store_number_or_null(const json_t *json, const char *name, struct reason *why);
/* malloc'ed. NULL after a fault. */
char *store_text(const json_t *json, const char *name, struct reason *why);
/* NULL if the object has no such member, too. */
char *store_optional_text(const json_t *object, const char *name, struct reason *why);
/* Exactly `n` numbers or nulls. */
void store_series(const json_t *json, const char *name, size_t n, struct series *s,
		  struct reason *why);
