/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reclaim against direct reads: all pages are to be paged out while data is on its
 * way into every second one. Those must stay in their frames (shrink_folio_list() of
 * mm/vmscan.c), and go once the data is there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "pagemap.h"
#include "race.h"
#include "swap-device.h"
#include "workload.h"

#define SWAP_PAGES (4 * RACE_DISK_PAGES + 4096)	/* 4096: slots caches hold back */

static int page_out(struct race *race, const struct buffer *buffer)
{
	if (madvise(buffer->at, race->pages * BUFFER_PAGE, MADV_PAGEOUT))
		return run_error(race->run, -errno, "madvise(MADV_PAGEOUT): %s", strerror(errno));
	return 0;
}

/*
 * Counts the pages that are in memory, of the even and of the odd ones. Pages of
 * tmpfs leave the page table before their references are looked at: what counts is
 * whether they are still in the page cache.
 */
static int count_present(struct race *race, const struct buffer *buffer,
			 unsigned int ret_present[2])
{
	uint64_t pfn[RACE_DISK_PAGES];
	uint8_t in_core[RACE_DISK_PAGES];
	size_t i;
	int err;

	ret_present[0] = ret_present[1] = 0;
	err = pagemap_pfns(buffer->at, race->pages, pfn);
	if (err)
		return run_error(race->run, err, "/proc/self/pagemap: %s", strerror(-err));
	if (mincore(buffer->at, race->pages * BUFFER_PAGE, in_core))
		return run_error(race->run, -errno, "mincore: %s", strerror(errno));
	for (i = 0; i < race->pages; i++)
		ret_present[race_is_read(i)] += buffer->kind == BUFFER_SHARED ?
			in_core[i] & 1 : pfn[i] != 0;
	return 0;
}

static int one_round(struct race *race, const char *labels, struct buffer *buffer,
		     struct race_count *count)
{
	unsigned int reads = (unsigned int)(race->pages / 2), held = 0, pinned[2], free[2];
	int err;

	race_fill(race->old_content, buffer->at, race->pages);
	err = race_submit(race, buffer->at, BUFFER_PAGE);
	if (!err)
		err = page_out(race, buffer);
	if (!err)
		err = count_present(race, buffer, pinned);
	if (!err)
		err = race_arrive(race, &held);
	if (err)
		return err;
	race_compare_all(race, count, buffer->at, "when the data was there");
	err = page_out(race, buffer);
	if (!err)
		err = count_present(race, buffer, free);
	if (err)
		return err;
	race_compare_all(race, count, buffer->at, "after it was paged out unpinned");
	race_happened(race, labels, held, reads,
		      !pinned[0] && pinned[1] == reads && !free[0] && !free[1],
		      "paging out left %u of %u unpinned pages (must be 0) and %u of %u pinned "
		      "ones (must be all); %u of all when none was pinned (must be 0)",
		      pinned[0], reads, pinned[1], reads, free[0] + free[1]);
	return 0;
}

static int with_buffer(struct race *race, enum buffer_kind kind)
{
	struct race_count count = { 0 };
	struct buffer buffer;
	char labels[64];
	unsigned int i;
	int err;

	snprintf(labels, sizeof(labels), "race=pageout,buffer=%s", buffer_kind_name(kind));
	run_phase(race->run, "%s", labels);
	err = buffer_map(race->run, kind, race->pages * BUFFER_PAGE, &buffer);
	if (err)
		return err;
	for (i = 0; i < race->rounds && !err; i++)
		err = one_round(race, labels, &buffer, &count);
	buffer_unmap(&buffer);
	if (!err)
		race_report(race, labels, &count);
	return err;
}

int race_pageout(struct race *race)
{
	int err = swap_device_on(race->run, SWAP_PAGES);

	if (err)
		return err;
	err = with_buffer(race, BUFFER_ANON);
	if (!err)
		err = with_buffer(race, BUFFER_SHARED);
	swap_device_off();
	return err;
}
