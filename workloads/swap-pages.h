/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Anonymous pages that are swapped out and in, with contents that tell which page
 * they belong to and when they were written. Each page starts with its number and
 * version, goes on with random bytes for a length drawn for it, and ends in one
 * repeated word: compressed it takes about that length, so that all size classes
 * of a pool get objects.
 */
#ifndef PAGEMETA_SWAP_PAGES_H
#define PAGEMETA_SWAP_PAGES_H

#include <stddef.h>
#include <stdint.h>

#define SWAP_PAGES_SIZE 4096

struct run;

/**
 * struct swap_pages - a region of such pages
 * @run: gets the reasons of failures
 * @seed: of the contents
 * @nr: pages
 * @page: the first of them; one more follows, never touched
 * @area: they lie in
 * @bytes: of @area
 * @version: of each page, counted from 1; 0 is a page that was never filled, or
 *	that was given back to the kernel
 * @order: the numbers of the pages in a random order
 * @sample: room for one sample a page
 *
 * All but the pages themselves is locked: a fault on it would be timed as one of
 * the pages'.
 */
struct swap_pages {
	struct run *run;
	uint64_t seed;
	size_t nr;
	uint8_t *page;
	uint8_t *area;
	size_t bytes;
	uint32_t *version;
	uint32_t *order;
	uint64_t *sample;
};

/**
 * swap_pages_new() - map @nr pages, not touched yet
 * @run: this run; its seed makes the contents
 * @salt: tells apart regions of one run
 * @nr: how many
 * @ret_pages: set on success; freed with swap_pages_free()
 */
int swap_pages_new(struct run *run, uint64_t salt, size_t nr, struct swap_pages *ret_pages);

/** swap_pages_new_huge() - the same from a multiple of 2 MiB on, of huge pages where there are */
int swap_pages_new_huge(struct run *run, uint64_t salt, size_t nr, struct swap_pages *ret_pages);

/** swap_pages_free() - unmap; all zeroes is fine */
void swap_pages_free(struct swap_pages *pages);

/** swap_pages_at() - where page @i is */
static inline uint8_t *swap_pages_at(const struct swap_pages *pages, size_t i)
{
	return pages->page + i * SWAP_PAGES_SIZE;
}

/** swap_pages_write() - fill page @i with its next version */
void swap_pages_write(struct swap_pages *pages, size_t i);

/**
 * swap_pages_make() - what page @i of version @version holds
 * @pages: the region
 * @i: number of the page
 * @version: from 1
 * @at: SWAP_PAGES_SIZE bytes, written
 */
void swap_pages_make(const struct swap_pages *pages, size_t i, uint32_t version, void *at);

/** swap_pages_shuffle() - draw a new order */
void swap_pages_shuffle(struct swap_pages *pages, uint64_t salt);

/**
 * swap_pages_fill() - the next version of all, and all of them on the LRU lists
 *
 * New pages wait in a batch per CPU before they are on an LRU list, where reclaim
 * can take them. MADV_PAGEOUT drains the batch first (mm/madvise.c), so one call
 * on a page that was never touched settles them outside of what is timed.
 *
 * Return: 0 or -errno.
 */
int swap_pages_fill(struct swap_pages *pages);

/** swap_pages_out() - swap page @i out. Return: 0 or -errno */
int swap_pages_out(struct swap_pages *pages, size_t i);

/** swap_pages_drop() - give page @i back to the kernel; it reads as zeroes then */
int swap_pages_drop(struct swap_pages *pages, size_t i);

/** swap_pages_resident() - pages in memory, mapped or in the swap cache; or -errno */
long swap_pages_resident(struct swap_pages *pages);

/** struct swap_verdict - what comparing pages came to */
struct swap_verdict {
	size_t right;
	size_t wrong;
	char first[192];	/* the first wrong one */
};

/**
 * swap_pages_compare() - compare one page with what it must hold
 * @pages: the region
 * @i: number of the page
 * @seen: SWAP_PAGES_SIZE bytes; the page itself or a copy of it
 * @verdict: counted up
 */
void swap_pages_compare(const struct swap_pages *pages, size_t i, const void *seen,
			struct swap_verdict *verdict);

/**
 * swap_pages_step() - one operation, drawn at random, on a page that is drawn too
 * @pages: the region
 * @random: of prng_next()
 * @verdict: counted up when the operation was to compare
 *
 * Of eight: two write, three swap out, one gives back, two compare.
 *
 * Return: 0 or -errno.
 */
int swap_pages_step(struct swap_pages *pages, uint64_t *random, struct swap_verdict *verdict);

/**
 * swap_pages_verify() - compare all, in their order, and report a check
 * @pages: the region
 * @check: name of the check
 * @labels: as for run_check()
 */
void swap_pages_verify(struct swap_pages *pages, const char *check, const char *labels);

/**
 * swap_pages_verify_device() - compare what the swap device holds of each page
 * @pages: the region, all of it swapped out and written to the device
 * @check: name of the check, reported on success
 * @labels: as for run_check()
 *
 * Goes to the page's slot on the device and past the page tables, the swap cache
 * and zswap.
 *
 * Return: 0 or -errno when there is no looking.
 */
int swap_pages_verify_device(struct swap_pages *pages, const char *check, const char *labels);

#endif
