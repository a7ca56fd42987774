/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Size of the memmap from /proc/vmstat and from the memory blocks in sysfs.
 */
#include "memmap-size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory-blocks.h"
#include "sysfs.h"

int memmap_size_counted(const char *root, struct memmap_size *size)
{
	uint64_t boot_pages = 0, hotplug_pages = 0;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/proc/vmstat", root);
	err = sysfs_field(path, "nr_memmap_boot_pages", &boot_pages);
	if (!err)
		err = sysfs_field(path, "nr_memmap_pages", &hotplug_pages);
	if (err)
		return err;
	size->boot_pages = boot_pages;
	size->hotplug_pages = hotplug_pages;
	return 0;
}

int memmap_size_read(const char *root, struct memmap_size *ret_size)
{
	struct memmap_size size = { 0 };
	struct memory_blocks blocks;
	int err;

	err = memmap_size_counted(root, &size);
	if (!err)
		err = memory_blocks_read(root, &blocks);
	if (err)
		return err;
	size.sections = blocks.nr;
	err = blocks.bytes == MEMMAP_SECTION_BYTES ? 0 : -EOPNOTSUPP;
	memory_blocks_free(&blocks);
	if (!err)
		*ret_size = size;
	return err;
}

uint64_t memmap_size_bytes(const struct memmap_size *size)
{
	return (size->boot_pages + size->hotplug_pages) * 4096;
}

uint64_t memmap_size_expected(const struct memmap_size *size, uint32_t page_bytes)
{
	uint64_t section = (uint64_t)MEMMAP_SECTION_PAGES * page_bytes;

	return size->sections * ((section + 4095) / 4096 * 4096);
}

/*
 * Kernels with page_ext or device memory count those in nr_memmap_pages as well;
 * what can be held against the memory blocks is the boot memmap alone then. Blocks
 * that were added later have theirs in nr_memmap_pages: as many of them as are missing
 * from the boot memmap may be, if nr_memmap_pages is large enough.
 */
static uint64_t boot_memmap(const struct memmap_size *size, uint64_t later, uint64_t expected,
			    uint64_t *ret_added)
{
	uint64_t section = expected / (size->sections ? size->sections : 1);
	uint64_t seen = size->boot_pages * 4096, missing;

	if (!section || seen >= expected || (expected - seen) % section)
		return seen;
	missing = (expected - seen) / section;
	if (missing > later || missing * section > size->hotplug_pages * 4096)
		return seen;
	*ret_added = missing;
	return seen + missing * section;
}

void memmap_size_judge(const struct memmap_size *size, uint32_t page_bytes,
		       const struct memmap_beside *beside, struct memmap_judged *ret_judged)
{
	struct memmap_judged judged = {
		.seen = memmap_size_bytes(size),
		.expected = memmap_size_expected(size, page_bytes),
	};

	if (judged.seen != judged.expected && beside->extras) {
		judged.extras = beside->extras;
		judged.seen = boot_memmap(size, beside->added, judged.expected, &judged.added);
	}
	*ret_judged = judged;
}

/* Is the block within what dax added as RAM? */
static int is_kmem(const char *root, uint64_t block, bool *ret_is)
{
	uint64_t start, end, at = block * MEMMAP_SECTION_BYTES;
	char path[512], line[256];
	bool is = false;
	FILE *iomem;

	snprintf(path, sizeof(path), "%s/proc/iomem", root);
	iomem = fopen(path, "re");
	if (!iomem)
		return -errno;
	while (!is && fgets(line, sizeof(line), iomem))
		is = strstr(line, " : System RAM (kmem)\n") &&
		     sscanf(line, " %" SCNx64 "-%" SCNx64, &start, &end) == 2 &&
		     start <= at && at + MEMMAP_SECTION_BYTES - 1 <= end;
	fclose(iomem);
	*ret_is = is;
	return 0;
}

static int is_added(const char *root, uint64_t block, bool *ret_is)
{
	char path[512], state[32];
	int n;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/memory%" PRIu64 "/state", root,
		 block);
	n = sysfs_read(path, state, sizeof(state));
	if (n < 0)
		return n;
	*ret_is = strncmp(state, "online", 6) != 0;
	if (*ret_is)
		return 0;
	return is_kmem(root, block, ret_is);
}

/* Memory blocks that can only have been added after the boot. */
static int count_added(const char *root, uint64_t *ret_nr)
{
	struct memory_blocks blocks;
	uint64_t nr = 0;
	bool is = false;
	size_t i;
	int err;

	err = memory_blocks_read(root, &blocks);
	if (err)
		return err;
	for (i = 0; i < blocks.nr && !err; i++) {
		err = is_added(root, blocks.number[i], &is);
		nr += is;
	}
	memory_blocks_free(&blocks);
	if (!err)
		*ret_nr = nr;
	return err;
}

/* Whether this kernel was built with page_ext: only its symbols tell. */
static bool has_page_ext(FILE *kallsyms)
{
	char line[512];

	while (fgets(line, sizeof(line), kallsyms))
		if (strstr(line, " page_ext_get\n"))
			return true;
	return false;
}

static bool has_device_zone(FILE *zoneinfo)
{
	bool device = false;
	unsigned long spanned;
	char line[256];

	while (fgets(line, sizeof(line), zoneinfo)) {
		if (!strncmp(line, "Node ", 5))
			device = strstr(line, " Device\n") != NULL;
		else if (device && sscanf(line, " spanned %lu", &spanned) == 1 && spanned)
			return true;
	}
	return false;
}

static bool file_has(const char *root, const char *name, bool (*has)(FILE *file))
{
	char path[512];
	bool found;
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	found = has(file);
	fclose(file);
	return found;
}

unsigned int memmap_size_extras(const char *root)
{
	unsigned int extras = 0;

	if (file_has(root, "/proc/kallsyms", has_page_ext))
		extras |= MEMMAP_EXTRA_PAGE_EXT;
	if (file_has(root, "/proc/zoneinfo", has_device_zone))
		extras |= MEMMAP_EXTRA_DEVICE;
	return extras;
}

void memmap_size_beside(const char *root, struct memmap_beside *ret_beside)
{
	struct memmap_beside beside = { .extras = memmap_size_extras(root) };

	if (count_added(root, &beside.added))
		beside.added = 0;
	*ret_beside = beside;
}
