/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many descriptors there must be where they come from a pool, by what /proc/kpageflags
 * says of each page: one for a page, four for a compound page of four and more, and all for
 * one that is mapped page by page.
 */
#ifndef PAGEMETA_DESCRIPTOR_CENSUS_H
#define PAGEMETA_DESCRIPTOR_CENSUS_H

#include <stdint.h>

#include "memory-map.h"

/**
 * struct descriptor_census - what there must be for pages of RAM, but for reserved ones
 * @descriptors: of pages that are not in the buddy allocator: those on lists of CPUs, which
 *	have no mark, are taken for single pages
 * @offline: pages that may have one: those in a balloon do, and those not onlined yet do not
 */
struct descriptor_census {
	uint64_t descriptors;
	uint64_t offline;
};

/**
 * descriptor_census_add() - count a page
 * @census: grows
 * @within: how far the page before was behind the head of a compound page; becomes that of this
 * @flags: of the page, a word of /proc/kpageflags
 */
void descriptor_census_add(struct descriptor_census *census, uint64_t *within, uint64_t flags);

/**
 * descriptor_census_take() - count all pages of RAM
 * @root: prefix of /proc: "" in a guest, a folder in tests
 * @map: what RAM there is
 * @ret_census: set on success
 * @ret_path: on failure the file that could not be read
 *
 * Return: 0 or -errno.
 */
int descriptor_census_take(const char *root, const struct memory_map *map,
			   struct descriptor_census *ret_census, const char **ret_path);

#endif
