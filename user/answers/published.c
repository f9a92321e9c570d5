// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/published.h"

#include <math.h>
#include <string.h>

#include "user/answers/published_rows.h"

static const struct figure f1 = {
	.suite = "f1",
	.title = "fork against the memory of its parent",
	.source = "antirez (of Redis), gist 372356: pages of 4 KiB",
	.axis = "rss_bytes",
	.bytes = true,
	.x_title = "memory that the parent has written",
	.y_title = "call of fork",
	.ours = {{"fork", "fork"}},
	.published =
		{
			LINE("antirez", 0, {GIB, 16 * MS}, {10 * GIB, 128 * MS},
			     {20 * GIB, 214 * MS}),
		},
	.claims =
		{
			SLOPE("what does a GB more cost?", "fork", "rss_bytes", GIB,
			      ONE((214 - 16) / 19.0 * MS, MACHINES)),
			POWER("with which power of the memory does it grow?", "fork", "rss_bytes",
			      0, ONE(0.866, 1.3), .words = "near-linear"),
		},
};

static const struct figure f2 = {
	.suite = "f2",
	.title = "fork by platform, per GB of its parent",
	.source = "the latency guide of Redis: fork on different machines",
	.absent = "other platforms than this machine's",
	.x_title = "platform",
	.y_title = "call of fork, per GB",
	.words =
		{
			{"this machine", "fork @slope"},
			{"physical, low", NULL},
			{"physical, high", NULL},
			{"VMware", NULL},
			{"KVM", NULL},
			{"old Xen, low", NULL},
			{"old Xen, high", NULL},
		},
	.ours = {{"this machine", ""}},
	.published =
		{
			LONE("Redis guide", {1, 9 * MS}, {2, 13 * MS}, {3, 12.8 * MS}, {4, 23 * MS},
			     {5, 239 * MS}, {6, 424 * MS}),
		},
	.claims =
		{
			SLOPE("what does a GB cost under KVM?", "fork", "rss_bytes", GIB,
			      ONE(23 * MS, MACHINES), .platform = "KVM"),
			SLOPE("what does a GB cost under VMware?", "fork", "rss_bytes", GIB,
			      ONE(12.8 * MS, MACHINES), .platform = "VMware"),
			SLOPE("what does a GB cost under Xen?", "fork", "rss_bytes", GIB,
			      RANGE(239 * MS, 424 * MS, MACHINES), .platform = "Xen"),
			SLOPE("what does a GB cost on a physical machine?", "fork", "rss_bytes",
			      GIB, RANGE(9 * MS, 13 * MS, MACHINES), .platform = "none"),
			POWER("with which power of the memory does it grow?", "fork", "rss_bytes",
			      0, ONE(1, 1.3), .words = "a constant per GB"),
		},
};

static const struct figure f3 = {
	.suite = "f3",
	.title = "starting a program, from dirty and from fragmented parents",
	.source = "M. Kerrisk, The Linux Programming Interface, table 28-3 (calls per second, with "
		  "exit and wait); A. Baumann et al., A fork() in the road, HotOS 2019, figure 1 "
		  "(second-hand)",
	.axis = "rss_bytes",
	.bytes = true,
	.x_title = "memory that the parent has written",
	.y_title = "until the child is reaped",
	.ours =
		{
			{"fork-exec", "fork-exec @total"},
			{"vfork-exec", "vfork-exec @total"},
			{"posix_spawn", "posix_spawn @total"},
			{"fork-exec, a VMA per 64 KiB",
			 "fork-exec vmas=rss/64K vma_layout=within @total"},
			{"fork", "fork @total"},
			{"vfork", "vfork @total"},
		},
	.published =
		{
			LINE("TLPI, fork and exec", 0, {1.7 * MIB, RATE(764)},
			     {11.7 * MIB, RATE(435)}),
			LINE("TLPI, vfork and exec", 1, {1.7 * MIB, RATE(969)},
			     {11.7 * MIB, RATE(960)}),
			LINE("HotOS, posix_spawn", 2, {2 * MIB, 0.5 * MS}, {GIB, 0.5 * MS}),
			LINE("TLPI, fork", 4, {1.7 * MIB, RATE(4544)}, {11.7 * MIB, RATE(1276)}),
			LINE("TLPI, vfork", 5, {1.7 * MIB, RATE(28955)}, {11.7 * MIB, RATE(28810)}),
		},
	.claims =
		{
			RATIO("fork from 12 MiB, in times of 2 MiB?", "fork rss_bytes=12M @total",
			      "fork rss_bytes=2M @total", ONE(4544 / 1276.0, RATIOS)),
			RATIO("fork and exec from 12 MiB, in times of 2 MiB?",
			      "fork-exec rss_bytes=12M @total", "fork-exec rss_bytes=2M @total",
			      ONE(764 / 435.0, RATIOS)),
			RATIO("vfork and exec from 12 MiB, in times of 2 MiB?",
			      "vfork-exec rss_bytes=12M @total", "vfork-exec rss_bytes=2M @total",
			      ONE(969 / 960.0, RATIOS)),
			RATIO("posix_spawn from the largest parent, in times of the smallest?",
			      "posix_spawn rss_bytes=max @total",
			      "posix_spawn rss_bytes=min @total", FLAT),
			RATIO("fork and exec from the largest, in times of the smallest?",
			      "fork-exec rss_bytes=max @total", "fork-exec rss_bytes=min @total",
			      GROWS),
			RATIO("the same size fragmented, in times of dirty?",
			      "fork-exec rss_bytes=max vmas=rss/64K vma_layout=within @total",
			      "fork-exec rss_bytes=max @total",
			      WORDS("grows faster", 1.1, INFINITY)),
		},
};

static const struct figure f4 = {
	.suite = "f4",
	.title = "fork against the number of VMAs",
	.source = "the series that adds __mt_dup (Linux 6.8): forks in 10 s, with exit and wait, "
		  "before and after",
	.axis = "vmas",
	.x_title = "additional VMAs of the parent",
	.y_title = "until the child is reaped",
	.ours =
		{
			{"fork, a page in each VMA", "fork @total"},
			{"fork, empty VMAs", "fork mapping=untouched @total"},
		},
	.published =
		{
			LINE("before __mt_dup", 1, {0, IN_10_S(112100)}, {800, IN_10_S(20195)},
			     {6400, IN_10_S(3161)}, {51200, IN_10_S(393)}),
			LINE("with it, 6.8", 1, {0, IN_10_S(114558)}, {800, IN_10_S(28751)},
			     {6400, IN_10_S(4747)}, {51200, IN_10_S(599)}),
		},
	.claims =
		{
			SLOPE("what does one more empty VMA cost?", "fork mapping=untouched @total",
			      "vmas", 1, RANGE(325, 495, MACHINES)),
			SLOPE("and one with a page in it?", "fork @total", "vmas", 1,
			      RANGE(325, 495, MACHINES)),
			POWER("with which power of their number does it grow, from 800?",
			      "fork mapping=untouched @total", "vmas", 800,
			      RANGE(0.931, 0.947, 1.25), .words = "linear at high counts"),
		},
};

static const struct figure f5 = {
	.suite = "f5",
	.title = "fork of 1 GiB by the size of its folios",
	.source =
		"the series that copies the PTEs of a large folio in batches, 2024: fork of 1 GiB",
	.x_title = "pages of the parent's memory",
	.y_title = "call of fork",
	.words =
		{
			{"4 KiB", "pages=4k"},
			{"16 KiB", "pages=16k"},
			{"64 KiB", "pages=64k"},
			{"2 MiB", "pages=thp"},
		},
	.ours = {{"fork", "fork rss_bytes=max"}},
	.published =
		{
			LINE("batches, 2024", 0, {0, 14.3 * MS}, {1, 14.3 * 0.93 * MS},
			     {2, 14.3 * 0.84 * MS}, {3, 14.3 * 0.80 * MS}),
		},
	.claims =
		{
			{
				"what does a present PTE cost?",
				FIGURE_PAGE,
				.over = "fork pages=4k rss_bytes=max",
				ONE(14.3 * MS / 262144, MACHINES),
			},
			RATIO("folios of 16 KiB, in times of 4 KiB?",
			      "fork pages=16k rss_bytes=max", "fork pages=4k rss_bytes=max",
			      ONE(0.93, 1.25)),
			RATIO("folios of 64 KiB, in times of 4 KiB?",
			      "fork pages=64k rss_bytes=max", "fork pages=4k rss_bytes=max",
			      ONE(0.84, 1.25)),
			RATIO("folios of 2 MiB, in times of 4 KiB?", "fork pages=thp rss_bytes=max",
			      "fork pages=4k rss_bytes=max", ONE(0.80, 1.25)),
		},
};

static const struct figure f6 = {
	.suite = "f6",
	.title = "fork that copies its page tables, to where others share them",
	.source = "On-demand-fork, EuroSys 2021 (the plain curve second-hand)",
	.absent = "fork with shared page tables: no mainline Linux has it; and 50 GB where the "
		  "machine has less memory: extrapolated",
	.axis = "rss_bytes",
	.bytes = true,
	.x_title = "memory that the parent has written",
	.y_title = "call of fork",
	.ours = {{"fork", "fork"}},
	.published =
		{
			LINE("plain fork, 2021", 0, {GIB, 6.5 * MS}, {50 * GIB, 254 * MS}),
			LONE("On-demand-fork", {GIB, 6.5 / 65 * MS}),
		},
	.claims =
		{
			SLOPE("what does a GB more cost?", "fork", "rss_bytes", GIB,
			      ONE((254 - 6.5) / 49 * MS, MACHINES)),
			SLOPE("and 50 GB, extrapolated by that slope?", "fork", "rss_bytes",
			      50 * GIB, ONE(254 * MS, MACHINES)),
		},
};

static const struct figure f7 = {
	.suite = "f7",
	.title = "fork by the kind of the mapping, against its size",
	.source = "since Linux 2.6.12, fork does not copy page tables that faults can fill again",
	.axis = "rss_bytes",
	.bytes = true,
	.x_title = "memory that the parent has touched",
	.y_title = "call of fork",
	.ours =
		{
			{"anonymous", "fork mapping=anonymous"},
			{"shared memory", "fork mapping=shared"},
			{"private file", "fork mapping=private-file"},
			{"shared file", "fork mapping=shared-file"},
		},
	.claims =
		{
			RATIO("anonymous, the largest in times of the smallest?",
			      "fork mapping=anonymous rss_bytes=max",
			      "fork mapping=anonymous rss_bytes=min", GROWS),
			RATIO("shared memory, the largest in times of the smallest?",
			      "fork mapping=shared rss_bytes=max",
			      "fork mapping=shared rss_bytes=min", FLAT),
			RATIO("a private file, the largest in times of the smallest?",
			      "fork mapping=private-file rss_bytes=max",
			      "fork mapping=private-file rss_bytes=min", FLAT),
			RATIO("a shared file, the largest in times of the smallest?",
			      "fork mapping=shared-file rss_bytes=max",
			      "fork mapping=shared-file rss_bytes=min", FLAT),
		},
};

static const struct figure f8 = {
	.suite = "f8",
	.title = "until the child runs, from a parent that is small, or has 1 GiB, touched or not",
	.source = "joshtriplett/spawnbench: from the call to the child's first instruction",
	.x_title = "parent",
	.y_title = "until the child, or its program, runs",
	.words =
		{
			{"small", "rss_bytes=min"},
			{"large, untouched", "rss_bytes=max mapping=untouched"},
			{"large, touched", "rss_bytes=max"},
		},
	.ours =
		{
			{"fork", "fork @first_run"},
			{"vfork", "vfork @first_run"},
			{"clone(VM, VFORK)", "clone-vm-vfork @first_run"},
			{"fork-exec", "fork-exec @started"},
			{"posix_spawn", "posix_spawn @started"},
		},
	.claims =
		{
			RATIO("fork with much memory touched, in times of small?",
			      "fork rss_bytes=max @first_run", "fork rss_bytes=min @first_run",
			      GROWS),
			RATIO("fork with much memory untouched, in times of small?",
			      "fork rss_bytes=max mapping=untouched @first_run",
			      "fork rss_bytes=min @first_run", FLAT),
			RATIO("vfork with much memory touched, in times of small?",
			      "vfork rss_bytes=max @first_run", "vfork rss_bytes=min @first_run",
			      FLAT),
			RATIO("clone(VM, VFORK) with much memory touched, in times of small?",
			      "clone-vm-vfork rss_bytes=max @first_run",
			      "clone-vm-vfork rss_bytes=min @first_run", FLAT),
			RATIO("posix_spawn with much memory touched, in times of small?",
			      "posix_spawn rss_bytes=max @started",
			      "posix_spawn rss_bytes=min @started", FLAT),
		},
};

static const struct figure f9 = {
	.suite = "f9",
	.title = "fork, exit and exec apart",
	.source = "Linux 2.5, which copied the page tables of shared memory, too: 40 MB of it, and "
		  "400 KB",
	.x_title = "what is in the time",
	.y_title = "time",
	.words =
		{
			{"fork returns", "fork @call"},
			{"and the child exits", "fork @total"},
			{"execs, and exits", "fork-exec @total"},
		},
	.ours =
		{
			{"40 MiB, anonymous", "rss_bytes=40M mapping=anonymous"},
			{"400 KiB, anonymous", "rss_bytes=400K mapping=anonymous"},
			{"40 MiB, shared", "rss_bytes=40M mapping=shared"},
		},
	.published =
		{
			LINE("40 MB, copied, 2.5", 0, {0, 28.4 * MS}, {1, 44.2 * MS},
			     {2, 49.3 * MS}),
			LINE("400 KB, 2.5", 1, {0, 1.7 * MS}, {1, 1.7 * MS}, {2, 6.5 * MS}),
		},
	.claims =
		{
			RATIO("40 MB: until the child's exit, in times of the call?",
			      "fork rss_bytes=40M mapping=anonymous @total",
			      "fork rss_bytes=40M mapping=anonymous", ONE(44.2 / 28.4, RATIOS)),
			RATIO("40 MB: with exec and exit, in times of the call?",
			      "fork-exec rss_bytes=40M mapping=anonymous @total",
			      "fork rss_bytes=40M mapping=anonymous", ONE(49.3 / 28.4, RATIOS)),
			RATIO("400 KB: until the child's exit, in times of the call?",
			      "fork rss_bytes=400K mapping=anonymous @total",
			      "fork rss_bytes=400K mapping=anonymous", ONE(1, RATIOS)),
			RATIO("400 KB: with exec and exit, in times of the call?",
			      "fork-exec rss_bytes=400K mapping=anonymous @total",
			      "fork rss_bytes=400K mapping=anonymous", ONE(6.5 / 1.7, RATIOS)),
		},
};

static const struct figure f10 = {
	.suite = "f10",
	.title = "copy-on-write faults: in order, at random, and pages already copied",
	.source = "0.77 µs per access in order, and page tables of a child of 2,096 kB per GB; who "
		  "measured it was not noted",
	.axis = "child_write",
	.bytes = true,
	.x_title = "memory that the child writes, a byte of each page",
	.y_title = "the child's time",
	.ours =
		{
			{"in order", "fork write_pattern=dense @child"},
			{"at random", "fork write_pattern=random @child"},
			{"twice, in order", "fork write_pattern=twice @child"},
		},
	.published =
		{
			LINE("0.77 µs a page", 0, {4 * MIB, 1024 * 0.77 * US},
			     {16 * MIB, 4096 * 0.77 * US}, {64 * MIB, 16384 * 0.77 * US}),
		},
	.claims =
		{
			SLOPE("what does a first write to a page cost, in order?",
			      "fork write_pattern=dense @child", "child_write", 4096,
			      ONE(0.77 * US, MACHINES)),
			RATIO("at random, in times of in order?",
			      "fork child_write=64M write_pattern=random @child",
			      "fork child_write=64M write_pattern=dense @child",
			      WORDS("the first touch dominates", 0.5, 2)),
			RATIO("all pages twice, in times of once?",
			      "fork child_write=64M write_pattern=twice @child",
			      "fork child_write=64M write_pattern=dense @child",
			      WORDS("the first touch dominates", 0.67, 1.5)),
			SLOPE("which page tables has a child, per GB of its parent?",
			      "fork @page_tables", "rss_bytes", GIB, ONE(2096 * 1024.0, 1.1)),
		},
};

static const struct figure f11 = {
	.suite = "f11",
	.title = "copy-on-write by the size of the pages",
	.source = "512 huge pages of hugetlb against pages of 4 KiB, written a byte per 2 MiB or "
		  "per 4 KiB; who measured it was not noted",
	.x_title = "what the child writes",
	.y_title = "until the child is reaped",
	.words =
		{
			{"a byte per 2 MiB", "write_pattern=sparse"},
			{"a byte per 4 KiB", "write_pattern=dense"},
		},
	.ours =
		{
			{"4 KiB", "fork pages=4k child_write=rss/1 @total"},
			{"huge pages of hugetlb", "fork pages=hugetlb child_write=rss/1 @total"},
			{"transparent huge pages", "fork pages=thp child_write=rss/1 @total"},
		},
	.published =
		{
			LINE("4 KiB", 0, {0, 0.77 * SECOND}, {1, 1.58 * SECOND}),
			LINE("hugetlb", 1, {0, 1.16 * SECOND}, {1, 1.47 * SECOND}),
		},
	.claims =
		{
			RATIO("a byte per 2 MiB: hugetlb in times of 4 KiB?",
			      "fork pages=hugetlb child_write=rss/1 write_pattern=sparse @total",
			      "fork pages=4k child_write=rss/1 write_pattern=sparse @total",
			      ONE(1.16 / 0.77, RATIOS)),
			RATIO("a byte per 4 KiB: hugetlb in times of 4 KiB?",
			      "fork pages=hugetlb child_write=rss/1 write_pattern=dense @total",
			      "fork pages=4k child_write=rss/1 write_pattern=dense @total",
			      ONE(1.47 / 1.58, RATIOS)),
		},
};

#define AT_64(parent, rss, name, other, number, ...)                                               \
	RATIO("64 threads of the " parent ": fork and exec, in times of " name "?",                \
	      "fork-exec spawners=64 rss_bytes=" rss " @each",                                     \
	      other " spawners=64 rss_bytes=" rss " @each", ONE(number, MACHINES),                 \
	      UNLIKE(__VA_ARGS__))
#define PYTHON "with the time of Python itself, from a parent of unknown size"

static const struct figure f12 = {
	.suite = "f12",
	.title = "many threads of one process that spawn",
	.source =
		"CPython, from vfork to fork: 64 threads, 10,000 spawns in 2.4 and 11.8 s; another "
		"project, 48 threads: 40 actions a second, and 650 with posix_spawn",
	.axis = "spawners",
	.x_title = "threads that spawn at the same time",
	.y_title = "what the process takes for one",
	.ours =
		{
			{"fork-exec", "fork-exec rss_bytes=max @each"},
			{"vfork-exec", "vfork-exec rss_bytes=max @each"},
			{"posix_spawn", "posix_spawn rss_bytes=max @each"},
		},
	.published =
		{
			LINE("CPython, vfork", 1, {64, OF(2.4, 10000)}),
			LINE("CPython, fork", 0, {64, OF(11.8, 10000)}),
			LINE("another project, fork", 0, {48, RATE(40)}),
			LINE("another project, posix_spawn", 2, {48, RATE(650)}),
		},
	.claims =
		{
			AT_64("smallest", "min", "vfork and exec", "vfork-exec", 11.8 / 2.4,
			      PYTHON),
			AT_64("largest", "max", "vfork and exec", "vfork-exec", 11.8 / 2.4, PYTHON),
			AT_64("largest", "max", "posix_spawn", "posix_spawn", 650 / 40.0,
			      "48 threads, of actions that do more than to spawn"),
			RATIO("fork and exec: one of 64 threads', in times of a thread's alone?",
			      "fork-exec spawners=64 rss_bytes=max @each",
			      "fork-exec spawners=1 rss_bytes=max @each",
			      WORDS("no less: fork serialises", 0.75, INFINITY)),
		},
};

static const struct figure f13 = {
	.suite = "f13",
	.title = "MADV_DONTFORK on a heap of 600 MB",
	.source = "Node, a heap of 600 MB, 2,500 spawns: 57.8 s, and 4.7 s with MADV_DONTFORK",
	.x_title = "the heap",
	.y_title = "until the child is reaped",
	.words =
		{
			{"as usual", "mapping=anonymous"},
			{"MADV_DONTFORK", "mapping=dontfork"},
		},
	.ours =
		{
			{"fork-exec", "fork-exec rss_bytes=max @total"},
			{"posix_spawn", "posix_spawn rss_bytes=max @total"},
		},
	.published =
		{
			LINE("Node", 0, {0, OF(57.8, 2500)}, {1, OF(4.7, 2500)}),
		},
	.claims =
		{
			RATIO("fork and exec, in times of the same with MADV_DONTFORK?",
			      "fork-exec rss_bytes=max mapping=anonymous @total",
			      "fork-exec rss_bytes=max mapping=dontfork @total", .low = 57.8 / 4.7,
			      .high = 57.8 / 4.7, .words = "a large drop", .least = 4,
			      .most = INFINITY),
			RATIO("posix_spawn, in times of the same with MADV_DONTFORK?",
			      "posix_spawn rss_bytes=max mapping=anonymous @total",
			      "posix_spawn rss_bytes=max mapping=dontfork @total",
			      WORDS("not affected", 0.67, 1.5)),
		},
};

static const struct figure f14 = {
	.suite = "f14",
	.title = "small and large parents",
	.source = "RSS counters per CPU (the rss_stat commit): UnixBench spawn −19 %, which was "
		  "gone again with a mapping of 1 GiB in the parent",
	.x_title = "parent",
	.y_title = "until the child is reaped",
	.words =
		{
			{"1 MiB", "rss_bytes=1M"},
			{"1 GiB", "rss_bytes=1G"},
		},
	.ours =
		{
			{"fork, the child on the same CPU", "fork placement=same @total"},
			{"fork, the child on any CPU", "fork placement=any @total"},
			{"fork-exec, any CPU", "fork-exec placement=any @total"},
		},
	.claims =
		{
			SHARE("how much is what costs a fork of 1 MiB 23 % more, of one of 1 GiB?",
			      "fork rss_bytes=1M placement=same @total",
			      "fork rss_bytes=1G placement=same @total", 100 * (1 / 0.81 - 1),
			      WORDS("gone", 0, 2)),
		},
};

static const struct figure f15 = {
	.suite = "f15",
	.title = "snapshot by fork: how long the parent does not serve",
	.source = "Async-fork, VLDB 2023: the tail of latency is cut by 82 % (8 GB) to 99.8 % (64 "
		  "GB) where fork does not copy in the parent's time (second-hand)",
	.absent = "Async-fork: no mainline Linux has it",
	.axis = "parent_write",
	.bytes = true,
	.x_title = "memory that the parent writes while the child lives",
	.y_title = "the parent's call and its writes",
	.ours =
		{
			{"the largest, 4 KiB pages", "fork rss_bytes=max pages=4k @stalled"},
			{"the smallest, 4 KiB pages", "fork rss_bytes=min pages=4k @stalled"},
			{"the largest, huge pages", "fork rss_bytes=max pages=thp @stalled"},
		},
	.claims =
		{
			RATIO("the call from the largest, in times of the smallest?",
			      "fork rss_bytes=max pages=4k", "fork rss_bytes=min pages=4k", GROWS),
			RATIO("with 128 MiB of writes, in times of 16 MiB?",
			      "fork rss_bytes=max pages=4k parent_write=128M @parent",
			      "fork rss_bytes=max pages=4k parent_write=16M @parent", GROWS),
			SHARE("which share of that time is the call, with 16 MiB of writes?",
			      "fork rss_bytes=max pages=4k parent_write=16M @call",
			      "fork rss_bytes=max pages=4k parent_write=16M @stalled", 100,
			      RANGE(82, 99.8, 1.25),
			      UNLIKE("by which the tail of the clients' waits is cut, from 8 "
				     "and 64 GB")),
		},
};

const struct figure *const published_figures[] = {
	&f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12, &f13, &f14, &f15,
};

const size_t published_figure_count = sizeof(published_figures) / sizeof(published_figures[0]);

const struct figure *published_figure(const char *suite)
{
	for (size_t i = 0; suite && i < published_figure_count; i++) {
		if (!strcmp(published_figures[i]->suite, suite))
			return published_figures[i];
	}
	return NULL;
}
