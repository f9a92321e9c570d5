/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A small but complete run, made up, for the tests of what works on runs. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "user/model/run.h"

/* `n` values that rise from `base` by 1 % in all, the last one missing if `gap`. */
static inline void sample_series(struct series *s, size_t n, int64_t base, bool gap)
{
	series__free(s);
	for (size_t i = 0; i < n; i++)
		series__push(s, gap && i + 1 == n ? MISSING
						  : base + base * (int64_t)i / (100 * (int64_t)n));
}

static inline void sample_phase(struct cell *c, enum phase p, const char *source, int64_t base)
{
	c->phase_origin[p].source = strdup(source);
	sample_series(&c->phases[p], c->n, base, false);
}

static inline void sample_phases(struct cell *c, bool copies, int64_t bytes)
{
	sample_phase(c, PHASE_clone_setup, "fentry:copy_process", 9000);
	sample_phase(c, PHASE_wake, "tracepoint:sched_wakeup_new", 2000);
	sample_phase(c, PHASE_first_run, "tracepoint:sched_switch", 30000);
	sample_phase(c, PHASE_exit_mm, "fentry:exit_mmap", 20000);
	sample_series(&c->unattributed, c->n, 400, false);
	if (copies) {
		sample_phase(c, PHASE_copy_mm, "fentry:dup_mmap", bytes / 1000);
		sample_phase(c, PHASE_copy_pages, "fentry:copy_page_range", bytes / 1100);
		sample_phase(c, PHASE_clone_finish, "fentry:dup_mmap", 1500);
		sample_series(&c->counts[COUNT_ptes_copied], c->n, bytes / 4096, false);
	} else {
		sample_phase(c, PHASE_vfork_wait, "fexit:kernel_clone", 300000);
		c->phase_origin[PHASE_copy_mm].absent = strdup("CLONE_VM: shared, not copied");
		sample_series(&c->counts[COUNT_ptes_copied], c->n, 0, false);
	}
	sample_series(&c->counts[COUNT_page_table_bytes], c->n, 4096 * (bytes >> 21), false);
	sample_series(&c->counts[COUNT_vmas], c->n, 24, false);
}

static inline void sample_faults(struct cell *c)
{
	sample_phase(c, PHASE_cow_child, "fentry:wp_page_copy", 50000);
	sample_phase(c, PHASE_cow_parent, "fentry:wp_page_copy", 70000);
	sample_series(&c->counts[COUNT_cow_faults_child], c->n, 12, false);
	sample_series(&c->counts[COUNT_cow_copied_child], c->n, 11, false);
	sample_series(&c->counts[COUNT_cow_faults_parent], c->n, 20, false);
	sample_series(&c->counts[COUNT_cow_reused_parent], c->n, 7, false);
	if (cell__execs(c)) {
		sample_series(&c->counts[COUNT_child_syscalls], c->n, 4, false);
		syscalls__add(c->syscalls, 13, 3 * (int64_t)c->n);
		c->syscalls->others = (int64_t)c->n;
	}
}

/* The cell that it adds is valid until the next one is added. */
static inline struct cell *sample_cell(struct run *r, const char *method, int64_t bytes,
				       const char *trace, size_t n)
{
	bool copies = !strncmp(method, "fork", 4);
	int64_t call = (copies ? 60000 + bytes / 900 : 350000) + (strcmp(trace, "none") ? 900 : 0);
	struct cell *c = run__add_cell(r);

	cell__add_key_text(c, "method", method);
	cell__add_key_number(c, "rss_bytes", bytes);
	cell__add_key_text(c, "pages", "4k");
	cell__add_key_text(c, "trace", trace);
	c->n = n;
	if (n == 0)
		return c;
	sample_series(&c->samples[SAMPLE_spawn_ns], n, call, false);
	if (!strcmp(method, "posix_spawn") || strstr(method, "-exec"))
		sample_series(&c->samples[SAMPLE_exec_ns], n, call + 50000, false);
	sample_series(&c->samples[SAMPLE_total_ns], n, call + 200000, true);
	if (strcmp(trace, "none"))
		sample_phases(c, copies, bytes);
	if (!strcmp(trace, "all") && copies)
		sample_faults(c);
	return c;
}

/* Two parents, two methods, three passes of `n` samples. Free it with run__free(). */
static inline void sample_run(struct run *r, size_t n)
{
	static const char *const passes[] = {"none", "phases", "all"};

	*r = (struct run){.schema = RUN_SCHEMA, .seed = UINT64_MAX, .rounds = 8};
	r->tool = strdup("spawnscope 0.1.0");
	r->clock = strdup("monotonic");
	r->command = calloc(3, sizeof(*r->command));
	r->command[0] = strdup("spawnscope");
	r->command[1] = strdup("bench");
	run__add_env_text(r, "kernel_release", "6.1.0-18-amd64");
	run__add_env_text(r, "cpu_model", "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz");
	run__add_env_text(r, "hypervisor", "kvm");
	run__add_env_number(r, "cpu_count", 2);
	run__add_env_text(r, "governor", NULL);
	r->phases[PHASE_clone_setup].source = strdup("fentry:copy_process");
	r->phases[PHASE_copy_mm].source = strdup("fentry:dup_mmap");
	r->phases[PHASE_copy_files].absent =
		strdup("this kernel inlines dup_fd into copy_files, and no tracepoint stands in");
	for (size_t i = 0; i < 3; i++) {
		sample_cell(r, "fork", 64 << 20, passes[i], n);
		sample_cell(r, "posix_spawn", 64 << 20, passes[i], n);
		sample_cell(r, "posix_spawn", 1 << 20, passes[i], n);
		sample_cell(r, "fork", 1 << 20, passes[i], n);
	}
	r->ended = true;
	r->end.births = r->end.started = 8 * (int64_t)n;
	r->end.started_untraced = 4 * (int64_t)n;
}
