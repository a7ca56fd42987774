/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what memory is spent on describing memory, now: what the page tables show, which is
 * so, and beside it what the kernel counts.
 */
#ifndef PAGEMETA_METADATA_READ_H
#define PAGEMETA_METADATA_READ_H

#include <stdint.h>

#include "boot-log.h"
#include "descriptor-array.h"
#include "descriptor-census.h"
#include "descriptor-pool.h"
#include "job.h"
#include "kernel-frames.h"
#include "lazy-memmap.h"
#include "memory-map.h"
#include "memory-use.h"
#include "metadata.h"
#include "zspage-slabs.h"

#define METADATA_WHY 256	/* bytes for a reason */

/**
 * struct metadata_source - where to read
 * @root: prefix of /proc and /sys: "" in a guest, a folder in tests
 * @job: what the kernel promises
 * @log: what it said at boot
 * @page_ext_each: bytes of page_ext for each page, by what it said; 0 where it is off
 */
struct metadata_source {
	const char *root;
	const struct job *job;
	struct boot_log log;
	uint64_t page_ext_each;
};

/**
 * struct metadata - one look
 * @map: what memory there is
 * @frames: of each kind but zspages, on each node
 * @memmap: more of the memmap and of its page tables
 * @array: the same of descriptors, where each page has one in an array, or device memory has
 * @told: what the kernel tells of that
 * @shared: the same of descriptors that pages share, where others are in a pool
 * @pool: what the kernel tells of that pool
 * @slot_pages: its pages, on each node, by where they are said to lie
 * @pool_pages: its pages by its counter when other memory was counted
 * @empty_pages: of them, those with no slot in use, by the pages themselves
 * @census: what it must have
 * @beside: the pool again, of the moment of @census
 * @five_levels: 5-level paging
 * @section_bytes: of struct mem_section
 * @section_roots: how many there can be
 * @roots_used: how many there are
 * @page_ext_sections: sections of RAM that have page_ext
 * @zspages: descriptors of zsmalloc
 * @lazy: counters of a memmap that is populated lazily, all 0 where it is not
 * @use: all other memory
 */
struct metadata {
	struct memory_map map;
	struct frames frames[METADATA_KINDS];
	struct kernel_memmap memmap;
	struct kernel_memmap array;
	struct descriptor_array told;
	struct kernel_memmap shared;
	struct descriptor_pool pool;
	struct frames slot_pages;
	uint64_t pool_pages;
	uint64_t empty_pages;
	struct descriptor_census census;
	struct descriptor_pool beside;
	bool five_levels;
	uint64_t section_bytes;
	uint64_t section_roots;
	uint64_t roots_used;
	uint64_t page_ext_sections;
	struct zspage_slabs zspages;
	struct lazy_memmap lazy;
	struct memory_use use;
};

/**
 * metadata_source_begin() - learn what does not change: before any memory comes or goes
 * @root: as in struct metadata_source
 * @job: likewise
 * @ret_source: set on success
 * @why: on failure what could not be read, and why
 *
 * Return: 0 or -errno.
 */
int metadata_source_begin(const char *root, const struct job *job,
			  struct metadata_source *ret_source, char why[METADATA_WHY]);

/**
 * metadata_read() - take a look
 * @source: where
 * @ret_metadata: freed with metadata_free()
 * @why: on failure what could not be read, and why
 *
 * The memmap may change meanwhile (a worker gives back what is idle): it is looked at again
 * until the counters before are those after.
 *
 * Return: 0, -ENOENT or -EOPNOTSUPP where the kernel has no /proc/kcore or one that does not
 * say where the memmap is, -EAGAIN when it does not come to rest, or another -errno.
 */
int metadata_read(const struct metadata_source *source, struct metadata *ret_metadata,
		  char why[METADATA_WHY]);
void metadata_free(struct metadata *metadata);

/** metadata_empty_most() - pages that a pool of descriptors keeps with no slot in use, at most */
uint64_t metadata_empty_most(const struct metadata *metadata);

/** metadata_bytes() - of a kind on a node, or on METADATA_DEVICE */
uint64_t metadata_bytes(const struct metadata *metadata, enum metadata_kind kind,
			unsigned int node);

#endif
