// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "spawnscope.skel.h"
#include "user/base/privilege.h"
#include "user/base/progress.h"
#include "user/probe/attach.h"
#include "user/probe/choice.h"
#include "user/probe/global_pid.h"
#include "user/probe/kernel_offer.h"
#include "user/probe/profile_maps.h"
#include "user/probe/program_btf.h"
#include "user/probe/ring.h"
#include "user/probe/target.h"

struct probe {
	struct probe_options options;
	struct kernel_offer *offer;
	bool registered; /* with libbpf */
	bool casts;	 /* the programs call CAST_FUNCTION */
	struct spawnscope *skel;
	struct record_ring records, stacks;
	int stats_fd; /* the kernel counts run time while it is open; -1 */
	char **names; /* that the programs need in BTF */
	size_t name_count;
	struct probe_choices choices;
	enum probe_set set;	     /* attached now */
	struct attachment *attached; /* room for every program */
	size_t attached_count;
	struct progress *progress; /* while it opens */
};

/* libbpf's print callback has no context argument, so the last message is kept here. */
static struct {
	bool verbose;
	char failed_program[64];
} libbpf_said;

static int on_libbpf_message(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512], *start, *end;
	va_list again;

	if (level == LIBBPF_DEBUG)
		return 0;
	va_copy(again, args);
	vsnprintf(line, sizeof(line), format, again);
	va_end(again);
	start = strstr(line, "prog '");
	end = start ? strchr(start + 6, '\'') : NULL;
	if (end && strstr(end, "fail"))
		snprintf(libbpf_said.failed_program, sizeof(libbpf_said.failed_program), "%.*s",
			 (int)(end - start - 6), start + 6);
	if (libbpf_said.verbose)
		vfprintf(stderr, format, args);
	return 0;
}

static int collect_names(struct probe *p)
{
	struct bpf_program *prog;
	size_t programs = 0;
	char name[128];

	bpf_object__for_each_program (prog, p->skel->obj)
		programs++;
	if (!programs)
		return -EINVAL;
	p->names = calloc(programs + 1, sizeof(*p->names));
	p->attached = calloc(programs, sizeof(*p->attached));
	if (!p->names || !p->attached)
		return -ENOMEM;
	bpf_object__for_each_program (prog, p->skel->obj) {
		if (!probe_btf_name(bpf_program__section_name(prog), name, sizeof(name)))
			continue;
		p->names[p->name_count] = strdup(name);
		if (!p->names[p->name_count++])
			return -ENOMEM;
	}
	p->names[p->name_count] = strdup(CAST_FUNCTION);
	return p->names[p->name_count++] ? 0 : -ENOMEM;
}

static void want_programs(struct probe *p, const struct source *row)
{
	for (size_t k = 0; k < SOURCE_PROGRAMS_MAX && row->programs[k]; k++)
		bpf_program__set_autoload(
			bpf_object__find_program_by_name(p->skel->obj, row->programs[k]), true);
}

/*
 * libbpf also looks for types in modules, which takes CAP_SYS_ADMIN, unless it gets a BTF file. All
 * our types are in the kernel itself.
 */
static struct spawnscope *open_object(const struct probe *p, const char *core_btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts,
		    .btf_custom_path = core_btf ? core_btf : p->options.btf);

	if (!opts.btf_custom_path && !privilege_is_admin())
		opts.btf_custom_path = "/sys/kernel/btf/vmlinux";
	return spawnscope__open_opts(&opts);
}

static bool records_stalls(const struct probe *p)
{
	return p->options.stalls && !p->choices.no_stalls[0];
}

static int load(struct probe *p)
{
	const struct source_choice *c = &p->choices.choice[choices__main_set(&p->choices)];
	const struct source *exit_row = c->edges[EDGE_exit_start];
	__u32 slots = p->options.profile ? p->options.task_slots : BENCH_SLOTS;
	int err;

	spawnscope__destroy(p->skel);
	p->skel = open_object(p, kernel_offer__core_btf(p->offer));
	if (!p->skel)
		return -errno;
	for (size_t i = 0; i < source_count; i++)
		if (choices__have(&p->choices, &sources[i]))
			want_programs(p, &sources[i]);
	bpf_program__set_autoload(p->skel->progs.event_child_syscalls, p->options.syscalls);
	for (size_t i = 0; records_stalls(p) && stall_programs[i]; i++)
		bpf_program__set_autoload(
			bpf_object__find_program_by_name(p->skel->obj, stall_programs[i]), true);
	bpf_map__set_autocreate(p->skel->maps.stall_forks, records_stalls(p));
	bpf_map__set_autocreate(p->skel->maps.stall_waits, records_stalls(p));
	p->skel->rodata->exit_starts_at_exit =
		exit_row && !strcmp(exit_row->name, "sched_process_exit");
	p->skel->rodata->reaping_unseen = !choice__marks(c, EDGE_reaped);
	p->skel->rodata->mm_end_seen = choice__marks(c, EDGE_exit_mm_end);
	p->skel->rodata_flags->cow_counted = !p->options.profile || c->sums[SUM_cow_child];
	p->skel->rodata_flags->preempts = kernel_offer__preempts(p->offer);
	p->skel->rodata->task_type = p->casts ? kernel_offer__task_type(p->offer) : 0;
	p->skel->rodata->task_slots = slots;
	p->skel->rodata->syscalls_counted = p->options.syscalls;
	p->skel->bss->paused = p->options.profile;
	err = bpf_map__set_max_entries(p->skel->maps.tasks, p->options.profile ? slots : 1);
	if (!err)
		err = bpf_map__set_max_entries(p->skel->maps.tasks_spilled, slots);
	if (!err && p->options.syscalls)
		err = bpf_map__set_max_entries(p->skel->maps.syscalls, slots);
	if (!err)
		err = bpf_map__set_max_entries(p->skel->maps.records, p->options.ring_bytes);
	if (!err)
		err = probe_profile_set_up(p->skel, p->options.profile);
	if (!err)
		err = probe_global_pid_set_up(p->skel);
	if (!err)
		err = probe_btf_set_up(p->skel->obj, p->offer, p->options.empty, p->casts);
	if (err)
		return err;
	libbpf_said.failed_program[0] = '\0';
	return spawnscope__load(p->skel);
}

static void detach_last(struct probe *p)
{
	attachment__detach(&p->attached[--p->attached_count]);
	progress__step(p->progress);
}

static void detach_all(struct probe *p)
{
	while (p->attached_count)
		detach_last(p);
}

/* Sets the flags by which the programs know what begins and what completes a record. */
static void set_flags(struct probe *p, enum probe_set set)
{
	const struct source_choice *c = &p->choices.choice[set];
	const struct source *done = c->edges[EDGE_exec_done];
	const struct source *returns = c->edges[EDGE_clone_return];

	p->skel->bss->clone_entry_unseen = !choice__marks(c, EDGE_clone_enter);
	p->skel->bss->clone_return_unseen = !choice__marks(c, EDGE_clone_return);
	p->skel->bss->clone_at_syscall = returns && !strcmp(returns->name, "sys_exit");
	p->skel->bss->exec_return_unseen = done && !strcmp(done->name, "sched_process_exec");
	p->skel->bss->count_all = set == PROBE_SET_ALL || p->options.profile;
}

/* Counts system calls; it marks no edge, so no source has it. */
#define SYSCALLS_PROGRAM "event_child_syscalls"

/* In a bench not beside the times of others: it slows every system call. */
static bool set_counts_syscalls(const struct probe *p, enum probe_set set)
{
	return p->options.syscalls && (p->options.profile || set == PROBE_SET_ALL);
}

static bool set_has(const struct probe *p, enum probe_set set, const char *program)
{
	if (p->options.profile && !strcmp(program, PROFILE_PROGRAM))
		return true;
	if (!strcmp(program, SYSCALLS_PROGRAM))
		return set_counts_syscalls(p, set);
	for (size_t i = 0; stall_programs[i]; i++)
		if (!strcmp(program, stall_programs[i]))
			return records_stalls(p);
	for (size_t i = 0; i < source_count; i++)
		if (choice__has(&p->choices.choice[set], &sources[i]) &&
		    source_has_program(&sources[i], program))
			return true;
	return false;
}

static bool is_attached(const struct probe *p, const char *program)
{
	for (size_t i = 0; i < p->attached_count; i++)
		if (!strcmp(p->attached[i].program, program))
			return true;
	return false;
}

static int attach_program(struct probe *p, const char *program, const char **failed)
{
	struct attachment *a = &p->attached[p->attached_count];
	int err;

	if (is_attached(p, program))
		return 0;
	*a = (struct attachment){.program = program};
	err = attachment__attach(a, p->skel->obj, p->offer);
	if (err) {
		*failed = program;
		attachment__detach(a);
		return err;
	}
	p->attached_count++;
	progress__step(p->progress);
	return 0;
}

static int attach_row(struct probe *p, const struct source *row, const char **failed)
{
	int err = 0;

	for (size_t k = 0; k < SOURCE_PROGRAMS_MAX && row->programs[k] && !err; k++)
		err = attach_program(p, row->programs[k], failed);
	return err;
}

/*
 * Switches to a set: detaches what is not in it, attaches what is missing. On failure nothing stays
 * attached, and *failed names the program.
 */
static int attach_set(struct probe *p, enum probe_set set, const char **failed)
{
	int err = 0;

	for (size_t i = p->attached_count; i-- > 0;) {
		if (set_has(p, set, p->attached[i].program))
			continue;
		attachment__detach(&p->attached[i]);
		p->attached[i] = p->attached[--p->attached_count];
	}
	set_flags(p, set);
	if (p->options.profile)
		err = attach_program(p, PROFILE_PROGRAM, failed);
	for (size_t i = 0; i < source_count && !err; i++)
		if (choice__has(&p->choices.choice[set], &sources[i]))
			err = attach_row(p, &sources[i], failed);
	if (!err && set_counts_syscalls(p, set))
		err = attach_program(p, SYSCALLS_PROGRAM, failed);
	for (size_t i = 0; !err && records_stalls(p) && stall_programs[i]; i++)
		err = attach_program(p, stall_programs[i], failed);
	if (err)
		detach_all(p);
	p->set = err ? PROBE_SET_NONE : set;
	return err;
}

/*
 * Up to 5.12 a trampoline program cannot be attached a second time (f3a95075549e). Rules all of
 * them out and returns -EAGAIN on those kernels.
 */
static int try_reattach(struct probe *p, enum probe_set set)
{
	const struct source *row = NULL;
	const char *failed;

	for (size_t i = 0; i < source_count && !row; i++)
		if (sources[i].kind == SOURCE_FENTRY &&
		    choice__has(&p->choices.choice[set], &sources[i]))
			row = &sources[i];
	if (!row)
		return 0;
	detach_all(p);
	p->set = PROBE_SET_NONE;
	if (attach_row(p, row, &failed)) {
		for (size_t i = 0; i < source_count; i++)
			if (sources[i].kind == SOURCE_FENTRY && !p->choices.refusal[i][0])
				snprintf(p->choices.refusal[i], sizeof(p->choices.refusal[i]),
					 "cannot be attached twice on this kernel (before 5.13)");
		return -EAGAIN;
	}
	return attach_set(p, set, &failed);
}

/*
 * Shows how far attaching is: for each trampoline some kernels wait until no task can still run the
 * code that was there before, up to a second, and the command of a profile is held meanwhile.
 */
static void show_progress(struct probe *p, enum probe_set set)
{
	struct bpf_program *prog;
	size_t steps = 0;

	bpf_object__for_each_program (prog, p->skel->obj)
		steps += set_has(p, set, bpf_program__name(prog));
	progress__free(p->progress);
	p->progress = progress__new(
		p->options.reattach ? 3 * steps : steps, p->options.quiet || p->options.verbose,
		p->options.reattach ? "probes attached and detached" : "probes attached");
}

static int try_all(struct probe *p)
{
	enum probe_set first = p->options.profile ? choices__main_set(&p->choices) : PROBE_SET_ALL;
	const char *failed = NULL;
	int err;

	for (int set = PROBE_SET_NONE + 1; set < PROBE_SET_COUNT; set++)
		if (p->options.profile ? set == (int)choices__main_set(&p->choices)
				       : set != PROBE_SET_CALLS)
			choices__choose(&p->choices, set);
	err = load(p);
	if (err && p->casts) { /* as without the JIT compiler, which these calls need */
		p->casts = false;
		return -EAGAIN;
	}
	if (err)
		return choices__refuse(&p->choices, libbpf_said.failed_program, "cannot load", err)
			       ? -EAGAIN
			       : err;
	err = p->options.profile ? probe_profile_start(p->skel, p->options.profile, &p->stats_fd)
				 : 0;
	if (err)
		return err;
	show_progress(p, first);
	err = attach_set(p, first, &failed);
	if (err)
		return choices__refuse(&p->choices, failed, "cannot attach", err) ? -EAGAIN : err;
	return p->options.reattach ? try_reattach(p, first) : 0;
}

int probe__open(const struct probe_options *options, struct probe **probe, struct fault *why)
{
	struct probe *p = calloc(1, sizeof(*p));
	int err = -ENOMEM;

	why->text[0] = '\0';
	libbpf_said.verbose = options->verbose;
	libbpf_set_print(on_libbpf_message);
	if (!p)
		goto cleanup;
	p->options = *options;
	p->stats_fd = -1;
	err = privilege_check(why);
	if (err)
		goto cleanup;
	p->registered = true;
	err = probe_btf_register();
	if (err)
		goto cleanup;
	p->skel = open_object(p, NULL);
	err = p->skel ? collect_names(p) : -errno;
	if (!err)
		err = kernel_offer__new(p->options.btf, (const char *const *)p->names,
					p->name_count, bpf_object__btf(p->skel->obj), &p->offer,
					why);
	if (err)
		goto cleanup;
	why->text[0] = '\0';
	p->casts =
		kernel_offer__btf_id(p->offer, CAST_FUNCTION) && kernel_offer__task_type(p->offer);
	p->choices.options = &p->options;
	choices__judge(&p->choices, p->offer, p->skel->obj);
	do
		err = try_all(p);
	while (err == -EAGAIN);
	if (!err && options->profile && choices__no_births(&p->choices))
		err = fault__set(why, -ENOTSUP, "no birth would be recorded here: %s",
				 choices__no_births(&p->choices));
	if (err)
		goto cleanup;
	err = record_ring__open(&p->records, p->skel->maps.records);
	if (!err && options->profile && options->profile->group_by == GROUP_BY_STACK) {
		err = probe_profile_check_stacks(why);
		if (!err)
			err = record_ring__open(&p->stacks, p->skel->maps.stacks);
	}
cleanup:
	if (err) {
		if (!why->text[0])
			fault__set(why, 0, "cannot load the probes: %s", probe_error_text(err));
		probe__close(p);
		p = NULL;
	}
	if (p) {
		progress__free(p->progress);
		p->progress = NULL;
	}
	*probe = p;
	return err;
}

void probe__close(struct probe *p)
{
	if (!p)
		return;
	progress__free(p->progress);
	p->progress = NULL;
	detach_all(p);
	if (p->stats_fd >= 0)
		close(p->stats_fd);
	record_ring__close(&p->records);
	record_ring__close(&p->stacks);
	spawnscope__destroy(p->skel);
	if (p->registered)
		probe_btf_unregister();
	kernel_offer__free(p->offer);
	for (size_t i = 0; i < p->name_count; i++)
		free(p->names[i]);
	free(p->names);
	free(p->attached);
	free(p);
}

int probe__attach(struct probe *p, enum probe_set set)
{
	const char *failed;
	int err = 0;

	if (set == p->set && (set != PROBE_SET_NONE || !p->attached_count))
		return 0;
	privilege_raise();
	if (set == PROBE_SET_NONE)
		detach_all(p);
	else
		err = attach_set(p, set, &failed);
	if (!err)
		p->set = set;
	privilege_lower();
	return err;
}

int probe__attach_only(struct probe *p, const struct source *row)
{
	const char *failed;
	int err;

	privilege_raise();
	detach_all(p);
	p->set = PROBE_SET_NONE;
	set_flags(p, PROBE_SET_ALL);
	err = attach_row(p, row, &failed);
	if (err)
		detach_all(p);
	privilege_lower();
	return err;
}

pid_t probe__target(struct probe *p, pid_t pid)
{
	return probe_target(p->skel, pid);
}

int probe__target_threads(struct probe *p, pid_t pid)
{
	return probe_target_threads(p->skel, pid);
}

int probe__follow(struct probe *p, pid_t pid)
{
	return probe_profile_follow(p->skel, pid);
}

void probe__begin(struct probe *p)
{
	p->skel->bss->paused = false;
}

void probe__pause(struct probe *p)
{
	p->skel->bss->paused = true;
	/*
	 * Lets programs finish that are running now. They hold RCU, and membarrier waits for a
	 * grace period, except on one CPU and with nohz_full (kernel/sched/membarrier.c).
	 */
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1 || syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0))
		usleep(10000);
}

int probe__groups(struct probe *p, probe_group_fn *fn, void *context)
{
	return probe_profile_groups(p->skel, fn, context);
}

/* The run time and the misses of all programs. */
static struct bpf_prog_info sums_of_programs(const struct probe *p)
{
	struct bpf_prog_info sums = {0};
	struct bpf_program *prog;

	bpf_object__for_each_program (prog, p->skel->obj) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		sums.run_time_ns += info.run_time_ns;
		sums.recursion_misses += info.recursion_misses;
	}
	return sums;
}

int64_t probe__run_time(const struct probe *p)
{
	return p->stats_fd < 0 ? MISSING : (int64_t)sums_of_programs(p).run_time_ns;
}

int probe__consume_some(struct probe *p, size_t max, probe_record_fn *fn, void *context)
{
	return record_ring__consume(&p->records, max, fn, context);
}

int probe__consume(struct probe *p, probe_record_fn *fn, void *context)
{
	return record_ring__consume(&p->records, SIZE_MAX, fn, context);
}

int probe__stacks_fd(const struct probe *p)
{
	return record_ring__fd(&p->stacks);
}

int probe__consume_stacks(struct probe *p, size_t max, probe_record_fn *fn, void *context)
{
	return record_ring__consume(&p->stacks, max, fn, context);
}

struct kernel_totals probe__totals(const struct probe *p)
{
	return p->skel->bss->totals;
}

unsigned int probe__tolls(const struct probe *p)
{
	return toll_complete(source_tolls(&p->choices.choice[choices__main_set(&p->choices)]) |
			     (p->options.syscalls ? 1U << TOLL_counted : 0) |
			     (records_stalls(p) ? 1U << TOLL_lock : 0));
}

int probe__profile_tolls(const struct probe *p, int detail, unsigned int *tolls)
{
	bool stalls = detail == PROBE_DETAIL_STALLS;
	int err = choices__profile_tolls(&p->choices, p->offer, p->skel->obj,
					 stalls ? PROBE_SET_CALLS : (enum probe_set)detail, tolls);

	if (!err)
		*tolls = toll_complete(*tolls |
				       (stalls && !p->choices.no_stalls[0] ? 1U << TOLL_lock : 0));
	return err;
}

int64_t probe__missed(const struct probe *p)
{
	return (int64_t)sums_of_programs(p).recursion_misses;
}

bool probe__can_skip(const struct probe *p, enum edge e)
{
	const struct source *row = p->choices.choice[choices__main_set(&p->choices)].edges[e];

	return kernel_offer__preempts(p->offer) && row && row->kind != SOURCE_KPROBE &&
	       !row->never_skipped;
}

const struct source_choice *probe__choice(const struct probe *p, enum probe_set set)
{
	return &p->choices.choice[set];
}
