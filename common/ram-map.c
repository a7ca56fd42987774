/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/iomem: "00100000-09ffffff : System RAM"; what lies within a range is
 * indented below it.
 */
#include "ram-map.h"

#include <errno.h>
#include <string.h>

#define PAGE 4096

int ram_map_parse(FILE *file, struct ram_map *ret_map)
{
	unsigned long long first, last;
	struct ram_map map = { 0 };
	char line[256];
	int used;

	while (fgets(line, sizeof(line), file)) {
		used = 0;
		if (line[0] == ' ' || sscanf(line, "%llx-%llx : %n", &first, &last, &used) != 2 ||
		    !used || strcmp(line + used, "System RAM\n"))
			continue;
		if (!last)
			return -EACCES;
		if (map.nr == RAM_MAP_RANGES)
			return -E2BIG;
		map.range[map.nr].start = (first + PAGE - 1) / PAGE;
		map.range[map.nr].end = (last + 1) / PAGE;
		if (map.range[map.nr].start < map.range[map.nr].end)
			map.nr++;
	}
	if (!map.nr)
		return -ENODATA;
	*ret_map = map;
	return 0;
}

int ram_map_load(const char *path, struct ram_map *ret_map)
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file)
		return -errno;
	err = ram_map_parse(file, ret_map);
	fclose(file);
	return err;
}

bool ram_map_overlaps(const struct ram_map *map, uint64_t start, uint64_t end)
{
	size_t i;

	for (i = 0; i < map->nr; i++)
		if (start < map->range[i].end && end > map->range[i].start)
			return true;
	return false;
}

bool ram_map_has(const struct ram_map *map, uint64_t pfn)
{
	return ram_map_overlaps(map, pfn, pfn + 1);
}

uint64_t ram_map_pages(const struct ram_map *map)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < map->nr; i++)
		pages += map->range[i].end - map->range[i].start;
	return pages;
}

uint64_t ram_map_end(const struct ram_map *map)
{
	return map->range[map->nr - 1].end;
}
