/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Births that are made up, for the tests of what works on births. */
#pragma once

#include <signal.h>
#include <string.h>

#include "user/model/birth.h"

#define SAMPLE_HOSTILE "a\033[31mb\nc\"\\\xff\xe2\x80\xae"
#define SAMPLE_ARGS    "prog\0two words\0" SAMPLE_HOSTILE

/* A fork at time t whose call takes 9 us, copy_mm 6 us and each later phase 0.5 or 1 us. */
static inline struct birth sample_birth(uint32_t parent, uint32_t tid, uint64_t t)
{
	struct birth b = {
		.life = {.tid = tid,
			 .parent_tgid = parent,
			 .clone_flags = SIGCHLD,
			 .method = CLONE_METHOD_FORK,
			 .result = (int32_t)tid,
			 .born = true},
		.child_tgid = tid,
		.parent_tid = parent,
		.comm = "parent",
		.exe = "program",
	};
	const uint64_t edge[EDGE_COUNT] = {
		[EDGE_clone_enter] = t,	       [EDGE_mm_start] = t + 1000,
		[EDGE_mm_end] = t + 7000,      [EDGE_newtask] = t + 8000,
		[EDGE_woken] = t + 8500,       [EDGE_clone_return] = t + 9000,
		[EDGE_first_run] = t + 9500,   [EDGE_exec_enter] = t + 10000,
		[EDGE_exec_flush] = t + 11000, [EDGE_exec_load] = t + 12000,
		[EDGE_exec_done] = t + 13000};

	memcpy(b.life.edge, edge, sizeof(edge));
	for (int i = 0; i < SUM_COUNT; i++)
		b.life.sum[i] = MISSING;
	for (int i = 0; i < COUNT_COUNT; i++)
		b.life.count[i] = MISSING;
	b.life.stall_ns = b.life.stall_sum_ns = MISSING;
	b.life.count[COUNT_parent_rss_anon] = 1 << 30;
	b.life.count[COUNT_parent_rss_file] = 4096;
	b.life.count[COUNT_parent_rss_shmem] = 0;
	b.life.count[COUNT_cow_faults_child] = 3;
	b.life.count[COUNT_cow_faults_parent] = 4;
	b.life.sum[SUM_copy_pages] = 5000;
	return b;
}

/* With a command, which it does not own. */
static inline struct birth sample_exec_birth(uint32_t parent, uint32_t tid, uint64_t t)
{
	static char args[] = SAMPLE_ARGS;
	struct birth b = sample_birth(parent, tid, t);

	b.life.execed = true;
	b.life.stall_ns = 4000;
	b.life.stall_sum_ns = 6000;
	b.path = "/usr/bin/prog";
	b.args = args;
	b.args_bytes = sizeof(args) - 1;
	b.args_total = sizeof(args);
	return b;
}
