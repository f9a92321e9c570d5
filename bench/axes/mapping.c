// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bench/axes/pages.h"

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

/* The first is that of a grid that names none. */
static const struct mapping_way ways[] = {
	{.name = "anonymous", .flags = ANONYMOUS},
	{.name = "shared", .flags = MAP_SHARED | MAP_ANONYMOUS},
	/* Only read: written pages of a private mapping are anonymous, those of a file go to disk.
	 */
	{.name = "private-file", .flags = MAP_PRIVATE, .reads = true},
	{.name = "shared-file", .flags = MAP_SHARED, .reads = true},
	{.name = "dontfork", .flags = ANONYMOUS, .advice = MADV_DONTFORK},
	{.name = "wipeonfork", .flags = ANONYMOUS, .advice = MADV_WIPEONFORK},
	{.name = "mlocked", .flags = ANONYMOUS, .locks = true},
	{.name = "untouched", .flags = ANONYMOUS, .leaves = true},
};

#define WAY_COUNT (sizeof(ways) / sizeof(ways[0]))

static const char *const names[WAY_COUNT + 1] = {
	"anonymous", "shared",	   "private-file", "shared-file",
	"dontfork",  "wipeonfork", "mlocked",	   "untouched",
};

/* Folders that are on a disk, perhaps: the first that is. */
static const char *const folders[] = {"/var/tmp", "/tmp", "."};

const struct mapping_way *mapping_way(const struct shape *shape)
{
	return &ways[shape__get(shape, AXIS_mapping)];
}

bool mapping_is_plain(const struct mapping_way *way)
{
	return way->flags == ANONYMOUS && !way->leaves;
}

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	const struct mapping_way *way = mapping_way(shape);
	bool writes_child = shape__get(shape, AXIS_child_write) > 0;
	bool writes = writes_child || shape__get(shape, AXIS_parent_write) > 0;

	if (shape__get(shape, AXIS_pages) != 0 && !mapping_is_plain(way))
		return fault__set(why, -EINVAL, "mapping=%s has 4k pages only", way->name);
	if (way->locks && shape__get(shape, AXIS_pages) == PAGES_HUGETLB)
		return fault__set(why, -EINVAL,
				  "mapping=mlocked: pages of hugetlb are never swapped anyway");
	if (way->advice == MADV_DONTFORK && writes_child)
		return fault__set(why, -EINVAL,
				  "mapping=dontfork: the child has no memory to write to");
	if (way->flags == MAP_SHARED && writes)
		return fault__set(why, -EINVAL,
				  "mapping=shared-file: what is written would go to "
				  "the disk");
	return 0;
}

static bool is_in_memory(int fd)
{
	struct statfs facts;

	return fstatfs(fd, &facts) != 0 || facts.f_type == TMPFS_MAGIC ||
	       facts.f_type == RAMFS_MAGIC;
}

int mapping_open(const struct mapping_way *way, size_t bytes, struct fault *why)
{
	int fd = -1, error = 0;

	if (way->flags & MAP_ANONYMOUS)
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && fd < 0; i++) {
		/* Without a name, nothing is left of it. It is sparse: it takes no room on disk. */
		fd = open(folders[i], O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
		if (fd < 0)
			error = error ? error : errno;
		if (fd >= 0 && is_in_memory(fd)) {
			close(fd);
			fd = -1;
		}
	}
	if (fd < 0)
		return fault__set(why, -ENOTSUP,
				  "mapping=%s needs a folder on a disk: neither /var/tmp, /tmp nor "
				  "this folder is one in which a file can be made%s%s",
				  way->name, error ? ": " : "", error ? strerror(error) : "");
	if (ftruncate(fd, (off_t)bytes) != 0) {
		error = errno;
		close(fd);
		return fault__set(why, -error, "mapping=%s: ftruncate: %s", way->name,
				  strerror(error));
	}
	return fd;
}

int mapping_advise(const struct mapping_way *way, const struct parent_memory *memory,
		   struct fault *why)
{
	if (way->advice && madvise((void *)memory->start, memory->bytes, way->advice) != 0)
		return fault__set(why, -errno, "mapping=%s: madvise: %s", way->name,
				  strerror(errno));
	return 0;
}

int mapping_lock(const struct mapping_way *way, const struct parent_memory *memory,
		 struct fault *why)
{
	struct rlimit limit;

	if (!way->locks)
		return 0;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_MEMLOCK, &limit);
	}
	if (mlock((void *)memory->start, memory->bytes) == 0)
		return 0;
	return fault__set(why, -errno,
			  "mlock of %zu KiB: %s; RLIMIT_MEMLOCK is %" PRIu64 " KiB: raise it with "
			  "ulimit -l",
			  memory->bytes / 1024, strerror(errno), (uint64_t)limit.rlim_max / 1024);
}

int mapping_verify(const struct mapping_way *way, const struct smaps_facts *facts, int64_t bytes,
		   struct fault *why)
{
	int64_t present = facts->rss_bytes + facts->hugetlb_bytes;

	/* More than asked for: the kernel merged the mapping with a neighbour. */
	if (way->leaves ? present != 0 : present < bytes)
		return fault__set(why, -ENOMEM, "%" PRId64 " of %" PRId64 " KiB are in memory",
				  present / 1024, bytes / 1024);
	if (way->flags != ANONYMOUS && facts->anon_bytes != 0)
		return fault__set(why, -ENOMEM, "mapping=%s: %" PRId64 " KiB are anonymous",
				  way->name, facts->anon_bytes / 1024);
	if ((way->advice == MADV_DONTFORK && !facts->dontfork) ||
	    (way->advice == MADV_WIPEONFORK && !facts->wipeonfork) ||
	    (way->locks && facts->locked_bytes < bytes))
		return fault__set(why, -EINVAL, "mapping=%s: the kernel did not do it", way->name);
	return 0;
}

/* Made with the size. */
const struct axis_effect axis_mapping = {
	.names = names,
	.check = check,
};
