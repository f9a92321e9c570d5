// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/runs/baseline.h"
#include "bench/shared/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "user/base/command.h"
#include "user/base/output.h"
#include "user/gate/compare/paired.h"
#include "user/store/store.h"

#define BASELINE_SCHEMA 1
#define NAME_LENGTH_MAX 64
#define DAY_SECONDS	86400.0

/* A name is one component of a path and not hidden, so it cannot lead out of the folder. */
static int check_name(const char *name, struct fault *why)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t length = strlen(name);

	if (length > 0 && length <= NAME_LENGTH_MAX && strspn(name, allowed) == length &&
	    name[0] != '.' && name[0] != '-')
		return 0;
	return fault__set(
		why, -EINVAL,
		"bad name of a baseline '%s': use letters, digits, '.', '_' and '-', %d at most",
		name, NAME_LENGTH_MAX);
}

static int cannot(const char *verb, const char *folder, const char *name, int err,
		  struct fault *why)
{
	return fault__set(why, err, "cannot %s the baseline %s/%s: %s", verb, folder, name,
			  strerror(-err));
}

/* Removes a folder of files, but no folder in it. */
static void remove_folder(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(fd, entry->d_name, 0);
	}
	closedir(dir);
	unlinkat(at, name, AT_REMOVEDIR);
}

static int copy_bytes(int from, int to)
{
	char block[65536];
	ssize_t n, put;

	while ((n = read(from, block, sizeof(block))) > 0) {
		for (ssize_t done = 0; done < n; done += put) {
			put = write(to, block + done, (size_t)(n - done));
			if (put <= 0)
				return put < 0 ? -errno : -EIO;
		}
	}
	return n < 0 ? -errno : 0;
}

static int copy_file(const char *path, int folder, const char *name)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), to, err = 0;

	if (from < 0)
		return -errno;
	to = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (to < 0)
		err = -errno;
	if (!err)
		err = copy_bytes(from, to);
	if (!err && fsync(to) != 0)
		err = -errno;
	if (to >= 0 && close(to) != 0 && !err)
		err = -errno;
	close(from);
	return err;
}

static int write_about(int folder, size_t count)
{
	json_t *about = json_pack("{s:i, s:s, s:I, s:I}", "schema", BASELINE_SCHEMA, "tool",
				  "spawnscope " SPAWNSCOPE_VERSION, "saved", (json_int_t)time(NULL),
				  "runs", (json_int_t)count);
	int fd = openat(folder, "baseline.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int err = 0;

	if (!about || fd < 0)
		err = !about ? -ENOMEM : -errno;
	if (!err && (json_dumpfd(about, fd, JSON_INDENT(2)) != 0 || write(fd, "\n", 1) != 1 ||
		     fsync(fd) != 0))
		err = errno ? -errno : -EIO;
	if (fd >= 0 && close(fd) != 0 && !err)
		err = -errno;
	json_decref(about);
	return err;
}

/* Gives the folder `made` the name `name`. What had that name is then called `made`. */
static int put_in_place(int at, const char *made, const char *name)
{
	if (renameat2(at, made, at, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == EEXIST && renameat2(at, made, at, name, RENAME_EXCHANGE) == 0)
		return 0;
	return -errno;
}

/* "12.jsonl" or "baseline.json": a file of a baseline. */
static bool is_ours(const char *file)
{
	size_t digits = strspn(file, "0123456789");

	return !strcmp(file, "baseline.json") || (digits > 0 && !strcmp(file + digits, ".jsonl"));
}

/* Whether `name` is free, or a baseline: a folder with only baseline.json and runs. */
static bool may_replace(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;
	bool may;

	if (!dir) {
		may = fd < 0 && errno == ENOENT;
		if (fd >= 0)
			close(fd);
		return may;
	}
	may = fstatat(fd, "baseline.json", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
	while (may && (entry = readdir(dir)))
		may = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		      is_ours(entry->d_name);
	closedir(dir);
	return may;
}

int baseline_save(const char *folder, const char *name, char *const *paths, size_t count,
		  struct fault *why)
{
	char made[NAME_LENGTH_MAX + 32], file[32];
	int at = -1, inside = -1, err = check_name(name, why);

	if (err)
		return err;
	at = output_folder(folder);
	err = at < 0 ? at : 0;
	if (!err && !may_replace(at, name)) {
		close(at);
		return fault__set(
			why, -EEXIST,
			"%s/%s exists and is not a baseline: choose another name, or move it away",
			folder, name);
	}
	snprintf(made, sizeof(made), ".%s.%ld", name, (long)getpid());
	if (!err && mkdirat(at, made, 0777) != 0)
		err = -errno;
	if (err)
		goto cleanup;
	inside = openat(at, made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inside < 0)
		err = -errno;
	for (size_t i = 0; i < count && !err; i++) {
		snprintf(file, sizeof(file), "%zu.jsonl", i + 1);
		err = copy_file(paths[i], inside, file);
	}
	if (!err)
		err = write_about(inside, count);
	if (!err)
		err = put_in_place(at, made, name);
	/* The old baseline, or the rest of a new one that failed. */
	remove_folder(at, made);
cleanup:
	if (inside >= 0)
		close(inside);
	if (at >= 0)
		close(at);
	return err ? cannot("save", folder, name, err, why) : 0;
}

int baseline_read_about(FILE *in, const char *path, struct baseline *b, struct fault *why)
{
	json_t *about = json_loadf(in, JSON_REJECT_DUPLICATES, NULL);
	json_int_t schema = 0, saved = -1, runs = 0;
	time_t when;
	struct tm tm;
	int err = 0;

	if (!about)
		return fault__set(why, -EINVAL, "%s is missing or damaged: save it again", path);
	if (json_unpack(about, "{s:I, s:I, s:I}", "schema", &schema, "saved", &saved, "runs",
			&runs) != 0 ||
	    schema < 1 || saved < 0 || saved > INT32_MAX * INT64_C(100) || runs < 1 ||
	    runs > GATE_PAIRS_MAX)
		err = fault__set(why, -EINVAL, "%s is damaged: save it again", path);
	else if (schema > BASELINE_SCHEMA)
		err = fault__set(why, -ENOTSUP,
				 "%s: schema %lld is newer than this tool's %d; update spawnscope",
				 path, (long long)schema, BASELINE_SCHEMA);
	json_decref(about);
	if (err)
		return err;
	when = (time_t)saved;
	b->count = (size_t)runs;
	b->age_days = difftime(time(NULL), when) / DAY_SECONDS;
	if (!gmtime_r(&when, &tm) ||
	    strftime(b->saved, sizeof(b->saved), "%Y-%m-%d %H:%M UTC", &tm) == 0)
		return fault__set(why, -EINVAL, "%s is damaged: save it again", path);
	return 0;
}

static int read_about(const char *path, struct baseline *b, struct fault *why)
{
	FILE *in = fopen(path, "re");
	int err;

	if (!in)
		return fault__set(why, -EINVAL, "%s is missing or damaged: save it again", path);
	err = baseline_read_about(in, path, b, why);
	fclose(in);
	return err;
}

int baseline_load(const char *folder, const char *name, struct baseline *b, struct fault *why)
{
	char path[PATH_MAX];
	size_t wanted;
	struct stat st;
	int err = check_name(name, why);

	*b = (struct baseline){0};
	if (err)
		return err;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    sizeof(path) - sizeof("/baseline.json"))
		return cannot("read", folder, name, -ENAMETOOLONG, why);
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return fault__set(why, -ENOENT,
				  "there is no baseline %s in %s: make one with --save %s", name,
				  folder, name);
	strcat(path, "/baseline.json");
	err = read_about(path, b, why);
	if (err)
		return err;
	wanted = b->count;
	b->count = 0;
	b->runs = calloc(wanted, sizeof(*b->runs));
	if (!b->runs)
		return cannot("read", folder, name, -ENOMEM, why);
	for (size_t i = 0; i < wanted && !err; i++) {
		snprintf(path, sizeof(path), "%s/%s/%zu.jsonl", folder, name, i + 1);
		err = store_read(path, &b->runs[i], why);
		b->count += !err;
	}
	if (err)
		baseline_free(b);
	/* A missing run means a damaged baseline, not a missing one. */
	return err == -ENOENT ? -EINVAL : err;
}

void baseline_free(struct baseline *b)
{
	for (size_t i = 0; i < b->count; i++)
		run__free(&b->runs[i]);
	free(b->runs);
	*b = (struct baseline){0};
}
