/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/iomem: "00100000-09ffffff : System RAM"; what lies within a range is
 * indented below it.
 */
#include "ram-map.h"

#include <errno.h>
#include <string.h>

#define PAGE 4096

/* Adjacent frames that are named apart stay apart. */
static int add(struct ram_map *map, uint64_t first, uint64_t last)
{
	if (map->nr == RAM_MAP_RANGES)
		return -E2BIG;
	map->range[map->nr].start = (first + PAGE - 1) / PAGE;
	map->range[map->nr].end = (last + 1) / PAGE;
	if (map->range[map->nr].start < map->range[map->nr].end)
		map->nr++;
	return 0;
}

static bool is_added_ram(const char *name)
{
	return !strcmp(name, "System RAM\n") || !strcmp(name, "System RAM (kmem)\n");
}

/* @devices: NULL where only RAM of the outermost level is wanted */
static int parse(FILE *file, struct ram_map *ram, struct ram_map *devices)
{
	unsigned long long first, last;
	char line[256];
	int used, err = 0;
	bool inner;

	while (!err && fgets(line, sizeof(line), file)) {
		inner = line[0] == ' ';
		used = 0;
		if ((inner && !devices) ||
		    sscanf(line, " %llx-%llx : %n", &first, &last, &used) != 2 || !used)
			continue;
		if (inner ? is_added_ram(line + used) : !strcmp(line + used, "System RAM\n"))
			err = last ? add(ram, first, last) : -EACCES;
		else if (devices && !inner && !strncmp(line + used, "Persistent Memory", 17))
			err = add(devices, first, last);
	}
	return err ? err : ram->nr ? 0 : -ENODATA;
}

int ram_map_parse(FILE *file, struct ram_map *ret_map)
{
	struct ram_map map = { 0 };
	int err = parse(file, &map, NULL);

	if (!err)
		*ret_map = map;
	return err;
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

int ram_map_load_all(const char *path, struct ram_map *ret_ram, struct ram_map *ret_devices)
{
	struct ram_map ram = { 0 }, devices = { 0 };
	FILE *file = fopen(path, "re");
	int err;

	if (!file)
		return -errno;
	err = parse(file, &ram, &devices);
	fclose(file);
	if (err)
		return err;
	*ret_ram = ram;
	*ret_devices = devices;
	return 0;
}

int ram_map_remove(struct ram_map *map, uint64_t start, uint64_t end)
{
	struct ram_map left = { 0 };
	size_t i, half;

	for (i = 0; i < map->nr; i++) {
		/* What is before it, and what is behind it. */
		const uint64_t ends[2][2] = {
			{ map->range[i].start, start < map->range[i].end ? start : map->range[i].end },
			{ end > map->range[i].start ? end : map->range[i].start, map->range[i].end },
		};

		for (half = 0; half < 2; half++) {
			if (ends[half][0] >= ends[half][1])
				continue;
			if (left.nr == RAM_MAP_RANGES)
				return -E2BIG;
			left.range[left.nr].start = ends[half][0];
			left.range[left.nr++].end = ends[half][1];
		}
	}
	*map = left;
	return 0;
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
