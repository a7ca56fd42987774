/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks by their names in sysfs (drivers/base/memory.c), which come in no order.
 */
#include "memory-blocks.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"

bool memory_blocks_parse(const char *name, uint64_t *ret_number)
{
	unsigned long long number;
	char *end;

	if (strncmp(name, "memory", 6) || name[6] < '0' || name[6] > '9')
		return false;
	errno = 0;
	number = strtoull(name + 6, &end, 10);
	if (errno || *end)
		return false;
	*ret_number = number;
	return true;
}

static int add(struct memory_blocks *blocks, size_t *room, uint64_t number)
{
	uint64_t *more;

	if (blocks->nr == *room) {
		*room = *room ? 2 * *room : 64;
		more = reallocarray(blocks->number, *room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		blocks->number = more;
	}
	blocks->number[blocks->nr++] = number;
	return 0;
}

static int by_number(const void *one, const void *other)
{
	const uint64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

int memory_blocks_read(const char *root, struct memory_blocks *ret_blocks)
{
	struct memory_blocks blocks = { 0 };
	struct dirent *entry;
	uint64_t number;
	char path[512];
	size_t room = 0;
	DIR *dir;
	int err;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/block_size_bytes", root);
	err = sysfs_read_hex(path, &blocks.bytes);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		if (memory_blocks_parse(entry->d_name, &number))
			err = add(&blocks, &room, number);
	closedir(dir);
	if (err) {
		memory_blocks_free(&blocks);
		return err;
	}
	if (blocks.nr)
		qsort(blocks.number, blocks.nr, sizeof(*blocks.number), by_number);
	*ret_blocks = blocks;
	return 0;
}

void memory_blocks_free(struct memory_blocks *blocks)
{
	free(blocks->number);
	*blocks = (struct memory_blocks){ 0 };
}
