// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/driver/hugepages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/axes/pages.h"
#include "bench/driver/hugepages_record.h"
#include "bench/shared/hugetlb.h"
#include "bench/shared/text.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same on every architecture */
#endif

#define POOL PAGES_HUGETLB_NUMBER

static int inherited = -1; /* open for writing to the pool */

/* No program that is measured gets it. */
static void inherit(void)
{
	const char *text = getenv(PAGES_HUGETLB_VARIABLE);
	uint64_t fd;

	if (text && text_number(text, 3, INT32_MAX, &fd) == 0 &&
	    fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0)
		inherited = (int)fd;
	unsetenv(PAGES_HUGETLB_VARIABLE);
}

static int read_pool(int64_t *pages)
{
	char text[32];
	uint64_t number;

	if (text_read(POOL, text, sizeof(text)) < 0)
		return -errno;
	if (text_number(text_trim(text), 0, INT32_MAX, &number) != 0)
		return -EINVAL;
	*pages = (int64_t)number;
	return 0;
}

static int write_pool(int64_t pages)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%" PRId64, pages), err = 0;
	int fd = inherited >= 0 ? inherited : open(POOL, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (pwrite(fd, text, (size_t)length, 0) != length)
		err = -errno;
	if (fd != inherited)
		close(fd);
	return err;
}

/* What others added or removed meanwhile stays so. */
static void give_back(int64_t added)
{
	int64_t now = 0;

	if (added > 0 && read_pool(&now) == 0)
		write_pool(now > added ? now - added : 0);
}

/* Of a keeper that was killed, perhaps before it had added all. */
static void undo(const struct hugepages_record *r)
{
	int64_t now = 0;

	if (read_pool(&now) == 0 && now > r->before)
		give_back(now - r->before < r->added ? now - r->before : r->added);
}

void hugepages_undo_left(void)
{
	inherit();
	if (access(POOL, W_OK) == 0)
		hugepages_records_undo(undo);
}

/*
 * The kernel adds as many as it finds. First it is written down, in `record` if that is one. 0 or
 * -errno.
 */
static int add(int64_t pages, int record, int64_t *added)
{
	struct hugepages_record r = {0, pages};
	int64_t after = 0;
	int err = read_pool(&r.before);

	if (!err && record >= 0)
		err = hugepages_record_write(record, &r);
	if (!err)
		err = write_pool(r.before + pages);
	if (err)
		return err;
	*added = pages;
	err = read_pool(&after);
	if (err)
		return err;
	*added = r.added = after - r.before;
	if (record >= 0)
		hugepages_record_write(record, &r);
	return *added < pages ? -ENOMEM : 0;
}

/*
 * Runs in a process of its own, outside the group that a terminal or the tool kills, until every
 * other holder of the pipe is gone.
 */
static _Noreturn void keep(int64_t pages, int answer, int end)
{
	/* Without a record they are given back, too, unless this process is killed. */
	int record = hugepages_record_open();
	int64_t added = 0;
	sigset_t all;
	char byte;
	int err;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	err = add(pages, record, &added);
	if (err) {
		give_back(added);
		added = 0;
	}
	if (write(answer, &err, sizeof(err)) != sizeof(err))
		err = -EPIPE;
	/* The driver's output, too, whose reader waits for its end. The lock of the record stays.
	 */
	dup2(end, 0);
	close(1);
	close(2);
	if (record >= 0)
		dup2(record, 1);
	if (inherited >= 0)
		inherited = dup2(inherited, 2);
	syscall(SYS_close_range, 3, ~0U, 0);
	while (!err && read(0, &byte, 1) < 0 && errno == EINTR)
		;
	give_back(added);
	if (record >= 0)
		hugepages_record_remove(1);
	_exit(0);
}

static int start_keeper(int64_t pages, int answers[2], int ends[2])
{
	pid_t keeper = fork();
	int err = keeper < 0 ? -errno : 0;

	if (keeper == 0) {
		close(answers[0]);
		close(ends[1]);
		keep(pages, answers[1], ends[0]);
	}
	close(answers[1]);
	close(ends[0]);
	if (keeper > 0 && read(answers[0], &err, sizeof(err)) != sizeof(err))
		err = -EPIPE;
	close(answers[0]);
	/* Else it stays open as long as this process lives. */
	if (err)
		close(ends[1]);
	return err;
}

int hugepages_reserve(int64_t pages, struct fault *why)
{
	int64_t lacking = pages - pages_hugetlb_free();
	int answers[2], ends[2], err;

	if (lacking <= 0)
		return 0;
	if (inherited < 0 && access(POOL, W_OK) != 0)
		return fault__set(why, -errno, POOL ": %s", strerror(errno));
	if (pipe2(answers, O_CLOEXEC) != 0)
		return fault__set(why, -errno, "pipe: %s", strerror(errno));
	if (pipe2(ends, O_CLOEXEC) != 0) {
		err = -errno;
		close(answers[0]);
		close(answers[1]);
		return fault__set(why, err, "pipe: %s", strerror(-err));
	}
	err = start_keeper(lacking, answers, ends);
	if (err == -ENOMEM)
		return fault__set(why, err, "the kernel finds no memory for %" PRId64 " more",
				  lacking);
	return err ? fault__set(why, err, POOL ": %s", strerror(-err)) : 0;
}
