/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RAM and its nodes. Zones would tell where a node's memory begins, but their spans
 * overlap once memory was added. They do tell where in a block that two nodes have, which
 * is one from boot, that of the higher one begins.
 */
#include "memory-map.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory-blocks.h"
#include "sysfs.h"

#define IOMEM "/proc/iomem"
#define NODES "/sys/devices/system/node"
#define ZONES "/proc/zoneinfo"
#define BLOCK_SIZE "/sys/devices/system/memory/block_size_bytes"

static int add_block(struct memory_map *map, uint64_t number, unsigned int node)
{
	struct memory_map_block *block = map->block;

	/* In steps of a power of two, as they come one by one. */
	if (!(map->nr_blocks & (map->nr_blocks - 1)))
		block = reallocarray(block, map->nr_blocks ? map->nr_blocks * 2 : 1,
				     sizeof(*block));
	if (!block)
		return -ENOMEM;
	map->block = block;
	map->block[map->nr_blocks++] = (struct memory_map_block){ .number = number, .node = node };
	return 0;
}

static int read_node(const char *root, struct memory_map *map, unsigned int node)
{
	struct dirent *entry;
	uint64_t number;
	char path[512];
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" NODES "/node%u", root, node);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		if (memory_blocks_parse(entry->d_name, &number))
			err = add_block(map, number, node);
	closedir(dir);
	return err;
}

static int by_number(const void *one, const void *other)
{
	const struct memory_map_block *a = one, *b = other;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

static bool node_number(const char *name, unsigned int *ret_node)
{
	char behind;

	return !strncmp(name, "node", 4) && name[4] >= '0' && name[4] <= '9' &&
	       sscanf(name + 4, "%6u%c", ret_node, &behind) == 1;
}

static int read_nodes(const char *root, struct memory_map *map)
{
	struct dirent *entry;
	unsigned int node;
	char path[512];
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" NODES, root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir))) {
		if (!node_number(entry->d_name, &node))
			continue;
		err = node < METADATA_NODES ? read_node(root, map, node) : -ERANGE;
		if (err)
			break;
		map->nodes |= UINT64_C(1) << node;
		if (node >= map->nr_nodes)
			map->nr_nodes = node + 1;
	}
	closedir(dir);
	if (!err && map->nr_blocks)
		qsort(map->block, map->nr_blocks, sizeof(*map->block), by_number);
	return err ? err : map->nr_blocks ? 0 : -ENODATA;
}

/* A zone of a node begins at a frame: if a lower node has that block too, it is the border. */
static void take_zone(struct memory_map *map, unsigned int node, uint64_t frame)
{
	for (size_t i = 1; i < map->nr_blocks; i++) {
		struct memory_map_block *block = &map->block[i];

		if (block->node == node && block->number == frame / map->block_frames &&
		    block[-1].number == block->number && frame < block->first)
			block->first = frame;
	}
}

/* Until a zone says where, the block is the lower node's. */
static bool expect_borders(struct memory_map *map)
{
	bool any = false;

	for (size_t i = 1; i < map->nr_blocks; i++)
		if (map->block[i].number == map->block[i - 1].number) {
			map->block[i].first = UINT64_MAX;
			any = true;
		}
	return any;
}

/* An empty zone begins at 0. */
static int read_borders(const char *root, struct memory_map *map)
{
	unsigned long long frame;
	unsigned int node = 0;
	char path[512], line[256];
	FILE *file;

	if (!expect_borders(map))
		return 0;
	snprintf(path, sizeof(path), "%s" ZONES, root);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Node %u,", &node) != 1 &&
		    sscanf(line, " start_pfn: %llu", &frame) == 1)
			take_zone(map, node, frame);
	fclose(file);
	return 0;
}

static int read_block_size(const char *root, struct memory_map *map)
{
	uint64_t bytes = 0;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s" BLOCK_SIZE, root);
	err = sysfs_read_hex(path, &bytes);
	if (!err && (bytes < MEMMAP_SECTION_BYTES || bytes % MEMMAP_SECTION_BYTES))
		err = -EBADMSG;
	map->block_frames = bytes / 4096;
	return err;
}

int memory_map_read(const char *root, struct memory_map *ret_map, const char **ret_path)
{
	struct memory_map map = { 0 };
	char path[512];
	int err;

	*ret_path = IOMEM;
	snprintf(path, sizeof(path), "%s" IOMEM, root);
	err = ram_map_load_all(path, &map.ram, &map.devices);
	if (err)
		return err;
	*ret_path = BLOCK_SIZE;
	err = read_block_size(root, &map);
	if (err)
		return err;
	*ret_path = NODES;
	err = read_nodes(root, &map);
	if (!err) {
		*ret_path = ZONES;
		err = read_borders(root, &map);
	}
	if (err)
		memory_map_free(&map);
	else
		*ret_map = map;
	return err;
}

void memory_map_free(struct memory_map *map)
{
	free(map->block);
	*map = (struct memory_map){ 0 };
}

static const struct memory_map_block *find_block(const struct memory_map *map, uint64_t number)
{
	size_t low = 0, high = map->nr_blocks, middle;

	/* The first that is not below: of two nodes, the lower one. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (map->block[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == map->nr_blocks || map->block[low].number != number)
		return NULL;
	return &map->block[low];
}

unsigned int memory_map_node(const struct memory_map *map, uint64_t frame)
{
	const struct memory_map_block *block = NULL, *end = map->block + map->nr_blocks, *next;

	if (ram_map_has(&map->ram, frame))
		block = find_block(map, frame / map->block_frames);
	if (!block)
		return METADATA_DEVICE;
	for (next = block + 1; next < end && next->number == block->number; next++)
		if (frame >= next->first)
			block = next;
	return block->node;
}

bool memory_map_section(const struct memory_map *map, uint64_t section)
{
	uint64_t start = section * MEMMAP_SECTION_PAGES;

	return ram_map_overlaps(&map->ram, start, start + MEMMAP_SECTION_PAGES);
}

unsigned int memory_map_section_node(const struct memory_map *map, uint64_t section)
{
	const struct memory_map_block *block;

	block = find_block(map, section * MEMMAP_SECTION_PAGES / map->block_frames);
	return block ? block->node : METADATA_DEVICE;
}

uint64_t memory_map_sections(const struct memory_map *map)
{
	return (ram_map_end(&map->ram) + MEMMAP_SECTION_PAGES - 1) / MEMMAP_SECTION_PAGES;
}
