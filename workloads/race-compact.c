/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compaction against direct reads. It moves pages from the start of a zone to free
 * frames near its end, but only into pageblocks that are in use already. So the
 * pages that take part are those with the lowest frames of a larger area, of which
 * little else is kept: one page in a while, as a reason to fill its block.
 *
 * Anonymous pages with too many references are passed over when compaction collects
 * pages; those of tmpfs are collected and refused by migration (mm/compaction.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "free-pages.h"
#include "pagemap.h"
#include "race.h"
#include "sysfs.h"
#include "workload.h"

#define AREA_PAGES 4096u
#define KEPT 256		/* of the rest, one page in as many stays */

/**
 * struct area - pages in order of their frames
 * @buffer: all of them
 * @at: those that take part, mapped side by side
 * @frame: of each page, with its number
 */
struct area {
	struct buffer buffer;
	uint8_t *at;
	struct frame {
		uint64_t pfn;
		size_t page;
	} frame[AREA_PAGES];
};

static int by_pfn(const void *a, const void *b)
{
	const struct frame *left = a, *right = b;

	return (left->pfn > right->pfn) - (left->pfn < right->pfn);
}

static int sort_frames(struct race *race, struct area *area)
{
	static uint64_t pfn[AREA_PAGES];
	size_t i;
	int err = pagemap_pfns(area->buffer.at, AREA_PAGES, pfn);

	if (err)
		return run_error(race->run, err, "/proc/self/pagemap: %s", strerror(-err));
	for (i = 0; i < AREA_PAGES; i++) {
		area->frame[i].pfn = pfn[i];
		area->frame[i].page = i;
	}
	qsort(area->frame, AREA_PAGES, sizeof(area->frame[0]), by_pfn);
	return 0;
}

/* Another place in the address space; the frame stays. */
static int gather(struct area *area, size_t to, size_t from)
{
	uint8_t *target = area->at + to * BUFFER_PAGE;
	uint8_t *source = area->buffer.at + from * BUFFER_PAGE;
	void *at;

	if (area->buffer.fd < 0)
		at = mremap(source, BUFFER_PAGE, BUFFER_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			    target);
	else
		at = mmap(target, BUFFER_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			  area->buffer.fd, (off_t)(from * BUFFER_PAGE));
	if (at == MAP_FAILED)
		return -errno;
	*(volatile uint8_t *)target = 1;
	return 0;
}

static int select_pages(struct race *race, struct area *area)
{
	int advice = area->buffer.fd < 0 ? MADV_DONTNEED : MADV_REMOVE, err = 0;
	size_t i;

	for (i = 0; i < race->pages && !err; i++)
		err = gather(area, i, area->frame[i].page);
	for (; i < AREA_PAGES && !err; i++)
		if (i % KEPT && madvise(area->buffer.at + area->frame[i].page * BUFFER_PAGE,
					BUFFER_PAGE, advice))
			err = -errno;
	return err ? run_error(race->run, err, "selecting pages by frame: %s", strerror(-err)) : 0;
}

static int compact(struct race *race)
{
	int err = sysfs_write("/proc/sys/vm/compact_memory", "1");

	return err ? run_error(race->run, err, "/proc/sys/vm/compact_memory: %s",
			       strerror(-err)) : 0;
}

static int one_round(struct race *race, const char *labels, uint8_t *at,
		     struct race_count *count)
{
	struct race_places places;
	int err;

	race_fill(race->old_content, at, race->pages);
	err = race_submit(race, at, BUFFER_PAGE);
	if (!err)
		err = race_places_look(race, at, &places);
	if (!err)
		err = compact(race);
	if (!err)
		err = race_places_report(race, labels, at, &places, race->pages / 4);
	if (err)
		return err;
	race_compare_all(race, count, at, "when the data was there");
	err = compact(race);
	if (!err)
		race_compare_all(race, count, at, "after it was compacted unpinned");
	return err;
}

static int round_in_area(struct race *race, enum buffer_kind kind, const char *labels,
			 struct race_count *count)
{
	size_t bytes = race->pages * BUFFER_PAGE;
	static struct area area;
	int err;

	area.at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area.at == MAP_FAILED)
		return run_error(race->run, -errno, "no room for %zu bytes", bytes);
	err = buffer_map(race->run, kind, AREA_PAGES * BUFFER_PAGE, &area.buffer);
	if (!err)
		err = sort_frames(race, &area);
	if (!err)
		err = select_pages(race, &area);
	if (!err)
		err = one_round(race, labels, area.at, count);
	munmap(area.at, bytes);
	buffer_unmap(&area.buffer);
	return err;
}

static int with_buffer(struct race *race, enum buffer_kind kind)
{
	struct race_count count = { 0 };
	char labels[64];
	unsigned int i;
	int err = 0;

	snprintf(labels, sizeof(labels), "race=compact,buffer=%s", buffer_kind_name(kind));
	run_phase(race->run, "%s", labels);
	for (i = 0; i < race->rounds && !err; i++)
		err = round_in_area(race, kind, labels, &count);
	if (!err)
		race_report(race, labels, &count);
	return err;
}

int race_compact(struct race *race)
{
	/* Where all that select_pages() gives back stays, compaction finds no target. */
	int err = free_pages_shorten_lists();

	if (err)
		return run_error(race->run, err, "page lists of CPUs, limited by percpu_pagelist_high_fraction: %s",
				 strerror(-err));
	err = with_buffer(race, BUFFER_ANON);
	return err ? err : with_buffer(race, BUFFER_SHARED);
}
