/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory blocks: the unit in which the kernel takes memory into use and out of it,
 * /sys/devices/system/memory/memoryN. Block N begins at N times the block size.
 */
#ifndef PAGEMETA_MEMORY_BLOCK_H
#define PAGEMETA_MEMORY_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * memory_block_bytes() - size of a block
 * @ret_bytes: set on success; 128 MiB on x86-64 below 64 GiB of memory
 *
 * Return: 0 or -errno.
 */
int memory_block_bytes(uint64_t *ret_bytes);

/** memory_block_count() - how many blocks there are, in any state. Return: 0 or -errno */
int memory_block_count(uint64_t *ret_nr);

/** memory_block_present() - whether there is a block of that number */
bool memory_block_present(uint64_t block);

/**
 * memory_block_set() - take a block into use or out of it
 * @block: its number
 * @state: "online_movable", "online_kernel" or "offline"
 *
 * Return: 0, -EBUSY when a page of the block cannot be moved, -EINTR when a signal
 * came before all were, or another -errno.
 */
int memory_block_set(uint64_t block, const char *state);

/** memory_block_online() - whether it is in use; false also when there is none */
bool memory_block_online(uint64_t block);

#endif
