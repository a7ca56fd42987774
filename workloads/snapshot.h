/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel holds at one moment: free memory, counters of page metadata,
 * objects of every slab cache. Two of them tell what was leaked in between.
 */
#ifndef PAGEMETA_SNAPSHOT_H
#define PAGEMETA_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

struct job;

/**
 * enum snapshot_counter - what is counted; pages but where it says something else
 * @SNAP_USED: pages that are neither on the free lists nor in a list per CPU,
 *	counted from the managed pages of all zones, so that memory which goes offline
 *	is not taken for memory in use. Pages of a pool of descriptors are not among them: the
 *	pool has more of them than it could do with where those that stay in use are scattered
 * @SNAP_MANAGED: pages the allocator manages; those that never come back after memory
 *	went offline and online again are missing here
 * @SNAP_MEMMAP: nr_memmap_pages, the memmap of what was added after boot
 * @SNAP_MEMMAP_BOOT: nr_memmap_boot_pages
 * @SNAP_ISOLATED: nr_isolated_anon + nr_isolated_file; 0 when nothing is under way
 * @SNAP_SLAB: nr_slab_unreclaimable + nr_slab_reclaimable
 * @SNAP_PAGE_TABLE: nr_page_table_pages
 * @SNAP_STACK: nr_kernel_stack, KiB
 * @SNAP_ANON: nr_anon_pages
 * @SNAP_FILE: nr_file_pages, which has shmem and swap cache in it
 * @SNAP_UNEVICTABLE: nr_unevictable
 * @SNAP_ZSPAGES: nr_zspages
 * @SNAP_VMALLOC: VmallocUsed of /proc/meminfo, KiB
 * @SNAP_PERCPU: Percpu of /proc/meminfo, KiB
 * @SNAP_SWAP: swap slots in use
 * @SNAP_ZSWAP_STORED: pages stored in zswap
 * @SNAP_KSM: pages_shared + pages_sharing + pages_unshared + pages_volatile
 * @SNAP_HUGETLB: pages of the hugetlb pool, in huge pages
 * @SNAP_DESCRIPTORS: descriptors of such a pool that are in use, or leaked, but for those of
 *	pages on the lists of CPUs
 */
enum snapshot_counter {
	SNAP_USED, SNAP_MANAGED, SNAP_MEMMAP, SNAP_MEMMAP_BOOT, SNAP_ISOLATED, SNAP_SLAB,
	SNAP_PAGE_TABLE, SNAP_STACK, SNAP_ANON, SNAP_FILE, SNAP_UNEVICTABLE, SNAP_ZSPAGES,
	SNAP_VMALLOC, SNAP_PERCPU, SNAP_SWAP, SNAP_ZSWAP_STORED, SNAP_KSM, SNAP_HUGETLB,
	SNAP_DESCRIPTORS, SNAP_NR
};

#define SNAPSHOT_CACHES_MAX 384	/* 6.12 with debug.config has about 200 */
#define SNAPSHOT_CACHE_NAME 40
#define SNAPSHOT_VARIANT_MAX 16

/** struct snapshot_cache - a slab cache, its objects in use, and how many a slab has */
struct snapshot_cache {
	char name[SNAPSHOT_CACHE_NAME];
	uint64_t objects;
	uint64_t per_slab;
};

/**
 * struct snapshot - see above
 * @value: counters
 * @cache: slab caches, in the order of /proc/slabinfo
 * @nr_caches: how many
 * @tool_pages: slab pages of the debug kernel's own tools, in none of the counters
 * @variant: counters of the variant, in the order of the job
 * @nr_variant: how many
 */
struct snapshot {
	uint64_t value[SNAP_NR];
	struct snapshot_cache cache[SNAPSHOT_CACHES_MAX];
	size_t nr_caches;
	uint64_t tool_pages;
	uint64_t variant[SNAPSHOT_VARIANT_MAX];
	size_t nr_variant;
};

struct snapshot_reader;

/**
 * snapshot_reader_new() - open all that snapshots are read from
 * @job: names the variant's counters; NULL for none; must outlive the reader
 * @ret_reader: freed with snapshot_reader_free()
 * @ret_source: on failure, the file that could not be opened
 *
 * The files stay open, because opening one takes objects from some ten slab caches,
 * whose slabs are then in use by a CPU and count as full (mm/slub.c get_slabinfo()).
 *
 * Return: 0, -EOPNOTSUPP when this kernel has no /proc/slabinfo, or another -errno.
 */
int snapshot_reader_new(const struct job *job, struct snapshot_reader **ret_reader,
			const char **ret_source);
void snapshot_reader_free(struct snapshot_reader *reader);

/**
 * snapshot_settle() - take back what the kernel holds for speed only
 * @reader: open
 * @ret_source: on failure, the file that could not be written
 *
 * Clean page cache and reclaimable slabs are dropped, counters per CPU are folded, and
 * each slab cache gives up its slabs per CPU and its empty ones.
 *
 * Return: 0 or -errno.
 */
int snapshot_settle(struct snapshot_reader *reader, const char **ret_source);

/**
 * snapshot_take() - read everything
 * @reader: open
 * @ret_snapshot: filled on success
 * @ret_source: on failure, the file that could not be read
 *
 * Settles first. One call costs some million instructions.
 *
 * Return: 0 or -errno.
 */
int snapshot_take(struct snapshot_reader *reader, struct snapshot *ret_snapshot,
		  const char **ret_source);

/**
 * snapshot_take_settled() - take one when nothing moves any more
 * @reader: open
 * @ret_snapshot: filled on success: the last in which anything was less than before, or
 *	the last of 10 seconds of the guest's time
 * @later: room for another
 * @ret_source: on failure, the file that could not be read
 *
 * RCU and workers free some things later.
 *
 * Return: 0 or -errno.
 */
int snapshot_take_settled(struct snapshot_reader *reader, struct snapshot *ret_snapshot,
			  struct snapshot *later, const char **ret_source);

/**
 * snapshot_growth() - hold what is in use after some cycles against what was before
 * @before: earlier
 * @after: later
 * @bound: counters and caches may have grown by so many pages or objects
 * @text: receives what grew beyond, or else what grew most
 * @size: bytes at @text
 *
 * The memmap's counters, managed and isolated pages may not differ at all. Shrinking is no
 * leak. KiB count as pages of 4 KiB. The cache vmap_area is left out: areas that were
 * given back stay in it until some 32 MiB of addresses have come together, see
 * lazy_max_pages() of mm/vmalloc.c; VmallocUsed tells a leak there.
 *
 * Return: how many counters and caches are beyond the bound.
 */
unsigned int snapshot_growth(const struct snapshot *before, const struct snapshot *after,
			     uint64_t bound, char *text, size_t size);

/**
 * struct snapshot_bound - what may have grown from one snapshot to another
 * @pages: of counters
 * @objects: of slab caches
 * @slabs: so many slabs of objects beside. The objects of a slab that a CPU allocates from
 *	count as in use, all of them: with much in between, each CPU may have another slab
 */
struct snapshot_bound {
	uint64_t pages;
	uint64_t objects;
	unsigned int slabs;
};

/** snapshot_growth_by() - the same with bounds of their own for counters and slab caches */
unsigned int snapshot_growth_by(const struct snapshot *before, const struct snapshot *after,
				const struct snapshot_bound *bound, char *text, size_t size);

/**
 * snapshot_parse_slabinfo() - objects in use of each cache
 * @text: /proc/slabinfo
 * @ret_snapshot: cache, nr_caches and tool_pages are filled
 *
 * The caches of debugobjects and kmemleak are left out: they have an object for objects
 * of other caches, some of them for a while after those were freed.
 *
 * Return: 0, -EINVAL for what is no slabinfo, -EFBIG for too many caches.
 */
int snapshot_parse_slabinfo(const char *text, struct snapshot *ret_snapshot);

#endif
