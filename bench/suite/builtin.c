// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/suite/suite.h"

const struct builtin_suite builtin_suites[] = {
	{
		.name = "quick",
		.brief = "the most used calls, from small to large parents; half a minute",
		.text = "[small]\n"
			"method = fork, vfork, posix_spawn, fork-exec, vfork-exec\n"
			"size = 1M, 16M\n"
			"runs = 1000\n"
			"[large]\n"
			"method = fork, vfork, posix_spawn, fork-exec, vfork-exec\n"
			"size = 256M, 1G\n"
			"runs = 200\n",
	},
	{
		.name = "standard",
		.brief = "ten calls, six sizes, and huge pages; some minutes",
		.text = "[small]\n"
			"method = standard\n"
			"size = 1M, 4M, 16M, 64M\n"
			"runs = 200\n"
			"[large]\n"
			"method = standard\n"
			"size = 256M, 1G\n"
			"runs = 100\n"
			"[huge pages]\n"
			"method = fork, vfork, posix_spawn, fork-exec, vfork-exec\n"
			"size = 64M, 256M, 1G\n"
			"pages = thp\n"
			"runs = 100\n",
	},
	{
		.name = "program",
		.brief = "the calls that start your program, from a small and a large parent",
		.text = "[start]\n"
			"method = posix_spawn, fork-exec, vfork-exec\n"
			"size = 1M, 256M\n"
			"runs = 100\n",
	},
	{
		.name = "overhead",
		.brief = "what each probe costs: for `spawnscope bench`, best in the lab",
		.text = "[calls]\n"
			"method = fork, vfork, posix_spawn, thread\n"
			"size = 1M\n"
			"runs = 101\n"
			"[copy-on-write]\n"
			"method = fork\n"
			"size = 1M\n"
			"child_write = 1M\n"
			"runs = 101\n",
	},
	/*
	 * Published figures: the axes of each, with sizes of today. What a machine has no memory
	 * for is a skipped cell. The parents of a suite fit into 16 GiB together: one that must go
	 * for another one is made anew for each block.
	 */
	{
		.name = "f1",
		.brief = "fork against the memory of its parent",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 64M, 256M, 1G, 4G, 10G\n"
			"runs = 20\n",
	},
	{
		.name = "f2",
		.brief = "fork, in ms per GB, of this platform",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 256M, 512M, 1G, 2G\n"
			"runs = 60\n",
	},
	{
		.name = "f3",
		.brief = "fork, vfork and posix_spawn with exec, from dirty and from fragmented "
			 "parents",
		.text = "[no exec]\n"
			"method = fork, vfork\n"
			"size = 2M, 12M\n"
			"runs = 100\n"
			"[dirty]\n"
			"method = fork-exec, vfork-exec, posix_spawn\n"
			"size = 2M, 12M, 64M, 256M, 1G\n"
			"runs = 60\n"
			/* Cut into a VMA for each 64 KiB. */
			"[fragmented 12M]\n"
			"method = fork-exec\n"
			"size = 12M\n"
			"vmas = 192\n"
			"vma_layout = within\n"
			"runs = 40\n"
			"[fragmented 64M]\n"
			"method = fork-exec\n"
			"size = 64M\n"
			"vmas = 1024\n"
			"vma_layout = within\n"
			"runs = 40\n"
			"[fragmented 256M]\n"
			"method = fork-exec\n"
			"size = 256M\n"
			"vmas = 4096\n"
			"vma_layout = within\n"
			"runs = 40\n"
			"[fragmented 1G]\n"
			"method = fork-exec\n"
			"size = 1G\n"
			"vmas = 16384\n"
			"vma_layout = within\n"
			"runs = 40\n",
	},
	{
		.name = "f4",
		.brief = "fork against the number of VMAs",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 1M\n"
			"vmas = 0, 800, 6400, 51200\n"
			"runs = 60\n"
			"[empty]\n"
			"method = fork\n"
			"size = 1M\n"
			"mapping = untouched\n"
			"vmas = 0, 800, 6400, 51200\n"
			"runs = 60\n",
	},
	{
		.name = "f5",
		.brief = "fork from 1 GiB by the size of its folios",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 1G\n"
			"pages = 4k, 16k, 64k, thp\n"
			"runs = 40\n",
	},
	{
		.name = "f6",
		.brief = "fork that copies its page tables, to where others share them",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 512M, 1G, 2G, 4G, 8G, 50G\n"
			"runs = 20\n",
	},
	{
		.name = "f7",
		.brief = "fork by the kind of the mapping, against its size",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 16M, 64M, 256M, 1G\n"
			"mapping = anonymous, shared, private-file, shared-file\n"
			"runs = 40\n",
	},
	{
		.name = "f8",
		.brief = "until the child runs: from a small parent, and with 1 GiB touched or not",
		.text = "[small]\n"
			"method = fork, vfork, clone-vm-vfork, fork-exec, posix_spawn\n"
			"size = 1M\n"
			"runs = 200\n"
			"[untouched]\n"
			"method = fork, vfork, clone-vm-vfork, fork-exec, posix_spawn\n"
			"size = 1G\n"
			"mapping = untouched\n"
			"runs = 200\n"
			"[touched]\n"
			"method = fork, vfork, clone-vm-vfork, fork-exec, posix_spawn\n"
			"size = 1G\n"
			"runs = 40\n",
	},
	{
		.name = "f9",
		.brief = "fork, exit and exec apart: private and shared memory, small and 40 MiB",
		.text = "[grid]\n"
			"method = fork, fork-exec\n"
			"size = 400K, 40M\n"
			"mapping = anonymous, shared\n"
			"runs = 200\n",
	},
	{
		.name = "f10",
		.brief = "copy-on-write faults of parent and child, in order and at random",
		.text = "[child]\n"
			"method = fork\n"
			"size = 64M\n"
			"child_write = 4M, 16M, 64M\n"
			"write_pattern = dense, random, twice\n"
			"runs = 40\n"
			"[parent]\n"
			"method = fork\n"
			"size = 64M\n"
			"parent_write = 4M, 16M, 64M\n"
			"write_pattern = dense, random, twice\n"
			"runs = 40\n"
			"[page tables]\n"
			"method = fork\n"
			"size = 64M, 256M, 1G\n"
			"runs = 10\n",
	},
	{
		.name = "f11",
		.brief = "copy-on-write by the size of the pages: all bytes, or one in each 2 MiB",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 512M\n"
			"pages = 4k, thp, hugetlb\n"
			"child_write = 512M\n"
			"write_pattern = dense, sparse\n"
			"runs = 20\n",
	},
	{
		.name = "f12",
		.brief = "many threads of one process that spawn at the same time",
		.text = "[grid]\n"
			"method = fork, vfork, posix_spawn, fork-exec, vfork-exec\n"
			"size = 1M, 64M\n"
			"spawners = 1, 2, 4, 8, 16, 32, 64\n"
			"runs = 600\n",
	},
	{
		.name = "f13",
		.brief = "MADV_DONTFORK on a heap of 600 MiB",
		.text = "[grid]\n"
			"method = fork-exec, posix_spawn\n"
			"size = 600M\n"
			"mapping = anonymous, dontfork\n"
			"runs = 60\n",
	},
	{
		.name = "f14",
		.brief = "small and large parents, the child on one CPU or any",
		.text = "[grid]\n"
			"method = fork, fork-exec\n"
			"size = 1M, 1G\n"
			"placement = same, any\n"
			"runs = 60\n",
	},
	{
		.name = "f15",
		.brief = "fork of a store, whose parent goes on writing; see also `spawnscope "
			 "scenario snapshot`",
		.text = "[grid]\n"
			"method = fork\n"
			"size = 256M, 1G\n"
			"pages = 4k, thp\n"
			"parent_write = 0, 16M, 128M\n"
			"runs = 20\n",
	},
};

const size_t builtin_suite_count = sizeof(builtin_suites) / sizeof(builtin_suites[0]);
