/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the races have in common. Direct reads are held on their way into every
 * second page of some memory, something is done to that memory, the data is let
 * come, and every byte is compared: data that was on its way must be where the
 * reader put its buffer, and nowhere else.
 */
#ifndef PAGEMETA_RACE_H
#define PAGEMETA_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "content.h"
#include "late-disk.h"
#include "verdict.h"

struct run;

#define RACE_DISK "/dev/ram1"
#define RACE_DISK_PAGES 1024u
#define RACE_PMEM_MIB 256u	/* of the race that takes an NVDIMM */

/**
 * struct race - what a race works with
 * @run: the run
 * @disk: holds reads back; its page n has the content n of @disk_content
 * @disk_content: of the disk
 * @old_content: of memory before the race
 * @new_content: of what is written during it
 * @pages: that take part; reads are held into the odd ones
 * @rounds: how often it is run
 */
struct race {
	struct run *run;
	struct late_disk disk;
	struct content_maker *disk_content;
	struct content_maker *old_content;
	struct content_maker *new_content;
	size_t pages;
	unsigned int rounds;
};

/** race_ksm() - KSM merges pages while data is on its way into them */
int race_ksm(struct race *race);
/** race_migrate() - move_pages() moves them to another node */
int race_migrate(struct race *race);
/** race_compact() - compaction moves them */
int race_compact(struct race *race);
/** race_fork() - the process forks, and both write */
int race_fork(struct race *race);
/** race_discard() - they are discarded and their frames wanted by others */
int race_discard(struct race *race);
/** race_split() - the huge page they are part of is split */
int race_split(struct race *race);
/** race_pageout() - they are paged out */
int race_pageout(struct race *race);
/** race_truncate() - the DAX file they are the blocks of is truncated */
int race_truncate(struct race *race);
/** race_gup() - GUP-fast while another thread discards and splits; nothing is held */
int race_gup(struct race *race);
/** race_swap() - processes on zswap, its pool moved and written back; nothing is held */
int race_swap(struct race *race);

/** race_is_read() - whether data is on its way into this page */
static inline bool race_is_read(size_t page)
{
	return page & 1;
}

/** race_write_disk() - page n of RACE_DISK gets content n of @disk_content. Return: 0 or -errno */
int race_write_disk(struct race *race);

/** race_fill() - fill pages with contents of consecutive numbers from 0 */
void race_fill(struct content_maker *maker, uint8_t *at, size_t pages);

/**
 * race_submit() - submit a held read into every odd page
 * @race: the race
 * @at: page 0
 * @bytes: of each page, from its start
 *
 * Page n gets page n of the disk. Return: 0 or -errno, with its reason.
 */
int race_submit(struct race *race, uint8_t *at, size_t bytes);

/**
 * race_arrive() - check that all reads are still held, then let the data come
 * @race: the race
 * @ret_held: reads that were held just before
 *
 * Return: 0 or -errno, with its reason.
 */
int race_arrive(struct race *race, unsigned int *ret_held);

/**
 * struct race_count - pages that were compared
 * @good: as expected
 * @bad: not
 * @page: the first of those
 * @byte: its first wrong byte
 * @what: what it belongs to
 */
struct race_count {
	size_t good;
	size_t bad;
	size_t page;
	size_t byte;
	const char *what;
};

/**
 * race_compare() - compare a page with what it must be
 * @count: kept
 * @maker: of the content
 * @index: its number
 * @at: the page
 * @from: first byte that is looked at
 * @to: behind the last
 * @what: what to call it
 */
void race_compare(struct race_count *count, struct content_maker *maker, size_t index,
		  const uint8_t *at, size_t from, size_t to, const char *what);

/** race_compare_zero() - the same for a page that must be all zeroes */
void race_compare_zero(struct race_count *count, size_t index, const uint8_t *at,
		       const char *what);

/** race_compare_all() - odd pages hold the disk's content, even ones the old one */
void race_compare_all(struct race *race, struct race_count *count, const uint8_t *at,
		      const char *what);

/** struct race_places - in which frame each page was */
struct race_places {
	uint64_t pfn[RACE_DISK_PAGES];
};

/** race_places_look() - note where the pages are. Return: 0 or -errno */
int race_places_look(struct race *race, const uint8_t *at, struct race_places *ret_places);

/**
 * race_places_report() - let the data come, and check "race-happened": no pinned page
 *	is in another frame than @before, and @least others are
 * @race: the race
 * @labels: which one
 * @at: page 0
 * @before: where they were
 * @least: how many even pages must have been moved
 *
 * Return: 0 or -errno.
 */
int race_places_report(struct race *race, const char *labels, const uint8_t *at,
		       const struct race_places *before, size_t least);

/** race_report() - check "data-intact" from a count */
void race_report(struct race *race, const char *labels, const struct race_count *count);

/**
 * race_happened() - check "race-happened": reads were held to the end, and something
 *	was really done to the memory meanwhile
 * @race: the race
 * @labels: which one
 * @held: reads that were held at its end
 * @submitted: how many must be, 0 for a race that holds none
 * @done: whether what should happen did
 * @fmt: what was seen of that
 */
void race_happened(struct race *race, const char *labels, unsigned int held,
		   unsigned int submitted, bool done, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

#endif
