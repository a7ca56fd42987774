/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which page frames are RAM, and on which node: /proc/iomem and the memory blocks that
 * each node's folder in sysfs has.
 */
#ifndef PAGEMETA_MEMORY_MAP_H
#define PAGEMETA_MEMORY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memmap-size.h"
#include "metadata.h"
#include "ram-map.h"

/**
 * struct memory_map_block - a memory block and a node that has it
 * @number: of the block
 * @node: of two nodes that have it the lower one comes first
 * @first: the node's first frame in it where a lower one has the block too, otherwise 0
 */
struct memory_map_block {
	uint64_t number;
	unsigned int node;
	uint64_t first;
};

/**
 * struct memory_map - what there is now
 * @ram: RAM, online or not, in frames
 * @devices: persistent memory, in frames; of what of it has become RAM see @ram
 * @nr_nodes: the highest node's number and one
 * @nodes: a bit for each node that there is, with RAM or not
 * @block_frames: page frames of a block
 * @block: in order of their numbers
 * @nr_blocks: how many
 */
struct memory_map {
	struct ram_map ram;
	struct ram_map devices;
	unsigned int nr_nodes;
	uint64_t nodes;
	uint64_t block_frames;
	struct memory_map_block *block;
	size_t nr_blocks;
};

/**
 * memory_map_read() - read it
 * @root: prefix of /proc and /sys: "" in a guest, a folder in tests
 * @ret_map: freed with memory_map_free()
 * @ret_path: on failure the file that could not be read
 *
 * Return: 0, -ERANGE for more nodes than METADATA_NODES, or another -errno.
 */
int memory_map_read(const char *root, struct memory_map *ret_map, const char **ret_path);
void memory_map_free(struct memory_map *map);

/** memory_map_node() - node of a page frame; METADATA_DEVICE for one that is no RAM */
unsigned int memory_map_node(const struct memory_map *map, uint64_t frame);

/** memory_map_section() - whether any of a section's frames is RAM */
bool memory_map_section(const struct memory_map *map, uint64_t section);

/**
 * memory_map_section_node() - the node of a section's memory: of the first of it, which is
 * where the kernel has its struct pages (mm/sparse.c, memory_present())
 */
unsigned int memory_map_section_node(const struct memory_map *map, uint64_t section);

/** memory_map_sections() - one past the last section that has RAM */
uint64_t memory_map_sections(const struct memory_map *map);

#endif
