/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of the vmemmap. A section of 128 MiB has 2 MiB of memmap, which is what
 * one PMD maps: directly, or by a table of PTEs.
 */
#include "memmap-tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memmap-size.h"
#include "memory-blocks.h"

#define SECTIONS_PER_PMD_TABLE 512u
#define SECTIONS_PER_PUD_TABLE (512u * 512)

unsigned int memmap_layout_add(struct memmap_layout *layout, uint64_t section)
{
	bool first = !layout->sections;
	bool pmd = first || section / SECTIONS_PER_PMD_TABLE !=
				    layout->last / SECTIONS_PER_PMD_TABLE;
	bool pud = first || section / SECTIONS_PER_PUD_TABLE !=
				    layout->last / SECTIONS_PER_PUD_TABLE;

	layout->pmd_tables += pmd;
	layout->pud_tables += pud;
	layout->sections++;
	layout->last = section;
	return (unsigned int)pmd + pud;
}

uint64_t memmap_layout_tables(const struct memmap_layout *layout, bool base_pages,
			      bool five_levels)
{
	return (base_pages ? layout->sections : 0) + layout->pmd_tables + layout->pud_tables +
	       (five_levels && layout->sections);
}

int memmap_layout_read(const char *root, struct memmap_layout *ret_layout)
{
	struct memmap_layout layout = { 0 };
	struct memory_blocks blocks;
	size_t i;
	int err;

	err = memory_blocks_read(root, &blocks);
	if (err)
		return err;
	for (i = 0; i < blocks.nr; i++)
		memmap_layout_add(&layout, blocks.number[i]);
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
