// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Checks that the options of the command gate go together. */
#include "user/gate/options.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/base/overwrite.h"
#include "user/base/say.h"

bool gate_is_suite(const char *name)
{
	return strchr(name, '/') || access(name, R_OK) == 0 || !strcmp(name, "quick") ||
	       !strcmp(name, "standard") || !strcmp(name, "overhead");
}

static int refuse(const char *what)
{
	complain("%s; --help shows the usage", what);
	return -EINVAL;
}

/* What somebody would take for programs to compare: no suite is executable. */
static bool is_program(const char *path)
{
	struct stat status;

	return strchr(path, '/') && !stat(path, &status) && S_ISREG(status.st_mode) &&
	       !access(path, X_OK);
}

/* An option for both sides must not override what makes them differ. */
static int check_names(const struct gate_options *o)
{
	if (is_program(o->paths[0]) && is_program(o->paths[1]))
		return refuse("A and B are suites or methods: programs come after --program, "
			      "once for each");
	if (o->has_method)
		return refuse("A and B name what is measured: leave out --suite and --method");
	if (o->has_shape && (gate_is_suite(o->paths[0]) || gate_is_suite(o->paths[1])))
		return refuse("a suite file describes its parents: leave out --size and the like, "
			      "or name two methods");
	return 0;
}

/* Options that work only in the lab, or not there. */
static int check_place(const struct gate_options *o)
{
	if (o->lab && o->libcs[0])
		return refuse("--libc: programs in the lab are static; use --ab");
	if (o->lab && o->envs[0])
		return refuse("--env does not reach into the lab; use --ab");
	if (o->in_place && (o->lab || !o->programs[1]))
		return refuse("--in-place goes with --ab and two programs: nothing else is copied");
	if (o->pads && (!o->lab || !o->programs[0] || o->save))
		return refuse("--pads goes with --lab and --program, or with stored runs of them");
	if (!o->lab && o->kernels[0])
		return refuse("--kernel is for --lab");
	if (!o->lab && o->possible_cpus)
		return refuse("--possible-cpus is for --lab");
	if (!o->lab && o->policy.metrics && !(o->policy.metrics & ~gate_metric_set("phases")))
		return refuse("--metric: --ab measures times and counts; for phases use --lab, or "
			      "runs that bench stored");
	return 0;
}

/* Forms that take one run: it is saved, or compared with a baseline. */
static int check_one_run(const struct gate_options *o)
{
	if (o->ab)
		return refuse(
			"--baseline and --save go with stored runs or --lab: take a run to save "
			"with bench; --ab always takes new runs of A");
	if (o->baseline && o->save)
		return refuse("--baseline and --save are two steps: compare first, then save");
	if (o->programs[1] || o->kernels[1])
		return refuse("--program and --kernel: name one with --save or --baseline, which "
			      "take one run");
	return o->path_count ? refuse("with a baseline and new runs, name no files") : 0;
}

/* Forms that take runs of their own. */
static int check_live(const struct gate_options *o)
{
	bool by_options = o->programs[1] || o->envs[0] || o->libcs[1] || o->kernels[1];
	int err;

	if (o->budget)
		return refuse("--budget takes a stored run; run bench first");
	err = check_place(o);
	if (err)
		return err;
	if (o->baseline || o->save)
		return check_one_run(o);
	if (o->libcs[0] && !o->libcs[1])
		return refuse("--libc: name two, for A and for B");
	if (o->programs[0] && !o->programs[1] && !o->libcs[0])
		return refuse("--program: name two, for A and for B");
	if (o->path_count == 0 && by_options)
		return 0;
	if (o->path_count != 2)
		return refuse(
			"name A and B: two suite files or two methods, or use --program, --libc, "
			"--env or --kernel twice");
	return check_names(o);
}

static int check_stored(struct gate_options *o, bool dashes)
{
	if (o->forward_count || o->programs[0] || o->envs[0] || o->libcs[0] || o->kernels[0] ||
	    o->pairs || o->timeout_s || o->no_trace || o->in_place || o->keep || o->possible_cpus)
		return refuse("options for new runs go with --ab or --lab");
	if (o->pads && (o->save || o->budget || o->baseline))
		return refuse("--pads goes with --lab and --program, or with stored runs of them");
	if (o->save)
		return o->path_count && !o->baseline && !o->budget
			       ? 0
			       : refuse("--save NAME takes only the runs to save");
	if (o->budget)
		return o->path_count == 1 && !o->baseline ? 0
							  : refuse("--budget FILE takes one run");
	if (o->baseline) {
		o->base_count = 0;
		return o->path_count && !dashes ? 0 : refuse("--baseline NAME takes the new runs");
	}
	if (!dashes && o->path_count == 2)
		o->base_count = 1;
	if (o->base_count == 0 || o->base_count == o->path_count)
		return refuse("name a base run and a new run, or several as BASE... -- NEW...");
	return 0;
}

/* With --ab and --lab A and B are methods or suites. */
static int check_files(const struct gate_options *o)
{
	const struct output_name outputs[] = {
		{"-o", o->output},
		{"--junit", o->junit},
		{"--ktap", o->ktap},
		{"--markdown", o->markdown},
	};
	const size_t count = sizeof(outputs) / sizeof(outputs[0]);
	const char *const read[] = {
		o->budget,	o->accept,     o->pads,	      o->programs[0],
		o->programs[1], o->kernels[0], o->kernels[1],
	};
	int err = overwrite_refuse(outputs, count, read, sizeof(read) / sizeof(read[0]));

	for (size_t i = 0; i < o->path_count && !err; i++)
		if (!(o->ab || o->lab) || gate_is_suite(o->paths[i]))
			err = overwrite_refuse(outputs, count, (const char *[]){o->paths[i]}, 1);
	return err;
}

int gate_options__check(struct gate_options *o, bool dashes)
{
	if (o->format == GATE_FORMAT_LKML && o->budget)
		return refuse("--format lkml is for comparisons");
	if (o->max_age_days > 0 && !o->baseline)
		return refuse("--max-age needs --baseline");
	if (o->accept && (o->budget || o->save))
		return refuse("--accept is for comparisons: a budget's limits stand in its file");
	if ((o->explain || o->no_explain) && !o->lab)
		return refuse("--explain and --no-explain are for --lab");
	if (o->explain && (o->no_explain || !(o->kernels[1] || o->programs[1])))
		return refuse("--explain names a cause between two kernels or two programs");
	if (o->bisect && (o->save || o->on_inconclusive != INCONCLUSIVE_FAILS))
		return refuse(
			"--bisect decides what becomes of inconclusive, and saves nothing: leave "
			"out --on-inconclusive and --save");
	if (check_files(o))
		return -EINVAL;
	return o->ab || o->lab ? check_live(o) : check_stored(o, dashes);
}
