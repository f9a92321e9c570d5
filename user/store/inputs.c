// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/fault.h"
#include "user/store/store.h"

static bool has_values(const struct run *r)
{
	if (r->birth_count > 0)
		return true;
	for (size_t i = 0; i < r->cell_count; i++) {
		if (cell__has_data(&r->cells[i]))
			return true;
	}
	return false;
}

/* Reads a file that is not a run. -ENOENT: not a verdict, either. */
static int read_verdict(struct input *in, char *path, verdict_reader *reader, struct fault *why)
{
	const char *reason = NULL;
	int err = reader(path, &in->verdicts[in->verdict_count], &reason);

	if (!err)
		in->verdict_paths[in->verdict_count++] = path;
	return err && err != -ENOENT ? fault__set(why, err, "%s: %s", path, reason) : err;
}

struct births_of {
	const struct input_wish *wish;
	size_t run;
};

static int pass_on(void *context, const struct birth *b)
{
	const struct births_of *of = context;

	return of->wish->birth(of->wish->context, of->run, b);
}

static int read_one(struct input *in, char *path, const struct input_wish *wish, struct fault *why)
{
	struct run *run = &in->runs[in->count];
	const char *name = !strcmp(path, "-") ? "standard input" : path;
	struct births_of of = {wish, in->count};
	int err = store_read_births(path, run, wish->birth ? pass_on : NULL, &of, why);
	int verdict = -ENOENT;

	if (err == -EINVAL && wish->reader)
		verdict = read_verdict(in, path, wish->reader, why);
	if (verdict != -ENOENT)
		return verdict;
	in->paths[in->count++] = path;
	if (err)
		return err;
	if (!run->ended && !wish->truncated)
		return fault__set(why, -EINVAL,
				  "%s: the run broke off, it has no end line; --truncated reads "
				  "what is there",
				  name);
	return 0;
}

int input_read(struct input *in, char *const *paths, size_t count, const struct input_wish *wish,
	       struct fault *why)
{
	int err = 0;

	*in = (struct input){
		.runs = calloc(count, sizeof(*in->runs)),
		.paths = calloc(count, sizeof(*in->paths)),
		.verdicts = calloc(count, sizeof(json_t *)),
		.verdict_paths = calloc(count, sizeof(*in->verdict_paths)),
	};
	if (!in->runs || !in->paths || !in->verdicts || !in->verdict_paths)
		return fault__set(why, -ENOMEM, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < count && !err; i++)
		err = read_one(in, paths[i], wish, why);
	return err;
}

static bool is_wanted(const struct run *r, unsigned int also)
{
	return ((also & INPUT_PROFILES) && run__is_profile(r)) ||
	       ((also & INPUT_SCENARIOS) && r->scenario && r->observation_count);
}

int input_need_values(const struct input *in, unsigned int also, struct fault *why)
{
	for (size_t i = 0; i < in->count; i++) {
		const char *path = strcmp(in->paths[i], "-") ? in->paths[i] : "standard input";

		if (has_values(&in->runs[i]) || is_wanted(&in->runs[i], also))
			continue;
		if (in->runs[i].scenario)
			return fault__set(
				why, -EINVAL,
				"%s: is of a scenario, which `spawnscope scenario --input` "
				"prints",
				path);
		return fault__set(why, -EINVAL, "%s: holds no measurement", path);
	}
	return 0;
}

void input_free(struct input *in)
{
	for (size_t i = 0; i < in->count; i++)
		run__free(&in->runs[i]);
	for (size_t i = 0; i < in->verdict_count; i++)
		json_decref(in->verdicts[i]);
	free(in->runs);
	free((void *)in->paths);
	free((void *)in->verdicts);
	free((void *)in->verdict_paths);
	*in = (struct input){0};
}
