// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/parent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/parent/mapping.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"
#include "bench/shared/units.h"

/* Descriptors that the parent process itself needs. */
#define OWN_FDS 32

/* The smallest stack that every architecture accepts. */
#define IDLE_STACK_BYTES (128 * 1024)

static int check_write(const struct shape *shape, enum axis axis, bool writes, struct fault *why)
{
	int64_t size = shape__get(shape, AXIS_SIZE);
	int64_t bytes = shape__get(shape, axis);
	const char *name = axis_table[axis].name;
	char bytes_text[32], size_text[32];

	if (bytes > 0 && !writes)
		return fault__set(why, -EINVAL, "this method does not support %s", name);
	if (bytes > size)
		return fault__set(why, -EINVAL, "%s=%s is more than the size, %s", name,
				  size_format(bytes, bytes_text, sizeof(bytes_text)),
				  size_format(size, size_text, sizeof(size_text)));
	return 0;
}

int parent_check(const struct shape *shape, bool writes, struct fault *why)
{
	int err;

	if (shape__get(shape, AXIS_PAGES) == PAGES_THP &&
	    shape__get(shape, AXIS_SIZE) % THP_BYTES != 0)
		return fault__set(why, -EINVAL, "pages=thp needs a size that is a multiple of 2M");
	err = check_write(shape, AXIS_CHILD_WRITE, writes, why);
	if (!err)
		err = check_write(shape, AXIS_PARENT_WRITE, writes, why);
	return err;
}

/*
 * Private anonymous memory that starts at a multiple of 2 MiB, even with 4 KiB pages: the number of
 * page tables, and so the cost of fork, must not depend on the address.
 */
static void *map_aligned(size_t bytes)
{
	size_t reserved = bytes + THP_BYTES;
	size_t before;
	char *start;

	start = mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)start % THP_BYTES;
	if (before > 0)
		munmap(start, before);
	if (before < THP_BYTES)
		munmap(start + before + bytes, THP_BYTES - before);
	return start + before;
}

static int verify_memory(const struct parent_memory *memory, enum pages pages, struct fault *why)
{
	int64_t bytes = (int64_t)memory->bytes;
	int64_t huge_wanted = pages == PAGES_THP ? bytes : 0;
	struct mapping_facts facts;
	int err;

	err = mapping_read_smaps(memory->start, memory->bytes, &facts);
	if (err)
		return fault__set(why, err, "/proc/self/smaps: %s", strerror(-err));
	/* More than asked for: the kernel merged the mapping with a neighbour. */
	if (facts.rss_bytes < bytes)
		return fault__set(why, -ENOMEM,
				  "only %" PRId64 " of %" PRId64 " KiB stayed in memory",
				  facts.rss_bytes / 1024, bytes / 1024);
	if (facts.anon_huge_bytes != huge_wanted)
		return fault__set(why, -ENOMEM,
				  "%" PRId64 " of %" PRId64 " KiB are huge pages, wanted %" PRId64,
				  facts.anon_huge_bytes / 1024, bytes / 1024, huge_wanted / 1024);
	return 0;
}

static int advise_pages(const struct parent_memory *memory, enum pages pages, struct fault *why)
{
	static const char enabled_path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	char enabled[64];

	if (pages == PAGES_4K) {
		/* A kernel without huge pages returns EINVAL, which is fine. */
		madvise((void *)memory->start, memory->bytes, MADV_NOHUGEPAGE);
		return 0;
	}
	if (madvise((void *)memory->start, memory->bytes, MADV_HUGEPAGE) != 0)
		return fault__set(why, -ENOTSUP,
				  "this kernel has no transparent huge pages: MADV_HUGEPAGE: %s",
				  strerror(errno));
	if (text_read(enabled_path, enabled, sizeof(enabled)) >= 0 && strstr(enabled, "[never]"))
		return fault__set(why, -ENOTSUP,
				  "transparent huge pages are off; write madvise to %s",
				  enabled_path);
	return 0;
}

static int build_memory(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	enum pages pages = (enum pages)shape__get(shape, AXIS_PAGES);
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	int err;

	*memory = (struct parent_memory){.bytes = (size_t)shape__get(shape, AXIS_SIZE)};
	if (memory->bytes == 0)
		return 0;
	memory->start = map_aligned(memory->bytes);
	if (!memory->start)
		return fault__set(why, -errno, "mmap: %s", strerror(errno));
	err = advise_pages(memory, pages, why);
	if (err)
		return err;
	for (size_t offset = 0; offset < memory->bytes; offset += page_bytes)
		memory->start[offset] = 1;
	return verify_memory(memory, pages, why);
}

/* Makes every second page read-only: the kernel does not merge VMAs of different protection. */
static int build_vmas(int64_t count, struct fault *why)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	int64_t before, after;
	char *start;

	if (count == 0)
		return 0;
	before = mapping_count_vmas();
	start = mmap(NULL, (size_t)count * page_bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return fault__set(why, -errno, "vmas=%" PRId64 ": mmap: %s", count,
				  strerror(errno));
	/* Write to each page: fork skips pages that are not present. */
	for (int64_t i = 0; i < count; i++)
		*(volatile char *)(start + (size_t)i * page_bytes) = 1;
	for (int64_t i = 1; i < count; i += 2) {
		if (mprotect(start + (size_t)i * page_bytes, page_bytes, PROT_READ) != 0)
			return fault__set(why, -errno,
					  "vmas=%" PRId64 ": mprotect: %s; see vm.max_map_count",
					  count, strerror(errno));
	}
	after = mapping_count_vmas();
	if (before < 0 || after - before != count)
		return fault__set(why, -EAGAIN, "vmas=%" PRId64 ": got %" PRId64, count,
				  after - before);
	return 0;
}

static int build_fds(int64_t count, struct fault *why)
{
	rlim_t needed = (rlim_t)count + OWN_FDS;
	struct rlimit limit;

	if (count == 0)
		return 0;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fault__set(why, -errno, "getrlimit: %s", strerror(errno));
	if (needed > limit.rlim_max)
		return fault__set(why, -EMFILE,
				  "fds=%" PRId64 " is too many: the hard RLIMIT_NOFILE is %llu",
				  count, (unsigned long long)limit.rlim_max);
	if (needed > limit.rlim_cur) {
		limit.rlim_cur = needed;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			return fault__set(why, -errno, "RLIMIT_NOFILE: %s", strerror(errno));
	}
	/* Each has its own struct file, like real descriptors, and is close-on-exec. */
	for (int64_t i = 0; i < count; i++) {
		if (open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0)
			return fault__set(why, -errno, "fds=%" PRId64 ": %s", count,
					  strerror(errno));
	}
	return 0;
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int build_threads(int64_t count, struct fault *why)
{
	pthread_attr_t attributes;
	sigset_t all, old;
	int error = 0;

	if (count == 0)
		return 0;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, IDLE_STACK_BYTES);
	/* Only the thread that takes the samples gets signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (int64_t i = 0; i < count && !error; i++) {
		pthread_t thread;

		error = pthread_create(&thread, &attributes, idle, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	if (error)
		return fault__set(why, -error, "threads=%" PRId64 ": %s", count, strerror(error));
	return 0;
}

int parent_build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int err;

	err = build_memory(shape, memory, why);
	if (!err)
		err = build_vmas(shape__get(shape, AXIS_VMAS), why);
	if (!err)
		err = build_fds(shape__get(shape, AXIS_FDS), why);
	if (!err)
		err = build_threads(shape__get(shape, AXIS_THREADS), why);
	return err;
}

static int64_t count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int64_t count = 0;

	if (!directory)
		return -errno;
	while (readdir(directory))
		count++;
	closedir(directory);
	/* `.`, `..`, and the directory's own descriptor */
	return count - 3;
}

int parent_measure(struct parent_facts *facts)
{
	char status[8192], rollup[4096];
	int64_t rss_bytes = 0;
	ssize_t length;

	*facts = (struct parent_facts){0};
	length = text_read("/proc/self/status", status, sizeof(status));
	if (length < 0)
		return (int)length;
	/* RssAnon etc. in `status` lag, since the kernel adds counts in batches. */
	length = text_read("/proc/self/smaps_rollup", rollup, sizeof(rollup));
	if (length < 0)
		return (int)length;
	text_field_kb(rollup, "Rss", &rss_bytes);
	text_field_kb(rollup, "Anonymous", &facts->rss_anon_bytes);
	text_field_kb(rollup, "AnonHugePages", &facts->anon_huge_bytes);
	facts->rss_file_bytes = rss_bytes - facts->rss_anon_bytes;
	text_field_kb(status, "VmPTE", &facts->page_table_bytes);
	text_field(status, "Threads", &facts->threads);
	facts->vmas = mapping_count_vmas();
	facts->fds = count_fds();
	return facts->vmas < 0 ? (int)facts->vmas : facts->fds < 0 ? (int)facts->fds : 0;
}
