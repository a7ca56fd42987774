/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of the vmemmap. A section of 128 MiB has 2 MiB of memmap, which is what
 * one PMD maps: directly, or by a table of PTEs.
 */
#include "memmap-tables.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memmap-size.h"

#define SECTIONS_PER_PMD_TABLE 512u
#define SECTIONS_PER_PUD_TABLE (512u * 512)

void memmap_layout_add(struct memmap_layout *layout, uint64_t section)
{
	bool first = !layout->sections;

	layout->pmd_tables += first || section / SECTIONS_PER_PMD_TABLE !=
					       layout->last / SECTIONS_PER_PMD_TABLE;
	layout->pud_tables += first || section / SECTIONS_PER_PUD_TABLE !=
					       layout->last / SECTIONS_PER_PUD_TABLE;
	layout->sections++;
	layout->last = section;
}

uint64_t memmap_layout_tables(const struct memmap_layout *layout, bool base_pages,
			      bool five_levels)
{
	return (base_pages ? layout->sections : 0) + layout->pmd_tables + layout->pud_tables +
	       (five_levels && layout->sections);
}

static int by_number(const void *one, const void *other)
{
	const uint64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

/* The kernel names them in no order. */
static int read_numbers(const char *root, uint64_t *number, size_t room, size_t *ret_nr)
{
	struct dirent *entry;
	char path[512];
	size_t nr = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (nr < room && (entry = readdir(dir)))
		nr += memmap_block_number(entry->d_name, &number[nr]);
	closedir(dir);
	qsort(number, nr, sizeof(*number), by_number);
	*ret_nr = nr;
	return 0;
}

int memmap_layout_read(const char *root, struct memmap_layout *ret_layout)
{
	struct memmap_layout layout = { 0 };
	struct memmap_blocks blocks;
	uint64_t *number;
	size_t i, nr = 0;
	int err;

	err = memmap_blocks_read(root, &blocks);
	if (err)
		return err;
	if (blocks.bytes != MEMMAP_SECTION_BYTES)
		return -EOPNOTSUPP;
	number = calloc(blocks.nr + 1, sizeof(*number));
	if (!number)
		return -ENOMEM;
	err = read_numbers(root, number, blocks.nr, &nr);
	for (i = 0; i < nr && !err; i++)
		memmap_layout_add(&layout, number[i]);
	free(number);
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
