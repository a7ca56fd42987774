/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of /proc/kpageflags counted by kind, and the same counts as the kernel keeps
 * them elsewhere for its own ends: the sums must agree to the page, whatever a
 * variant does to the memmap.
 */
#ifndef PAGEMETA_PAGE_TOTALS_H
#define PAGEMETA_PAGE_TOTALS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kpage.h"

/**
 * enum page_total - what is counted
 * @PAGE_TOTAL_BUDDY: free pages of the buddy allocator: /proc/buddyinfo. Pages on
 *	the lists per CPU are in neither
 * @PAGE_TOTAL_SLAB: pages of slabs: num_slabs * pagesperslab of /proc/slabinfo,
 *	and one for each object of KFENCE (see page_totals_kfence())
 * @PAGE_TOTAL_PGTABLE: page tables: nr_page_table_pages of /proc/vmstat
 * @PAGE_TOTAL_LRU: pages on LRU lists: the five of /proc/vmstat
 * @PAGE_TOTAL_HUGE: pages of hugetlb: HugePages_Total of /proc/meminfo times 512
 * @PAGE_TOTAL_MLOCKED: nr_mlock of /proc/vmstat
 * @PAGE_TOTAL_POISONED: HardwareCorrupted of /proc/meminfo
 * @PAGE_TOTAL_OFFLINE: pages in a balloon: balloon_inflate - balloon_deflate of
 *	/proc/vmstat. 6.12 has other pages of that type, none in a guest of the suite
 */
enum page_total {
	PAGE_TOTAL_BUDDY, PAGE_TOTAL_SLAB, PAGE_TOTAL_PGTABLE, PAGE_TOTAL_LRU,
	PAGE_TOTAL_HUGE, PAGE_TOTAL_MLOCKED, PAGE_TOTAL_POISONED,
	PAGE_TOTAL_OFFLINE, PAGE_TOTAL_NR
};

/** page_total_name() - "buddy", "slab", ... */
const char *page_total_name(enum page_total total);

/** page_total_source() - where the kernel's own count stands */
const char *page_total_source(enum page_total total);

/** struct page_totals - pages of each */
struct page_totals {
	uint64_t pages[PAGE_TOTAL_NR];
};

/**
 * page_totals_count() - count words of /proc/kpageflags
 * @words: one for each page frame
 * @nr: how many
 * @ret_totals: filled
 */
void page_totals_count(const uint64_t *words, size_t nr, struct page_totals *ret_totals);

/**
 * page_totals_read() - the kernel's own counts
 * @root: prefix of /proc: "" in a guest, a folder in tests
 * @ret_totals: filled on success
 * @ret_path: on failure the file that could not be read
 *
 * Return: 0, -EBADMSG for a line that is not understood, or -errno.
 */
int page_totals_read(const char *root, struct page_totals *ret_totals, const char **ret_path);

/** page_totals_slab() - pages of all slabs of a slabinfo file. Return: 0 or -EBADMSG */
int page_totals_slab(FILE *slabinfo, uint64_t *ret_pages);

/**
 * page_totals_kfence() - objects in the pool of KFENCE, of its file 'objects'
 * @objects: the file
 * @ret_pages: set on success
 *
 * kfence_init_pool() marks the page of each object as a slab's, used or not, and no
 * slab cache counts it. Each record ends in a line of dashes (show_object()).
 *
 * Return: 0.
 */
int page_totals_kfence(FILE *objects, uint64_t *ret_pages);

/** page_totals_buddy() - free pages of a buddyinfo file. Return: 0 or -EBADMSG */
int page_totals_buddy(FILE *buddyinfo, uint64_t *ret_pages);

#endif
