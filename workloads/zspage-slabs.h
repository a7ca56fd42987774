/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of zspages: how many there are, by the pools, and what the slab caches of their
 * descriptors hold.
 */
#ifndef PAGEMETA_ZSPAGE_SLABS_H
#define PAGEMETA_ZSPAGE_SLABS_H

#include <stdint.h>

#include "metadata.h"

/**
 * struct zspage_slabs - all pools together
 * @zspages: how many there are by what the pools say of their size classes
 * @zswap_pages: pages of the pools of zswap
 * @bytes: what the slab allocator takes for them, by node: where a cache has slabs on several
 *	nodes, they have it by their share of these
 * @objects: in use in the caches; slabs that a CPU has at hand count as full. 6.12 merges
 *	caches of objects of one size: those of others are among them then
 * @uncertain: objects that slabs at hand have at most
 * @merged: caches that others have a part in
 * @caches: how many there are
 */
struct zspage_slabs {
	uint64_t zspages;
	uint64_t zswap_pages;
	uint64_t bytes[METADATA_NODES];
	uint64_t objects;
	uint64_t uncertain;
	uint64_t merged;
	uint64_t caches;
};

/**
 * zspage_slabs_read() - add them up
 * @root: prefix of /sys: "" in a guest, a folder in tests
 * @ret_slabs: set on success; all 0 where there is no pool, or none can be seen
 *
 * A cache a pool, "zspage-POOL" (create_cache() of mm/zsmalloc.c), or, where a descriptor
 * grows with the number of its pages, "zspage-PAGES".
 *
 * Return: 0, -EBADMSG for a file that makes no sense, or another -errno.
 */
int zspage_slabs_read(const char *root, struct zspage_slabs *ret_slabs);

#endif
