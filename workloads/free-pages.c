/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free pages out of /proc/zoneinfo: "pages free N" of each zone, and "count: N" of
 * each of its CPUs (mm/vmstat.c, zoneinfo_show_print()).
 */
#include "free-pages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>

#include "sysfs.h"

#define STAT_REFRESH "/proc/sys/vm/stat_refresh"

int free_pages_parse(FILE *zoneinfo, uint64_t *ret_pages, uint64_t *ret_listed)
{
	uint64_t pages = 0, listed = 0, number;
	bool seen = false;
	char line[256];

	while (fgets(line, sizeof(line), zoneinfo)) {
		if (sscanf(line, " pages free %" SCNu64, &number) == 1) {
			pages += number;
			seen = true;
		} else if (sscanf(line, " count: %" SCNu64, &number) == 1) {
			listed += number;
		}
	}
	if (!seen)
		return -EBADMSG;
	*ret_pages = pages + listed;
	*ret_listed = listed;
	return 0;
}

/* A refresh also makes each CPU give back some of what is above its limit. */
static int refresh_and_read(uint64_t *ret_pages, uint64_t *ret_listed)
{
	FILE *zoneinfo;
	int err;

	err = sysfs_write(STAT_REFRESH, "1");
	if (err)
		return err;
	zoneinfo = fopen("/proc/zoneinfo", "re");
	if (!zoneinfo)
		return -errno;
	err = free_pages_parse(zoneinfo, ret_pages, ret_listed);
	fclose(zoneinfo);
	return err;
}

int free_pages_read(uint64_t *ret_pages)
{
	uint64_t listed;

	return refresh_and_read(ret_pages, &listed);
}

int free_pages_shorten_lists(void)
{
	uint64_t pages, listed = UINT64_MAX, before;
	int err;

	err = sysfs_write("/proc/sys/vm/percpu_pagelist_high_fraction", "1000000");
	if (err)
		return err;
	do {
		before = listed;
		err = refresh_and_read(&pages, &listed);
	} while (!err && listed < before);
	return err;
}
