/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free pages out of /proc/zoneinfo: "pages free N" of each zone, and of each of its
 * CPUs "count: N", "high: N", the limit of its list, and "batch: N" (mm/vmstat.c,
 * zoneinfo_show_print()).
 */
#include "free-pages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>

#include "sysfs.h"

#define STAT_REFRESH "/proc/sys/vm/stat_refresh"
#define HIGH_FRACTION "/proc/sys/vm/percpu_pagelist_high_fraction"

/* Batches that a list may always hold (zone_highsize() of mm/page_alloc.c). */
#define LEAST_BATCHES 4u
/* decay_pcp_high() takes an eighth of a limit off, which is nothing of less than eight. */
#define LEAST_LIMIT 7u

static uint64_t above_least(uint64_t count, uint64_t high, uint64_t batch)
{
	uint64_t least = LEAST_BATCHES * batch, most = count > high ? count : high;

	if (least < LEAST_LIMIT)
		least = LEAST_LIMIT;
	return most > least ? most - least : 0;
}

int free_pages_parse(FILE *zoneinfo, uint64_t *ret_pages, uint64_t *ret_above)
{
	uint64_t pages = 0, above = 0, count = 0, high = 0, number;
	bool seen = false;
	char line[256];

	while (fgets(line, sizeof(line), zoneinfo)) {
		if (sscanf(line, " pages free %" SCNu64, &number) == 1) {
			pages += number;
			seen = true;
		} else if (sscanf(line, " count: %" SCNu64, &count) == 1) {
			pages += count;
		} else if (sscanf(line, " batch: %" SCNu64, &number) == 1) {
			above += above_least(count, high, number);
		} else {
			sscanf(line, " high: %" SCNu64, &high);
		}
	}
	if (!seen)
		return -EBADMSG;
	*ret_pages = pages;
	*ret_above = above;
	return 0;
}

/* A refresh also makes each CPU give back some of what is above its limit. */
static int refresh_and_read(uint64_t *ret_pages, uint64_t *ret_above)
{
	FILE *zoneinfo;
	int err;

	err = sysfs_write(STAT_REFRESH, "1");
	if (err)
		return err;
	zoneinfo = fopen("/proc/zoneinfo", "re");
	if (!zoneinfo)
		return -errno;
	err = free_pages_parse(zoneinfo, ret_pages, ret_above);
	fclose(zoneinfo);
	return err;
}

int free_pages_read(uint64_t *ret_pages)
{
	uint64_t above;

	return refresh_and_read(ret_pages, &above);
}

/*
 * A round may give back nothing and only lower a limit, so progress is no measure. A
 * round gives back up to 32 batches of 63 pages: the bound is for lists of 8 GiB.
 */
int free_pages_shorten_lists(void)
{
	uint64_t pages, above = 1;
	int err, round;

	err = sysfs_write(HIGH_FRACTION, "1000000");
	for (round = 0; !err && above; round++)
		err = round < 1024 ? refresh_and_read(&pages, &above) : -ETIMEDOUT;
	return err;
}

int free_pages_usual_lists(void)
{
	return sysfs_write(HIGH_FRACTION, "0");
}
