// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/choice.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/probe/program_btf.h"

bool source_has_program(const struct source *row, const char *program)
{
	for (size_t i = 0; i < SOURCE_PROGRAMS_MAX && row->programs[i]; i++)
		if (!strcmp(row->programs[i], program))
			return true;
	return false;
}

bool choice__has(const struct source_choice *c, const struct source *row)
{
	return row->edge >= 0 ? c->edges[row->edge] == row : c->sums[row->sum] == row;
}

bool choices__have(const struct probe_choices *c, const struct source *row)
{
	for (int set = PROBE_SET_NONE + 1; set < PROBE_SET_COUNT; set++)
		if (choice__has(&c->choice[set], row))
			return true;
	return false;
}

static const char *section_of(const struct bpf_object *object, const char *program)
{
	const struct bpf_program *prog = bpf_object__find_program_by_name(object, program);

	return prog ? bpf_program__section_name(prog) : "";
}

/* Rules a row out where that is known without trying it. */
static void judge_row(struct probe_choices *c, size_t i, const struct kernel_offer *offer,
		      const struct bpf_object *object)
{
	const struct source *row = &sources[i];
	const char *no = kernel_offer__refusal(offer, row->kind);
	char *why = c->refusal[i], name[128];

	why[0] = '\0';
	if (row->of_profile && !c->options->profile) {
		snprintf(why, sizeof(c->refusal[i]), "for a profile only");
		return;
	}
	if (row->never_skipped && !kernel_offer__preempts(offer)) {
		snprintf(why, sizeof(c->refusal[i]), "for a kernel that preempts programs");
		return;
	}
	if (c->options->profile && row->kind == SOURCE_DRIVER) {
		snprintf(why, sizeof(c->refusal[i]), "only marks children of the driver");
		return;
	}
	if (row->kind < c->options->best) {
		snprintf(why, sizeof(c->refusal[i]), "not wanted (--trace)");
		return;
	}
	if (no) {
		snprintf(why, sizeof(c->refusal[i]), "%s", no);
		return;
	}
	if (row->without && !kernel_offer__lacks(offer, row->without, NULL)) {
		snprintf(why, sizeof(c->refusal[i]), "for a kernel without %s", row->without);
		return;
	}
	for (size_t k = 0; k < SOURCE_PROGRAMS_MAX && row->programs[k]; k++) {
		const char *section = section_of(object, row->programs[k]);

		if (!probe_btf_name(section, name, sizeof(name)))
			continue;
		no = kernel_offer__lacks(offer, name, row->parameter);
		if (no) {
			snprintf(why, sizeof(c->refusal[i]), "%s %s", no, strchr(section, '/') + 1);
			return;
		}
	}
}

const char *const stall_programs[] = {"stall_start", "stall_got", NULL};

/* The waits of others need both of their programs, and to know what fork they are of. */
static void judge_stalls(struct probe_choices *c, const struct kernel_offer *offer,
			 const struct bpf_object *object)
{
	char name[128];

	for (size_t i = 0; stall_programs[i]; i++) {
		const char *section = section_of(object, stall_programs[i]), *no;

		probe_btf_name(section, name, sizeof(name));
		no = kernel_offer__lacks(offer, name, NULL);
		if (no && !c->no_stalls[0])
			snprintf(c->no_stalls, sizeof(c->no_stalls),
				 "%s tracepoint %s (Linux 5.11 has it)", no,
				 strchr(section, '/') + 1);
	}
}

void choices__judge(struct probe_choices *c, const struct kernel_offer *offer,
		    const struct bpf_object *object)
{
	for (size_t i = 0; i < source_count; i++)
		judge_row(c, i, offer, object);
	judge_stalls(c, offer, object);
}

static bool is_too_expensive(const struct probe_choices *c, const struct source *row,
			     enum probe_set set)
{
	if (set == PROBE_SET_ALL || (set == PROBE_SET_CALLS && row->edge >= 0))
		return false;
	return row->expensive || (c->options->profile && row->toll);
}

enum probe_set choices__main_set(const struct probe_choices *c)
{
	return c->options->profile ? c->options->profile->set : PROBE_SET_PHASES;
}

/* An event that marks the start of an exit marks the exit, too: no second program there. */
static void share_exit(struct source_choice *to)
{
	const struct source *start = to->edges[EDGE_exit_start];

	if (!start || !start->never_skipped)
		return;
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].edge == EDGE_exit &&
		    source_has_program(&sources[i], start->programs[0]))
			to->edges[EDGE_exit] = &sources[i];
}

void choices__choose(struct probe_choices *c, enum probe_set set)
{
	struct source_choice *to = &c->choice[set];
	bool all = set == PROBE_SET_ALL;

	*to = (struct source_choice){
		.refusal = c->refusal,
		.all = all,
		.profile = c->options->profile,
		.no_stalls = c->options->stalls ? c->no_stalls : NULL,
	};
	for (int driver_too = !all; driver_too < 2; driver_too++)
		for (size_t i = 0; i < source_count; i++) {
			const struct source *row = &sources[i];
			const struct source **slot =
				row->edge >= 0 ? &to->edges[row->edge] : &to->sums[row->sum];

			if (*slot || c->refusal[i][0] || is_too_expensive(c, row, set) ||
			    (row->kind == SOURCE_DRIVER && !driver_too))
				continue;
			*slot = row;
		}
	share_exit(to);
	if (set == PROBE_SET_SHARED)
		to->edges[EDGE_mm_start] = to->edges[EDGE_mm_end] = NULL;
}

int choices__profile_tolls(const struct probe_choices *c, const struct kernel_offer *offer,
			   const struct bpf_object *object, enum probe_set set, unsigned int *tolls)
{
	const struct profile_options profile = {.set = set};
	struct probe_options options = *c->options;
	struct probe_choices *of_profile = malloc(sizeof(*of_profile));

	if (!of_profile)
		return -ENOMEM;
	*of_profile = *c;
	options.profile = &profile;
	of_profile->options = &options;
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].of_profile || sources[i].kind == SOURCE_DRIVER)
			judge_row(of_profile, i, offer, object);
	choices__choose(of_profile, set);
	*tolls = source_tolls(&of_profile->choice[set]);
	free(of_profile);
	return 0;
}

bool choices__refuse(struct probe_choices *c, const char *program, const char *what, int err)
{
	bool any = false;

	/* Not the kernel's refusal: the next program would get no descriptor either. */
	if (err == -EMFILE || err == -ENFILE)
		return false;
	for (size_t i = 0; stall_programs[i]; i++) {
		if (strcmp(stall_programs[i], program))
			continue;
		snprintf(c->no_stalls, sizeof(c->no_stalls), "%s %s: %s", what, program,
			 strerror(-err));
		any = true;
	}
	for (size_t i = 0; i < source_count; i++) {
		if (!choices__have(c, &sources[i]) || !source_has_program(&sources[i], program))
			continue;
		snprintf(c->refusal[i], sizeof(c->refusal[i]), "%s %s: %s", what, program,
			 strerror(-err));
		any = true;
	}
	return any;
}

bool choice__marks(const struct source_choice *c, enum edge e)
{
	return c->edges[e] && c->edges[e]->kind != SOURCE_DRIVER;
}

const char *choices__no_births(const struct probe_choices *c)
{
	const struct source_choice *main = &c->choice[choices__main_set(c)];

	/* Where the return is unseen, a birth's record is made when the child is woken. */
	if (choice__marks(main, EDGE_woken) ||
	    (choice__marks(main, EDGE_newtask) && choice__marks(main, EDGE_clone_return)))
		return NULL;
	for (size_t i = 0; i < source_count; i++) {
		if (sources[i].edge == EDGE_woken && sources[i].kind != SOURCE_DRIVER)
			return c->refusal[i];
	}
	return "no probe shows it";
}
