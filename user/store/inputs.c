// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/shared/fault.h"
#include "user/base/say.h"
#include "user/report/verdict.h"
#include "user/store/store.h"
#include "user/table/part.h"
#include "user/text/escape.h"

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

/* Reads a file that is no run. -ENOENT if it is no verdict, either; else what is wrong was said. */
static int read_verdict(struct input *in, char *path)
{
	const char *why = NULL;
	char name[256];
	int err = verdict_read(path, &in->verdicts[in->verdict_count], &why);

	if (!err) {
		in->verdict_paths[in->verdict_count++] = path;
	} else if (err != -ENOENT) {
		escape_text(path, name, sizeof(name));
		complain("%s: %s", name, why);
	}
	return err;
}

static int read_one(struct input *in, char *path, int flags)
{
	struct run *run = &in->runs[in->count++];
	struct fault why;
	char name[256];
	int err = store_read(path, run, &why), verdict = -ENOENT;

	in->paths[in->count - 1] = path;
	if (err == -EINVAL && flags & INPUT_VERDICTS)
		verdict = read_verdict(in, path);
	if (verdict != -ENOENT) {
		in->count--;
		return verdict;
	}
	if (err) {
		complain("%s", why.text);
		return err;
	}
	escape_text(!strcmp(path, "-") ? "standard input" : path, name, sizeof(name));
	if (!run->ended && !(flags & INPUT_TRUNCATED)) {
		complain("%s: the run broke off, it has no end line; --truncated takes what is "
			 "there",
			 name);
		return -EINVAL;
	}
	if (!has_values(run)) {
		complain("%s: holds no measurement", name);
		return -EINVAL;
	}
	return 0;
}

int input_read(struct input *in, char *const *paths, size_t count, int flags)
{
	int err = 0;

	*in = (struct input){
		.runs = calloc(count, sizeof(*in->runs)),
		.paths = calloc(count, sizeof(*in->paths)),
		.verdicts = calloc(count, sizeof(json_t *)),
		.verdict_paths = calloc(count, sizeof(*in->verdict_paths)),
	};
	if (!in->runs || !in->paths || !in->verdicts || !in->verdict_paths) {
		complain("%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (size_t i = 0; i < count && !err; i++)
		err = read_one(in, paths[i], flags);
	if (!err && in->count == 0) {
		complain("a verdict of the gate makes no page alone: name the runs, too");
		err = -EINVAL;
	}
	return err;
}

bool input_is_output(char *const *paths, size_t count, const char *output)
{
	struct stat in, out;
	char name[256];

	if (!output || !strcmp(output, "-") || stat(output, &out) != 0 || !S_ISREG(out.st_mode))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(paths[i], "-") || stat(paths[i], &in) != 0 || in.st_dev != out.st_dev ||
		    in.st_ino != out.st_ino)
			continue;
		escape_text(output, name, sizeof(name));
		complain("-o %s: that is the run itself; name another file", name);
		return true;
	}
	return false;
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
