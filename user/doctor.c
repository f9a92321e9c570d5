// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The command doctor: which probe measures each phase on this kernel, or why none does. A probe
 * that attaches may still never fire, so doctor starts three children under the probes. A phase
 * counts only if it was seen in one of them.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "user/base/command.h"
#include "user/base/option.h"
#include "user/base/privilege.h"
#include "user/base/say.h"
#include "user/collect/lives.h"
#include "user/model/phase.h"
#include "user/probe/probe.h"
#include "user/probe/source_text.h"
#include "user/text/layout.h"

#define TRIALS	      5 /* at most, until each source has fired */
#define SOURCE_COLUMN 14
#define EDGE_COLUMN   16

struct doctor {
	enum source_kind best;
	const char *btf;
	bool verbose;
	struct lives lives;
	bool seen[PHASE_COUNT];
};

enum { OPTION_BTF = 1000 };

static const struct argp_option option_table[] = {
	{"trace", 't', "KIND", 0, "the best kind of probe to try: fentry, kprobe or tracepoint", 0},
	{"btf", OPTION_BTF, "FILE", 0, PROBE_BTF_BRIEF, 0},
	{"verbose", 'v', 0, 0, "show what was tried for each edge, and libbpf's messages", 0},
	{0},
};

static const char doc[] =
	"Prints which probe measures each phase on this kernel, or why none does, and what tasks "
	"that start no process pay while profile is attached."
	"\vThe exit status is 0 if all phases can be measured, 1 if some, 2 if none.\n\n"
	"Example: sudo spawnscope doctor";

static int parse_option(int key, char *arg, struct argp_state *state)
{
	struct doctor *d = state->input;

	switch (key) {
	case 't':
		return source_kind_option(arg, &d->best);
	case OPTION_BTF:
		d->btf = arg;
		return 0;
	case 'v':
		d->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		complain("doctor takes no argument; --help lists its options");
		return -EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void on_record(void *context, const struct record_head *record, size_t size)
{
	struct doctor *d = context;

	lives__add(&d->lives, record, size);
}

static int reap(pid_t pid)
{
	return pid < 0 || waitpid(pid, NULL, 0) != pid ? -errno : 0;
}

/* Memory that children write to, for copy-on-write faults. */
static volatile char page[4096 * 4];

static void child_fork_exec(void)
{
	char *argv[] = {"spawnscope", "--version", NULL};
	int null = open("/dev/null", O_WRONLY);

	page[4096] = 1;
	dup2(null, STDOUT_FILENO);
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* A child that lives until its parent has written to a page that both share. */
static int shared_page_birth(void)
{
	int hold[2];
	pid_t pid;
	char byte;

	if (pipe2(hold, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		close(hold[1]);
		page[4096] = 1;
		_exit(read(hold[0], &byte, 1) != 0);
	}
	page[8192] = 1;
	close(hold[0]);
	close(hold[1]);
	return reap(pid);
}

static int trial_births(void)
{
	pid_t pid;
	int err;

	page[4096] = 2;
	page[8192] = 2;
	pid = fork();
	if (!pid)
		child_fork_exec();
	err = reap(pid);
	if (!err)
		err = shared_page_birth();
	if (err)
		return err;
	pid = vfork();
	if (!pid)
		_exit(0);
	return reap(pid);
}

/* An edge of a child that has no driver: what a driver would mark is taken as marked. */
static bool is_marked(const struct source_choice *choice, const struct life *life, enum edge e)
{
	return choice->edges[e] && (choice->edges[e]->kind == SOURCE_DRIVER || life->edge[e]);
}

static void look_at(struct doctor *d, const struct source_choice *choice, const struct life *life)
{
	for (int k = 0; k < PHASE_COUNT; k++) {
		const struct phase_model *m = &phase_models[k];

		if (m->sum >= 0)
			d->seen[k] |= choice->sums[m->sum] && life->sum[m->sum] > 0;
		else
			d->seen[k] |= phase_exists(k, life->clone_flags) &&
				      is_marked(choice, life, m->from) &&
				      is_marked(choice, life, phase_end(k, life->clone_flags));
	}
}

/* Whether each phase that has a source has been seen. */
static bool all_seen(const struct doctor *d, const struct source_choice *choice)
{
	char text[512];

	for (int k = 0; k < PHASE_COUNT; k++)
		if (!d->seen[k] &&
		    !source_of_phase(choice, k, phase_models[k].only_if, text, sizeof(text)))
			return false;
	return true;
}

/* The kernel may skip a run of a BPF program (7.2 sometimes does), so try several times. */
static int examine(struct doctor *d, struct probe *p)
{
	const struct source_choice *choice = probe__choice(p, PROBE_SET_ALL);
	pid_t self = probe__target(p, getpid());
	int err = self < 0 ? self : 0;

	if (!err)
		err = probe__attach(p, PROBE_SET_ALL);
	for (int trial = 0; trial < TRIALS && !err && !all_seen(d, choice); trial++) {
		lives__clear(&d->lives);
		err = trial_births();
		if (!err)
			err = probe__consume(p, on_record, d);
		lives__sort(&d->lives);
		for (size_t i = 0; i < d->lives.n && !err; i++)
			look_at(d, choice, &d->lives.v[i]);
	}
	return err;
}

static int print_findings(struct doctor *d, struct probe *p)
{
	const struct source_choice *choice = probe__choice(p, PROBE_SET_ALL);
	char text[512], marked[560];
	int had = 0;

	layout_field(stdout, "PHASE", SOURCE_COLUMN, "SOURCE");
	for (int k = 0; k < PHASE_COUNT; k++) {
		const struct phase_model *m = &phase_models[k];
		bool none = source_of_phase(choice, k, m->only_if, text, sizeof(text));

		had += !none && d->seen[k];
		snprintf(marked, sizeof(marked), "%s%s", none ? "-" : text,
			 none || d->seen[k] ? "" : " attaches, but marked nothing");
		layout_field(stdout, m->name, SOURCE_COLUMN, marked);
	}
	for (int k = 0; k < PHASE_COUNT; k++)
		if (source_of_phase(choice, k, phase_models[k].only_if, text, sizeof(text)))
			layout_print(stdout, 2, "%s cannot be measured: %s", phase_models[k].name,
				     text);
	layout_print(stdout, 2, "%d of %d phases can be measured on this kernel.", had,
		     PHASE_COUNT);
	return had == PHASE_COUNT ? EXIT_OK : had ? EXIT_NOT_OK : EXIT_TROUBLE;
}

/* What a profile costs others on this kernel, by level. */
static int print_tolls(const struct probe *p)
{
	putchar('\n');
	layout_print(stdout, 2,
		     "What tasks pay that start no process, by the --detail of a profile (%s)",
		     TOLL_BASIS);
	for (size_t i = 0; i < PROBE_DETAILS; i++) {
		unsigned int tolls;
		char text[256];
		int err = probe__profile_tolls(p, probe_details[i].value, &tolls);

		if (err)
			return err;
		toll_text(tolls, text, sizeof(text));
		layout_field(stdout, probe_details[i].name, SOURCE_COLUMN,
			     text[0] ? text : "nothing");
	}
	return 0;
}

static void print_attempts(const struct source_choice *choice)
{
	static const char *const edges[] = {
#define X(name, record, brief) #name,
		EDGES(X)
#undef X
	};
	static const char *const sums[] = {
#define X(name, brief) #name,
		SUMS(X)
#undef X
	};

	for (size_t i = 0; i < source_count; i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s:%s: %s", source_kind_name(sources[i].kind),
			 sources[i].name, choice->refusal[i][0] ? choice->refusal[i] : "works");
		layout_field(stdout,
			     sources[i].edge >= 0 ? edges[sources[i].edge] : sums[sources[i].sum],
			     EDGE_COLUMN, text);
	}
}

int command_doctor(int argc, char **argv)
{
	static const struct argp argp = {option_table, parse_option, NULL, doc, NULL, NULL, NULL};
	struct doctor d = {.best = SOURCE_FENTRY};
	struct probe_options options = {.ring_bytes = 1 << 18};
	struct probe *p = NULL;
	struct utsname u;
	struct fault why;
	int err, status = EXIT_TROUBLE;

	if (option_parse(&argp, argc, argv, &d))
		return EXIT_TROUBLE;
	options.best = d.best;
	options.btf = d.btf;
	options.verbose = d.verbose;
	err = probe__open(&options, &p, &why);
	if (err) {
		complain("%s", why.text);
		goto cleanup;
	}
	err = privilege_reduce();
	if (!err)
		err = examine(&d, p);
	if (err) {
		complain("the trial births failed: %s", strerror(-err));
		goto cleanup;
	}
	uname(&u);
	layout_print(stdout, 2, "Kernel %s (%s)", u.release, u.machine);
	putchar('\n');
	status = print_findings(&d, p);
	err = print_tolls(p);
	if (err) {
		complain("cannot work out the price of a profile: %s", strerror(-err));
		status = EXIT_TROUBLE;
	}
	if (d.verbose)
		print_attempts(probe__choice(p, PROBE_SET_ALL));
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write to standard output: %s", strerror(errno));
		status = EXIT_TROUBLE;
	}
cleanup:
	/*
	 * After the findings are printed: at each of a dozen tracepoints, one after the other, the
	 * kernel waits until no CPU can still be in a program of it
	 * (tracepoint_synchronize_unregister()). All together that takes up to a second.
	 */
	probe__close(p);
	lives__free(&d.lives);
	return status;
}
