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

int free_pages_parse(FILE *zoneinfo, uint64_t *ret_pages)
{
	uint64_t pages = 0, number;
	bool seen = false;
	char line[256];

	while (fgets(line, sizeof(line), zoneinfo)) {
		if (sscanf(line, " pages free %" SCNu64, &number) == 1) {
			pages += number;
			seen = true;
		} else if (sscanf(line, " count: %" SCNu64, &number) == 1) {
			pages += number;
		}
	}
	if (!seen)
		return -EBADMSG;
	*ret_pages = pages;
	return 0;
}

int free_pages_read(uint64_t *ret_pages)
{
	FILE *zoneinfo;
	int err;

	err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
	if (err)
		return err;
	zoneinfo = fopen("/proc/zoneinfo", "re");
	if (!zoneinfo)
		return -errno;
	err = free_pages_parse(zoneinfo, ret_pages);
	fclose(zoneinfo);
	return err;
}

int free_pages_shorten_lists(void)
{
	return sysfs_write("/proc/sys/vm/percpu_pagelist_high_fraction", "1000000");
}
