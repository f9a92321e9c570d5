// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/smaps.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bench/shared/text.h"

/* Only lines with a path can be longer, and paths do not matter here. */
#define LINE_SIZE 256

static void add_line(const char *line, struct smaps_facts *facts)
{
	const struct {
		const char *name;
		int64_t *sum;
	} sums[] = {
		{"Rss", &facts->rss_bytes},
		{"Anonymous", &facts->anon_bytes},
		{"AnonHugePages", &facts->anon_huge_bytes},
		{"Private_Hugetlb", &facts->hugetlb_bytes},
		{"Locked", &facts->locked_bytes},
	};
	int64_t bytes;

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		if (text_field_kb(line, sums[i].name, &bytes) == 0)
			*sums[i].sum += bytes;
	}
	if (strncmp(line, "VmFlags:", strlen("VmFlags:")))
		return;
	facts->dontfork |= strstr(line, " dc") != NULL;
	facts->wipeonfork |= strstr(line, " wf") != NULL;
}

int smaps_parse(FILE *smaps, uint64_t start, uint64_t end, struct smaps_facts *facts)
{
	bool overlaps = false, found = false;
	uint64_t vma_start, vma_end;
	char line[LINE_SIZE];

	*facts = (struct smaps_facts){0};
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &vma_start, &vma_end) == 2) {
			overlaps = vma_start < end && vma_end > start;
			found |= overlaps;
		} else if (overlaps) {
			add_line(line, facts);
		}
	}
	return found ? 0 : -ENOENT;
}

int smaps_read(const volatile void *memory, size_t bytes, struct smaps_facts *facts)
{
	uint64_t start = (uintptr_t)memory;
	FILE *smaps = fopen("/proc/self/smaps", "re");
	int err;

	if (!smaps)
		return -errno;
	err = smaps_parse(smaps, start, start + bytes, facts);
	fclose(smaps);
	return err;
}

int64_t smaps_count_vmas(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[LINE_SIZE];
	int64_t count = 0;

	if (!maps)
		return -errno;
	while (fgets(line, sizeof(line), maps))
		count += strchr(line, '\n') != NULL;
	fclose(maps);
	return count;
}
