/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Size of the memmap from /proc/vmstat and from the memory blocks in sysfs.
 */
#include "memmap-size.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"

static int count_blocks(const char *path, uint64_t *ret_nr)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	uint64_t nr = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "memory", 6) &&
		    entry->d_name[6] >= '0' && entry->d_name[6] <= '9')
			nr++;
	closedir(dir);
	*ret_nr = nr;
	return 0;
}

int memmap_size_read(const char *root, struct memmap_size *ret_size)
{
	struct memmap_size size = { 0 };
	uint64_t block_bytes = 0;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/proc/vmstat", root);
	err = sysfs_field(path, "nr_memmap_boot_pages", &size.boot_pages);
	if (!err)
		err = sysfs_field(path, "nr_memmap_pages", &size.hotplug_pages);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/block_size_bytes", root);
	err = sysfs_read_hex(path, &block_bytes);
	if (err)
		return err;
	if (block_bytes != MEMMAP_SECTION_BYTES)
		return -EOPNOTSUPP;
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	err = count_blocks(path, &size.sections);
	if (err)
		return err;
	*ret_size = size;
	return 0;
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

int memmap_size_added(const char *root, uint64_t *ret_nr)
{
	uint64_t start, end, nr = 0;
	char path[512], line[256];
	FILE *iomem;

	snprintf(path, sizeof(path), "%s/proc/iomem", root);
	iomem = fopen(path, "re");
	if (!iomem)
		return -errno;
	while (fgets(line, sizeof(line), iomem))
		if (strstr(line, " : System RAM (kmem)\n") &&
		    sscanf(line, " %" SCNx64 "-%" SCNx64, &start, &end) == 2 && end > start)
			nr += (end + 1 - start) / MEMMAP_SECTION_BYTES;
	fclose(iomem);
	*ret_nr = nr;
	return 0;
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
