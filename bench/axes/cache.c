// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/axes/exec.h"

enum { WARM, COLD };

static const char *const names[] = {[WARM] = "warm", [COLD] = "cold", NULL};

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	return axis_check_exec("cache", method, why);
}

/* The pages of the file in the page cache; 1 as well if that is not known. */
static size_t count_cached(int fd)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE), pages, cached = 0;
	unsigned char *in_core = NULL;
	void *map = MAP_FAILED;
	struct stat facts;

	if (fstat(fd, &facts) != 0)
		return 1;
	pages = ((size_t)facts.st_size + page_bytes - 1) / page_bytes;
	map = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, fd, 0);
	in_core = malloc(pages + 1);
	if (map == MAP_FAILED || !in_core || mincore(map, (size_t)facts.st_size, in_core) != 0)
		pages = cached = 1;
	for (size_t i = 0; i < pages && in_core && !cached; i++)
		cached += in_core[i] & 1;
	if (map != MAP_FAILED)
		munmap(map, (size_t)facts.st_size);
	free(in_core);
	return cached;
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	if (shape->axis[AXIS_cache] == WARM)
		return 0;
	stage->cold_fd = open(stage->file, O_RDONLY | O_CLOEXEC);
	if (stage->cold_fd < 0)
		return fault__set(why, -errno, "cache=cold: %.200s: %s", stage->file,
				  strerror(errno));
	/* What is not on disk yet stays in the cache. */
	fsync(stage->cold_fd);
	stage__reset(stage);
	if (count_cached(stage->cold_fd) == 0)
		return 0;
	return fault__set(
		why, -EBUSY,
		"cache=cold: %.200s stays in the page cache: it must be on a disk, belong "
		"to this user, and not run",
		stage->file);
}

/* Of the program alone: the C library is in use, and stays. */
const struct axis_effect axis_cache = {
	.names = names,
	.check = check,
	.equip = equip,
};
