/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Splitting a huge page against direct reads into parts of it. Its entry in the page
 * table may be split at any time, the huge page itself not before the data is there:
 * the pins are counted on its head, and would not be found on the parts.
 *
 * Some of the parts are zeroes until the data is there: a split maps those to the zero
 * page and gives their frames back (try_to_map_unused_to_zeropage() of mm/migrate.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"
#include "sysfs.h"
#include "workload.h"

#define LABELS "race=split,buffer=huge"
#define SPLIT "/sys/kernel/debug/split_huge_pages"

static int split(struct race *race, const struct buffer *buffer)
{
	char text[128];
	int err;

	snprintf(text, sizeof(text), "%d,0x%lx,0x%lx", (int)getpid(), (unsigned long)buffer->at,
		 (unsigned long)buffer->at + buffer->bytes);
	err = sysfs_write(SPLIT, text);
	return err ? run_error(race->run, err, SPLIT ": write '%s': %s", text, strerror(-err)) : 0;
}

static int splits(struct race *race, uint64_t *ret_splits)
{
	int err = sysfs_field("/proc/vmstat", "thp_split_page", ret_splits);

	return err ? run_error(race->run, err, "/proc/vmstat: no thp_split_page: %s",
			       strerror(-err)) : 0;
}

/* Another protection for a part takes entries of its own for every page. */
static int split_entry(struct race *race, const struct buffer *buffer)
{
	if (mprotect(buffer->at, BUFFER_PAGE * 64, PROT_READ) ||
	    mprotect(buffer->at, BUFFER_PAGE * 64, PROT_READ | PROT_WRITE))
		return run_error(race->run, -errno, "mprotect: %s", strerror(errno));
	return 0;
}

/* Unmapped parts make the kernel want to split it, to have their frames back. */
static bool is_discarded(size_t page)
{
	return page % 4 == 2;
}

/* Of those that are read, every other one. */
static bool is_empty(size_t page)
{
	return page % 4 == 3;
}

static void fill(struct race *race, uint8_t *at)
{
	size_t i;

	race_fill(race->old_content, at, race->pages);
	for (i = 0; i < race->pages; i++)
		if (is_empty(i))
			memset(at + i * BUFFER_PAGE, 0, BUFFER_PAGE);
}

static int discard(struct race *race, const struct buffer *buffer)
{
	size_t i;

	for (i = 0; i < race->pages; i++)
		if (is_discarded(i) &&
		    madvise(buffer->at + i * BUFFER_PAGE, BUFFER_PAGE, MADV_DONTNEED))
			return run_error(race->run, -errno, "madvise(MADV_DONTNEED): %s",
					 strerror(errno));
	return 0;
}

static void compare(struct race *race, struct race_count *count, const uint8_t *at,
		    const char *what)
{
	size_t i;

	for (i = 0; i < race->pages; i++) {
		if (is_discarded(i))
			race_compare_zero(count, i, at + i * BUFFER_PAGE, what);
		else
			race_compare(count, race_is_read(i) ? race->disk_content :
				     race->old_content, i, at + i * BUFFER_PAGE, 0, BUFFER_PAGE,
				     what);
	}
}

static int provoke(struct race *race, const struct buffer *buffer)
{
	struct buffer other;
	int err = split_entry(race, buffer);

	if (!err)
		err = split(race, buffer);
	if (!err)
		err = discard(race, buffer);
	if (!err)
		err = split(race, buffer);
	/* Frames that were freed in spite of the data on its way get new owners. */
	if (!err)
		err = buffer_map(race->run, BUFFER_ANON, BUFFER_HUGE, &other);
	if (!err)
		buffer_unmap(&other);
	return err;
}

static int one_round(struct race *race, struct buffer *buffer, struct race_count *count)
{
	unsigned int reads = (unsigned int)(race->pages / 2), held = 0;
	uint64_t before, pinned, after;
	int err;

	fill(race, buffer->at);
	err = race_submit(race, buffer->at, BUFFER_PAGE);
	if (!err)
		err = splits(race, &before);
	if (!err)
		err = provoke(race, buffer);
	if (!err)
		err = splits(race, &pinned);
	if (!err)
		err = race_arrive(race, &held);
	if (err)
		return err;
	compare(race, count, buffer->at, "when the data was there");
	err = split(race, buffer);
	if (!err)
		err = splits(race, &after);
	if (err)
		return err;
	compare(race, count, buffer->at, "after the huge page was split");
	race_happened(race, LABELS, held, reads, pinned == before && after == pinned + 1,
		      "the huge page was split %llu times while it was pinned (must be 0) and %llu "
		      "times later (must be 1)", (unsigned long long)(pinned - before),
		      (unsigned long long)(after - pinned));
	return 0;
}

int race_split(struct race *race)
{
	struct race_count count = { 0 };
	struct buffer buffer;
	unsigned int i;
	int err = 0;

	for (i = 0; i < race->rounds && !err; i++) {
		err = buffer_map(race->run, BUFFER_HUGE_ANON, race->pages * BUFFER_PAGE, &buffer);
		if (err)
			return err;
		err = one_round(race, &buffer, &count);
		buffer_unmap(&buffer);
	}
	if (!err)
		race_report(race, LABELS, &count);
	return err;
}
