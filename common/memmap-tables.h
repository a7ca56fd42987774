/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of the vmemmap, in closed form: how many pages of them a memmap takes
 * follows from which sections there are and from the size of its mappings.
 */
#ifndef PAGEMETA_MEMMAP_TABLES_H
#define PAGEMETA_MEMMAP_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#define MEMMAP_UNIT_BYTES (2u << 20)	/* what a PMD maps */

/**
 * struct memmap_layout - units of 2 MiB of vmemmap in which there is memmap
 * @units: how many
 * @pmd_tables: GiB of vmemmap that hold at least one
 * @pud_tables: the same in units of 512 GiB
 * @last: the unit added last
 */
struct memmap_layout {
	uint64_t units;
	uint64_t pmd_tables;
	uint64_t pud_tables;
	uint64_t last;
};

/**
 * memmap_layout_add() - add a unit
 * @layout: all 0 at first
 * @unit: its number, higher than that of the last one
 *
 * Return: tables of PMDs and of PUDs that are there for it and were not before.
 */
unsigned int memmap_layout_add(struct memmap_layout *layout, uint64_t unit);

/**
 * memmap_layout_tables() - pages of page tables below the top level
 * @layout: of a memmap, or of an array of descriptors
 * @base_pages: mapped by 4 KiB pages: a table of PTEs for each unit
 * @five_levels: the kernel uses 5-level paging
 *
 * The vmemmap begins at a multiple of 512 GiB. Where KASLR moves it, by multiples of
 * 1 GiB, there may be one table of PUDs more.
 */
uint64_t memmap_layout_tables(const struct memmap_layout *layout, bool base_pages,
			      bool five_levels);

/**
 * memmap_layout_read() - the memmap of the sections there are, by the memory blocks of sysfs
 * @root: prefix of /sys: "" in a guest, a folder in tests
 * @page_bytes: what a page has of it
 * @ret_layout: set on success
 *
 * Return: 0, -EOPNOTSUPP when memory blocks are larger than a section, or -errno.
 */
int memmap_layout_read(const char *root, uint32_t page_bytes, struct memmap_layout *ret_layout);

/**
 * memmap_five_levels() - whether the kernel uses 5-level paging
 * @root: prefix of /proc; what cannot be read does not
 *
 * Linux shows the CPU's flag la57 only where it does
 * (Documentation/arch/x86/x86_64/5level-paging.rst).
 */
bool memmap_five_levels(const char *root);

#endif
