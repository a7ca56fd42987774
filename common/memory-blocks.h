/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory blocks there are: the unit in which the kernel takes memory into use and out of
 * it, /sys/devices/system/memory/memoryN. Block N begins at N times the size of a block.
 */
#ifndef PAGEMETA_MEMORY_BLOCKS_H
#define PAGEMETA_MEMORY_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct memory_blocks - all of a host or guest
 * @number: theirs, ascending; blocks in any state
 * @nr: how many
 * @bytes: size of each: a section, or several on hosts of 64 GiB and more
 */
struct memory_blocks {
	uint64_t *number;
	size_t nr;
	uint64_t bytes;
};

/**
 * memory_blocks_read() - read them
 * @root: prefix of /sys: "" in a guest, a folder in tests
 * @ret_blocks: set on success; freed with memory_blocks_free()
 *
 * Return: 0, -ENOENT where the kernel has no memory hotplug, or another -errno.
 */
int memory_blocks_read(const char *root, struct memory_blocks *ret_blocks);
void memory_blocks_free(struct memory_blocks *blocks);

/** memory_blocks_parse() - 12 of "memory12". Return: whether it is the name of a block */
bool memory_blocks_parse(const char *name, uint64_t *ret_number);

#endif
