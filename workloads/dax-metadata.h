/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that describes persistent memory, and whether it comes back.
 */
#ifndef PAGEMETA_DAX_METADATA_H
#define PAGEMETA_DAX_METADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "lazy-memmap.h"

struct run;

/**
 * struct dax_metadata - what memory holds
 * @memmap_pages: nr_memmap_pages of /proc/vmstat: memmap of memory that came after boot
 * @descriptor_pages: pages of descriptors by the kernel's count, where they are an array, or
 *	device memory has one
 * @described: bytes of the addresses that have descriptors
 * @free_pages: free memory
 * @other_pages: of the cell itself, of slabs, of kernel stacks, and of a pool of descriptors
 * @slab_pages: of them, those of slabs
 * @table_pages: pages of page tables that map the memmap, and descriptors
 * @lazy: the same where it is populated lazily: then page tables say nothing of memory
 * @direct_pages: pages of page tables that map the direct map
 */
struct dax_metadata {
	uint64_t memmap_pages;
	uint64_t descriptor_pages;
	uint64_t described;
	uint64_t free_pages;
	uint64_t other_pages;
	uint64_t slab_pages;
	uint64_t table_pages;
	struct lazy_memmap lazy;
	uint64_t direct_pages;
};

/**
 * dax_metadata_read() - read all of them
 * @run: gets the reason of a failure
 * @ret_metadata: set on success
 *
 * Return: 0 or -errno.
 */
int dax_metadata_read(struct run *run, struct dax_metadata *ret_metadata);

/** dax_lazy_read() - the counters of a lazy memmap, 0 where it is not. Return: 0 or -errno */
int dax_lazy_read(struct run *run, struct lazy_memmap *ret_lazy);

/**
 * dax_metadata_counters() - read what is exact and costs little to read
 * @run: gets the reason of a failure
 * @metadata: @memmap_pages, @descriptor_pages, @described and @lazy of it are set
 *
 * Return: 0 or -errno.
 */
int dax_metadata_counters(struct run *run, struct dax_metadata *metadata);

/**
 * dax_check_returned() - report metadata-returns
 * @run: the run
 * @labels: of the check
 * @start: before some binds
 * @end: after as many unbinds
 * @first: the first bind was among them: what it leaves for good is not a leak
 */
void dax_check_returned(struct run *run, const char *labels, const struct dax_metadata *start,
			const struct dax_metadata *end, bool first);

/**
 * dax_lazy_settled() - wait until a memmap that is populated lazily is given back
 * @run: gets the reason of a failure
 * @ret_lazy: set on success: the counters then, or when it was waited for too long; all 0
 *	where the variant has no such memmap
 *
 * Return: 0 or -errno.
 */
int dax_lazy_settled(struct run *run, struct lazy_memmap *ret_lazy);

#endif
