/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks through sysfs (drivers/base/memory.c).
 */
#include "memory-block.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	struct dirent *entry;
	uint64_t nr = 0;
	DIR *dir;

	dir = opendir(BLOCKS);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "memory", 6) &&
		    entry->d_name[6] >= '0' && entry->d_name[6] <= '9')
			nr++;
	closedir(dir);
	*ret_nr = nr;
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
