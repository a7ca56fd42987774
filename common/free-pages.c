/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free pages out of /proc/zoneinfo: "pages free N" and "managed N" of each zone, and of
 * each of its CPUs "count: N", "high: N", the limit of its list, and "batch: N" (mm/vmstat.c,
 * zoneinfo_show_print()).
 */
#include "free-pages.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

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

void free_pages_line(struct free_pages *free_pages, const char *line)
{
	uint64_t number;

	/* Most lines are other counts: 150 of a zone, which sscanf() takes its time to refuse. */
	line += strspn(line, " ");
	if (!*line || !strchr("pmchb", *line))
		return;
	if (sscanf(line, " pages free %" SCNu64, &number) == 1) {
		free_pages->buddy += number;
	} else if (sscanf(line, " managed %" SCNu64, &number) == 1) {
		free_pages->managed += number;
	} else if (sscanf(line, " count: %" SCNu64, &number) == 1) {
		free_pages->listed += number;
		free_pages->count = number;
	} else if (sscanf(line, " high: %" SCNu64, &number) == 1) {
		free_pages->high = number;
	} else if (sscanf(line, " batch: %" SCNu64, &number) == 1) {
		free_pages->above += above_least(free_pages->count, free_pages->high, number);
	}
}

bool free_pages_valid(const struct free_pages *free_pages)
{
	return free_pages->managed && free_pages->buddy <= free_pages->managed &&
	       free_pages->listed <= free_pages->managed - free_pages->buddy;
}

int free_pages_parse(FILE *zoneinfo, struct free_pages *ret_free)
{
	struct free_pages free_pages = { 0 };
	char line[256];

	while (fgets(line, sizeof(line), zoneinfo))
		free_pages_line(&free_pages, line);
	if (!free_pages_valid(&free_pages))
		return -EBADMSG;
	*ret_free = free_pages;
	return 0;
}

int free_pages_look(struct free_pages *ret_free)
{
	FILE *zoneinfo = fopen("/proc/zoneinfo", "re");
	int err;

	if (!zoneinfo)
		return -errno;
	err = free_pages_parse(zoneinfo, ret_free);
	fclose(zoneinfo);
	return err;
}

/* A refresh also makes each CPU give back some of what is above its limit. */
static int refresh_and_look(struct free_pages *ret_free)
{
	int err = sysfs_write(STAT_REFRESH, "1");

	return err ? err : free_pages_look(ret_free);
}

int free_pages_read(uint64_t *ret_pages)
{
	struct free_pages free_pages;
	int err = refresh_and_look(&free_pages);

	if (!err)
		*ret_pages = free_pages.buddy + free_pages.listed;
	return err;
}

/*
 * A round may give back nothing and only lower a limit, so progress is no measure. A
 * round gives back up to 32 batches of 63 pages: the bound is for lists of 8 GiB.
 */
int free_pages_shorten_lists(void)
{
	struct free_pages free_pages = { .above = 1 };
	int err, round;

	err = sysfs_write(HIGH_FRACTION, "1000000");
	for (round = 0; !err && free_pages.above; round++)
		err = round < 1024 ? refresh_and_look(&free_pages) : -ETIMEDOUT;
	return err;
}

int free_pages_usual_lists(void)
{
	return sysfs_write(HIGH_FRACTION, "0");
}
