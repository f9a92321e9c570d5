// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/pads.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/gate/compare/paired.h"
#include "user/gate/runs/take.h"
#include "user/store/store.h"
#include "user/text/numbers.h"

/* The number of files in a folder that the shell's * matches, or -errno. */
static int count_files(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int count = 0;

	if (!d)
		return -errno;
	while ((entry = readdir(d)))
		count += entry->d_name[0] != '.';
	closedir(d);
	return count;
}

/* Reads the run in `lines`, and adds it. */
static int add_run(struct pads *p, const char *name, char *lines, size_t size, struct fault *why)
{
	struct run *run = &p->runs[p->count];
	FILE *in = fmemopen(lines, size, "r");
	int err = in ? store_read_stream(in, name, run, why) : -errno;

	if (in)
		fclose(in);
	if (err)
		return err;
	p->count++;
	if (!run->ended)
		return fault__set(why, -EINVAL, "%s: a truncated run without an end line", name);
	if (!run__counts_instructions(run))
		return fault__set(why, -EINVAL, "%s: not a run of the lab", name);
	return gate_is_broken(run, "a link of --pads", false, why) ? -EIO : 0;
}

/* Reads runs that follow one another. Each begins with a line of its own kind. */
static int read_runs(FILE *in, const char *name, struct pads *p, struct fault *why)
{
	static const char begin[] = "{\"type\":\"run\"";
	char *line = NULL, *lines = NULL;
	size_t room = 0, size = 0;
	FILE *out = NULL;
	ssize_t length;
	int err = 0;

	p->runs = calloc(GATE_PAIRS_MAX, sizeof(*p->runs));
	if (!p->runs)
		return -ENOMEM;
	do {
		length = getline(&line, &room, in);
		if (out && (length < 0 || !strncmp(line, begin, sizeof(begin) - 1))) {
			err = fclose(out) ? -errno : add_run(p, name, lines, size, why);
			free(lines);
			lines = NULL;
			out = NULL;
		}
		if (!err && length >= 0 && !out && p->count == GATE_PAIRS_MAX)
			err = fault__set(why, -E2BIG, "%s: more than %d runs", name,
					 GATE_PAIRS_MAX);
		if (!err && length >= 0 && !out) {
			out = open_memstream(&lines, &size);
			err = out ? 0 : -ENOMEM;
		}
		if (!err && length >= 0)
			fwrite(line, 1, (size_t)length, out);
	} while (!err && length >= 0);
	free(line);
	return err;
}

/* Measures the programs of the folder. */
static int take(const struct gate_options *o, struct pads *p, struct fault *why)
{
	struct gate_take t = {.lab = true, .name = "lab-pads", .each = o->pads};
	int count = count_files(o->pads), fd = -1, err;
	FILE *in = NULL;

	if (count < 0)
		return fault__set(why, count, "--pads %s: %s", o->pads, strerror(-count));
	if (count < 2 || count > GATE_PAIRS_MAX)
		return fault__set(why, -EINVAL,
				  "--pads %s: holds %d files; it takes 2 to %d links of A's "
				  "program",
				  o->pads, count, GATE_PAIRS_MAX);
	t.times = (unsigned int)count;
	err = gate_take_lines(o, &t, &fd, why);
	if (err)
		return err;
	if (lseek(fd, 0, SEEK_SET) == 0)
		in = fdopen(fd, "r");
	if (!in) {
		err = -errno;
		close(fd);
		return err;
	}
	err = read_runs(in, "--pads", p, why);
	fclose(in);
	if (!err && p->count != (size_t)count)
		err = fault__set(why, -EIO, "--pads %s: %d programs made %zu %s", o->pads, count,
				 p->count, text_plural((int64_t)p->count, "run", "runs"));
	return err;
}

/* Reads what --keep wrote. */
static int read_kept(const struct gate_options *o, struct pads *p, struct fault *why)
{
	FILE *in = fopen(o->pads, "re");
	int err;

	if (!in)
		return fault__set(why, -errno, "--pads %s: %s", o->pads, strerror(errno));
	err = read_runs(in, o->pads, p, why);
	fclose(in);
	if (!err && p->count < 2)
		err = fault__set(why, -EINVAL,
				 "--pads %s: holds %zu %s; it takes 2 or more of the lab", o->pads,
				 p->count, text_plural((int64_t)p->count, "run", "runs"));
	return err;
}

int gate_get_pads(const struct gate_options *o, struct pads *p, struct fault *why)
{
	*p = (struct pads){0};
	if (!o->pads)
		return 0;
	return o->lab ? take(o, p, why) : read_kept(o, p, why);
}

void gate_free_pads(struct pads *p)
{
	for (size_t i = 0; i < p->count; i++)
		run__free(&p->runs[i]);
	free(p->runs);
	*p = (struct pads){0};
}
