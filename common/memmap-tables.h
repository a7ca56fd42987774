/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of the vmemmap, in closed form: how many pages of them a memmap takes
 * follows from which sections there are and from the size of its mappings.
 */
#ifndef PAGEMETA_MEMMAP_TABLES_H
#define PAGEMETA_MEMMAP_TABLES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct memmap_layout - the sections there are, as far as page tables depend on them
 * @sections: how many
 * @pmd_tables: GiB of vmemmap that hold the memmap of at least one
 * @pud_tables: the same in units of 512 GiB
 * @last: the section added last
 */
struct memmap_layout {
	uint64_t sections;
	uint64_t pmd_tables;
	uint64_t pud_tables;
	uint64_t last;
};

/**
 * memmap_layout_add() - add a section
 * @layout: all 0 at first
 * @section: its number, higher than that of the last one
 *
 * Return: tables of PMDs and of PUDs that are there for it and were not before.
 */
unsigned int memmap_layout_add(struct memmap_layout *layout, uint64_t section);

/**
 * memmap_layout_tables() - pages of page tables below the top level
 * @layout: of a memmap of 64 bytes a page
 * @base_pages: mapped by 4 KiB pages: a table of PTEs for the 2 MiB of each section
 * @five_levels: the kernel uses 5-level paging
 *
 * The vmemmap begins at a multiple of 512 GiB. Where KASLR moves it, by multiples of
 * 1 GiB, there may be one table of PUDs more.
 */
uint64_t memmap_layout_tables(const struct memmap_layout *layout, bool base_pages,
			      bool five_levels);

/**
 * memmap_layout_read() - the sections there are, by the memory blocks of sysfs
 * @root: prefix of /sys: "" in a guest, a folder in tests
 * @ret_layout: set on success
 *
 * Return: 0, -EOPNOTSUPP when memory blocks are larger than a section, or -errno.
 */
int memmap_layout_read(const char *root, struct memmap_layout *ret_layout);

/**
 * memmap_five_levels() - whether the kernel uses 5-level paging
 * @root: prefix of /proc; what cannot be read does not
 *
 * Linux shows the CPU's flag la57 only where it does
 * (Documentation/arch/x86/x86_64/5level-paging.rst).
 */
bool memmap_five_levels(const char *root);

#endif
