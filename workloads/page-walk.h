/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks page tables of x86-64 as the CPU does: what they map, and where they lie.
 */
#ifndef PAGEMETA_PAGE_WALK_H
#define PAGEMETA_PAGE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_WALK_ENTRIES 512

/**
 * struct page_walk - page tables, and who hears of what is in them
 * @top: physical address of the top-level table
 * @five_levels: 5-level paging
 * @read: a table at a physical address into @entry. Return: 0 or -errno, which ends the walk
 * @table: a table below the top level that maps from @address on, @bytes at most. Return:
 *	whether to look into it: a table that is in several places need not be read again.
 *	May be NULL: yes
 * @leaf: an entry maps @bytes from @address on to memory from @physical on; may be NULL
 * @table_done: @table has been looked into, with @used entries; may be NULL
 * @ctx: handed to all
 */
struct page_walk {
	uint64_t top;
	bool five_levels;
	int (*read)(void *ctx, uint64_t physical, uint64_t entry[PAGE_WALK_ENTRIES]);
	bool (*table)(void *ctx, uint64_t physical, uint64_t address, uint64_t bytes);
	void (*leaf)(void *ctx, uint64_t address, uint64_t physical, uint64_t bytes);
	void (*table_done)(void *ctx, uint64_t physical, unsigned int used);
	void *ctx;
};

/**
 * page_walk() - go through what is mapped of a range of addresses
 * @walk: see there
 * @start: of the upper half of the address space
 * @last: the last address, included
 *
 * Entries that reach beyond the range are told whole.
 *
 * Return: 0, -EINVAL for a range that is none, or what @walk->read returned.
 */
int page_walk(const struct page_walk *walk, uint64_t start, uint64_t last);

#endif
