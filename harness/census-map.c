// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which node a page frame belongs to: /sys/devices/system/node/nodeN has a link for each
 * memory block of the node. Kernels without NUMA have no nodes there, kernels without
 * memory hotplug no blocks; all is node 0 then.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "census-private.h"
#include "memory-blocks.h"
#include "sysfs.h"
#include "util.h"

#define NODES "/sys/devices/system/node"
#define BLOCKS "/sys/devices/system/memory"

/* "node1" is 1; "has_memory" is nothing. */
static bool node_number(const char *name, unsigned int *ret_node)
{
	unsigned long number;
	char *end;

	if (strncmp(name, "node", 4) || !isdigit((unsigned char)name[4]))
		return false;
	errno = 0;
	number = strtoul(name + 4, &end, 10);
	if (errno || *end || number >= CENSUS_NODES_MAX)
		return false;
	*ret_node = number;
	return true;
}

static void add_block(struct census_map *map, uint64_t number)
{
	map->block = mem_grow(map->block, map->nr + 1, sizeof(*map->block));
	map->block[map->nr++] = (struct census_block){ .number = number, .online = true };
}

static int by_number(const void *one, const void *other)
{
	const struct census_block *a = one, *b = other;

	return (a->number > b->number) - (a->number < b->number);
}

static int add_blocks(const char *root, const struct memory_blocks *blocks,
		      struct census_map *map, struct err *err)
{
	for (size_t i = 0; i < blocks->nr; i++) {
		if (blocks->number[i] >= CENSUS_PFN_MAX / map->block_pages)
			return err_set(err, -EBADMSG, "%s" BLOCKS "/memory%llu: no memory is there",
				       root, (unsigned long long)blocks->number[i]);
		add_block(map, blocks->number[i]);
	}
	return 0;
}

static int read_blocks(const char *root, struct census *census, struct census_map *map,
		       struct err *err)
{
	struct memory_blocks blocks;
	int error = memory_blocks_read(root, &blocks);

	if (error == -ENOENT)
		return 0;
	if (error)
		return err_set(err, error, "%s" BLOCKS ": cannot read: %s", root, strerror(-error));
	census->blocks = (struct census_blocks){ .nr = blocks.nr, .bytes = blocks.bytes };
	map->block_pages = blocks.bytes / 4096;
	if (!blocks.bytes || blocks.bytes % MEMMAP_SECTION_BYTES ||
	    blocks.bytes / 4096 > CENSUS_PFN_MAX)
		error = err_set(err, -ENOTSUP, "%s" BLOCKS "/block_size_bytes: 0x%llx is no multiple "
				"of 128 MiB, a section of x86-64", root,
				(unsigned long long)blocks.bytes);
	else
		error = add_blocks(root, &blocks, map, err);
	memory_blocks_free(&blocks);
	return error;
}

/* What can be said of no state is taken to be in use: its pages tell. */
static void read_states(const char *root, struct census_map *map)
{
	char state[32];

	for (size_t i = 0; i < map->nr; i++) {
		char *path = str_printf("%s" BLOCKS "/memory%llu/state", root,
					(unsigned long long)map->block[i].number);

		map->block[i].online = sysfs_read(path, state, sizeof(state)) < 0 ||
				       strcmp(state, "offline") != 0;
		free(path);
	}
}

static void set_node(struct census_map *map, uint64_t number, unsigned int node, bool *seen)
{
	const struct census_block key = { .number = number };
	struct census_block *block = NULL;

	if (map->nr)
		block = bsearch(&key, map->block, map->nr, sizeof(key), by_number);
	if (!block || (seen[block - map->block] && block->node <= node))
		return;
	seen[block - map->block] = true;
	block->node = node;
}

static void read_node(const char *root, unsigned int node, struct census_map *map, bool *seen)
{
	char *path = str_printf("%s" NODES "/node%u", root, node);
	DIR *dir = opendir(path);
	struct dirent *entry;
	uint64_t number;

	while (dir && (entry = readdir(dir)))
		if (memory_blocks_parse(entry->d_name, &number))
			set_node(map, number, node, seen);
	if (dir)
		closedir(dir);
	free(path);
}

static void read_nodes(const char *root, struct census_map *map)
{
	bool *seen = mem_grow(NULL, map->nr + 1, sizeof(*seen));
	char *path = str_printf("%s" NODES, root);
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned int node;

	memset(seen, 0, (map->nr + 1) * sizeof(*seen));
	while (dir && (entry = readdir(dir)))
		if (node_number(entry->d_name, &node))
			read_node(root, node, map, seen);
	if (dir)
		closedir(dir);
	free(path);
	free(seen);
}

int census_read_map(const char *root, struct census *census, struct census_map *ret_map,
		    struct err *err)
{
	struct census_map map = { 0 };
	char *iomem = str_printf("%s/proc/iomem", root);
	int error;

	map.ram_known = !ram_map_load(iomem, &map.ram);
	free(iomem);
	error = read_blocks(root, census, &map, err);
	if (error) {
		free(map.block);
		return error;
	}
	read_states(root, &map);
	read_nodes(root, &map);
	*ret_map = map;
	return 0;
}
