/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The size of an address space, and of a process that clones. */
#pragma once

#include "bpf/tasks.bpf.h"

/*
 * The offset from a per-CPU pointer to this CPU's data. Found with a per-CPU map of our own: the
 * kernel's __per_cpu_offset is only visible with CONFIG_KALLSYMS_ALL.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} here SEC(".maps");

static __always_inline __u64 this_cpu_offset(void)
{
	__u32 zero = 0;
	volatile __u64 *mine = bpf_map_lookup_elem(&here, &zero);
	__u64 map, self, named;

	if (!mine)
		return 0;
	if (!*mine) {
		/* By way of memory: the verifier forbids arithmetic on pointers. */
		*mine = (__u64)&here;
		map = *mine;
		*mine = (__u64)mine;
		self = *mine;
		if (bpf_probe_read_kernel(&named, sizeof(named),
					  (void *)map +
						  bpf_core_field_offset(struct bpf_array, pptrs)))
			named = self;
		*mine = self - named;
	}
	return *mine;
}

/*
 * Adds this CPU's parts of the percpu_counters. Without them a new mm, which one CPU filled, would
 * seem up to 31 pages per kind too small. Since 6.6 the four stand side by side, in
 * the order of rss_stat: one read.
 */
static __always_inline void add_local_parts(struct mm_shape *shape, __u64 file, __u64 anon,
					    __u64 shmem)
{
	__u64 offset = this_cpu_offset();
	__s32 parts[MM_SHMEMPAGES + 1] = {};

	if (anon - file == MM_ANONPAGES * sizeof(*parts) &&
	    shmem - file == MM_SHMEMPAGES * sizeof(*parts)) {
		bpf_probe_read_kernel(parts, sizeof(parts), (void *)file + offset);
	} else {
		bpf_probe_read_kernel(&parts[MM_FILEPAGES], sizeof(*parts), (void *)file + offset);
		bpf_probe_read_kernel(&parts[MM_ANONPAGES], sizeof(*parts), (void *)anon + offset);
		bpf_probe_read_kernel(&parts[MM_SHMEMPAGES], sizeof(*parts),
				      (void *)shmem + offset);
	}
	shape->rss_file += parts[MM_FILEPAGES];
	shape->rss_anon += parts[MM_ANONPAGES];
	shape->rss_shmem += parts[MM_SHMEMPAGES];
}

/* In one read: verifiers of those kernels do not follow an array of atomic_long_t. */
static __always_inline void rss_read_old(struct mm_shape *shape, void *mm)
{
	struct mm_struct___v61 *old = mm;
	struct mm_rss_stat rss = {};

	bpf_core_read(&rss, sizeof(rss), &old->rss_stat);
	shape->rss_anon = rss.count[MM_ANONPAGES].counter;
	shape->rss_file = rss.count[MM_FILEPAGES].counter;
	shape->rss_shmem = rss.count[MM_SHMEMPAGES].counter;
}

#define LOCAL_COUNTERS(mm, kind) ((__u64)DIRECT(mm, rss_stat[kind].counters))
#define LOCAL_PARTS(shape, mm)                                                                     \
	add_local_parts(shape, LOCAL_COUNTERS(mm, MM_FILEPAGES), LOCAL_COUNTERS(mm, MM_ANONPAGES), \
			LOCAL_COUNTERS(mm, MM_SHMEMPAGES))

/*
 * Fills a struct mm_shape from an mm. GET reads a field: DIRECT, a plain load, where the verifier
 * knows the pointer; BPF_CORE_READ elsewhere. ADD is LOCAL_PARTS, or NO_PARTS where 31 pages do not
 * matter. A macro, since CO-RE relocates an array index only if it is a constant.
 */
#define NO_PARTS(shape, mm) (void)0
#define MM_SHAPE(shape, mm, GET, ADD)                                                              \
	do {                                                                                       \
		if (bpf_core_type_exists(struct mm_rss_stat)) {                                    \
			rss_read_old(shape, mm);                                                   \
		} else {                                                                           \
			(shape)->rss_anon = GET(mm, rss_stat[MM_ANONPAGES].count);                 \
			(shape)->rss_file = GET(mm, rss_stat[MM_FILEPAGES].count);                 \
			(shape)->rss_shmem = GET(mm, rss_stat[MM_SHMEMPAGES].count);               \
			ADD(shape, mm);                                                            \
		}                                                                                  \
		(shape)->page_table_bytes = GET(mm, pgtables_bytes.counter);                       \
		(shape)->vmas = GET(mm, map_count);                                                \
		(shape)->known = 1;                                                                \
	} while (0)

/* Hamming weight, since BPF has no popcount. */
static __always_inline __u32 bits_set(__u64 word)
{
	word -= (word >> 1) & 0x5555555555555555ULL;
	word = (word & 0x3333333333333333ULL) + ((word >> 2) & 0x3333333333333333ULL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (word * 0x0101010101010101ULL) >> 56;
}

/*
 * Counts bits in the bitmap of open descriptors, for the first 4,096. A global function, which the
 * verifier checks once, and not for each way to a call: so its parameters are numbers.
 */
__noinline __u32 many_descriptors(__u64 open_fds, __u32 max_fds)
{
	__u32 words = max_fds / 64, n = 0, i, k;
	/* 1 for two words. No branch, or the verifier would follow the loop for each size. */
	__u32 few = (words - 3) >> 31;
	__u64 chunk[4];

	asm volatile("" : "+r"(few));

	for (i = 0; i < 16 && 4 * i < words; i++) {
		__builtin_memset(chunk, 0, sizeof(chunk));
		/* The number of words is a power of two: two, or whole chunks. */
		if (bpf_probe_read_kernel(chunk, sizeof(chunk) - 16 * (few & 1),
					  (void *)open_fds + 4 * i * sizeof(__u64)))
			break;
		/* Empty words too: a branch for each would cost the verifier 16 times the work. */
		for (k = 0; k < 4; k++)
			n += bits_set(chunk[k]);
	}
	return n;
}

/* The verifier takes a pointer for a number once it was in memory: in `room`, which is free. */
#define AS_NUMBER(room, pointer)                                                                   \
	({                                                                                         \
		volatile __u64 *number = room;                                                     \
                                                                                                   \
		*number = (__u64)(pointer);                                                        \
		*number;                                                                           \
	})

/* The name of a task in its 16 bytes. */
static __always_inline void comm_of(struct task_struct *task, char *to)
{
	const __u64 *comm = (const __u64 *)task->comm;

	((__u64 *)to)[0] = comm[0];
	((__u64 *)to)[1] = comm[1];
}

/* NR_OPEN_DEFAULT of include/linux/fdtable.h: a table of its own is larger. */
#define DESCRIPTORS_INIT 64

/* Of the current task, which clones. With copies: CO-RE would look for our own fields, too. */
#define PARENT_SHAPE(r, task, GET)                                                                 \
	do {                                                                                       \
		struct files_struct *files = GET(task, files);                                     \
		struct signal_struct *signal = GET(task, signal);                                  \
		struct mm_struct *mm = GET(task, mm);                                              \
		struct fdtable *table = GET(files, fdt);                                           \
		__u32 max_fds = GET(table, max_fds);                                               \
                                                                                                   \
		(r)->parent_threads = GET(signal, nr_threads);                                     \
		if (max_fds == DESCRIPTORS_INIT)                                                   \
			(r)->parent_fds = bits_set(GET(files, open_fds_init[0]));                  \
		else                                                                               \
			(r)->parent_fds = many_descriptors(                                        \
				AS_NUMBER(&(r)->cgroup_id, GET(table, open_fds)), max_fds);        \
		if (mm)                                                                            \
			MM_SHAPE(&(r)->parent, mm, GET, NO_PARTS);                                 \
	} while (0)

/* Who clones, and how large that process is. */
static __always_inline void parent_shape_direct(struct record_birth *r, struct task_struct *current)
{
	struct task_struct *task = untrusted(current);

	PARENT_SHAPE(r, task, DIRECT);
	comm_of(current, r->comm);
	r->uid = task->cred->uid.val;
}

/* The same where the verifier knows no types. */
static __always_inline void parent_shape_core(struct record_birth *r, struct task_struct *task)
{
	PARENT_SHAPE(r, task, BPF_CORE_READ);
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	r->uid = bpf_get_current_uid_gid();
}

static __always_inline void parent_shape(struct record_birth *r, struct task_struct *current)
{
	r->parent.known = 0;
	if (KNOWS_CURRENT)
		parent_shape_direct(r, current);
	else
		parent_shape_core(r, current);
}
