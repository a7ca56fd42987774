/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks through sysfs (drivers/base/memory.c).
 */
#include "memory-block.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory-blocks.h"
#include "sysfs.h"

#define BLOCKS "/sys/devices/system/memory"

static void block_path(char *buf, size_t size, uint64_t block, const char *file)
{
	snprintf(buf, size, BLOCKS "/memory%" PRIu64 "%s", block, file);
}

int memory_block_bytes(uint64_t *ret_bytes)
{
	return sysfs_read_hex(BLOCKS "/block_size_bytes", ret_bytes);
}

int memory_block_count(uint64_t *ret_nr)
{
	struct memory_blocks blocks;
	int err;

	err = memory_blocks_read("", &blocks);
	if (err)
		return err;
	*ret_nr = blocks.nr;
	memory_blocks_free(&blocks);
	return 0;
}

bool memory_block_present(uint64_t block)
{
	char path[128];

	block_path(path, sizeof(path), block, "");
	return !access(path, F_OK);
}

int memory_block_set(uint64_t block, const char *state)
{
	char path[128];

	block_path(path, sizeof(path), block, "/state");
	return sysfs_write(path, state);
}

bool memory_block_online(uint64_t block)
{
	char path[128], state[32];

	block_path(path, sizeof(path), block, "/state");
	return sysfs_read(path, state, sizeof(state)) >= 0 && !strcmp(state, "online");
}
