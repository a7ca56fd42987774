/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel says its memory is: how much of it there is, what is free, and what
 * it keeps count of. What is left is in use and in no count.
 */
#ifndef PAGEMETA_MEMORY_USE_H
#define PAGEMETA_MEMORY_USE_H

#include <stdint.h>

#include "metadata.h"

/**
 * struct memory_use - pages, by /proc/zoneinfo, /proc/vmstat and /proc/meminfo
 * @present: of each node: RAM that is online, holes left out
 * @managed: of each node: what of it the page allocator has, used or not
 * @free: of all nodes: in the buddy lists and in those of CPUs
 * @free_listed: of them, in those of CPUs
 * @total: MemTotal
 * @boot_memmap: nr_memmap_boot_pages
 * @later_memmap: nr_memmap_pages
 * @listed: on LRU lists, or taken off them for a moment
 * @slab: of slabs
 * @tables: page tables of processes
 * @zspages: pages of zsmalloc
 * @zswap: of pools of zswap, of zsmalloc or not
 * @vmalloc: of vmalloc, kernel stacks among it
 * @percpu: of the allocator for per-CPU memory
 * @huge: of hugetlb
 * @direct: page tables for the direct mapping, of entries of 4 KiB and 2 MiB
 * @poisoned: taken out of use because they are said to be bad
 * @huge_zeroes: how often the huge zero page was made since boot; it is in no count
 * @balloon: in a balloon; they are not managed
 * @written: pages that went to block devices since boot: a RAM disk holds so many at most
 */
struct memory_use {
	uint64_t present[METADATA_NODES];
	uint64_t managed[METADATA_NODES];
	uint64_t free;
	uint64_t free_listed;
	uint64_t total;
	uint64_t boot_memmap;
	uint64_t later_memmap;
	uint64_t listed;
	uint64_t slab;
	uint64_t tables;
	uint64_t zspages;
	uint64_t zswap;
	uint64_t vmalloc;
	uint64_t percpu;
	uint64_t huge;
	uint64_t direct;
	uint64_t poisoned;
	uint64_t huge_zeroes;
	uint64_t balloon;
	uint64_t written;
};

/**
 * memory_use_read() - read it
 * @root: prefix of /proc: "" in a guest, a folder in tests
 * @ret_use: set on success
 * @ret_path: on failure the file that could not be read
 *
 * Counts that CPUs have not yet handed in are collected before.
 *
 * Return: 0, -EBADMSG for a file that makes no sense, -ENOKEY before Linux 6.12, or -errno.
 */
int memory_use_read(const char *root, struct memory_use *ret_use, const char **ret_path);

/** memory_use_sum() - of @present or @managed over all nodes */
uint64_t memory_use_sum(const uint64_t pages[METADATA_NODES]);

/** memory_use_known() - pages in use that are in a count, but for metadata and @zswap */
uint64_t memory_use_known(const struct memory_use *use);

#endif
