// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/hugepages_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/run/spawnscope"

/* Ours alone: what another could write is no record. Locked, so that no record is half made. */
static int open_folder(void)
{
	int fd = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 022) ||
	    flock(fd, LOCK_EX) != 0) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static void name_of(pid_t pid, char name[32])
{
	snprintf(name, 32, "hugepages.%d", pid);
}

int hugepages_record_open(void)
{
	int folder, fd;
	char name[32];

	if (mkdir(FOLDER, 0700) != 0 && errno != EEXIST)
		return -errno;
	folder = open_folder();
	if (folder < 0)
		return folder;
	name_of(getpid(), name);
	fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		close(folder);
		return err;
	}
	close(folder);
	return fd;
}

int hugepages_record_write(int fd, const struct hugepages_record *record)
{
	char text[64];
	/* As long whatever the numbers: the second write leaves nothing of the first. */
	int length = snprintf(text, sizeof(text), "%20" PRId64 " %20" PRId64 "\n", record->before,
			      record->added);

	return pwrite(fd, text, (size_t)length, 0) == length ? 0 : -EIO;
}

/* The folder goes with its last record. */
static void remove_named(int folder, const char *name)
{
	unlinkat(folder, name, 0);
	rmdir(FOLDER);
}

void hugepages_record_remove(int fd)
{
	int folder = open_folder();
	char name[32];

	name_of(getpid(), name);
	if (folder >= 0) {
		remove_named(folder, name);
		close(folder);
	}
	close(fd);
}

static int read_record(int fd, struct hugepages_record *record)
{
	char text[64];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%" SCNd64 " %" SCNd64, &record->before, &record->added) == 2 ? 0
											  : -EINVAL;
}

static void undo_one(int folder, const char *name,
		     void (*undo)(const struct hugepages_record *record))
{
	int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct hugepages_record record;

	if (fd < 0)
		return;
	/* Else its keeper lives. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (!read_record(fd, &record))
			undo(&record);
		remove_named(folder, name);
	}
	close(fd);
}

void hugepages_records_undo(void (*undo)(const struct hugepages_record *record))
{
	int folder = open_folder();
	struct dirent *entry;
	DIR *list;

	if (folder < 0)
		return;
	list = fdopendir(dup(folder));
	while (list && (entry = readdir(list)))
		if (!strncmp(entry->d_name, "hugepages.", strlen("hugepages.")))
			undo_one(folder, entry->d_name, undo);
	if (list)
		closedir(list);
	close(folder);
}
