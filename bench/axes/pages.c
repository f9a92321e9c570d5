// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/pages.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/mman.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/shared/hugetlb.h"
#include "bench/shared/text.h"

#define THP_FOLDER "/sys/kernel/mm/transparent_hugepage"

/* Faults beside those of the memory: a stack, a page of libc. */
#define OTHER_FAULTS 16

static const char *const names[PAGES_COUNT + 1] = {
	[PAGES_4K] = "4k",	   [PAGES_THP] = "thp",	      [PAGES_HUGETLB] = "hugetlb",
	[PAGES_MTHP] = "8k",	   [PAGES_MTHP + 1] = "16k",  [PAGES_MTHP + 2] = "32k",
	[PAGES_MTHP + 3] = "64k",  [PAGES_MTHP + 4] = "128k", [PAGES_MTHP + 5] = "256k",
	[PAGES_MTHP + 6] = "512k", [PAGES_MTHP + 7] = "1M",
};

static int64_t page_bytes_of(enum pages_kind pages)
{
	if (pages >= PAGES_MTHP)
		return INT64_C(8192) << (pages - PAGES_MTHP);
	return pages == PAGES_4K ? 4096 : THP_BYTES;
}

static int64_t read_pool(const char *name)
{
	char path[128], text[32];
	uint64_t number;

	snprintf(path, sizeof(path), PAGES_HUGETLB_POOL "/%s", name);
	if (text_read(path, text, sizeof(text)) < 0 ||
	    text_number(text_trim(text), 0, INT32_MAX, &number) != 0)
		return 0;
	return (int64_t)number;
}

int64_t pages_hugetlb_free(void)
{
	return read_pool("free_hugepages") - read_pool("resv_hugepages");
}

static int64_t whole_pages(int64_t bytes)
{
	return (bytes + THP_BYTES - 1) / THP_BYTES;
}

int64_t pages_hugetlb_copies(const struct shape *shape)
{
	int64_t child = shape__get(shape, AXIS_child_write);
	int64_t parent = shape__get(shape, AXIS_parent_write);
	int64_t spawners = shape__get(shape, AXIS_spawners);

	if (shape__get(shape, AXIS_pages) != PAGES_HUGETLB)
		return 0;
	return whole_pages((child > parent ? child : parent) * (spawners > 0 ? spawners : 1));
}

static int64_t needed(const struct shape *shape, int64_t copies)
{
	int64_t own = pages_hugetlb_copies(shape);

	if (shape__get(shape, AXIS_pages) != PAGES_HUGETLB)
		return 0;
	return whole_pages(shape__get(shape, AXIS_size)) + (copies > own ? copies : own);
}

int64_t pages_hugetlb_needed(const struct shape *shape)
{
	return needed(shape, 0);
}

int pages_hugetlb_check(const struct shape *shape, int64_t copies, struct fault *why)
{
	int64_t pages = needed(shape, copies), free_pages = pages_hugetlb_free();

	if (pages <= free_pages)
		return 0;
	return fault__set(why, -ENOMEM,
			  "pages=hugetlb needs %" PRId64 " free huge pages, there are %" PRId64
			  "; sysctl vm.nr_hugepages=%" PRId64
			  " reserves them, as the driver does where it is root",
			  pages, free_pages, pages);
}

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	enum pages_kind pages = (enum pages_kind)shape->axis[AXIS_pages];
	int64_t bytes = page_bytes_of(pages);

	if (pages != PAGES_4K && shape__get(shape, AXIS_size) % bytes != 0)
		return fault__set(why, -EINVAL,
				  "pages=%s needs a size that is a multiple of %" PRId64 "%c",
				  names[pages], bytes >> (bytes < MIB_BYTES ? 10 : 20),
				  bytes < MIB_BYTES ? 'K' : 'M');
	return pages_hugetlb_check(shape, 0, why);
}

int pages_map_flags(enum pages_kind pages)
{
	return pages == PAGES_HUGETLB ? MAP_HUGETLB | MAP_HUGE_2MB : 0;
}

/* Whether a file of sysfs has this word in brackets. */
static bool is_chosen(const char *path, const char *word)
{
	char text[256], chosen[32];

	snprintf(chosen, sizeof(chosen), "[%s]", word);
	return text_read(path, text, sizeof(text)) >= 0 && strstr(text, chosen);
}

/* Of the kernel's folios, those of one size. */
static int check_folios(enum pages_kind pages, struct fault *why)
{
	char path[128], text[256];

	snprintf(path, sizeof(path), THP_FOLDER "/hugepages-%" PRId64 "kB/enabled",
		 page_bytes_of(pages) / 1024);
	if (text_read(path, text, sizeof(text)) < 0)
		return fault__set(why, -ENOTSUP, "this kernel has no pages of %s: %s: %s",
				  names[pages], path, strerror(errno));
	if (is_chosen(path, "never"))
		return fault__set(why, -ENOTSUP, "pages of %s are off; write madvise to %s",
				  names[pages], path);
	return 0;
}

int pages_advise(enum pages_kind pages, const struct parent_memory *memory, struct fault *why)
{
	int err = 0;

	if (pages == PAGES_4K) {
		/* A kernel without huge pages returns EINVAL, which is fine. */
		madvise((void *)memory->start, memory->bytes, MADV_NOHUGEPAGE);
		return 0;
	}
	if (pages == PAGES_HUGETLB)
		return 0;
	if (madvise((void *)memory->start, memory->bytes, MADV_HUGEPAGE) != 0)
		return fault__set(why, -ENOTSUP,
				  "this kernel has no transparent huge pages: MADV_HUGEPAGE: %s",
				  strerror(errno));
	if (pages >= PAGES_MTHP)
		err = check_folios(pages, why);
	else if (is_chosen(THP_FOLDER "/enabled", "never"))
		err = fault__set(why, -ENOTSUP,
				 "transparent huge pages are off; write madvise to " THP_FOLDER
				 "/enabled");
	return err;
}

/*
 * smaps knows huge pages only. A folio is mapped by one fault, so that the number of faults is that
 * of folios: fewer, where the kernel took larger ones.
 */
static int verify_folios(enum pages_kind pages, int64_t bytes, int64_t faults, struct fault *why)
{
	int64_t folios = bytes / page_bytes_of(pages);

	if (faults >= folios && faults <= folios + OTHER_FAULTS + folios / 100)
		return 0;
	return fault__set(
		why, -ENOMEM,
		faults < folios ? "%" PRId64 " faults for %" PRId64 " pages of %s: the kernel took "
				  "larger ones; write never to enabled of all larger sizes in "
				  "" THP_FOLDER
				: "%" PRId64 " faults for %" PRId64 " pages of %s: the kernel took "
				  "smaller ones, too",
		faults, folios, names[pages]);
}

int pages_verify(enum pages_kind pages, const struct smaps_facts *facts, int64_t bytes,
		 int64_t faults, struct fault *why)
{
	int64_t huge_wanted = pages == PAGES_THP ? bytes : 0;

	if (pages >= PAGES_MTHP)
		return verify_folios(pages, bytes, faults, why);
	if (facts->anon_huge_bytes != huge_wanted)
		return fault__set(why, -ENOMEM,
				  "%" PRId64 " of %" PRId64 " KiB are huge pages, wanted %" PRId64,
				  facts->anon_huge_bytes / 1024, bytes / 1024, huge_wanted / 1024);
	if (pages == PAGES_HUGETLB && facts->hugetlb_bytes != bytes)
		return fault__set(why, -ENOMEM, "%" PRId64 " of %" PRId64 " KiB are of hugetlb",
				  facts->hugetlb_bytes / 1024, bytes / 1024);
	return 0;
}

/* Made with the size. */
const struct axis_effect axis_pages = {
	.names = names,
	.always = true,
	.check = check,
};
