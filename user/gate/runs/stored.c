// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/gate/compare/compare.h"
#include "user/gate/compare/paired.h"
#include "user/gate/runs/baseline.h"
#include "user/gate/runs/copies.h"
#include "user/gate/runs/kept.h"
#include "user/gate/runs/one_pair.h"
#include "user/gate/runs/pads.h"
#include "user/store/store.h"
#include "user/text/escape.h"
#include "user/text/numbers.h"

struct set {
	struct run *runs;
	size_t count;
};

static void free_set(struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		run__free(&s->runs[i]);
	free(s->runs);
	*s = (struct set){0};
}

int gate_read_run(const struct gate_options *o, const char *path, struct run *r, struct fault *why)
{
	int err = store_read(path, r, why);

	if (err || r->ended || o->truncated)
		return err;
	run__free(r);
	return fault__set(why, -EINVAL,
			  "%s: a truncated run without an end line; --truncated accepts it", path);
}

static int read_set(const struct gate_options *o, char *const *paths, size_t count, struct set *s,
		    struct fault *why)
{
	int err = 0;

	if (count > GATE_PAIRS_MAX)
		return fault__set(why, -E2BIG, "%zu are too many runs: %d at most", count,
				  GATE_PAIRS_MAX);
	s->runs = calloc(count, sizeof(*s->runs));
	if (!s->runs)
		return -ENOMEM;
	for (size_t i = 0; i < count && !err; i++) {
		err = gate_read_run(o, paths[i], &s->runs[i], why);
		s->count += !err;
	}
	return err;
}

/* `paths` are those of A, then those of B, which may have none. */
static int check_copies(char *const *paths, struct set *a, struct set *b, struct fault *why)
{
	struct run *runs[2 * GATE_PAIRS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++)
		runs[n++] = &a->runs[i];
	for (size_t i = 0; i < b->count; i++)
		runs[n++] = &b->runs[i];
	return gate_check_copies(paths, runs, n, why);
}

/* A verdict, not an error. */
static void not_comparable(struct gate_report *report, const char *text)
{
	*report = (struct gate_report){.verdict = GATE_NOT_COMPARABLE};
	escape_text(text, report->headline, sizeof(report->headline));
}

static int compare_sets(const struct gate_options *o, struct set *a, struct set *b,
			struct gate_report *report, struct fault *why)
{
	struct gate_stored stored = {a->runs, b->runs, a->count, b->count, 0};
	struct gate_policy policy = o->policy;
	struct pads pads;
	bool a_profile = run__is_profile(&a->runs[0]), b_profile = run__is_profile(&b->runs[0]);
	unsigned int of_b = 0;
	int err;

	if (a_profile || b_profile) {
		not_comparable(report, a_profile && b_profile
					       ? "A and B are profiles, which have no cells; "
						 "--budget checks one against rules"
				       : a_profile ? "A is a profile, and B a run of bench"
						   : "B is a profile, and A a run of bench");
		return 0;
	}
	if (gate_kept(a->runs, a->count, &stored.planned) && gate_kept(b->runs, b->count, &of_b) &&
	    of_b == stored.planned)
		return gate_replay(o, &stored, report, why);
	err = gate_get_pads(o, &pads, why);
	policy.pads = pads.runs;
	policy.pad_count = pads.count;
	if (!err)
		err = gate_compare(a->runs, a->count, b->runs, b->count, &policy, report);
	gate_free_pads(&pads);
	return err;
}

int gate_compare_stored(const struct gate_options *o, struct gate_report *report, struct fault *why)
{
	size_t count_b = o->path_count - o->base_count;
	struct set a = {0}, b = {0};
	int err = read_set(o, o->paths, o->base_count, &a, why);

	if (!err)
		err = read_set(o, o->paths + o->base_count, count_b, &b, why);
	if (!err)
		err = check_copies(o->paths, &a, &b, why);
	if (!err)
		err = compare_sets(o, &a, &b, report, why);
	if (!err && o->base_count == 1 && count_b == 1)
		gate_say_one_pair(report, &a.runs[0], &b.runs[0]);
	free_set(&a);
	free_set(&b);
	return err;
}

/* Refuses truncated runs, as gate_read_run() does. */
static int check_ended(const struct gate_options *o, const struct baseline *b, struct fault *why)
{
	for (size_t i = 0; i < b->count; i++) {
		if (!b->runs[i].ended && !o->truncated)
			return fault__set(why, -EINVAL,
					  "baseline %s, %zu.jsonl: a truncated run without an end "
					  "line; save it again, or accept it with --truncated",
					  o->baseline, i + 1);
	}
	return 0;
}

/* Loads the baseline. False: *err is set, or the report has a verdict. */
static bool load_baseline(const struct gate_options *o, struct baseline *b,
			  struct gate_report *report, struct fault *why, int *err)
{
	char text[160];

	*err = baseline_load(o->folder, o->baseline, b, why);
	if (*err == -ENOENT) {
		not_comparable(report, why->text);
		*err = 0;
		return false;
	}
	if (!*err)
		*err = check_ended(o, b, why);
	if (*err)
		return false;
	if (b->age_days < -1)
		snprintf(text, sizeof(text), "baseline %s was saved in the future, %s", o->baseline,
			 b->saved);
	else if (o->max_age_days > 0 && b->age_days > o->max_age_days)
		snprintf(text, sizeof(text),
			 "baseline %s has expired: saved %s, %.1f days ago; --max-age allows %g",
			 o->baseline, b->saved, b->age_days, o->max_age_days);
	else
		return true;
	not_comparable(report, text);
	return false;
}

/* Refuses runs of B that the baseline holds. */
static int check_not_in(const struct baseline *base, char *const *paths, const struct set *b,
			struct fault *why)
{
	for (size_t i = 0; i < b->count; i++) {
		for (size_t k = 0; k < base->count; k++) {
			if (gate_same_run(&base->runs[k], &b->runs[i]))
				return fault__set(why, -EINVAL,
						  "%s is run %zu of the baseline: it cannot differ "
						  "from itself",
						  paths[i], k + 1);
		}
	}
	return 0;
}

int gate_compare_baseline(const struct gate_options *o, struct gate_report *report,
			  struct fault *why)
{
	struct baseline base = {0};
	struct set b = {0};
	int err;

	if (!load_baseline(o, &base, report, why, &err))
		goto cleanup;
	if (o->lab) {
		err = gate_in_lab(o, base.runs, base.count, report, why);
	} else {
		err = read_set(o, o->paths, o->path_count, &b, why);
		if (!err)
			err = check_copies(o->paths, &b, &(struct set){0}, why);
		if (!err)
			err = check_not_in(&base, o->paths, &b, why);
		if (!err)
			err = gate_compare(base.runs, base.count, b.runs, b.count, &o->policy,
					   report);
	}
	if (!err)
		err = gate_report__note(report, "baseline %s: saved %s, %.1f days ago", o->baseline,
					base.saved, base.age_days);
cleanup:
	baseline_free(&base);
	free_set(&b);
	return err;
}

/* A run is read twice, to check it and to copy it: a pipe would be empty then. */
static int check_files(char *const *paths, size_t count, struct fault *why)
{
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(paths[i], "-") ||
		    (stat(paths[i], &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
			return fault__set(why, -EINVAL,
					  "%s is not a file: store the run in one first, then save "
					  "that",
					  paths[i]);
	}
	return 0;
}

/* Only whole runs that can be read are worth keeping. */
int gate_save_baseline(const struct gate_options *o, struct fault *why)
{
	char path[64], text[256], *taken[1] = {path};
	char *const *paths = o->lab ? taken : o->paths;
	size_t count = o->lab ? 1 : o->path_count;
	struct set s = {0};
	int fd = -1, err = 0;

	if (o->lab) {
		err = gate_lab_run(o, &fd, why);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	} else {
		err = check_files(paths, count, why);
		if (!err)
			err = read_set(o, paths, count, &s, why);
		if (!err)
			err = check_copies(paths, &s, &(struct set){0}, why);
	}
	if (!err)
		err = baseline_save(o->folder, o->save, paths, count, why);
	if (!err) {
		escape_text(o->folder, text, sizeof(text));
		printf("saved %zu %s as baseline %s in %s\n", count,
		       text_plural((int64_t)count, "run", "runs"), o->save, text);
	}
	if (fd >= 0)
		close(fd);
	free_set(&s);
	return err;
}
