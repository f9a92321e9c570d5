/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A client that writes to a store at a rate, whether answers come or not, and times each write from
 * when it was due to its answer, so that what a late client leaves out is no gain. The same for our
 * server and for redis-server (RESP).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/model/series.h"
#include "user/scenario/scenario.h"
#include "user/scenario/zipf.h"

enum load_when { LOAD_BEFORE, LOAD_DURING, LOAD_AFTER, LOAD_WHEN_COUNT };

#define LOAD_BEHIND_MAX 65536 /* requests without an answer */

/* What INFO said last. */
struct load_info {
	bool saving, failed;
	int64_t cow_bytes, fork_ns;
	int64_t page_table_bytes; /* MISSING: the server does not say */
};

struct load {
	int fd; /* a connected socket */
	enum scenario_skew skew;
	struct zipf keys;
	int64_t period_ns;
	uint64_t random;
	int64_t next_ns, info_ns;
	enum load_when when;
	struct {
		int64_t due_ns;
		enum load_when when;
		bool is_write;
	} * behind; /* a ring */
	size_t first, last;
	struct series latency[LOAD_WHEN_COUNT];
	struct load_info info;
	char *out;
	size_t out_have, out_room;
	char in[65536];
	size_t in_have;
	struct fault *why;
};

/* `fd`, of which it makes a non-blocking one, stays the caller's. 0 or -ENOMEM; free *l anyway. */
int load__init(struct load *l, int fd, const struct scenario_options *o, uint64_t keys,
	       struct fault *why);
void load__free(struct load *l);

/* Sends one command of a few words, a NULL after them, and waits for its answer. 0 or -errno. */
int load__command(struct load *l, const char *const *words);
/* Waits for one answer, however long its server takes; a server that ends is an error. */
int load__await(struct load *l);

/* Writes for that long; or, if seconds are 0, until the server is not saving any more. */
int load__write(struct load *l, enum load_when when, double seconds);
