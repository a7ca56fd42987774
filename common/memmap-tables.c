/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of the vmemmap. A unit of 2 MiB is what one PMD maps: directly, or by a table
 * of PTEs. A section of 128 MiB has as much where struct page has 64 bytes; eight share one
 * where it has 8.
 */
#include "memmap-tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memmap-size.h"
#include "memory-blocks.h"

#define UNITS_PER_PMD_TABLE 512u
#define UNITS_PER_PUD_TABLE (512u * 512)

unsigned int memmap_layout_add(struct memmap_layout *layout, uint64_t unit)
{
	bool first = !layout->units;
	bool pmd = first || unit / UNITS_PER_PMD_TABLE != layout->last / UNITS_PER_PMD_TABLE;
	bool pud = first || unit / UNITS_PER_PUD_TABLE != layout->last / UNITS_PER_PUD_TABLE;

	layout->pmd_tables += pmd;
	layout->pud_tables += pud;
	layout->units++;
	layout->last = unit;
	return (unsigned int)pmd + pud;
}

uint64_t memmap_layout_tables(const struct memmap_layout *layout, bool base_pages,
			      bool five_levels)
{
	return (base_pages ? layout->units : 0) + layout->pmd_tables + layout->pud_tables +
	       (five_levels && layout->units);
}

static void add_section(struct memmap_layout *layout, uint64_t section, uint32_t page_bytes)
{
	uint64_t bytes = (uint64_t)MEMMAP_SECTION_PAGES * page_bytes;
	uint64_t unit = section * bytes / MEMMAP_UNIT_BYTES;
	uint64_t last = ((section + 1) * bytes - 1) / MEMMAP_UNIT_BYTES;

	for (; unit <= last; unit++)
		if (!layout->units || unit > layout->last)
			memmap_layout_add(layout, unit);
}

int memmap_layout_read(const char *root, uint32_t page_bytes, struct memmap_layout *ret_layout)
{
	struct memmap_layout layout = { 0 };
	struct memory_blocks blocks;
	size_t i;
	int err;

	err = memory_blocks_read(root, &blocks);
	if (err)
		return err;
	for (i = 0; i < blocks.nr; i++)
		add_section(&layout, blocks.number[i], page_bytes);
	err = blocks.bytes == MEMMAP_SECTION_BYTES ? 0 : -EOPNOTSUPP;
	memory_blocks_free(&blocks);
	if (!err)
		*ret_layout = layout;
	return err;
}

bool memmap_five_levels(const char *root)
{
	char path[512], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0)
		found = !strncmp(line, "flags", 5) && strstr(line, " la57");
	free(line);
	fclose(file);
	return found;
}
